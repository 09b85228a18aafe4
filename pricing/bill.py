"""From usage to a bill: which rule applies, and what it comes to."""

from collections.abc import Collection, Iterable
from datetime import datetime

from pricing.catalog import Model
from pricing.errors import InputError, InvalidUsage, Unpriced
from pricing.values import BILLABLE, BILLED_AS, STANDARD, Bill, BillLine, Mode, PriceRule, Status, Usage

FIRST_YEAR, LAST_YEAR = 2000, 2199  # Beyond these a time is a typing error.


def price(
    model: Model,
    usage: Usage,
    at: datetime,
    *,
    mode: Mode = STANDARD,
    requests: int = 1,
    when: datetime | None = None,
    size: int | None = None,
    statuses: Collection[Status] = BILLABLE,
) -> Bill:
    """The bill for `usage`, the total of `requests` requests, at the prices in force at `at`.

    `when` is the hour at which it runs, where that differs from the date of the prices. `size` is the total input of
    each single request, where it is known; else all are taken to be of the mean size.
    Raises Unpriced where a bucket has no rule: nothing is free because it is unknown.
    """
    when = when or at
    _check(at, requests)
    _check(when, requests)
    sized = (size, 1) if size is not None else (usage.total_input_tokens, requests)
    in_force = [
        rule
        for rule in model.rules
        if rule.status in statuses
        and rule.in_force(at)
        and rule.covers_size(*sized)
        and _window_open(model, rule, when)
    ]
    lines = tuple(
        BillLine(item, quantity, _rule(model, in_force, item, mode, at))
        for item, quantity in _quantities(usage, requests, in_force)
    )
    return Bill(lines)


def _check(at: datetime, requests: int) -> None:
    if at.tzinfo is None:
        raise InputError(f"the time {at.isoformat()} has no time zone: add Z for UTC.")
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise InvalidUsage(f"the year {at.year} lies outside {FIRST_YEAR} to {LAST_YEAR}: check the time.")
    if requests < 1:
        raise InvalidUsage(f"requests is {requests}: a bill needs at least 1.")


def _window_open(model: Model, rule: PriceRule, when: datetime) -> bool:
    return not rule.window or any(window.id == rule.window and window.is_open(when) for window in model.windows)


def _quantities(usage: Usage, requests: int, in_force: Iterable[PriceRule]) -> list[tuple[str, int]]:
    counted = [(BILLED_AS[name], n) for name, n in usage.items() if n and name in BILLED_AS]
    per_request = any(rule.item == "request" for rule in in_force)
    return [*counted, ("request", requests)] if per_request else counted


def _rule(model: Model, in_force: Iterable[PriceRule], item: str, mode: Mode, at: datetime) -> PriceRule:
    """The most particular rule: the highest tier reached, then one bound to hours over one that is not."""
    of_item = [rule for rule in in_force if rule.item == item]
    fitting = [rule for rule in of_item if rule.mode == mode]
    if not fitting and item in model.fees:
        fitting = [rule for rule in of_item if rule.mode == STANDARD]  # A fee by call is the same in every mode.
    if not fitting:
        raise Unpriced(_why(model, item, mode, at))
    return max(fitting, key=lambda rule: (rule.min_input_tokens, bool(rule.window), rule.begins))


def _why(model: Model, item: str, mode: Mode, at: datetime) -> str:
    name, day = f"{model.provider}/{model.id}", at.date().isoformat()
    of_item = [rule for rule in model.rules if rule.item == item]
    if not of_item:
        return f"no price for {item} of {name} is on record."
    if not any(rule.status in BILLABLE for rule in of_item):
        kinds = " or ".join(sorted({rule.status for rule in of_item}))
        return f"only a {kinds} price for {item} of {name} is on record, never a listed one."
    if not any(rule.mode == mode for rule in of_item):
        return f"no {mode} price for {item} of {name} is on record."
    return f"no {mode} price for {item} of {name} was in force on {day}."
