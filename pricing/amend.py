"""Changes brought into the catalog: rules are closed and added, never overwritten, and files keep their other lines."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from pricing.catalog import Catalog, Model
from pricing.changes import Change
from pricing.check import problems
from pricing.errors import InputError
from pricing.facts import Fact, Source
from pricing.feeds.values import Feed
from pricing.store import Snapshot
from pricing.values import BILLABLE, PriceRule, Status
from pricing.windows import SLOT_MINUTES

MODELS, WINDOWS, SOURCES = "catalog/models.csv", "catalog/windows.csv", "sources/prices.csv"
Rules = tuple[PriceRule, ...]


def next_slot(at: datetime) -> datetime:
    """The half hour from which on an accepted price holds: nothing that was billed until now becomes another."""
    past = timedelta(minutes=at.minute % SLOT_MINUTES, seconds=at.second, microseconds=at.microsecond)
    return at - past + timedelta(minutes=SLOT_MINUTES) if past else at


def accepted(rules: Rules, change: Change, source: str, at: datetime) -> Rules:
    """The rules of a seller, in the order of its file, with the change accepted at `at` and naming `source`.

    What is closed keeps its line, what is added stands below. Raises InputError for a change whose time is over.
    """
    start = next_slot(at)
    for rule in change.theirs:
        begins = rule.valid_from or start
        if rule.valid_to and rule.valid_to <= begins:
            raise InputError(f"{change.id}: that price has ended on {rule.valid_to.date()}; reject it.")
        status = Status.SCHEDULED if begins.date() > at.date() else Status.LISTED
        told = {"valid_from": begins, "status": status, "source": source, "checked_on": at.date()}
        rules = put(rules, rule.model_copy(update=told))
    if change.theirs:
        return rules
    gone = {(_place(rule), rule.valid_from) for rule in change.ours}
    return tuple(_ended(r, start) if (_place(r), r.valid_from) in gone and _bills(r) else r for r in rules)


def put(rules: Rules, new: PriceRule) -> Rules:
    """`new` among the rules: those of its place that overlap end where it begins, and go on in a new row after it.

    One that begins no earlier is cancelled.
    """
    assert new.valid_from is not None  # noqa: S101 - what is added begins at some instant
    found: list[PriceRule] = []
    added = [new]
    for old in rules:
        if _place(old) == _place(new) and _bills(old) and old.begins < new.ends and new.begins < old.ends:
            found.append(_ended(old, new.valid_from))
            if new.ends < old.ends:
                added.append(old.model_copy(update={"valid_from": new.valid_to}))
        else:
            found.append(old)
    below = _below(found, new)
    return (*found[:below], *added, *found[below:])


def _below(rules: Sequence[PriceRule], new: PriceRule) -> int:
    """The line for a new rule: after the last of its place, else of its model, else of all."""
    for like in (_place, lambda rule: rule.model):
        lines = [line for line, rule in enumerate(rules, 1) if like(rule) == like(new)]
        if lines:
            return lines[-1]
    return len(rules)


def _ended(rule: PriceRule, at: datetime) -> PriceRule:
    """Closed at `at`, or cancelled if it would begin only then."""
    return rule.model_copy(update={"valid_to": at} if rule.begins < at else {"status": Status.CANCELLED})


def _bills(rule: PriceRule) -> bool:
    return rule.status in BILLABLE


def _place(rule: PriceRule) -> tuple[str | int, ...]:
    return (
        rule.model,
        rule.item,
        rule.min_input_tokens,
        rule.window,
        rule.processing,
        rule.service_tier,
        rule.speed,
        rule.region,
    )


def faults(catalog: Catalog, change: Change, rules: Rules) -> list[str]:
    """What `pricing check` would find in the changed model and does not find now; `catalog` knows the new source."""
    key = change.provider, change.model
    info = change.info or catalog.models[key].info
    windows = {**catalog.windows, **{window.id: window for window in change.windows}}
    fees = frozenset(item.id for item in catalog.items.values() if not item.per_token)
    own = tuple(rule for rule in rules if rule.model == change.model)
    named = dict.fromkeys(rule.window for rule in own if rule.window)
    changed = Model(info, own, tuple(windows[name] for name in named), fees)
    before = {key: catalog.models[key]} if key in catalog.models else {}
    known = problems(replace(catalog, models=before, aliases=()))
    return [p for p in problems(replace(catalog, models={key: changed}, aliases=(), windows=windows)) if p not in known]


def source_of(catalog: Catalog, feed: Feed, version: str, read_on: date) -> Source:
    """Who says a figure of this version: the feed's source itself, or a row of its own where it is of another one."""
    known = catalog.sources.get(feed.source)
    if known and known.version == version:
        return known
    id_ = f"{feed.source}@{version}"
    return catalog.sources.get(id_) or Source(
        id=id_,
        publisher=known.publisher if known else feed.title,
        title=known.title if known else feed.title,
        locator=feed.url,
        version=version,
        accessed_on=read_on,
        licence=known.licence if known else "not stated; figures only",
        note="Read by a refresh.",
    )


def price_file(held: Snapshot, provider: str) -> tuple[str, Rules]:
    """A seller's file by its name, and its rules in order; none where the seller has no price yet."""
    name = f"prices/{provider}.csv"
    return name, held.table(name, PriceRule) if held.text_or(name, "") else ()


def price_text(rules: Rules) -> str:
    """The file of a seller. A row that was not changed is written as it was."""
    return _lines([list(PriceRule.model_fields), *map(_cells, rules)])


def with_rows(held: Snapshot, name: str, rows: Iterable[Fact]) -> str:
    """A table with rows added at its end."""
    text = held.text(name)
    columns = next(csv.reader(io.StringIO(text)))
    added = [dict(zip(type(row).model_fields, _cells(row), strict=True)) for row in rows]
    return text.rstrip("\n") + "\n" + _lines([row[column] for column in columns] for row in added)


def _lines(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _cells(fact: Fact) -> list[str]:
    """The cells of a row in the order of its fields; a value that goes without saying is an empty cell."""
    fields = type(fact).model_fields.items()
    values = [(getattr(fact, name), field.default) for name, field in fields]
    return ["" if value == default else _cell(value) for value, default in values]


def _cell(value: object) -> str:
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        case bool():
            return str(value).lower()
    return str(value)
