"""A reconciliation in words and figures, for pages and the prompt."""

from decimal import ROUND_HALF_UP, Decimal

from estimator.decision import Reconciliation
from estimator.decision.recompute import Spread
from estimator.decision.reconcile import Line
from estimator.report.locales import ENGLISH, in_currency
from estimator.report.words import money, money_range
from pricing.currency import Rate, convert, currencies

_MILLIONTH = Decimal("1e-6")


def exact(usd: Decimal | None, exchange: Rate, locale: str = ENGLISH) -> str:
    """Dollars in the currency of a rate to the millionth, as bills of single requests need it; blank for unknown."""
    if usd is None:
        return ""
    decimals = currencies()[exchange.currency].decimals
    amount = convert(usd, exchange).quantize(_MILLIONTH, ROUND_HALF_UP).normalize()
    shown = amount.quantize(Decimal(1).scaleb(-max(decimals, -int(amount.as_tuple().exponent))))
    return f"{'-' if shown < 0 else ''}{in_currency(abs(shown), exchange.currency, locale)}"


def exact_range(computed: Spread | None, exchange: Rate, locale: str = ENGLISH) -> str:
    """One figure, or `$4.1 – $6.3` where hours have their own prices; blank for unknown."""
    if computed is None:
        return ""
    low, high = exact(computed.low, exchange, locale), exact(computed.high, exchange, locale)
    return low if low == high else f"{low} – {high}"


def as_billed(line: Line) -> str:
    """The amount as the bill has it, where that is in another currency than dollars."""
    return f"{line.billed.normalize():f} {line.currency}" if line.billed and line.currency != "USD" else ""


def headline(found: Reconciliation, exchange: Rate, locale: str = ENGLISH) -> str:
    """The sums side by side, how far they are apart, what is left unexplained, and how much of the bill that is."""
    if not found.compared:
        return f"Nothing of the {exact(found.all_billed_usd, exchange, locale)} that was billed could be checked."
    computed, billed = found.computed, found.billed_usd
    if max(computed.high, abs(billed)) < 1:
        ours, theirs = exact_range(computed, exchange, locale), exact(billed, exchange, locale)
    else:
        ours = money_range(computed.low, computed.high, exchange, locale)
        theirs = money(billed, exchange, locale)
    who = f"{found.billers[0]} billed" if len(found.billers) == 1 else "the bills come to"
    said = f"We compute {ours}; {who} {theirs}: {_apart(computed.usd, billed)}."
    if found.unexplained_usd:
        said += f" Not explained: {exact(found.unexplained_usd, exchange, locale)}."
    elif any(line.explanations for line in found.lines):
        said += " For every difference an explanation fits."
    if found.checked_share is not None and found.checked_share < 1:
        said += f" That is {_percent(found.checked_share)} of what was billed; the rest could not be checked."
    return said


def _apart(computed: Decimal, billed: Decimal) -> str:
    if computed == billed:
        return "the same"
    return f"{_percent(abs(billed - computed) / abs(billed))} apart" if billed else "apart"


def _percent(share: Decimal) -> str:
    """Two figures below 10 %, and never 100 % of what is less."""
    percent = float(share) * 100
    if 99 < percent < 100:
        return "over 99 %"
    if 0 < percent < 0.001:
        return "under 0.001 %"
    return f"{percent:.0f} %" if percent >= 10 or not percent else f"{percent:.2g} %"
