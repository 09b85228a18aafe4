"""Serving speed: each formula by hand, its laws, and published runs."""

import csv
import math
from itertools import product
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.selfhost.architecture import architectures, find_architecture
from estimator.selfhost.capacity import replica_weight_bytes, sequences_that_fit
from estimator.selfhost.constants import constants
from estimator.selfhost.deployment import Deployment, layouts
from estimator.selfhost.device import devices, find_device
from estimator.selfhost.predict import ADDED, predict_rows
from estimator.selfhost.rows import accepted_tokens, deployment
from estimator.selfhost.throughput import (
    Throughput,
    activation_s,
    batch,
    busy_groups,
    compute_s,
    cycle_s,
    decode,
    exchange_s,
    experts_hit,
    first_token_s,
    launch_s,
    memory_s,
    offline_s,
    overhead_s,
    prefill,
    prefill_s,
    prompt_s,
    reduce_s,
    skew,
    steady,
    step_s,
    token_s,
    tpot_s,
    weights_s,
)
from estimator.selfhost.work import Work, arithmetic_bits, kernels, stack, work
from pricing.errors import InputError

C = constants()


def deployed(model: str = "deepseek-v3", device: str = "h200", gpus: int = 8, **others: object) -> Deployment:
    return Deployment(find_architecture(model), find_device(device), gpus, **others)  # type: ignore[arg-type]


def worked(model: str = "deepseek-v3", context: float = 4096, prompt: float = 1024, **others: object) -> Work:
    return work(deployed(model, **others), context, prompt)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("experts", "top_k", "tokens", "hit"),
    [
        pytest.param(0, 0, 64, 0, id="dense"),
        pytest.param(256, 8, 0, 0, id="no tokens"),
        pytest.param(256, 8, 1, 8, id="one token hits its own"),
        pytest.param(4, 2, 2, 3, id="half of four, twice"),
        pytest.param(256, 8, 1e6, 256, id="many tokens hit all"),
    ],
)
def test_experts_hit(experts: int, top_k: int, tokens: float, hit: float) -> None:
    assert experts_hit(experts, top_k, tokens) == pytest.approx(hit)


def test_bytes_of_deepseek_v3_by_hand() -> None:
    # 17.117 GB of shared weights; 58 layers of experts of 44.04 MB; 70,272 bytes of KV a token, on each of 8 GPUs.
    w = worked(kv_precision="bf16")
    assert w.shared_s == pytest.approx(17_117_501_440 / 8 / 4.8e12, rel=1e-3)
    assert w.expert_s == pytest.approx(58 * 44_040_192 / 8 / 4.8e12)
    assert w.cache_s == pytest.approx(70_272 * 4096 / 4.8e12)
    assert weights_s(w, C, 1) == pytest.approx((w.shared_s + 8 * w.expert_s) / C.memory_efficiency)


def test_flops_of_a_dense_model_by_hand() -> None:
    # Llama 3.1 70B has 69.5 billion parameters that multiply, the embedding apart; FP8 at 1,979 TFLOP/s a GPU.
    w = worked("llama-3.1-70b", gpus=4, precision="fp8")
    assert w.dense_s == pytest.approx(2 * 69.5e9 / (4 * 1979e12), rel=1e-2)
    assert w.routed_s == 0
    assert token_s(w, C) == pytest.approx(w.dense_s / C.compute_efficiency_8bit)


def test_latent_cache_is_read_in_shares_where_attention_is_data_parallel() -> None:
    sliced, apart = deployed(kv_precision="bf16"), deployed(kv_precision="bf16", dp_attn=8, ep=8)
    assert (sliced.kv_copies, apart.kv_copies) == (8, 1)
    assert work(sliced, 8192).cache_s == pytest.approx(8 * work(apart, 8192).cache_s)


@pytest.mark.parametrize(
    ("model", "gpus", "copies"),
    [
        pytest.param("llama-3.1-70b", 8, 1, id="eight heads on eight GPUs"),
        pytest.param("qwen3-235b-a22b", 8, 2, id="four heads on eight GPUs"),
        pytest.param("deepseek-v4-flash", 4, 4, id="one latent head"),
    ],
)
def test_copies_of_the_cache(model: str, gpus: int, copies: int) -> None:
    assert deployed(model, gpus=gpus).kv_copies == copies


