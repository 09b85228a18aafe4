"""What waits for a person: both sides of each change, and the decision."""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from pricing.amend import next_slot
from pricing.catalog import assemble, now
from pricing.errors import InputError
from pricing.facts import DATA
from pricing.feeds import FEEDS
from pricing.journal import Review, Run, read_reviews, records
from pricing.runs import Draft, by_model
from pricing.store import Snapshot, commit, read_whole, writing


def waiting(directory: Path = DATA) -> tuple[Review, ...]:
    """All that waits, the oldest first. Raises InputError for a file that cannot be read."""
    reviews = read_whole(directory, read_reviews)
    return tuple(sorted((review for review in reviews if not review.rejected_on), key=lambda review: review.since))


def accept(ids: Sequence[str], directory: Path = DATA) -> tuple[Review, ...]:
    """Bring these changes into the catalog, all or none.

    Raises InputError for an id that does not wait, or a change whose time is over or that would leave a fault.
    """
    with writing(directory) as held:
        at = now()
        chosen = _chosen(held, ids)
        draft = Draft(held, assemble(held), next_slot(at))
        changes = [review.change for review in chosen]
        for alike in by_model(changes):
            draft = draft.with_changes(alike, FEEDS[alike[0].feed])
        done = {review.id for review in chosen}
        left = [review for review in read_reviews(held) if review.id not in done]
        run = _run(at, left).model_copy(
            update={
                "accepted": tuple(review.id for review in chosen),
                "added": sum(len(change.theirs) for change in changes),
                "closed": sum(len(change.ours) for change in changes),
            }
        )
        files = {**draft.files(), **records(held, run, left)}
        assemble(held.with_files(files))
        commit(held, files)
        return chosen


def reject(ids: Sequence[str], directory: Path = DATA) -> tuple[Review, ...]:
    """Leave the catalog as it is, and do not ask again until the figure changes. Raises InputError as `accept`."""
    with writing(directory) as held:
        at = now()
        chosen = _chosen(held, ids)
        done = {review.id for review in chosen}
        reviews = [
            review.model_copy(update={"rejected_on": at.date()}) if review.id in done else review
            for review in read_reviews(held)
        ]
        run = _run(at, reviews).model_copy(update={"rejected": tuple(review.id for review in chosen)})
        commit(held, records(held, run, reviews))
        return chosen


def _chosen(held: Snapshot, ids: Sequence[str]) -> tuple[Review, ...]:
    found = {review.id: review for review in read_reviews(held) if not review.rejected_on}
    for id_ in ids:
        if id_ not in found:
            raise InputError(f"no change {id_} waits; `python -m pricing review` lists those that do.")
    return tuple(found[id_] for id_ in dict.fromkeys(ids))


def _run(at: datetime, reviews: Collection[Review]) -> Run:
    return Run(at=at, verb="review", waiting=sum(not review.rejected_on for review in reviews))
