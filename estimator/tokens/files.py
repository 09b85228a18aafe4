"""A file of any kind to tokens: text, document, image, sound or video."""

from dataclasses import replace
from pathlib import PurePath

from estimator.tokens.count import TokenCount, count_text
from estimator.tokens.documents import Document, text_of
from estimator.tokens.media import (
    AUDIO,
    PICTURES,
    VIDEO,
    Clip,
    Picture,
    audio_tokens,
    image_tokens,
    page_tokens,
    read_clip,
    read_picture,
    video_tokens,
)

Content = Document | Picture | Clip


def read_content(data: bytes, name: str) -> Content:
    """What of a file can be counted; its name tells media from text. Raises InputError, which names the file."""
    suffix = PurePath(name).suffix.lower()
    if suffix in PICTURES:
        return read_picture(data, name)
    if suffix in AUDIO | VIDEO:
        return read_clip(data, name)
    return text_of(data, name)


def count_content(content: Content, family: str) -> TokenCount:
    """Tokens of a file's content: a document by its text, or by its pages where it is a scan.

    Raises InputError where no rule of the family is on record.
    """
    match content:
        case Picture(width_px, height_px):
            return image_tokens(width_px, height_px, family)
        case Clip(seconds, is_video):
            return video_tokens(seconds, family) if is_video else audio_tokens(seconds, family)
        case Document(text="", pages=int(pages), note=note):
            count = page_tokens(pages, family)
        case Document(text=text, note=note):
            count = count_text(text, family)
    return replace(count, note=f"{count.note} {note}".rstrip())
