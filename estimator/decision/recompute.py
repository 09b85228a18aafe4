"""The same usage priced again under another assumption: served differently, at another date, counted differently."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product

from estimator.workload import Used
from estimator.workload.profile import SLOT
from pricing import BILLABLE, Bill, Mode, Model, Unpriced, Usage, price

_NEAR_DAYS = 31  # A bill may apply a change of price up to a billing month early or late.
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Piece:
    """Usage that falls under the same rules. `times`: one for each moment of prices in its span, with its half hours.

    `size` is the total input of each single request at least; where it is None, all are taken to be of the mean size.
    """

    model: Model
    mode: Mode
    usage: Usage
    requests: int
    times: tuple[tuple[datetime, int], ...]
    size: int | None


@dataclass(frozen=True, slots=True)
class Spread:
    """USD: `usd` where use is even over its span, `low` and `high` where all of it fell in the cheapest or dearest."""

    low: Decimal
    usd: Decimal
    high: Decimal

    def __add__(self, other: "Spread") -> "Spread":
        return Spread(self.low + other.low, self.usd + other.usd, self.high + other.high)


NOTHING = Spread(Decimal(0), Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class Scope:
    """Which items of a price list a sum takes in: all, or `only` some; never those in `without`."""

    only: frozenset[str] | None = None
    without: frozenset[str] = frozenset()

    def holds(self, item: str) -> bool:
        return item not in self.without and (self.only is None or item in self.only)


WHOLE = Scope()


@dataclass(frozen=True)
class Assumed:
    """What might be so, in `words` that follow "if". Whatever is None stays as the usage tells it."""

    words: str
    mode: Mode | None = None
    at: Callable[[Model, datetime], datetime] | None = None
    counted: Callable[[Usage], Usage] | None = None
    long: bool = False

    def __and__(self, other: "Assumed") -> "Assumed":
        return Assumed(
            f"{self.words} and {other.words}",
            self.mode if other.mode is None else other.mode,
            self.at or other.at,
            self.counted or other.counted,
            self.long or other.long,
        )


AS_TOLD = Assumed("")


def pieces_of(used: Iterable[tuple[Model, Used]], mode: Mode | None = None) -> tuple[Piece, ...]:
    """Usage with its models, summed up where the same rules apply; in another mode than it tells, if one is given."""
    pieces: dict[object, Piece] = {}
    known: dict[object, dict[object, tuple[datetime, int]]] = {}
    for model, use in used:
        size = use.usage.total_input_tokens // use.requests if use.floor is None else use.floor
        span = (model.provider, model.id, use.start, use.end, bisect_right(model.sizes, size))
        times = known.get(span) or _times(model, use.start, use.end, size)
        known[span] = times
        key = (model.provider, model.id, use.mode, use.floor, tuple((moment, n) for moment, (_, n) in times.items()))
        piece = Piece(model, mode or use.mode, use.usage, use.requests, tuple(times.values()), use.floor)
        if key in pieces:
            before = pieces[key]
            piece = replace(before, usage=before.usage + use.usage, requests=before.requests + use.requests)
        pieces[key] = piece
    return tuple(pieces.values())


def _times(model: Model, start: datetime, end: datetime, size: int) -> dict[object, tuple[datetime, int]]:
    """One time, and the number of half hours, for each moment of prices in a span."""
    found: dict[object, tuple[datetime, int]] = {}
    is_one = not model.windows and bisect_right(model.changes, start) == bisect_right(model.changes, end - _INSTANT)
    for n in range(1 if is_one else -(-(end - start) // SLOT)):
        at = start + n * SLOT
        moment = model.moment(at, at, size)
        first, count = found.get(moment, (at, 0))
        found[moment] = (first, count + 1)
    return found


def spread(pieces: Iterable[Piece], scope: Scope = WHOLE, assumed: Assumed = AS_TOLD) -> Spread:
    """What the pieces cost together. Raises Unpriced where a bucket has no price."""
    return sum((_one(piece, scope, assumed) for piece in pieces), NOTHING)


def _one(piece: Piece, scope: Scope, assumed: Assumed) -> Spread:
    amounts = [(within(bill, scope), n) for bill, n in bills(piece, assumed)]
    weighed = sum((usd * n for usd, n in amounts), Decimal(0)) / sum(n for _, n in amounts)
    return Spread(min(usd for usd, _ in amounts), weighed, max(usd for usd, _ in amounts))


def bills(piece: Piece, assumed: Assumed = AS_TOLD) -> list[tuple[Bill, int]]:
    """The bill of a piece at each moment that it may have fallen in, with the half hours of that moment."""
    model = piece.model
    tiers = [size for size in model.sizes if size]
    return [
        (
            price(
                model,
                assumed.counted(piece.usage) if assumed.counted else piece.usage,
                assumed.at(model, time) if assumed.at else time,
                mode=piece.mode if assumed.mode is None else assumed.mode,
                requests=piece.requests,
                when=time,
                size=tiers[0] if assumed.long and tiers and piece.size is None else piece.size,
                statuses=BILLABLE,
            ),
            n,
        )
        for time, n in piece.times
    ]


def within(bill: Bill, scope: Scope) -> Decimal:
    """The sum of the lines that a scope takes in, USD."""
    return sum((line.usd for line in bill.lines if scope.holds(line.item)), Decimal(0))


def recomputed(pieces: Sequence[Piece], scope: Scope, assumed: Assumed) -> Spread | None:
    """As `spread`; None where something has no price under the assumption."""
    try:
        return spread(pieces, scope, assumed)
    except Unpriced:
        return None


def single(pieces: Sequence[Piece]) -> Iterator[Assumed]:
    """Everything that one assumption can be for these pieces, simplest first."""
    modes = list(_modes(pieces))
    yield from (assumed for mode, assumed in modes if _traits(mode) < 2)
    yield from (assumed for assumed in (*_COUNTED, *_DATES, _LONG) if _matters(assumed, pieces))
    yield from (assumed for mode, assumed in modes if _traits(mode) > 1)


def paired(pieces: Sequence[Piece]) -> Iterator[Assumed]:
    """Two assumptions together."""
    counted, dates = ([each for each in some if _matters(each, pieces)] for some in (_COUNTED, _DATES))
    yield from (one & other for (_, one), other in product(_modes(pieces), (*counted, *dates)))
    yield from (one & other for one, other in product(counted, dates))


def _matters(assumed: Assumed, pieces: Sequence[Piece]) -> bool:
    """Whether it is another way of counting, or another date, for some of the pieces at all."""
    if assumed.counted:
        return any(assumed.counted(piece.usage) != piece.usage for piece in pieces)
    if assumed.at:
        return any(assumed.at(piece.model, time) != time for piece in pieces for time, _ in piece.times)
    return any(piece.size is None and len(piece.model.sizes) > 1 for piece in pieces)


def _modes(pieces: Sequence[Piece]) -> list[tuple[Mode, Assumed]]:
    """The ways in which these models can be served, but for the one that all of the usage tells."""
    told = {piece.mode for piece in pieces}
    known = {rule.mode for piece in pieces for rule in piece.model.rules if rule.status in BILLABLE}
    ways = sorted(known, key=lambda mode: (_traits(mode), str(mode)))
    return [(mode, Assumed(f"all of it {mode_words(mode)}", mode=mode)) for mode in ways if told != {mode}]


def _traits(mode: Mode) -> int:
    return sum(1 for value in mode.model_dump().values() if value)


def mode_words(mode: Mode) -> str:
    """How requests of a mode were served, as the end of a sentence."""
    said = (
        mode.processing and f"ran as {mode.processing}",
        mode.service_tier and f"ran on the {mode.service_tier} tier",
        mode.speed and f"ran in {mode.speed} mode",
        mode.region and f"stayed in region {mode.region.upper()}",
    )
    return " and ".join(filter(None, said)) or "was served as standard"


def _before(model: Model, at: datetime) -> datetime:
    """A time at which the prices before the last change held, if that was not long ago."""
    past = [change for change in _changes(model) if change <= at and (at - change).days <= _NEAR_DAYS]
    return max(past) - _INSTANT if past else at


def _after(model: Model, at: datetime) -> datetime:
    """A time at which the prices after the next change hold, if that is soon."""
    return min((change for change in _changes(model) if at < change and (change - at).days <= _NEAR_DAYS), default=at)


def _changes(model: Model) -> set[datetime]:
    """When a price that is billed began or ended; what was only claimed changes no bill."""
    billed = [rule for rule in model.rules if rule.status in BILLABLE]
    return {time for rule in billed for time in (rule.valid_from, rule.valid_to) if time}


def _all_fresh(usage: Usage) -> Usage:
    return replace(
        usage,
        uncached_input_tokens=usage.uncached_input_tokens + usage.cache_read_tokens,
        cache_read_tokens=0,
        uncached_audio_tokens=usage.uncached_audio_tokens + usage.cache_read_audio_tokens,
        cache_read_audio_tokens=0,
    )


def _no_writes(usage: Usage) -> Usage:
    written = usage.cache_write_5m_tokens + usage.cache_write_1h_tokens
    return replace(
        usage,
        uncached_input_tokens=usage.uncached_input_tokens + written,
        cache_write_5m_tokens=0,
        cache_write_1h_tokens=0,
    )


def _plain_input(usage: Usage) -> Usage:
    return _no_writes(_all_fresh(usage))


def _cached_beside(usage: Usage) -> Usage:
    cached = usage.total_input_tokens - usage.uncached_input_tokens - usage.uncached_audio_tokens
    return replace(usage, uncached_input_tokens=usage.uncached_input_tokens + cached)


def _reasoning_beside(usage: Usage) -> Usage:
    return replace(usage, output_tokens=usage.output_tokens + usage.reasoning_tokens)


FRESH = Assumed("input read from the cache is billed as fresh input", counted=_all_fresh)
_COUNTED = (
    FRESH,
    Assumed("input written to the cache is billed as plain input", counted=_no_writes),
    Assumed("input read from or written to the cache is billed as plain input", counted=_plain_input),
    Assumed("cached tokens stand beside the input of the export, not inside", counted=_cached_beside),
    Assumed("reasoning tokens stand beside the output of the export, not inside", counted=_reasoning_beside),
)
_DATES = (
    Assumed("it was billed at the price before the last change", at=_before),
    Assumed("it was billed at the price after the next change", at=_after),
)
_LONG = Assumed("all prompts were long enough for the dearer tier", long=True)
