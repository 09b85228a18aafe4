"""Images, sound, video and PDF pages to tokens, by the rules of their sellers, which stand in data/tokens/media.csv."""

import io
import math
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath
from typing import Self

from pydantic import Field, model_validator

from estimator.tokens.count import TokenCount
from estimator.tokens.ratios import known_family
from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_table

AUDIO = frozenset({".mp3", ".wav", ".m4a", ".flac", ".ogg", ".opus", ".aiff", ".aif", ".wma"})
VIDEO = frozenset({".mp4", ".m4v", ".mov"})
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff"})

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
_MAX_PX = 10**6  # A longer side is a damaged header.
_MAX_SECONDS = 366 * 24 * 3600
_QUALITY = {
    "published": "the seller's",
    "estimate": "the seller's rule of thumb",
    "measured": "a measurement",
    "secondary": "told by others than the seller",
    "unverified": "unverified",
}
_ALMOST = 1e-9  # So that a float just above a whole number of blocks is that number.


class MediaRule(Fact):
    """A row of data/tokens/media.csv: one constant of a family's rule for one kind of media."""

    family: str
    item: str
    detail: str = ""
    low: float = Field(gt=0)
    typical: float
    high: float
    quality: str
    source: str
    note: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.typical <= self.high:
            raise ValueError("low, typical and high must be in order")
        if self.quality not in _QUALITY:
            raise ValueError(f"quality is one of {', '.join(_QUALITY)}")
        return self


@dataclass(frozen=True, slots=True)
class Picture:
    """Size of an image, pixels."""

    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Clip:
    """Length of a sound or a video."""

    seconds: float
    is_video: bool


def image_tokens(width_px: int, height_px: int, family: str, *, detail: str = "high") -> TokenCount:
    """Input tokens of one image. `detail` matters where the seller has several: high or original.

    Where a family has two rules, the typical count is by that of its newer models and the range holds both. Raises
    InputError for an impossible size, an unknown detail and a family without a rule on record.
    """
    if not (1 <= width_px <= _MAX_PX and 1 <= height_px <= _MAX_PX):
        raise InputError(f"an image of {width_px} x {height_px} pixels cannot be: sides go from 1 to {_MAX_PX:,}.")
    rules = _rules(known_family(family), detail)
    flat, per_block = rules.get("image_tokens"), rules.get("image_tokens_per_block")
    counts = []
    if flat:
        counts.append((flat, 1.0))
    if per_block:
        counts.append((per_block, _blocks(width_px, height_px, rules)))
    if not counts:
        raise _unknown("images", family)
    first, times = counts[0]
    size = f"An image of {width_px} x {height_px} pixels"
    return TokenCount(
        family,
        math.ceil(first.typical * times),
        min(math.floor(rule.low * n) for rule, n in counts),
        max(math.ceil(rule.high * n) for rule, n in counts),
        "estimated",
        _note(size, first),
        first.source,
    )


def audio_tokens(seconds: float, family: str) -> TokenCount:
    """Input tokens of sound. Raises InputError for an impossible length and a family without a rule on record."""
    return _by_length(seconds, family, "audio_tokens_per_s", "sound")


def video_tokens(seconds: float, family: str) -> TokenCount:
    """Input tokens of a video. Raises InputError for an impossible length and a family without a rule on record."""
    return _by_length(seconds, family, "video_tokens_per_s", "video")


def page_tokens(pages: int, family: str) -> TokenCount:
    """Input tokens of PDF pages sent as a PDF. Raises InputError for no pages and a family without a rule on record."""
    if pages < 1:
        raise InputError("a PDF without pages cannot be counted: give at least one.")
    rule = _rules(known_family(family), "").get("page_tokens")
    if rule is None:
        raise _unknown("PDF pages", family)
    return _times(pages, rule, f"{pages:,} PDF pages")


