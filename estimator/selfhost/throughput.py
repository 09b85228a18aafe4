"""How fast a deployment serves: one formula a function, constants in data/throughput/constants.csv.

A roofline with measured efficiencies and fixed times a layer, fitted to published runs. It leaves out the engine,
its version, and speculative decoding.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache

from estimator.selfhost.deployment import Deployment
from estimator.selfhost.memory import NATIVE, memory, weight_bytes, weight_precision
from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_table

_DISPATCH_COMBINE_BYTES = 3  # An expert's input travels in 8 bits, its output in 16.
_NODES_A_TOKEN = 4  # Routers send a token to at most four nodes.
_ACTIVATION_BYTES = 2


class Constant(Fact):
    """A row of data/throughput/constants.csv."""

    name: str
    low: float | None = None
    typical: float
    high: float | None = None
    unit: str
    source: str
    date: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Constants:
    """The typical values, by the names of the file; its column `unit` explains them."""

    memory_efficiency: float
    decode_compute_efficiency: float
    prefill_compute_efficiency: float
    link_efficiency: float
    layer_s: float
    moe_layer_s: float
    collective_s: float
    sequence_s: float
    internode_bytes_per_s: float
    first_token_s: float
    prefill_queue: float
    sparse_layer_s: float
    sparse_prefill: float


@dataclass(frozen=True, slots=True)
class Range:
    """An estimate and the bounds that four in five measurements lie within."""

    low: float
    typical: float
    high: float


@dataclass(frozen=True, slots=True)
class Throughput:
    """What a replica does with `concurrency` sequences in flight: tokens/s per GPU, times in ms; None: not asked."""

    concurrency: float
    out_tok_s_per_gpu: Range | None = None
    in_tok_s_per_gpu: Range | None = None
    ttft_ms: Range | None = None
    tpot_ms: Range | None = None


@cache
def _table() -> Mapping[str, Constant]:
    return {c.name: c for c in read_table(DATA / "throughput" / "constants.csv", Constant)}


@cache
def constants() -> Constants:
    """The fitted constants."""
    return Constants(**{f.name: _table()[f.name].typical for f in fields(Constants)})


def speed(deployment: Deployment, phase: str) -> Range:
    """Measured speed over that of the formulas, for the device's vendor and class: tenth, median, ninetieth."""
    device = deployment.device
    row = _table().get(f"{phase}_speed_{device.vendor}_{device.class_}".lower()) or _table()[f"{phase}_speed_other"]
    return Range(row.low or row.typical, row.typical, row.high or row.typical)


def experts_hit(experts: int, top_k: int, tokens: float) -> float:
    """Experts of a layer that `tokens` tokens reach between them, if each picks `top_k` evenly."""
    return experts * (1 - (1 - top_k / experts) ** tokens) if experts else 0.0


def weight_bits(deployment: Deployment) -> tuple[float, float]:
    """Bits of a weight of the routed experts (or of a dense model), and of one of all else, as served."""
    model, precision = deployment.architecture, deployment.precision
    if precision in {file.name for file in model.files}:
        mean = 8 * weight_bytes(model, precision) / (model.nonrouted_parameters + model.routed_parameters)
        return mean, mean
    form = weight_precision(model, precision)
    return form.bits, form.other_bits if model.experts else form.bits


def arithmetic_bits(weight_bits: float, precision: str) -> int:
    """The width in which weights multiply: FP4 and 8-bit formats in their own, all others are unpacked to 16 bits."""
    if "fp4" in precision and weight_bits < 8:
        return 4
    return 8 if weight_bits == 8 else 16


def flops_per_s(deployment: Deployment) -> float:
    """Peak FLOP/s of all GPUs together: experts and all else run at the rates of their own widths."""
    model, device = deployment.architecture, deployment.device
    wanted = model.native_precision if deployment.precision == NATIVE else deployment.precision
    expert_bits, other_bits = (arithmetic_bits(bits, wanted or "") for bits in weight_bits(deployment))
    routed_share = model.moe_layers * model.top_k * model.expert_parameters / model.active_parameters
    s_per_flop = routed_share / device.flops_per_s(expert_bits) + (1 - routed_share) / device.flops_per_s(other_bits)
    return deployment.gpus / s_per_flop


