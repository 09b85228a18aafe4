"""From requests of each hour to replicas."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.selfhost.architecture import find_architecture
from estimator.selfhost.deployment import Deployment
from estimator.selfhost.device import find_device
from estimator.selfhost.fleet import (
    HOURS_PER_MONTH,
    arrivals_per_s,
    fleet,
    replicas_needed,
    residence_s,
    serve,
)
from estimator.selfhost.throughput import Range, Throughput, decode, steady
from estimator.workload import Profile, Record, profile
from pricing import InputError, Usage

START = datetime(2026, 11, 2, 9, tzinfo=UTC)


def profile_of(*requests_by_hour: int) -> Profile:
    """Requests of 1,000 tokens in and 100 out, at the beginning of each hour."""
    usage = Usage(uncached_input_tokens=1000, output_tokens=100)
    return profile(
        (Record(START + timedelta(hours=h), usage) for h, n in enumerate(requests_by_hour) for _ in range(n)), (0,)
    )


@pytest.mark.parametrize(
    ("arrival_per_s", "stay_s", "places", "replicas"),
    [
        pytest.param(0, 10, 4, 0, id="nobody comes"),
        pytest.param(0.0001, 10, 4, 1, id="one request needs a replica"),
        pytest.param(0.4, 10, 4, 1, id="four in flight fill four places"),
        pytest.param(0.41, 10, 4, 2, id="one more than fits"),
        pytest.param(8, 30, 64, 4, id="240 in flight over 64 places"),
    ],
)
def test_littles_law(arrival_per_s: float, stay_s: float, places: float, replicas: int) -> None:
    assert replicas_needed(arrival_per_s, stay_s, places) == replicas


def test_always_on_keeps_the_peak() -> None:
    found = fleet((0.4, 0, 1.2), 10, 4, gpus=8)
    assert found.replicas_by_hour == (3, 3, 3)
    assert found.peak_gpus == 24
    assert found.utilisation == pytest.approx((4 + 0 + 12) / (9 * 4))
    assert found.gpu_hours_per_month == pytest.approx(24 * 730.5)


def test_hourly_keeps_what_each_hour_needs() -> None:
    found = fleet((0.4, 0, 1.2), 10, 4, gpus=8, hourly=True)
    assert found.replicas_by_hour == (1, 0, 3)
    assert found.peak_gpus == 24
    assert found.utilisation == pytest.approx(1)
    assert found.gpu_hours_per_month == pytest.approx(4 / 3 * 8 * 730.5)


def test_no_requests_are_an_error() -> None:
    with pytest.raises(InputError, match="no requests come"):
        fleet((0, 0), 10, 4, gpus=1)


def test_arrivals_keep_the_shape_and_the_rate_of_the_month() -> None:
    arrivals = arrivals_per_s(profile_of(10, 0, 30), Fraction(73_050))
    assert arrivals[1] == 0
    assert arrivals[2] == pytest.approx(3 * arrivals[0])
    monthly = sum(arrivals) / len(arrivals) * 3600 * HOURS_PER_MONTH
    assert monthly == pytest.approx(73_050)


def test_idle_hours_after_the_last_request_count() -> None:
    quiet = replace(profile_of(10), ends=START + timedelta(hours=24))
    assert len(arrivals_per_s(quiet, Fraction(1000))) == 24


def test_residence_is_first_token_and_then_each_other() -> None:
    found = Throughput(1, ttft_ms=Range(100, 200, 300), tpot_ms=Range(10, 20, 30))
    stays = residence_s(found, 101)
    assert (stays.low, stays.typical, stays.high) == pytest.approx((1.1, 2.2, 3.3))


def test_a_phase_on_its_own_serves_nobody() -> None:
    deployment = Deployment(find_architecture("llama-3.1-8b"), find_device("h100"), 1)
    with pytest.raises(InputError, match="steady serving"):
        residence_s(decode(deployment, 1000, 1), 100)


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


RATES = st.lists(st.floats(0.001, 1000), min_size=1, max_size=48)


@given(RATES, st.floats(1, 10), st.floats(0.1, 600), st.integers(1, 512))
def test_more_requests_never_need_fewer_replicas(rates: list[float], more: float, stay: float, places: int) -> None:
    few = fleet(tuple(rates), stay, places, 8)
    many = fleet(tuple(rate * more for rate in rates), stay, places, 8)
    assert many.peak_replicas >= few.peak_replicas


@given(RATES, st.floats(0.1, 600), st.integers(1, 512))
def test_utilisation_is_a_share_and_hourly_never_needs_more(rates: list[float], stay: float, places: int) -> None:
    always, hourly = (fleet(tuple(rates), stay, places, 8, hourly=h) for h in (False, True))
    assert 0 < always.utilisation <= hourly.utilisation <= 1 + 1e-9
    assert hourly.gpu_hours_per_month <= always.gpu_hours_per_month * (1 + 1e-12)
    assert all(n >= math.floor(rate * stay / places) for n, rate in zip(hourly.replicas_by_hour, rates, strict=True))
