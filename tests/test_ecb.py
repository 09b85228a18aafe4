"""The feed of exchange rates: what hand-made payloads say, what is refused, and which rates on record come of it."""

import io
import re
import zipfile
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.currency import CURRENCIES, RATES, published
from pricing.errors import InputError
from pricing.exchange import Update, update
from pricing.facts import DATA
from pricing.feeds.ecb import adapt
from pricing.feeds.values import DayRates, FeedRefused
from pricing.store import Snapshot
from tests.small import ecb

HEADER = "Date,USD,CNY,TRY,"
TODAY = date(2026, 11, 24)


def test_days_come_oldest_first_without_what_is_not_available() -> None:
    reading = adapt(ecb(HEADER, "2026-11-03,1.12,7.45,N/A,", "2026-11-02,1.1180,7.44,48.1,"))
    assert reading.version == "2026-11-03"
    assert reading.rates == (
        DayRates(date(2026, 11, 2), {"USD": Decimal("1.1180"), "CNY": Decimal("7.44"), "TRY": Decimal("48.1")}),
        DayRates(date(2026, 11, 3), {"USD": Decimal("1.12"), "CNY": Decimal("7.45")}),
    )
    assert (reading.quotes, reading.listings, reading.skipped) == ((), (), ())


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param((HEADER[:-1], "2026-11-02,1.1,7.4,48"), id="no comma at the end"),
        pytest.param(("Date, USD, CNY, TRY, ", "2026-11-02, 1.1, 7.4, 48, "), id="blanks, as in the file of one day"),
        pytest.param((HEADER, "2026-11-02,1.1,7.4,48,", "", ""), id="empty lines at the end"),
        pytest.param((f"\ufeff{HEADER}", "2026-11-02,1.1,7.4,48,"), id="a byte order mark"),
    ],
)
def test_small_differences_are_none(lines: tuple[str, ...]) -> None:
    assert adapt(ecb(*lines)).rates == adapt(ecb(HEADER, "2026-11-02,1.1,7.4,48,")).rates


def zipped(files: dict[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packed) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return made.getvalue()


GOOD = ecb(HEADER, "2026-11-02,1.1,7.4,48,")


def encrypted(payload: bytes) -> bytes:
    """The same with the flag of a password set in both headers."""
    marked = bytearray(payload)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        marked[marked.index(signature) + flags] |= 1
    return bytes(marked)


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        pytest.param(b"", "not a sound zip", id="empty"),
        pytest.param(b"<html>Service unavailable</html>", "it begins with '<html>", id="an error page"),
        pytest.param(b"Date,USD,\n2026-11-02,1.1,\n", "not a sound zip", id="a CSV that is not packed"),
        pytest.param(GOOD[:-30], "not a sound zip", id="truncated"),
        pytest.param(GOOD[:60] + GOOD[70:], "not a sound zip", id="a piece is missing"),
        pytest.param(encrypted(GOOD), "not a sound zip", id="with a password"),
        pytest.param(zipped({}), "expected one CSV", id="an empty zip"),
        pytest.param(zipped({"a.csv": b"", "b.csv": b""}), "expected one CSV", id="two files"),
        pytest.param(zipped({"a.csv": b"Date"}, zipfile.ZIP_LZMA), "expected one CSV", id="packed in a rare way"),
        pytest.param(zipped({"a.csv": b"0" * 20_000_001}), "larger than", id="a bomb"),
        pytest.param(zipped({"a.csv": b"0" * 20_000_000}), "field larger|the columns", id="one huge cell"),
        pytest.param(zipped({"a.csv": b"Date,USD\n\xff"}), "not UTF-8", id="not UTF-8"),
        pytest.param(zipped({"a.csv": b""}), "expected the columns", id="an empty CSV"),
        pytest.param(ecb("<html><body>"), "expected the columns", id="an error page in the zip"),
        pytest.param(ecb("Date,USD,usd"), "expected the columns", id="small letters"),
        pytest.param(ecb("Date,USD,USD"), "expected the columns", id="a currency twice"),
        pytest.param(ecb("Day,USD"), "expected the columns", id="another first column"),
        pytest.param(ecb(HEADER), "there is no rate", id="no day"),
        pytest.param(ecb(HEADER, "2026-11-02,1.1,7.4,48,", "2026-11-02,1.1,7.4,48,"), "twice", id="a day twice"),
        pytest.param(ecb(HEADER, "2 November 2026,1.1,7.4,48,"), "is no day", id="another way to write a day"),
        pytest.param(ecb(HEADER, "2026-02-30,1.1,7.4,48,"), "is no day", id="a day that never was"),
        pytest.param(ecb(HEADER, "2026-11-02,1.1,7.4,"), "expected 3 rates", id="a cell is missing"),
        pytest.param(ecb(HEADER, "2026-11-02,1.1,7.4,48,1,"), "expected 3 rates", id="a cell too many"),
        pytest.param(ecb(HEADER, '2026-11-02,"1.1,7.4,48,'), "cannot be read", id="a quote that never ends"),
        *(
            pytest.param(ecb(HEADER, f"2026-11-02,{cell},7.4,48,"), "2026-11-02, USD: .* is not a rate", id=f"{cell!r}")
            for cell in ("0", "0.000", "-1.1", "NaN", "inf", "1e3", "1;1", "１.１", "1" * 10, "0x1", "1_0")
        ),
    ],
)
def test_what_is_refused(payload: bytes, said: str) -> None:
    with pytest.raises(FeedRefused, match=said):
        adapt(payload)


