"""What an article said, what is known today, and the verdict. The tables of data/claims; `checking` does the sums."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import groupby
from typing import Annotated, Literal

from pydantic import BeforeValidator

from pricing import Catalog, InputError
from pricing.facts import DATA, Fact, read_table

_NAMED = 4  # More of a kind are in the table below the sentence.


def _several(text: object) -> object:
    return tuple(filter(None, text.split(";"))) if isinstance(text, str) else text


Several = Annotated[tuple[str, ...], BeforeValidator(_several)]


class Claim(Fact):
    """A row of data/claims/claims.csv: one thing that was said, and how it is checked.

    `about` and `beside` are models (provider/id) or architectures (id) by the kind of check; `against` what they are
    held against.
    """

    id: str
    topic: str
    said: str
    check: str
    about: Several = ()
    against: Several = ()
    beside: Several = ()
    said_on: date
    said_by: str


class ClaimInput(Fact):
    """A row of data/claims/inputs.csv: a number of the computation that a reader may change; blank is looked up."""

    claim: str
    name: str
    label: str
    unit: str
    value: Decimal | None = None
    least: Decimal
    most: Decimal
    help: str = ""
    source: str = ""


class KnownFact(Fact):
    """A row of data/claims/facts.csv: something that others found. `other_value` is what a rival reached."""

    claim: str
    subject: str
    test: str = ""
    bears: Literal["for", "against", "beside"]
    value: Decimal | None = None
    other: str = ""
    other_value: Decimal | None = None
    said: str = ""
    source: str
    as_of: date
    confidence: Literal["high", "medium", "low"]


class Verdict(StrEnum):
    TRUE = "true"
    PARTLY = "partly"
    FALSE = "false"
    UNKNOWN = "cannot be told"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One figure, and whether the claim holds by it; None where it only stands beside.

    `confidence`: high, medium or low for what others found; blank for what is worked out here.
    """

    subject: str
    figure: str
    holds: bool | None
    source: str
    as_of: date
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A claim with the numbers and the day by which it is judged."""

    claim: Claim
    inputs: Mapping[str, Decimal]
    at: datetime
    book: Catalog

    def number(self, name: str) -> float:
        return float(self.inputs[name])


@dataclass(frozen=True, slots=True)
class Finding:
    """A judged claim with all its evidence."""

    case: Case
    evidence: tuple[Evidence, ...]

    @property
    def verdict(self) -> Verdict:
        """True where the claim holds by all evidence, partly by some, false by none; without any it cannot be told."""
        holds = [each.holds for each in self.evidence if each.holds is not None]
        if not holds:
            return Verdict.UNKNOWN
        return Verdict.TRUE if all(holds) else Verdict.PARTLY if any(holds) else Verdict.FALSE

    @property
    def sentence(self) -> str:
        """The figures that decide, in words; where none does, those that stand beside."""
        sides: dict[str, bool | None] = {"For it": True, "Against it": False}
        if self.verdict is Verdict.UNKNOWN:
            sides = {"Nothing on record decides it. Beside it": None}
        told = ((side, [e for e in self.evidence if e.holds is holds]) for side, holds in sides.items())
        return " ".join(f"{side}: {_listed(among)}." for side, among in told if among)

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids: who said it, then who the evidence is from."""
        named = (self.case.claim.said_by, *(each.source for each in self.evidence))
        return tuple(dict.fromkeys(filter(None, named)))

    @property
    def as_of(self) -> date:
        """The day of the newest evidence."""
        return max((each.as_of for each in self.evidence), default=self.case.claim.said_on)


def _listed(among: list[Evidence]) -> str:
    """The figures of each subject together."""
    more = f"; and {len(among) - _NAMED} more" if len(among) > _NAMED else ""
    groups = groupby(among[:_NAMED], key=lambda each: each.subject)
    return " · ".join(f"{subject}: {'; '.join(_figure(e) for e in each)}" for subject, each in groups) + more


def _figure(each: Evidence) -> str:
    return each.figure.removesuffix(".")


@cache
def claims() -> tuple[Claim, ...]:
    """Every claim, in the order of the page."""
    return read_table(DATA / "claims" / "claims.csv", Claim)


@cache
def inputs_of(claim: str) -> tuple[ClaimInput, ...]:
    """The numbers of one claim that may be changed."""
    return tuple(row for row in read_table(DATA / "claims" / "inputs.csv", ClaimInput) if row.claim == claim)


@cache
def facts_of(claim: str) -> tuple[KnownFact, ...]:
    """What others found on one claim."""
    return tuple(row for row in read_table(DATA / "claims" / "facts.csv", KnownFact) if row.claim == claim)


def checked(claim: Claim, usual: Mapping[str, Decimal], changed: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    """The usual numbers with the reader's in their place. Raises InputError for one unknown or out of bounds."""
    bounds = {row.name: row for row in inputs_of(claim.id)}
    for name, value in changed.items():
        if name not in bounds:
            raise InputError(f"{claim.id} has no number {name}: it has {', '.join(bounds) or 'none'}.")
        row = bounds[name]
        if not (value.is_finite() and row.least <= value <= row.most):
            raise InputError(f"{row.label} is {value}: give {row.least:,} to {row.most:,} {row.unit}.")
    return {**usual, **changed}


def by_topic(found: Iterable[Finding]) -> dict[str, list[Finding]]:
    """The findings under their topics, in order."""
    topics: dict[str, list[Finding]] = {}
    for each in found:
        topics.setdefault(each.case.claim.topic, []).append(each)
    return topics
