"""What was billed against what the price list comes to, by model and day, and what would explain a difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from estimator.decision.explain import Billed, Case, Explanation, Part, billed, explanations
from estimator.decision.matching import Group, groups
from estimator.decision.recompute import NOTHING, Piece, Spread, bills, pieces_of, spread
from estimator.workload import OwnPrice, Statement
from pricing import STANDARD, Catalog, Mode, Unpriced


class Verdict(StrEnum):
    AGREES = "agrees"
    IN_RANGE = "in range"
    EXPLAINED = "explained"
    UNEXPLAINED = "not explained"
    UNPRICED = "unpriced"
    NO_USAGE = "no usage"
    NOT_BILLED = "not billed"
    NO_BILL = "no bill"


_WHY = {
    Verdict.IN_RANGE: "lies between the prices of the cheaper and the dearer hours",
    Verdict.UNEXPLAINED: "no other mode, date, tier or way of counting on record makes it fit",
    Verdict.NOT_BILLED: "the bill of that day has no line of it",
    Verdict.NO_BILL: "no bill of that day was given",
}
COMPARED = frozenset({Verdict.AGREES, Verdict.IN_RANGE, Verdict.EXPLAINED, Verdict.UNEXPLAINED})
OPEN = frozenset({Verdict.UNEXPLAINED, Verdict.UNPRICED, Verdict.NO_USAGE, Verdict.NOT_BILLED})


@dataclass(frozen=True)
class Line:
    """A model's day. `model` is blank where a bill tells only the sum of all; `item` is what it lists apart.

    `computed` is USD: a range where hours have their own prices and only the day is known. `billed` is in `currency`,
    of which `per_usd` make a dollar.
    """

    start: datetime
    end: datetime
    by: str
    model: str
    name: str
    item: str
    verdict: Verdict
    requests: int
    computed: Spread | None
    billed: Decimal | None
    billed_usd: Decimal | None
    currency: str
    per_usd: Decimal
    parts: tuple[Part, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    reason: str = ""
    sources: tuple[str, ...] = ()

    @property
    def apart_usd(self) -> Decimal | None:
        """Billed less computed."""
        return self.billed_usd - self.computed.usd if self.billed_usd is not None and self.computed else None

    @property
    def why(self) -> str:
        """What is behind the verdict, in plain words; blank where there is nothing to say."""
        if self.explanations:
            return "fits if " + ", or if ".join(found.words for found in self.explanations)
        return self.reason or _WHY.get(self.verdict, "")


@dataclass(frozen=True)
class Reconciliation:
    """All lines, and their sums in USD. Sums of what was compared leave out what could not be."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...]

    @property
    def compared(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.verdict in COMPARED)

    @property
    def open(self) -> tuple[Line, ...]:
        """What a person should look at."""
        return tuple(line for line in self.lines if line.verdict in OPEN)

    @property
    def computed(self) -> Spread:
        return sum((line.computed for line in self.compared if line.computed), NOTHING)

    @property
    def billed_usd(self) -> Decimal:
        return _billed(self.compared)

    @property
    def all_billed_usd(self) -> Decimal:
        return _billed(self.lines)

    @property
    def checked_share(self) -> Decimal | None:
        """Of all that was billed, the share that could be compared; None where that is nothing."""
        total = sum((abs(line.billed_usd) for line in self.lines if line.billed_usd), Decimal(0))
        part = sum((abs(line.billed_usd) for line in self.compared if line.billed_usd), Decimal(0))
        return part / total if total else None

    @property
    def unexplained_usd(self) -> Decimal:
        """Differences that nothing explains, each without its sign."""
        apart = (line.apart_usd for line in self.lines if line.verdict is Verdict.UNEXPLAINED)
        return sum((abs(usd) for usd in apart if usd is not None), Decimal(0))

    @property
    def billers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.by for line in self.lines if line.billed is not None))


def _billed(lines: Sequence[Line]) -> Decimal:
    return sum((line.billed_usd for line in lines if line.billed_usd is not None), Decimal(0))


def reconcile(statement: Statement, book: Catalog) -> Reconciliation:
    """Every charge of a statement against its usage at the prices of its time.

    Raises InputError for a day before the first exchange rate of its currency.
    """
    lines = tuple(_line(group, statement.own_prices, book) for group in groups(statement, book))
    return Reconciliation(lines, statement.notes)


