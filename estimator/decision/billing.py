"""A profile on a model's price list."""

from collections.abc import Collection, Hashable
from datetime import datetime
from functools import reduce
from operator import add

from estimator.workload import Cell, Profile
from pricing import BILLABLE, STANDARD, Bill, BillLine, InputError, Mode, Model, PriceRule, Status, price


def price_profile(
    model: Model,
    profile: Profile,
    *,
    at: datetime | None = None,
    mode: Mode = STANDARD,
    statuses: Collection[Status] = BILLABLE,
) -> Bill:
    """What the requests of the profile cost together: exactly the sum of their single bills.

    With `at`, the prices of that date at the hours at which the requests came; without, those in force at the time.
    Raises Unpriced where a bucket has no rule, InputError where the profile knows nothing of a tier of this model or
    where `at` has no time zone.
    """
    if at is not None and at.tzinfo is None:
        raise InputError(f"the time {at.isoformat()} has no time zone: add Z for UTC.")
    if not set(model.sizes) <= set(profile.sizes):
        raise InputError(f"the profile was made before {model.id} had its price tiers: profile the file again.")
    moments: dict[Hashable, list[Cell]] = {}
    for cell in profile.alike(() if at else model.changes, model.windows):
        moments.setdefault(model.moment(at or cell.start, cell.start, cell.floor), []).append(cell)
    bills = [_bill(model, cells, at, mode, statuses) for cells in moments.values()]
    if len(bills) == 1:
        return bills[0]
    quantities: dict[tuple[str, PriceRule], int] = {}
    for line in (line for bill in bills for line in bill.lines):
        quantities[line.item, line.rule] = quantities.get((line.item, line.rule), 0) + line.quantity
    return Bill(tuple(BillLine(item, quantity, rule) for (item, rule), quantity in quantities.items()))


def _bill(model: Model, cells: list[Cell], at: datetime | None, mode: Mode, statuses: Collection[Status]) -> Bill:
    """The cells of one moment, which all fall under the same rules."""
    first = cells[0]
    return price(
        model,
        reduce(add, (cell.usage for cell in cells)),
        at or first.start,
        mode=mode,
        requests=sum(cell.requests for cell in cells),
        when=first.start,
        size=first.floor,
        statuses=statuses,
    )


def items_sold(model: Model, mode: Mode, statuses: Collection[Status]) -> set[str]:
    """What has a price, at whatever time and size, when requests are served in this way."""
    return {rule.item for rule in model.rules if rule.status in statuses and rule.mode == mode}


_CACHED = {  # Each bucket of a cache: the item that it is billed as, and where its tokens go if that is not sold.
    "cache_read_tokens": ("cache_read", "uncached_input_tokens"),
    "cache_write_1h_tokens": ("cache_write_1h", "cache_write_5m_tokens"),
    "cache_write_5m_tokens": ("cache_write_5m", "uncached_input_tokens"),
    "cache_read_audio_tokens": ("cache_read_audio", "uncached_audio_tokens"),
}


def as_sold_by(
    model: Model, profile: Profile, *, mode: Mode = STANDARD, statuses: Collection[Status] = BILLABLE
) -> tuple[Profile, str]:
    """The profile in the buckets that this model's seller has, and a sentence on what changed, if anything did.

    Where a seller has no price for cached reads or for writes to a cache, those tokens are sent as fresh input; writes
    to a cache of an hour go to the shorter one, where that is sold.
    """
    used = profile.used
    if used.isdisjoint(_CACHED):
        return profile, ""
    sold = items_sold(model, mode, statuses)
    moves = {
        bucket: to
        for bucket, (item, to) in _CACHED.items()
        if item not in sold and (bucket in used or bucket == "cache_write_5m_tokens")
    }
    moved = moves.keys() & used
    if not moved:
        return profile, ""
    shorter = moved == {"cache_write_1h_tokens"} and "cache_write_5m" in sold
    kind = "writes to its shorter cache" if shorter else "fresh input"
    said = f"{model.info.name} bills no cache of this kind: those tokens count as {kind}."
    return profile.moved(tuple(moves.items())), said
