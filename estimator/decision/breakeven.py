"""Where running a model oneself becomes cheaper than buying the work by the token, if anywhere."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from estimator.decision.compare import Option
from pricing import InputError

Cost = tuple[Decimal, Decimal, Decimal]  # USD a month: low, typical, high
CostAt = Callable[[Fraction], Cost]  # by volume, as a multiple of today's

_STEPS_PER_DECADE = 24
_BELOW = 2  # decades
_HALVINGS = 20
_LOOKS = 6  # Of the halvings, so many look on both sides: a step that lasts a hundredth is not missed.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Point:
    """The cost of a month, in USD, at one volume."""

    requests_per_month: Decimal
    low_usd: Decimal
    usd: Decimal
    high_usd: Decimal


@dataclass(frozen=True)
class Curve:
    """One way to run the workload, over its volume."""

    option: Option
    points: tuple[Point, ...]


@dataclass(frozen=True)
class BreakEven:
    """From which volume on, in requests a month, own GPUs stay cheaper than `against`; None is nowhere in view.

    `earliest` and `latest` take the low and the high cost of the GPUs.
    """

    against: Option
    earliest: Decimal | None
    typical: Decimal | None
    latest: Decimal | None


def by_token(option: Option) -> CostAt:
    """A bill by the token follows the volume in proportion."""

    def cost(factor: Fraction) -> Cost:
        return _times(option.low_usd, factor), _times(option.usd, factor), _times(option.high_usd, factor)

    return cost


def _times(amount: Decimal, factor: Fraction) -> Decimal:
    return amount * factor.numerator / factor.denominator


def volumes(top: Fraction) -> tuple[Fraction, ...]:
    """Multiples of today's volume, evenly apart on a logarithmic axis, from a hundredth to `top`; today's is one."""
    steps = math.ceil(math.log10(top) * _STEPS_PER_DECADE)
    return tuple(
        Fraction(10 ** (step / _STEPS_PER_DECADE)).limit_denominator(10**6)
        for step in range(-_BELOW * _STEPS_PER_DECADE, steps + 1)
    )


def curve(option: Option, cost: CostAt, requests_per_month: Fraction, at: Sequence[Fraction]) -> Curve:
    """The cost of an option at these volumes."""
    points = (Point(_decimal(requests_per_month * factor), *cost(factor)) for factor in at)
    return Curve(option, tuple(points))


def break_even(hosted: CostAt, against: Option, requests_per_month: Fraction, at: Sequence[Fraction]) -> BreakEven:
    """Compare the GPUs' cost with an API's typical cost at these volumes, and find the crossing between two."""

    def volume(level: int) -> Decimal | None:
        factor = crossing(hosted, against.usd, at, level)
        return None if factor is None else _decimal(requests_per_month * factor)

    return BreakEven(against, volume(0), volume(1), volume(2))


def crossing(cost: CostAt, price_usd: Decimal, at: Sequence[Fraction], level: int = 1) -> Fraction | None:
    """From which multiple of today's volume on a cost stays below a bill that is `price_usd` today; None is nowhere."""
    return _stays_below(lambda f: cost(f)[level], lambda f: _times(price_usd, f), at)


def months_until(volume: Decimal | None, requests_per_month: Fraction, growth: Decimal) -> int | None:
    """Whole months until so many requests a month are reached if they grow by `growth` a month; None is never.

    Raises InputError where the work would shrink to nothing.
    """
    if growth <= -1:
        raise InputError(f"a growth of {growth:.0%} a month leaves no work: give more than -100 %.")
    if volume is None:
        return None
    if Fraction(volume) <= requests_per_month:
        return 0
    if growth <= 0:
        return None
    months = math.log(Fraction(volume) / requests_per_month) / math.log1p(float(growth))
    return math.ceil(months - _ROUNDING)


def _stays_below(
    ours: Callable[[Fraction], Decimal], theirs: Callable[[Fraction], Decimal], factors: Sequence[Fraction]
) -> Fraction | None:
    """The least factor from which on `ours` costs no more than `theirs`, to the last in view; None if it ends above.

    Neither may fall as the factor grows. Then `ours`, though it climbs in steps, is nowhere above between two factors
    if it is not even at the second what `theirs` is at the first; else they are looked between.
    """

    def end_of_excess(low: Fraction, high: Fraction, halvings: int) -> Fraction | None:
        """Up to where `ours` is above between two factors, at the second of which it is not."""
        if ours(high) <= theirs(low):
            return None
        is_above = ours(low) > theirs(low)
        if not halvings:
            return high if is_above else None
        middle = (low + high) / 2
        if ours(middle) > theirs(middle):
            return end_of_excess(middle, high, halvings - 1)
        if halvings > _HALVINGS - _LOOKS:
            return end_of_excess(middle, high, halvings - 1) or end_of_excess(low, middle, halvings - 1)
        return end_of_excess(low, middle, halvings - 1) if is_above else None

    if ours(factors[-1]) > theirs(factors[-1]):
        return None
    for low, high in reversed(list(pairwise(factors))):
        if found := end_of_excess(low, high, _HALVINGS):
            return found
        if ours(low) > theirs(low):
            return high
    return factors[0]


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / value.denominator
