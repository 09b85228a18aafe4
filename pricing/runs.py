"""One run over what the feeds said: all files of the catalog after it, to be put in place in one transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from pricing.amend import (
    MODELS,
    SOURCES,
    WINDOWS,
    Rules,
    accepted,
    faults,
    next_slot,
    price_file,
    price_text,
    source_of,
    with_rows,
)
from pricing.catalog import Catalog, ModelInfo, assemble
from pricing.changes import Change, View, propose, refuse, view
from pricing.disagreements import Disagreement
from pricing.errors import InputError
from pricing.exchange import Update, update
from pricing.facts import Source
from pricing.feeds.values import Feed, FeedRefused, Reading
from pricing.journal import FEED_STATES, FeedRun, FeedState, FeedStates, Review, Run, feed_states, read_reviews, records
from pricing.judge import Verdict, decide, figures
from pricing.store import Snapshot
from pricing.windows import Window

DISAGREEMENTS = "catalog/disagreements.csv"


@dataclass(frozen=True)
class Answer:
    """What came of asking one feed: a reading, or the problem. `via` is `network`, `not modified` or `package`."""

    feed: Feed
    asked_at: datetime
    reading: Reading | None = None
    via: str = ""
    etag: str = ""
    problem: str = ""
    refused: bool = False


@dataclass(frozen=True)
class Outcome:
    """A run, the changes that it accepted, all that waits after it, and the files that it leaves."""

    run: Run
    accepted: tuple[Change, ...]
    waiting: tuple[Review, ...]
    files: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Draft:
    """The catalog on the way from before a run to after it."""

    held: Snapshot
    catalog: Catalog
    at: datetime
    prices: Mapping[str, Rules] = field(default_factory=dict)
    models: tuple[ModelInfo, ...] = ()
    windows: tuple[Window, ...] = ()
    sources: tuple[Source, ...] = ()

    def with_changes(self, changes: Sequence[Change], feed: Feed) -> "Draft":
        """All of these, which are of one feed about one model. Raises InputError if that leaves a fault behind."""
        source = source_of(self.catalog, feed, changes[0].version, self.at.date())
        provider = changes[0].provider
        rules = self.prices.get(provider) or price_file(self.held, provider)[1]
        for change in changes:
            rules = accepted(rules, change, source.id, self.at)
        windows = {w.id: w.model_copy(update={"source": source.id}) for change in changes for w in change.windows}
        infos = [change.info.model_copy(update={"source": source.id}) for change in changes if change.info]
        new = {source.id: source} if any(c.theirs for c in changes) and source.id not in self.catalog.sources else {}
        catalog = replace(
            self.catalog,
            sources={**self.catalog.sources, **new},
            windows={**self.catalog.windows, **windows},
        )
        if found := faults(catalog, changes[0], rules):
            raise InputError(f"it would leave a fault: {found[0]}")
        return replace(
            self,
            catalog=catalog,
            prices={**self.prices, provider: rules},
            models=(*self.models, *infos),
            windows=(*self.windows, *(w for w in windows.values() if w.id not in self.catalog.windows)),
            sources=(*self.sources, *new.values()),
        )

    def files(self) -> dict[str, str]:
        """The files of the catalog that are not as they were."""
        found = {price_file(self.held, provider)[0]: price_text(rules) for provider, rules in self.prices.items()}
        for name, rows in ((MODELS, self.models), (WINDOWS, self.windows), (SOURCES, self.sources)):
            if rows:
                found[name] = with_rows(self.held, name, rows)
        return found


def conclude(held: Snapshot, answers: Iterable[Answer], at: datetime) -> Outcome:
    """What the answers make of the catalog; nothing is written. Raises InputError where a file on disk is unsound."""
    catalog, states, reviews = assemble(held), feed_states(held), read_reviews(held)
    slot = next_slot(at)
    asked = [_judged(answer, held, catalog, states.get(answer.feed.id), slot) for answer in answers]
    views = {seen.feed.id: seen for _, seen in asked if isinstance(seen, View)}
    proposed = {feed: propose(seen, _known(states, feed)) for feed, seen in views.items()}
    rejected = {review.id: review for review in reviews if review.rejected_on}
    on_record = _on_record(held, [change for changes, _ in proposed.values() for change in changes], views)
    overruled = [*on_record.values(), *(review.change for review in rejected.values())]
    verdicts = decide(
        [change for feed, (changes, _) in proposed.items() if _may_be_copied(views[feed]) for change in changes],
        views,
        {figure for change in overruled for figure in figures(change, catalog)},
    )
    asked_anew = [verdict for verdict in verdicts if verdict.change.id not in {**rejected, **on_record}]
    draft, taken, left = _taken(Draft(held, catalog, slot), asked_anew, views)
    waiting = _waiting(reviews, left, views, at)
    runs = tuple(
        FeedRun(
            feed=answer.feed.id,
            via=answer.via,
            version=answer.reading.version if answer.reading else "",
            etag=answer.etag,
            problem=answer.problem,
            refused=answer.refused,
            skipped=len(answer.reading.skipped) if answer.reading else 0,
            confirmed=seen.confirmed if isinstance(seen, Update) else proposed[answer.feed.id][1] if seen else 0,
            added=len(seen.added) if isinstance(seen, Update) else sum(len(c.theirs) for c in _of(answer.feed, taken)),
            closed=sum(len(change.ours) for change in _of(answer.feed, taken)),
            waiting=sum(review.change.feed == answer.feed.id for review in waiting),
        )
        for answer, seen in asked
    )
    run = Run(
        at=at,
        verb="refresh",
        feeds=runs,
        added=sum(feed.added for feed in runs),
        closed=sum(feed.closed for feed in runs),
        waiting=len(waiting),
        accepted=tuple(change.id for change in taken),
    )
    read = {
        answer.feed.id: FeedState(
            read_at=answer.asked_at,
            via=answer.via,
            version=answer.reading.version,
            etag=answer.etag,
            models=seen.names if isinstance(seen, View) else (),
        )
        for answer, seen in asked
        if seen and answer.reading
    }
    files = {
        **draft.files(),
        **{name: text for _, new in asked if isinstance(new, Update) for name, text in new.files(held).items()},
        FEED_STATES: FeedStates(feeds=dict(sorted({**states, **read}.items()))).model_dump_json(indent=1) + "\n",
        **records(held, run, [*rejected.values(), *waiting]),
    }
    assemble(held.with_files(files))
    return Outcome(run, tuple(taken), tuple(waiting), files)


def _judged(
    answer: Answer, held: Snapshot, catalog: Catalog, state: FeedState | None, slot: datetime
) -> tuple[Answer, View | Update | None]:
    """The reading in terms of what is held; none, and the reason in the answer, where it is not to be used."""
    if answer.reading is None:
        return answer, None
    if state and answer.asked_at < state.read_at:
        return replace(answer, reading=None, problem="a later reading of it is already in"), None
    try:
        if answer.reading.rates:
            new = update(held, answer.reading.rates, answer.asked_at.date())
            return replace(answer, problem=new.problem), new
        seen = view(catalog, answer.feed, answer.reading, slot)
        refuse(seen, state.models if state else ())
    except FeedRefused as reason:
        return replace(answer, reading=None, problem=str(reason), refused=True), None
    return answer, seen


def _known(states: Mapping[str, FeedState], feed: str) -> Collection[str] | None:
    return states[feed].models if feed in states else None


def _on_record(held: Snapshot, changes: Iterable[Change], views: Mapping[str, View]) -> dict[str, Change]:
    """Those that say what a row of catalog/disagreements.csv has answered already."""
    known = {
        (row.source_other, row.provider, row.model, row.item, row.mode, row.min_input_tokens, row.usd_other)
        for row in (held.table(DISAGREEMENTS, Disagreement) if held.text_or(DISAGREEMENTS, "") else ())
    }
    return {
        change.id: change
        for change in changes
        for rule in change.theirs
        if change.ours
        and (
            views[change.feed].feed.source,
            rule.provider,
            rule.model,
            rule.item,
            str(rule.mode),
            rule.min_input_tokens,
            rule.usd,
        )
        in known
    }


def _may_be_copied(seen: View) -> bool:
    """A source without a licence is compared with, not copied."""
    source = seen.catalog.sources.get(seen.feed.source)
    return source is None or source.licence != "none stated"


def _taken(
    draft: Draft, verdicts: Collection[Verdict], views: Mapping[str, View]
) -> tuple[Draft, list[Change], list[Verdict]]:
    """The draft with what is accepted alone, that, and what waits."""
    left = [verdict for verdict in verdicts if verdict.reason]
    taken: list[Change] = []
    for changes in by_model(v.change for v in verdicts if not v.reason):
        try:
            draft = draft.with_changes(changes, views[changes[0].feed].feed)
            taken += changes
        except InputError as fault:
            left += [Verdict(change, str(fault)) for change in changes]
    return draft, taken, left


def by_model(changes: Iterable[Change]) -> list[list[Change]]:
    """The changes of one feed about one model together: a tier for one item alone would leave a hole."""

    def key(change: Change) -> tuple[str, str, str]:
        return change.feed, change.provider, change.model

    return [list(group) for _, group in groupby(sorted(changes, key=key), key)]


def _waiting(
    reviews: Iterable[Review], left: Iterable[Verdict], views: Mapping[str, View], at: datetime
) -> list[Review]:
    """What waits now: what feeds say in this run, and what the others said when they were last read."""
    before = {review.id: review for review in reviews if not review.rejected_on}
    kept = [review for review in before.values() if review.change.feed not in views]
    return [*kept, *(_review(verdict, before.get(verdict.change.id), at) for verdict in left)]


def _review(verdict: Verdict, before: Review | None, at: datetime) -> Review:
    since = before.since if before else at.date()
    return Review(id=verdict.change.id, reason=verdict.reason, since=since, change=verdict.change)


def _of(feed: Feed, changes: Iterable[Change]) -> list[Change]:
    return [change for change in changes if change.feed == feed.id]
