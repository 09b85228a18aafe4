"""Which usage belongs to which charge: by who bills, by day, and by model whatever it is called."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from estimator.decision.recompute import WHOLE, Scope
from estimator.workload import Charge, Statement, Used
from pricing import Catalog, Model
from pricing.values import BILLED_AS


class Period(NamedTuple):
    """What one seller bills together: a day as a rule, half-open."""

    by: str
    start: datetime
    end: datetime


@dataclass
class Group:
    """Charges and the usage that they are for. `name` is blank where the charges are for all models together.

    `item`: the one that the charges are for, where the bill lists it apart. A period without `by` has no bill.
    """

    period: Period
    name: str
    model: Model | None = None
    item: str = ""
    scope: Scope = WHOLE
    charges: list[Charge] = field(default_factory=list)
    used: list[tuple[Model | None, Used]] = field(default_factory=list)


class Names:
    """The models that the words of files mean, each looked up once."""

    def __init__(self, book: Catalog) -> None:
        self._book = book
        self._sellers = {name.lower(): p.id for p in book.providers.values() for name in (p.id, p.name)}
        self._found: dict[tuple[str, str], Model | None] = {}

    def seller(self, provider: str) -> str | None:
        return self._sellers.get(provider.lower())

    def model(self, provider: str, name: str) -> Model | None:
        """The model that a seller calls so, else the one that its maker does; None where none or several are."""
        key = (provider, name)
        if key not in self._found:
            self._found[key] = self._find(self.seller(provider), name)
        return self._found[key]

    def _find(self, seller: str | None, name: str) -> Model | None:
        short = name.rpartition("/")[2]
        for called, at in ((name, seller), (short, seller), (name, None), (short, None)):
            found = self._book.matches(called, at) if called else []
            if len(found) == 1:
                return found[0]
        return None


def groups(statement: Statement, book: Catalog) -> list[Group]:
    """Every charge of a statement, once, with its usage, and the usage that nobody billed; sorted by time."""
    matching = _Matching(Names(book), book, {_period(c) for c in statement.charges if not c.model and not c.item})
    for charge in statement.charges:
        matching.add_charge(charge)
    matching.set_scopes()
    for by in sorted({charge.by for charge in statement.charges}):
        matching.add_uses(by, statement)
    for use in statement.used:
        if use not in matching.claimed:
            matching.add_use(_own_day(use), use)
    return sorted(matching.found.values(), key=lambda g: (g.period.start, g.period.by, g.name, g.item))


@dataclass
class _Matching:
    """The groups while they are filled. `totals` are the periods of which a seller tells only the sum of all models."""

    names: Names
    book: Catalog
    totals: set[Period]
    found: dict[tuple[Period, str, str], Group] = field(default_factory=dict)
    claimed: set[Used] = field(default_factory=set)
    apart: dict[Period, list[Group]] = field(default_factory=dict)

    def group(self, period: Period, name: str, item: str, model: Model | None) -> Group:
        return self.found.setdefault((period, name, item), Group(period, name, model, item))

    def add_charge(self, charge: Charge) -> None:
        """What no price list has is a line of its own; the total of a day takes in all else."""
        period, model = _period(charge), self.names.model(charge.provider, charge.model) if charge.model else None
        is_ours = not charge.item or charge.item in self.book.items
        is_total = is_ours and period in self.totals
        is_apart = not is_ours or (not charge.model and not is_total)
        name = "" if is_total else _label(model, charge.model)
        group = self.group(period, name, charge.item if is_apart else "", None if is_total else model)
        group.charges.append(charge)

    def set_scopes(self) -> None:
        """Take the items that a bill lists apart from the models, such as searches, out of what the models come to."""
        for group in self.found.values():
            if group.item in self.book.items and not group.name:
                group.scope = Scope(only=frozenset({group.item}))
                self.apart.setdefault(group.period, []).append(group)
        for group in self.found.values():
            if not group.item:
                group.scope = self._rest(group.period)

    def _rest(self, period: Period) -> Scope:
        return Scope(without=frozenset(group.item for group in self.apart.get(period, ())))

    def add_uses(self, by: str, statement: Statement) -> None:
        """Give a seller's charges the usage of its own export; else that of others, where it names this seller."""
        sellers = {charge.provider for charge in statement.charges if charge.by == by}
        periods = sorted({p for p, _, _ in self.found if p.by == by}, key=lambda p: (p.end - p.start, p.start))
        own = [use for use in statement.used if use.by == by]
        for use in own or [use for use in statement.used if self._seller(use) in sellers]:
            period = next((p for p in periods if _is_within(use, p)), None)
            if period is not None:
                self.add_use(period, use)

    def _seller(self, use: Used) -> str | None:
        model = self.names.model(use.provider, use.model)
        return model.provider if model else self.names.seller(use.provider)

    def add_use(self, period: Period, use: Used) -> None:
        self.claimed.add(use)
        model = self.names.model(use.provider, use.model)
        is_total = period in self.totals
        name = "" if is_total else _label(model, use.model or "unnamed")
        group = self.group(period, name, "", None if is_total else model)
        if not group.charges:
            group.scope = self._rest(period)
        group.used.append((model, use))
        for each in self.apart.get(period, ()):
            if any(n and BILLED_AS.get(bucket) == each.item for bucket, n in use.usage.items()):
                each.used.append((model, use))


def _period(charge: Charge) -> Period:
    return Period(charge.by, charge.start, charge.end)


def _label(model: Model | None, name: str) -> str:
    """One label for all names of a model on record."""
    return f"{model.provider}/{model.id}" if model else name


def _is_within(use: Used, period: Period) -> bool:
    """A half hour belongs to where it begins: days of time zones that are off by a quarter part them."""
    end = use.start if use.floor is not None else use.end
    return period.start <= use.start < period.end and end <= period.end


def _own_day(use: Used) -> Period:
    """The day of usage that no bill covers."""
    midnight = use.start.replace(hour=0, minute=0, second=0, microsecond=0)
    return Period("", midnight, max(midnight + timedelta(days=1), use.end))