def decode_bytes_per_gpu(deployment: Deployment, sequences: float, context_tokens: float) -> float:
    """Bytes that each GPU reads in one decode step: shared weights, the experts hit, and the KV cache."""
    model = deployment.architecture
    expert_bits, other_bits = weight_bits(deployment)
    hit = experts_hit(model.experts, model.top_k, sequences)
    shared = model.nonrouted_parameters * other_bits / 8 / deployment.attention_gpus
    routed = model.moe_layers * hit * model.expert_parameters * expert_bits / 8 / deployment.gpus
    kv = sequences * model.kv_bytes(round(context_tokens), deployment.kv_element_bytes) / deployment.kv_shares
    return shared + routed + kv


def decode_memory_s(deployment: Deployment, sequences: float, context_tokens: float) -> float:
    """Seconds to read what a decode step needs."""
    rate = constants().memory_efficiency * deployment.device.hbm_bytes_per_s
    return decode_bytes_per_gpu(deployment, sequences, context_tokens) / rate


def decode_compute_s(deployment: Deployment, sequences: float, context_tokens: float) -> float:
    """Seconds to compute a decode step."""
    flops = sequences * deployment.architecture.decode_flops_per_token(round(context_tokens))
    return flops / (constants().decode_compute_efficiency * flops_per_s(deployment))


def all_to_all_s(deployment: Deployment, tokens: float) -> float:
    """Seconds to send `tokens` tokens to whole experts on other GPUs and back, over all layers. 0 where none leave."""
    model = deployment.architecture
    if deployment.ep == 1 or not model.experts:
        return 0.0
    across = deployment.ep > deployment.node_gpus
    reached = min(model.top_k, _NODES_A_TOKEN) if across else model.top_k
    size = _DISPATCH_COMBINE_BYTES * reached * tokens * model.hidden * model.moe_layers
    rate = _link(deployment, deployment.ep)
    return size / (deployment.gpus * constants().link_efficiency * rate)


def all_reduce_s(deployment: Deployment, tokens: float) -> float:
    """Seconds to sum the slices of `tokens` tokens over their tensor ranks, over all layers (ring)."""
    ranks = deployment.tensor_ranks
    if ranks <= 1:
        return 0.0
    model = deployment.architecture
    size = 2 * (ranks - 1) / ranks * 2 * tokens / deployment.dp_attn * model.hidden * _ACTIVATION_BYTES * model.layers
    return size / (constants().link_efficiency * _link(deployment, ranks))


def _link(deployment: Deployment, ranks: float) -> float:
    """Bytes/s of one GPU to others of its `ranks`."""
    if ranks > deployment.node_gpus:
        return constants().internode_bytes_per_s
    rate = deployment.device.link_bytes_per_s
    if rate is None:
        raise InputError(f"{deployment.device.name} has no link rate on record, so it can serve alone only.")
    return rate


def overhead_s(deployment: Deployment, sequences: float) -> float:
    """Seconds of a decode step that neither bytes nor FLOPs explain: launches, routing, latency, scheduling."""
    c, model = constants(), deployment.architecture
    exchanges = deployment.tensor_ranks > 1 or (deployment.gpus > 1 and model.experts > 0)
    collectives = model.layers * c.collective_s if exchanges else 0.0
    layer_s = c.layer_s + (c.sparse_layer_s if model.is_sparse else 0.0)
    launches = model.layers * layer_s + model.moe_layers * c.moe_layer_s
    return launches + collectives + c.sequence_s * sequences / deployment.dp_attn


def step_s(deployment: Deployment, sequences: float, context_tokens: float) -> float:
    """Seconds of one decode step for `sequences` sequences of `context_tokens` tokens each, over the replica."""
    roofline = math.hypot(
        decode_memory_s(deployment, sequences, context_tokens), decode_compute_s(deployment, sequences, context_tokens)
    )
    exchange = all_to_all_s(deployment, sequences) + all_reduce_s(deployment, sequences)
    return roofline + overhead_s(deployment, sequences) + exchange


def prefill_s(deployment: Deployment, tokens: float) -> float:
    """Seconds that a prompt of `tokens` tokens takes of the whole replica."""
    c, model = constants(), deployment.architecture
    efficiency = c.prefill_compute_efficiency * (c.sparse_prefill if model.is_sparse else 1.0)
    compute = model.prefill_flops(round(tokens)) / (efficiency * flops_per_s(deployment))
    return math.hypot(compute, all_to_all_s(deployment, tokens))


def sequences_that_fit(deployment: Deployment, context_tokens: float) -> int:
    """Sequences of `context_tokens` tokens whose KV fits beside the weights. Raises InputError where not one does."""
    room = memory(
        deployment.architecture,
        deployment.precision,
        deployment.kv_element_bytes,
        round(context_tokens),
        deployment.gpus,
        deployment.device.hbm_bytes,
        kv_copies=deployment.kv_copies,
    )
    if not room.fits or room.sequences < 1:
        raise InputError(room.reason or "the KV of a single sequence does not fit.")
    return room.sequences


