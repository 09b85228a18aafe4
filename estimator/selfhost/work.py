"""What a deployment must move, compute and launch for a load, at the data sheet's rates: no measured efficiency yet."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, lru_cache

import numpy as np

from estimator.selfhost.architecture import Architecture
from estimator.selfhost.attention import AnyAttention, Latent
from estimator.selfhost.deployment import Deployment
from estimator.selfhost.device import Device
from estimator.selfhost.memory import NATIVE, weight_bytes, weight_precision
from estimator.selfhost.numbers import Index, Number
from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_table

WIDTHS = (4, 8, 16)  # Bits in which chips multiply; a Work names one by its place here.
MAKERS = ("nvidia_datacentre", "nvidia_card", "amd", "apple", "other")  # A Work names one by its place here.

FAR_BYTES_PER_S = 50e9  # A 400 Gbit/s adapter for each GPU joins nodes.
_NODES_A_TOKEN = 4  # Routers send a token to at most four nodes.
_DISPATCH_COMBINE_BYTES = 3  # An expert's input travels in 8 bits, its output in 16.
_ACTIVATION_BYTES = 2
_READ_AND_WRITE = 2
_EXPERT_PASSES = 2  # Tokens are copied out to their experts, and gathered from them.
_REDUCES_A_LAYER = 2  # After attention and after the feed-forward part.


@dataclass(frozen=True, slots=True)
class Work:
    """Work of one deployment at one load; or, stacked, of many: each field then is an array.

    Seconds are at peak rates, of one GPU (memory) or of all GPUs of a stage together (compute).
    """

    gpus: Number  # Of one copy of the model.
    stages: Number  # Of the pipeline: each holds its share of the layers.
    groups: Number  # Data-parallel attention groups of a stage.
    drafts: Number  # Tokens that are drafted for a step.
    accepted: Number  # Tokens that come out of a step.
    shared_s: Number  # To read a GPU's share of all weights but the routed experts.
    expert_s: Number  # To read its share of one routed expert of every layer.
    experts: Number  # Routed experts of a layer.
    top_k: Number  # Routed experts of a layer that a token is sent to.
    cache_s: Number  # To read its share of the cache of one sequence.
    dense_s: Number  # To compute one token, without routed experts and attention over the cache.
    dense_width: Index  # In which these weights multiply, by its place in WIDTHS.
    routed_s: Number  # To compute one token in its routed experts.
    routed_width: Index  # In which experts multiply, by its place in WIDTHS.
    attention_s: Number  # To compute one token's attention over the cache, at the context of the load.
    is_sparse: Number  # Whether attention chooses what it looks at.
    prompt_tokens: Number  # Of a prompt to be read, those in a prefix cache apart.
    prompt_share: Number  # Of the layers, that a prompt runs through.
    prompt_attention_s: Number  # To compute attention of the whole prompt over itself.
    activation_s: Number  # To read and write one token's activations once for each kernel.
    expert_activation_s: Number  # To read and write one token's copies for its experts.
    reduce_s: Number  # To sum up one token's slices over the tensor ranks.
    exchange_s: Number  # To send one token to its experts and back.
    layers: Number  # Of the model.
    kernels: Number  # Launched for a step, over all layers.
    collectives: Number  # Exchanges of a step one after another, times log2 of the GPUs that take part.
    is_card_link: Number  # Whether the GPUs talk over PCIe or a network card.
    far_layers: Number  # Layers whose experts are spread over nodes.
    is_spread: Number  # Whether whole experts are spread over GPUs.
    maker: Index  # Whose device it is, by its place in MAKERS.
    is_server: Number  # Whether it is an NVIDIA GPU for servers.
    is_local: Number  # Whether the engine is one for one's own machine.


def stack(works: Sequence[Work]) -> Work:
    """Many in one, so that a formula runs once over all."""
    return Work(**{f.name: np.array([getattr(w, f.name) for w in works]) for f in fields(Work)})


class KernelCount(Fact):
    """A row of data/throughput/kernels.csv: kernels that an engine launches for a part of a layer."""

    part: str
    kernels: int
    source: str
    note: str = ""


@cache
def _counts() -> Mapping[str, int]:
    return {row.part: row.kernels for row in read_table(DATA / "throughput" / "kernels.csv", KernelCount)}


def kernels(architecture: Architecture, *, quantised: bool) -> int:
    """Kernels of a step over all layers; `quantised`: activations are scaled block by block before each product."""
    count = _counts()
    attention = sum(a.layers * count[_part(a)] for a in architecture.known.attention)
    routed = architecture.moe_layers
    forward = (architecture.layers - routed) * count["dense"] + routed * count["experts"]
    return attention + forward + architecture.layers * count["quantised"] * quantised


def _part(attention: AnyAttention) -> str:
    if isinstance(attention, Latent) and attention.top_k:
        return "sparse_latent"
    return attention.kind


def weight_bits(deployment: Deployment) -> tuple[float, float]:
    """Bits of a weight of the routed experts (or of a dense model), and of one of all else, as served."""
    model, precision = deployment.architecture, deployment.precision
    if precision in {file.name for file in model.files}:
        mean = 8 * weight_bytes(model, precision) / (model.nonrouted_parameters + model.routed_parameters)
        return mean, mean
    form = weight_precision(model, precision)
    return form.bits, form.other_bits if model.experts else form.bits


def arithmetic_bits(weight_bits: float, precision: str, device: Device) -> int:
    """The width in which weights multiply: 8-bit formats and NVFP4 in their own, most others unpacked to 16 bits.

    MXFP4 weights meet activations in 8 bits: DeepSeek's everywhere, gpt-oss' where the chip knows FP4.
    """
    if weight_bits == 8:
        return 8
    if weight_bits < 8 and precision == "nvfp4":
        return 4
    if weight_bits < 8 and (precision == "fp4" or (precision == "mxfp4" and device.fp4_tflops)):
        return 8
    return 16


def maker(device: Device) -> int:
    """The place in MAKERS of a device: whose kernels run on it, and what stands around it."""
    vendor = device.vendor.lower()
    if vendor == "nvidia":
        return MAKERS.index("nvidia_datacentre" if device.class_ == "datacentre" else "nvidia_card")
    return MAKERS.index(vendor if vendor in MAKERS else "other")


def link_bytes_per_s(deployment: Deployment, ranks: int) -> float:
    """Bytes/s of one GPU to others of its `ranks`. Raises InputError where no rate is on record."""
    if ranks > deployment.node_gpus:
        return FAR_BYTES_PER_S
    rate = deployment.device.link_bytes_per_s
    if rate is None:
        raise InputError(f"{deployment.device.name} has no link rate on record, so it can serve alone only.")
    return rate


def reduce_s(deployment: Deployment) -> float:
    """Seconds to sum up the slices of one token, over all layers: each rank sends (n - 1)/n of it, twice a layer."""
    ranks, model = deployment.tensor_ranks, deployment.architecture
    if ranks == 1:
        return 0.0
    size = (ranks - 1) / ranks * _REDUCES_A_LAYER * _ACTIVATION_BYTES * model.hidden * model.layers
    return size / deployment.dp_attn / link_bytes_per_s(deployment, ranks)


def exchange_s(deployment: Deployment) -> float:
    """Seconds to send one token to whole experts on other GPUs and back, over all layers. 0 where none leave."""
    model = deployment.architecture
    if deployment.ep == 1 or not model.experts:
        return 0.0
    far = deployment.ep > deployment.node_gpus
    reached = min(model.top_k, _NODES_A_TOKEN) if far else model.top_k
    size = _DISPATCH_COMBINE_BYTES * reached * model.hidden * model.moe_layers
    return size / (deployment.stage_gpus * link_bytes_per_s(deployment, deployment.ep))


@lru_cache(maxsize=4096)  # The same work is asked for at several numbers of requests at once.
def work(deployment: Deployment, context_tokens: float, prompt_tokens: float = 0.0, cached_tokens: float = 0.0) -> Work:
    """For decoding at `context_tokens` and for reading prompts of `prompt_tokens`, the first of them in a prefix cache.

    Raises InputError where the precision, a rate or the configuration is unknown.
    """
    model, device = deployment.architecture, deployment.device
    g, bandwidth = deployment.stage_gpus, device.hbm_bytes_per_s
    attention_peak = g * device.flops_per_s(16)
    exchanges = deployment.tensor_ranks > 1 or (g > 1 and model.experts > 0)
    at_rest = _at_rest(model, device, *_formats(deployment))
    return Work(
        gpus=deployment.gpus,
        stages=deployment.stages,
        groups=deployment.dp_attn,
        drafts=deployment.drafts,
        accepted=deployment.accepted_tokens,
        shared_s=at_rest.shared_bytes / deployment.tensor_ranks / bandwidth,
        expert_s=at_rest.expert_bytes / g / bandwidth,
        experts=model.experts,
        top_k=model.top_k,
        cache_s=model.kv_read_bytes(context_tokens, deployment.kv_element_bytes) / deployment.kv_shares / bandwidth,
        dense_s=at_rest.dense_s / g,
        dense_width=at_rest.dense_width,
        routed_s=at_rest.routed_s / g,
        routed_width=at_rest.routed_width,
        attention_s=model.attention_flops(context_tokens) / attention_peak,
        is_sparse=float(model.is_sparse),
        prompt_tokens=prompt_tokens - cached_tokens,
        prompt_share=model.prefill_share,
        prompt_attention_s=(model.prefill_attention_flops(prompt_tokens) - model.prefill_attention_flops(cached_tokens))
        / attention_peak,
        activation_s=at_rest.kernels * at_rest.pass_s / deployment.dp_attn,
        expert_activation_s=_EXPERT_PASSES * model.top_k * model.moe_layers * at_rest.pass_s / deployment.ep,
        reduce_s=reduce_s(deployment),
        exchange_s=exchange_s(deployment),
        layers=model.layers,
        kernels=at_rest.kernels,
        collectives=_REDUCES_A_LAYER * model.layers * math.log2(min(g, deployment.node_gpus)) * exchanges,
        is_card_link=float(device.link_gpus == 1),
        far_layers=model.moe_layers * float(deployment.ep > deployment.node_gpus),
        is_spread=float(deployment.ep > 1 and model.experts > 0),
        maker=at_rest.maker,
        is_server=float(at_rest.maker == 0),
        is_local=float(deployment.is_local),
    )


@dataclass(frozen=True, slots=True)
class _AtRest:
    """What does not depend on the load or the layout: bytes, and seconds of one GPU at peak."""

    shared_bytes: float
    expert_bytes: float
    dense_s: float
    dense_width: int
    routed_s: float
    routed_width: int
    kernels: int
    pass_s: float
    maker: int


def _formats(deployment: Deployment) -> tuple[float, float, str]:
    """Bits of experts and of all else, and the name of the format."""
    model, precision = deployment.architecture, deployment.precision
    named = (model.native_precision or "") if precision == NATIVE else precision
    return (*weight_bits(deployment), named)


@cache
def _at_rest(model: Architecture, device: Device, expert_bits: float, other_bits: float, named: str) -> _AtRest:
    routed_bits, dense_bits = (arithmetic_bits(bits, named, device) for bits in (expert_bits, other_bits))
    routed = model.known.routed(f.top_k for f in model.known.feed_forward)
    # FP8 of dense models is scaled once a tensor, ahead of time; MXFP4 of gpt-oss takes activations as they are.
    scaled = routed_bits == 4 or (bool(model.experts) and routed_bits == 8 and named != "mxfp4")
    return _AtRest(
        shared_bytes=model.nonrouted_parameters * other_bits / 8,
        expert_bytes=model.moe_layers * model.expert_parameters * expert_bits / 8,
        dense_s=2.0 * (model.active_parameters - routed) / device.flops_per_s(dense_bits),
        dense_width=WIDTHS.index(dense_bits),
        routed_s=2.0 * routed / device.flops_per_s(routed_bits),
        routed_width=WIDTHS.index(routed_bits),
        kernels=kernels(model, quantised=scaled),
        pass_s=_READ_AND_WRITE * _ACTIVATION_BYTES * model.hidden / device.hbm_bytes_per_s,
        maker=maker(device),
    )
