"""Exchange rates, and amounts in other currencies wherever they are shown."""

import io
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from estimator.__main__ import main as estimator
from estimator.decision import Comparison, Scenario
from estimator.report import Terms, cash, money, money_range, pdf, report, usd
from pricing import InputError, Usage, catalog, now
from pricing.__main__ import main as pricing
from pricing.console import BAD_INPUT, DONE
from pricing.currency import RATES, Rate, convert, currencies, published, rate, rate_json, rate_words, rates
from pricing.facts import sources
from pricing.store import Snapshot
from tests.made_up import AT, option, work

FIRST, LAST = date(2023, 12, 29), date(2026, 10, 30)
OTHERS = sorted(set(currencies()) - {"USD"})


# Published for 30 October 2026, for one euro: USD 1.1172, CNY 7.4326, JPY 175.68, GBP 0.8338.
@pytest.mark.parametrize(
    ("code", "amount"),
    [
        pytest.param("EUR", "89.51", id="the base"),
        pytest.param("CNY", "665.29", id="through the euro"),
        pytest.param("JPY", "15725.03", id="yen"),
        pytest.param("GBP", "74.63", id="pounds"),
        pytest.param("eur", "89.51", id="small letters"),
        pytest.param("USD", "100", id="the dollar itself"),
    ],
)
def test_a_hundred_dollars(code: str, amount: str) -> None:
    assert round(convert(Decimal(100), rate(code, LAST)), 2) == Decimal(amount)


@pytest.mark.parametrize(
    ("on", "day"),
    [
        pytest.param(FIRST, FIRST, id="the first day"),
        pytest.param(date(2024, 1, 1), FIRST, id="New Year has the last day of the old year"),
        pytest.param(date(2026, 10, 9), date(2026, 10, 9), id="a Friday"),
        pytest.param(date(2026, 10, 10), date(2026, 10, 9), id="Saturday has Friday's"),
        pytest.param(date(2026, 10, 11), date(2026, 10, 9), id="Sunday has Friday's"),
        pytest.param(date(2026, 10, 12), date(2026, 10, 12), id="Monday has its own"),
        pytest.param(date(2025, 4, 21), date(2025, 4, 17), id="Easter Monday has Maundy Thursday's"),
        pytest.param(LAST, LAST, id="the end of October"),
    ],
)
@pytest.mark.parametrize("code", OTHERS)
def test_the_last_published_rate_counts(code: str, on: date, day: date) -> None:
    assert rate(code, on).on == day


def test_a_day_to_come_has_the_newest_rate_and_says_so() -> None:
    found = rate("CNY", date.max)
    assert found == rates()["CNY"][-1]
    assert found.on < date.max


def test_a_weekend_is_not_between_two_days() -> None:
    friday, monday = rate("EUR", date(2026, 10, 9)), rate("EUR", date(2026, 10, 12))
    assert friday.per_usd != monday.per_usd
    assert rate("EUR", date(2026, 10, 10)) == friday


@pytest.mark.parametrize(
    ("code", "on", "said"),
    [
        pytest.param("EUR", FIRST - timedelta(days=1), "before 2023-12-29", id="the day before the first"),
        pytest.param("RUB", LAST, "no rates of RUB .* USD, EUR, GBP", id="not on record"),
        pytest.param("", LAST, "no rates of", id="empty"),
        pytest.param("€", LAST, "no rates of €", id="a symbol"),
    ],
)
def test_no_rate_is_an_error(code: str, on: date, said: str) -> None:
    with pytest.raises(InputError, match=said):
        rate(code, on)


@pytest.mark.parametrize("on", [date(1999, 1, 1), LAST, date(2040, 1, 1)])
def test_a_dollar_is_a_dollar_on_any_day(on: date) -> None:
    assert rate("USD", on) == Rate("USD", on, Decimal(1), "")


@pytest.mark.parametrize("code", OTHERS)
def test_every_currency_has_its_rates(code: str) -> None:
    days = [each.on for each in rates()[code]]
    assert days[0] == FIRST
    assert LAST in days
    assert days == sorted(set(days))
    assert max(b - a for a, b in pairwise(days)) <= timedelta(days=5)  # Easter, Christmas
    assert all(day.weekday() < 5 for day in days)
    steps = [b.per_usd / a.per_usd for a, b in pairwise(rates()[code])]
    assert 0.85 < min(steps) <= max(steps) < 1.15  # The real fell by 10 % in a day; a slipped digit goes further.


def test_nothing_has_a_rate_that_cannot_be_written() -> None:
    assert set(rates()) == set(OTHERS)


