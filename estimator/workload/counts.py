"""What a workload's own texts take in the tokens of each family. It holds no text."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

Span = tuple[int, int, int]
Kinds = tuple[tuple[str, int], ...]

MEDIA = "media"  # The kind of content that is no text: its tokens follow no ratio of texts.
METHODS = ("counted", "sampled", "estimated")  # From sure to less sure.


@dataclass(frozen=True, slots=True)
class FamilyCount:
    """All input and all output in the tokens of one family, each low, typical and high.

    `method` is the least sure by which a part of it was made: counted, sampled or estimated; `source` is an id.
    """

    family: str
    input_tokens: Span
    output_tokens: Span
    method: str
    source: str


def added(a: tuple[FamilyCount, ...], b: tuple[FamilyCount, ...]) -> tuple[FamilyCount, ...]:
    """Both together, in the families that are known of both."""
    others = {count.family: count for count in b}
    return tuple(_sum(count, others[count.family]) for count in a if count.family in others)


def _sum(a: FamilyCount, b: FamilyCount) -> FamilyCount:
    weaker = max(a, b, key=lambda count: (METHODS.index(count.method), count.source))
    return replace(
        weaker,
        input_tokens=plus(a.input_tokens, b.input_tokens),
        output_tokens=plus(a.output_tokens, b.output_tokens),
    )


def plus(a: Span, b: Span) -> Span:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def added_kinds(*parts: Iterable[tuple[str, int]]) -> Kinds:
    """Tokens by kind of content, in order."""
    sums = Counter[str]()
    for part in parts:
        sums.update(dict(part))
    return tuple(sorted((kind, tokens) for kind, tokens in sums.items() if tokens))
