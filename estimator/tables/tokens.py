"""Counts of tokens."""

from collections.abc import Iterable, Sequence

from estimator.tokens import TokenCount
from pricing.console import show_table


def show_counts(counts: Iterable[tuple[str, Sequence[str], TokenCount]]) -> None:
    """Each with its file and the models that count so."""
    counts = list(counts)
    rows = [(file, c.family, f"{c.tokens:,}", f"{c.low:,}", f"{c.high:,}", c.method, c.note) for file, _, c in counts]
    show_table(("file", "tokenizer", "tokens", "low", "high", "method", "note"), rows)
    print()
    show_table(("tokenizer", "of"), {c.family: (c.family, ", ".join(models)) for _, models, c in counts}.values())
