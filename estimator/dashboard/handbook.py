"""The guides, as they stand beside this module in guide/: by task, how figures are made, how to run it, its safety."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).with_name("guide")
GUIDES = {
    "By task": "guide.md",
    "How figures are made": "method.md",
    "Running it": "deployment.md",
    "Its safety": "threat-model.md",
}
_PICTURE = r"^!\[(?P<alt>[^]]*)]\((?P<path>[^)]+)\)$"
_CODE = r"^```\w*\n(?P<fenced>.*?)^```$|(?<=\n\n)(?P<indented>(?: {4}[^\n]*\n)+)"
_APART = re.compile(f"{_PICTURE}|{_CODE}", re.MULTILINE | re.DOTALL)
_OTHER_GUIDE = re.compile(r"\[([^]]+)]\((?!https?:)[^)]+\)")


@dataclass(frozen=True)
class Picture:
    path: Path
    alt: str


@dataclass(frozen=True)
class Code:
    text: str


Piece = str | Picture | Code


def show() -> None:
    chosen = st.segmented_control(
        "Guide", tuple(GUIDES), default="By task", required=True, key="guide", bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    for piece in pieces(GUIDES[str(chosen)]):
        match piece:
            case Picture(path, alt):
                with st.container(width=720):
                    st.image(path, caption=alt, alt=alt, width="stretch")
            case Code(text):
                st.code(text, language=None, wrap_lines=True)  # Without colours, which are too pale, and no scrolling.
            case _:
                st.markdown(piece)


@cache
def pieces(name: str) -> tuple[Piece, ...]:
    """A guide without its title: texts, and between them pictures and code."""
    _, _, body = (_FOLDER / name).read_text(encoding="utf-8").partition("\n")
    return tuple(_pieces(body))


def _pieces(body: str) -> Iterator[Piece]:
    end = 0
    for found in _APART.finditer(body):
        yield _plain(body[end : found.start()])
        if found["path"] is None:
            yield Code(textwrap.dedent(found["fenced"] or found["indented"]).strip())
        elif (path := (_FOLDER / found["path"]).resolve()).is_file():
            yield Picture(path, found["alt"])
        end = found.end()
    yield _plain(body[end:])


def _plain(text: str) -> str:
    """Links between files lead nowhere on a page: their words stay."""
    return _OTHER_GUIDE.sub(r"\1", text)
