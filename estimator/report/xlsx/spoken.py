"""Formulas that say figures in the words of `estimator.report.words`, in the separators of the reader's own program."""

from decimal import Decimal

from estimator.report.xlsx.book import quoted
from pricing.currency import currencies

_ROUNDS_UP = 0.9995  # What three figures round up to the next letter.


def money(cell: str, currency: str) -> str:
    """An amount as `cash` writes it: whole units from 100 on, cents below."""
    unit = currencies()[currency]
    smallest = Decimal(1).scaleb(-unit.decimals)
    symbol = quoted(f"{unit.symbol}\N{NO-BREAK SPACE}" if unit.symbol.isalpha() else unit.symbol)
    small = f'"under "&{symbol}&{quoted(str(smallest))}'
    places = f"IF(ABS({cell})>={100 - smallest / 2},0,{unit.decimals})"
    return f'IF({cell}=0,{symbol}&"0",IF(ABS({cell})<{smallest / 2},{small},{symbol}&FIXED({cell},{places})))'


def span(low: str, high: str) -> str:
    """Two texts as a range, or one where both read the same."""
    return f'IF({low}={high},{low},{low}&" – "&{high})'


def count(cell: str) -> str:
    """A count in three figures, as `count` writes it."""
    plain = f'IF(OR({cell}>=10,{cell}=INT({cell})),FIXED({cell},0),{_figures(cell, 2)}&"")'
    for size, letter in ((10**6, "M"), (10**9, "B"), (10**12, "T")):
        short = _figures(f"({cell}/{size})", 3)
        plain = f'IF({cell}>={_ROUNDS_UP * size:.0f},{short}&"{letter}",{plain})'
    return plain


def _figures(value: str, figures: int) -> str:
    return f"ROUND({value},{figures - 1}-INT(LOG10({value})))"
