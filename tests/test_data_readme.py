"""data/README.md explains every column of every table, in the section of its folder."""

import csv
import re
from pathlib import Path

import pytest

from pricing.facts import DATA

TABLES = sorted(DATA.rglob("*.csv"))
README = (DATA / "README.md").read_text(encoding="utf-8")


def explained(table: Path) -> set[str]:
    """The columns that the README names under the heading of this table, or of its folder where all are alike."""
    folder, _, rest = README.partition(f"\n## {table.parent.name}/\n")[2].partition("\n## ")[0].partition("\n### ")
    own = [part for part in rest.split("\n### ") if part.startswith(f"{table.name} ")]
    cells = re.findall(r"^\| ([^|]+) \|", own[0] if own else folder, flags=re.MULTILINE)
    return set(re.findall(r"\w+", " ".join(cells)))


@pytest.mark.parametrize("table", [pytest.param(t, id=str(t.relative_to(DATA))) for t in TABLES])
def test_every_column_is_explained(table: Path) -> None:
    with table.open(encoding="utf-8", newline="") as file:
        assert set(next(csv.reader(file))) <= explained(table)


def test_every_folder_has_its_section() -> None:
    assert {path.parent.name for path in TABLES} <= set(re.findall(r"^## (\w+)/$", README, flags=re.MULTILINE))
