"""Where an amount stands along the axis of a chart, and which amounts are written there."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

_FAR_APART = 50  # Beyond this ratio the smaller amounts of a scale from nothing cannot be told apart.
_MOST_STEPS = 5
_FINE = (1.0, 2.0, 5.0, 10.0)
_ALMOST = 1 + 1e-9  # Round amounts are not exact in binary.


@dataclass(frozen=True)
class Axis:
    """From `first` to `last`; where it `multiplies`, equal steps multiply the amount, else they add to it."""

    first: float
    last: float
    multiplies: bool

    def place(self, amount: float) -> float:
        """From 0 at the start to 1 at the end; what lies beyond an end stands there."""
        if not self.multiplies:
            return min(1.0, max(0.0, (amount - self.first) / (self.last - self.first)))
        if amount <= self.first:
            return 0.0
        return min(1.0, math.log(amount / self.first) / math.log(self.last / self.first))

    def ticks(self, most: int) -> tuple[float, ...]:
        """So many round amounts at most, smallest first."""
        if not self.multiplies:
            step = _step(self.last)
            return _thinned([step * i for i in range(round(self.last / step) + 1)], most)
        powers = range(math.floor(math.log10(self.first)), math.ceil(math.log10(self.last)) + 1)
        fine = [t for power in powers for n in _FINE[:-1] if self._holds(t := n * 10.0**power)]
        return (
            tuple(fine)
            if len(fine) <= most
            else _thinned([t for t in (10.0**p for p in powers) if self._holds(t)], most)
        )

    def _holds(self, amount: float) -> bool:
        return self.first <= amount * _ALMOST and amount <= self.last * _ALMOST


def axis_of(amounts: Iterable[float]) -> Axis:
    """From nothing where all amounts can be told apart so, else one that multiplies."""
    some = [amount for amount in amounts if amount > 0] or [1.0]
    return multiplying(some) if max(some) > _FAR_APART * min(some) else adding(some)


def adding(amounts: Iterable[float]) -> Axis:
    """From nothing to a round amount that holds them all."""
    most = max((amount for amount in amounts if amount > 0), default=1.0)
    step = _step(most)
    return Axis(0.0, step * math.ceil(most / step / _ALMOST), multiplies=False)


def multiplying(amounts: Iterable[float]) -> Axis:
    """Between the round amounts that hold all those above nothing."""
    some = [amount for amount in amounts if amount > 0] or [1.0]
    first, last = _round_down(min(some)), _round_up(max(some))
    return Axis(first, last if last > first * _ALMOST else first * 10, multiplies=True)


def spread(places: list[float], gap: float) -> list[float]:
    """Places along an axis, from 0 to 1, moved apart so that labels there do not overlap; their order stays."""
    order = sorted(range(len(places)), key=places.__getitem__)
    moved, least = list(places), 0.0
    for i in order:
        moved[i] = least = max(places[i], least)
        least += gap
    most = 1.0
    for i in reversed(order):
        moved[i] = most = min(moved[i], most)
        most -= gap
    return moved


def _thinned(ticks: list[float], most: int) -> tuple[float, ...]:
    return tuple(ticks[:: math.ceil(len(ticks) / most)])


def _step(most: float) -> float:
    """A round step, of which five at most lead up to an amount."""
    return _round_up(most / _MOST_STEPS)


def _round_down(amount: float) -> float:
    power = 10.0 ** math.floor(math.log10(amount * _ALMOST))
    return max(n * power for n in _FINE if n * power <= amount * _ALMOST)


def _round_up(amount: float) -> float:
    power = 10.0 ** math.floor(math.log10(amount * _ALMOST))
    return min(n * power for n in _FINE if n * power * _ALMOST >= amount)
