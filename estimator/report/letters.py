"""Names of any length, in any letters, made fit for where they are shown."""

import unicodedata

_UNSEEN = {"Cc", "Cs", "Cn"}  # Controls, halves of letters, and what is no letter.


def printable(text: str) -> str:
    """Without control characters, which neither a slide nor a page can hold."""
    if text.isprintable():
        return text
    return "".join(" " if unicodedata.category(c) in _UNSEEN else c for c in text)


def short(text: str, most: int) -> str:
    """Text of at most so many letters; of a longer one the middle is left out, for names often differ at their ends."""
    text = printable(text)
    if len(text) <= most:
        return text
    end = most // 3
    return f"{text[: most - 1 - end].rstrip()}…{text[-end:].lstrip()}"
