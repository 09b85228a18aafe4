"""Many texts at once, as logs have them: each distinct text is counted once."""

from collections.abc import Mapping, Sequence

from estimator.tokens.count import TokenCount, count_text


def count_texts(texts: Sequence[str], family: str) -> list[int]:
    """Tokens of each text, in order, as `count_text` counts them; a text that comes again is counted once.

    Raises InputError for a family that is not in FAMILIES.
    """
    known: dict[str, int] = {}
    return [known.setdefault(text, 0) or known.update({text: count_text(text, family).tokens}) or known[text]
            for text in texts]  # fmt: skip


def count_total(times: Mapping[str, int], family: str) -> TokenCount:
    """Tokens of all texts together, each as often as `times` says; a slow tokenizer may count a sample of them.

    Raises InputError for a family that is not in FAMILIES.
    """
    counts = [(count_text(text, family), n) for text, n in times.items()]
    total, low, high = (sum(getattr(c, f) * n for c, n in counts) for f in ("tokens", "low", "high"))
    return TokenCount(family, total, low, high, "counted", "", counts[0][0].source if counts else "")
