"""What a feed says otherwise than the catalog: pure, from a reading to changes with both sides.

The prices of each thing that is billed are laid beside each other over time, and every stretch on which they differ is
one change. What a feed does not say is a change only where it is our source of the price and could have said it.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import zip_longest

from pricing.catalog import Catalog, Model, ModelInfo
from pricing.facts import Fact
from pricing.feeds.values import Feed, FeedRefused, Listing, Quote, Reading
from pricing.values import BILLABLE, PriceRule, Status
from pricing.windows import Window

MUCH = 500  # A price that moved by more is a mistake of units, thousandth or millionth.
TOO_MANY = 0.05  # Share of such prices from which on the whole feed is not to be trusted.
SHRUNK = 0.5


class Kind(StrEnum):
    NEW_PRICE = "new price"
    CHANGED = "changed price"
    SCHEDULED = "scheduled price"
    REVOKED = "revoked"
    PAST = "the past differs"
    VANISHED_PRICE = "vanished price"
    VANISHED_MODEL = "vanished model"
    NEW_MODEL = "new model"


class Change(Fact):
    """`theirs` would hold in place of `ours`. A rule of theirs without valid_from begins when it is accepted.

    `version` is that of the payload; `info` and `windows` are the rows that a first price of a model or of hours needs.
    """

    kind: Kind
    feed: str
    provider: str
    model: str
    version: str
    ours: tuple[PriceRule, ...] = ()
    theirs: tuple[PriceRule, ...] = ()
    info: ModelInfo | None = None
    windows: tuple[Window, ...] = ()

    @property
    def id(self) -> str:
        """The same for as long as the feed says the same: a decision about it holds until the figure changes."""
        if self.theirs:
            said = [str((place_of(r, r.window), figure(r), r.valid_from)) for r in self.theirs]
        else:
            said = [str(place_of(r, r.window)) for r in self.ours]
        text = "\n".join((self.feed, self.provider, self.model, *sorted(said)))
        return hashlib.sha256(text.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Place:
    """What a price is for, apart from its time and amount. Of hours, no more than feeds can say: not the days."""

    item: str
    min_input_tokens: int
    processing: str
    service_tier: str
    speed: str
    region: str
    hours: str


def place_of(price: PriceRule | Quote, hours: str) -> Place:
    """`hours` are those of the window as `hours_of` spells them; the id of the window serves where that is enough."""
    return Place(
        price.item,
        price.min_input_tokens,
        price.processing,
        price.service_tier,
        price.speed,
        price.region,
        hours,
    )


def figure(price: PriceRule | Quote) -> str:
    """The amount as a text that is the same however it is written; only for one price, not for a range."""
    assert price.usd is not None  # noqa: S101 - ranges are claims, and feeds make none
    return f"{price.usd.normalize():f}/{price.per}"


def same_amount(a: PriceRule | Quote, b: PriceRule | Quote) -> bool:
    return a.usd is not None and b.usd is not None and a.usd * b.per == b.usd * a.per


def within(factor: int, a: PriceRule | Quote, b: PriceRule | Quote) -> bool:
    """Whether both are above nothing, and neither more than `factor` times the other."""
    assert a.usd is not None  # noqa: S101
    assert b.usd is not None  # noqa: S101
    x, y = a.usd * b.per, b.usd * a.per
    return 0 < x <= factor * y and 0 < y <= factor * x


def follows(rule: PriceRule, feed: Feed) -> bool:
    """Whether the feed is our source of this price: `litellm`, or a later reading of it, `litellm@2027-01-05`."""
    return rule.source.split("@")[0] == feed.source


Quoted = Mapping[Place, tuple[Quote, ...]]
Key = tuple[str, str]


@dataclass(frozen=True)
class View:
    """A reading in terms of the catalog at `at`: quotes by model and place, and those of models not on record."""

    catalog: Catalog
    at: datetime
    feed: Feed
    reading: Reading
    sold: Mapping[Key, Quoted]
    unknown: Mapping[Key, tuple[Quote, ...]]
    listed: frozenset[Key]

    @property
    def names(self) -> tuple[str, ...]:
        """Every model that the feed prices, by its own name."""
        return tuple(sorted({f"{quote.provider}/{quote.model}" for quote in self.reading.quotes}))

    def quote(self, key: Key, place: Place, start: datetime) -> Quote | None:
        """What the feed says of a price from `start` on; of the future only what it announces."""
        found = _covering(self.sold.get(key, {}).get(place, ()), start, self.at)
        return found if found and (start <= self.at or self.announces(found)) else None

    def announces(self, quote: Quote) -> bool:
        """Whether the quote is of a price that is still to come."""
        return quote.valid_from is not None and quote.valid_from > self.at


def view(catalog: Catalog, feed: Feed, reading: Reading, at: datetime) -> View:
    """The reading by our names. A dated snapshot stands for a model only where the feed lacks the model's own id."""
    spelled: dict[Key, list[Quote]] = {}
    for quote in reading.quotes:
        spelled.setdefault((quote.provider, quote.model), []).append(quote)
    of_model: dict[Key, dict[str, list[Quote]]] = {}
    unknown: dict[Key, tuple[Quote, ...]] = {}
    for (provider, name), quotes in spelled.items():
        match catalog.matches(name, provider):
            case [model]:
                of_model.setdefault((provider, model.id), {})[name] = quotes
            case []:
                unknown[provider, name] = tuple(quotes)
    sold = {key: _by_place(names.get(key[1]) or _agreed(names)) for key, names in of_model.items()}
    listed = {(m.provider, m.id) for each in reading.listings for m in catalog.matches(each.model, each.provider)}
    return View(catalog, at, feed, reading, sold, unknown, frozenset(listed | sold.keys()))


