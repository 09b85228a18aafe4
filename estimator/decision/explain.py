"""What would make the price list come to the amount that was billed: each assumption is tried by computing it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import islice

from estimator.decision.recompute import FRESH, Assumed, Piece, Scope, Spread, bills, paired, recomputed, single, spread
from estimator.workload import Charge
from pricing.currency import rate

_SMALLEST = Decimal("0.005")  # USD; with less than half a cent between them, two amounts read the same.
_SAME_SHARE = Decimal("0.0001")  # What is half a cent may still be much of a small amount.
_SAME_RATE = Decimal("0.001")
_MOST_PAIRS = 5
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Explanation:
    """An assumption, in words that follow "if", under which the price list comes to `usd`, which is what was billed."""

    words: str
    usd: Decimal


@dataclass(frozen=True)
class Part:
    """An item of a bill, USD; None where the bill does not list it, or the price list does not come to it."""

    item: str
    computed_usd: Decimal | None
    billed_usd: Decimal | None


@dataclass(frozen=True)
class Billed:
    """Charges together. `items`: what each named item came to in USD, and by how much that may have been rounded."""

    by: str
    amount: Decimal
    currency: str
    per_usd: Decimal
    usd: Decimal
    rounding_usd: Decimal
    own_key_usd: Decimal
    cache_discount_usd: Decimal
    items: Mapping[str, tuple[Decimal, Decimal]]

    def fits(self, usd: Decimal) -> bool:
        return _same(usd, self.usd, self.rounding_usd)


def billed(charges: Sequence[Charge]) -> Billed:
    """Charges in dollars: at the rate that the bill itself tells, else at that of the day.

    Charges in several currencies have a sum in dollars only. Raises InputError for a day before the first rate.
    """
    rated = [(charge, charge.per_usd or rate(charge.currency, charge.start.date()).per_usd) for charge in charges]
    items: dict[str, tuple[Decimal, Decimal]] = {}
    for charge, per_usd in rated:
        usd, rounding = items.get(charge.item, (_ZERO, _ZERO))
        items[charge.item] = usd + charge.amount / per_usd, rounding + charge.rounding / per_usd
    is_one = len({charge.currency for charge in charges}) == 1
    usd = sum((usd for usd, _ in items.values()), _ZERO)
    return Billed(
        by=charges[0].by,
        amount=sum((charge.amount for charge in charges), _ZERO) if is_one else usd,
        currency=charges[0].currency if is_one else "USD",
        per_usd=rated[0][1] if is_one else Decimal(1),
        usd=usd,
        rounding_usd=sum((rounding for _, rounding in items.values()), _ZERO),
        own_key_usd=sum((charge.own_key / per_usd for charge, per_usd in rated), _ZERO),
        cache_discount_usd=sum((charge.cache_discount / per_usd for charge, per_usd in rated), _ZERO),
        items=items if "" not in items else {},
    )


def _same(computed: Decimal, billed: Decimal, rounding: Decimal) -> bool:
    """Whether two amounts differ by rounding alone, or by less than half a cent and next to nothing of the amount."""
    gap = abs(computed - billed)
    return gap <= rounding or (gap < _SMALLEST and gap <= _SAME_SHARE * abs(billed))


@dataclass(frozen=True)
class Case:
    """A bill and the usage that it is for. `own`: the amount of each item by prices that the export itself tells."""

    bill: Billed
    pieces: tuple[Piece, ...]
    scope: Scope
    own: Mapping[str, Decimal]

    @cached_property
    def computed(self) -> Spread:
        """Raises Unpriced where something has no price."""
        return spread(self.pieces, self.scope)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The items that the bill names beside those that the price list comes to; none where the bill names none."""
        lines = (line for piece in self.pieces for each, _ in bills(piece) for line in each.lines)
        used = {line.item for line in lines if self.scope.holds(line.item)}
        return tuple(
            Part(
                item,
                spread(self.pieces, _only(item)).usd if item in used else None,
                self.bill.items[item][0] if item in self.bill.items else None,
            )
            for item in sorted({*self.bill.items, *used} if self.bill.items else ())
        )

    @property
    def off(self) -> tuple[Part, ...]:
        """The items that are not as billed."""
        return tuple(part for part in self.parts if not self._agrees(part))

    def _agrees(self, part: Part) -> bool:
        amount, rounding = self.bill.items.get(part.item, (_ZERO, _ZERO))
        return _same(part.computed_usd or _ZERO, amount, rounding)

    @property
    def agrees(self) -> bool:
        """Whether all is as billed: item by item, where the bill names them."""
        return not self.off if self.parts else self.bill.fits(self.computed.usd)

    @property
    def is_in_range(self) -> bool:
        """Whether the bill lies between what the cheapest and the dearest hours would make of the usage."""
        rounding, computed = self.bill.rounding_usd, self.computed
        return computed.low < computed.high and computed.low - rounding <= self.bill.usd <= computed.high + rounding


