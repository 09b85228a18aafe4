"""Typical tasks, load shapes and texts as workloads: whole requests, true rates, sourced figures."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.tokens import contents
from estimator.workload import (
    MONTH,
    Record,
    Workload,
    from_profile,
    from_template,
    from_text,
    profile,
    shapes,
    templates,
)
from estimator.workload.exports.remarks import families
from estimator.workload.shapes import HOURS_PER_WEEK, month_from, spread
from estimator.workload.template import defaults
from pricing import InputError, Usage
from pricing.facts import sources

SIZES = (0, 200_001)
START = datetime(2026, 12, 1, tzinfo=UTC)
TASKS = [
    "review-replies",
    "support-chat",
    "scheduling",
    "customer-intake",
    "inventory-analysis",
    "transcription-summary",
    "follow-ups",
    "document-questions",
    "invoice-extraction",
    "email-triage",
    "content",
    "coding-help",
    "sales-call-notes",
]


def chat(units: int | Fraction, start: datetime = START) -> Workload:
    return from_template(templates()["support-chat"], units, SIZES, start=start)


def test_the_tasks_are_there() -> None:
    assert list(templates()) == TASKS


@pytest.mark.parametrize("task", TASKS)
def test_every_task_is_sourced_and_makes_a_workload(task: str) -> None:
    template = templates()[task]
    assert template.source in sources()
    assert template.content in {"", *contents()}
    made = from_template(template, template.default_units_per_month, SIZES, start=START)
    assert made.low.usage.total_input_tokens < made.typical.usage.total_input_tokens
    assert made.typical.usage.total_input_tokens < made.high.usage.total_input_tokens
    assert made.low.requests == made.typical.requests == made.high.requests == int(made.requests_per_month)
    assert all(a.status in {"measured", "published", "guess", "user"} for a in made.assumptions)
    assert {a.source for a in made.assumptions} <= {"", *sources()}


def test_every_other_row_is_sourced() -> None:
    named = {row.source for rows in (shapes().values(), defaults().values(), families()) for row in rows}
    assert named <= sources().keys()


def test_a_conversation_is_several_calls() -> None:
    made = chat(1000)  # 5 calls of 1,800 tokens in and 240 out.
    assert made.requests_per_month == 5000
    assert made.typical.usage == Usage(9_000_000, output_tokens=1_200_000)
    assert (made.typical.starts, made.typical.ends) == (START, datetime(2027, 1, 1, tzinfo=UTC))
    assert made.tokenizer == made.typical.tokenizer == "o200k"


def test_the_same_call_makes_the_same_workload() -> None:
    assert chat(777) == chat(777)


@pytest.mark.parametrize(
    ("units", "requests"),
    [
        pytest.param(Fraction(1, 100), 1, id="less than one request is one"),
        pytest.param(Fraction(1, 5), 1, id="one request"),
        pytest.param(Fraction(2, 5), 2, id="two"),
        pytest.param(Fraction(1, 2), 2, id="the rest of a request is left to the rate"),
    ],
)
def test_the_rate_stays_true_where_requests_are_whole(units: Fraction, requests: int) -> None:
    made = chat(units)
    assert made.typical.requests == requests
    assert made.requests_per_month == units * 5


@pytest.mark.parametrize(
    ("units", "start", "message"),
    [
        pytest.param(0, START, "more than 0", id="nothing"),
        pytest.param(-1, START, "more than 0", id="negative"),
        pytest.param(10**16, START, "10\\^18", id="absurd"),
        pytest.param(1, START.replace(tzinfo=None), "no time zone", id="naive"),
    ],
)
def test_units_that_cannot_be(units: int, start: datetime, message: str) -> None:
    with pytest.raises(InputError, match=message):
        chat(units, start)


@pytest.mark.parametrize("name", ["office", "consumer", "flat", "night"])
def test_a_shape_has_a_week_of_mean_1(name: str) -> None:
    rates = shapes()[name].rates
    assert len(rates) == HOURS_PER_WEEK
    assert float(sum(rates) / HOURS_PER_WEEK) == pytest.approx(1, abs=0.002)


@given(st.integers(1, 10**7), st.sampled_from(["office", "consumer", "flat", "night"]))
def test_spreading_loses_no_request(requests: int, name: str) -> None:
    hours = list(spread(requests, shapes()[name], START))
    assert sum(n for _, n in hours) == requests
    assert all(n > 0 and START <= hour < START + timedelta(days=31) for hour, n in hours)


def test_a_flat_month_has_the_same_requests_every_hour() -> None:
    assert {n for _, n in spread(31 * 24 * 3, shapes()["flat"], START)} == {3}


def test_night_work_keeps_to_the_night_of_its_time_zone() -> None:
    zone = ZoneInfo("America/New_York")
    start = datetime(2026, 10, 20, tzinfo=zone)  # The clocks go back on 1 November.
    local = {hour.astimezone(zone).hour for hour, _ in spread(10_000, shapes()["night"], start)}
    assert local == {20, 21, 22, 23, 0, 1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param((2026, 12, 1), (2027, 1, 1), id="over the year"),
        pytest.param((2027, 1, 31), (2027, 2, 28), id="into a shorter month"),
        pytest.param((2028, 1, 31), (2028, 2, 29), id="leap year"),
        pytest.param((2027, 2, 15), (2027, 3, 15), id="inside"),
    ],
)
def test_a_month_ahead(start: tuple[int, int, int], end: tuple[int, int, int]) -> None:
    assert month_from(datetime(*start, tzinfo=UTC)) == datetime(*end, tzinfo=UTC)


def test_units_a_day_become_units_a_month() -> None:
    assert templates()["email-triage"].default_units_per_month == 40 * Fraction(487, 16)  # 30.4375 days.


RECORDED = profile(
    [Record(START, Usage(10, output_tokens=1)), Record(START + MONTH / 2, Usage(10, output_tokens=1))],
    SIZES,
    tokenizers=["gemini"],
    notes=["As it was."],
)


def test_a_profile_has_its_own_rate() -> None:
    made = from_profile(RECORDED, "Log")
    assert made.low is made.typical is made.high is RECORDED
    assert made.requests_per_month == 4
    assert (made.tokenizer, made.repeated_share) == ("gemini", None)
    assert "As it was." in {a.text for a in made.assumptions}


def test_a_profile_may_be_given_a_rate() -> None:
    made = from_profile(RECORDED, "Log", 7)
    assert made.requests_per_month == 7
    assert made.assumptions[0].status == "user"
    with pytest.raises(InputError, match="more than 0"):
        from_profile(RECORDED, "Log", 0)
    with pytest.raises(InputError, match="at most 1,000,000,000,000,000 requests"):
        from_profile(RECORDED, "Log", 10**15 + 1)
    assert from_profile(RECORDED, "Log", 10**15).requests_per_month == 10**15


def test_a_text_is_counted_and_forgotten() -> None:
    made = from_text("hello world", "Greeting", 100, SIZES, start=START)
    # "hello world" is 2 tokens of o200k, its role 1; 3 stand around a message and 3 begin the answer.
    assert made.typical.usage == Usage(100 * 9, output_tokens=100 * 211)
    assert [p.usage.output_tokens // 100 for p in (made.low, made.typical, made.high)] == [129, 211, 424]
    assert "hello" not in repr(made)


def test_a_text_with_answers_of_known_size() -> None:
    made = from_text("hello world", "Greeting", 1, SIZES, output_tokens=(1, 2, 3), start=START)
    assert made.high.usage.output_tokens == 3
    with pytest.raises(InputError, match="rise from low to high"):
        from_text("hello", "Greeting", 1, SIZES, output_tokens=(3, 2, 1), start=START)


@given(st.sampled_from(TASKS), st.integers(1, 10**6), st.integers(0, 59))
def test_a_month_is_the_profile_of_its_requests(task: str, units: int, minute: int) -> None:
    start = START.replace(minute=minute)
    made = from_template(templates()[task], units, SIZES, start=start).high
    records = [Record(cell.start, cell.usage, cell.requests) for cell in made.cells]
    found = profile(records, SIZES, tokenizers=made.tokenizers)
    assert replace(found, starts=made.starts, ends=made.ends) == made