def test_each_attention_group_holds_the_shared_weights() -> None:
    sliced, apart = deployed(), deployed(dp_attn=8, ep=8)
    more = replica_weight_bytes(apart) - replica_weight_bytes(sliced)
    assert more == pytest.approx(7 * 17_117_501_440, rel=1e-3)


def test_exchange_by_hand() -> None:
    # 3 bytes of 7,168 numbers to 8 experts in 58 layers; over nodes to 4 of them at 50 GB/s.
    assert worked(ep=8).exchange_s == pytest.approx(3 * 8 * 7168 * 58 / (8 * 450e9))
    assert worked(gpus=16, dp_attn=16, ep=16).exchange_s == pytest.approx(3 * 4 * 7168 * 58 / (16 * 50e9))


def test_reduce_by_hand() -> None:
    # Twice a layer 7/8 of 7,168 numbers of 2 bytes, in 61 layers.
    assert worked().reduce_s == pytest.approx(7 / 8 * 2 * 2 * 7168 * 61 / 450e9)


@pytest.mark.parametrize(
    "others",
    [
        pytest.param({"model": "llama-3.1-8b", "gpus": 1}, id="a single GPU"),
        pytest.param({"dp_attn": 8, "ep": 8}, id="attention apart"),
        pytest.param({"model": "llama-3.1-8b", "gpus": 2, "stages": 2}, id="a pipeline"),
    ],
)
def test_nothing_is_summed_up_without_tensor_ranks(others: dict[str, object]) -> None:
    assert reduce_s(worked(**others), C, 64) == 0  # type: ignore[arg-type]


def test_no_experts_travel_in_a_dense_model() -> None:
    w = worked("llama-3.1-70b", ep=8)
    assert exchange_s(w, C, 64) == 0
    assert skew(w, C) == 1


@pytest.mark.parametrize(
    ("bits", "precision", "device", "width"),
    [
        pytest.param(4.5, "nvfp4", "b200", 4, id="NVFP4"),
        pytest.param(4.25, "fp4", "b200", 8, id="MXFP4 meets FP8"),
        pytest.param(4.25, "mxfp4", "b200", 8, id="gpt-oss where the chip knows FP4"),
        pytest.param(4.25, "mxfp4", "h200", 16, id="gpt-oss where it does not"),
        pytest.param(4.5, "int4", "h200", 16, id="INT4 is unpacked"),
        pytest.param(8, "fp4", "b200", 8, id="the rest of an FP4 model"),
        pytest.param(16, "nvfp4", "b200", 16, id="the rest in BF16"),
        pytest.param(8.5, "q8_0", "rtx-4090", 16, id="GGUF is unpacked"),
    ],
)
def test_width_of_arithmetic(bits: float, precision: str, device: str, width: int) -> None:
    assert arithmetic_bits(bits, precision, find_device(device)) == width


@pytest.mark.parametrize(
    ("model", "quantised", "count"),
    [
        pytest.param("llama-3.1-70b", False, 80 * (6 + 4), id="dense"),
        pytest.param("gpt-oss-120b", False, 36 * (6 + 10), id="experts"),
        pytest.param("deepseek-v3", True, 61 * 11 + 3 * 4 + 58 * 10 + 61 * 5, id="latent, three dense layers, scaled"),
    ],
)
def test_kernels_of_a_step(model: str, quantised: bool, count: int) -> None:
    assert kernels(find_architecture(model), quantised=quantised) == count


def test_a_step_is_its_parts() -> None:
    w = worked()
    roofline = math.hypot(memory_s(w, C, 16), compute_s(w, C, 16))
    assert step_s(w, C, 16) == pytest.approx(roofline + overhead_s(w, C, 16))
    assert overhead_s(w, C, 16) == pytest.approx(16 * C.sequence_s + launch_s(w, C) + reduce_s(w, C, 16))


def test_a_pipeline_takes_a_stage_after_the_other() -> None:
    one, two = worked("llama-3.1-8b", gpus=1), worked("llama-3.1-8b", gpus=2, stages=2)
    assert step_s(two, C, batch(two, 1)) == pytest.approx(step_s(one, C, 1))
    assert batch(two, 8) == 4


def test_drafts_are_verified_together() -> None:
    plain, drafting = worked(), worked(drafts=2, accepted_tokens=2.27)
    assert memory_s(drafting, C, 8) - memory_s(plain, C, 8) == pytest.approx(
        weights_s(plain, C, 24) - weights_s(plain, C, 8)
    )
    assert step_s(drafting, C, 8) > step_s(plain, C, 8)
    assert step_s(drafting, C, 8) / 2.27 < step_s(plain, C, 8)


