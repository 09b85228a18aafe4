"""Options side by side."""

from estimator.decision import Comparison, Option
from estimator.report import money, status_words
from estimator.tables.parts import minute, month_cells, said, seller, show_exchange, show_notes
from pricing import Catalog
from pricing.console import show_table
from pricing.currency import Rate

_HOW = {"api": "by the token", "selfhost": "own GPUs"}


def show_comparison(compared: Comparison, book: Catalog, exchange: Rate) -> None:
    scenario = compared.scenario
    caching = ", repeated input cached" if scenario.caching else ""
    print(f"{said(compared.workload)}; prices of {minute(scenario.at)}, {scenario.mode}{caching}\n")
    any_saved = any(option.saving for option in compared.options)
    rows = [
        (
            option.name,
            seller(option, book),
            *month_cells(option, exchange),
            *_saved(option, exchange, any_saved),
            option.detail or _HOW[option.kind],
            status_words(option.status),
            ", ".join(dict.fromkeys(line.source for line in option.lines)),
            max((line.checked_on for line in option.lines), default=""),
        )
        for option in compared.options
    ]
    saved = ("saved by caching",) if any_saved else ()
    show_table(("model", "from", "a month", "low", "high", *saved, "how", "price is", "source", "checked"), rows)
    show_exchange(exchange)
    if compared.unpriced:
        print("\nWithout an honest figure:")
        print(
            *(f"- {no.name} at {book.providers[no.provider].name}: {no.reason}" for no in compared.unpriced), sep="\n"
        )
    show_notes(assumption.text for assumption in compared.workload.assumptions)
    print("\n--json adds the lines behind each figure, what was taken for granted about each model, and the sources.")


def _saved(option: Option, exchange: Rate, any_saved: bool) -> tuple[str, ...]:
    """What caching took off, as a column where any option has it."""
    return (money(option.saving.usd, exchange) if option.saving else "",) if any_saved else ()
