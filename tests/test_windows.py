"""Hours of the week: edges, weekdays, time zones and holidays."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pricing import catalog
from pricing.windows import Window

PEAK = {"id": "peak", "timezone": "UTC", "weekdays": "12345", "hours": "01:00-04:00 06:00-10:00", "source": "s"}


def window(**fields: str) -> Window:
    return Window.model_validate(PEAK | fields)


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        pytest.param("2026-11-23T00:59:59Z", False, id="a second before the start"),
        pytest.param("2026-11-23T01:00:00Z", True, id="the start belongs to it"),
        pytest.param("2026-11-23T03:59:59Z", True, id="a second before the end"),
        pytest.param("2026-11-23T04:00:00Z", False, id="the end does not"),
        pytest.param("2026-11-23T05:00:00Z", False, id="between the spans"),
        pytest.param("2026-11-23T06:00:00Z", True, id="the second span"),
        pytest.param("2026-11-23T10:00:00Z", False, id="after both"),
        pytest.param("2026-11-22T02:00:00Z", False, id="Sunday"),
        pytest.param("2026-11-27T02:00:00Z", True, id="Friday"),
        pytest.param("2026-11-28T02:00:00Z", False, id="Saturday"),
        pytest.param("2026-11-23T10:00:00+08:00", True, id="another clock, the same instant"),
    ],
)
def test_spans_are_half_open_on_their_weekdays(when: str, is_open: bool) -> None:
    assert window().is_open(datetime.fromisoformat(when)) is is_open


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        pytest.param("2026-09-25", False, id="Mid-Autumn, a Friday"),
        pytest.param("2026-09-30", True, id="the day before National Day"),
        pytest.param("2026-10-01", False, id="National Day, a Thursday"),
        pytest.param("2026-10-06", False, id="a day off in exchange for a worked Sunday"),
        pytest.param("2026-10-07", False, id="a day off in exchange for a worked Saturday"),
        pytest.param("2026-10-08", True, id="the day after the break"),
        pytest.param("2026-10-10", False, id="a worked Saturday stays a Saturday"),
    ],
)
def test_chinese_holidays_of_2026_are_off_peak(day: str, is_open: bool) -> None:
    peak = window(not_on_holidays_of="CN")
    assert peak.is_open(datetime.fromisoformat(f"{day}T02:00:00Z")) is is_open


def test_weekdays_and_hours_are_local() -> None:
    beijing = window(timezone="Asia/Shanghai", weekdays="1", hours="00:00-08:00")
    assert beijing.is_open(datetime.fromisoformat("2026-11-22T16:00:00Z"))  # Sunday in UTC, Monday in Beijing
    assert not beijing.is_open(datetime.fromisoformat("2026-11-23T16:00:00Z"))


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        pytest.param("2025-06-01T16:29:59Z", False, id="before the night"),
        pytest.param("2025-06-01T16:30:00Z", True, id="the night begins on a half hour"),
        pytest.param("2025-06-01T23:59:59Z", True, id="up to midnight"),
        pytest.param("2025-06-02T00:29:59Z", True, id="and past it"),
        pytest.param("2025-06-02T00:30:00Z", False, id="until half past"),
    ],
)
def test_the_night_discount_of_2025(when: str, is_open: bool) -> None:
    assert catalog().windows["deepseek-night-2025"].is_open(datetime.fromisoformat(when)) is is_open


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"weekdays": ""}, id="no weekday"),
        pytest.param({"weekdays": "18"}, id="an eighth day"),
        pytest.param({"hours": ""}, id="no hours"),
        pytest.param({"hours": "04:00-01:00"}, id="upside down"),
        pytest.param({"hours": "01:00-25:00"}, id="a 25th hour"),
        pytest.param({"hours": "morning"}, id="words"),
        pytest.param({"timezone": "Mars/Olympus"}, id="no such zone"),
        pytest.param({"not_on_holidays_of": "XX"}, id="no such calendar"),
    ],
)
def test_a_window_that_cannot_be_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        window(**fields)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))  # noqa: DTZ001
def test_a_window_changes_on_half_hours_only(naive: datetime) -> None:
    when = datetime.fromisoformat(f"{naive.isoformat()}Z")
    slot = when.replace(minute=when.minute - when.minute % 30, second=0, microsecond=0)
    for each in catalog().windows.values():
        assert each.is_open(when) is each.is_open(slot)
