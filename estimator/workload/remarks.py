"""What is learned while one upload is read: models met, what was taken for granted, headers understood."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from estimator.workload.columns import Columns, columns_of
from estimator.workload.template import WORKLOADS
from pricing.facts import Fact, read_table

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


@dataclass
class Remarks:
    """What is learned on the way: models met, what had to be taken for granted, and the headers that are understood.

    It lives as long as one upload is read, so that nothing of it stays behind. `seen` are the ids of what formats may
    repeat, in one file or the next.
    """

    models: set[str] = field(default_factory=set)
    seen: set[tuple[object, ...]] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)
    headers: dict[tuple[str, ...], Columns] = field(default_factory=dict)

    def is_new(self, *key: object) -> bool:
        new = key not in self.seen
        self.seen.add(key)
        return new

    def columns(self, fields: Mapping[str, Any]) -> Columns:
        names = tuple(fields)
        if names not in self.headers:
            self.headers[names] = columns_of(names)
        return self.headers[names]

    def naive(self) -> None:
        """A time that names no time zone was met."""
        self.notes.add("The times name no time zone: they are taken as UTC.")

    def modes(self, modes: Iterable[object]) -> None:
        """These say how requests were served."""
        if any(str(mode or "").lower() not in _ORDINARY for mode in modes):
            self.notes.add("Some requests were served in another way than standard: they are counted alike.")
