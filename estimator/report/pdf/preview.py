"""The first page of a PDF as a picture."""

from pathlib import Path
from tempfile import TemporaryDirectory

import typst

_WIDTH_PT, _PIXELS_PER_INCH = 595, 110
_SHOWN = f'#set page(width: auto, height: auto, margin: 0pt)\n#image("report.pdf", width: {_WIDTH_PT}pt)'


def first_page(pdf: bytes) -> bytes:
    """As PNG. The files that it takes are gone afterwards."""
    with TemporaryDirectory() as folder:
        shown = Path(folder, "shown.typ")
        shown.write_text(_SHOWN, encoding="utf-8")
        shown.with_name("report.pdf").write_bytes(pdf)
        made = typst.compile(str(shown), format="png", ppi=float(_PIXELS_PER_INCH))
    assert isinstance(made, bytes)  # noqa: S101 - of one page there is one picture
    return made