@dataclass(frozen=True)
class _Answer:
    """What became of a group: its verdict, what stands behind it, or why nothing does."""

    verdict: Verdict
    computed: Spread | None = None
    parts: tuple[Part, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    reason: str = ""


def _line(group: Group, own_prices: Sequence[OwnPrice], book: Catalog) -> Line:
    bill = billed(group.charges) if group.charges else None
    pieces = pieces_of(((model, use) for model, use in group.used if model), told_mode(group))
    answer = _answer(group, bill, pieces, own_prices, book)
    return Line(
        start=group.period.start,
        end=group.period.end,
        by=group.period.by,
        model=group.name,
        name=_name(group),
        item=group.item,
        verdict=answer.verdict,
        requests=sum(use.requests for _, use in group.used),
        computed=answer.computed,
        billed=bill.amount if bill else None,
        billed_usd=bill.usd if bill else None,
        currency=bill.currency if bill else "USD",
        per_usd=bill.per_usd if bill else Decimal(1),
        parts=answer.parts,
        explanations=answer.explanations,
        reason=answer.reason,
        sources=_sources(pieces) if answer.computed else (),
    )


def _name(group: Group) -> str:
    """For people; what is billed apart from the models is the seller's."""
    if group.model:
        return group.model.info.name
    return group.name or (group.period.by if group.item else "all models")


def told_mode(group: Group) -> Mode | None:
    """How the bill says that all was served, where the usage does not say it."""
    modes = {charge.mode for charge in group.charges}
    is_told = len(modes) == 1 and modes != {STANDARD} and all(use.mode == STANDARD for _, use in group.used)
    return modes.pop() if is_told else None


def _answer(
    group: Group, bill: Billed | None, pieces: tuple[Piece, ...], own_prices: Sequence[OwnPrice], book: Catalog
) -> _Answer:
    missing = _missing(group, book)
    try:
        computed = None if missing else spread(pieces, group.scope)
    except Unpriced as error:
        computed, missing = None, _Answer(Verdict.UNPRICED, reason=str(error))
    if bill is None:
        reason = missing.reason if missing else ""
        return _Answer(Verdict.NOT_BILLED if group.period.by else Verdict.NO_BILL, computed, reason=reason)
    if missing:
        return missing
    return _compared(Case(bill, pieces, group.scope, _own(own_prices, group)))


def _missing(group: Group, book: Catalog) -> _Answer | None:
    """Why a group has nothing to be compared with, if so."""
    unknown = sorted({use.model for model, use in group.used if model is None})
    if group.item and group.item not in book.items:
        return _Answer(Verdict.UNPRICED, reason=f"no price list has an item called {group.item}.")
    if "" in unknown:
        return _Answer(Verdict.UNPRICED, reason="the usage names no model: export it grouped by model.")
    if unknown or (group.name and not group.model):
        return _Answer(Verdict.UNPRICED, reason=f"no model called {', '.join(unknown) or group.name} is on record.")
    none = "the usage given counts none of it." if group.item else "no usage was given for it."
    return None if group.used else _Answer(Verdict.NO_USAGE, reason=none)


def _compared(case: Case) -> _Answer:
    if case.agrees:
        return _Answer(Verdict.AGREES, case.computed, case.parts)
    found = explanations(case)
    inside = Verdict.IN_RANGE if case.is_in_range else Verdict.UNEXPLAINED
    return _Answer(Verdict.EXPLAINED if found else inside, case.computed, case.parts, found)


def _own(own_prices: Sequence[OwnPrice], group: Group) -> dict[str, Decimal]:
    """What the seller's own prices beside its counts come to, item by item, for the usage of a group."""
    names, amounts = {use.model for _, use in group.used}, dict[str, Decimal]()
    for own in own_prices:
        if own.model in names and group.period.start <= own.start and own.end <= group.period.end:
            amounts[own.item] = amounts.get(own.item, Decimal(0)) + own.amount
    return amounts


def _sources(pieces: Sequence[Piece]) -> tuple[str, ...]:
    """The ids of the sources of all prices in it."""
    used = (line.rule.source for piece in pieces for bill, _ in bills(piece) for line in bill.lines)
    return tuple(dict.fromkeys(used))
