"""Documents, images, sound and video, each as the prompt of one request → a profile. Counted and forgotten."""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from estimator.tokens import FAMILIES, Clip, Content, Document, TokenCount, count_content, read_content
from estimator.workload.counts import MEDIA, FamilyCount
from estimator.workload.exports.remarks import Remarks
from estimator.workload.profile import Profile, Record, merge, profile
from estimator.workload.template import defaults
from estimator.workload.texts.chats import Chat
from estimator.workload.texts.messages import Turn
from estimator.workload.texts.tally import ASSUMED, profile_of, untimed
from pricing import InputError, Usage


def read_texts(files: Iterable[tuple[str, bytes]], sizes: tuple[int, ...]) -> Profile:
    """The files by name, each as one request without an answer; `sizes` are the catalog's.

    A family in which a file cannot be counted, such as a video, has no count. Raises InputError where no family can
    count them all, and where a file cannot be read.
    """
    remarks, name = Remarks(), ""
    texts, parts = [], []
    for name, data in files:
        content = read_content(data, name)
        if isinstance(content, Document):
            remarks.notes |= {content.note} - {""}
        if isinstance(content, Document) and content.text:
            texts.append(prompt(content.text))
        else:
            parts.append(_of_media(content, name, sizes))
    if texts:
        parts.append(profile_of(texts, name, sizes, remarks))
    return replace(made := _together(parts), notes=tuple(sorted({*made.notes, *remarks.notes})))


def prompt(text: str) -> Chat:
    """A text that is sent as it is."""
    return Chat((Turn("user", (text,)),), is_request=True)


def _of_media(content: Content, name: str, sizes: tuple[int, ...]) -> Profile:
    counts = {family: count for family in FAMILIES if (count := _count(content, family))}
    if not counts:
        raise InputError(f"{name}: no rule for its tokens is on record, on any model.")
    base, answer = next(iter(counts)), defaults()["output_tokens"].typical
    tokens = counts[base].tokens
    is_sound = isinstance(content, Clip) and not content.is_video
    bucket = "uncached_audio_tokens" if is_sound else "uncached_input_tokens"
    made = profile([Record(ASSUMED, Usage(**{bucket: tokens}, output_tokens=answer))], sizes, tokenizers=[base])
    known = (
        FamilyCount(family, (c.low, c.tokens, c.high), (0, 0, 0), c.method, c.source) for family, c in counts.items()
    )
    return replace(
        untimed(made),
        counts=tuple(sorted(known, key=lambda count: count.family)),
        contents=((MEDIA, tokens),),
        unanswered=1,
    )


def _count(content: Content, family: str) -> TokenCount | None:
    """None where the family has no rule for it."""
    try:
        return count_content(content, family)
    except InputError:
        return None


def _together(parts: list[Profile]) -> Profile:
    """All in the tokens of one family that counts each of them."""
    known = [family for family in FAMILIES if all(family in {c.family for c in part.counts} for part in parts)]
    if not known:
        raise InputError("no model takes all of these files: give them apart.")
    return reduce(merge, [_in_family(part, known[0]) for part in parts])


def _in_family(made: Profile, family: str) -> Profile:
    counts = {count.family: count for count in made.counts}
    own, base = counts[family], counts[made.tokenizer]
    if own is base:
        return made
    scaled = made.scaled(own.input_tokens[1] / base.input_tokens[1], 1)
    return replace(scaled, tokenizers=(family,))