def test_facts_have_sources() -> None:
    named = {each.source for each in currencies().values()} | {r.source for each in rates().values() for r in each}
    assert named <= set(sources())


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param("2026-10-30,GBP,0.8338", "ecb.csv: 2026-10-30 has no row of USD", id="no dollar"),
        pytest.param("2026-10-30,USD,0", "line 2, per_eur", id="zero"),
        pytest.param("2026-10-30,USD,-1", "line 2, per_eur", id="negative"),
        pytest.param("2026-10-30,USD,NaN", "line 2, per_eur", id="not a number"),
        pytest.param("2026-10-30,USD,N/A", "line 2, per_eur", id="not there"),
        pytest.param("30.10.2026,USD,1.1", "line 2, date", id="no day"),
        pytest.param("2026-10-30,USD", "line 2: expected 3 columns", id="a cell is missing"),
    ],
)
def test_a_broken_table_is_refused(rows: str, said: str) -> None:
    held = Snapshot(Path(), 0, {RATES: f"date,currency,per_eur\n{rows}\n"})
    with pytest.raises(InputError, match=said):
        published(held)


@given(st.sampled_from(OTHERS), st.dates(FIRST, LAST), st.decimals(0, 10**9, places=2))
def test_there_and_back_is_within_half_a_cent(code: str, on: date, amount: Decimal) -> None:
    found = rate(code, on)
    assert abs(convert(amount, found) / found.per_usd - amount) < Decimal("0.005")


@given(st.sampled_from(sorted(currencies())), st.decimals(0, 10**6), st.decimals(0, 10**6))
def test_more_dollars_are_more_of_any_currency(code: str, one: Decimal, other: Decimal) -> None:
    found = rate(code, LAST)
    assert (one <= other) == (convert(one, found) <= convert(other, found))


@pytest.mark.parametrize(
    ("amount", "code", "text"),
    [
        pytest.param("12.3", "EUR", "€12.30", id="cents"),
        pytest.param("99.994", "EUR", "€99.99", id="cents up to 100"),
        pytest.param("99.995", "EUR", "€100", id="what rounds to 100 has no cents"),
        pytest.param("0.0049", "GBP", "under £0.01", id="less than a penny"),
        pytest.param("12.3", "JPY", "¥12", id="yen have no smaller unit"),
        pytest.param("99.4", "JPY", "¥99", id="yen below 100"),
        pytest.param("99.5", "JPY", "¥100", id="yen round half up"),
        pytest.param("0.49", "JPY", "under ¥1", id="less than a yen"),
        pytest.param("0.5", "JPY", "¥1", id="half a yen"),
        pytest.param("1234567.5", "KRW", "₩1,234,568", id="won"),
        pytest.param("12.3", "CNY", "CN¥12.30", id="yuan are not yen"),
        pytest.param("1234.5", "SEK", "SEK\u00a01,235", id="a code stands apart"),
        pytest.param("0.001", "CHF", "under CHF\u00a00.01", id="a code, hardly anything"),
        pytest.param("0", "PLN", "PLN\u00a00", id="nothing"),
        pytest.param("12", "CAD", "CA$12.00", id="other dollars"),
    ],
)
def test_cash(amount: str, code: str, text: str) -> None:
    assert cash(Decimal(amount), code) == text


def test_every_currency_is_written_in_its_own_way() -> None:
    assert len({cash(Decimal(100), code) for code in currencies()}) == len(currencies())


@given(st.decimals(0, 10**9, places=6))
def test_dollars_read_the_same_either_way(amount: Decimal) -> None:
    assert money(amount, rate("USD", LAST)) == usd(amount)


def test_a_range_is_converted_at_both_ends() -> None:
    yuan = rate("CNY", LAST)
    assert money_range(Decimal(10), Decimal(100), yuan) == "CN¥66.53 – CN¥665"
    assert money_range(Decimal(10), Decimal("10.0001"), yuan) == "CN¥66.53"


def test_the_rate_is_said_with_its_day_and_source() -> None:
    said = rate_words(rate("CNY", date(2026, 10, 31)))
    for part in ("1 USD = 6.6529 CNY", "30 October 2026", "European Central Bank"):
        assert part in said
    assert rate_words(rate("USD", LAST)) == ""


def test_the_rate_for_machines() -> None:
    assert rate_json(rate("EUR", date(2026, 10, 31))) == {
        "currency": "EUR",
        "rate": pytest.approx(1 / 1.1172),
        "rate_date": "2026-10-30",
        "rate_source": "ecb",
    }


Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    def call(main: Callable[[list[str]], int], *argv: str) -> tuple[int, str, str]:
        done = main(list(argv))
        return (done, *capsys.readouterr())

    return call


COMPARE = ("compare", "support-chat", "--model", "openai/gpt-5.4", "--at", "2026-10-30")


def test_compare_in_euros(say: Say) -> None:
    _, dollars, _ = say(estimator, *COMPARE, "--json")
    done, euros, _ = say(estimator, *COMPARE, "--json", "--currency", "EUR")
    assert done == DONE
    plain, shown = json.loads(dollars), json.loads(euros)
    assert (shown["currency"], shown["rate_date"], plain["currency"]) == ("EUR", "2026-10-30", "USD")
    assert "ecb" in shown["sources"]
    for before, after in zip(plain["options"], shown["options"], strict=True):
        for name in ("monthly", "low", "high"):
            assert after[f"{name}_usd"] == before[f"{name}_usd"] == before[name]
            assert after[name] == pytest.approx(before[name] / 1.1172)


