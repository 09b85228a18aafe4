"""What a person saved."""

from collections.abc import Iterable

from estimator.tables.parts import minute
from estimator.workspace import Entry
from pricing.console import show_table


def show_saved(entries: Iterable[Entry]) -> None:
    rows = [(e.client, e.name, e.number, minute(e.saved_at)) for e in entries]
    if rows:
        show_table(("client", "name", "version", "saved"), rows)
    else:
        print("nothing is saved yet: the pages have a button for it.")
