"""Does it run on this? The answers for consumer GPUs, bounds against measured speeds, and what would do."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from estimator.report import fit_answer, usd
from estimator.selfhost.architecture import architectures, find_architecture
from estimator.selfhost.device import devices, find_device, rent
from estimator.selfhost.feasible import (
    COUNTS,
    MeasuredOffload,
    feasible,
    formats,
    hosts,
    measured_offloads,
    offload_s,
    what_would_do,
)
from estimator.selfhost.memory import NATIVE, weight_bytes
from pricing import InputError
from pricing.facts import sources

V4 = ("deepseek-v4-flash", "deepseek-v4-pro", "deepseek-v4.1-flash")
RUMOUR = "deepseek-v4-rumour"
CONTEXT = 8192


@pytest.mark.parametrize("device", ["rtx-4090", "rtx-5090"])
@pytest.mark.parametrize("model", [*V4, RUMOUR])
def test_no_deepseek_v4_runs_on_two_consumer_gpus(model: str, device: str) -> None:
    found = feasible(find_architecture(model), find_device(device), 2, CONTEXT)
    assert found.fit is None
    assert fit_answer(found, usd).startswith("No. DeepSeek")


@pytest.mark.parametrize(
    ("model", "smallest", "gb"),
    [
        pytest.param("deepseek-v4-flash", "0731-UD-IQ1_S", 83, id="the smallest file"),
        pytest.param("deepseek-v4-pro", NATIVE, 848, id="no file on record"),
        pytest.param("deepseek-v4.1-flash", NATIVE, 297, id="its one file is larger"),
        pytest.param(RUMOUR, "ternary", 198, id="no format on record: three values a weight"),
    ],
)
def test_the_smallest_that_is_to_be_had(model: str, smallest: str, gb: float) -> None:
    found = feasible(find_architecture(model), find_device("rtx-4090"), 2, CONTEXT).smallest
    assert found.precision == smallest
    assert found.weights_bytes / 1e9 == pytest.approx(gb, abs=1)


def test_v4_flash_with_its_experts_in_a_desktops_memory() -> None:
    # Six of 256 experts of 276.8 billion parameters at 4.25 bits are 3.45 GB a token: 38 ms at 89.6 GB/s. The rest,
    # 7.5 GB, takes 7 ms at 1,008 GB/s.
    found = feasible(find_architecture("deepseek-v4-flash"), find_device("rtx-4090"), 2, CONTEXT, NATIVE).tried[0]
    speeds = {o.host.id: o.tokens_per_s for o in found.offloads}
    assert speeds["desktop-ddr5"] == pytest.approx(21.9, abs=0.2)
    assert "desktop-ddr4" not in speeds  # 147 GB of experts, 128 GB of memory.


def test_a_small_model_fits_and_needs_no_host() -> None:
    found = feasible(find_architecture("gpt-oss-20b"), find_device("rtx-4090"), 1, CONTEXT)
    assert found.fit is not None
    assert found.fit.precision == NATIVE
    assert not found.fit.offloads
    assert fit_answer(found, usd).startswith("Yes. gpt-oss-20b fits on 1 × RTX 4090, as released.")


def test_what_fits_in_a_format_that_nobody_has_does_not_fit() -> None:
    # gpt-oss-120b is 65 GB as released; three bits a weight would be 45 GB, of 58 GB.
    found = feasible(find_architecture("gpt-oss-120b"), find_device("rtx-5090"), 2, CONTEXT)
    assert found.fit is not None
    assert not found.fit.is_real
    said = fit_answer(found, usd)
    assert said.startswith("No. gpt-oss-120b takes 65 GB even as released; 2 × RTX 5090 have 58 GB for it.")
    assert "Only at 3 bits a weight would it fit, and of that no file is on record." in said


def test_a_dense_model_has_no_experts_to_move() -> None:
    found = feasible(find_architecture("llama-3.1-405b"), find_device("rtx-4090"), 2, CONTEXT)
    assert found.moved is None


def test_n_gram_tables_need_room_in_the_host_but_not_twice() -> None:
    new = find_architecture("deepseek-v4.1-flash")
    nominal, file = (
        feasible(new, find_device("rtx-5090"), 2, CONTEXT, precision).tried[0].offloads[0].host_bytes / 1e9
        for precision in (NATIVE, "UD-Q8_K_XL")
    )
    assert nominal == pytest.approx(289 + 197, abs=2)
    assert file < 508.4


def test_moving_out_needs_all_else_to_fit() -> None:
    pro = find_architecture("deepseek-v4-pro")  # 26 GB without its experts
    assert not feasible(pro, find_device("rtx-4090"), 1, CONTEXT, NATIVE).tried[0].offloads
    assert feasible(pro, find_device("rtx-4090"), 2, CONTEXT, NATIVE).tried[0].offloads


@pytest.mark.parametrize("run", [r for r in measured_offloads() if r.host_gb_per_s], ids=lambda r: r.model)
def test_no_measured_run_is_faster_than_the_bound(run: MeasuredOffload) -> None:
    host = hosts()["desktop-ddr4"].model_copy(update={"memory_gb_per_s": run.host_gb_per_s})
    bound = 1 / offload_s(find_architecture(run.model), find_device(run.device), run.precision, host)
    assert 0.4 * bound < run.tokens_per_s < bound


@pytest.mark.parametrize("model", V4)
def test_what_would_do_is_cheapest_first_and_the_fewest(model: str) -> None:
    architecture = find_architecture(model)
    found = what_would_do(architecture, CONTEXT)
    rents = [fit.rent_usd or Decimal("Infinity") for fit in found]
    assert rents == sorted(rents)
    assert len({(fit.device.id, fit.precision) for fit in found}) == len(found)
    assert all(fit.fits and fit.is_real for fit in found)
    for fit in found[:5]:
        fewer = [n for n in COUNTS if n < fit.count]
        assert not any(feasible(architecture, fit.device, n, CONTEXT, fit.precision).fit for n in fewer)


def test_what_would_do_for_v4_flash() -> None:
    found = feasible(find_architecture("deepseek-v4-flash"), find_device("rtx-4090"), 2, CONTEXT)
    assert found.cheapest is not None
    assert found.cheapest_as_released is not None
    assert found.cheapest_as_released.weights_bytes <= found.cheapest_as_released.usable_bytes
    hours = found.cheapest.count * Decimal("730.5")
    assert found.cheapest.rent_usd == rent(found.cheapest.device).typical * hours
    assert "The least that does hold it: " in fit_answer(found, usd)


def test_nothing_is_promised_for_a_rumour() -> None:
    found = feasible(find_architecture(RUMOUR), find_device("b200"), 8, CONTEXT)
    assert found.fit is None
    assert not found.instead
    assert "cache takes is unknown" in fit_answer(found, usd)


def test_formats_are_largest_first_and_of_different_sizes() -> None:
    for model in architectures().values():
        names = formats(model)
        sizes = [weight_bytes(model, name) for name in names if name != NATIVE]
        assert sizes == sorted(sizes, reverse=True)
        assert "fp32" not in names


@pytest.mark.parametrize(
    ("count", "context", "message"),
    [
        pytest.param(0, 1, "give at least 1 of each", id="no devices"),
        pytest.param(1, 0, "give at least 1 of each", id="no context"),
        pytest.param(1, 1_048_577, "takes at most 1,048,576 tokens", id="one token too long"),
    ],
)
def test_impossible_questions(count: int, context: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        feasible(find_architecture("deepseek-v4-flash"), find_device("rtx-4090"), count, context)


def test_the_longest_context_is_answered() -> None:
    assert feasible(find_architecture("deepseek-v4-flash"), find_device("b300"), 2, 1_048_576).fit is not None


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(InputError, match="is no precision of"):
        feasible(find_architecture("deepseek-v4-flash"), find_device("rtx-4090"), 2, CONTEXT, "q9")


def test_hosts_and_runs_have_sources() -> None:
    assert {host.source for host in hosts().values()} <= sources().keys()
    assert all(run.source in sources() and run.device in devices() for run in measured_offloads())


_AT_BITS = {"4.25": "iq4_xs", "3": "q3", "2.06": "iq2_xxs", "1.58": "ternary"}
_BANDWIDTHS = {"tps_dual-ch_DDR4/5_60GB/s": 60, "tps_dual_DDR5_90GB/s": 90, "tps_12ch_DDR5_eff350GB/s": 350}


@pytest.mark.shared
def test_speed_with_experts_on_the_host_at_every_bandwidth(shared: Path) -> None:
    with (shared / "models" / "memory.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            r for r in csv.DictReader(file) if r["model"].startswith("DeepSeek-V4") and r["expert_bits"] in _AT_BITS
        ]
    for row in (row for row in rows if row["model"].startswith("DeepSeek-V4")):
        model, precision = find_architecture(row["model"].lower()), _AT_BITS[row["expert_bits"]]
        for column, gb_per_s in _BANDWIDTHS.items():
            host = hosts()["desktop-ddr4"].model_copy(update={"memory_gb_per_s": gb_per_s})
            # There, all else is read at about 1 TB/s.
            assert 1 / offload_s(model, find_device("rtx-4090"), precision, host) == pytest.approx(
                float(row[column]), rel=0.06
            ), (model.id, precision, column)
