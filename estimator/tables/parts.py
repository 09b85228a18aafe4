"""What several tables are made of."""

from collections.abc import Iterable
from datetime import UTC, datetime

from estimator.decision import Month, Option
from estimator.report import count, money
from estimator.workload import Workload
from pricing import Catalog
from pricing.currency import Rate, rate_words


def month_cells(of: Option | Month, exchange: Rate) -> tuple[str, str, str]:
    """What a month costs: typically, at least, at most."""
    return money(of.usd, exchange), money(of.low_usd, exchange), money(of.high_usd, exchange)


def show_exchange(exchange: Rate) -> None:
    """The rate that amounts were converted at; nothing for dollars."""
    words = rate_words(exchange)
    if words:
        print(f"\n{words}")


def said(work: Workload) -> str:
    """A workload in words."""
    return f"{work.name}: {count(work.units_per_month)} {work.units} a month"


def seller(option: Option, book: Catalog) -> str:
    """Who sells an option, by its name."""
    return book.providers[option.provider].name if option.provider in book.providers else "rented"


def minute(at: datetime) -> str:
    """An instant in UTC, to the minute."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def show_notes(notes: Iterable[str]) -> None:
    lines = [f"- {note}" for note in notes]
    if lines:
        print("\nTaken for granted:", *lines, sep="\n")
