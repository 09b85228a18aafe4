"""How the reader has figures: currency and form, from the browser unless chosen, for all pages."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import streamlit as st

from estimator.report import ENGLISH, count, day, exact, forms, money, money_range, rate, reader, separators
from pricing import now
from pricing.currency import Rate, convert, currencies
from pricing.currency import rate as published_rate


@dataclass(frozen=True)
class Purse:
    """Amounts in dollars, counts and dates as the reader has them, at one day's rate."""

    exchange: Rate
    locale: str = ENGLISH

    @property
    def symbol(self) -> str:
        return currencies()[self.exchange.currency].symbol

    @property
    def separators(self) -> str:
        """The sign of the decimals and that between thousands."""
        return separators(self.locale)

    def written(self, usd: Decimal) -> str:
        return money(usd, self.exchange, self.locale)

    def span(self, low_usd: Decimal, high_usd: Decimal) -> str:
        return money_range(low_usd, high_usd, self.exchange, self.locale)

    def exact(self, usd: Decimal | None) -> str:
        """To the millionth; blank for unknown."""
        return exact(usd, self.exchange, self.locale)

    def count(self, n: Decimal | Fraction | float) -> str:
        return count(n, self.locale)

    def price(self, usd: Decimal, per: int) -> str:
        """A unit price, which is in dollars in every currency."""
        return rate(usd, per, self.locale)

    def day(self, on: date) -> str:
        return day(on, self.locale)

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
    """The chosen currency at today's rate, or at that of a past day, in the chosen form."""
    usual = reader(st.context.locale)
    currency = st.session_state.get("currency", usual.currency)
    locale = forms(usual.locale).get(st.session_state.get("numbers", ""), usual.locale)
    return Purse(published_rate(currency, on or now().date()), locale)


def choose_reading() -> None:
    """Currency and form of numbers, which the address keeps where they are not the browser's."""
    usual = reader(st.context.locale)
    asked = st.session_state.get("currency", st.query_params.get("currency", ""))  # Before the field has read it.
    with st.popover(asked if asked in currencies() else usual.currency, icon=":material/payments:"):
        st.selectbox(
            "Currency",
            tuple(currencies()),
            index=tuple(currencies()).index(usual.currency),
            key="currency",
            bind="query-params",
        )
        st.selectbox("Numbers are written as", tuple(forms(usual.locale)), key="numbers", bind="query-params")
