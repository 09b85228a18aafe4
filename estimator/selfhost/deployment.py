"""A model on a number of accelerators, and how it is spread over them."""

import math
from dataclasses import dataclass

from estimator.selfhost.architecture import Architecture
from estimator.selfhost.device import Device
from pricing.errors import InputError

KV_ELEMENT_BYTES = {"native": None, "bf16": 2.0, "fp16": 2.0, "fp8": 1.0, "int8": 1.0, "fp4": 0.5}
GPUS_PER_NODE = 8


@dataclass(frozen=True, slots=True)
class Deployment:
    """One replica: `stages` groups of GPUs hold the layers in turn, and within each stage the work is spread.

    `dp_attn` groups of a stage's GPUs hold attention, each for its own share of the sequences; the GPUs of a group
    slice it (tensor parallelism). Whole experts are spread over `ep` GPUs (1: each is sliced). `drafts`: tokens that
    multi-token prediction proposes a step, of which `accepted_tokens` come out (with the step's own). `is_local`: an
    engine for one's own machine (llama.cpp, Ollama, MLX) in place of a server's. Raises InputError for counts that
    do not divide.
    """

    architecture: Architecture
    device: Device
    gpus: int
    precision: str = "native"
    kv_precision: str = "native"
    stages: int = 1
    dp_attn: int = 1
    ep: int = 1
    drafts: int = 0
    accepted_tokens: float = 1.0
    is_local: bool = False

    def __post_init__(self) -> None:
        for name, count in (("n_gpu", self.gpus), ("pp", self.stages), ("dp_attn", self.dp_attn), ("ep", self.ep)):
            if count < 1:
                raise InputError(f"{name} is {count}: it must be at least 1.")
            if self.gpus % count:
                raise InputError(f"{name} is {count}: {self.gpus} GPUs do not divide into so many equal groups.")
        for name, count in (("dp_attn", self.dp_attn), ("ep", self.ep)):
            if self.stage_gpus % count:
                raise InputError(f"{name} is {count}: the {self.stage_gpus} GPUs of a stage do not divide by it.")
        if self.kv_precision not in KV_ELEMENT_BYTES:
            raise InputError(f"kv_prec {self.kv_precision} is unknown: use one of {', '.join(KV_ELEMENT_BYTES)}.")
        if not 1 <= self.accepted_tokens <= 1 + self.drafts:
            raise InputError(
                f"accepted_tokens is {self.accepted_tokens:g}: with {self.drafts} drafts a step gives 1 to "
                f"{1 + self.drafts} tokens."
            )

    @property
    def stage_gpus(self) -> int:
        """GPUs that work on the same layers."""
        return self.gpus // self.stages

    @property
    def tensor_ranks(self) -> int:
        """GPUs that slice the attention of one sequence and sum up their parts."""
        return self.stage_gpus // self.dp_attn

    @property
    def kv_element_bytes(self) -> float | None:
        return KV_ELEMENT_BYTES[self.kv_precision]

    @property
    def kv_shares(self) -> int:
        """Over how many GPUs of a stage its KV cache is spread without copies.

        Ranks beyond the number of key-value heads hold copies; latent KV, as one head, is copied to each rank.
        """
        return min(self.stage_gpus, self.architecture.kv_heads * self.dp_attn)

    @property
    def kv_copies(self) -> int:
        """How often the cache of one sequence is kept."""
        return math.ceil(self.stage_gpus / self.kv_shares)

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
