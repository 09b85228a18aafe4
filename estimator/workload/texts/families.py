"""Texts that were counted in the base family → their tokens in every other, and their kinds of content."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

from estimator.tokens import FAMILIES, content_of, count_texts, count_total, factor, overheads
from estimator.tokens.ratios import BASE, SOURCE, error_of
from estimator.tokens.sampling import Interval, Sample, Unit, draw
from estimator.tokens.vocabularies import counter, vocabularies
from estimator.workload.counts import Kinds, Span

_WHOLE_CHARACTERS = 250_000  # Up to so many, all are counted; beyond, a sample of as many.
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
            kinds[content_of(unit.text)] += unit.weight
        times = {unit.text: unit.times for unit in units}
        return {family: _counted(times, family) for family in OTHERS}, _sorted(kinds)
    sample = draw(units, _WHOLE_CHARACTERS, Random(_SEED))  # noqa: S311 - no secret
    drawn = {unit: content_of(unit.text) for unit in sample.units}
    base = sum(unit.weight for unit in units)
    return {family: _sampled(sample, drawn, family, base) for family in OTHERS}, _shares(sample, drawn, base)


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


def _sampled(sample: Sample, drawn: Mapping[Unit, str], family: str, base: int) -> Counted:
    if counter(family) is None:
        by = {unit: factor(BASE, family, kind) for unit, kind in drawn.items()}
        low, high = sample.rate(lambda unit: by[unit].low).low, sample.rate(lambda unit: by[unit].high).high
        rate = Interval(low, sample.rate(lambda unit: by[unit].typical).typical, high)
        return _scaled(rate, base), "estimated", SOURCE
    tokens = dict(zip(drawn, count_texts([unit.text for unit in drawn], family), strict=True))
    rate, error = sample.rate(lambda unit: tokens[unit] / unit.base), error_of(family)
    rate = Interval(rate.low * (1 - error), rate.typical, rate.high * (1 + error))
    return _scaled(rate, base), "sampled", vocabularies()[family].source


def _scaled(rate: Interval, base: int) -> Span:
    return math.floor(base * rate.low), round(base * rate.typical), math.ceil(base * rate.high)


def _shares(sample: Sample, drawn: Mapping[Unit, str], base: int) -> Kinds:
    """The base tokens by kind, which together are all."""
    kinds: dict[str, int] = {}
    reached = 0.0
    for kind in sorted(set(drawn.values())):
        is_kind = {unit: float(own == kind) for unit, own in drawn.items()}
        before, reached = reached, reached + sample.rate(is_kind.__getitem__).typical
        kinds[kind] = round(base * reached) - round(base * before)
    return _sorted(kinds)


def _sorted(kinds: Mapping[str, int]) -> Kinds:
    return tuple(sorted((kind, tokens) for kind, tokens in kinds.items() if tokens))
