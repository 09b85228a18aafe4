"""Documents to text: plain files, PDF, DOCX, XLSX and PPTX. Each library is loaded when its format comes."""

import io
import logging
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from estimator.tokens.reading import read_text
from pricing.errors import InputError

_MAX_UNPACKED = 512 * 2**20  # Bytes of all files in an Office document, pictures included.
_MAX_XML = 64 * 2**20  # Bytes of its text, which takes ten times as much while it is read.
_MAX_PARTS = 20_000
_MAX_PAGES = 5000
_MAX_PAGE = 16 * 2**20  # Bytes of drawing commands of one PDF page; text has a thousandth.
_MAX_CHARACTERS = 50_000_000
_MAX_CELLS = 20_000_000  # Empty ones too: one cell far out makes millions of them.

_OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Encrypted new files are packed in it too.
_PLAIN = {".md": "markdown", ".markdown": "markdown", ".htm": "html", ".csv": "csv"}


@dataclass(frozen=True, slots=True)
class Document:
    """Text of a file. `pages` only where the format has them; `note` says what the text leaves out."""

    text: str
    pages: int | None
    kind: str
    note: str = ""


def text_of(data: bytes, name: str) -> Document:
    """Text of a file, which its bytes tell apart; HTML and other text stays as it is.

    A scanned PDF has pages and no text. Raises InputError, which names the file, where it is encrypted, damaged, empty
    or larger unpacked than can be read.
    """
    if b"%PDF-" in data[:1024]:
        return _pdf(data, name)
    if data.startswith(b"PK\x03\x04"):
        return _office(data, name)
    if data.startswith(_OLD_OFFICE):
        raise InputError(f"{name} is encrypted or of an old Office format: save it as DOCX, XLSX or PPTX, unprotected.")
    suffix = PurePath(name).suffix.lower()
    return Document(read_text(data, name), None, _PLAIN.get(suffix, suffix.removeprefix(".") or "text"))


def _pdf(data: bytes, name: str) -> Document:
    from pypdf import PdfReader  # noqa: PLC0415

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # It tells every flaw of a file on standard error.
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError(f"{name} is encrypted: save it without a password.")
        if len(reader.pages) > _MAX_PAGES:
            raise InputError(f"{name} has more than {_MAX_PAGES:,} pages: split it.")
        pages = [_page(page, f"{name}, page {number}") for number, page in enumerate(reader.pages, 1)]
    except InputError:
        raise
    except Exception:  # noqa: BLE001 - a damaged file can raise anything there
        raise InputError(f"{name} is damaged or encrypted: open it and save it again as a PDF.") from None
    if not pages:
        raise InputError(f"{name} is empty: it has no pages.")
    without = sum(not page.strip() for page in pages)
    note = f"{without} of {len(pages)} pages hold no text; they may be scans." if without else ""
    return Document(_joined(pages, name, "\n\n") if without < len(pages) else "", len(pages), "pdf", note)


def _page(page: Any, place: str) -> str:
    contents = page.get_contents()
    if contents is None:
        return ""
    if len(contents.get_data()) > _MAX_PAGE:
        raise InputError(f"{place}: it is too large to read; print the document to a new PDF.")
    text: str = page.extract_text()
    return text


def _office(data: bytes, name: str) -> Document:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            kind = _checked(archive, name)
        text = _joined(_READERS[kind](data, name), name)
    except (InputError, ImportError):
        raise
    except Exception:  # noqa: BLE001 - a damaged file can raise anything there
        raise InputError(f"{name} is damaged or encrypted: open it and save it again.") from None
    if not text.strip():
        raise InputError(f"{name} holds no text: there is nothing to count.")
    return Document(text, None, kind, "Pictures in it are not counted.")


def _checked(archive: zipfile.ZipFile, name: str) -> str:
    """The kind of an Office document that is safe to unpack; sizes are as stated, and nothing unpacks to more."""
    parts = archive.infolist()
    kind = next((kind for part in parts if (kind := _OFFICE.get(part.filename))), None)
    if kind is None:
        raise InputError(f"{name} is no DOCX, XLSX or PPTX: unpack it and give the files in it.")
    xml = sum(part.file_size for part in parts if part.filename.lower().endswith((".xml", ".rels", ".vml")))
    if len(parts) > _MAX_PARTS or xml > _MAX_XML or sum(part.file_size for part in parts) > _MAX_UNPACKED:
        raise InputError(f"{name} is too large unpacked: the most is {_MAX_XML // 2**20} MiB of text. Split it.")
    if archive.testzip() is not None:  # It also finds a part that states less than it unpacks to.
        raise InputError(f"{name} is damaged: open it and save it again.")
    return kind


def _docx(data: bytes, _: str) -> Iterator[str]:
    from docx import Document as Docx  # noqa: PLC0415
    from docx.table import Table  # noqa: PLC0415

    for block in Docx(io.BytesIO(data)).iter_inner_content():
        if isinstance(block, Table):
            yield from ("\t".join(cell.text for cell in row.cells) for row in block.rows)
        else:
            yield block.text


def _xlsx(data: bytes, name: str) -> Iterator[str]:
    from openpyxl import load_workbook  # type: ignore[import-untyped]  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Of styles and forms, which have no text.
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        cells = 0
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # A file may state any size.
            yield sheet.title
            for row in sheet.iter_rows(values_only=True):
                cells += len(row) + 1
                if cells > _MAX_CELLS:
                    raise InputError(f"{name} has more than {_MAX_CELLS:,} cells: save the part that is sent as CSV.")
                line = "\t".join("" if value is None else str(value) for value in row).rstrip()
                if line:
                    yield line


def _pptx(data: bytes, _: str) -> Iterator[str]:
    from pptx import Presentation  # noqa: PLC0415

    for slide in Presentation(io.BytesIO(data)).slides:
        yield from _of_shapes(slide.shapes)
        if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame):
            yield notes.text


def _of_shapes(shapes: Iterable[Any]) -> Iterator[str]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _of_shapes(shape.shapes)
        elif shape.has_text_frame:
            yield shape.text_frame.text
        elif getattr(shape, "has_table", False):
            yield from ("\t".join(cell.text for cell in row.cells) for row in shape.table.rows)


_READERS = {"docx": _docx, "xlsx": _xlsx, "pptx": _pptx}


def _joined(lines: Iterable[str], name: str, between: str = "\n") -> str:
    kept, characters = [], 0
    for line in lines:
        characters += len(line)
        if characters > _MAX_CHARACTERS:
            raise InputError(f"{name} holds more than {_MAX_CHARACTERS:,} characters: split it.")
        kept.append(line)
    return between.join(kept)
