"""From usage to a bill: which rule applies, and what it comes to."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NoReturn

from pricing.catalog import Model
from pricing.errors import InputError, InvalidUsage, Unpriced
from pricing.values import BILLABLE, BILLED_AS, STANDARD, Bill, BillLine, Mode, PriceRule, Status, Usage

Tariff = Mapping[str, PriceRule | None]  # By item; None where its prices in force are of other modes.
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
    if size is None:
        rules = _tariff(model, (at, when), (usage.total_input_tokens, requests), mode, statuses)
    else:
        rules = _kept_tariff(model, (at, when), size, mode, frozenset(statuses))
    lines = tuple(
        BillLine(item, quantity, rules.get(item) or _refuse(model, item, mode, at))
        for item, quantity in _quantities(usage, requests, rules)
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


def _quantities(usage: Usage, requests: int, tariff: Tariff) -> list[tuple[str, int]]:
    counted = [(BILLED_AS[name], n) for name, n in usage.items() if n and name in BILLED_AS]
    return [*counted, ("request", requests)] if "request" in tariff else counted


def _kept_tariff(
    model: Model, times: tuple[datetime, datetime], size: int, mode: Mode, statuses: frozenset[Status]
) -> Tariff:
    """The tariff of a request of this size, found once for all that are billed by the same rules."""
    key = model.moment(*times, size), mode, statuses
    if key not in model.tariffs:
        model.tariffs[key] = _tariff(model, times, (size, 1), mode, statuses)
    return model.tariffs[key]


def _tariff(
    model: Model,
    times: tuple[datetime, datetime],
    sized: tuple[int, int],
    mode: Mode,
    statuses: Collection[Status],
) -> Tariff:
    """The rule of each item; `times` are those of the prices and of the request, `sized` its input and requests."""
    at, when = times
    covering = (r for r in model.rules if r.status in statuses and r.in_force(at) and r.covers_size(*sized))
    in_force: dict[str, list[PriceRule]] = {}
    for rule in covering:
        if _window_open(model, rule, when):
            in_force.setdefault(rule.item, []).append(rule)
    return {item: _rule(model, item, rules, mode) for item, rules in in_force.items()}


def _rule(model: Model, item: str, of_item: Iterable[PriceRule], mode: Mode) -> PriceRule | None:
    """The most particular rule: the highest tier reached, then one bound to hours over one that is not."""
    fitting = [rule for rule in of_item if rule.mode == mode]
    if not fitting and item in model.fees:
        fitting = [rule for rule in of_item if rule.mode == STANDARD]  # A fee by call is the same in every mode.
    return max(fitting, key=lambda rule: (rule.min_input_tokens, bool(rule.window), rule.begins), default=None)


def _refuse(model: Model, item: str, mode: Mode, at: datetime) -> NoReturn:
    raise Unpriced(_why(model, item, mode, at))


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
