"""What many texts come to with a slow tokenizer, from a sample of them and the exact base counts of all.

Parts of texts with a large share of the base tokens are all taken. Of the others, two are drawn by chance from each
stratum, in proportion to their base tokens, and the mean of their ratios counts: the estimator of Hansen and Hurwitz
(Cochran, Sampling Techniques, 3rd ed., 9A.3 and 5.9). Strata are of one script, or of digits, where they can, and have
about the same base tokens, in the order of characters a base token, which tells prose from code. Size needs no strata:
what is twice as long is drawn twice as often.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from random import Random

_LEAST_STRATA = 60
_MOST_STRATA = 1000
_DIGITS = -1
_Z = 1.959964  # Of the normal distribution, 2.5 % on each side.


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of a text: its tokens by the base vocabulary, and how often it comes."""

    text: str
    base: int
    times: int

    @property
    def weight(self) -> int:
        return self.base * self.times


@dataclass(frozen=True, slots=True)
class Interval:
    """The likeliest value, and the bounds that hold the true one in 95 of 100 samples."""

    low: float
    typical: float
    high: float


@dataclass(frozen=True, slots=True)
class Stratum:
    """Two units drawn from those that hold a share of all base tokens."""

    share: float
    first: Unit
    second: Unit


@dataclass(frozen=True, slots=True)
class Sample:
    """Units that were taken for certain, and strata of the others; `total` is the base tokens of all."""

    total: int
    certain: tuple[Unit, ...]
    strata: tuple[Stratum, ...]

    @property
    def units(self) -> list[Unit]:
        """Every unit once."""
        return list(dict.fromkeys([*self.certain, *(u for s in self.strata for u in (s.first, s.second))]))

    def rate(self, of: Callable[[Unit], float]) -> Interval:
        """The mean over all base tokens of what `of` says of a unit for each of its own."""
        certain = sum(unit.weight * of(unit) for unit in self.certain) / self.total
        rest = sum_of_strata([(s.share, of(s.first), of(s.second)) for s in self.strata])
        return Interval(certain + rest.low, certain + rest.typical, certain + rest.high)


def draw(units: Sequence[Unit], characters: int, chance: Random) -> Sample:
    """A sample with about as many characters; there must be some in all."""
    full = sorted((unit for unit in units if unit.base), key=attrgetter("weight"), reverse=True)
    total = sum(unit.weight for unit in full)
    mean_size = sum(len(unit.text) * unit.weight for unit in full) / total
    strata = min(max(round(characters / mean_size / 2), _LEAST_STRATA), _MOST_STRATA)
    large = _count_large(full, 2 * strata)
    rest = _stratified(full[large:], max(strata - large // 2, strata // 2))
    return Sample(total, tuple(full[:large]), tuple(_two_of(units, total, chance) for units in rest))


def sum_of_strata(strata: Sequence[tuple[float, float, float]]) -> Interval:
    """The sum of the strata's means, each times its share; of a stratum: its share and two values."""
    mean = sum(share * (first + second) / 2 for share, first, second in strata)
    variances = [(share * (first - second) / 2) ** 2 for share, first, second in strata]
    if not any(variances):
        return Interval(mean, mean, mean)
    freedom = sum(variances) ** 2 / sum(v * v for v in variances)  # Satterthwaite's, of strata with one degree each.
    half = _student(freedom) * math.sqrt(sum(variances))
    return Interval(max(0.0, mean - half), mean, mean + half)


def _count_large(by_weight: Sequence[Unit], draws: int) -> int:
    """How many units so many draws would be expected to hit, each set against what is left after the larger ones."""
    left = sum(unit.weight for unit in by_weight)
    for place, unit in enumerate(by_weight):
        if unit.weight * (draws - place) < left:
            return place
        left -= unit.weight
    return len(by_weight)


def _stratified(units: Sequence[Unit], count: int) -> list[list[Unit]]:
    """About `count` strata: one ends where it is full, or where the script ends."""
    full = sum(unit.weight for unit in units) / count
    strata: list[list[Unit]] = []
    weight, script = math.inf, 0
    for (own_script, _, _), unit in sorted(((_kind(unit), unit) for unit in units), key=itemgetter(0)):
        if weight >= full or own_script != script:
            strata.append([])
            weight = 0
        strata[-1].append(unit)
        weight, script = weight + unit.weight, own_script
    return strata


def _two_of(units: Sequence[Unit], total: int, chance: Random) -> Stratum:
    weights = [unit.weight for unit in units]
    first, second = chance.choices(units, weights, k=2)
    return Stratum(sum(weights) / total, first, second)


def _kind(unit: Unit) -> tuple[int, float, str]:
    """The script, or digits, by the middle one of some characters in order; and characters a base token."""
    size = len(unit.text)
    some = sorted(unit.text[:: size // 32 + 1])
    middle = some[len(some) // 2]
    block = ord(middle) // 2**8 if middle < "\u3000" else ord(middle) // 2**13 + 2**8  # Scripts of Asia are larger.
    return _DIGITS if middle.isdigit() else block, size / unit.base, unit.text


def _student(freedom: float) -> float:
    """Student's t, 2.5 % on each side (Abramowitz and Stegun, 26.7.5): within 1 % from three degrees on."""
    z, n = _Z, freedom
    terms = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96, (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + sum(term / n**power for power, term in enumerate(terms, 1))
