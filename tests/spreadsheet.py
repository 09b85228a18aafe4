"""What a spreadsheet program makes of workbooks: LibreOffice without a window, and cells by the names of inputs."""

import io
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook  # type: ignore[import-untyped]

FILTER = "xlsx:Calc MS Excel 2007 XML"


def changed(made: bytes, inputs: Mapping[str, float]) -> Workbook:
    """The workbook with other values in named cells. It keeps no results, so whoever opens it must compute."""
    book = load_workbook(io.BytesIO(made))
    for name, value in inputs.items():
        sheet, cell = next(iter(book.defined_names[name].destinations))
        assert not book[sheet][cell.replace("$", "")].protection.locked, f"{name} is no input"
        book[sheet][cell.replace("$", "")].value = value
    return book


def recalculated(books: Mapping[str, Workbook]) -> dict[str, Workbook]:
    """The results of all formulas, by LibreOffice, in one run for all of them."""
    with tempfile.TemporaryDirectory() as folder:
        given, home, found = (Path(folder) / name for name in ("given", "home", "found"))
        given.mkdir()
        for name, book in books.items():
            book.save(given / f"{name}.xlsx")
        command = ["soffice", "--headless", f"-env:UserInstallation={home.as_uri()}", "--convert-to", FILTER]
        files = [str(given / f"{name}.xlsx") for name in books]
        subprocess.run([*command, "--outdir", str(found), *files], check=True, capture_output=True, timeout=300)
        return {name: load_workbook(found / f"{name}.xlsx", data_only=True) for name in books}


def table(book: Workbook, sheet: str, head: int = 4) -> list[dict[str, Any]]:
    """The rows below a head, each by the names there, down to the first without anything in its first two columns."""
    rows = book[sheet].iter_rows(min_row=head, values_only=True)
    names = [str(name) for name in next(rows)]
    found = []
    for row in rows:
        if row[0] in (None, "") and row[1] in (None, ""):
            break
        found.append(dict(zip(names, row, strict=True)))
    return found
