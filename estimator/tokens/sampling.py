"""What many texts come to with a slow tokenizer, from a sample of them and the exact base counts of all.

Parts of texts with a large share of the base tokens are all taken. Of the others, two are drawn by chance from each
stratum, in proportion to their base tokens, and the mean of their ratios counts: the estimator of Hansen and Hurwitz
(Cochran, Sampling Techniques, 3rd ed., 9A.3 and 5.9). Strata have the same base tokens, in the order of what kind of
text it is: bytes a character tell scripts apart, characters a base token tell prose from code and digits. Size needs no
strata: what is twice as long is drawn twice as often.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

_LEAST_STRATA = 30
_MOST_STRATA = 1000
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
class Sample:
    """Units that were taken for certain and their share of all base tokens; two units of each stratum of the others."""

    certain: tuple[Unit, ...]
    certain_share: float
    pairs: tuple[tuple[Unit, Unit], ...]

    @property
    def units(self) -> list[Unit]:
        """Every unit once."""
        return list(dict.fromkeys([*self.certain, *(unit for pair in self.pairs for unit in pair)]))

    def rate(self, of: Callable[[Unit], float]) -> Interval:
        """The mean over all base tokens of what `of` says of a unit for each of its own."""
        weight = sum(unit.weight for unit in self.certain) or 1
        certain = self.certain_share * sum(unit.weight * of(unit) for unit in self.certain) / weight
        rest = mean_of_strata([(of(first), of(second)) for first, second in self.pairs])
        share = 1 - self.certain_share
        return Interval(certain + share * rest.low, certain + share * rest.typical, certain + share * rest.high)


def draw(units: Sequence[Unit], characters: int, chance: Random) -> Sample:
    """A sample with about as many characters; there must be some in all."""
    full = [unit for unit in units if unit.base]
    total = sum(unit.weight for unit in full)
    mean_size = sum(len(unit.text) * unit.weight for unit in full) / total
    draws = 2 * min(max(round(characters / mean_size / 2), _LEAST_STRATA), _MOST_STRATA)
    certain, rest = _take_large(sorted(full, key=lambda unit: unit.weight, reverse=True), draws)
    share = 1 - sum(unit.weight for unit in rest) / total
    strata = max(draws - len(certain), draws // 2) // 2
    return Sample(tuple(certain), share, _two_of_each(sorted(rest, key=_kind), strata, chance) if rest else ())


def mean_of_strata(pairs: Sequence[tuple[float, float]]) -> Interval:
    """The mean of equal strata, from two draws of each; 0 of none."""
    if not pairs:
        return Interval(0.0, 0.0, 0.0)
    mean = sum(first + second for first, second in pairs) / (2 * len(pairs))
    variances = [((first - second) / 2) ** 2 for first, second in pairs]
    if not any(variances):
        return Interval(mean, mean, mean)
    freedom = sum(variances) ** 2 / sum(v * v for v in variances)  # Satterthwaite's, of strata with one degree each.
    half = _student(freedom) * math.sqrt(sum(variances)) / len(pairs)
    return Interval(max(0.0, mean - half), mean, mean + half)


def _take_large(by_weight: Sequence[Unit], draws: int) -> tuple[Sequence[Unit], Sequence[Unit]]:
    """The units that so many draws would be expected to hit, each set against what is left after the larger ones."""
    left = sum(unit.weight for unit in by_weight)
    for place, unit in enumerate(by_weight):
        if unit.weight * (draws - place) < left:
            return by_weight[:place], by_weight[place:]
        left -= unit.weight
    return by_weight, ()


def _two_of_each(ordered: Sequence[Unit], strata: int, chance: Random) -> tuple[tuple[Unit, Unit], ...]:
    reached = list(accumulate(unit.weight for unit in ordered))

    def one_of(stratum: int) -> Unit:
        place = (stratum + chance.random()) / strata * reached[-1]
        return ordered[min(bisect_right(reached, place), len(ordered) - 1)]

    return tuple((one_of(stratum), one_of(stratum)) for stratum in range(strata))


def _kind(unit: Unit) -> tuple[float, int, float, str]:
    size = len(unit.text)
    script = (
        0 if unit.text.isascii() else ord(sorted(unit.text[:: size // 16 + 1])[size // (size // 16 + 1) // 2]) // 256
    )
    return round(len(unit.text.encode()) / size, 1), script, size / unit.base, unit.text


def _student(freedom: float) -> float:
    """Student's t, 2.5 % on each side (Abramowitz and Stegun, 26.7.5): within 1 % from three degrees on."""
    z, n = _Z, freedom
    terms = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96, (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + sum(term / n**power for power, term in enumerate(terms, 1))
