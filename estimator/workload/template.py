"""Typical tasks of a business, from data/workloads: what one costs in tokens, and who says so."""

from datetime import timedelta
from fractions import Fraction
from functools import cache
from typing import Literal, Self

from pydantic import Field, model_validator

from estimator.workload.profile import MONTH
from estimator.workload.shapes import Status
from pricing.facts import DATA, Fact, read_table

WORKLOADS = DATA / "workloads"
_PERIODS = {"day": timedelta(days=1), "week": timedelta(weeks=1), "month": MONTH}

Triple = tuple[int, int, int]


class Template(Fact):
    """A row of data/workloads/templates.csv. Tokens are those of one call; shares are of its input."""

    id: str
    name: str
    description: str
    unit: str
    units: str
    calls_per_unit: int = Field(gt=0)
    default_units: int = Field(gt=0)
    period: Literal["day", "week", "month"]
    input_low: int = Field(ge=0)
    input_typical: int = Field(ge=0)
    input_high: int = Field(ge=0)
    output_low: int = Field(ge=0)
    output_typical: int = Field(ge=0)
    output_high: int = Field(ge=0)
    repeated_low: float = Field(ge=0, le=1)
    repeated_typical: float = Field(ge=0, le=1)
    repeated_high: float = Field(ge=0, le=1)
    session_gap_s: float = Field(gt=0)
    content: str = ""
    shape: str
    status: Status
    source: str
    note: str = ""

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        for low, typical, high in (self.input_tokens, self.output_tokens, self.repeated_share):
            if not low <= typical <= high:
                raise ValueError("low, typical and high must rise in this order")
        return self

    @property
    def input_tokens(self) -> Triple:
        """Of one call: low, typical, high."""
        return self.input_low, self.input_typical, self.input_high

    @property
    def output_tokens(self) -> Triple:
        """Of one call: low, typical, high."""
        return self.output_low, self.output_typical, self.output_high

    @property
    def repeated_share(self) -> tuple[float, float, float]:
        """Share of the input that repeats an earlier prefix: low, typical, high."""
        return self.repeated_low, self.repeated_typical, self.repeated_high

    @property
    def default_units_per_month(self) -> Fraction:
        """`default_units` a period, over a mean month."""
        return per_month(self.default_units, self.period)


def per_month(units: int, period: str) -> Fraction:
    """So many a day, week or month, over a mean month."""
    second = timedelta(seconds=1)
    return Fraction(units * (MONTH // second), _PERIODS[period] // second)


class Default(Fact):
    """A row of data/workloads/defaults.csv: a figure that stands in where the user gives none."""

    id: str
    low: int
    typical: int
    high: int
    status: Status
    source: str
    note: str = ""

    @property
    def triple(self) -> Triple:
        return self.low, self.typical, self.high


@cache
def templates() -> dict[str, Template]:
    """All templates by id, in the order of the file."""
    return {t.id: t for t in read_table(WORKLOADS / "templates.csv", Template)}


@cache
def defaults() -> dict[str, Default]:
    """All stand-in figures by id."""
    return {d.id: d for d in read_table(WORKLOADS / "defaults.csv", Default)}