def test_a_past_month_keeps_its_rate(say: Say) -> None:
    _, answer, _ = say(estimator, *COMPARE[:-1], "2026-06-14", "--json", "--currency", "EUR")
    assert json.loads(answer)["rate_date"] == "2026-06-12"


@pytest.mark.parametrize(
    "argv",
    [
        pytest.param((estimator, *COMPARE), id="compare"),
        pytest.param((estimator, "budget", "support-chat", "--model", "gpt-5.4", "--monthly-usd", "100"), id="budget"),
        pytest.param((estimator, "selfhost", "support-chat", "--model", "gpt-oss-20b"), id="selfhost"),
        pytest.param((pricing, "list"), id="list"),
    ],
)
def test_tables_name_the_rate(say: Say, argv: tuple[Callable[[list[str]], int], *tuple[str, ...]]) -> None:
    main, *rest = argv
    done, answer, _ = say(main, *rest, "--currency", "CNY")
    assert done == DONE
    assert rate_words(rate("CNY", now().date())) in answer
    _, dollars, _ = say(main, *rest)
    assert "CNY" not in dollars


def test_a_budget_in_yuan(say: Say) -> None:
    argv = ("budget", "support-chat", "--model", "gpt-5.4", "--monthly-usd", "100", "--currency", "CNY")
    _, answer, _ = say(estimator, *argv, "--json")
    shown = json.loads(answer)
    yuan = rate("CNY", now().date())
    assert (shown["limit_usd"], shown["limit"]) == (100, pytest.approx(float(yuan.per_usd) * 100))
    for month in shown["months"]:
        assert month["high"] == pytest.approx(month["high_usd"] * shown["rate"])
    _, table, _ = say(estimator, *argv)
    assert f"limit {money(Decimal(100), yuan)}" in table


def test_list_prices_in_yen(say: Say) -> None:
    argv = ("list", "--at", "2026-10-30", "--currency", "JPY")
    _, table, _ = say(pricing, *argv)
    row = next(line.split() for line in table.splitlines() if " claude-sonnet-4-6 " in line)
    assert row[-3:] == ["471.751", "47.1751", "2358.75"]  # 3, 0.3 and 15 dollars at 175.68 / 1.1172
    _, answer, _ = say(pricing, *argv, "--json")
    model = next(m for m in json.loads(answer) if m["model"] == "claude-sonnet-4-6")
    assert (model["currency"], model["rate_date"]) == ("JPY", "2026-10-30")
    assert {p["amount"] for p in model["prices"] if p["usd"] == "3"} == {"471.751"}


def test_a_claimed_range_is_converted_at_both_ends(say: Say) -> None:
    _, answer, _ = say(pricing, "list", "--at", "2026-10-30", "--currency", "EUR", "--json")
    prices = [p for m in json.loads(answer) for p in m["prices"] if p["usd"] is None]
    assert prices
    for price in prices:
        assert "amount" not in price
        assert float(price["amount_high"]) == pytest.approx(float(price["usd_high"]) / 1.1172, rel=1e-5)


@pytest.mark.parametrize("argv", [(estimator, *COMPARE), (pricing, "list")], ids=["compare", "list"])
def test_an_unknown_currency_is_said_in_one_line(
    say: Say, argv: tuple[Callable[[list[str]], int], *tuple[str, ...]]
) -> None:
    main, *rest = argv
    done, answer, error = say(main, *rest, "--currency", "dollars")
    assert (done, answer, error.count("\n")) == (BAD_INPUT, "", 1)
    assert error.startswith("error: no rates of dollars")


def test_a_report_leaves_no_file_without_a_rate(say: Say, tmp_path: Path) -> None:
    argv = ("report", "support-chat", "--model", "gpt-5.4", "--format", "pdf", "-o", str(tmp_path / "a.pdf"))
    assert say(estimator, *argv, "--currency", "XXX")[0] == BAD_INPUT
    assert not list(tmp_path.iterdir())


def text_of(made: bytes) -> str:
    """The text without blanks, which a page sets as it likes."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages))


@pytest.mark.parametrize("code", OTHERS)
def test_the_report_shows_the_currency_with_rate_and_day(code: str) -> None:
    chat = work(Usage(uncached_input_tokens=1000, output_tokens=100))
    compared = Comparison(chat, Scenario(AT), (option("40", "15", "1200"),))
    made, exchange = pdf(report(compared, catalog(), terms=Terms(currency=code))), rate(code, AT.date())
    found = text_of(made)
    amounts = money(Decimal(40), exchange) + money_range(Decimal(15), Decimal(1200), exchange)
    for part in (amounts, rate_words(exchange), f"{code} a month", "[2] Euro foreign exchange reference rates"):
        assert re.sub(r"\s", "", part) in found
    assert b"pdfuaid" in made  # Every symbol is in the font.


def test_a_report_in_dollars_names_no_rate() -> None:
    compared = Comparison(work(Usage(output_tokens=100)), Scenario(AT), (option("40", "15", "1200"),))
    found = text_of(pdf(report(compared, catalog())))
    assert "USDamonth" in found
    assert "EuropeanCentralBank" not in found
