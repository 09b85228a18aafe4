"""What waits for a person before it may enter the catalog, and when the prices were last asked for."""

from collections.abc import Sequence

import streamlit as st

from estimator.dashboard.parts import escaped
from estimator.report import rate
from pricing import PriceRule, catalog
from pricing.facts import DATA
from pricing.journal import Review, Run, read_runs
from pricing.review import waiting
from pricing.store import read_whole

_RUNS = 10


def show_upkeep() -> None:
    """The queue, both sides of each change, and the last runs. Deciding is left to the command: a page has no owner."""
    found = waiting()
    if found:
        many = "1 change waits" if len(found) == 1 else f"{len(found)} changes wait"
        st.markdown(f"### {many} for a person")
        st.caption(
            "Look at both sides, then accept or reject each by a command, on the machine that Breakeven runs on."
        )
        for review in found:
            _one(review)
    else:
        st.success("Nothing waits for a person: every accepted price is in the catalog.")
    runs = read_whole(DATA, read_runs)
    if runs:
        st.markdown("#### The last runs")
        st.dataframe(
            [row for run in runs[: -_RUNS - 1 : -1] for row in _run(run)], hide_index=True, alt="The last runs"
        )
    else:
        st.caption("No refresh has run here yet: `python -m pricing refresh` asks the feeds what has changed.")


def _one(review: Review) -> None:
    change = review.change
    found = catalog().models.get((change.provider, change.model))
    name = found.info.name if found else change.model
    with st.expander(escaped(f"{name} · {change.kind} · {review.id}")):
        st.markdown(f"**Why it waits**: {escaped(review.reason)}. Since {review.since:%-d %B %Y}.")
        left, right = st.columns(2)
        with left:
            _side("In the catalog", change.ours)
        with right:
            _side(f"Says {change.feed} {change.version}".strip(), change.theirs)
        st.code(
            f"python -m pricing review accept {review.id}\npython -m pricing review reject {review.id}", language=None
        )


def _side(title: str, rules: Sequence[PriceRule]) -> None:
    st.markdown(f"**{escaped(title)}**")
    if not rules:
        st.caption("nothing")
        return
    items = catalog().items
    st.table(
        [
            {
                "What": escaped(items[rule.item].name if rule.item in items else rule.item),
                "Price": escaped(rate(rule.typical, rule.per)),
                "From": f"{rule.valid_from:%-d %b %Y}" if rule.valid_from else "",
                "When": escaped(str(rule.mode)),
                "Source": escaped(rule.source),
                "Checked": rule.checked_on,
            }
            for rule in rules
        ]
    )


def _run(run: Run) -> list[dict[str, object]]:
    return [
        {
            "When": run.at,
            "Feed": feed.feed,
            "Read": feed.problem or feed.via,
            "Version": feed.version or feed.etag,
            "Confirmed": feed.confirmed,
            "Added": feed.added,
            "Closed": feed.closed,
            "Waiting": feed.waiting,
        }
        for feed in run.feeds
    ]
