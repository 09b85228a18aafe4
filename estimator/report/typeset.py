"""Data and templates → pages, by typst; the same bytes whenever the same pages are set."""

import shutil
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import typst

_HERE = Path(__file__).parent
_TEMPLATES, _FONTS = _HERE / "typst", _HERE / "fonts"
_NOT_IN_FONT = "could not be displayed"
_Standard = Literal["ua-1", "1.7"]
_TRIES: tuple[tuple[bool, _Standard], ...] = ((False, "ua-1"), (True, "ua-1"), (True, "1.7"))


def typeset(data: Mapping[str, bytes], at: datetime) -> bytes:
    """The pages of `report.typ`, which reads these files beside itself and nothing else, as PDF/UA-1 made at `at`.

    Letters that the fonts which ship here lack are set in those of this machine. Where these lack them too, they are
    boxes to the eye, though still text to a reader; the standard does not allow that, and the file does not claim it.
    """
    with TemporaryDirectory(prefix="breakeven-") as place:
        room = Path(place)
        shutil.copytree(_TEMPLATES, room, dirs_exist_ok=True)
        for name, content in data.items():
            (room / name).write_bytes(content)
        for with_system, standard in _TRIES[:-1]:
            try:
                return _pages(room, at, with_system, standard)
            except typst.TypstError as error:
                if _NOT_IN_FONT not in str(error):
                    raise
        return _pages(room, at, *_TRIES[-1])


def _pages(room: Path, at: datetime, with_system: bool, standard: _Standard) -> bytes:
    main, fonts = str(room / "report.typ"), _fonts(with_system)
    return typst.compile(main, font_paths=fonts, format="pdf", pdf_standards=standard, timestamp=at)


@cache
def _fonts(with_system: bool) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=with_system, include_embedded_fonts=with_system, font_paths=[str(_FONTS)])
