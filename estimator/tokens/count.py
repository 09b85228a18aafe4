"""Text to token counts, each with how it was made and how far it may be off."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from estimator.tokens.kinds import content_of
from estimator.tokens.quick import count_all
from estimator.tokens.ratios import BASE, error_of, factor, known_family
from estimator.tokens.splitting import FORCED, PART, parts
from estimator.tokens.vocabularies import vocabularies

_CUT_TOKENS = 2  # A forced cut can undo the joins of the pieces at its two sides.
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class TokenCount:
    """Tokens of a text. `low` and `high` bound the error; `source` is an id.

    `method` is counted (all of it, with the family's own tokenizer), sampled (a part of it with that) or estimated.
    """

    family: str
    tokens: int
    low: int
    high: int
    method: str
    note: str
    source: str


class Tally(NamedTuple):
    """Tokens of a text by a vocabulary, and how often it was cut where a token may have been."""

    tokens: int
    cuts: int

    def within(self, error: float) -> tuple[int, int]:
        """The least and the most tokens where the vocabulary may be off by the share `error`."""
        slack = _CUT_TOKENS * self.cuts
        return max(0, math.floor(self.tokens * (1 - error)) - slack), math.ceil(self.tokens * (1 + error)) + slack


def count_text(text: str, family: str) -> TokenCount:
    """Tokens of `text`: counted where the family's vocabulary is here, else by ratio from the o200k count.

    Marks such as <|endoftext|> count as ordinary text. Raises InputError for a family that is not in FAMILIES.
    """
    return count_joined([text], family)


def count_joined(texts: Sequence[str], family: str) -> TokenCount:
    """Tokens of texts that are sent together, each tokenized by itself. Raises InputError as count_text does."""
    found = tallies(texts, known_family(family))
    return _by_ratio(texts, family) if found is None else counted(total(found), family)


def tallies(texts: Iterable[str], family: str) -> list[Tally] | None:
    """What the family's own vocabulary makes of each text; each distinct part is counted once. None without it."""
    count = count_all(family)
    if count is None:
        return None
    # The newest Claude's pieces are not known for sure, so its texts are cut only where they must be.
    size = FORCED if vocabularies()[family].reader == "ctok" else PART
    places: dict[str, int] = {}
    cut = [
        [(places.setdefault(part, len(places)), forced) for part, forced in parts(well_formed(text), size)]
        for text in texts
    ]
    tokens = count(list(places))
    return [Tally(sum(tokens[place] for place, _ in found), sum(forced for _, forced in found)) for found in cut]


def total(found: Iterable[Tally], times: Iterable[int] | None = None) -> Tally:
    """The sum, each tally as often as `times` says, else once."""
    weighed = [(tally, 1) for tally in found] if times is None else list(zip(found, times, strict=True))
    return Tally(sum(t.tokens * n for t, n in weighed), sum(t.cuts * n for t, n in weighed))


def counted(tally: Tally, family: str) -> TokenCount:
    """The count that a tally by the family's own vocabulary stands for."""
    error, vocabulary = error_of(family), vocabularies()[family]
    note = f"Counted with {vocabulary.name}" + (f", which may be {error:.0%} off." if error else ".")
    if tally.cuts:
        note += f" A run of characters without a break was counted in parts: ±{_CUT_TOKENS * tally.cuts} tokens."
    low, high = tally.within(error)
    return TokenCount(family, tally.tokens, low, high, "counted", note, vocabulary.source)


def _by_ratio(texts: Sequence[str], family: str) -> TokenCount:
    base = count_joined(texts, BASE)
    by = factor(BASE, family, content_of("\n".join(texts)))
    return TokenCount(
        family,
        round(base.tokens * by.typical),
        math.floor(base.low * by.low),
        math.ceil(base.high * by.high),
        "estimated",
        f"Estimated from the count by {BASE}. {by.note}",
        by.source,
    )


def well_formed(text: str) -> str:
    """Half characters, as broken JSON escapes leave them, become replacement marks."""
    if not text.isascii() and _SURROGATE.search(text):
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
