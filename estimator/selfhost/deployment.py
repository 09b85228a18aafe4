"""A model on a number of accelerators, and how it is spread over them."""

import math
from dataclasses import dataclass

from estimator.selfhost.architecture import Architecture
from estimator.selfhost.device import Device
from pricing.errors import InputError

KV_ELEMENT_BYTES = {"native": None, "bf16": 2.0, "fp16": 2.0, "fp8": 1.0, "int8": 1.0, "fp4": 0.5}
KV_HEADS_APART = 8  # Grouped attention has 8 key-value heads as a rule; beyond, tensor ranks hold copies.


@dataclass(frozen=True, slots=True)
class Deployment:
    """One replica. `dp_attn` groups of GPUs hold attention, each for its own share of the sequences.

    `tp` is the width of tensor parallelism, `ep` over how many GPUs whole experts are spread (1: each is sliced).
    """

    architecture: Architecture
    device: Device
    gpus: int
    precision: str = "native"
    kv_precision: str = "native"
    tp: int = 0
    dp_attn: int = 1
    ep: int = 1

    def __post_init__(self) -> None:
        if self.gpus < 1 or self.ep < 1 or self.tp < 0:
            raise InputError(f"n_gpu {self.gpus}, tp {self.tp}, ep {self.ep}: each must be at least 1.")
        if not 1 <= self.dp_attn <= self.gpus:
            raise InputError(f"dp_attn is {self.dp_attn}: it must lie between 1 and the {self.gpus} GPUs.")
        if self.kv_precision not in KV_ELEMENT_BYTES:
            raise InputError(f"kv_prec {self.kv_precision} is unknown: use one of {', '.join(KV_ELEMENT_BYTES)}.")

    @property
    def attention_gpus(self) -> float:
        """GPUs that share the attention of one sequence."""
        return self.gpus / self.dp_attn

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
    def spans_nodes(self) -> bool:
        """Whether it reaches beyond the GPUs that share the fast link."""
        return self.gpus > self.device.link_gpus
