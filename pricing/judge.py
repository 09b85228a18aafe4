"""Which changes are accepted alone, and why the others wait for a person: pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pricing.catalog import Catalog
from pricing.changes import Change, Kind, Place, View, figure, follows, hours_of, place_of, same_amount, within
from pricing.feeds.values import Quote
from pricing.values import BILLABLE, PriceRule

DOUBLE = 2  # A change of more than this, either way, is looked at.
_ONE_LIST = frozenset({Kind.CHANGED, Kind.SCHEDULED})


@dataclass(frozen=True)
class Verdict:
    """A change, and why it waits; no reason where it is accepted alone."""

    change: Change
    reason: str = ""


def decide(changes: Iterable[Change], views: Mapping[str, View], overruled: Collection[str]) -> list[Verdict]:
    """A verdict on each change; one that says the same as another is left out.

    `views` are the readings of this run by feed. `overruled` are the `figures` of changes that a person rejected: they
    contradict nobody any more.
    """
    distinct: dict[object, Change] = {}
    for change in sorted(changes, key=lambda each: not _is_own(each, views[each.feed])):
        distinct.setdefault(_said(change), change)
    verdicts = [Verdict(change, _reason(change, views, overruled)) for change in distinct.values()]
    return [*_together(verdicts)]


def figures(change: Change, catalog: Catalog) -> set[str]:
    """What a feed says in a change, place by place."""
    return {_figure(change.feed, change, _place(rule, change, catalog), rule) for rule in change.theirs}


def _figure(feed: str, change: Change, place: Place, price: PriceRule | Quote) -> str:
    return f"{feed} {change.provider}/{change.model} {place} {figure(price)}"


def _place(rule: PriceRule, change: Change, catalog: Catalog) -> Place:
    windows = {**catalog.windows, **{window.id: window for window in change.windows}}
    return place_of(rule, hours_of(windows[rule.window]) if rule.window else "")


def _is_own(change: Change, seen: View) -> bool:
    """Whether the feed speaks of prices that we have from it, or of something that is not on record."""
    return all(follows(rule, seen.feed) for rule in change.ours)


def _said(change: Change) -> object:
    """The same for changes of several feeds that come to the same."""
    if change.kind is Kind.NEW_MODEL:
        return change.provider, change.model.lower()
    prices = tuple((place_of(r, r.window), figure(r), r.valid_from) for r in change.theirs)
    return change.provider, change.model, prices or change.id


def _reason(change: Change, views: Mapping[str, View], overruled: Collection[str]) -> str:
    title = views[change.feed].feed.title
    match change.kind:
        case Kind.PAST:
            return "it is about the past"
        case Kind.VANISHED_PRICE | Kind.VANISHED_MODEL:
            return f"{title} no longer has it"
        case Kind.NEW_MODEL:
            return _unconfirmed(change, views)
    return next(_doubts(change, views, overruled), "")


def _doubts(change: Change, views: Mapping[str, View], overruled: Collection[str]) -> Iterator[str]:
    """What speaks against a price, the gravest first."""
    seen = views[change.feed]
    against = [*_against(change, [view for view in views.values() if view is not seen], overruled)]
    if against:
        yield f"sources disagree: {'; '.join(against)}"
    if not _is_own(change, seen):
        yield f"we have this price from {change.ours[0].source.split('@')[0]}, which has not said so"
    if change.windows:
        yield "its hours are not on record"
    if not _is_plausible(change, seen.catalog):
        yield f"it is a change of more than {DOUBLE}×" if change.ours else "no such item is on record at such a price"


def _against(change: Change, others: Iterable[View], overruled: Collection[str]) -> Iterator[str]:
    """What other feeds say of the same price at the same time, where it is something else."""
    (rule,) = change.theirs
    for other in others:
        place = _place(rule, change, other.catalog)
        quote = other.quote((change.provider, change.model), place, rule.valid_from or other.at)
        if quote and not same_amount(quote, rule) and _figure(other.feed.id, change, place, quote) not in overruled:
            yield f"{other.feed.title} says {quote.usd:f} for {quote.per}"


def _is_plausible(change: Change, catalog: Catalog) -> bool:
    """A changed price beside the old one, a new one beside those that other models have for the same."""
    (rule,) = change.theirs
    known = change.ours or (r for m in catalog.models.values() for r in m.rules if r.item == rule.item and _bills(r))
    return any(within(DOUBLE, other, rule) for other in known)


def _bills(rule: PriceRule) -> bool:
    return rule.status in BILLABLE


def _unconfirmed(change: Change, views: Mapping[str, View]) -> str:
    """Why a new model is not added alone; nothing where a second source sells it at the same plain prices."""
    own = _plain_prices(change.theirs, views[change.feed].at)
    confirmed = False
    for view in views.values():
        said = [
            q
            for (seller, name), quotes in view.unknown.items()
            for q in quotes
            if view.feed.id != change.feed and (seller, name.lower()) == (change.provider, change.model.lower())
        ]
        prices = _plain_prices(said, view.at)
        if any(prices[item] != own[item] for item in prices.keys() & own.keys()):
            return f"sources disagree: {view.feed.title} has other prices"
        confirmed |= {"input", "output"} <= prices.keys() & own.keys()
    return "" if confirmed else "no second source has it"


def _plain_prices(prices: Iterable[PriceRule | Quote], at: datetime) -> dict[str, str]:
    """The figures in force by item, standard, smallest tier, at any hour."""
    return {
        price.item: figure(price)
        for price in prices
        if not price.min_input_tokens and not price.window
        if not (price.processing or price.service_tier or price.speed or price.region)
        if (price.valid_from or at) <= at and (price.valid_to is None or at < price.valid_to)
    }


def _together(verdicts: list[Verdict]) -> Iterator[Verdict]:
    """A price list changes as a whole: where one price of a model waits, its other changes in that mode do too."""
    waiting = {_list(verdict.change) for verdict in verdicts if verdict.reason and verdict.change.kind in _ONE_LIST}
    for verdict in verdicts:
        held_up = not verdict.reason and verdict.change.kind in _ONE_LIST and _list(verdict.change) in waiting
        yield Verdict(verdict.change, "another price of this model waits") if held_up else verdict


def _list(change: Change) -> tuple[str, ...]:
    (rule,) = change.theirs
    return change.feed, change.provider, change.model, rule.processing, rule.service_tier, rule.speed, rule.region
