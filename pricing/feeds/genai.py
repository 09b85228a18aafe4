"""genai-prices: sellers, models, and prices under conditions, some of them dated ahead.

It cannot express: hours of some weekdays only or holidays, hours together with a date (what it says of hours it says
of all days, past ones too), regions, the end of a model, output limits. A price by batch, flex or priority is dated
from the day on which its authors read it, so the first such date is left blank here. A price that a mode leaves out
is the standard one.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib.metadata import version

from pricing.feeds.payload import (
    PER_CALLS,
    PER_TOKENS,
    RowSkipped,
    count,
    day,
    decode,
    digest,
    name,
    reading,
    rows,
    table,
    threshold,
    title,
    usd,
)
from pricing.feeds.values import FeedRefused, Listing, Quote, Reading
from pricing.feeds.week import DAYS, Stretch, by_hour
from pricing.values import CLAIMS, STANDARD, Mode, PriceRule

URL = "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json"

_ITEMS = {
    "input_mtok": "input",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write_5m",
    "cache_write_5m_mtok": "cache_write_5m",  # Goes before cache_write_mtok, which is of no stated time.
    "cache_write_1h_mtok": "cache_write_1h",
    "output_mtok": "output",
    "input_audio_mtok": "input_audio",
    "cache_audio_read_mtok": "cache_read_audio",
    "output_audio_mtok": "output_audio",
    "web_searches_kcount": "web_search",
    "requests_kcount": "request",
}
_FEES = frozenset({"web_search", "request"})
_UNITS = ("_mtok", "_kcount", "_kpages", "_mchars", "_gpixels", "_hours")
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Entry:
    """Prices under a condition: a mode of service, a first day, or hours of the day. None of them: always."""

    prices: Mapping[str, object]
    mode: Mode
    start: datetime | None = None
    hours: Stretch | None = None

    def is_active(self, at: datetime | None) -> bool:
        """Whether it has begun at `at`; None is before all dates."""
        return self.start is None or (at is not None and self.start <= at)


def adapt(payload: bytes) -> Reading:
    """Read the published JSON, or what `packaged` gives. Raises FeedRefused."""
    content = decode(payload)
    stated = digest(payload)
    if isinstance(content, dict):
        stated, content = name(content.get("version"), "version"), content.get("providers")
    quotes: list[Quote] = []
    listings: list[Listing] = []
    skipped: list[str] = []
    for listed in rows(content, "the payload"):
        provider = table(listed, "a provider")
        seller = name(provider.get("id"), "a provider's id")
        for row in rows(provider.get("models"), f"{seller}, models"):
            model = table(row, f"{seller}, a model")
            sold = _listing(seller, model)
            place = f"{sold.provider}/{sold.model}"
            standard, variants = _standard(model, place), _variants(model, place, skipped)
            try:
                quotes += _quotes(sold, standard, variants)
            except RowSkipped as reason:
                skipped.append(f"{place}: {reason}")
            listings.append(sold)
            skipped += [f"{place}: {key} is not billed here." for key in _unread(standard + variants, place)]
    return reading(stated, quotes, listings, skipped)


def _listing(seller: str, model: dict[str, object]) -> Listing:
    own = name(model.get("id"), f"{seller}, a model's id")
    return Listing(seller, own, title(model.get("name"), own), count(model.get("context_window")))


def _standard(model: dict[str, object], place: str) -> list[_Entry]:
    """The conditional prices in order; the last that is active holds."""
    prices = model.get("prices")
    if isinstance(prices, dict):
        return [_Entry(prices, STANDARD)]
    return [_entry(table(row, f"{place}, prices"), STANDARD, place) for row in rows(prices, f"{place}, prices")]


def _variants(model: dict[str, object], place: str, skipped: list[str]) -> list[_Entry]:
    """The prices of other modes in order; of each item the first that is active holds."""
    found = []
    for row in rows(model.get("price_variants") or [], f"{place}, price_variants"):
        variant = table(row, f"{place}, price_variants")
        when = {k: name(v, f"{place}, when") for k, v in table(variant.get("when"), f"{place}, when").items()}
        mode = Mode.model_validate({k: v for k, v in when.items() if k in Mode.model_fields})
        entry = _entry(variant, mode, place)
        if entry.hours or when.keys() - Mode.model_fields:
            skipped.append(f"{place}: prices by {', '.join(map(repr, when))} are left out.")
        elif mode != STANDARD:
            found.append(entry)
    first = {mode: min(e.start or _EVER for e in found if e.mode == mode) for mode in {e.mode for e in found}}
    return [replace(entry, start=None) if entry.start == first[entry.mode] else entry for entry in found]


def _entry(row: dict[str, object], mode: Mode, place: str) -> _Entry:
    prices = table(row.get("prices"), f"{place}, prices")
    constraint = row.get("constraint")
    match constraint:
        case None:
            return _Entry(prices, mode)
        case {"start_date": start, **rest} if not rest and (begins := day(start)):
            return _Entry(prices, mode, start=datetime.combine(begins, time(), UTC))
        case {"start_time": str(start), "end_time": str(end), **rest} if not rest:
            return _Entry(prices, mode, hours=Stretch(DAYS, _minute(start, place), _minute(end, place)))
    raise FeedRefused(f"{place}: the condition {str(constraint)[:80]!r} is not one that this feed has.")


def _minute(clock: str, place: str) -> int:
    """Minutes of the UTC day."""
    try:
        told = time.fromisoformat(clock)
    except ValueError:
        raise FeedRefused(f"{place}: {clock[:40]!r} is no time of day.") from None
    utc = datetime.combine(date(2000, 1, 2), told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
    return utc.hour * 60 + utc.minute


def _quotes(sold: Listing, standard: list[_Entry], variants: list[_Entry]) -> Iterator[Quote]:
    """Every price with its period: what holds from one date to the next, joined where it stays the same."""
    dates = sorted({entry.start for entry in (*standard, *variants) if entry.start})
    running: dict[Quote, datetime | None] = {}
    for start in (None, *dates):
        now = dict.fromkeys(_at(sold, standard, variants, start))
        for quote in [quote for quote in running if quote not in now]:
            yield replace(quote, valid_from=running.pop(quote), valid_to=start)
        running = {quote: running.get(quote, start) for quote in now}
    for quote, begun in running.items():
        yield replace(quote, valid_from=begun) if begun else quote


def _at(sold: Listing, standard: list[_Entry], variants: list[_Entry], at: datetime | None) -> Iterator[Quote]:
    """The prices in force at `at`, undated."""
    active = [i for i, entry in enumerate(standard) if not entry.hours and entry.is_active(at)]
    if not active:
        return
    plain = _by_item(standard[active[-1]].prices)
    timed = [(entry.hours, _by_item(entry.prices)) for entry in standard[active[-1] + 1 :] if entry.hours]
    for item, price in plain.items():
        stretches = [(hours, prices[item]) for hours, prices in timed if item in prices]
        yield from _priced(sold, item, price, STANDARD, stretches)
    for mode in dict.fromkeys(entry.mode for entry in variants):
        own: dict[str, object] = {}
        for entry in variants:
            if entry.mode == mode and entry.is_active(at):
                own = _by_item(entry.prices) | own
        inherited = {item: price for item, price in plain.items() if item not in _FEES}
        for item, price in (inherited | own).items() if own else ():
            yield from _priced(sold, item, price, mode, [])


def _by_item(prices: Mapping[str, object]) -> dict[str, object]:
    return {item: prices[key] for key, item in _ITEMS.items() if prices.get(key) is not None}


def _priced(
    sold: Listing, item: str, price: object, mode: Mode, stretches: list[tuple[Stretch, object]]
) -> Iterator[Quote]:
    place = f"{sold.provider}/{sold.model}, {item}"
    per = PER_CALLS if item in _FEES else PER_TOKENS
    timed = [(hours, _tiers(other, place)) for hours, other in stretches]
    for tier, amount in _tiers(price, place).items():
        week = [(hours, other.get(tier, amount)) for hours, other in timed]
        for window, dollars in by_hour(amount, week, amount) if week else [(None, amount)]:
            yield Quote(sold.provider, sold.model, item, dollars, per, *tier, *_served(mode), window)


def _served(mode: Mode) -> tuple[str, str, str, str]:
    return mode.processing, mode.service_tier, mode.speed, mode.region


def _tiers(price: object, place: str) -> dict[tuple[int, bool], Decimal]:
    """USD by threshold and whether it is strict."""
    if not isinstance(price, dict):
        return {(0, True): usd(price, place)}
    found = {(0, True): usd(price.get("base"), place)}
    for row in rows(price.get("tiers"), f"{place}, tiers"):
        tier = table(row, f"{place}, tiers")
        found[_edge(threshold(tier.get("start"), place))] = usd(tier.get("price"), place)
    return found


def _edge(start: int) -> tuple[int, bool]:
    """Tiers begin above their start; 199,999 is how the feed writes "from 200,000 on"."""
    return (start + 1, False) if (start + 1) % 1000 == 0 else (start, True)


def _unread(entries: list[_Entry], place: str) -> list[str]:
    """The prices of what is not billed here. Raises FeedRefused for an unknown unit."""
    keys = {name(key, f"{place}, prices") for entry in entries for key in entry.prices} - _ITEMS.keys()
    for key in keys:
        if not key.endswith(_UNITS):
            raise FeedRefused(f"{place}: {key[:60]!r} has a unit that is not known.")
    return sorted(keys)


def expresses(rule: PriceRule) -> bool:
    """Whether the feed could state such a price."""
    return rule.item in _ITEMS.values() and rule.status not in CLAIMS and not rule.region


def packaged() -> bytes:
    """The data of the installed package, for `adapt`: no network."""
    from genai_prices.data import providers  # noqa: PLC0415 - takes longer to load than the rest together

    content = {"version": version("genai-prices"), "providers": providers}
    return json.dumps(content, default=_published).encode()


def _published(value: object) -> object:
    """An object of the package in the form of its published JSON, but for what is not read."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return {key: own for key, own in vars(value).items() if own is not None and key not in _NOT_READ}


_NOT_READ = frozenset({"extractors", "match", "model_match", "provider_match"})
