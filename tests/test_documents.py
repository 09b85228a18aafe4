"""Documents to text: every format, and files that are encrypted, damaged, scanned or blown up."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable

import docx
import openpyxl  # type: ignore[import-untyped]
import pptx
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from estimator.tokens import documents
from estimator.tokens.documents import Document, text_of
from pricing.errors import InputError
from pricing.facts import DATA


def a_docx() -> bytes:
    made = docx.Document()
    made.add_paragraph("Dear customer,")
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "GPU hours", "12"
    made.add_paragraph("Goodbye.")
    return saved(made.save)


def an_xlsx(*rows: tuple[object, ...]) -> bytes:
    made = openpyxl.Workbook()
    made.active.title = "Bills"
    for row in rows or (("model", "tokens"), ("gpt-5.4", 12), (None, "sum", "=1+1")):
        made.active.append(row)
    return saved(made.save)


def a_pptx() -> bytes:
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "Costs of 2026"
    slide.placeholders[1].text = "By the token"
    grouped = slide.shapes.add_group_shape().shapes.add_textbox(0, 0, 9, 9)
    grouped.text_frame.text = "in a group"
    slide.shapes.add_table(1, 2, 0, 0, 9, 9).table.cell(0, 1).text = "in a table"
    slide.notes_slide.notes_text_frame.text = "Say it slowly"
    return saved(made.save)


def a_pdf(*texts: str, locked_with: str = "") -> bytes:
    """A page a text; an empty text makes a page without one, as a scan has it."""
    made = pypdf.PdfWriter()
    names = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    font = DictionaryObject({NameObject(key): NameObject(value) for key, value in names.items()})
    for text in texts:
        page = made.add_blank_page(200, 200)
        fonts = DictionaryObject({NameObject("/F1"): made._add_object(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode() if text else b"q Q")
        page[NameObject("/Contents")] = made._add_object(stream)
    if locked_with:
        made.encrypt(locked_with, algorithm="RC4-128")
    return saved(made.write)


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    file = io.BytesIO()
    save(file)
    return file.getvalue()


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        pytest.param(b"hello world", "a.txt", Document("hello world", None, "txt"), id="text"),
        pytest.param(b"\xef\xbb\xbf# Title", "a.md", Document("# Title", None, "markdown"), id="markdown"),
        pytest.param(b"<p>hi</p>", "a.html", Document("<p>hi</p>", None, "html"), id="html stays as it is"),
        pytest.param(b"a,b\n1,2\n", "a.csv", Document("a,b\n1,2\n", None, "csv"), id="csv"),
        pytest.param(b'{"a": 1}', "a.json", Document('{"a": 1}', None, "json"), id="json"),
        pytest.param(b"FROM x", "Dockerfile", Document("FROM x", None, "text"), id="no ending"),
        pytest.param(a_pdf("one", "two"), "a.pdf", Document("one\n\ntwo", 2, "pdf"), id="pdf"),
        pytest.param(a_pdf("one"), "a.dat", Document("one", 1, "pdf"), id="pdf by its bytes"),
        pytest.param(
            a_pdf("one", ""),
            "a.pdf",
            Document("one\n\n", 2, "pdf", "1 of 2 pages hold no text; they may be scans."),
            id="pdf, partly scanned",
        ),
        pytest.param(
            a_pdf("", ""),
            "a.pdf",
            Document("", 2, "pdf", "2 of 2 pages hold no text; they may be scans."),
            id="pdf, scanned",
        ),
        pytest.param(
            a_docx(),
            "a.docx",
            Document("Dear customer,\nGPU hours\t12\nGoodbye.", None, "docx", "Pictures in it are not counted."),
            id="docx",
        ),
        pytest.param(
            an_xlsx(),
            "a.xlsx",
            Document("Bills\nmodel\ttokens\ngpt-5.4\t12\n\tsum", None, "xlsx", "Pictures in it are not counted."),
            id="xlsx; a formula counts by its last value, here none",
        ),
        pytest.param(
            a_pptx(),
            "a.pptx",
            Document(
                "Costs of 2026\nBy the token\nin a group\n\tin a table\nSay it slowly",
                None,
                "pptx",
                "Pictures in it are not counted.",
            ),
            id="pptx",
        ),
    ],
)
def test_text_of_every_format(data: bytes, name: str, expected: Document) -> None:
    assert text_of(data, name) == expected


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"\0\1\2", "is not text but a binary file", id="binary"),
        pytest.param(
            a_pdf("one", locked_with="secret"), "is encrypted: save it without a password.", id="encrypted pdf"
        ),
        pytest.param(b"%PDF-1.7\nnothing", "is damaged or encrypted", id="broken pdf"),
        pytest.param(a_pdf(), "it has no pages", id="pdf without pages"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "is encrypted or of an old", id="old office"),
        pytest.param(b"PK\x03\x04junk", "is damaged or encrypted", id="broken zip"),
        pytest.param(a_docx()[:-200], "is damaged or encrypted", id="cut short"),
        pytest.param(zipped(a_txt=b"x"), "is no DOCX, XLSX or PPTX", id="other zip"),
        pytest.param(zipped(word__document_xml=b"<x"), "is damaged or encrypted", id="half a docx"),
        pytest.param(saved(docx.Document().save), "holds no text", id="docx without text"),
        pytest.param(
            zipped(word__document_xml=b" " * (64 * 2**20 + 1)), "is too large unpacked", id="more than unpacks"
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_named(data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told) as raised:
        text_of(data, "upload")
    assert str(raised.value).startswith("upload")


@pytest.mark.parametrize(
    ("limit", "most", "data"),
    [
        pytest.param("_MAX_PAGES", 2, a_pdf("a", "b", "c"), id="pages"),
        pytest.param("_MAX_PAGE", 20, a_pdf("a long page"), id="page"),
        pytest.param("_MAX_CELLS", 5, an_xlsx((1, 2), (3, 4)), id="cells"),
        pytest.param("_MAX_CHARACTERS", 10, a_docx(), id="characters"),
        pytest.param("_MAX_PARTS", 3, a_docx(), id="parts"),
        pytest.param("_MAX_UNPACKED", 100, a_docx(), id="unpacked"),
    ],
)
def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch, limit: str, most: int, data: bytes) -> None:
    text_of(data, "upload")
    monkeypatch.setattr(documents, limit, most)
    with pytest.raises(InputError, match=r"^upload.*(split|large|more than)"):
        text_of(data, "upload")


def test_cells_up_to_the_limit_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_MAX_CELLS", 6)  # Two rows of two, and one for each row.
    assert text_of(an_xlsx((1, 2), (3, 4)), "a.xlsx").text == "Bills\n1\t2\n3\t4"


def test_a_part_that_unpacks_to_more_than_it_states_is_refused() -> None:
    data = zipped(word__document_xml=b" " * 70_000)
    stated = (70_000).to_bytes(4, "little")
    with pytest.raises(InputError, match="is damaged"):
        text_of(data.replace(stated, (70).to_bytes(4, "little")), "upload")


WHOLE = (a_pdf("one", "two"), a_docx(), an_xlsx(), a_pptx())


@settings(max_examples=150)
@given(data=st.data())
def test_damage_never_escapes(data: st.DataObject) -> None:
    file = bytearray(data.draw(st.sampled_from(WHOLE)))
    for _ in range(data.draw(st.integers(1, 8))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = text_of(bytes(file[: data.draw(st.integers(1, len(file)))]), "upload")
    except InputError:
        return
    else:
        assert found.text or found.pages


def test_importing_loads_no_reader() -> None:
    code = "import sys, estimator.tokens; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=DATA.parent, capture_output=True, text=True, check=True, timeout=60
    )
    assert not {"pypdf", "docx", "pptx", "openpyxl", "PIL", "tinytag", "lxml"} & set(done.stdout.split())
