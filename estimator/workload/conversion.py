"""By what a workload's tokens change in another family: by its own texts where these were counted, else by ratio."""

from dataclasses import dataclass

from estimator.tokens import factor
from estimator.tokens.vocabularies import vocabularies
from estimator.workload.counts import MEDIA, FamilyCount, Kinds, Span, plus
from estimator.workload.workload import Workload
from pricing import Unpriced

_ON = {"counted": "this text", "sampled": "a sample of this text"}
_WORTH_NAMING = 0.05
Factors = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Conversion:
    """Factors of input and of output at each level. `note` says how they were found, `source` is an id."""

    low: Factors
    typical: Factors
    high: Factors
    note: str
    source: str


def conversion(work: Workload, family: str) -> Conversion:
    """From the family of the workload to another.

    Raises Unpriced where its images, sound or pages have no rule in that family, and InputError where there is no such
    family.
    """
    counts = {count.family: count for count in work.typical.counts}
    own, base = counts.get(family), counts.get(work.tokenizer)
    if own and base:
        return _measured(own, base, work.typical.contents)
    if any(kind == MEDIA for kind, _ in work.typical.contents):
        raise Unpriced(f"no rule for its images, sound or pages in tokens of the family {family} is on record.")
    by = factor(work.tokenizer, family, work.content)
    return Conversion((by.low, by.low), (by.typical, by.typical), (by.high, by.high), by.note, by.source)


def _measured(own: FamilyCount, base: FamilyCount, contents: Kinds) -> Conversion:
    of_input = _ratios(own.input_tokens, base.input_tokens)
    of_output = _ratios(own.output_tokens, base.output_tokens) if base.output_tokens[1] else of_input
    low, typical, high = zip(of_input, of_output, strict=True)
    if low == typical == high == (1, 1):
        return Conversion(low, typical, high, "", "")
    if own is base:
        note = "What is around the texts, such as the descriptions of tools, is sent in a form of the seller's own."
        return Conversion(low, typical, high, note, own.source)
    least, usual, most = _ratios(plus(own.input_tokens, own.output_tokens), plus(base.input_tokens, base.output_tokens))
    note = (
        f"{own.family} takes {usual:.2f} times the tokens of {base.family} ({least:.2f} to {most:.2f} times), "
        f"{_how(own, contents)}."
    )
    return Conversion(low, typical, high, note, own.source)


def _ratios(own: Span, base: Span) -> tuple[float, float, float]:
    if not base[1]:
        return 1, 1, 1
    return own[0] / base[1], own[1] / base[1], own[2] / base[1]


def _how(own: FamilyCount, contents: Kinds) -> str:
    if any(kind == MEDIA for kind, _ in contents):
        return "by what each takes for these images, sounds, pages and texts"
    if own.method in _ON and own.family in vocabularies():
        return f"counted on {_ON[own.method]} with {vocabularies()[own.family].name}"
    return f"by ratio for text like this ({kinds_in_words(contents)})"


def kinds_in_words(contents: Kinds) -> str:
    """The kinds that make up a good part of a text, the largest first."""
    whole = sum(tokens for _, tokens in contents) or 1
    shares = sorted(((tokens / whole, kind or "mixed") for kind, tokens in contents), reverse=True)
    named = [f"{kind} {share:.0%}" for share, kind in shares if share >= _WORTH_NAMING]
    return ", ".join(named) if len(named) > 1 else named[0].partition(" ")[0] if named else "no text"
