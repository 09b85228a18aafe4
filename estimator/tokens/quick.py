"""Many texts in OpenAI's tokens by quicktok, several times as fast as tiktoken on one core and on all of them.

It is native and of one author: so it is optional, and only used where it has tiktoken's vocabulary and makes the same
tokens of a set of hard texts. Its tables of characters are of another version of Unicode: texts with a character that
came since go to tiktoken. tiktoken in threads gains less than two cores are.
"""

import importlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from estimator.tokens.vocabularies import counter, openai

if TYPE_CHECKING:
    from tiktoken import Encoding

ManyCounter = Callable[[Sequence[str]], list[int]]

_QUICK = frozenset({"o200k", "cl100k"})
_WORTH = 200_000  # Characters: fewer are counted before quicktok is loaded and checked.

# Blocks of Unicode 17 with letters, marks and numbers; both libraries agree on all other characters.
_NEW = re.compile(
    "[\u088f\u0c5c\u0cdc\u1acf-\u1aff\ua7ce\ua7cf\ua7d2\ua7d4\ua7f1\U00010940-\U0001095f\U00010ec5-\U00010ec7"
    "\U00010efa\U00010efb\U00011b60-\U00011b7f\U00011db0-\U00011def\U00016ea0-\U00016edf\U00016ff2-\U00016ff6"
    "\U000187f8-\U000187ff\U00018d09-\U00018d1e\U00018d80-\U00018dff\U0001e6c0-\U0001e6ff\U0002b73a-\U0002b73f"
    "\U0002cea2-\U0002cead\U000323b0-\U0003347f]"
)

# One character of every category in every place of a word, and what the patterns treat apart.
_KINDS = {unicodedata.category(c := chr(code)): c for code in range(0x1_0000) if not 0xD800 <= code <= 0xDFFF}
HARD = (
    "",
    *(f"a{c}b {c}{c}A1{c}\n{c}'s {c}" for c in _KINDS.values()),
    *(f"don't DON'T they'LL I'd'd x'S{space}" + 9 * space for space in (" ", "\n", "\t", "\r\n", "\u00a0", "\u3000")),
    "1 12 123 1234 12345678 3.14e-10 ²½Ⅷ ١٢٣ 0x1F <|endoftext|> <|fim_prefix|>",
    "camelCase HTTPServer ΑΒΓδεζ ǅ ʰ e\u0301 \x00\x7f\u200b\ufeff\U0010ffff",
    " नमस्ते สวัสดี 한국어 中文字 かなカナ שלום مرحبا 👩‍👩‍👧‍👦🇩🇪",
    "x" * 999 + " " * 999 + "=" * 999 + "\n" * 999 + "ab" * 999,
)


def count_all(family: str) -> ManyCounter | None:
    """What counts each of many texts as `counter(family)` counts one, as fast as this machine can; None as there."""
    count = counter(family)
    if count is None:
        return None

    def all_of(texts: Sequence[str]) -> list[int]:
        if family in _QUICK and sum(map(len, texts)) > _WORTH and (quick := quick_counter(family)):
            return quick(texts)
        return list(map(count, texts))

    return all_of


@cache
def quick_counter(family: str) -> ManyCounter | None:
    """quicktok's counter; None where it is not installed or not exactly tiktoken's equal."""
    try:
        quicktok = importlib.import_module("quicktok")
    except ImportError:
        return None
    name = f"{family}_base"
    tokenizer, encoding = quicktok.get_encoding(name), openai(name)
    if not is_equal(tokenizer, encoding):
        return None

    def count(texts: Sequence[str]) -> list[int]:
        counts = list(map(int, quicktok.count_batch(tokenizer, texts)))
        for place, text in enumerate(texts):
            if not text.isascii() and _NEW.search(text):
                counts[place] = len(encoding.encode_ordinary(text))
        return counts

    return count


def is_equal(tokenizer: Any, encoding: "Encoding") -> bool:
    """Whether every ordinary token is the same bytes in both, and the hard texts become the same tokens."""
    ids = range(len(encoding.token_byte_values()))
    same_bytes = all(tokenizer.decode_single_token_bytes(i) == encoding.decode_single_token_bytes(i) for i in ids)
    return same_bytes and all(tokenizer.encode_ordinary(text) == encoding.encode_ordinary(text) for text in HARD)
