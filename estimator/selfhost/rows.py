"""What a row of a table of deployments says, in our terms."""

import math
import re
from collections.abc import Mapping
from functools import cache

from estimator.selfhost.architecture import Architecture, find_architecture
from estimator.selfhost.deployment import GPUS_PER_NODE, Deployment
from estimator.selfhost.device import Device, find_device
from estimator.selfhost.memory import NATIVE
from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_table

_HOSTS = ("cpu", "xeon", "epyc", "host", "ddr")
_LOCAL_ENGINES = ("llama.cpp", "llamacpp", "ollama", "ds4", "mlx", "lm studio")
_LOCAL_FORMATS = re.compile(r"q\d|iq\d|ternary|mxfp4_gguf")
_USUAL_DRAFTS = 3
SEQUENCES_APART = 12  # A GPU, from which on recipes give each its own: SGLang's for V4 slice at 4 and part at 16.


class PrecisionAlias(Fact):
    """A row of data/throughput/precisions.csv: how engines and files spell a precision, and what we call it."""

    alias: str
    precision: str


class Acceptance(Fact):
    """A row of data/throughput/acceptance.csv: tokens that a step gives with so many drafts."""

    drafts: int
    accepted_tokens: float
    source: str
    note: str = ""


@cache
def _precisions() -> Mapping[str, str]:
    rows = read_table(DATA / "throughput" / "precisions.csv", PrecisionAlias)
    return {row.alias.lower(): row.precision for row in rows}


@cache
def acceptance() -> Mapping[int, float]:
    """Tokens a step by drafts, as measured with multi-token prediction."""
    return {a.drafts: a.accepted_tokens for a in read_table(DATA / "throughput" / "acceptance.csv", Acceptance)}


def accepted_tokens(drafts: int) -> float:
    """Tokens that a step gives, its own among them; with more drafts than were measured, as with the most that were."""
    return 1.0 if drafts < 1 else acceptance()[min(drafts, max(acceptance()))]


def deployment(row: Mapping[str, str]) -> Deployment:
    """What a row describes. Raises InputError for unknown models, devices and formats, and for impossible layouts."""
    hardware = row.get("hw", "")
    if any(host in hardware.lower() for host in _HOSTS):
        raise InputError(f"{hardware} keeps weights in the memory of its host, which is not modelled.")
    device, architecture = find_device(hardware), find_architecture(row.get("model", ""))
    is_local = _is_local(row, device)
    gpus = _gpus(row)
    groups = 1 if is_local else _groups(row, gpus, architecture)
    drafts, accepted = _drafts(row.get("spec", ""))
    return Deployment(
        architecture=architecture,
        device=device,
        gpus=gpus,
        precision=_precision(row.get("prec", ""), architecture, is_local=is_local),
        kv_precision=row.get("kv_prec", "").lower() or "native",
        stages=_stages(row, gpus, groups, is_local=is_local),
        dp_attn=groups,
        ep=max(groups if architecture.experts else 1, round(number(row, "ep") or 1)),
        drafts=drafts,
        accepted_tokens=accepted,
        is_local=is_local,
    )


def concurrency(row: Mapping[str, str], gpus: int) -> float | None:
    """Sequences in flight on a replica of `gpus` GPUs; infinite where the row asks for the most that fits."""
    if (row.get("concurrency") or "").strip().lower() == "max":
        return math.inf
    together, per_gpu = number(row, "concurrency"), number(row, "batch_per_gpu")
    if together and row.get("phase") == "disagg":
        return together * gpus / max(number(row, "n_gpu") or 0, gpus)
    return together or (per_gpu and per_gpu * gpus)


def _gpus(row: Mapping[str, str]) -> int:
    """As stated, or as many as the experts are spread over where the row speaks of one node of a larger replica.

    Where other machines read the prompts, one of those that decode: the row counts all.
    """
    tp, ep = number(row, "tp"), number(row, "ep") or 1
    if row.get("phase") == "disagg" and tp:
        return round(max(tp, ep))
    stated = number(row, "n_gpu") or (tp or 0) * (number(row, "pp") or 1)
    return max(round(known(round(stated), "n_gpu")), round(ep), _wide(row))


