"""Bills by month and model: what was used, what it comes to by the price lists, and what was billed for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from estimator.decision.matching import Group, groups
from estimator.decision.recompute import pieces_of, spread
from estimator.decision.reconcile import Line, reconcile
from estimator.decision.spending import days_of, month_after
from estimator.workload import Statement, Used
from pricing import Catalog, InputError, Model, Unpriced

_FEW_DAYS = 3  # A month whose last days had no work is a whole month all the same.
_NOBODY = ("", "")


@dataclass(frozen=True)
class Actual:
    """A model's month. `provider` is blank for what is not on record; a blank `model` is what bills tell of no model.

    `computed_usd` is what the use comes to at list prices, None where that is not known, and then nothing can be said
    of `requests` either.
    """

    provider: str
    model: str
    name: str
    requests: int
    tokens: int
    computed_usd: Decimal | None
    billed_usd: Decimal


@dataclass(frozen=True)
class MonthBill:
    """All that was billed in a month, the dearest first. `days` of it are covered; `month` is its first day.

    A day belongs to the month that it has in the bill's own time zone.
    """

    month: date
    days: int
    lines: tuple[Actual, ...]

    @property
    def billed_usd(self) -> Decimal:
        return sum((line.billed_usd for line in self.lines), Decimal(0))

    @property
    def share(self) -> Decimal:
        """Of the month that is covered."""
        missing = days_of(self.month) - self.days
        return Decimal(1) if missing <= _FEW_DAYS else Decimal(self.days) / days_of(self.month)


@dataclass
class _Sums:
    """Of one model's month while the lines are read."""

    name: str
    used: list[tuple[Model, Used]] = field(default_factory=list)
    is_known: bool = True
    billed_usd: Decimal = Decimal(0)


def month_bills(statement: Statement, catalog: Catalog) -> tuple[MonthBill, ...]:
    """The bills of a statement by month, the earliest first. Charges for all models together, or for what bills list
    apart from them, are shared out by what the models of the month come to.

    Raises InputError as `reconcile` does, and where nothing was billed.
    """
    paired = list(zip(groups(statement, catalog), reconcile(statement, catalog).lines, strict=True))
    if all(line.billed_usd is None for _, line in paired):
        raise InputError("no bill is in these files: add the cost export to the usage.")
    months = sorted({_month(line) for _, line in paired})
    first = min(line.start.date() for _, line in paired)
    last = max((line.end - timedelta(microseconds=1)).date() for _, line in paired)
    made = []
    for month in months:
        days = (min(last, month_after(month, 1) - timedelta(days=1)) - max(first, month)).days + 1
        made.append(MonthBill(month, days, _lines([pair for pair in paired if _month(pair[1]) == month])))
    return tuple(made)


def _month(line: Line) -> date:
    return line.start.date().replace(day=1)


def _lines(pairs: Iterable[tuple[Group, Line]]) -> tuple[Actual, ...]:
    sums: dict[tuple[str, str], _Sums] = {}
    together = Decimal(0)
    for group, line in pairs:
        if group.item or not group.name:
            together += line.billed_usd or 0
        elif line.billed_usd is not None:
            sums.setdefault(_key(group.model, group.name), _Sums(line.name)).billed_usd += line.billed_usd
        for model, use in group.used if not group.item else ():
            named = sums.setdefault(_key(model, use.model), _Sums(model.info.name if model else use.model))
            if model is None:
                named.is_known = False
            else:
                named.used.append((model, use))
    computed = {key: _computed(each) for key, each in sums.items()}
    shares = _shared_out(together, computed)
    if shares.get(_NOBODY):
        sums.setdefault(_NOBODY, _Sums("not told by model", is_known=False))
    lines = (_actual(key, each, computed.get(key), shares.get(key, Decimal(0))) for key, each in sums.items())
    return tuple(sorted(lines, key=lambda line: (-line.billed_usd, line.name)))


def _key(model: Model | None, name: str) -> tuple[str, str]:
    return (model.provider, model.id) if model else ("", name)


def _computed(sums: _Sums) -> Decimal | None:
    """None where there is no use, or it has no price."""
    try:
        return spread(pieces_of(sums.used)).usd if sums.used and sums.is_known else None
    except Unpriced:
        return None


def _shared_out(amount: Decimal, computed: dict[tuple[str, str], Decimal | None]) -> dict[tuple[str, str], Decimal]:
    """An amount over the models in proportion, to the last digit; over nobody where nothing is known of any."""
    known = {key: usd for key, usd in computed.items() if usd}
    if not known:
        return {_NOBODY: amount}
    total, keys = sum(known.values()), list(known)
    shares = {key: (amount * known[key] / total).quantize(Decimal("1e-9")) for key in keys}
    shares[keys[-1]] = amount - sum((shares[key] for key in keys[:-1]), Decimal(0))
    return shares


def _actual(key: tuple[str, str], sums: _Sums, computed: Decimal | None, share: Decimal) -> Actual:
    return Actual(
        *key,
        name=sums.name,
        requests=sum(use.requests for _, use in sums.used) if computed is not None else 0,
        tokens=_tokens(sums.used) if computed is not None else 0,
        computed_usd=computed,
        billed_usd=sums.billed_usd + share,
    )


def _tokens(used: Sequence[tuple[Model, Used]]) -> int:
    """In and out."""
    usages = (use.usage for _, use in used)
    return sum(u.total_input_tokens + u.output_tokens + u.output_audio_tokens for u in usages)
