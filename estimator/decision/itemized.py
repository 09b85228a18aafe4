"""Usage and bills by period, model, item and price tier: each part with its count, list price and share of the bill."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from estimator.decision.matching import Group, groups
from estimator.decision.recompute import Piece, bills, pieces_of
from estimator.decision.reconcile import told_mode
from estimator.workload import Charge, Statement, Used
from pricing import Catalog, InputError, Mode, Model, PriceRule, Unpriced
from pricing.currency import rate
from pricing.values import EXACT

Basis = Literal["bill", "gateway", "list"]  # Billed by a seller, worked out by a gateway, or by us at list prices.

_GATEWAYS = frozenset({"LiteLLM", "Langfuse"})  # They work amounts out by price lists of their own, and bill nobody.
_PLACES = Decimal("1e-9")
_NOT_BILLED = "the bill of that day has no line of it."
_OWN_KEY = "paid with a key of one's own: the model's seller bills it."


@dataclass(frozen=True)
class Part:
    """A period's use of one item of one model at one price, or what a bill lists without any use that we can price.

    `cost` is in `currency`, of which `per_usd` make a dollar: what was billed, or an estimate as `basis` says. `rule`
    is None where nothing is counted, and `why` then says so. `spread`: how the count divides over the prices of the
    period is not on record, so it was divided evenly over its hours.
    """

    start: datetime
    end: datetime
    by: str
    provider: str
    model: Model | None
    name: str
    item: str
    mode: Mode
    rule: PriceRule | None
    quantity: int
    cost: Decimal
    currency: str
    per_usd: Decimal
    basis: Basis
    spread: bool = False
    why: str = ""

    @property
    def list_usd(self) -> Decimal:
        """At the list price, exactly; 0 where nothing is counted."""
        if self.rule is None:
            return Decimal(0)
        return EXACT.divide(EXACT.multiply(Decimal(self.quantity), self.rule.typical), Decimal(self.rule.per))


def itemized(statement: Statement, book: Catalog) -> tuple[Part, ...]:
    """All of a statement, the earliest first. The parts of a bill add up to it exactly, in each currency.

    A charge for several parts is shared out by what they come to at list prices. Raises InputError for use that was
    not billed and has no price on record, and for a day before the first exchange rate of its currency.
    """
    return tuple(part for group in groups(statement, book) for part in _of_group(group, book))


def _of_group(group: Group, book: Catalog) -> tuple[Part, ...]:
    counted, why = _counted(group, book)
    if not group.charges:
        if why:
            raise InputError(f"{group.period.start:%-d %B %Y}: {why} Add the cost export of that day.")
        if group.period.by:
            return tuple(replace(part, why=_NOT_BILLED) for part in counted)
        return tuple(replace(part, cost=part.list_usd) for part in counted)
    elsewhere = [_elsewhere(charge, group) for charge in group.charges if charge.own_key]
    charges = [replace(charge, amount=charge.amount - charge.own_key) for charge in group.charges]
    if why:
        return (*(_uncounted(charge, group, why) for charge in charges if charge.amount), *elsewhere)
    return (*_charged(charges, group, counted), *elsewhere)


def _counted(group: Group, book: Catalog) -> tuple[tuple[Part, ...], str]:
    """The parts that were used, not yet charged; or none, and why."""
    unknown = sorted({use.model or "no name" for model, use in group.used if model is None})
    if unknown:
        return (), f"no price list has a model called {', '.join(unknown)}."
    if group.item and group.item not in book.items:
        return (), f"no price list has an item called {group.item}."
    if not group.used:
        return (), "no usage was given for it."
    try:
        return tuple(_parts(group, pieces_of(_known(group.used), told_mode(group)))), ""
    except Unpriced as error:
        return (), str(error)


def _known(used: Iterable[tuple[Model | None, Used]]) -> Iterable[tuple[Model, Used]]:
    return ((model, use) for model, use in used if model)


def _parts(group: Group, pieces: Sequence[Piece]) -> Iterable[Part]:
    sums: dict[object, Part] = {}
    for piece in pieces:
        for part in _of_piece(group, piece):
            key = piece.model.provider, piece.model.id, part.mode, part.item, part.rule
            before = sums.get(key)
            quantity = part.quantity + (before.quantity if before else 0)
            sums[key] = replace(part, quantity=quantity, spread=part.spread or (before.spread if before else False))
    return sums.values()


def _of_piece(group: Group, piece: Piece) -> Iterable[Part]:
    """A piece at each price that it may have had, its counts divided by the half hours of each."""
    priced = bills(piece)
    halves, before = sum(n for _, n in priced), 0
    for bill, n in priced:
        for line in bill.lines:
            share = line.quantity * (before + n) // halves - line.quantity * before // halves
            if group.scope.holds(line.item) and share:
                yield _part(group, piece, line.item, line.rule, share, spread=len(priced) > 1)
        before += n


def _part(group: Group, piece: Piece, item: str, rule: PriceRule, quantity: int, *, spread: bool) -> Part:
    model, period = piece.model, group.period
    currency, per_usd = _currency(group.charges)
    return Part(
        start=period.start,
        end=period.end,
        by=period.by,
        provider=model.provider,
        model=model,
        name=model.info.name,
        item=item,
        mode=piece.mode,
        rule=rule,
        quantity=quantity,
        cost=Decimal(0),
        currency=currency,
        per_usd=per_usd,
        basis=_basis(period.by),
        spread=spread,
    )


def _basis(by: str) -> Basis:
    return "gateway" if by in _GATEWAYS else "bill" if by else "list"


def _currency(charges: Sequence[Charge]) -> tuple[str, Decimal]:
    """That of a group's charges, and how many of it make a dollar. Raises InputError where they have several."""
    if not charges:
        return "USD", Decimal(1)
    if len({charge.currency for charge in charges}) > 1:
        raise InputError(f"{charges[0].by} bills {charges[0].model or 'a day'} in two currencies: export them apart.")
    first = charges[0]
    return first.currency, first.per_usd or rate(first.currency, first.start.date()).per_usd