def test_a_prompt_of_a_dense_model_by_hand() -> None:
    w = worked("llama-3.1-8b", gpus=1, precision="bf16", prompt=2048)
    by_hand = 2048 * (token_s(w, C) + activation_s(w, C)) + w.prompt_attention_s / C.attention_efficiency
    assert prompt_s(w, C) == pytest.approx(by_hand)


def test_a_cached_prefix_is_not_read_again() -> None:
    w, rest = worked(prompt=8192), work(deployed(), 4096, 8192, 6144)
    first = work(deployed(), 4096, 6144)
    assert rest.prompt_tokens == 2048
    assert rest.prompt_attention_s == pytest.approx(w.prompt_attention_s - first.prompt_attention_s)
    plain, warm = steady(deployed(), 8192, 1024, 64), steady(deployed(), 8192, 1024, 64, cached_tokens=6144)
    assert typical(warm, "out_tok_s_per_gpu") > typical(plain, "out_tok_s_per_gpu")
    assert typical(warm, "ttft_ms") < typical(plain, "ttft_ms")


def test_one_group_reads_while_the_others_wait() -> None:
    together, apart = worked(dp_attn=8, ep=8), worked()
    assert busy_groups(apart) == 1
    assert busy_groups(together) == pytest.approx(1 / 8)


def test_a_short_prompt_alone_waits_for_the_weights() -> None:
    w = worked("llama-3.1-70b", prompt=128)
    assert prefill_s(w, C, 1) > weights_s(w, C, 128)
    assert prefill_s(w, C) < prefill_s(w, C, 1)


def test_a_cycle_lies_between_steps_that_alternate_and_steps_that_are_shared() -> None:
    w = worked("llama-3.1-70b", prompt=8192)
    memory, compute, prompts, rest = memory_s(w, C, 32), compute_s(w, C, 32), 32 * prompt_s(w, C), overhead_s(w, C, 32)
    apart = 1000 * (math.hypot(memory, compute) + rest) + prompts
    shared = math.hypot(1000 * memory, 1000 * compute + prompts) + 1000 * rest
    assert cycle_s(w, C, 32, 1000, 1.0) == pytest.approx((1 - C.overlap) * apart + C.overlap * shared)


def test_offline_runs_take_rounds() -> None:
    w = worked("llama-3.1-70b")
    full, rest = cycle_s(w, C, 100, 500, 1.0), cycle_s(w, C, 50, 500, 1.0)
    assert offline_s(w, C, 100, 500, 250) == pytest.approx(2 * full + rest)
    assert offline_s(w, C, 100, 500, 200) == pytest.approx(2 * full)


def test_times_of_a_request_add_up() -> None:
    w = worked()
    cycle = cycle_s(w, C, 16, 1000, 1.0)
    first = first_token_s(w, C, 16, cycle)
    assert first + 999 * tpot_s(1000, cycle, first) == pytest.approx(cycle)
    assert tpot_s(1, cycle, first) == pytest.approx(cycle)


def test_many_at_once_are_as_one_by_one() -> None:
    those = [worked(), worked("llama-3.1-70b"), worked("deepseek-v4-flash", gpus=4, dp_attn=4, ep=4)]
    together = cycle_s(stack(those), C, 16, 1000, 1.0)
    assert together == pytest.approx([float(cycle_s(w, C, 16, 1000, 1.0)) for w in those])


FACTORS = st.floats(1, 10)
MODELS = st.sampled_from([a.id for a in architectures().values() if a.is_complete])
SERVERS = st.sampled_from([d.id for d in devices().values() if d.class_ == "datacentre" and d.link_gpus > 1])


@given(MODELS, SERVERS, FACTORS, st.integers(1, 512), st.integers(1, 100_000))
def test_more_bandwidth_or_compute_is_never_slower(
    model: str, device: str, factor: float, sequences: int, context: int
) -> None:
    base, architecture = find_device(device), find_architecture(model)
    slow = work(Deployment(architecture, base, 8), context, context)
    for column in ("memory_tb_per_s", "fp8_tflops", "bf16_tflops", "link_gb_per_s"):
        if (rate := getattr(base, column)) is not None:
            better = base.model_copy(update={column: rate * factor})
            fast = work(Deployment(architecture, better, 8), context, context)
            assert step_s(fast, C, sequences) <= step_s(slow, C, sequences) * (1 + 1e-9)
            assert prefill_s(fast, C) <= prefill_s(slow, C) * (1 + 1e-9)


