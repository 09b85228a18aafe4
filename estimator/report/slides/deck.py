"""An empty deck in a client's colours, and what is put on its slides: text that fits, tables, small print, notes.

The looks are those of `report.pptx`, which any slide editor opens: its layouts say where things stand, and its theme
what colours and fonts they have, so that a client's own edits of either are followed by every slide.
"""

import copy
import io
import re
import textwrap
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide
from pptx.util import Emu, Inches, Pt

from estimator.report.brand import Brand
from estimator.report.letters import printable

TITLE, TEXT, RIGHT_TEXT, FOOTER, CHART, TABLE, SOURCES = 0, 1, 2, 11, 13, 14, 15  # Placeholders of `report.pptx`.
_TEMPLATE = Path(__file__).with_name("report.pptx")
_REPEATED = "./p:cSld/p:spTree/p:sp[.//p:ph[@type='ftr' or @type='sldNum']]"  # On every slide of a layout.
_PLAIN_TABLE = "{3B4B98B0-60AC-42C2-AFA5-B58CD77FA1E5}"  # "Light style 1, accent 1": lines, and no filled cells.
_EMU_PER_POINT = 12_700
_LETTER = 0.55  # Mean width of a letter of Arial, as a share of its size.
_LINE = 1.2  # Height of a line, as a share of the size of its letters.
_SMALLEST = 10
_LOGO = (Inches(9.93), Inches(0.6), Inches(2.8), Inches(1.1))  # Left, top, width, height of the room it has.
_CELL = 12


def deck(brand: Brand, title: str, made_on: date) -> Deck:
    """A deck without slides. The theme takes the client's colours."""
    made = Presentation(str(_TEMPLATE))
    about = made.core_properties
    about.title, about.author = printable(title), printable(brand.prepared_by)
    about.created = about.modified = datetime.combine(made_on, time())
    colors = {"dk2": brand.ink, "accent1": brand.color, "accent2": brand.second_color, "hlink": brand.ink}
    theme = next(r.target_part for r in made.slide_master.part.rels.values() if r.reltype.endswith("/theme"))
    text = theme.blob.decode()
    for name, color in colors.items():
        text = re.sub(rf'(<a:{name}><a:srgbClr val=")\w+', rf"\g<1>{color[1:].upper()}", text)
    theme._blob = text.encode()
    return made


def add_slide(made: Deck, layout: str, title: str, footer: str) -> Slide:
    """A slide of a layout, with its title, its footer and its number."""
    chosen = made.slide_layouts.get_by_name(layout)
    if chosen is None:
        raise LookupError(f"report.pptx has no layout {layout}")
    slide: Slide = made.slides.add_slide(chosen)
    for shape in map(copy.deepcopy, chosen.element.xpath(_REPEATED)):
        shape.nvSpPr.cNvPr.set("id", str(slide.shapes._next_shape_id))
        slide.shapes._spTree.append(shape)
    placeholder(slide, FOOTER).text_frame.clear()
    put(slide, TITLE, [title])
    put(slide, FOOTER, [footer])
    return slide


def put(slide: Slide, place: int, paragraphs: Sequence[str], *, heads: Sequence[int] = ()) -> None:
    """Paragraphs into a placeholder, as large as its layout has them or as much smaller as they must be to fit.

    Those numbered in `heads` are headings, in the client's colour. Without paragraphs the placeholder goes.
    """
    shape = placeholder(slide, place)
    if not paragraphs:
        shape.element.getparent().remove(shape.element)
        return
    largest = _size_of(slide, place)
    width, height = shape.width / _EMU_PER_POINT, shape.height / _EMU_PER_POINT
    size, fitted = fitting(paragraphs, width, height, largest)
    frame = shape.text_frame
    for i, text in enumerate(fitted):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.level = 1 if i in heads else 0
        run = paragraph.add_run()
        run.text = text
        if size != largest:
            run.font.size = Pt(size)


def fitting(paragraphs: Sequence[str], width: float, height: float, largest: int) -> tuple[int, list[str]]:
    """The largest size, in points, at which paragraphs fit a box of so many points; at the smallest, what fits of
    them, and dots.
    """
    texts = [printable(text) for text in paragraphs]
    for size in range(largest, _SMALLEST - 1, -1):
        lines = sum(len(_wrapped(text, size, width)) for text in texts)
        if (lines * _LINE + (len(texts) - 1) * _GAP) * size <= height:
            return size, texts
    return _SMALLEST, _cut(texts, width, height)


