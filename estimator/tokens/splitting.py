"""Long texts in parts, because tokenizers fail or crawl on a million characters with no end of a word."""

import re
from collections.abc import Iterator

PART = 3 * 2**13  # Characters; digits go by threes and repeated marks by powers of two, so a forced cut rarely hurts.
_LONGEST = 2 * PART  # tiktoken 0.14 fails at a million spaces; 700,000 still worked.

# Where every pattern in use ends a piece whatever follows: a space after a visible character, or a mark after a letter
# or number. Not before an apostrophe, which may belong to the word.
_HARMLESS = re.compile(r"(?<=\S)(?= )|(?<=[^\W_])(?=[\s!-&(-/:-@\[-`{-~、。，；：？！])")


def parts(text: str) -> Iterator[tuple[str, bool]]:
    """The text in order, in parts of bounded length, each with whether the cut at its end is forced, in a giant run.

    Counts of the parts add up to that of the text where no cut is forced.
    """
    start = 0
    while len(text) - start > _LONGEST:
        place = _HARMLESS.search(text, start + PART, start + _LONGEST)
        end = place.start() if place else start + PART
        yield text[start:end], place is None
        start = end
    yield text[start:], False


def pieces(text: str, size: int) -> Iterator[str]:
    """The text in order, in pieces of `size` characters or more, the last perhaps shorter; no cut is forced.

    Counts of the pieces add up to that of the text. Two texts that begin alike have the same first pieces.
    """
    start = 0
    while len(text) - start > size and (place := _HARMLESS.search(text, start + size)):
        yield text[start : place.start()]
        start = place.start()
    yield text[start:]