@given(MODELS, SERVERS, st.integers(1, 512), st.integers(1, 100_000), st.integers(1, 100_000))
def test_a_longer_context_is_never_cheaper(model: str, device: str, sequences: int, short: int, more: int) -> None:
    those = [work(deployed(model, device), tokens, tokens) for tokens in (short, short + more)]
    steps, prompts = [step_s(w, C, sequences) for w in those], [prompt_s(w, C) for w in those]
    assert steps[0] <= steps[1] * (1 + 1e-9)
    assert prompts[0] <= prompts[1] * (1 + 1e-9)


SMALL = st.sampled_from(["llama-3.1-70b", "deepseek-v3", "deepseek-v4-flash", "gpt-oss-120b", "qwen3-235b-a22b"])


@given(SMALL, st.integers(1, 200), st.integers(1, 200), st.integers(1, 30_000), st.integers(1, 4000))
def test_more_at_once_is_more_together_and_slower_each(model: str, few: int, more: int, isl: int, osl: int) -> None:
    one, both = steady(deployed(model, "b300"), isl, osl, few), steady(deployed(model, "b300"), isl, osl, few + more)
    assert typical(one, "out_tok_s_per_gpu") <= typical(both, "out_tok_s_per_gpu") * (1 + 1e-9)
    assert _cycle(one, osl) <= _cycle(both, osl) * (1 + 1e-9)


def _cycle(found: Throughput, osl: int) -> float:
    return typical(found, "ttft_ms") + (osl - 1) * typical(found, "tpot_ms")


@given(SMALL, st.integers(1, 500), st.integers(1, 30_000), st.integers(1, 4000))
def test_ranges_are_in_order(model: str, sequences: int, isl: int, osl: int) -> None:
    found = steady(deployed(model, "b300"), isl, osl, sequences)
    for name in ADDED:
        bounds = getattr(found, name)
        assert 0 < bounds.low <= bounds.typical <= bounds.high


def typical(found: Throughput, name: str) -> float:
    return float(getattr(found, name).typical)


def test_memory_caps_what_runs_at_once() -> None:
    given_ = deployed("llama-3.1-70b", gpus=2, precision="fp8")
    most = sequences_that_fit(given_, 9216)
    assert steady(given_, 8192, 1024, most).concurrency == most
    full, beyond = steady(given_, 8192, 1024, most), steady(given_, 8192, 1024, 10 * most)
    assert beyond.concurrency == most
    assert beyond.out_tok_s_per_gpu == full.out_tok_s_per_gpu
    assert typical(beyond, "ttft_ms") > typical(full, "ttft_ms")
    assert steady(given_, 8192, 1024) == full


def test_with_a_backlog_every_group_reads_prompts() -> None:
    given_ = deployed("llama-4-maverick", "h200", dp_attn=8, ep=8, precision="fp8", kv_precision="fp8")
    most = sequences_that_fit(given_, 5500)
    backlog, one_by_one = steady(given_, 5000, 500), steady(given_, 5000, 500, most)
    assert backlog.concurrency == one_by_one.concurrency
    assert typical(backlog, "out_tok_s_per_gpu") > typical(one_by_one, "out_tok_s_per_gpu")


def test_a_tight_fit_is_served() -> None:
    # 671 GB of weights on 720 GB: over nine tenths, yet published.
    assert sequences_that_fit(deployed(device="b200", gpus=4, precision="fp8"), 9216) >= 1


def test_what_does_not_fit_is_an_error() -> None:
    with pytest.raises(InputError, match=r"weights take 671 GB"):
        decode(deployed(device="h100-sxm", gpus=4), 1024, 1)