def read_picture(data: bytes, name: str) -> Picture:
    """Size of an image from its header; the pixels are not unpacked. Raises InputError, which names the file."""
    from PIL import Image  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of flaws that leave the size readable.
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                return Picture(*image.size)
    except Image.DecompressionBombError:
        raise InputError(f"{name} has too many pixels: scale it down.") from None
    except Exception:  # noqa: BLE001 - a damaged file can raise anything there
        raise InputError(f"{name} cannot be read as an image: save it as PNG, JPEG or WebP.") from None


def read_clip(data: bytes, name: str) -> Clip:
    """Length of a sound or video file. Raises InputError, which names the file, where the file does not state it."""
    from tinytag import TinyTag  # noqa: PLC0415

    try:
        seconds = TinyTag.get(name, file_obj=io.BytesIO(data), tags=False).duration
    except Exception:  # noqa: BLE001 - a damaged file can raise anything there
        seconds = None
    if not seconds or not 0 < seconds <= _MAX_SECONDS:
        raise InputError(f"{name} does not say how long it is: save it as WAV, MP3 or MP4.")
    return Clip(seconds, PurePath(name).suffix.lower() in VIDEO)


def _blocks(width_px: float, height_px: float, rules: dict[str, MediaRule]) -> float:
    if edge := rules.get("image_max_edge_px"):
        scale = min(1.0, edge.typical / max(width_px, height_px))
        width_px, height_px = width_px * scale, height_px * scale
    most = rules["image_max_blocks"].typical if "image_max_blocks" in rules else math.inf
    if area := rules.get("image_area_px"):
        return min(width_px * height_px / area.typical, most)
    side = rules["image_block_px"].typical
    return whole_blocks(width_px / side, height_px / side, most)


def whole_blocks(columns: float, rows: float, most: float = math.inf) -> int:
    """Blocks that cover an image of `columns` x `rows` blocks, scaled down where they would be more than `most`.

    Scaled so that one side is whole; OpenAI, Images and vision: 1,800 x 2,400 px within 1,536 patches are 1,452.
    """
    if math.ceil(columns) * math.ceil(rows) > most:
        scale = math.sqrt(most / (columns * rows))
        scale *= min(_down(columns * scale), _down(rows * scale))
        columns, rows = columns * scale, rows * scale
    return min(math.ceil(columns - _ALMOST) * math.ceil(rows - _ALMOST), int(min(most, _MAX_PX**2)))


def _down(blocks: float) -> float:
    return max(1, math.floor(blocks)) / blocks


def _by_length(seconds: float, family: str, item: str, kind: str) -> TokenCount:
    if not 0 < seconds <= _MAX_SECONDS:
        raise InputError(f"{kind} of {seconds} seconds cannot be: the length goes from above 0 to a year.")
    rule = _rules(known_family(family), "").get(item)
    if rule is None:
        raise _unknown(kind, family)
    return _times(seconds, rule, f"{seconds:,.1f} seconds of {kind}")


def _times(quantity: float, rule: MediaRule, what: str) -> TokenCount:
    return TokenCount(
        rule.family,
        math.ceil(quantity * rule.typical),
        math.floor(quantity * rule.low),
        math.ceil(quantity * rule.high),
        "estimated",
        _note(what, rule),
        rule.source,
    )


def _note(what: str, rule: MediaRule) -> str:
    return f"{what}; the rule is {_QUALITY[rule.quality]}. {rule.note}".rstrip()


def _unknown(kind: str, family: str) -> InputError:
    return InputError(f"no rule for {kind} on models of the family {family} is on record: choose other models.")


@cache
def _rules(family: str, detail: str) -> dict[str, MediaRule]:
    """The constants of a family by item; those of other details are left out."""
    own = [row for row in read_table(DATA / "tokens" / "media.csv", MediaRule) if row.family == family]
    details = {row.detail for row in own if row.detail}
    if detail and details and detail not in details:
        raise InputError(f"no detail {detail!r} is on record for {family}: use one of {', '.join(sorted(details))}.")
    return {row.item: row for row in own if row.detail in ("", detail)}