def _agreed(names: Mapping[str, list[Quote]]) -> list[Quote]:
    """The quotes of a model that stands under other names only: none where those differ."""
    said = [{(q.key[2:], figure(q), q.valid_from, q.valid_to) for q in quotes} for quotes in names.values()]
    return next(iter(names.values())) if all(each == said[0] for each in said) else []


def _by_place(quotes: Iterable[Quote]) -> dict[Place, tuple[Quote, ...]]:
    found: dict[Place, tuple[Quote, ...]] = {}
    for quote in quotes:
        place = place_of(quote, hours_of(quote.window))
        found[place] = (*found.get(place, ()), quote)
    return found


def hours_of(window: Window | None) -> str:
    return f"{window.timezone} {window.hours}" if window else ""


def refuse(seen: View, known: Collection[str]) -> None:
    """Raise FeedRefused for a reading that cannot be true as a whole; `known` are the names of the last good one."""
    if not seen.reading.quotes:
        raise FeedRefused("there is no price in it.")
    for quote in seen.reading.quotes:
        if not quote.usd.is_finite() or quote.usd < 0 or quote.per <= 0:
            raise FeedRefused(f"{quote.provider}/{quote.model}, {quote.item}: {quote.usd} is not a price.")
    if len(seen.names) < SHRUNK * len(known):
        raise FeedRefused(f"it has {len(seen.names)} models, and had {len(known)}.")
    pairs = [
        (ours, theirs)
        for key, quoted in seen.sold.items()
        for place, rules in held(seen.catalog, seen.catalog.models[key]).items()
        if (ours := _in_force(rules, seen.at)) and (theirs := _covering(quoted.get(place, ()), seen.at, seen.at))
        if ours.usd and theirs.usd
    ]
    moved = sum(not within(MUCH, ours, theirs) for ours, theirs in pairs)
    if pairs and moved >= TOO_MANY * len(pairs) and moved:
        raise FeedRefused(f"{moved} of {len(pairs)} prices moved more than {MUCH}-fold: its unit has changed.")


