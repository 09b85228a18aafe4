"""The currency that amounts are shown in: chosen once, for all pages."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import streamlit as st

from estimator.report import money, money_range
from pricing import now
from pricing.currency import Rate, convert, currencies, rate

_DOLLARS = "USD"


@dataclass(frozen=True)
class Purse:
    """Amounts in dollars as the user reads them, at one day's rate."""

    exchange: Rate

    @property
    def symbol(self) -> str:
        return currencies()[self.exchange.currency].symbol

    def written(self, usd: Decimal) -> str:
        return money(usd, self.exchange)

    def span(self, low_usd: Decimal, high_usd: Decimal) -> str:
        return money_range(low_usd, high_usd, self.exchange)

    def drawn(self, usd: Decimal) -> float:
        """As a chart needs it."""
        return float(convert(usd, self.exchange))

    def rounded(self, usd: Decimal, places: int) -> float:
        """As a column of a table needs it."""
        return float(convert(usd, self.exchange).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))

    def in_usd(self, amount: int) -> Decimal:
        """What the user typed, in dollars."""
        return Decimal(amount) / self.exchange.per_usd


def purse(on: date | None = None) -> Purse:
    """The chosen currency at today's rate, or at that of a past day."""
    return Purse(rate(st.session_state.get("currency", _DOLLARS), on or now().date()))


def choose_currency() -> None:
    st.selectbox(
        "Currency",
        tuple(currencies()),
        index=tuple(currencies()).index(_DOLLARS),
        key="currency",
        persist_state="session",
        label_visibility="collapsed",
        width=110,
    )