def test_a_context_beyond_the_model_is_an_error() -> None:
    with pytest.raises(InputError, match=r"takes at most 40,960 tokens"):
        steady(deployed("qwen3-235b-a22b"), 50_000, 1000, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(lambda: steady(deployed(), 100, 0.5, 1), "osl 0.5", id="no output"),
        pytest.param(lambda: steady(deployed(), 100, 10, 0), "concurrency is 0", id="nobody there"),
        pytest.param(lambda: prefill(deployed(), 0), "isl is 0", id="empty prompt"),
        pytest.param(lambda: prefill(deployed(), 100, cached_tokens=100), "the last one at least", id="all cached"),
        pytest.param(lambda: deployed(gpus=0), "n_gpu is 0", id="no GPU"),
        pytest.param(lambda: deployed(dp_attn=9), "dp_attn is 9: 8 GPUs do not divide", id="more groups than GPUs"),
        pytest.param(lambda: deployed(dp_attn=3), "dp_attn is 3: 8 GPUs do not divide", id="uneven groups"),
        pytest.param(lambda: deployed(ep=6), "ep is 6: 8 GPUs do not divide", id="uneven experts"),
        pytest.param(lambda: deployed(stages=4, dp_attn=4), "the 2 GPUs of a stage", id="more groups than a stage has"),
        pytest.param(lambda: deployed(stages=2, ep=8), "ep is 8: the 4 GPUs of a stage", id="experts beyond a stage"),
        pytest.param(lambda: deployed(drafts=1, accepted_tokens=3), "gives 1 to 2 tokens", id="more than was drafted"),
        pytest.param(lambda: deployed(kv_precision="fp3"), "kv_prec fp3", id="unknown cache format"),
    ],
)
def test_bad_calls_say_what_is_wrong(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("model", "device", "gpus", "apart"),
    [
        pytest.param("llama-3.1-70b", "h200", 8, [1], id="grouped heads are sliced"),
        pytest.param("deepseek-v3", "h200", 8, [1, 8], id="latent cache: either way"),
        pytest.param("deepseek-v3", "h200", 16, [16], id="beyond a node: apart"),
        pytest.param("deepseek-v3", "h200", 1, [1], id="one GPU"),
    ],
)
def test_layouts(model: str, device: str, gpus: int, apart: list[int]) -> None:
    found = layouts(find_architecture(model), find_device(device), gpus, "native")
    assert [layout.dp_attn for layout in found] == apart


def test_no_layout_over_nodes_without_a_fast_link() -> None:
    with pytest.raises(InputError, match="no fast link"):
        layouts(find_architecture("deepseek-v3"), find_device("rtx-4090"), 16, "native")


@pytest.mark.parametrize(
    ("row", "layout"),
    [
        pytest.param({"n_gpu": "4", "tp": "4"}, (4, 1, 1, 1), id="sliced"),
        pytest.param({"n_gpu": "4", "tp": "4", "concurrency": "256"}, (4, 1, 4, 4), id="open, many sequences: apart"),
        pytest.param({"n_gpu": "4", "tp": "4", "dp_attn": "1", "concurrency": "256"}, (4, 1, 1, 1), id="stated"),
        pytest.param({"n_gpu": "8", "tp": "1", "dp_attn": "8", "ep": "8"}, (8, 1, 8, 8), id="ranks of one"),
        pytest.param({"n_gpu": "4", "tp": "4", "parallelism": "TP4+DP attention"}, (4, 1, 4, 4), id="in words"),
        pytest.param({"n_gpu": "8", "parallelism": "decode EP72 (9 nodes)"}, (72, 1, 72, 72), id="one node of nine"),
        pytest.param({"n_gpu": "8", "tp": "2", "pp": "4"}, (8, 4, 1, 1), id="a pipeline"),
        pytest.param({"n_gpu": "8", "tp": "2"}, (8, 4, 1, 1), id="what slicing leaves"),
        pytest.param({"n_gpu": "4", "engine": "llama.cpp"}, (4, 4, 1, 1), id="layers from card to card"),
        pytest.param({"n_gpu": "24", "tp": "8", "phase": "disagg"}, (8, 1, 1, 1), id="one of those that decode"),
        pytest.param({"n_gpu": "8", "tp": "1", "ep": "8", "dp_attn": "1"}, (8, 1, 8, 8), id="experts over all"),
    ],
)
def test_layouts_of_rows(row: dict[str, str], layout: tuple[int, int, int, int]) -> None:
    found = deployment({"model": "deepseek-v4-flash", "hw": "H200", "prec": "native", **row})
    assert (found.gpus, found.stages, found.dp_attn, found.ep) == layout