def held(catalog: Catalog, model: Model) -> dict[Place, tuple[PriceRule, ...]]:
    """The billable rules of a model by place."""
    found: dict[Place, tuple[PriceRule, ...]] = {}
    for rule in model.rules:
        if rule.status in BILLABLE:
            place = place_of(rule, hours_of(catalog.windows[rule.window]) if rule.window else "")
            found[place] = (*found.get(place, ()), rule)
    return found


def _in_force(rules: Iterable[PriceRule], at: datetime) -> PriceRule | None:
    return next((rule for rule in rules if rule.in_force(at)), None)


def _covering(quotes: Iterable[Quote], start: datetime, at: datetime) -> Quote | None:
    """The quote that holds from `start` on; one that states no beginning says nothing of the time before `at`."""
    return next(
        (
            quote
            for quote in quotes
            if (quote.valid_from or at) <= start and (quote.valid_to is None or start < quote.valid_to)
        ),
        None,
    )


def propose(seen: View, known: Collection[str] | None) -> tuple[list[Change], int]:
    """Every difference at `seen.at`, and how many prices in force are the same on both sides.

    `known` are the names of the feed's last good reading. A model that we leave out is news only if it was not among
    them; None, for a first reading, makes nothing news.
    """
    changes: list[Change] = []
    confirmed = 0
    for key, quoted in seen.sold.items():
        model = seen.catalog.models[key]
        rules = held(seen.catalog, model)
        for place, quotes in quoted.items():
            for stretch in _stretches(quotes, rules.get(place, ()), seen.at):
                if stretch.is_settled:
                    confirmed += stretch.start == seen.at
                elif kind := _kind(seen, model, stretch):
                    changes.append(_change(seen, model, stretch, kind))
    changes += _vanished(seen)
    if known is not None:
        changes += _new_models(seen, frozenset(known))
    return changes, confirmed


@dataclass(frozen=True)
class Stretch:
    """A stretch of time on which neither side changes. `ours` is None where nothing is on record."""

    start: datetime
    end: datetime | None
    ours: PriceRule | None
    theirs: Quote

    @property
    def is_settled(self) -> bool:
        return self.ours is not None and same_amount(self.ours, self.theirs)


def _stretches(quotes: Collection[Quote], rules: Collection[PriceRule], at: datetime) -> Iterator[Stretch]:
    """The two sides beside each other, from the first instant of which the feed speaks."""
    periods = [(q.valid_from, q.valid_to) for q in quotes] + [(r.valid_from, r.valid_to) for r in rules]
    starts = sorted({at} | {edge for period in periods for edge in period if edge})
    for start, end in zip_longest(starts, starts[1:]):
        if theirs := _covering(quotes, start, at):
            yield Stretch(start, end, _in_force(rules, start), theirs)


def _kind(seen: View, model: Model, stretch: Stretch) -> Kind | None:
    """What sort of difference it is; None for one that says nothing."""
    ours, theirs = stretch.ours, stretch.theirs
    ended = max((rule.ends for rule in model.rules if rule.status in BILLABLE), default=None)
    if ended and stretch.start >= ended and (theirs.valid_from is None or theirs.valid_from < ended):
        return None  # Feeds go on naming the last price of a model that is no longer sold.
    if stretch.start == seen.at:
        return Kind.CHANGED if ours else Kind.NEW_PRICE
    if stretch.start < seen.at:
        return None if theirs.window else Kind.PAST  # Feeds say of hours only what they are now.
    if seen.announces(theirs):
        return Kind.SCHEDULED
    if ours and ours.status is Status.SCHEDULED and follows(ours, seen.feed) and seen.feed.expresses(ours):
        return Kind.REVOKED
    return None


def _change(seen: View, model: Model, stretch: Stretch, kind: Kind) -> Change:
    ours, start = stretch.ours, None if stretch.start == seen.at else stretch.start
    rule, window = _as_rule(seen, model.id, stretch.theirs, start, stretch.end)
    if ours:
        rule = rule.model_copy(update={"min_is_strict": ours.min_is_strict, "window": ours.window})
    return Change(
        kind=kind,
        feed=seen.feed.id,
        provider=model.provider,
        model=model.id,
        version=seen.reading.version,
        ours=(ours,) if ours else (),
        theirs=(rule,),
        windows=(window,) if window and not ours else (),
    )