def explanations(case: Case) -> tuple[Explanation, ...]:
    """What the files themselves tell; else all single assumptions that make the bill right, the simplest first; else
    some pairs of them."""
    told = (*_by_items(case), *_by_hours(case), *_by_own_prices(case), *_by_other_parts(case))
    found = told or tuple(_by_assumption(case, single(case.pieces)))
    return found or tuple(islice(_by_assumption(case, paired(case.pieces)), _MOST_PAIRS))


def _by_items(case: Case) -> Iterator[Explanation]:
    """What the bill does not list may be billed elsewhere; and a line may hold more than the item that it names."""
    if not case.off:
        return
    if all(part.billed_usd is None for part in case.off):
        rest = case.computed.usd - sum((part.computed_usd or _ZERO for part in case.off), _ZERO)
        items = " and ".join(part.item.replace("_", " ") for part in case.off)
        yield Explanation(f"{items} stands on another bill: this one does not list it", rest)
    elif case.bill.fits(case.computed.usd):
        yield Explanation("the lines of the bill hold more than the items that they name", case.computed.usd)


def _by_hours(case: Case) -> Iterator[Explanation]:
    if case.computed.low < case.computed.high:
        for usd, hours in ((case.computed.low, "cheaper"), (case.computed.high, "dearer")):
            if case.bill.fits(usd):
                yield Explanation(f"all of it ran at the {hours} hours", usd)


def _by_own_prices(case: Case) -> Iterator[Explanation]:
    """The prices that an export tells beside its counts, in the currency of the bill, where they make up the bill."""
    bill, usd = case.bill, sum(case.own.values(), _ZERO) / case.bill.per_usd
    if not case.own or not bill.fits(usd):
        return
    per_usd = next(filter(None, (_own_rate(case.own, piece) for piece in case.pieces)), None)
    words = "the seller's own prices hold that the export tells"
    if per_usd is None or bill.currency == "USD":
        yield Explanation(f"{words}, which are not those on record", usd)
    else:
        code = bill.currency
        how = f"ours at {per_usd:.4g} {code} for a dollar on every item, where that day's rate was {bill.per_usd:.4g}"
        yield Explanation(f"{words}: {how}", usd)


def _own_rate(own: Mapping[str, Decimal], piece: Piece) -> Decimal | None:
    """Units of the seller's currency for a dollar, if its own prices are ours times one rate on every item."""
    for bill, _ in bills(piece):
        ours = {line.item: line.usd for line in bill.lines if line.usd}
        if ours.keys() == {item for item, amount in own.items() if amount}:
            ratios = [own[item] / usd for item, usd in ours.items()]
            if max(ratios) - min(ratios) <= _SAME_RATE * min(ratios):
                return ratios[0]
    return None


def _by_other_parts(case: Case) -> Iterator[Explanation]:
    """Where a router stands between: what a key of the user paid, its fee, and its own discount for cached input."""
    bill, computed = case.bill, case.computed.usd
    if bill.own_key_usd:
        credit = bill.usd - bill.own_key_usd
        if _same(computed, bill.own_key_usd, bill.rounding_usd):
            yield Explanation(f"your own key paid for it and {bill.by} took a fee beside", computed + credit)
        if _same(computed, credit, bill.rounding_usd):
            yield Explanation("what your own key paid is counted twice", computed + bill.own_key_usd)
    fresh = recomputed(case.pieces, case.scope, FRESH) if bill.cache_discount_usd else None
    if fresh and bill.fits(fresh.usd - bill.cache_discount_usd):
        yield Explanation(f"the discount for cached input is the one of {bill.by}", fresh.usd - bill.cache_discount_usd)


def _by_assumption(case: Case, assumptions: Iterable[Assumed]) -> Iterator[Explanation]:
    """Assumptions that change the amount to what was billed: for each of the items that the bill names, if it does."""
    before = {scope: spread(case.pieces, scope) for scope in (case.scope, *map(_only, case.bill.items))}
    for assumed in assumptions:
        again = {scope: recomputed(case.pieces, scope, assumed) for scope in before}
        if again != before and _fits(case, again):
            named = [found.usd for item in case.bill.items if (found := again[_only(item)])]
            whole = again[case.scope]
            yield Explanation(assumed.words, sum(named, _ZERO) if named or not whole else whole.usd)


def _fits(case: Case, again: Mapping[Scope, Spread | None]) -> bool:
    if case.bill.items:
        found = [(again[_only(item)], *told) for item, told in case.bill.items.items()]
        return all(spread is not None and _same(spread.usd, usd, rounding) for spread, usd, rounding in found)
    whole = again[case.scope]
    return whole is not None and case.bill.fits(whole.usd)


def _only(item: str) -> Scope:
    return Scope(only=frozenset({item}))
