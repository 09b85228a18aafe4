"""What is behind a range, and from which volume on one more replica is needed: worked out by hand, and by its laws."""

from decimal import Decimal
from functools import cache

import pytest

from estimator.decision import Scenario, compare
from estimator.decision.levels import levels
from estimator.selfhost import Plan, plan
from estimator.selfhost.fleet import keeps_promise, replicas_needed
from estimator.workload import Workload
from pricing import Usage, catalog
from tests.made_up import AT, PLAIN, model, rule, sold, work

CHAT = Usage(uncached_input_tokens=2000, output_tokens=300)
TIERS = (rule("input", "2"), rule("input", "4", min_input_tokens=3000), rule("output", "10"))


@cache
def chats() -> Workload:
    return work(CHAT, requests_per_month=1_000_000, sizes=catalog().sizes)


@cache
def hosted() -> Plan:
    return plan("gpt-oss-120b", "h100", chats())


def test_parts_hold_the_month_of_each_level() -> None:
    known = sold(model(*PLAIN))
    made = compare(work(CHAT), known, Scenario(AT))
    found = levels(made, known)[0]
    # 1,000 requests a month of 2,000 tokens in and 300 out, the same at all levels.
    assert {part.item: part.quantities for part in found.parts} == {
        "input": (Decimal(2_000_000),) * 3,
        "output": (Decimal(300_000),) * 3,
    }
    option = made.options[0]
    for level, usd in enumerate((option.low_usd, option.usd, option.high_usd)):
        assert sum(part.quantities[level] * part.rule.typical / part.rule.per for part in found.parts) == usd


def test_room_ends_where_a_tier_begins() -> None:
    known = sold(model(*TIERS))
    least, most = levels(compare(work(CHAT, sizes=(0, 3001)), known, Scenario(AT)), known)[0].room
    assert least == 0
    assert most == pytest.approx(3001 / 2000)


def test_without_tiers_there_is_room_without_end() -> None:
    known = sold(model(*PLAIN))
    assert levels(compare(work(CHAT), known, Scenario(AT)), known)[0].room == (0, float("inf"))


@pytest.mark.parametrize("level", range(3))
def test_steps_are_where_the_engine_adds_a_replica(level: int) -> None:
    each, starts = hosted().levels[level], hosted().steps(200)[level]
    peak = max(each.asked.arrivals)
    assert len(starts) > 2
    assert starts[0] == 0
    for copies, start in enumerate(starts[1:], 1):
        assert replicas_needed(start * peak * (1 - 1e-9), each.replica, each.targets) == copies
        assert replicas_needed(start * peak * (1 + 1e-9), each.replica, each.targets) == copies + 1
        assert keeps_promise(start * peak, copies, each.replica, each.targets)


@pytest.mark.parametrize("level", range(3))
def test_steps_reach_as_far_as_asked(level: int) -> None:
    fleet = hosted().at_volume(30).fleets[level]
    assert len(hosted().steps(30)[level]) == fleet.peak_replicas


def test_lines_follow_what_they_say() -> None:
    twice = hosted().at_volume(2)
    grown = {
        "replicas": twice.fleet.peak_replicas / hosted().fleet.peak_replicas,
        "requests": 2,
        "nothing": 1,
    }
    for before, after in zip(hosted().lines, twice.lines, strict=True):
        assert float(after.quantity) == pytest.approx(float(before.quantity) * grown[before.follows])
        for quantity, rate, usd in (
            (before.low_quantity, before.low_rate_usd, before.low_usd),
            (before.high_quantity, before.high_rate_usd, before.high_usd),
        ):
            assert quantity * rate == pytest.approx(usd)
