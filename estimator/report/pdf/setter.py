"""Sets the pages of one folder, as a program of its own: typst keeps in memory what it has set, for as long as it runs.

`python setter.py FOLDER FONTS TIME` reads FOLDER/report.typ and what stands beside it, and writes FOLDER/report.pdf.
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import Literal

import typst

_NOT_IN_FONT = "could not be displayed"
_Standard = Literal["ua-1", "1.7"]
_TRIES: tuple[tuple[bool, _Standard], ...] = ((False, "ua-1"), (True, "ua-1"), (True, "1.7"))


def set_pages(folder: Path, fonts: Path, at: datetime) -> None:
    """As PDF/UA-1, with fonts of this machine only for letters that `fonts` lack.

    Where these lack them too, they are boxes to the eye, though still text to a reader; the standard does not allow
    that, and the file does not claim it. Raises TypstError for a fault of the templates.
    """
    for with_system, standard in _TRIES:
        known = typst.Fonts(
            include_system_fonts=with_system, include_embedded_fonts=with_system, font_paths=[str(fonts)]
        )
        try:
            made = typst.compile(str(folder / "report.typ"), font_paths=known, pdf_standards=standard, timestamp=at)
        except typst.TypstError as error:
            if standard != "ua-1" or _NOT_IN_FONT not in str(error):
                raise
        else:
            (folder / "report.pdf").write_bytes(made)
            return


if __name__ == "__main__":
    set_pages(Path(sys.argv[1]), Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3]))