def _in_flight(deployment: Deployment, context_tokens: float, concurrency: float) -> float:
    if concurrency <= 0:
        raise InputError(f"concurrency is {concurrency:g}: it must be above 0.")
    return min(concurrency, sequences_that_fit(deployment, context_tokens))


def _at_each_speed(deployment: Deployment, decode_s: float, prefill_s: float) -> tuple[tuple[float, float], ...]:
    """Times of a decode step and of a prefill, on slow, typical and fast engines."""
    step, read = speed(deployment, "decode"), speed(deployment, "prefill")
    return (
        (decode_s / step.low, prefill_s / read.low),
        (decode_s / step.typical, prefill_s / read.typical),
        (decode_s / step.high, prefill_s / read.high),
    )


def _rates(values: Iterable[float]) -> Range:
    slow, typical, fast = values
    return Range(slow, typical, fast)


def _times_ms(values: Iterable[float]) -> Range:
    slow, typical, fast = values
    return Range(1e3 * fast, 1e3 * typical, 1e3 * slow)


def _first_token_ms(typical_s: float) -> Range:
    """Its own bounds: how requests queue differs more from run to run than how fast engines are."""
    spread = _table()["first_token_spread"]
    return Range(*(1e3 * typical_s * (factor or 1.0) for factor in (spread.low, spread.typical, spread.high)))


def steady(deployment: Deployment, isl: float, osl: float, concurrency: float = math.inf) -> Throughput:
    """Mixed serving of requests of `isl` tokens in and `osl` out, `concurrency` at once or as many as memory holds.

    While a sequence is decoded, every other one is prefilled once for each `osl` of its steps. What does not fit
    waits. Raises InputError where the model does not fit.
    """
    if isl < 0 or osl < 1:
        raise InputError(f"isl {isl:g} and osl {osl:g}: at least 0 and 1.")
    context = isl + osl / 2
    batch = _in_flight(deployment, context, concurrency)
    times = _at_each_speed(deployment, step_s(deployment, batch, context), prefill_s(deployment, isl))
    tpots = [tpot_s(step, read, batch, osl) for step, read in times]
    waited = (concurrency / batch - 1) * osl if math.isfinite(concurrency) else 0.0
    ttfts = [ttft_s(step, read, batch) + waited * tpot for (step, read), tpot in zip(times, tpots, strict=True)]
    return Throughput(
        concurrency=batch,
        out_tok_s_per_gpu=_rates(batch / tpot / deployment.gpus for tpot in tpots),
        in_tok_s_per_gpu=_rates(batch / tpot / deployment.gpus * isl / osl for tpot in tpots),
        ttft_ms=_first_token_ms(ttfts[1]),
        tpot_ms=_times_ms(tpots),
    )


def tpot_s(step_s: float, prefill_s: float, sequences: float, osl: float) -> float:
    """Seconds a token: a decode step, and its share of the prefills of the other sequences meanwhile."""
    return step_s + sequences * prefill_s / osl


def ttft_s(step_s: float, prefill_s: float, sequences: float) -> float:
    """Seconds to the first token: one's own prefill, those of others that came just before, and a step."""
    c = constants()
    return c.first_token_s + step_s + prefill_s * (1 + c.prefill_queue * (sequences - 1))


def decode(deployment: Deployment, context_tokens: float, concurrency: float = math.inf) -> Throughput:
    """Decoding only, as on machines that leave prefill to others. Raises InputError where the model does not fit."""
    batch = _in_flight(deployment, context_tokens, concurrency)
    times = _at_each_speed(deployment, step_s(deployment, batch, context_tokens), 0.0)
    return Throughput(
        concurrency=batch,
        out_tok_s_per_gpu=_rates(batch / step / deployment.gpus for step, _ in times),
        tpot_ms=_times_ms(step for step, _ in times),
    )


def prefill(deployment: Deployment, isl: float) -> Throughput:
    """Reading prompts of `isl` tokens only, one after another. Raises InputError where the model does not fit."""
    if isl < 1:
        raise InputError(f"isl is {isl:g}: a prompt needs at least 1 token.")
    sequences_that_fit(deployment, isl)
    times = _at_each_speed(deployment, 0.0, prefill_s(deployment, isl))
    return Throughput(
        concurrency=1,
        in_tok_s_per_gpu=_rates(isl / read / deployment.gpus for _, read in times),
        ttft_ms=_first_token_ms(times[1][1]),
    )