@given(st.data())
def test_a_spoiled_payload_is_refused_or_says_the_same(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD) - 1))
    spoiled = GOOD[:at] + data.draw(st.binary(max_size=4)) + GOOD[at + data.draw(st.integers(0, 8)) :]
    with suppress(FeedRefused):
        assert adapt(spoiled).rates == adapt(GOOD).rates


@given(st.lists(st.text('0123456789-.,NA/"\n USD', max_size=40), max_size=5))
def test_any_text_is_read_or_refused(lines: list[str]) -> None:
    with suppress(FeedRefused):
        assert adapt(ecb(HEADER, *lines)).rates


# --- what comes of it ------------------------------------------------------------------------------------------------


def held(*rows: str) -> Snapshot:
    """USD and CNY are kept, TRY is not."""
    kept = "currency,name,symbol,decimals,source\n" + "".join(f"{code},{code},{code},2,s\n" for code in ("USD", "CNY"))
    return Snapshot(Path(), 0, {CURRENCIES: kept, RATES: "\n".join(["date,currency,per_eur", *rows]) + "\n"})


FRIDAY = ("2026-10-30,CNY,7.4326", "2026-10-30,USD,1.1172")
BEFORE = held("2026-10-29,CNY,7.4", "2026-10-29,USD,1.1", *FRIDAY)
KNOWN = ("2026-10-30,1.1172,7.4326,48,", "2026-10-29,1.1000,7.4,48,")


def updated(*lines: str, before: Snapshot = BEFORE) -> Update:
    return update(before, adapt(ecb(HEADER, *lines)).rates, TODAY)


def added(new: Update) -> list[str]:
    return [f"{row.date},{row.currency},{row.per_eur}" for row in new.added]


def test_only_later_days_are_added_and_only_currencies_that_are_kept() -> None:
    new = updated("2026-11-03,1.12,7.45,48,", "2026-11-02,1.1180,7.44,48,", *KNOWN, "2026-10-28,1.1,7.4,48,")
    rows = ["2026-11-02,CNY,7.44", "2026-11-02,USD,1.1180", "2026-11-03,CNY,7.45", "2026-11-03,USD,1.12"]
    assert (new.confirmed, added(new), new.problem) == (4, rows, "")
    (text,) = new.files(BEFORE).values()
    assert text == BEFORE.text(RATES) + "\n".join(rows) + "\n"


def test_the_base_gets_no_rows() -> None:
    before = BEFORE.with_files({CURRENCIES: BEFORE.text(CURRENCIES) + "EUR,Euro,€,2,s\n"})
    lines = ("Date,USD,CNY,EUR,", "2026-11-02,1.1180,7.44,2,", "2026-10-30,1.1172,7.4326,1,")
    assert added(update(before, adapt(ecb(*lines)).rates, TODAY)) == ["2026-11-02,CNY,7.44", "2026-11-02,USD,1.1180"]