@pytest.mark.parametrize(
    ("model", "prec", "engine", "ours"),
    [
        pytest.param("deepseek-v4-flash", "fp4", "", "fp4", id="DeepSeek's own"),
        pytest.param("deepseek-r1", "FP4", "", "nvfp4", id="NVIDIA's"),
        pytest.param("gpt-oss-120b", "fp4", "vllm", "mxfp4", id="gpt-oss'"),
        pytest.param("gpt-oss-120b", "mxfp4", "llama.cpp", "mxfp4_gguf", id="for llama.cpp"),
        pytest.param("llama-3.1-8b", "f16", "", "bf16", id="sixteen bits"),
        pytest.param("minimax-m2.5", "", "", "native", id="blank"),
    ],
)
def test_names_of_formats(model: str, prec: str, engine: str, ours: str) -> None:
    row = {"model": model, "hw": "B200", "n_gpu": "8", "tp": "8", "prec": prec, "engine": engine}
    assert deployment(row).precision == ours


@pytest.mark.parametrize(
    ("text", "drafts", "accepted"),
    [
        pytest.param("", 0, 1, id="blank"),
        pytest.param("none/unflagged", 0, 1, id="none"),
        pytest.param("mtp1", 1, 1.79, id="one"),
        pytest.param("MTP2", 2, 2.27, id="two"),
        pytest.param("EAGLE/MTP (recipe)", 3, 2.49, id="the usual three"),
        pytest.param("DSpark-7", 7, 2.49, id="more than were measured"),
        pytest.param("mtp3 AL2.18", 3, 2.18, id="stated length"),
        pytest.param("mtp1 ~90% acc", 1, 1.9, id="stated share"),
    ],
)
def test_drafts_of_rows(text: str, drafts: int, accepted: float) -> None:
    found = deployment({"model": "deepseek-v3", "hw": "H200", "n_gpu": "8", "tp": "8", "spec": text})
    assert found.drafts == drafts
    assert found.accepted_tokens == pytest.approx(accepted)


def test_more_drafts_give_more_tokens() -> None:
    assert [accepted_tokens(n) for n in range(5)] == [1.0, 1.79, 2.27, 2.49, 2.49]


GOOD = {"model": "minimax-m2.5", "hw": "B300", "n_gpu": "4", "prec": "fp8", "tp": "4", "phase": "agg",
        "isl": "8192", "osl": "1024", "concurrency": "128"}  # fmt: skip

PUBLISHED = [
    # Output tokens/s per GPU: LMSYS 2025-07-20; InferenceX 2026-06; SGLang V4 cookbook 2026-07 (an eighth of input).
    pytest.param(
        {"model": "kimi-k2", "hw": "H200", "n_gpu": "96", "prec": "fp8", "phase": "decode", "kv_len": "2050",
         "batch_per_gpu": "480"}, 3000, id="Kimi-K2 on 96 H200",
    ),
    pytest.param(
        {"model": "deepseek-r1", "hw": "MI355X", "n_gpu": "8", "prec": "fp8", "tp": "8", "phase": "agg",
         "isl": "1024", "osl": "8192", "concurrency": "16"}, 149.02, id="DeepSeek-R1 on 8 MI355X",
    ),
    pytest.param(
        {"model": "deepseek-v4-flash", "hw": "H200", "n_gpu": "4", "prec": "native", "tp": "4", "phase": "agg",
         "isl": "8192", "osl": "1024", "concurrency": "256"}, 418.7, id="V4-Flash on 4 H200",
    ),
    pytest.param(GOOD, 931.3, id="MiniMax-M2.5 on 4 B300"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "tok_s"), PUBLISHED)
def test_published_runs_lie_within_the_range(row: dict[str, str], tok_s: float) -> None:
    (found,) = predict_rows([row])
    assert found["error"] == ""
    assert float(found["out_tok_s_per_gpu_low"]) <= tok_s <= float(found["out_tok_s_per_gpu_high"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"model": "gpt-9"}, "No architecture of 'gpt-9'", id="unknown model"),
        pytest.param({"hw": "Z80"}, "no device called Z80", id="unknown device"),
        pytest.param({"hw": "RTX-4090 + CPU"}, "memory of its host", id="weights on the host"),
        pytest.param({"n_gpu": "", "tp": ""}, "n_gpu is blank", id="no number of GPUs"),
        pytest.param({"n_gpu": "many"}, "n_gpu is many", id="not a number"),
        pytest.param({"n_gpu": "-4"}, "n_gpu is -4", id="negative"),
        pytest.param({"n_gpu": "0.2", "tp": ""}, "n_gpu is blank or 0", id="less than one"),
        pytest.param({"isl": "inf"}, "isl is inf", id="infinite"),
        pytest.param({"prec": "fp3"}, "'fp3' is no precision", id="unknown precision"),
        pytest.param({"kv_prec": "fp3"}, "kv_prec fp3", id="unknown cache precision"),
        pytest.param({"concurrency": ""}, "concurrency is blank", id="no concurrency"),
        pytest.param({"phase": "dreaming"}, "phase dreaming", id="unknown phase"),
        pytest.param({"model": "deepseek-v4-rumour"}, "unknown", id="a rumour has no speed"),
        pytest.param({"hw": "H100", "n_gpu": "1", "tp": "1"}, "The weights take", id="does not fit"),
        pytest.param({"n_gpu": "6"}, "6 GPUs do not divide", id="devices that do not divide"),
    ],
)
def test_a_bad_row_says_why_and_stops_no_other(change: dict[str, str], message: str) -> None:
    bad, good = predict_rows([{**GOOD, **change}, GOOD])
    assert message in bad["error"]
    assert bad["out_tok_s_per_gpu"] == ""
    assert good["error"] == ""


