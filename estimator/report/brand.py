"""Whose report it is: the client's name, logo and colours, who prepared it, and who may read it."""

import io
import re
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, UnidentifiedImageError

from pricing import InputError

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_MOST_SIGNS = 120
_MOST_LOGO_BYTES = 2_000_000
_MOST_LOGO_PIXELS = 4_000
_KINDS = ("PNG", "JPEG")
_WHITE = (255, 255, 255)
_LEGIBLE = 4.5  # Contrast of text, by WCAG 2.2 AA.


@dataclass(frozen=True)
class Brand:
    """What makes a report a client's own. Colours are #rrggbb; `logo` is a PNG or JPEG, or nothing.

    Raises InputError for what is none of that.
    """

    client: str = ""
    prepared_by: str = ""
    confidentiality: str = ""
    color: str = "#0f6b5c"
    second_color: str = "#4a86e8"
    logo: bytes = b""

    def __post_init__(self) -> None:
        for what, text in (("client", self.client), ("author", self.prepared_by), ("note", self.confidentiality)):
            if len(text) > _MOST_SIGNS:
                raise InputError(f"the {what} of the report is longer than {_MOST_SIGNS} characters: shorten it.")
        for color in (self.color, self.second_color):
            if not _COLOR.fullmatch(color):
                raise InputError(f"{color} is not a colour: write it as # and six digits, like #0f6b5c.")
        if self.logo:
            _check_logo(self.logo)

    @property
    def ink(self) -> str:
        """The colour for text on white: the client's own, darkened until it can be read."""
        red, green, blue = _channels(self.color)
        while _contrast((red, green, blue), _WHITE) < _LEGIBLE:
            red, green, blue = (int(each * 0.95) for each in (red, green, blue))
        return f"#{red:02x}{green:02x}{blue:02x}"

    @property
    def on_color(self) -> str:
        """Black or white, whichever reads better on the client's colour."""
        return "#ffffff" if _contrast(_channels(self.color), _WHITE) >= _LEGIBLE else "#111111"


@lru_cache(maxsize=8)  # A page asks again whenever it runs.
def _check_logo(logo: bytes) -> None:
    if len(logo) > _MOST_LOGO_BYTES:
        raise InputError("the logo is larger than 2 MB: make it smaller.")
    try:
        with Image.open(io.BytesIO(logo), formats=_KINDS) as image:
            if max(image.size) > _MOST_LOGO_PIXELS:
                raise InputError(f"the logo has more than {_MOST_LOGO_PIXELS:,} pixels at a side: make it smaller.")
            image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        raise InputError("the logo is no PNG or JPEG that can be read: save it as one.") from None


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """Of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: tuple[int, int, int]) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (x / 255 for x in color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
