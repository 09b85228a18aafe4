"""Whether a model fits on some GPUs, and how many sequences fit beside it."""

import math
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated

from pydantic import Field

from estimator.selfhost.architecture import Architecture
from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_table

NATIVE = "native"
_GB = 1e9

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Precision(Fact):
    """Bits a weight, scales included: `bits` of routed experts or of a dense model, `other_bits` of all else."""

    id: str
    bits: Positive
    other_bits: Positive
    source: str
    checked_on: date
    note: str = ""


class MemoryFact(Fact):
    """A figure of data/models/memory.csv."""

    name: str
    value: Positive
    unit: str
    source: str
    checked_on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes over all GPUs of a replica, every copy of the cache counted; `reason` says why the model does not fit."""

    weights_bytes: float
    kv_bytes_per_sequence: float
    reserve_bytes: float
    total_bytes: float
    free_for_kv_bytes: float
    sequences: int
    fits: bool
    reason: str


@cache
def precisions() -> dict[str, Precision]:
    """Weight formats by id, from data/models/precisions.csv."""
    return {p.id: p for p in read_table(DATA / "models" / "precisions.csv", Precision)}


@cache
def usable_hbm_share() -> float:
    """The share of a GPU's memory for weights and cache, from data/models/memory.csv."""
    facts = {f.name: f.value for f in read_table(DATA / "models" / "memory.csv", MemoryFact)}
    return facts["usable_hbm_share"]


def weight_precision(architecture: Architecture, precision: str) -> Precision:
    """The format by id, or the one a model is released in for "native". Raises InputError where it is unknown."""
    if precision == NATIVE and architecture.native_precision is None:
        raise InputError(f"{architecture.name}: the format of its weights is unknown. Name a precision.")
    wanted = (architecture.native_precision or "") if precision == NATIVE else precision
    found = precisions().get(wanted.lower())
    if found is None:
        choices = ", ".join([NATIVE, *precisions(), *(file.name for file in architecture.files)])
        raise InputError(f"{precision!r} is no precision of {architecture.name}. Choose one of: {choices}.")
    return found


def weight_bytes(architecture: Architecture, precision: str) -> float:
    """Bytes of the weights, n-gram tables apart.

    `precision`: an id of data/models/precisions.csv, "native", or a published file's name, which gives its real size.
    A rumour's stated total takes the same bits throughout.
    """
    for file in architecture.files:
        if file.name == precision:
            return float(file.bytes)
    form = weight_precision(architecture, precision)
    total = architecture.total_parameters or 0
    if not architecture.is_complete or architecture.experts == 0:
        return total * form.bits / 8
    return (architecture.routed_parameters * form.bits + architecture.nonrouted_parameters * form.other_bits) / 8


def lookup_bytes(architecture: Architecture) -> float:
    """Bytes of the n-gram tables (Engram), in FP8 as released. A server may keep them in the host's memory."""
    return architecture.lookup_parameters * precisions()["fp8"].bits / 8


def memory(  # noqa: PLR0917
    architecture: Architecture,
    precision: str,
    kv_element_bytes: float | None,
    context_tokens: int,
    gpus: int,
    hbm_bytes_per_gpu: float,
    *,
    kv_copies: int = 1,
) -> Memory:
    """What `gpus` equal GPUs hold of a model and of sequences of `context_tokens`.

    kv_element_bytes: 2 for BF16, 1 for FP8, None for the published serving format. kv_copies: how often each
    sequence's cache is kept (latent caches: once on every tensor rank). Raises InputError for an unknown precision,
    a model without a configuration, or counts that are not positive.
    """
    for name, count in (("context_tokens", context_tokens), ("gpus", gpus), ("kv_copies", kv_copies)):
        if count < 1:
            raise InputError(f"{name} is {count}: give 1 or more.")
    for name, size in (("hbm_bytes_per_gpu", hbm_bytes_per_gpu), ("kv_element_bytes", kv_element_bytes)):
        if size is not None and not (math.isfinite(size) and size > 0):
            raise InputError(f"{name} is {size}: give a number above 0.")
    weights = weight_bytes(architecture, precision)
    per_sequence = architecture.kv_bytes(context_tokens, kv_element_bytes) * kv_copies
    total = gpus * hbm_bytes_per_gpu
    usable = total * usable_hbm_share()
    free = max(0.0, usable - weights)
    sequences = int(free // per_sequence)
    reason = ""
    if context_tokens > architecture.max_context_tokens:
        reason = (
            f"{architecture.name} takes at most {architecture.max_context_tokens:,} tokens, not {context_tokens:,}."
        )
    elif weights > usable:
        reason = f"The weights take {weights / _GB:,.0f} GB; of {total / _GB:,.0f} GB, {usable / _GB:,.0f} are usable."
    elif sequences < 1:
        reason = (
            f"Beside the weights {free / _GB:,.1f} GB are free; a sequence of {context_tokens:,} tokens takes "
            f"{per_sequence / _GB:,.1f} GB."
        )
    return Memory(
        weights_bytes=weights,
        kv_bytes_per_sequence=per_sequence,
        reserve_bytes=total - usable,
        total_bytes=total,
        free_for_kv_bytes=free,
        sequences=0 if reason else sequences,
        fits=not reason,
        reason=reason,
    )
