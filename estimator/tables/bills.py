"""What was billed against what the price list comes to, by model and day."""

from estimator.decision import Reconciliation
from estimator.report import as_billed, exact, exact_range, headline, item_words
from estimator.tables.parts import show_exchange, show_notes
from pricing import Catalog
from pricing.console import show_table
from pricing.currency import Rate


def show_reconciliation(found: Reconciliation, book: Catalog, exchange: Rate) -> None:
    print(f"{headline(found, exchange)}\n")
    rows = [
        (
            f"{line.start:%Y-%m-%d}",
            ", ".join(filter(None, (line.name, item_words(line.item, book.items)))),
            line.by or "nobody",
            exact_range(line.computed, exchange),
            exact(line.billed_usd, exchange),
            as_billed(line),
            exact(line.apart_usd, exchange),
            line.verdict.value,
            line.why,
        )
        for line in found.lines
    ]
    header = ("day", "model", "billed by", "computed", "billed", "as billed", "apart", "verdict", "what is behind it")
    show_table(header, rows)
    show_exchange(exchange)
    show_notes(found.notes)
