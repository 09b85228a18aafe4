"""What about a budget needs a person now: shares spent, a forecast above the limit, prices that moved, no price."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from estimator.decision import Gap, Planned, month_after
from estimator.workspace.budgets import Look
from pricing.currency import Rate, convert, rate


@dataclass(frozen=True)
class Alert:
    """One thing, in words. It goes out once for its `cause` in its `month` (`2026-11`)."""

    cause: str
    month: str
    words: str


def alerts(look: Look, today: date) -> tuple[Alert, ...]:
    """Everything that stands today by the rules of the budget. Amounts are in its currency at the rate of the day."""
    exchange = rate(look.saved.plan.currency, today)
    found = (_share_spent(look, today, exchange), *_unpriced(look, today), _forecast(look, today, exchange))
    return (*(alert for alert in found if alert), *_prices(look, today, exchange))


def _share_spent(look: Look, today: date, exchange: Rate) -> Alert | None:
    """The highest share of the limit that the bills of its time have reached; of several, only that one."""
    plan, month = look.saved.plan, today.replace(day=1)
    for first, end, limit in plan.spans:
        start, after = plan.calendar[first], month_after(plan.calendar[first], end - first)
        if start <= month < after:
            bills = [bill.billed_usd for bill in look.saved.bills if start <= bill.month < after]
            spent = sum(bills, Decimal(0))
            reached = [share for share in look.saved.rules.shares if spent >= share * limit]
            if not bills or not reached:
                return None
            share, when = max(reached), f"{start:%B %Y}" if end - first == 1 else f"the year from {start:%B %Y} on"
            return Alert(
                f"share-{share.normalize():f}",
                _key(start),
                f"{spent / limit:.0%} of the budget of {when} is spent: "
                f"{_money(spent, exchange)} of {_money(limit, exchange)}.",
            )
    return None


def _unpriced(look: Look, today: date) -> Iterator[Alert]:
    """The first month of each task from now on that has no price."""
    first: dict[str, Gap] = {}
    for gap in look.forecast.gaps:
        if gap.month >= today.replace(day=1):
            first.setdefault(gap.task, gap)
    for gap in first.values():
        words = f"{gap.task} has no price from {gap.month:%B %Y} on, so the budget cannot be checked: {gap.reason}"
        yield Alert(f"unpriced-{gap.task}", _key(today), words)


def _forecast(look: Look, today: date, exchange: Rate) -> Alert | None:
    made = look.forecast
    if made.chance < float(look.saved.rules.chance):
        return None
    limit, out = look.saved.plan.limit_usd, made.runs_out.typical
    when = f", most likely on {out:%-d %B %Y}" if out else ""
    words = (
        f"The limit of {_money(limit, exchange)} a {look.saved.plan.period} will be passed with a chance of "
        f"{made.chance:.0%}{when}."
    )
    return Alert("forecast", _key(today), words)


def _prices(look: Look, today: date, exchange: Rate) -> Iterator[Alert]:
    """For each task the month, from now on, to which prices that moved since the budget was saved matter most."""
    was = {(each.task, each.month): each for each in look.saved.planned}
    worst: dict[str, tuple[Decimal, Planned]] = {}
    for each in look.planned:
        before = was.get((each.task, each.month))
        if each.month < today.replace(day=1) or each.usd is None or before is None or before.usd is None:
            continue
        effect = each.usd - before.usd
        if each.task not in worst or abs(effect) > abs(worst[each.task][0]):
            worst[each.task] = effect, each
    for task, (effect, each) in worst.items():
        if abs(effect) >= look.saved.rules.price_effect_usd:
            more = "more" if effect > 0 else "less"
            words = (
                f"Prices of {each.model} moved: {task} costs {_money(abs(effect), exchange)} {more} in "
                f"{each.month:%B %Y} than when the budget was saved."
            )
            yield Alert(f"price-{task}", _key(today), words)


def _key(month: date) -> str:
    return f"{month:%Y-%m}"


def _money(usd: Decimal, exchange: Rate) -> str:
    return f"{convert(usd, exchange):,.2f} {exchange.currency}"
