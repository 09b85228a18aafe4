"""How well models do, as evidence: published scores by benchmark and setting, and the person's own test before them."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt
from typing import Literal

from pydantic import Field

from pricing import Catalog, InputError
from pricing.facts import DATA, Fact, read_table

Setting = Literal["thinking", "plain", "as-served", "as-stated", "own"]
OWN = "own"
SETTINGS: Mapping[str, str] = {
    "thinking": "with thinking",
    "plain": "without thinking",
    "as-served": "effort not stated",
    "as-stated": "as its maker states it",
    "own": "as you ran it",
}
_MOST_CASES = 10**6
_Z = 1.959964  # Two-sided, 95 %.
_COLUMNS = {"model", "right", "of"}


class Benchmark(Fact):
    """A row of data/quality/benchmarks.csv. Scores that differ by less than `gap` mean little; None is not on record.

    No floor can rest on one that is not `independent`: makers ran it themselves.
    """

    id: str
    name: str
    measures: str
    unit: str
    independent: bool
    gap: float | None = None
    limits: str
    source: str


class Score(Fact):
    """A row of data/quality/scores.csv: of the model in the catalog's row `provider`, `model`.

    Scores compare only within one benchmark and one `setting`; `effort` is the setting in the words of the source.
    """

    provider: str
    model: str
    benchmark: str
    setting: Setting
    effort: str
    value: float = Field(ge=0, le=100)
    measured_on: str = Field(pattern=r"^\d{4}(-\d{2}){0,2}$")
    source: str
    locator: str
    note: str = ""


@dataclass(frozen=True)
class OwnScore:
    """A test of the person's own: `right` of `of` cases. Kept for the session only."""

    name: str
    right: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.right <= self.of <= _MOST_CASES or not self.of:
            raise InputError(
                f"{self.right} right of {self.of} cases cannot be: give 1 to {_MOST_CASES:,} cases, "
                "and no more right ones than cases."
            )

    @property
    def value(self) -> float:
        """Percent."""
        return 100 * self.right / self.of

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval at 95 %, in percent (Wilson, JASA 22, 1927)."""
        n, p, z2 = self.of, self.right / self.of, _Z**2
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = _Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
        return 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)


@dataclass(frozen=True)
class Floor:
    """The least score, in percent, on one benchmark under one setting."""

    benchmark: str
    setting: str
    value: float


@cache
def benchmarks() -> dict[str, Benchmark]:
    """Every benchmark on record by id, those that show most first."""
    return {b.id: b for b in read_table(DATA / "quality" / "benchmarks.csv", Benchmark)}


@cache
def scores() -> tuple[Score, ...]:
    return read_table(DATA / "quality" / "scores.csv", Score)


def scores_of(name: str, catalog: Catalog) -> tuple[Score, ...]:
    """The published scores of the model that goes by this name in the catalog; none is *not rated*."""
    return tuple(s for s in scores() if _name(s, catalog) == name)


def _name(score: Score, catalog: Catalog) -> str:
    model = catalog.models.get((score.provider, score.model))
    return model.info.name if model else ""


def ratings(benchmark: str, setting: str, catalog: Catalog, own: Sequence[OwnScore] = ()) -> dict[str, float]:
    """The score of each model rated so, by its name in the catalog. A model that is not in it is not rated."""
    if benchmark == OWN:
        return {score.name: score.value for score in own}
    among = ((_name(s, catalog), s) for s in scores() if (s.benchmark, s.setting) == (benchmark, setting))
    return {name: score.value for name, score in among if name}


def benchmark_name(id_: str) -> str:
    return "your own test" if id_ == OWN else benchmarks()[id_].name


def grounds(own: Sequence[OwnScore] = ()) -> tuple[tuple[str, str], ...]:
    """Each benchmark and setting that a floor can rest on, the person's own test first."""
    tested = [(OWN, OWN)] if own else []
    rated = {(s.benchmark, s.setting) for s in scores()}
    return (
        *tested,
        *((b.id, s) for b in benchmarks().values() if b.independent for s in SETTINGS if (b.id, s) in rated),
    )


def floors_for(name: str, catalog: Catalog, own: Sequence[OwnScore] = ()) -> tuple[Floor, ...]:
    """Where a model stands and a floor can rest, its own test first: each at its score, less what means little."""
    tested = [Floor(OWN, OWN, score.value) for score in own if score.name == name]
    rated = {(s.benchmark, s.setting): s.value for s in scores_of(name, catalog)}
    found = [
        Floor(benchmark.id, setting, max(0.0, value - (benchmark.gap or 0.0)))
        for benchmark in benchmarks().values()
        for (id_, setting), value in rated.items()
        if id_ == benchmark.id and benchmark.independent
    ]
    return (*tested, *found)


def own_scores(text: str, place: str, catalog: Catalog) -> tuple[OwnScore, ...]:
    """A table with the columns model, right and of. Raises InputError with the line and the mend."""
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    try:
        if _COLUMNS - set(reader.fieldnames or ()):
            raise InputError(f"{place}, line 1: it needs the columns model, right and of.")
        rows = [(f"{place}, line {reader.line_num}", row["model"], row["right"], row["of"]) for row in reader]
    except csv.Error as error:
        raise InputError(f"{place}, line {reader.line_num}: this is not CSV ({error}).") from None
    return checked_scores(rows, catalog)


def checked_scores(rows: Iterable[tuple[str, str, str, str]], catalog: Catalog) -> tuple[OwnScore, ...]:
    """Own scores from rows of place, model, right and of. Raises InputError that names the place."""
    found: dict[str, OwnScore] = {}
    for place, model, right, of in rows:
        if not all(re.fullmatch(r"\s*\d{1,7}\s*", count, re.ASCII) for count in (right, of)):
            raise InputError(f"{place}: right and of are whole numbers, such as 41 and 50.")
        name = _called(model, catalog)
        if not name:
            raise InputError(f"{place}: no one model of the price list is called so: write its id or its name.")
        if name in found:
            raise InputError(f"{place}: {name} has a row already: keep one.")
        try:
            found[name] = OwnScore(name, int(right), int(of))
        except InputError as error:
            raise InputError(f"{place}: {error}") from None
    return tuple(found.values())


def _called(model: str, catalog: Catalog) -> str:
    """The name of the model that is meant: what is written, if it is one, or else that of the only one it may mean."""
    names = {m.info.name for m in catalog.matches(model)}
    exact = any(m.info.name == model for m in catalog.models.values())
    return model if exact else names.pop() if len(names) == 1 else ""