def test_nothing_new_leaves_the_file_alone() -> None:
    new = updated(*KNOWN)
    assert (new.confirmed, new.added, new.files(BEFORE)) == (4, (), {})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param("2026-10-29,1.1001,7.4,48,", "1 past rate is .* USD of 2026-10-29: 1.1 .*, 1.1001", id="changed"),
        pytest.param("2026-10-29,1.1,N/A,48,", "CNY of 2026-10-29: 7.4 on record, none in", id="taken back"),
        pytest.param("2026-10-28,1.1,7.4,48,", "2 past rates are .* USD of 2026-10-29", id="a day is gone"),
    ],
)
def test_a_past_rate_that_differs_is_told_not_taken(line: str, said: str) -> None:
    new = updated("2026-11-02,1.1180,7.44,48,", KNOWN[0], line)
    assert added(new) == ["2026-11-02,CNY,7.44", "2026-11-02,USD,1.1180"]
    assert re.search(said, new.problem)
    assert new.files(BEFORE)[RATES].startswith(BEFORE.text(RATES))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        pytest.param(["2026-11-02,2.2345,7.44,48,"], "USD: 2.2345 after 1.1172 .* 2×", id="more than twice"),
        pytest.param(["2026-11-02,1.1,3.7162,48,"], "CNY: 3.7162 after 7.4326 .* 2×", id="less than half"),
        pytest.param(["2026-11-03,1.1,7.4,48,", "2026-11-02,2.3,7.4,48,"], "2026-11-02, USD", id="for one day alone"),
        pytest.param(
            ["2026-11-03,1.1,15,48,", "2026-11-02,1.1,N/A,48,"], "CNY: 15 after 7.4326", id="after a day without"
        ),
        pytest.param(["2026-11-02,N/A,7.4,48,"], "2026-11-02 has no rate of USD", id="no dollar"),
        pytest.param(["2026-11-25,1.1,7.4,48,"], "2026-11-25 is a day to come", id="tomorrow"),
    ],
)
def test_implausible_days_refuse_the_feed(lines: list[str], said: str) -> None:
    with pytest.raises(FeedRefused, match=said):
        updated(*lines, *KNOWN)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("2026-11-02,2.2344,7.4,48,", id="twice"),
        pytest.param("2026-11-02,1.1,3.7163,48,", id="half"),
        pytest.param("2026-11-02,1.1,N/A,48,", id="one currency is missing"),
        pytest.param("2026-11-02,1.1,7.4,4800,", id="a currency that is not kept jumps"),
        pytest.param("2026-11-24,1.1,7.4,48,", id="today"),
    ],
)
def test_plausible_days_are_taken(line: str) -> None:
    assert updated(line, *KNOWN).added


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(KNOWN[1:], id="it ends before"),
        pytest.param(["2026-11-02,1.1,7.4,48,"], id="it begins after: days may be missing between"),
    ],
)
def test_a_feed_that_does_not_go_on_from_the_last_day_is_refused(lines: list[str]) -> None:
    with pytest.raises(FeedRefused, match="does not have 2026-10-30, the last day on record"):
        updated(*lines)


def test_a_table_without_rows_is_said() -> None:
    with pytest.raises(InputError, match=r"ecb\.csv has no row"):
        updated(*KNOWN, before=held())


def test_the_table_that_ships_goes_on() -> None:
    """All that is on record, published as it is there with one more day, is confirmed and goes on by that day."""
    ours = Snapshot(DATA, 0)
    days: dict[str, dict[str, str]] = {}
    for line in ours.text(RATES).splitlines()[1:]:
        on, code, per_eur = line.split(",")
        days.setdefault(on, {})[code] = per_eur
    last = max(days)
    codes = sorted(days[last])
    lines = [",".join([on, *(rates.get(code, "N/A") for code in codes), ""]) for on, rates in days.items()]
    tomorrow = date.max.isoformat()
    more = ",".join([tomorrow, *days[last].values(), ""])
    new = update(ours, adapt(ecb(",".join(["Date", *codes, ""]), more, *reversed(lines))).rates, date.max)
    assert (new.confirmed, len(new.added), new.problem) == (sum(map(len, days.values())), len(codes), "")
    after = published(ours.with_files(new.files(ours)))
    assert {each[-1].on for each in after.values()} == {date.max}