def _as_rule(
    seen: View, model: str, quote: Quote, start: datetime | None, end: datetime | None
) -> tuple[PriceRule, Window | None]:
    """The row that the quote would be, and the row of its hours if those are not on record."""
    hours = [window for window in seen.catalog.windows.values() if hours_of(window) == hours_of(quote.window)]
    new = quote.window.model_copy(update={"source": seen.feed.source}) if quote.window and not hours else None
    window = hours[0] if hours else new
    rule = PriceRule(
        provider=quote.provider,
        model=model,
        item=quote.item,
        usd=quote.usd,
        per=quote.per,
        valid_from=start,
        valid_to=end,
        min_input_tokens=quote.min_input_tokens,
        min_is_strict=quote.min_is_strict,
        window=window.id if window else "",
        processing=quote.processing,
        service_tier=quote.service_tier,
        speed=quote.speed,
        region=quote.region,
        status=Status.SCHEDULED if start and start.date() > seen.at.date() else Status.LISTED,
        source=seen.feed.source,
        checked_on=seen.at.date(),
    )
    return rule, new


def _vanished(seen: View) -> Iterator[Change]:
    """Prices in force that we have from this feed, that it could state, and that it no longer has."""
    for key, model in seen.catalog.models.items():
        quoted = seen.sold.get(key, {})
        gone = tuple(
            rule
            for place, rules in held(seen.catalog, model).items()
            if (rule := _in_force(rules, seen.at)) and follows(rule, seen.feed) and seen.feed.expresses(rule)
            if not _covering(quoted.get(place, ()), seen.at, seen.at)
        )
        if gone and key not in seen.listed:
            yield _absence(seen, model, Kind.VANISHED_MODEL, gone)
        elif quoted:
            yield from (_absence(seen, model, Kind.VANISHED_PRICE, (rule,)) for rule in gone)


def _absence(seen: View, model: Model, kind: Kind, gone: tuple[PriceRule, ...]) -> Change:
    return Change(
        kind=kind, feed=seen.feed.id, provider=model.provider, model=model.id, version=seen.reading.version, ours=gone
    )


def _new_models(seen: View, known: Collection[str]) -> Iterator[Change]:
    """Models of sellers on record that the feed has begun to price, by the token both ways."""
    listings = {(each.provider, each.model): each for each in seen.reading.listings}
    for (provider, name), quotes in seen.unknown.items():
        current = [quote for quote in quotes if quote.valid_to is None or quote.valid_to > seen.at]
        if (
            provider in seen.catalog.providers
            and f"{provider}/{name}" not in known
            and {"input", "output"} <= {quote.item for quote in current}
        ):
            rows = [_as_rule(seen, name, quote, quote.valid_from, quote.valid_to) for quote in current]
            yield Change(
                kind=Kind.NEW_MODEL,
                feed=seen.feed.id,
                provider=provider,
                model=name,
                version=seen.reading.version,
                theirs=tuple(rule for rule, _ in rows),
                info=_info(seen.feed, provider, name, listings.get((provider, name))),
                windows=tuple({window.id: window for _, window in rows if window}.values()),
            )


def _info(feed: Feed, provider: str, name: str, listing: Listing | None) -> ModelInfo:
    return ModelInfo(
        provider=provider,
        model=name,
        name=listing.name if listing else name,
        context_tokens=listing.context_tokens if listing else None,
        max_output_tokens=listing.max_output_tokens if listing else None,
        released_on=listing.released_on if listing else None,
        retires_on=listing.retires_on if listing else None,
        tokenizer="unknown",
        source=feed.source,
        note="Added by a refresh: its tokenizer is not on record.",
    )
