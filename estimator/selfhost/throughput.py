"""How fast a deployment serves: one formula a function, constants in data/throughput/constants.csv.

A roofline with measured efficiencies and fixed times a layer, fitted to published runs. It leaves out the engine,
its version, and speculative decoding.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache

from estimator.selfhost.deployment import Deployment
from estimator.selfhost.memory import memory, weight_bytes, weight_precision
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


@dataclass(frozen=True, slots=True)
class Range:
    """An estimate and the bounds that four in five measurements lie within."""

    low: float
    typical: float
    high: float


@dataclass(frozen=True, slots=True)
class Throughput:
    """What one replica does with `concurrency` sequences in flight. Tokens/s per GPU; times in ms; None: no such phase."""

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


def speed(deployment: Deployment) -> Range:
    """Measured speed over that of the formulas, for the device's vendor and class: tenth, median, ninetieth."""
    device = deployment.device
    name = f"speed_{device.vendor}_{device.class_}".lower()
    row = _table().get(name) or _table()["speed_other"]
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


def flops_per_s(deployment: Deployment) -> float:
    """Peak FLOP/s of all GPUs together at the width of the weights."""
    return deployment.gpus * deployment.device.flops_per_s(weight_bits(deployment)[0])


def decode_compute_s(deployment: Deployment, sequences: float, context_tokens: float) -> float:
    """Seconds to compute a decode step."""
    flops = sequences * deployment.architecture.decode_flops_per_token(round(context_tokens))
    return flops / (constants().decode_compute_efficiency * flops_per_s(deployment))


def all_to_all_s(deployment: Deployment, tokens: float) -> float:
    """Seconds to send `tokens` tokens to whole experts on other GPUs and back, over all layers. 0 where none leave."""
    model = deployment.architecture
    if deployment.ep == 1 or not model.experts:
        return 0.0
    across = deployment.spans_nodes and deployment.ep > deployment.device.link_gpus
    reached = min(model.top_k, _NODES_A_TOKEN) if across else model.top_k
    size = _DISPATCH_COMBINE_BYTES * reached * tokens * model.hidden * model.moe_layers
    rate = constants().internode_bytes_per_s if across else _link(deployment)
    return size / (deployment.gpus * constants().link_efficiency * rate)


def all_reduce_s(deployment: Deployment, tokens: float) -> float:
    """Seconds to sum the slices of `tokens` tokens over the GPUs of an attention group, over all layers (ring)."""
    ranks = deployment.attention_gpus
    if ranks <= 1:
        return 0.0
    model = deployment.architecture
    size = 2 * (ranks - 1) / ranks * 2 * tokens / deployment.dp_attn * model.hidden * _ACTIVATION_BYTES * model.layers
    rate = constants().internode_bytes_per_s if ranks > deployment.device.link_gpus > 1 else _link(deployment)
    return size / (constants().link_efficiency * rate)


def _link(deployment: Deployment) -> float:
    rate = deployment.device.link_bytes_per_s
    if rate is None:
        raise InputError(f"{deployment.device.name} has no link rate on record, so it can serve alone only.")
    return rate


def overhead_s(deployment: Deployment, sequences: float) -> float:
    """Seconds of a decode step that neither bytes nor FLOPs explain: launches, routing, latency, scheduling."""
    c, model = constants(), deployment.architecture
    collectives = model.layers * c.collective_s if deployment.gpus > 1 else 0.0
    launches = model.layers * c.layer_s + model.moe_layers * c.moe_layer_s
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
    compute = deployment.architecture.prefill_flops(round(tokens)) / (
        constants().prefill_compute_efficiency * flops_per_s(deployment)
    )
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


def _faster(rate: float, by: Range) -> Range:
    return Range(rate * by.low, rate * by.typical, rate * by.high)


def _sooner(time_s: float, by: Range) -> Range:
    return Range(1e3 * time_s / by.high, 1e3 * time_s / by.typical, 1e3 * time_s / by.low)


def steady(deployment: Deployment, isl: float, osl: float, concurrency: float = math.inf) -> Throughput:
    """Mixed serving of requests of `isl` tokens in and `osl` out, `concurrency` at once or as many as memory holds.

    While a sequence is decoded, every other one is prefilled once for each `osl` of its steps. What does not fit
    waits. Raises InputError where the model does not fit.
    """
    if isl < 0 or osl < 1:
        raise InputError(f"isl {isl:g} and osl {osl:g}: at least 0 and 1.")
    context = isl + osl / 2
    batch = _in_flight(deployment, context, concurrency)
    own_prefill_s = prefill_s(deployment, isl)
    alone_s = step_s(deployment, batch, context)
    tpot_s = alone_s + batch * own_prefill_s / osl
    rounds_waited = concurrency / batch - 1 if math.isfinite(concurrency) else 0.0
    ttft_s = own_prefill_s + alone_s + rounds_waited * osl * tpot_s
    out = batch / tpot_s / deployment.gpus
    by = speed(deployment)
    return Throughput(
        concurrency=batch,
        out_tok_s_per_gpu=_faster(out, by),
        in_tok_s_per_gpu=_faster(out * isl / osl, by),
        ttft_ms=_sooner(ttft_s, by),
        tpot_ms=_sooner(tpot_s, by),
    )


def decode(deployment: Deployment, context_tokens: float, concurrency: float = math.inf) -> Throughput:
    """Decoding only, as on machines that leave prefill to others. Raises InputError where the model does not fit."""
    batch = _in_flight(deployment, context_tokens, concurrency)
    tpot_s = step_s(deployment, batch, context_tokens)
    by = speed(deployment)
    return Throughput(
        concurrency=batch,
        out_tok_s_per_gpu=_faster(batch / tpot_s / deployment.gpus, by),
        tpot_ms=_sooner(tpot_s, by),
    )


def prefill(deployment: Deployment, isl: float) -> Throughput:
    """Reading prompts of `isl` tokens only, one after another. Raises InputError where the model does not fit."""
    if isl < 1:
        raise InputError(f"isl is {isl:g}: a prompt needs at least 1 token.")
    sequences_that_fit(deployment, isl)
    time_s = prefill_s(deployment, isl)
    by = speed(deployment)
    return Throughput(
        concurrency=1,
        in_tok_s_per_gpu=_faster(isl / time_s / deployment.gpus, by),
        ttft_ms=_sooner(time_s, by),
    )
