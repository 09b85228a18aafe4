"""What is learned while one upload is read: models met, what was taken for granted, headers understood."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from estimator.workload.exports.columns import Columns, columns_of
from estimator.workload.template import WORKLOADS
from pricing import InputError
from pricing.facts import Fact, read_table

FIRST_PLACES = 5
_MOST_SIGNS = 1000
_MOST_COLUMNS = 1000  # Rows that each have other names are no log.
_ORDINARY = {"", "standard", "default", "auto", "none", "false", "not_available", "on_demand"}


class Family(Fact):
    """A row of data/workloads/families.csv: which tokenizer models of this name count with."""

    model_prefix: str
    family: str
    source: str


@cache
def families() -> tuple[Family, ...]:
    return read_table(WORKLOADS / "families.csv", Family)


def family_of(model: str) -> str:
    """The tokenizer family of a model by the longest known beginning of its name, else unknown."""
    name = model.lower().rpartition("/")[2]
    fitting = [row for row in families() if name.startswith(row.model_prefix)]
    return max(fitting, key=lambda row: len(row.model_prefix)).family if fitting else "unknown"


def _sentence(text: str) -> str:
    """In one line, whatever the names of columns are."""
    return "".join(sign if sign.isprintable() else " " for sign in text[:_MOST_SIGNS])


@dataclass
class Remarks:
    """What is learned on the way: models met, what had to be taken for granted, and the headers that are understood.

    It lives as long as one file is read, so that nothing of it stays behind. `seen` are the ids of what formats may
    repeat, in one file or the next. Of `rows` that were read, `lost` could not be understood: the places of the first
    ones, and what is wrong with the very first. If the first rows are lost, as many as `patience`, no more are tried.
    """

    models: set[str] = field(default_factory=set)
    seen: set[tuple[object, ...]] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)
    headers: dict[tuple[str, ...], Columns] = field(default_factory=dict)
    rows: int = 0
    lost: int = 0
    places: list[str] = field(default_factory=list)
    fault: str = ""
    patience: int = 0

    def is_new(self, *key: object) -> bool:
        new = key not in self.seen
        self.seen.add(key)
        return new

    def columns(self, fields: Mapping[str, Any]) -> Columns:
        names = tuple(fields)
        if names not in self.headers:
            if len(self.headers) == _MOST_COLUMNS:
                self.headers.clear()
            self.headers[names] = columns_of(names)
        return self.headers[names]

    def lose(self, place: str, why: str) -> None:
        """The row at this place is left out."""
        self.lost += 1
        self.fault = self.fault or f"{place}: {_sentence(why)}"
        if len(self.places) < FIRST_PLACES:
            self.places.append(place)
        if self.lost == self.rows == self.patience:
            raise InputError(f"{self.fault} So it is with the first {self.rows:,} rows.")

    def naive(self) -> None:
        """A time that names no time zone was met."""
        self.notes.add("The times name no time zone: they are taken as UTC.")

    def modes(self, modes: Iterable[object]) -> None:
        """These say how requests were served."""
        if any(str(mode or "").lower() not in _ORDINARY for mode in modes):
            self.notes.add("Some requests were served in another way than standard: they are counted alike.")
