"""What fits on which GPUs, against published sizes and the laws of memory."""

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.selfhost.architecture import Architecture, architectures
from estimator.selfhost.memory import (
    lookup_bytes,
    memory,
    precisions,
    usable_hbm_share,
    weight_bytes,
    weight_precision,
)
from pricing import InputError
from pricing.facts import sources

MODELS = architectures()
COMPLETE = [a for a in MODELS.values() if a.is_complete]
GB = 1e9
RELEASED_V4 = ("deepseek-v4-flash", "deepseek-v4-pro", "deepseek-v4.1-flash")


@pytest.mark.parametrize(
    ("model", "precision", "published_gb", "rel"),
    [
        pytest.param("deepseek-v4-flash", "native", 155, 0.005, id="experts FP4, the rest FP8"),
        pytest.param("gpt-oss-120b", "native", 65.2, 0.005, id="experts MXFP4, the rest BF16"),
        pytest.param("gpt-oss-20b", "native", 13.76, 0.005, id="the small one"),
        pytest.param("kimi-k2.5", "native", 594, 0.005, id="experts INT4, the rest BF16"),
        pytest.param("deepseek-v3", "fp8", 671, 0.001, id="a byte a parameter"),
        pytest.param("llama-3.1-8b", "bf16", 16.06, 0.001, id="two bytes a parameter"),
        pytest.param("llama-3.1-8b", "Q4_K_M", 4.9, 0.005, id="GGUF, dense"),
        pytest.param("llama-3.1-70b", "q4_k_m", 43.1, 0.005, id="GGUF, 70B"),
        pytest.param("llama-3.1-405b", "q4_k_m", 249.1, 0.005, id="GGUF, 405B"),
        pytest.param("deepseek-v4-flash", "0731-UD-IQ1_S", 83, 0, id="a real file, above its nominal bits"),
    ],
)
def test_weights(model: str, precision: str, published_gb: float, rel: float) -> None:
    assert weight_bytes(MODELS[model], precision) / GB == pytest.approx(published_gb, rel=rel)


def test_other_bits_are_those_of_all_but_the_experts() -> None:
    pro = MODELS["deepseek-v4-pro"]
    assert weight_bytes(pro, "fp4") == pro.routed_parameters * 4.25 / 8 + pro.nonrouted_parameters


def test_engram_is_apart() -> None:
    new = MODELS["deepseek-v4.1-flash"]
    assert lookup_bytes(new) / GB == pytest.approx(196.6, abs=0.05)
    # The lossless file holds the tables too.
    assert weight_bytes(new, "native") + lookup_bytes(new) == pytest.approx(508.4 * GB, rel=0.04)
    assert lookup_bytes(MODELS["deepseek-v4-pro"]) == 0


@pytest.mark.parametrize("model", RELEASED_V4)
@pytest.mark.parametrize(
    ("gb_per_gpu", "usable_gb"), [pytest.param(24, 44, id="2 × 24 GB"), pytest.param(32, 58, id="2 × 32 GB")]
)
def test_no_deepseek_v4_runs_on_two_consumer_gpus(model: str, gb_per_gpu: int, usable_gb: int) -> None:
    for precision in ("native", *precisions(), *(file.name for file in MODELS[model].files)):
        found = memory(MODELS[model], precision, 1, 4096, 2, gb_per_gpu * GB)
        assert not found.fits
        assert found.sequences == 0
        assert found.total_bytes - found.reserve_bytes == pytest.approx(usable_gb * GB, rel=0.02)
        assert found.weights_bytes > found.total_bytes - found.reserve_bytes
        assert "The weights take" in found.reason


@pytest.mark.parametrize(
    ("precision", "gb"), [pytest.param("iq4_xs", 155, id="4.25 bits"), pytest.param("ternary", 62, id="1.58 bits")]
)
def test_size_of_v4_flash_quantised(precision: str, gb: float) -> None:
    assert weight_bytes(MODELS["deepseek-v4-flash"], precision) / GB == pytest.approx(gb, abs=0.6)


def test_small_models_do_run_on_two_consumer_gpus() -> None:
    assert memory(MODELS["gpt-oss-20b"], "native", 2, 4096, 2, 24 * GB).fits
    assert memory(MODELS["qwen3-30b-a3b"], "iq4_xs", 2, 4096, 2, 24 * GB).fits