def _charged(charges: Sequence[Charge], group: Group, counted: Sequence[Part]) -> tuple[Part, ...]:
    """The parts with what was billed for them, and a part of its own for a charge that none of them is for."""
    costs: dict[int, Decimal] = {}
    alone: list[Part] = []
    by_mode = len({charge.mode for charge in charges}) > 1
    for charge in charges:
        places = _places(charge, counted, by_mode=by_mode)
        if not places:
            alone.append(_uncounted(charge, group, "the usage given counts none of it."))
        for place, cost in zip(places, _shared(charge.amount, [counted[i].list_usd for i in places]), strict=True):
            costs[place] = costs.get(place, Decimal(0)) + cost
    charged = (
        replace(part, cost=costs[i]) if i in costs else replace(part, why=_NOT_BILLED) for i, part in enumerate(counted)
    )
    return (*charged, *alone)


def _places(charge: Charge, counted: Sequence[Part], *, by_mode: bool) -> list[int]:
    """Which parts a charge is for: those of its item, and of its mode where the bill tells modes apart."""
    of_item = [i for i, part in enumerate(counted) if charge.item in {"", part.item}]
    return [i for i in of_item if by_mode and counted[i].mode == charge.mode] or of_item


def _shared(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """An amount in proportion to weights, or to nothing but the first where none weighs; the last gets the rest."""
    total = sum(weights, Decimal(0))
    if not total:
        return [amount, *(Decimal(0) for _ in weights[1:])] if weights else []
    shares = [(amount * weight / total).quantize(_PLACES) for weight in weights[:-1]]
    return [*shares, amount - sum(shares, Decimal(0))]


def _elsewhere(charge: Charge, group: Group) -> Part:
    """What a gateway says that a key of the user paid at the model's seller, who bills it."""
    return replace(_uncounted(replace(charge, amount=charge.own_key), group, _OWN_KEY), basis="gateway")


def _uncounted(charge: Charge, group: Group, why: str) -> Part:
    currency, per_usd = charge.currency, charge.per_usd or rate(charge.currency, charge.start.date()).per_usd
    return Part(
        start=charge.start,
        end=charge.end,
        by=charge.by,
        provider=group.model.provider if group.model else charge.provider,
        model=group.model,
        name=group.model.info.name if group.model else charge.model,
        item=charge.item,
        mode=charge.mode,
        rule=None,
        quantity=0,
        cost=charge.amount,
        currency=currency,
        per_usd=per_usd,
        basis=_basis(charge.by),
        why=why,
    )
