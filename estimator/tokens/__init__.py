"""Text to token counts with a stated error. Nothing is loaded on import, and nothing is ever fetched."""

from estimator.tokens.count import TokenCount, chat_tokens, count_text
from estimator.tokens.kinds import content_of
from estimator.tokens.ratios import FAMILIES, Factor, contents, factor
from estimator.tokens.reading import read_text

__all__ = [
    "FAMILIES",
    "Factor",
    "TokenCount",
    "chat_tokens",
    "content_of",
    "contents",
    "count_text",
    "factor",
    "read_text",
]
