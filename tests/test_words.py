"""Figures as people read them."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.report.words import count, decimals, is_sure, item_words, rate, status_words, usd, usd_range
from pricing import Status, catalog
from pricing.currency import Rate


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        pytest.param("0", "$0", id="nothing"),
        pytest.param("0E-9", "$0", id="nothing, to a billionth"),
        pytest.param("0.000000001", "under $0.01", id="hardly anything"),
        pytest.param("0.0049", "under $0.01", id="below half a cent"),
        pytest.param("0.005", "$0.01", id="half a cent"),
        pytest.param("1.005", "$1.01", id="half cents round up"),
        pytest.param("12.3", "$12.30", id="both cents are written"),
        pytest.param("99.994", "$99.99", id="cents up to 100"),
        pytest.param("99.995", "$100", id="what rounds to 100 has no cents"),
        pytest.param("100.49", "$100", id="no cents from 100 on"),
        pytest.param("1234567.5", "$1,234,568", id="thousands apart"),
    ],
)
def test_usd(amount: str, text: str) -> None:
    assert usd(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("amounts", "currency", "places"),
    [
        pytest.param(["12.5", "3"], "USD", 2, id="cents"),
        pytest.param(["12.5", "0.01"], "USD", 2, id="a cent is the smallest"),
        pytest.param(["12.5", "0.0099"], "USD", 3, id="less than a cent is told"),
        pytest.param(["12.5", "0"], "USD", 2, id="nothing is nothing"),
        pytest.param([], "USD", 2, id="no amounts"),
        pytest.param(["12.5"], "JPY", 0, id="yen have no parts"),
    ],
)
def test_the_decimals_of_a_column_tell_its_least_from_nothing(amounts: list[str], currency: str, places: int) -> None:
    exchange = Rate(currency, date(2026, 11, 26), Decimal(1), "")
    assert decimals(map(Decimal, amounts), exchange) == places


@given(st.decimals(0, 10**12, places=6))
def test_an_amount_is_read_back_to_half_a_percent_or_half_a_cent(amount: Decimal) -> None:
    text = usd(amount)
    read = Decimal(0) if text.startswith("under") else Decimal(text.strip("$").replace(",", ""))
    assert abs(read - amount) <= max(Decimal("0.005"), amount * Decimal("0.005"))


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        pytest.param("10", "14.5", "$10.00 – $14.50", id="two ends"),
        pytest.param("10.001", "10.004", "$10.00", id="ends that read the same"),
        pytest.param("0", "0.001", "$0 – under $0.01", id="nothing is not a little"),
    ],
)
def test_usd_range(low: str, high: str, text: str) -> None:
    assert usd_range(Decimal(low), Decimal(high)) == text


@pytest.mark.parametrize(
    ("amount", "per", "text"),
    [
        pytest.param("0.15", 1_000_000, "$0.15 per 1M", id="tokens"),
        pytest.param("3", 1_000_000, "$3.00 per 1M", id="whole dollars"),
        pytest.param("0.002625", 1_000_000, "$0.002625 per 1M", id="every digit"),
        pytest.param("10.00", 1_000, "$10.00 per 1,000", id="searches"),
        pytest.param("17500.0000", 1, "$17,500.00 each", id="each"),
        pytest.param("1E+3", 1, "$1,000.00 each", id="exponent"),
        pytest.param("5", 60, "$5.00 per 60", id="any other number"),
        pytest.param("0", 1, "$0.00 each", id="free of charge"),
    ],
)
def test_rate(amount: str, per: int, text: str) -> None:
    assert rate(Decimal(amount), per) == text


@pytest.mark.parametrize(
    ("n", "text"),
    [
        pytest.param(0, "0", id="none"),
        pytest.param(0.25, "0.25", id="a part"),
        pytest.param(7, "7", id="whole"),
        pytest.param(7.25, "7.2", id="two figures below 10"),
        pytest.param(10.4, "10", id="no fractions from 10 on"),
        pytest.param(8820, "8,820", id="thousands"),
        pytest.param(999_499, "999,499", id="below a million"),
        pytest.param(999_500, "1M", id="a million in three figures"),
        pytest.param(1_234_567, "1.23M", id="millions"),
        pytest.param(999_400_000, "999M", id="below a billion"),
        pytest.param(999_600_000, "1B", id="a billion in three figures"),
        pytest.param(2_500_000_000_000, "2.5T", id="trillions"),
        pytest.param(999_600_000_000_000, "1,000T", id="thousands of trillions"),
        pytest.param(Fraction(10**18), "1,000,000T", id="the most that is counted"),
        pytest.param(Decimal("682165.9"), "682,166", id="decimal"),
    ],
)
def test_count(n: float | Fraction | Decimal, text: str) -> None:
    assert count(n) == text


@pytest.mark.parametrize("status", Status)
def test_every_status_of_a_price_has_words(status: Status) -> None:
    assert status_words(status) not in (status, "")


@pytest.mark.parametrize("status", Status)
def test_only_what_a_seller_says_is_sure(status: Status) -> None:
    assert is_sure(status) == (status not in {Status.PROJECTED, Status.CLAIMED})


@pytest.mark.parametrize(
    ("item", "words"),
    [
        pytest.param("cache_read", "Cached input", id="of a price list"),
        pytest.param("gpu_rent", "GPUs, rented", id="of self-hosting"),
        pytest.param("moon dust", "moon dust", id="not on record"),
    ],
)
def test_lines_have_words(item: str, words: str) -> None:
    assert item_words(item, catalog().items) == words
