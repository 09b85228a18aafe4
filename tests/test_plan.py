"""A workload on rented GPUs, from its profile to a month's bill."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.selfhost.deployment import GPUS_PER_NODE
from estimator.selfhost.fleet import usual_targets
from estimator.selfhost.ownership import Tenure
from estimator.selfhost.plan import Plan, cheapest, plan, plans
from estimator.workload import Record, Workload, from_profile, profile
from pricing import InputError, Usage
from pricing.facts import sources

START = datetime(2026, 11, 2, tzinfo=UTC)


@cache
def work(requests_per_month: int = 1_000_000, input_tokens: int = 2000, output_tokens: int = 300) -> Workload:
    """A day of equal requests, twice as many by day as by night."""
    usage = Usage(uncached_input_tokens=input_tokens, output_tokens=output_tokens)
    hours = (START + timedelta(hours=h) for h in range(24))
    requests = (Record(hour, usage) for hour in hours for _ in range(4 if 8 <= hour.hour < 20 else 2))
    return from_profile(profile(requests, (0,)), "day and night", requests_per_month)


@cache
def planned(model: str = "llama-3.1-70b", device: str = "h200", **others: object) -> Plan:
    return plan(model, device, work(), **others)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("model", "device", "precision", "fewest"),
    [
        # Weights: 16, 70.6, 141, 155 and 671 GB; nine tenths of each GPU's memory are usable.
        pytest.param("llama-3.1-8b", "h100", "native", 1, id="8B in BF16 on 80 GB"),
        pytest.param("llama-3.1-70b", "h200", "fp8", 1, id="70B in FP8 on 141 GB"),
        pytest.param("llama-3.1-70b", "h100", "native", 2, id="70B in BF16 on 80 GB each"),
        pytest.param("deepseek-v4-flash", "h200", "native", 2, id="V4-Flash on 141 GB each"),
        pytest.param("deepseek-v3", "h200", "native", 8, id="V3 on 141 GB each"),
        pytest.param("deepseek-v3", "h100", "native", 16, id="V3 on two nodes of 80 GB each"),
    ],
)
def test_a_small_load_takes_the_fewest_gpus_that_fit(model: str, device: str, precision: str, fewest: int) -> None:
    found = plan(model, device, work(1000), precision=precision)
    assert found.deployment.gpus == fewest
    assert found.memory.fits
    if fewest > 1:
        with pytest.raises(InputError, match=r"weights take|Beside the weights"):
            plan(model, device, work(1000), fewest // 2, precision)


def test_a_given_number_of_gpus_is_kept() -> None:
    assert planned(gpus=4).deployment.gpus == 4


def test_no_larger_replica_would_need_fewer_gpus() -> None:
    best = planned().fleet.peak_gpus
    assert all(best <= planned(gpus=size).fleet.peak_gpus for size in (2, 4, GPUS_PER_NODE))


def test_a_month_by_hand() -> None:
    found = planned()
    lines = {line.name: line.usd for line in found.lines}
    gpu_hours = Decimal(str(found.fleet.peak_gpus)) * Decimal("730.5")
    assert lines["gpu_rent"] == gpu_hours * found.lines[0].rate_usd
    assert lines["staff"] == Decimal(4375)
    # A copy of the weights for each replica at 0.10 USD a GB; 300 million tokens of 200 bytes at 0.09 USD a GB.
    weights_gb = Decimal(str(found.fleet.peak_replicas * found.memory.weights_bytes / 1e9))
    assert lines["storage"] == pytest.approx(weights_gb / 10)
    assert lines["egress"] == pytest.approx(Decimal("5.4"), rel=Decimal("1e-6"))
    assert found.usd == sum(lines.values())
    assert found.low_usd <= found.usd <= found.high_usd


def test_replicas_hold_all_in_flight_at_the_peak() -> None:
    found = planned()
    level = found.levels[1]
    peak_per_s = 1_000_000 / 730.5 / 3600 * 4 / 3  # Four of the mean three an hour.
    assert max(level.asked.arrivals) == pytest.approx(peak_per_s)
    busy = peak_per_s * found.targets.burst * level.replica.stay_s
    assert found.fleet.peak_replicas * level.replica.places >= busy
    assert 0 < found.fleet.utilisation <= 1


def test_a_slower_target_never_needs_more() -> None:
    gpus = [planned(targets=replace(usual_targets(), tpot_ms=ms)).fleet.peak_gpus for ms in (20.0, 50.0, 100.0)]
    assert gpus == sorted(gpus, reverse=True)


def test_a_promise_out_of_reach_is_an_error() -> None:
    with pytest.raises(InputError, match=r"later than the 0\.01 s promised"):
        planned(targets=replace(usual_targets(), ttft_s=0.01))


def test_requests_on_record_for_less_than_a_week_stand_for_all() -> None:
    assert "All hours are like the 24 on record." in [a.text for a in planned().assumptions]


@pytest.mark.parametrize("tenure", ["rent", "reserved", "buy"])
def test_every_way_to_have_it_is_a_range_with_sources(tenure: Tenure) -> None:
    found = planned().held(tenure)
    assert found.low_usd <= found.usd <= found.high_usd
    assert all(line.low_usd <= line.usd <= line.high_usd for line in found.lines)
    assert {source for line in found.lines for source in line.sources} <= sources().keys()
    assert found.fleet == planned().fleet


def test_only_rent_by_the_hour_follows_the_hours() -> None:
    large = plan("llama-3.1-70b", "h200", work(20_000_000), hourly=True)
    assert large.held("reserved").fleet.replicas_by_hour == (large.fleet.peak_replicas,) * 24


def test_what_nobody_sells_so_cannot_be_had_so() -> None:
    with pytest.raises(InputError, match="no rental quote for a term for GB200"):
        plan("llama-3.1-70b", "gb200", work()).held("reserved")


def test_engines_of_any_speed_serve_the_same_requests() -> None:
    fast, typical, slow = (planned().on_engine(speed).fleet for speed in range(3))
    assert typical == planned().fleet
    assert fast.peak_replicas <= typical.peak_replicas <= slow.peak_replicas


def test_the_same_requests_asked_for_again_are_the_same_plan() -> None:
    low, typical, high = (level.asked for level in planned().levels)
    assert planned().asked_for(low, typical, high) == planned()


def test_larger_bursts_never_need_fewer() -> None:
    large = plan("llama-3.1-70b", "h200", work(20_000_000))
    peaks = [large.promising(replace(large.targets, burst=b)).fleet.peak_replicas for b in (1, 1.5, 4)]
    assert peaks == sorted(peaks)
    assert large.promising(large.targets) == large


def test_hours_as_needed_never_cost_more_than_always_on() -> None:
    large = plan("llama-3.1-70b", "h200", work(20_000_000))
    scaled = plan("llama-3.1-70b", "h200", work(20_000_000), hourly=True)
    assert scaled.usd < large.usd
    assert scaled.fleet.utilisation > large.fleet.utilisation


@given(st.floats(0.01, 100), st.floats(1, 100))
@settings(max_examples=50)
def test_more_volume_never_costs_less(volume: float, more: float) -> None:
    one, other = planned().at_volume(volume), planned().at_volume(volume * more)
    assert one.usd <= other.usd
    assert one.low_usd <= one.usd <= one.high_usd


def test_volume_of_one_changes_nothing() -> None:
    assert planned().at_volume(1) == planned()


@pytest.mark.parametrize("factor", [0, -1, float("nan")])
def test_volume_must_be_above_nothing(factor: float) -> None:
    with pytest.raises(InputError, match="must be above 0"):
        planned().at_volume(factor)


def test_plans_are_cheapest_first_and_one_a_device() -> None:
    found = plans("deepseek-v4-flash", work())
    assert len(found) >= 5
    assert [p.usd for p in found] == sorted(p.usd for p in found)
    assert len({p.device.id for p in found}) == len(found)


def test_plans_may_be_kept_to_some_devices() -> None:
    assert {p.device.id for p in plans("gpt-oss-120b", work(), ["h100", "b200"])} == {"h100-sxm", "b200"}


@pytest.mark.parametrize(
    ("model", "device", "message"),
    [
        pytest.param("gpt-9", "h100", "No architecture of 'gpt-9'", id="unknown model"),
        pytest.param("llama-3.1-8b", "h9000", "no device called h9000", id="unknown device"),
        pytest.param("llama-3.1-8b", "gb300", "no rental quote for GB300", id="nobody rents it out"),
        pytest.param("deepseek-v4-pro", "rtx-4090", "no fast link", id="too large for cards without a link"),
        pytest.param("deepseek-v4-rumour", "h200", "unknown", id="a rumour cannot be planned"),
    ],
)
def test_what_cannot_be_planned_says_why(model: str, device: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        plan(model, device, work())


def test_plans_of_an_unknown_model_are_an_error_and_not_an_empty_list() -> None:
    with pytest.raises(InputError, match="No architecture"):
        plans("gpt-9", work())


def test_everything_has_a_source_and_every_assumption_is_said() -> None:
    found = planned()
    assert set(found.sources) - {a.source for a in found.assumptions} <= sources().keys()
    said = " ".join(a.text for a in found.assumptions)
    for word in ("50 ms", "within 5 s", "1.5 times", "rented by the hour", "engineer", "read in full"):
        assert word in said


@pytest.mark.parametrize("requests_per_month", [1, 300_000, 20_000_000])
@pytest.mark.parametrize("model", ["llama-3.1-8b", "gpt-oss-120b", "deepseek-v4-flash"])
def test_the_cheapest_is_the_first_of_all_plans(model: str, requests_per_month: int) -> None:
    asked, found = work(requests_per_month), cheapest(model, work(requests_per_month))
    assert found is not None
    first = plans(model, asked)[0]
    assert (found.device.id, found.deployment, found.lines) == (first.device.id, first.deployment, first.lines)


def test_where_nothing_serves_there_is_no_cheapest() -> None:
    assert cheapest("deepseek-v4-pro", work(), ["rtx-5090"]) is None
    with pytest.raises(InputError, match="unknown"):
        cheapest("deepseek-v4-rumour", work())
