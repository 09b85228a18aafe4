"""Fleets in simulated time: small ones by hand, and the sizing formula against them."""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from estimator.selfhost.architecture import find_architecture
from estimator.selfhost.deployment import Deployment
from estimator.selfhost.device import find_device
from estimator.selfhost.fleet import Replica, Targets, replicas_needed, service_facts
from estimator.selfhost.simulate import Call, Times, simulate, times_of
from estimator.selfhost.throughput import decode, prefill
from pricing import InputError
from pricing.facts import DATA, Fact, read_table, sources
from tests.bench_fleet import azure, faster, mooncake

# A prompt takes a millisecond a token, a step 10 ms whatever it holds.
TIMES = Times(prefill_s=lambda tokens: tokens / 1000, step_s=lambda _, __: 0.01)
TARGETS = Targets(ttft_s=2, tpot_ms=50, share=0.95, burst=1)


def test_one_request_alone() -> None:
    (served,) = simulate([Call(3, 500, 11)], TIMES, 1, 1).served
    assert (served.ttft_s, served.further, served.further_s) == pytest.approx((0.5, 10, 0.1))


def test_one_token_needs_no_step() -> None:
    (served,) = simulate([Call(0, 500, 1)], TIMES, 1, 1).served
    assert (served.ttft_s, served.further_s) == pytest.approx((0.5, 0))


def test_a_second_request_waits_for_the_place() -> None:
    # The first is read for 0.5 s and written for 0.1 s.
    first, second = simulate([Call(0, 500, 11), Call(0, 500, 11)], TIMES, 1, 1).served
    assert (first.ttft_s, second.ttft_s) == pytest.approx((0.5, 0.6 + 0.5))


def test_a_prompt_read_in_between_slows_the_tokens() -> None:
    # At 0.53 s the second comes; after the step under way it is read, and the first one's tokens wait.
    first, second = simulate([Call(0, 500, 11), Call(0.525, 500, 11)], TIMES, 1, 2).served
    assert first.further_s == pytest.approx(0.1 + 0.5)
    assert second.ttft_s == pytest.approx(0.53 + 0.5 - 0.525)


def test_two_replicas_share_the_work() -> None:
    found = simulate([Call(0, 500, 11), Call(0, 500, 11)], TIMES, 2, 1)
    assert [s.ttft_s for s in found.served] == pytest.approx([0.5, 0.5])
    assert found.utilisation == pytest.approx(1)


def test_overhead_delays_the_first_token_only() -> None:
    (served,) = simulate([Call(0, 500, 11)], replace(TIMES, overhead_s=0.2), 1, 1).served
    assert (served.ttft_s, served.further_s) == pytest.approx((0.7, 0.1))


def test_utilisation_is_the_share_of_places_taken() -> None:
    # Two of four places for all of the time: read 0.5 s each, then 0.1 s together.
    found = simulate([Call(0, 500, 11), Call(0, 500, 11)], TIMES, 1, 4)
    assert found.utilisation == pytest.approx((0.5 * 1 + 0.5 * 2 + 0.1 * 2) / (1.1 * 4))


@pytest.mark.parametrize(
    ("ttft_s", "tpot_ms", "share"),
    [
        pytest.param(0.5, 10, 0.5, id="the second waits"),
        pytest.param(1.1, 10, 1, id="just in time"),
        pytest.param(0.5, 9, 0, id="tokens too slow"),
        pytest.param(1.2, 9, 1, id="an early first token makes up for slow ones"),
    ],
)
def test_on_time(ttft_s: float, tpot_ms: float, share: float) -> None:
    found = simulate([Call(0, 500, 11), Call(0, 500, 11)], TIMES, 1, 1)
    assert found.on_time(Targets(ttft_s + 1e-9, tpot_ms, 0.95, 1)) == share


def test_times_are_those_of_the_throughput_model() -> None:
    deployment = Deployment(find_architecture("llama-3.1-8b"), find_device("h100"), 1)
    times = times_of(deployment)
    reading, writing = prefill(deployment, 2048).in_tok_s_per_gpu, decode(deployment, 1024, 8).tpot_ms
    assert reading is not None
    assert writing is not None
    assert times.prefill_s(2050) == pytest.approx(2048 / reading.typical)
    assert times.step_s(8, 1000) == pytest.approx(writing.typical / 1e3)


class Burst(Fact):
    """A row of data/load/bursts.csv."""

    trace: str
    requests: int
    span_s: int
    requests_per_s: float
    burst: float
    status: str
    source: str
    note: str = ""


BURSTS = {row.trace: row for row in read_table(DATA / "load" / "bursts.csv", Burst)}


@pytest.mark.shared
@pytest.mark.parametrize(
    ("trace", "read"), [("azure-code-2023", azure), ("mooncake-synthetic", mooncake)], ids=["azure", "mooncake"]
)
def test_bursts_of_the_traces(trace: str, read: Callable[[], Iterator[Call]]) -> None:
    calls, said = faster(list(read()), 1), BURSTS[trace]
    span_s = calls[-1].at_s
    minutes = Counter(int(call.at_s // 60) for call in calls)
    rates = sorted(n / 60 / (len(calls) / span_s) for n in minutes.values() for _ in range(n))
    assert (len(calls), round(span_s)) == (said.requests, said.span_s)
    assert len(calls) / span_s == pytest.approx(said.requests_per_s, abs=1e-3)
    assert rates[math.ceil(0.95 * len(rates)) - 1] == pytest.approx(said.burst, rel=0.01)


def test_the_range_of_bursts_is_that_of_the_traces() -> None:
    measured = sorted(row.burst for row in BURSTS.values())
    assert [float(service_facts()["burst"].low), float(service_facts()["burst"].high)] == measured
    assert {row.source for row in BURSTS.values()} <= sources().keys()


@pytest.mark.parametrize(("calls", "replicas", "places"), [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_nothing_to_simulate_is_an_error(calls: int, replicas: int, places: int) -> None:
    with pytest.raises(InputError, match="give at least one of each"):
        simulate([Call(0, 1, 1)] * calls, TIMES, replicas, places)


def poisson(rate: float, many: int, seed: int = 1) -> list[Call]:
    """Requests at random, of two lengths."""
    chance, now = random.Random(seed), 0.0  # noqa: S311 - a trace, not a secret
    calls = []
    for _ in range(many):
        now += chance.expovariate(rate)
        calls.append(Call(now, chance.choice((50, 150)), 21))
    return calls


@pytest.mark.parametrize("rate", [2, 8, 32])
def test_the_formula_keeps_the_promise_and_is_not_far_off(rate: float) -> None:
    # Mean prompt 100 tokens: 0.1 s to read, squared spread ¼; 4 places; a stay of 0.1 s and 20 steps of 0.05 s.
    one = Replica(gpus=1, places=4, stay_s=0.1 + 20 * 0.05, prefill_s=0.1, first_s=0.1, prompt_spread=0.25)
    times = Times(prefill_s=lambda tokens: tokens / 1000, step_s=lambda _, __: 0.025)
    needed, calls = replicas_needed(rate, one, TARGETS), poisson(rate, 1500)
    assert simulate(calls, times, needed, 4).on_time(TARGETS) >= TARGETS.share
    fewest = next(n for n in range(1, needed + 1) if simulate(calls, times, n, 4).on_time(TARGETS) >= TARGETS.share)
    assert needed <= max(fewest + 1, 1.6 * fewest)
