"""Numbers and dates as people write them, decided over a whole column."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.workload.exports.cells import decimal_sign, is_total, moment_of, number_of, order_of, orders_in, sign_of
from pricing import InputError


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("cells", "whole", "values"),
    [
        pytest.param(["1200", "7"], True, [1200, 7], id="plain"),
        pytest.param(["1,234", "2,000,000"], True, [1234, 2_000_000], id="grouped by commas"),
        pytest.param(["1.234", "12"], True, [1234, 12], id="grouped by points: counts are whole"),
        pytest.param(["1.234", "0.5"], False, [Decimal("1.234"), Decimal("0.5")], id="decimal points"),
        pytest.param(["1,5", "2,25"], False, [Decimal("1.5"), Decimal("2.25")], id="decimal commas"),
        pytest.param(["1.234,5", "2"], False, [Decimal("1234.5"), 2], id="points group, a comma parts"),
        pytest.param(["1,234.5"], False, [Decimal("1234.5")], id="commas group, a point parts"),
        pytest.param(["1'234", "12 000", "5\u202f000"], True, [1234, 12_000, 5000], id="Swiss, blanks"),
        pytest.param(["1.2k", "3M", "500"], False, [1200, 3_000_000, 500], id="k and M"),
        pytest.param(["1,234", "1200.0"], True, [1234, 1200], id="of a data frame"),
        pytest.param(["1.234.567", "1.000"], True, [1_234_567, 1000], id="what comes twice groups"),
        pytest.param(["-", "", "n/a", "5"], True, [0, 0, 0, 5], id="blanks"),
    ],
)
def test_numbers_of_a_column(cells: list[str], whole: bool, values: list[object]) -> None:
    decimal = decimal_sign({sign_of(cell) for cell in cells}, whole=whole)
    assert [number_of(cell, decimal) for cell in cells] == values


@pytest.mark.parametrize("cell", ["-5", "abc", "=1+1", "1e5", "0x10", "1.2.3,4,5", "٣", "1" * 60])
def test_what_is_no_number(cell: str) -> None:
    with pytest.raises(InputError):
        number_of(cell, ".")


def test_a_column_that_contradicts_itself() -> None:
    with pytest.raises(InputError, match="write all alike"):
        decimal_sign({".", ","}, whole=False)


@given(st.integers(0, 10**9), st.sampled_from([",", ".", "'", " ", "_"]))
def test_groups_are_read_back(number: int, sign: str) -> None:
    cells = [f"{number:,}".replace(",", sign), f"{10**6:,}".replace(",", sign)]
    assert number_of(cells[0], decimal_sign({sign_of(cell) for cell in cells}, whole=True)) == number


@pytest.mark.parametrize(
    ("cell", "order"),
    [
        ("13/05/2026", "day"),
        ("12.05.2026 10:00", "either"),
        ("05/13/26", "month"),
        ("2026-05-13", ""),
        ("Oct 5, 2026", ""),
        ("12/12/2026", "either"),
    ],
)
def test_what_comes_first(cell: str, order: str) -> None:
    assert order_of(cell) == order


def test_one_date_decides_for_all() -> None:
    assert orders_in(["01/02/2026", "", "13/02/2026"]) == {"either", "day"}


@pytest.mark.parametrize(
    ("cell", "day_first", "at", "span"),
    [
        pytest.param("2026-10-05", True, utc(2026, 10, 5), "day", id="ISO day"),
        pytest.param("2026-10-05T10:00:00+02:00", True, utc(2026, 10, 5, 8), "moment", id="ISO"),
        pytest.param("05/10/2026", True, utc(2026, 10, 5), "day", id="day first"),
        pytest.param("05/10/2026", False, utc(2026, 5, 10), "day", id="month first"),
        pytest.param("5.10.26 14:30", True, utc(2026, 10, 5, 14, 30), "moment", id="German"),
        pytest.param("10/5/2026 3:04 PM", False, utc(2026, 10, 5, 15, 4), "moment", id="American"),
        pytest.param("Oct 5, 2026", True, utc(2026, 10, 5), "day", id="in words"),
        pytest.param("5 October 2026 08:00 UTC", True, utc(2026, 10, 5, 8), "moment", id="UTC"),
        pytest.param("2026-10", True, utc(2026, 10, 1), "month", id="a month"),
        pytest.param("Oct 2026", True, utc(2026, 10, 1), "month", id="a month in words"),
        pytest.param("46300", True, utc(2026, 10, 5), "day", id="a spreadsheet's day"),
        pytest.param("46300.5", True, utc(2026, 10, 5, 12), "moment", id="a spreadsheet's time"),
        pytest.param("1791194400", True, utc(2026, 10, 5, 10), "moment", id="seconds since 1970"),
        pytest.param("1791194400000", True, utc(2026, 10, 5, 10), "moment", id="milliseconds"),
    ],
)
def test_moments(cell: str, day_first: bool, at: datetime, span: str) -> None:
    made, spans = moment_of(cell, day_first=day_first, serial=True)
    assert spans == span
    assert made.replace(tzinfo=UTC, day=1 if span == "month" else made.day) == at


@pytest.mark.parametrize(
    ("cell", "naive"), [("5.10.26 14:30", True), ("2026-10-05 10:00", True), ("5 Oct 2026 8:00 +0200", False)]
)
def test_a_zone_is_known_or_not(cell: str, naive: bool) -> None:
    assert (moment_of(cell, day_first=True, serial=True)[0].tzinfo is None) is naive


@pytest.mark.parametrize(
    "cell", ["", "x", "12", "45", "2026", "10:30", "2026-13", "31/02/2026", "1/1/1985", "5 Oct 2026 8:00 EST"]
)
def test_what_is_no_date(cell: str) -> None:
    with pytest.raises(InputError):
        moment_of(cell, day_first=True, serial=True)


def test_a_number_is_a_day_only_where_it_may_be() -> None:
    with pytest.raises(InputError):
        moment_of("46300", day_first=True, serial=False)


@given(st.text(max_size=40), st.booleans(), st.booleans())
def test_nothing_but_a_sentence_comes_of_any_cell(cell: str, day_first: bool, serial: bool) -> None:
    with suppress(InputError):
        moment_of(cell, day_first=day_first, serial=serial)
    with suppress(InputError):
        number_of(cell, ".")


@pytest.mark.parametrize(
    ("cell", "total"), [("Total", True), ("Gesamt", True), ("Summe:", True), ("2026-10-05", False)]
)
def test_lines_of_totals(cell: str, total: bool) -> None:
    assert is_total(cell) is total
