"""The door to data/: a source has one id, whatever file it stands in."""

from pathlib import Path

import pytest

from pricing.errors import InputError
from pricing.facts import sources

HEADER = "id,publisher,title,locator,version,published_on,accessed_on,licence,note\n"


def row(source: str) -> str:
    return f"{source},Publisher,Title,https://example.org,,,2026-11-23,MIT,\n"


def written(directory: Path, **files: str) -> Path:
    (directory / "sources").mkdir()
    for name, rows in files.items():
        (directory / "sources" / f"{name}.csv").write_text(HEADER + rows, encoding="utf-8")
    return directory


def test_sources_of_all_files_are_found_by_id(tmp_path: Path) -> None:
    assert sources(written(tmp_path, a=row("x") + row("y"), b=row("z"))).keys() == {"x", "y", "z"}


@pytest.mark.parametrize(
    ("files", "file"),
    [
        pytest.param({"a": row("x") + row("x")}, "a.csv", id="in one file"),
        pytest.param({"a": row("x"), "b": row("y") + row("x")}, "b.csv", id="in two files"),
    ],
)
def test_a_source_that_stands_twice_is_refused(tmp_path: Path, files: dict[str, str], file: str) -> None:
    with pytest.raises(InputError, match=rf"^sources/{file}: x is there twice"):
        sources(written(tmp_path, **files))
