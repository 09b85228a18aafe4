"""Months ahead against a limit, and what it buys."""

from collections.abc import Sequence
from decimal import Decimal

from estimator.decision import Month, Purchase
from estimator.report import money, status_words
from estimator.tables.parts import month_cells, said, seller, show_exchange, show_notes
from estimator.workload import Workload
from pricing import Catalog
from pricing.console import show_table
from pricing.currency import Rate

_OVER = {(False, False): "within", (False, True): "a heavy month is over", (True, True): "over"}


def show_budget(
    ahead: Sequence[Month],
    over: Month | None,
    bought: Purchase,
    *,
    limit_usd: Decimal,
    work: Workload,
    book: Catalog,
    exchange: Rate,
) -> None:
    option = bought.option
    print(f"{said(work)}, on {option.name} at {seller(option, book)} ({status_words(option.status)})\n")
    rows = [
        (
            f"{m.month:%Y-%m}",
            f"{m.requests:,.0f}",
            *month_cells(m, exchange),
            _OVER[m.over, m.may_be_over],
        )
        for m in ahead
    ]
    show_table(("month", "requests", "a month", "low", "high", f"limit {money(limit_usd, exchange)}"), rows)
    show_exchange(exchange)
    print(f"\nOver the limit from {over.month:%B %Y} on." if over else f"\nNo month of {len(ahead)} is over the limit.")
    span = f"{bought.low_per_month:,} to {bought.high_per_month:,}"
    print(f"The limit buys {bought.per_month:,} {work.units} a month ({span}): {bought.cadence}.")
    show_notes(assumption.text for assumption in option.assumptions)
