"""What many texts come to with a slow tokenizer, from a sample of them and the exact base counts of all.

Two parts of texts are drawn by chance from each stratum, in proportion to their base tokens, and the mean of their
ratios is taken: the estimator of Hansen and Hurwitz (Cochran, Sampling Techniques, 3rd ed., 9A.3 and 5A.10). Strata
have the same base tokens, in the order of what kind of text it is: bytes a character tell scripts apart, characters a
base token tell prose from code and digits. Size needs no strata: what is twice as long is drawn twice as often.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

_LEAST_STRATA = 10
_MOST_STRATA = 1000
_Z = 1.959964  # Of the normal distribution, 2.5 % on each side.


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of a text: its tokens by the base vocabulary, and how often it comes."""

    text: str
    base: int
    times: int


@dataclass(frozen=True, slots=True)
class Interval:
    """The likeliest value, and the bounds that hold it in at least 95 of 100 samples."""

    low: float
    typical: float
    high: float


def draw(units: Sequence[Unit], characters: int, chance: Random) -> list[tuple[Unit, Unit]]:
    """Two units of each stratum; there are as many strata as make about `characters` to be counted."""
    ordered = sorted((unit for unit in units if unit.base), key=_kind)
    reached = list(accumulate(unit.base * unit.times for unit in ordered))
    mean_size = sum(len(unit.text) * unit.base * unit.times for unit in ordered) / reached[-1]
    strata = min(max(round(characters / mean_size / 2), _LEAST_STRATA), _MOST_STRATA)

    def one_of(stratum: int) -> Unit:
        place = (stratum + chance.random()) / strata * reached[-1]
        return ordered[min(bisect_right(reached, place), len(ordered) - 1)]

    return [(one_of(stratum), one_of(stratum)) for stratum in range(strata)]


def mean_ratio(pairs: Sequence[tuple[float, float]]) -> Interval:
    """Tokens for each base token in all texts, from the ratios of the two units of each stratum."""
    mean = sum(first + second for first, second in pairs) / (2 * len(pairs))
    variances = [((first - second) / 2) ** 2 for first, second in pairs]
    if not any(variances):
        return Interval(mean, mean, mean)
    freedom = sum(variances) ** 2 / sum(v * v for v in variances)  # Satterthwaite's, of strata with one degree each.
    half = _student(freedom) * math.sqrt(sum(variances)) / len(pairs)
    return Interval(max(0.0, mean - half), mean, mean + half)


def _kind(unit: Unit) -> tuple[float, float, str]:
    size = len(unit.text)
    return round(len(unit.text.encode()) / size, 1), size / unit.base, unit.text


def _student(freedom: float) -> float:
    """Student's t, 2.5 % on each side (Abramowitz and Stegun, 26.7.5): within 1 % from three degrees on."""
    z, n = _Z, freedom
    terms = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96, (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + sum(term / n**power for power, term in enumerate(terms, 1))
