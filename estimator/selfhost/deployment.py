"""A model on a number of accelerators, and how it is spread over them."""

import math
from dataclasses import dataclass

from estimator.selfhost.architecture import Architecture
from estimator.selfhost.device import Device
from pricing.errors import InputError

KV_ELEMENT_BYTES = {"native": None, "bf16": 2.0, "fp16": 2.0, "fp8": 1.0, "int8": 1.0, "fp4": 0.5}
GPUS_PER_NODE = 8
KV_HEADS_APART = 8  # Grouped attention has 8 key-value heads as a rule; beyond, tensor ranks hold copies.


@dataclass(frozen=True, slots=True)
class Deployment:
    """One replica. `dp_attn` groups of GPUs hold attention, each for its own share of the sequences.

    `tp` is the width of tensor parallelism (None: that of an attention group; narrower ones form a pipeline), `ep`
    over how many GPUs whole experts are spread (1: each is sliced).
    """

    architecture: Architecture
    device: Device
    gpus: int
    precision: str = "native"
    kv_precision: str = "native"
    tp: int | None = None
    dp_attn: int = 1
    ep: int = 1

    def __post_init__(self) -> None:
        for name, count in (("n_gpu", self.gpus), ("tp", self.tp), ("ep", self.ep)):
            if count is not None and count < 1:
                raise InputError(f"{name} is {count}: it must be at least 1.")
        if not 1 <= self.dp_attn <= self.gpus:
            raise InputError(f"dp_attn is {self.dp_attn}: it must lie between 1 and the {self.gpus} GPUs.")
        if self.kv_precision not in KV_ELEMENT_BYTES:
            raise InputError(f"kv_prec {self.kv_precision} is unknown: use one of {', '.join(KV_ELEMENT_BYTES)}.")

    @property
    def attention_gpus(self) -> float:
        """GPUs that share the attention of one sequence."""
        return self.gpus / self.dp_attn

    @property
    def tensor_ranks(self) -> float:
        """GPUs that sum up their slices of every layer."""
        return min(self.tp or self.attention_gpus, self.attention_gpus)

    @property
    def kv_element_bytes(self) -> float | None:
        return KV_ELEMENT_BYTES[self.kv_precision]

    @property
    def kv_shares(self) -> float:
        """Over how many GPUs' memory the KV cache is spread without copies. Latent KV is copied to each tensor rank."""
        if self.architecture.is_latent_kv:
            return self.dp_attn
        return min(self.gpus, KV_HEADS_APART * self.dp_attn)

    @property
    def kv_copies(self) -> int:
        """How often the cache of one sequence is kept."""
        return math.ceil(self.gpus / self.kv_shares)

    @property
    def node_gpus(self) -> int:
        """GPUs within reach of the device's own link: those of a server, or of a rack that is wired as one."""
        return max(self.device.link_gpus, GPUS_PER_NODE)


def layouts(architecture: Architecture, device: Device, gpus: int, precision: str) -> tuple[Deployment, ...]:
    """The usual ways to spread a model: sliced over all GPUs and, where its cache would be copied to each, not so.

    Beyond a node latent attention is not sliced. Raises InputError for more GPUs than a fast link can join.
    """
    if gpus > GPUS_PER_NODE and device.link_gpus == 1:
        raise InputError(f"{device.name} has no fast link: {gpus} of them cannot serve one model.")
    sliced = Deployment(architecture, device, gpus, precision)
    if gpus == 1 or not architecture.is_latent_kv:
        return (sliced,)
    apart = Deployment(architecture, device, gpus, precision, dp_attn=gpus, ep=gpus if architecture.experts else 1)
    return (apart,) if gpus > GPUS_PER_NODE else (sliced, apart)
