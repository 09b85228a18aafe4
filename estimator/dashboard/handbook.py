"""The guides, as they stand beside this module in guide/: by task, how figures are made, how to run it, its safety."""

import re
from collections.abc import Iterator
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
_PICTURE = re.compile(r"^!\[(?P<alt>[^]]*)]\((?P<path>[^)]+)\)$", re.MULTILINE)
_OTHER_GUIDE = re.compile(r"\[([^]]+)]\((?!https?:)[^)]+\)")


def show() -> None:
    chosen = st.segmented_control(
        "Guide", tuple(GUIDES), default="By task", required=True, key="guide", bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    for piece in pieces(GUIDES[str(chosen)]):
        if isinstance(piece, str):
            st.markdown(piece)
        else:
            path, alt = piece
            with st.container(width=720):
                st.image(path, caption=alt, alt=alt, width="stretch")


@cache
def pieces(name: str) -> tuple[str | tuple[Path, str], ...]:
    """A guide without its title: texts, and between them pictures, each with what it shows."""
    _, _, body = (_FOLDER / name).read_text(encoding="utf-8").partition("\n")
    return tuple(_pieces(body))


def _pieces(body: str) -> Iterator[str | tuple[Path, str]]:
    end = 0
    for found in _PICTURE.finditer(body):
        yield _plain(body[end : found.start()])
        path = (_FOLDER / found["path"]).resolve()
        if path.is_file():
            yield path, found["alt"]
        end = found.end()
    yield _plain(body[end:])


def _plain(text: str) -> str:
    """Links between files lead nowhere on a page: their words stay. Commands are not coloured, but legible."""
    return _OTHER_GUIDE.sub(r"\1", text).replace("```sh\n", "```text\n")