class TestByHand:
    """Llama 3.1 8B in FP8 on one GPU: 8,030,261,248 bytes of weights, 536,870,912 of cache for 4,096 tokens."""

    weights, cache = 8_030_261_248, 536_870_912

    def on(self, usable_bytes: float, context: int = 4096, kv_copies: int = 1) -> tuple[bool, int, str]:
        found = memory(
            MODELS["llama-3.1-8b"], "fp8", 2, context, 1, usable_bytes / usable_hbm_share(), kv_copies=kv_copies
        )
        return found.fits, found.sequences, found.reason

    def test_counts_sequences(self) -> None:
        assert self.on(self.weights + 3.5 * self.cache) == (True, 3, "")

    def test_counts_copies(self) -> None:
        assert self.on(self.weights + 3.5 * self.cache, kv_copies=2) == (True, 1, "")

    @pytest.mark.parametrize(
        ("sequences", "fits"),
        [pytest.param(0.999, False, id="just too little"), pytest.param(1.001, True, id="just enough")],
    )
    def test_one_sequence(self, sequences: float, fits: bool) -> None:
        assert self.on(self.weights + sequences * self.cache)[0] == fits

    def test_weights_alone(self) -> None:
        fits, sequences, reason = self.on(self.weights + 0.5 * self.cache)
        assert not fits
        assert sequences == 0
        assert reason == "Beside the weights 0.3 GB are free; a sequence of 4,096 tokens takes 0.5 GB."

    def test_too_little_for_the_weights(self) -> None:
        assert self.on(4e9)[2] == "The weights take 8 GB; of 4 GB, 4 are usable."

    @pytest.mark.parametrize(
        ("context", "fits"), [pytest.param(131_072, True, id="longest"), pytest.param(131_073, False, id="one more")]
    )
    def test_context(self, context: int, fits: bool) -> None:
        assert self.on(100e9, context)[0] == fits


def test_parts_add_up() -> None:
    found = memory(MODELS["deepseek-v4-pro"], "native", None, 131_072, 8, 192e9)
    assert found.fits
    assert found.total_bytes == 8 * 192e9
    assert found.weights_bytes + found.free_for_kv_bytes + found.reserve_bytes == pytest.approx(found.total_bytes)
    assert found.sequences == found.free_for_kv_bytes // found.kv_bytes_per_sequence


@given(
    st.sampled_from(COMPLETE),
    st.sampled_from(["native", *precisions()]),
    st.integers(1, 32_768),
    st.integers(1, 64),
    st.floats(16e9, 300e9),
)
def test_more_memory_never_holds_less(
    model: Architecture, precision: str, context: int, gpus: int, hbm_bytes: float
) -> None:
    one = memory(model, precision, 2, context, gpus, hbm_bytes)
    assert one.sequences <= memory(model, precision, 2, context, gpus + 1, hbm_bytes).sequences
    assert one.sequences >= memory(model, precision, 2, context, gpus, hbm_bytes, kv_copies=2).sequences
    assert one.fits == (one.sequences >= 1) == (not one.reason)


@given(st.sampled_from(COMPLETE))
def test_fewer_bits_never_weigh_more(model: Architecture) -> None:
    sizes = [weight_bytes(model, p) for p in ("fp32", "bf16", "fp8", "fp4")]
    assert sizes == sorted(sizes, reverse=True)


class TestRumour:
    rumour = MODELS["deepseek-v4-rumour"]

    def test_its_claimed_size_has_a_weight(self) -> None:
        assert weight_bytes(self.rumour, "iq4_xs") == 531.25 * GB

    def test_its_format_is_unknown(self) -> None:
        with pytest.raises(InputError, match="format of its weights is unknown"):
            weight_bytes(self.rumour, "native")

    def test_its_cache_is_unknown(self) -> None:
        with pytest.raises(InputError, match="layers, attention and experts are unknown"):
            memory(self.rumour, "fp8", 1, 4096, 8, 192e9)


def test_unknown_precision_names_the_choices() -> None:
    with pytest.raises(InputError, match=r"'fp3' is no precision of DeepSeek-V4-Flash.*native, .*fp8.*0731-UD-IQ1_S"):
        weight_precision(MODELS["deepseek-v4-flash"], "fp3")


@pytest.mark.parametrize(
    "wrong",
    [
        {"context_tokens": 0},
        {"gpus": 0},
        {"kv_copies": 0},
        {"hbm_bytes_per_gpu": 0.0},
        {"hbm_bytes_per_gpu": float("inf")},
        {"kv_element_bytes": 0.0},
    ],
    ids=str,
)
def test_impossible_counts(wrong: dict[str, Any]) -> None:
    right = {"kv_element_bytes": 2, "context_tokens": 1, "gpus": 1, "hbm_bytes_per_gpu": 80e9}
    with pytest.raises(InputError, match=f"{next(iter(wrong))} is .*: give"):
        memory(MODELS["llama-3.1-8b"], "fp8", **{**right, **wrong})


def test_sources_of_precisions_exist() -> None:
    assert {p.source for p in precisions().values()} <= set(sources())
    assert {a.native_precision for a in COMPLETE} <= set(precisions())


_PRECISION_OF_BITS = {"8": "q8_0", "4.25": "iq4_xs", "3": "q3", "2.06": "iq2_xxs", "1.58": "ternary"}
_FACT_NAMES = {"DeepSeek-V3/R1/V3.1": "deepseek-v3", "Kimi-K2-Instruct": "kimi-k2"}


@pytest.mark.shared
def test_size_at_every_number_of_bits(shared: Path) -> None:
    with (shared / "models" / "memory.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if not row["model"].startswith("rumour")]
    for row in rows:
        if row["expert_bits"] == "8":
            continue  # Ours are 8.5 bits, scales included.
        model = MODELS[_FACT_NAMES.get(row["model"], row["model"].lower())]
        found = weight_bytes(model, _PRECISION_OF_BITS[row["expert_bits"]]) / GB
        assert found == pytest.approx(float(row["mixed_GB(dense@8.5b)"]), abs=1.01), (model.id, row["expert_bits"])
