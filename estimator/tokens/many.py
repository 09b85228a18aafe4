"""Many texts at once, as logs have them: each distinct text is counted once."""

import math
from collections.abc import Mapping, Sequence
from random import Random

from estimator.tokens.count import Tally, TokenCount, counted, tallies, total, well_formed
from estimator.tokens.kinds import content_of
from estimator.tokens.ratios import BASE, SOURCE, Factor, error_of, factor, known_family
from estimator.tokens.sampling import Interval, Sample, Unit, draw
from estimator.tokens.splitting import parts
from estimator.tokens.vocabularies import Counter, counter, vocabularies

_UNIT = 2**9  # Characters of a part that is drawn: many short ones tell more than few long ones.
_SECONDS = 0.5  # For one family: what takes longer is sampled.
_KINDS_PER_S = 2_000_000  # Characters whose kind is told in a second.
_COUNTED_WHOLE = frozenset({"o200k", "cl100k"})
_SEED = 0  # The same texts always give the same count.


def count_texts(texts: Sequence[str], family: str) -> list[int]:
    """Tokens of each text, in order, as `count_text` counts them; a text that comes again is counted once.

    So is a beginning that comes again: prompts that each hold the whole history cost little more than what is new.
    Raises InputError for a family that is not in FAMILIES.
    """
    distinct = list(dict.fromkeys(texts))
    found = tallies(distinct, known_family(family))
    tokens = _by_ratio(distinct, family) if found is None else [tally.tokens for tally in found]
    known = dict(zip(distinct, tokens, strict=True))
    return [known[text] for text in texts]


def count_total(times: Mapping[str, int], family: str) -> TokenCount:
    """Tokens of all texts together, each as often as `times` says (at least once).

    OpenAI's families are counted whole. Of another, a sample is taken where all would take more than half a
    second; `low` and `high` then hold its 95 % interval too. Raises InputError for a family that is not in FAMILIES.
    """
    return total_by_chance(times, known_family(family), Random(_SEED))  # noqa: S311 - no secret


def total_by_chance(times: Mapping[str, int], family: str, chance: Random) -> TokenCount:
    """The same by the draws of `chance`."""
    count = counter(family)
    budget = round(_SECONDS * (vocabularies()[family].characters_per_s if count else _KINDS_PER_S))
    is_whole = family in _COUNTED_WHOLE or sum(map(len, times)) <= budget
    if count and is_whole:
        return counted(total(_tallies(times, family), times.values()), family)
    base = total(_tallies(times, BASE), times.values())
    if is_whole:
        return _estimated(_rate_of_all(times, family, base), base, family, f"all {len(times):,} texts")
    units = _units(times)
    sample = draw(units, budget, chance)
    looked_at = f"{len(sample.units):,} of {len(units):,} parts of the texts"
    if count:
        return _sampled(_rate_counted(sample, count), base, family, looked_at)
    return _estimated(_rate_of_sample(sample, family), base, family, looked_at)


def _tallies(texts: Mapping[str, int] | Sequence[str], family: str) -> list[Tally]:
    return tallies(texts, family) or []


def _by_ratio(texts: Sequence[str], family: str) -> list[int]:
    return [round(t.tokens * _of(text, family).typical) for text, t in zip(texts, _tallies(texts, BASE), strict=True)]


def _of(text: str, family: str) -> Factor:
    return factor(BASE, family, content_of(text))


def _units(times: Mapping[str, int]) -> list[Unit]:
    """The distinct parts of all texts."""
    often: dict[str, int] = {}
    for text, n in times.items():
        for part, _ in parts(well_formed(text), _UNIT):
            often[part] = often.get(part, 0) + n
    return [Unit(part, base.tokens, n) for (part, n), base in zip(often.items(), _tallies(often, BASE), strict=True)]


def _rate_counted(sample: Sample, count: Counter) -> Interval:
    return sample.rate({unit: count(unit.text) / unit.base for unit in sample.units}.__getitem__)


def _rate_of_sample(sample: Sample, family: str) -> Interval:
    by = {unit: _of(unit.text, family) for unit in sample.units}
    return Interval(
        sample.rate(lambda unit: by[unit].low).low,
        sample.rate(lambda unit: by[unit].typical).typical,
        sample.rate(lambda unit: by[unit].high).high,
    )


def _rate_of_all(times: Mapping[str, int], family: str, base: Tally) -> Interval:
    weighed = [
        (_of(text, family), tally.tokens * n / max(base.tokens, 1))
        for (text, n), tally in zip(times.items(), _tallies(times, BASE), strict=True)
    ]
    low, typical, high = (sum(getattr(by, f) * share for by, share in weighed) for f in ("low", "typical", "high"))
    return Interval(low, typical, high)


def _sampled(rate: Interval, base: Tally, family: str, looked_at: str) -> TokenCount:
    error, vocabulary = error_of(family), vocabularies()[family]
    off = f" The tokenizer itself may be {error:.0%} off." if error else ""
    note = f"Counted with {vocabulary.name} on {looked_at}: {_times(rate)}, 95 % interval.{off}"
    with_error = Interval(rate.low * (1 - error), rate.typical, rate.high * (1 + error))
    return TokenCount(family, *_scaled(base, with_error), "sampled", note, vocabulary.source)


def _estimated(rate: Interval, base: Tally, family: str, looked_at: str) -> TokenCount:
    note = f"Estimated by the kind of {looked_at}: {_times(rate)}."
    return TokenCount(family, *_scaled(base, rate), "estimated", note, SOURCE)


def _scaled(base: Tally, rate: Interval) -> tuple[int, int, int]:
    """Typical, low and high tokens from those of the base."""
    low, high = base.within(0)
    return round(base.tokens * rate.typical), math.floor(low * rate.low), math.ceil(high * rate.high)


def _times(rate: Interval) -> str:
    return f"{rate.typical:.3f} times the tokens of {BASE} ({rate.low:.3f} to {rate.high:.3f} times)"