def _wide(row: Mapping[str, str]) -> int:
    """The GPUs that `parallelism` spreads experts over, 1 where it does not say."""
    found = re.search(r"\bEP\s?(\d+)", row.get("parallelism", ""))
    return int(found[1]) if found else 1


def _groups(row: Mapping[str, str], gpus: int, architecture: Architecture) -> int:
    """Groups that attention is spread over. Where that is left open, as operators do it: latent attention is sliced
    for a few sequences, and each GPU has its own of many; nobody slices it over more than a node.
    """
    stated, words = number(row, "dp_attn"), row.get("parallelism", "")
    if stated and stated > 1:
        return gpus if _wide(row) == gpus > GPUS_PER_NODE else round(stated)
    tp, ep = number(row, "tp"), number(row, "ep")
    if tp and ep == gpus > tp and not gpus % tp:
        return gpus // round(tp)  # Whole experts over all GPUs, and attention in slices of tp.
    if gpus == 1 or not architecture.is_latent_kv:
        return 1
    if gpus > GPUS_PER_NODE or re.search(r"DP[ -]attention|/DP\d", words):
        return gpus
    many = (concurrency(row, gpus) or 0) >= SEQUENCES_APART * gpus
    return gpus if many and stated is None and not ep else 1


def _stages(row: Mapping[str, str], gpus: int, groups: int, *, is_local: bool) -> int:
    """Stages of the pipeline: as stated, or what tensor and data parallelism leave."""
    stated, tp = number(row, "pp"), number(row, "tp")
    if stated and stated > 1:
        return round(stated)
    if tp is None:
        return gpus if is_local else 1  # Local engines hand layers on from card to card.
    across = round(tp) * groups if round(tp) * groups <= gpus else round(tp)
    if across < 1 or gpus % across:
        raise InputError(f"tp is {tp:g}: {gpus} GPUs do not divide into so many equal groups.")
    return gpus // across if groups == 1 or not number(row, "ep") else 1


def _is_local(row: Mapping[str, str], device: Device) -> bool:
    """Whether an engine for one's own machine runs it: by its name, by the format of the file, or on a Mac."""
    engine, precision = row.get("engine", "").lower(), row.get("prec", "").strip().lower()
    named = any(name in engine for name in _LOCAL_ENGINES)
    packed = bool(_LOCAL_FORMATS.match(_precisions().get(precision, precision)))
    return named or packed or device.vendor == "Apple"


def _precision(text: str, architecture: Architecture, *, is_local: bool) -> str:
    """Our name of a format. FP4 is the model's own where it has one, else NVIDIA's."""
    plain = text.strip().lower()
    name = _precisions().get(plain, plain) or NATIVE
    if name == "fp4":
        own = architecture.native_precision or ""
        name = own if own in ("fp4", "mxfp4") else "nvfp4"
    if name in ("mxfp4", NATIVE) and is_local and architecture.native_precision == "mxfp4":
        return "mxfp4_gguf"
    return name


def _drafts(text: str) -> tuple[int, float]:
    """Drafts a step and the tokens it gives: `mtp2`, `EAGLE`, `mtp3 AL2.18`, `mtp1 ~90% acc`."""
    plain = text.strip().lower()
    if not plain or plain.startswith("none") or "not stated" in plain:
        return 0, 1.0
    named = re.match(r"[a-z]+[ -]?(\d)", plain)
    drafts = int(named[1]) if named and int(named[1]) else _USUAL_DRAFTS
    length, share = re.search(r"al\s?(\d+(?:\.\d+)?)", plain), re.search(r"(\d+)\s?%", plain)
    if length:
        return drafts, min(float(length[1]), drafts + 1.0)
    return drafts, 1 + drafts * min(int(share[1]), 100) / 100 if share else accepted_tokens(drafts)


def number(row: Mapping[str, str], column: str) -> float | None:
    """The value of a cell, or None for a blank one. Raises InputError for what is no number of 0 or more."""
    text = (row.get(column) or "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise InputError(f"{column} is {text}: write a number.") from None
    if math.isnan(value) or math.isinf(value) or value < 0:
        raise InputError(f"{column} is {text}: write a number of 0 or more.")
    return value


def known(value: float | None, column: str) -> float:
    """The value. Raises InputError where there is none."""
    if not value:
        raise InputError(f"{column} is blank or 0: the prediction needs it.")
    return value
