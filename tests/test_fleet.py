"""From requests of each hour to replicas."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.selfhost.architecture import find_architecture
from estimator.selfhost.deployment import Deployment
from estimator.selfhost.device import find_device
from estimator.selfhost.fleet import (
    HOURS_PER_MONTH,
    HOURS_PER_WEEK,
    Fleet,
    Replica,
    Targets,
    arrivals_per_s,
    fleet,
    hopeless_share,
    late_share,
    prompt_spread,
    replicas_needed,
    replicas_of,
    serve,
    service_facts,
    slow_share,
    usual_targets,
    wait_probability,
)
from estimator.selfhost.ownership import to_usd
from estimator.selfhost.throughput import steady
from estimator.workload import Profile, Record, profile
from pricing import InputError, Usage
from pricing.facts import sources

START = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday
PATIENT = Targets(ttft_s=5, tpot_ms=50, share=0.95, burst=1)
ONE = Replica(gpus=8, places=4, stay_s=10, prefill_s=0, first_s=0.1)


def profile_of(*requests_by_hour: int, start: datetime = START) -> Profile:
    """Requests of 1,000 tokens in and 100 out, at the beginning of each hour."""
    usage = Usage(uncached_input_tokens=1000, output_tokens=100)
    return profile(
        (Record(start + timedelta(hours=h), usage) for h, n in enumerate(requests_by_hour) for _ in range(n)), (0,)
    )


def erlang_c(places: int, in_flight: float) -> float:
    """By the sums of the textbook."""
    terms = [in_flight**k / math.factorial(k) for k in range(places)]
    last = in_flight**places / math.factorial(places) * places / (places - in_flight)
    return last / (sum(terms) + last)


@pytest.mark.parametrize(
    ("places", "in_flight"),
    [(1, 0.5), (2, 1.0), (4, 2.0), (4, 3.9), (10, 8.0), (60, 50.0)],
    ids=lambda v: f"{v:g}",
)
def test_erlangs_c(places: int, in_flight: float) -> None:
    assert wait_probability(places, in_flight) == pytest.approx(erlang_c(places, in_flight), rel=1e-9)


@pytest.mark.parametrize(
    ("places", "in_flight", "waits"),
    [
        pytest.param(1, 0.5, 0.5, id="one place: as often as it is taken"),
        pytest.param(3, 0, 0, id="nobody comes"),
        pytest.param(3, 3, 1, id="just full"),
        pytest.param(3, 2.999999, 1, id="nearly full"),
        pytest.param(2000, 1900, 0.0142, id="many places: the square root is enough"),
    ],
)
def test_who_waits(places: float, in_flight: float, waits: float) -> None:
    assert wait_probability(places, in_flight) == pytest.approx(waits, abs=2e-3)


def test_late_for_want_of_a_place_by_hand() -> None:
    # M/M/1: half of the requests wait, and of those exp(−(1 − ½) · 4.9 / 10) longer than the patience.
    alone = replace(ONE, places=1)
    assert late_share(0.05, 1, alone, PATIENT) == pytest.approx(0.5 * math.exp(-0.5 * 4.9 / 10))


def test_late_behind_other_prompts_by_hand() -> None:
    # M/D/1 with half the time spent reading: mean wait of those who wait 1 · ½ / (1 − ½) = 1 s.
    reader = Replica(gpus=1, places=1000, stay_s=1, prefill_s=1, first_s=1)
    assert late_share(0.5, 1, reader, PATIENT) == pytest.approx(0.5 * math.exp(-4 / 1), rel=1e-6)


@pytest.mark.parametrize(
    ("rate", "replicas"), [(0, 0), (1e-9, 1), (0.15, 1), (0.3, 2), (0.5, 2), (8, 22)], ids=lambda v: f"{v:g}"
)
def test_the_fewest_replicas_that_keep_the_promise(rate: float, replicas: int) -> None:
    found = replicas_needed(rate, ONE, PATIENT)
    assert found == replicas
    if found:
        assert late_share(rate, found, ONE, PATIENT) <= 0.05
    if found > 1:
        assert late_share(rate, found - 1, ONE, PATIENT) > 0.05


def test_a_busy_minute_is_what_counts() -> None:
    assert replicas_needed(1, ONE, replace(PATIENT, burst=3)) == replicas_needed(3, ONE, PATIENT)


def test_unlike_prompts_slow_more_answers() -> None:
    reader = Replica(gpus=1, places=10, stay_s=2, prefill_s=1, first_s=1)
    alike, unlike = (slow_share(5, 1, replace(reader, prompt_spread=spread), PATIENT) for spread in (0, 1))
    # A Poisson number of 10 prompts in a stay, against 10 places and 4 of patience.
    assert alike == pytest.approx(1 - sum(math.exp(-10) * 10**k / math.factorial(k) for k in range(15)))
    assert unlike > alike


def test_always_on_keeps_the_peak() -> None:
    found = fleet((0.4, 0, 1.2), ONE, PATIENT)
    needed = replicas_needed(1.2, ONE, PATIENT)
    assert found.replicas_by_hour == (needed,) * 3
    assert found.peak_gpus == 8 * needed
    assert found.utilisation == pytest.approx((4 + 0 + 12) / (3 * needed * 4))
    assert found.gpu_hours_per_month == pytest.approx(8 * needed * 730.5)


def test_hourly_keeps_what_each_hour_needs() -> None:
    found = fleet((0.4, 0, 1.2), ONE, PATIENT, hourly=True)
    assert found.replicas_by_hour == tuple(replicas_needed(rate, ONE, PATIENT) for rate in (0.4, 0, 1.2))
    assert found.replicas_by_hour[1] == 0


def test_no_requests_are_an_error() -> None:
    with pytest.raises(InputError, match="no requests come"):
        fleet((0, 0), ONE, PATIENT)


def test_a_promise_that_nobody_can_keep_is_an_error() -> None:
    with pytest.raises(InputError, match=r"after 5\.1 s even where nothing else waits, later than the 5 s promised"):
        fleet((1,), replace(ONE, first_s=5.1), PATIENT)


def test_deepseeks_published_day() -> None:
    """DeepSeek-V3/R1 inference system overview, 1 March 2025: 226.75 nodes of 278 at the peak, 87,072 USD a day."""
    hours = (*[278] * 10, *[190] * 13, 192)  # The hours are published as a picture only: any with this mean and peak.
    day = Fleet(hours, gpus_per_replica=8, utilisation=1)
    assert sum(hours) / 24 == 226.75
    assert day.peak_replicas == 278
    gpu_hours = day.gpu_hours_per_month / HOURS_PER_MONTH * 24
    assert to_usd(gpu_hours, Decimal(2)) == 87_072
    # 608 billion tokens in and 168 billion out, at 73,700 and 14,800 a second and node.
    nodes = 608e9 / 86_400 / 73_700 + 168e9 / 86_400 / 14_800
    assert nodes == pytest.approx(226.75, rel=0.002)


def test_arrivals_keep_the_shape_and_the_rate_of_the_month() -> None:
    arrivals = arrivals_per_s(profile_of(10, 0, 30), Fraction(73_050))
    assert arrivals[1] == 0
    assert arrivals[2] == pytest.approx(3 * arrivals[0])
    monthly = sum(arrivals) / len(arrivals) * 3600 * HOURS_PER_MONTH
    assert monthly == pytest.approx(73_050)


def test_idle_hours_after_the_last_request_count() -> None:
    quiet = replace(profile_of(10), ends=START + timedelta(hours=24))
    assert len(arrivals_per_s(quiet, Fraction(1000))) == 24


@pytest.mark.parametrize(
    ("hours", "length"), [pytest.param(168, 168, id="a week"), pytest.param(169, HOURS_PER_WEEK, id="an hour more")]
)
def test_more_than_a_week_is_folded(hours: int, length: int) -> None:
    counts = [1] * (hours - 1) + [3]
    assert len(arrivals_per_s(profile_of(*counts), Fraction(1000))) == length


def test_a_folded_week_begins_on_monday_and_takes_the_mean_of_like_hours() -> None:
    # Two weeks from Monday 09:00: 1 request an hour, and 5 and 7 at the two Tuesdays' noon.
    counts = [1] * 336
    counts[27], counts[27 + 168] = 5, 7
    arrivals = arrivals_per_s(profile_of(*counts), Fraction(1000))
    assert arrivals.index(max(arrivals)) == 36
    assert max(arrivals) == pytest.approx(6 * min(arrivals))
    assert sum(arrivals) / 168 * 3600 * HOURS_PER_MONTH == pytest.approx(1000)


def test_equal_prompts_have_no_spread() -> None:
    assert prompt_spread(profile_of(10)) == pytest.approx(0)


def test_spread_of_prompts_by_hand() -> None:
    # 1,000 and 3,000 tokens: mean 2,000, variance a million.
    records = [Record(START, Usage(uncached_input_tokens=n, output_tokens=1)) for n in (1000, 3000)]
    assert prompt_spread(profile(records, (0,))) == pytest.approx(0.25, rel=0.03)


def test_prompts_that_nobody_reads_in_time() -> None:
    # Eight short prompts, one of half the model's context and one beyond it.
    deployment = Deployment(find_architecture("llama-3.1-8b"), find_device("h100"), 1)
    sizes = [1000] * 8 + [65_000, 200_000]
    made = profile([Record(START, Usage(uncached_input_tokens=n, output_tokens=1)) for n in sizes], (0,))
    assert hopeless_share(deployment, made, 1) == pytest.approx(0.2, abs=0.02)
    assert hopeless_share(deployment, made, 1000) == pytest.approx(0.1, abs=0.02)
    assert hopeless_share(deployment, profile_of(10), 5) == 0
    assert hopeless_share(deployment, profile_of(10), 1e-6) == 1


@pytest.mark.parametrize("target_ms", [12, 30, 50, 200])
def test_serve_takes_the_most_that_meets_the_target(target_ms: float) -> None:
    deployment = Deployment(find_architecture("llama-3.1-8b"), find_device("h100"), 1)
    best = serve(deployment, 1000, 200, target_ms)
    more = steady(deployment, 1000, 200, best.concurrency + 1)
    assert best.tpot_ms is not None
    assert more.tpot_ms is not None
    assert best.tpot_ms.typical <= target_ms
    assert more.tpot_ms.typical > target_ms or more.concurrency == best.concurrency


def test_a_target_out_of_reach_is_an_error() -> None:
    deployment = Deployment(find_architecture("llama-3.1-70b"), find_device("h100"), 4)
    with pytest.raises(InputError, match="one request alone, above the target of 1 ms"):
        serve(deployment, 1000, 200, 1)


def test_a_replica_stays_to_its_first_token_and_then_each_other() -> None:
    deployment = Deployment(find_architecture("llama-3.1-8b"), find_device("h100"), 1)
    served = serve(deployment, 1000, 201, 50)
    fast, typical, slow = replicas_of(deployment, served, 1000, 201, 0.5)
    assert served.tpot_ms is not None
    assert typical.stay_s == pytest.approx(typical.first_s + 200 * served.tpot_ms.typical / 1e3)
    assert fast.stay_s < typical.stay_s < slow.stay_s
    assert fast.prefill_s < typical.prefill_s < slow.prefill_s < slow.first_s
    assert {one.places for one in (fast, typical, slow)} == {served.concurrency}


def test_usual_promises_have_their_sources() -> None:
    usual = usual_targets()
    assert (usual.ttft_s, usual.tpot_ms, usual.share) == (5, 50, 0.95)
    assert {fact.source for fact in service_facts().values()} <= sources().keys()
    assert all(fact.low <= fact.typical <= fact.high for fact in service_facts().values())


RATES = st.lists(st.floats(0.001, 1000), min_size=1, max_size=24)
REPLICAS = st.builds(
    Replica,
    gpus=st.just(8),
    places=st.integers(1, 512),
    stay_s=st.floats(0.1, 600),
    prefill_s=st.floats(0, 2),
    first_s=st.floats(0.01, 4.9),
    prompt_spread=st.floats(0, 4),
)


@given(st.floats(0.001, 1000), st.floats(1, 10), REPLICAS)
def test_more_requests_never_need_fewer_replicas(rate: float, more: float, one: Replica) -> None:
    assert replicas_needed(rate * more, one, PATIENT) >= replicas_needed(rate, one, PATIENT)


@given(st.floats(0.001, 1000), REPLICAS)
def test_a_stricter_promise_never_needs_fewer(rate: float, one: Replica) -> None:
    usual = replicas_needed(rate, one, PATIENT)
    assert replicas_needed(rate, one, replace(PATIENT, share=0.99)) >= usual
    assert replicas_needed(rate, one, replace(PATIENT, ttft_s=10)) <= usual


@given(RATES, REPLICAS)
def test_utilisation_is_a_share_and_hourly_never_needs_more(rates: list[float], one: Replica) -> None:
    always, hourly = (fleet(tuple(rates), one, PATIENT, hourly=h) for h in (False, True))
    assert 0 < always.utilisation <= hourly.utilisation * (1 + 1e-9) <= 1 + 1e-6
    assert hourly.gpu_hours_per_month <= always.gpu_hours_per_month * (1 + 1e-12)
    assert all(n * one.places >= rate * one.stay_s for n, rate in zip(hourly.replicas_by_hour, rates, strict=True))
