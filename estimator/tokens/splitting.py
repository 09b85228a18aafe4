"""Long texts in parts, because tokenizers fail or crawl on a million characters with no end of a word.

A part is also the unit that is counted once however often it comes: prompts that begin alike are cut alike.
"""

import re
from collections.abc import Iterator

PART = 2**10  # Characters from which an end is looked for.
FORCED = 3 * 2**13  # Where no end is; digits go by threes and repeated marks by powers of two, so a cut rarely hurts.
_LONGEST = 2 * FORCED  # tiktoken 0.14 fails at a million spaces; 700,000 still worked.

# Where every pattern in use ends a piece whatever follows: a space after a visible character, or a mark after a letter
# or number. Not before an apostrophe, which may belong to the word.
_HARMLESS = re.compile(r"(?<=\S)(?= )|(?<=[^\W_])(?=[\s!-&(-/:-@\[-`{-~、。，；：？！])")


def parts(text: str, size: int = PART) -> Iterator[tuple[str, bool]]:
    """The text in order, in parts of `size` characters or little more, each with whether the cut at its end is forced.

    Up to twice as long stays whole; a cut is forced in a giant run, of far more characters without an end.

    Counts of the parts add up to that of the text where no cut is forced.
    """
    start = 0
    while len(text) - start > 2 * size:
        place = _HARMLESS.search(text, start + size, start + _LONGEST)
        if place is None and len(text) - start <= _LONGEST:
            break
        end = place.start() if place else start + FORCED
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