_GAP = 0.5  # Between paragraphs, as a share of the size of letters.


def _cut(texts: Sequence[str], width: float, height: float) -> list[str]:
    """As many paragraphs as fit at the smallest size, the last one ended by dots."""
    kept: list[str] = []
    left = height / _SMALLEST
    for text in texts:
        room = int(left / _LINE)
        if not room:
            return [*kept[:-1], f"{kept[-1]} …"] if kept else ["…"]
        lines = _wrapped(text, _SMALLEST, width, room)
        kept.append(" ".join(lines))
        if lines != _wrapped(text, _SMALLEST, width):
            return kept
        left -= len(lines) * _LINE + _GAP
    return kept


def _wrapped(text: str, size: int, width: float, most: int | None = None) -> list[str]:
    """The lines of a paragraph, at most so many, the last of them then ended by dots."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    narrower = len(text) / (len(text) + wide) if text else 1.0
    letters = max(1, int(width / (size * _LETTER) * narrower))
    return textwrap.wrap(text, letters, max_lines=most, placeholder="…") or [""]


def put_table(slide: Slide, rows: Sequence[Sequence[str]], widths: Sequence[float], alt: str) -> None:
    """A table whose first row is its head. Widths are shares; all columns but the first stand to the right."""
    frame = placeholder(slide, TABLE).insert_table(len(rows), len(widths))
    describe(frame, alt)
    table = frame.table
    frame._element.graphic.graphicData.tbl.tblPr.find("{*}tableStyleId").text = _PLAIN_TABLE
    table.horz_banding = False
    for column, share in zip(table.columns, widths, strict=True):
        column.width = Emu(int(frame.width * share / sum(widths)))
    for i, row in enumerate(rows):
        table.rows[i].height = Inches(0.3)
        for j, text in enumerate(row):
            _fill(table.cell(i, j), text, is_head=i == 0, to_right=j > 0)


def _fill(cell: Any, text: str, *, is_head: bool, to_right: bool) -> None:
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.margin_left = cell.margin_right = Inches(0.05)
    cell.margin_top = cell.margin_bottom = Inches(0.03)
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if to_right else PP_ALIGN.LEFT
    run = paragraph.add_run()
    run.text = printable(text)
    run.font.size, run.font.bold = Pt(_CELL), is_head
    run.font.color.theme_color = MSO_THEME_COLOR.TEXT_2 if is_head else MSO_THEME_COLOR.TEXT_1


def put_logo(slide: Slide, logo: bytes, alt: str) -> None:
    """As large as its room lets it, in its own proportions, at the right."""
    left, top, width, height = _LOGO
    picture = slide.shapes.add_picture(io.BytesIO(logo), left, top)
    scale = min(width / picture.width, height / picture.height)
    picture.width, picture.height = Emu(int(picture.width * scale)), Emu(int(picture.height * scale))
    picture.left = Emu(left + width - picture.width)
    describe(picture, alt)


def put_notes(slide: Slide, paragraphs: Sequence[str]) -> None:
    frame = slide.notes_slide.notes_text_frame
    if frame is not None:
        frame.text = "\n".join(printable(text) for text in paragraphs)


def remove(slide: Slide, *places: int) -> None:
    """Take placeholders away that nothing goes into."""
    for place in places:
        put(slide, place, [])


def describe(shape: Any, alt: str) -> None:
    """What those hear who do not see it."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", printable(alt))


def placeholder(slide: Any, place: int) -> Any:
    """The placeholder of a slide, or of a layout, by its number in the layout."""
    return next(s for s in slide.placeholders if s.placeholder_format.idx == place)


def _size_of(slide: Slide, place: int) -> int:
    """Of the letters of a placeholder in its layout, in points; a title's stands in the master."""
    sizes = placeholder(slide.slide_layout, place).element.xpath("./p:txBody/a:lstStyle/a:lvl1pPr/a:defRPr/@sz")
    master = slide.slide_layout.slide_master.element
    sizes = sizes or master.xpath("./p:txStyles/p:titleStyle/a:lvl1pPr/a:defRPr/@sz")
    return int(sizes[0]) // 100
