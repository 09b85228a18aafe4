"""The journal of the catalog's upkeep: what each run did, what waits for a person, what is remembered of each feed."""

from collections.abc import Iterable
from datetime import date

from pydantic import AwareDatetime, Field

from pricing.changes import Change
from pricing.facts import F, Fact, parse_record
from pricing.store import Snapshot

RUNS, REVIEWS, FEED_STATES = "refresh/runs.jsonl", "refresh/reviews.jsonl", "refresh/feeds.json"


class Review(Fact):
    """A line of refresh/reviews.jsonl: a change that waits for a person, or that one has rejected."""

    id: str
    reason: str
    since: date
    change: Change
    rejected_on: date | None = None


class FeedState(Fact):
    """What is remembered of a feed's last good reading; `models` are all that it priced, by its own names."""

    read_at: AwareDatetime
    via: str
    version: str
    etag: str = ""
    models: tuple[str, ...]


class FeedStates(Fact):
    """refresh/feeds.json."""

    feeds: dict[str, FeedState] = Field(default_factory=dict)


class FeedRun(Fact):
    """What one run had of one feed. `via` is how it was read; `problem` is why it was not."""

    feed: str
    via: str = ""
    version: str = ""
    etag: str = ""
    problem: str = ""
    refused: bool = False
    skipped: int = 0
    confirmed: int = 0
    added: int = 0
    closed: int = 0
    waiting: int = 0


class Run(Fact):
    """A line of refresh/runs.jsonl."""

    at: AwareDatetime
    verb: str
    feeds: tuple[FeedRun, ...] = ()
    added: int = 0
    closed: int = 0
    waiting: int = 0
    accepted: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()


def records(held: Snapshot, run: Run, reviews: Iterable[Review]) -> dict[str, str]:
    """The files that tell of a run and of what waits after it."""
    lines = [review.model_dump_json(exclude_defaults=True) for review in reviews]
    return {
        RUNS: held.text_or(RUNS, "") + run.model_dump_json(exclude_defaults=True) + "\n",
        REVIEWS: "".join(f"{line}\n" for line in lines),
    }


def feed_states(held: Snapshot) -> dict[str, FeedState]:
    """What is remembered of each feed. Raises InputError."""
    return dict(parse_record(held.text_or(FEED_STATES, "{}"), FEED_STATES, FeedStates).feeds)


def read_reviews(held: Snapshot) -> tuple[Review, ...]:
    """All that waits or was rejected, in the order of the file. Raises InputError with file and line."""
    return _lines(held, REVIEWS, Review)


def read_runs(held: Snapshot) -> tuple[Run, ...]:
    """Every run, the latest last. Raises InputError with file and line."""
    return _lines(held, RUNS, Run)


def _lines(held: Snapshot, name: str, kind: type[F]) -> tuple[F, ...]:
    lines = held.text_or(name, "").splitlines()
    return tuple(parse_record(line, f"{name}, line {number}", kind) for number, line in enumerate(lines, 1))
