"""Texts that were counted in the base family → their tokens in every other, and their kinds of content."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random

from estimator.tokens import FAMILIES, content_of, count_texts, count_total, factor, overheads
from estimator.tokens.ratios import BASE, error_of
from estimator.tokens.sampling import Interval, Unit, draw, mean_ratio
from estimator.tokens.vocabularies import counter, vocabularies
from estimator.workload.counts import Kinds, Span

_WHOLE_CHARACTERS = 400_000  # Up to so many, all are counted; beyond, a sample of as many.
_SEED = 0  # The same texts always give the same counts.
OTHERS = tuple(family for family in FAMILIES if family != BASE)

Counted = tuple[Span, str, str]
"""Tokens (low, typical, high), the method and the source."""


def in_families(units: Sequence[Unit]) -> tuple[dict[str, Counted], Kinds]:
    """All units, each as often as it comes, in every family but the base, and their base tokens by kind of content.

    Of many characters, a sample is counted, the same one in every family; low and high then hold its 95 % interval.
    """
    if sum(len(unit.text) for unit in units) <= _WHOLE_CHARACTERS:
        kinds = Counter[str]()
        for unit in units:
            kinds[content_of(unit.text)] += unit.base * unit.times
        times = {unit.text: unit.times for unit in units}
        return {family: _counted(times, family) for family in OTHERS}, _sorted(kinds)
    pairs = draw(units, _WHOLE_CHARACTERS, Random(_SEED))  # noqa: S311 - no secret
    drawn = {unit: content_of(unit.text) for pair in pairs for unit in pair}
    base = sum(unit.base * unit.times for unit in units)
    return {family: _sampled(pairs, drawn, family, base) for family in OTHERS}, _shares(pairs, drawn, base)


def around(times: Mapping[str, int], family: str) -> Span:
    """Tokens of the marks around texts, by how often each item of data/tokens/overheads.csv comes."""
    rows = [(overheads(family)[item], n) for item, n in times.items()]
    low, typical, high = (
        sum(getattr(row, bound) * n for row, n in rows) for bound in ("tokens_low", "tokens", "tokens_high")
    )
    return low, typical, high


def _counted(times: Mapping[str, int], family: str) -> Counted:
    count = count_total(times, family)
    return (count.low, count.tokens, count.high), count.method, count.source


def _sampled(pairs: Sequence[tuple[Unit, Unit]], drawn: Mapping[Unit, str], family: str, base: int) -> Counted:
    if counter(family) is None:
        by = {unit: factor(BASE, family, kind) for unit, kind in drawn.items()}
        low, typical, high = (
            _mean(pairs, rates) for rates in (lambda u: by[u].low, lambda u: by[u].typical, lambda u: by[u].high)
        )
        rate = Interval(low.low, typical.typical, high.high)
        return _scaled(rate, base), "estimated", next(iter(by.values())).source
    tokens = dict(zip(drawn, count_texts([unit.text for unit in drawn], family), strict=True))
    rate, error = _mean(pairs, lambda unit: tokens[unit] / unit.base), error_of(family)
    rate = Interval(rate.low * (1 - error), rate.typical, rate.high * (1 + error))
    return _scaled(rate, base), "sampled", vocabularies()[family].source


def _mean(pairs: Sequence[tuple[Unit, Unit]], rate: Callable[[Unit], float]) -> Interval:
    return mean_ratio([(rate(first), rate(second)) for first, second in pairs])


def _scaled(rate: Interval, base: int) -> Span:
    return math.floor(base * rate.low), round(base * rate.typical), math.ceil(base * rate.high)


def _shares(pairs: Sequence[tuple[Unit, Unit]], drawn: Mapping[Unit, str], base: int) -> Kinds:
    """Each unit of a sample stands for an equal share of all tokens."""
    kinds = [drawn[unit] for pair in pairs for unit in pair]
    shares = Counter[str]()
    for n, kind in enumerate(kinds):
        shares[kind] += base * (n + 1) // len(kinds) - base * n // len(kinds)
    return _sorted(shares)


def _sorted(kinds: Mapping[str, int]) -> Kinds:
    return tuple(sorted((kind, tokens) for kind, tokens in kinds.items() if tokens))
