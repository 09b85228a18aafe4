"""Figures in the reader's own form, against what CLDR's charts show for these places."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.report import cash, change, count, day, forms, multiple, rate, reader, separators

NARROW, WIDE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "locale", "currency"),
    [
        pytest.param(None, "en", "USD", id="not told"),
        pytest.param("en-US", "en", "USD", id="written by hand"),
        pytest.param("en", "en", "USD", id="English without a place"),
        pytest.param("en-GB", "en_GB", "GBP", id="Britain"),
        pytest.param("de", "de", "EUR", id="most who speak German live in Germany"),
        pytest.param("de-CH", "de_CH", "CHF", id="Switzerland"),
        pytest.param("fr-CA", "fr_CA", "CAD", id="Canada"),
        pytest.param("ar-EG", "ar_EG", "USD", id="no rate of its pounds is on record"),
        pytest.param("xx", "en", "USD", id="no such language"),
        pytest.param("../../etc", "en", "USD", id="nonsense"),
    ],
)
def test_a_browser_tells_form_and_currency(language: str | None, locale: str, currency: str) -> None:
    found = reader(language)
    assert (found.locale, found.currency) == (locale, currency)


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        pytest.param("1234.5", "EUR", "de_DE", f"1.235{WIDE}€", id="sign behind, points between thousands"),
        pytest.param("12.3", "EUR", "de_DE", f"12,30{WIDE}€", id="a comma before cents"),
        pytest.param("0.004", "EUR", "de_DE", f"under 0,01{WIDE}€", id="hardly anything"),
        pytest.param("0", "EUR", "de_DE", f"0{WIDE}€", id="nothing"),
        pytest.param("1234567.5", "CHF", "de_CH", f"CHF{WIDE}1’234’568", id="apostrophes, from a million on too"),
        pytest.param("1234.5", "EUR", "fr_FR", f"1{NARROW}235{WIDE}€", id="narrow spaces"),
        pytest.param("1234567", "INR", "en_IN", "₹12,34,567", id="lakhs"),
        pytest.param("1234.5", "JPY", "ja_JP", "￥1,235", id="no decimals"),
        pytest.param("1234.5", "CHF", "en", f"CHF{WIDE}1,235", id="English"),
    ],
)
def test_money(amount: str, currency: str, locale: str, text: str) -> None:
    assert cash(Decimal(amount), currency, locale) == text


@pytest.mark.parametrize(
    ("n", "locale", "text"),
    [
        pytest.param(8820, "de", "8.820", id="thousands"),
        pytest.param(7.25, "de", "7,2", id="two figures below 10"),
        pytest.param(999_499, "de", "999.499", id="below a million"),
        pytest.param(1_234_567, "de", f"1,23{WIDE}Mio.", id="millions"),
        pytest.param(123_456_789, "fr", f"123{WIDE}M", id="three figures"),
    ],
)
def test_counts(n: float, locale: str, text: str) -> None:
    assert count(n, locale) == text


def test_prices_changes_and_multiples() -> None:
    assert rate(Decimal("0.15"), 1_000_000, "de") == f"0,15{WIDE}$ per 1M"
    assert rate(Decimal("0.002625"), 1_000, "de") == f"0,002625{WIDE}$ per 1.000"
    assert (change(Decimal("2.5"), "de"), change(Decimal("0.8"), "de")) == ("×2,5", "−20 %")
    assert (multiple(Decimal("42.345")), multiple(Decimal("1.2"), "de")) == ("42.3 times", "1,2 times")


def test_days() -> None:
    on = date(2026, 11, 24)
    assert [day(on), day(on, "de"), day(on, "fr")] == ["24 November 2026", "24. November 2026", "24 novembre 2026"]


def test_forms_to_choose_among_begin_with_the_readers() -> None:
    assert next(iter(forms("pl").items())) == ("1 234 567,89", "pl")
    assert forms("en") == {
        "1,234,567.89": "en",
        "1.234.567,89": "de",
        "1 234 567,89": "fr",
        "1’234’567.89": "de_CH",
        "12,34,567.89": "en_IN",
    }


@pytest.mark.parametrize(("locale", "signs"), [("en", ".,"), ("de", ",."), ("de_CH", ".’")])
def test_signs(locale: str, signs: str) -> None:
    assert separators(locale) == signs


@given(st.decimals(0, 10**9, places=2), st.sampled_from(["de", "de_CH", "fr", "en_IN", "pl", "sv"]))
def test_the_form_changes_no_digit(amount: Decimal, locale: str) -> None:
    def digits(text: str) -> str:
        return "".join(c for c in text if c.isdigit())

    assert digits(cash(amount, "EUR", locale)) == digits(cash(amount, "EUR"))
