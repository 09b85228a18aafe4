"""Where two sources state different prices for one thing: which one bills follow, and why."""

from datetime import date
from pathlib import Path

from pricing.facts import DATA, Fact, read_table
from pricing.values import Price


class Disagreement(Fact):
    """A row of data/catalog/disagreements.csv: the price in data/prices, and the one that stands only here."""

    provider: str
    model: str
    item: str
    mode: str
    min_input_tokens: int = 0
    usd_followed: Price
    source_followed: str
    usd_other: Price
    source_other: str
    why: str
    checked_on: date


def disagreements(directory: Path = DATA) -> tuple[Disagreement, ...]:
    """All that are on record. Raises InputError with file and line."""
    return read_table(directory / "catalog" / "disagreements.csv", Disagreement)
