"""What moves the break-even most: each input at its low and at its high end, all others as they are."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

from estimator.decision.breakeven import BreakEven, Cost, CostAt, crossing
from estimator.decision.compare import Option
from estimator.selfhost import Plan
from estimator.selfhost.device import price, rent
from estimator.selfhost.fleet import service_facts
from estimator.selfhost.plan import Demand
from estimator.workload import shapes
from pricing import InputError


@dataclass(frozen=True, slots=True)
class Swing:
    """From how many requests a month on own GPUs pay at either end of one input; None is nowhere in view."""

    name: str
    at_low: str
    at_high: str
    low: Decimal | None
    high: Decimal | None

    @property
    def width(self) -> float:
        """Between the ends, in powers of e; infinite where they pay at one end only."""
        if self.low is None or self.high is None:
            return 0.0 if self.low is self.high else math.inf
        return abs(math.log(self.high / self.low))


@dataclass(frozen=True, slots=True)
class _End:
    """An input at one end: what it is, what own GPUs cost there, and the bill by the token as a multiple of today's."""

    said: str
    cost: CostAt
    bill: Decimal = Decimal(1)


def tornado(hosted: Plan, against: Option, requests_per_month: Fraction, at: Sequence[Fraction]) -> tuple[Swing, ...]:
    """Every input that has a range, the one that moves most first."""

    def volume(end: _End) -> Decimal | None:
        factor = crossing(end.cost, against.usd * end.bill, at)
        return None if factor is None else Decimal(str(float(requests_per_month * factor)))

    swings = (Swing(name, low.said, high.said, volume(low), volume(high)) for name, (low, high) in _inputs(hosted))
    return tuple(sorted(swings, key=lambda swing: -swing.width))


_Ends = tuple[_End, _End]


def worth_watching(found: Sequence[BreakEven]) -> BreakEven:
    """The first of these that own GPUs do break even with somewhere, or else the first."""
    return next((each for each in found if each.typical is not None), found[0])


def _inputs(hosted: Plan) -> Iterator[tuple[str, _Ends]]:
    facts = service_facts()
    bursts, tokens, prices = facts["burst"], facts["token_growth_per_year"], facts["api_price"]
    yield _hardware(hosted)
    yield "Staff", _staff(hosted)
    yield "Speed of the engine", (_End("fast", _cost(hosted.on_engine(0))), _End("slow", _cost(hosted.on_engine(2))))
    yield "Hours of the week", (_shaped(hosted, "flat", "all alike"), _shaped(hosted, "office", "office hours"))
    yield "Busiest minutes", (_bursting(hosted, bursts.low), _bursting(hosted, bursts.high))
    yield "Tokens of a request", (_longer(hosted, tokens.low), _longer(hosted, tokens.high))
    yield "Price by the token", (_dearer(hosted, prices.high), _dearer(hosted, prices.low))


def _hardware(hosted: Plan) -> tuple[str, _Ends]:
    """What the GPUs cost, by the quotes on record."""
    if hosted.tenure == "buy":
        bought = price(hosted.device)
        low, high = (
            _End(f"${end:,.0f} each", _with(hosted, "hardware", end / bought.typical))
            for end in (bought.low, bought.high)
        )
        return "Price of the GPUs", (low, high)
    rented = rent(hosted.device, "on_demand" if hosted.tenure == "rent" else "reserved")
    low, high = (
        _End(f"${end:,.2f} an hour", _with(hosted, "gpu_rent", end / rented.typical))
        for end in (rented.low, rented.high)
    )
    return "Rent of the GPUs", (low, high)


def _staff(hosted: Plan) -> _Ends:
    line = next(line for line in hosted.lines if line.name == "staff")
    low, high = (
        _End(f"${usd:,.0f} a month", _with(hosted, "staff", usd / line.usd)) for usd in (line.low_usd, line.high_usd)
    )
    return low, high


def _shaped(hosted: Plan, shape: str, said: str) -> _End:
    """As many requests, at the hours of a shape."""
    rates = [float(rate) for rate in shapes()[shape].rates]

    def moved(demand: Demand) -> Demand:
        week = sum(demand.arrivals) / len(demand.arrivals) * len(rates) / sum(rates)
        return replace(demand, arrivals=tuple(week * rate for rate in rates))

    return _End(said, _cost(_asked(hosted, moved)))


def _bursting(hosted: Plan, burst: Decimal) -> _End:
    return _End(f"{burst} × the hour's mean", _cost(hosted.promising(replace(hosted.targets, burst=float(burst)))))


def _longer(hosted: Plan, times: Decimal) -> _End:
    """With so many times the tokens in every request; without end where they no longer fit."""
    try:
        cost = _cost(_asked(hosted, lambda d: replace(d, isl=d.isl * float(times), osl=d.osl * float(times))))
    except InputError:
        cost = _endless
    return _End(f"{times} × today's", cost, times)


def _endless(_: Fraction) -> Cost:
    return (Decimal("Infinity"),) * 3


def _dearer(hosted: Plan, times: Decimal) -> _End:
    return _End(f"{times} × today's", _cost(hosted), times)


def _asked(hosted: Plan, changed: Callable[[Demand], Demand]) -> Plan:
    low, typical, high = (changed(level.asked) for level in hosted.levels)
    return hosted.asked_for(low, typical, high)


def _with(hosted: Plan, name: str, times: Decimal) -> CostAt:
    """The typical cost with one of its lines so many times as large."""

    @cache
    def cost(factor: Fraction) -> Cost:
        lines = hosted.at_volume(float(factor)).lines
        usd = sum((line.usd * (times if line.name == name else 1) for line in lines), Decimal(0))
        return usd, usd, usd

    return cost


def _cost(hosted: Plan) -> CostAt:
    return _with(hosted, "", Decimal(1))