def test_rows_keep_their_columns_and_get_all_of_ours() -> None:
    (found,) = predict_rows([{**GOOD, "note": "mine"}])
    assert found["note"] == "mine"
    assert {f"{name}{end}" for name, end in product(ADDED, ("", "_low", "_high"))} <= found.keys()


@pytest.mark.parametrize(
    ("phase", "filled"),
    [
        pytest.param("agg", set(ADDED), id="mixed"),
        pytest.param("", set(ADDED), id="blank is mixed"),
        pytest.param("decode", {"out_tok_s_per_gpu", "tpot_ms"}, id="decode"),
        pytest.param("disagg", {"out_tok_s_per_gpu", "tpot_ms"}, id="prefill elsewhere"),
        pytest.param("prefill", {"in_tok_s_per_gpu", "ttft_ms"}, id="prefill"),
        pytest.param("prefill+decode (separate rates)", set(ADDED), id="both apart"),
    ],
)
def test_each_phase_fills_its_columns(phase: str, filled: set[str]) -> None:
    (found,) = predict_rows([{**GOOD, "phase": phase}])
    assert {name for name in ADDED if found[name]} == filled


def test_max_asks_for_as_much_as_memory_holds() -> None:
    few, most = predict_rows([GOOD, {**GOOD, "concurrency": "max"}])
    assert float(most["out_tok_s_per_gpu"]) > float(few["out_tok_s_per_gpu"])


@pytest.mark.shared
def test_every_measured_row_has_a_prediction_or_a_stated_error(shared: Path) -> None:
    with (shared / "throughput" / "measured.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = list(predict_rows(rows))
    assert len(found) == len(rows)
    assert all(bool(row["error"]) != any(row[name] for name in ADDED) for row in found)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("family", "rows_at_least", "median_error_at_most"),
    [
        pytest.param("ix_silicon", 1300, 0.13, id="InferenceX"),
        pytest.param("trtllm_perf_v1.0", 290, 0.13, id="TensorRT-LLM"),
        pytest.param("inferencex_dsr1_amd", 50, 0.20, id="AMD"),
        pytest.param("sglang_v4_cookbook", 30, 0.25, id="DeepSeek V4"),
    ],
)
def test_median_error_of_tokens_per_second(
    shared: Path, family: str, rows_at_least: int, median_error_at_most: float
) -> None:
    with (shared / "throughput" / "measured.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["source_id"] == family and r["out_tok_s_per_gpu"]]
    measured = {r["row"]: float(r["out_tok_s_per_gpu"]) for r in rows}
    cleared = [{name: cell for name, cell in r.items() if name not in ADDED} for r in rows]
    errors = [
        abs(float(p["out_tok_s_per_gpu"]) / measured[p["row"]] - 1)
        for p in predict_rows(cleared)
        if p["out_tok_s_per_gpu"]
    ]
    assert len(errors) >= rows_at_least
    assert median(errors) <= median_error_at_most


@pytest.mark.parametrize("device", devices().values(), ids=lambda d: d.id)
def test_every_device_serves_a_small_model_or_says_why_not(device: object) -> None:
    small = Deployment(find_architecture("llama-3.1-8b"), device, 1, "int4")  # type: ignore[arg-type]
    try:
        found = steady(small, 1000, 100, 1)
    except InputError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
        return
    assert math.isfinite(typical(found, "out_tok_s_per_gpu"))
