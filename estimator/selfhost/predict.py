"""A table of deployments in, a table of predictions out: `estimator throughput FILE.csv`."""

import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from estimator.selfhost.architecture import find_architecture
from estimator.selfhost.deployment import GPUS_PER_NODE, Deployment
from estimator.selfhost.device import find_device
from estimator.selfhost.memory import NATIVE
from estimator.selfhost.throughput import Throughput, decode, prefill, steady
from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_table

ADDED = ("out_tok_s_per_gpu", "in_tok_s_per_gpu", "ttft_ms", "tpot_ms")
SHORT_CONTEXT_TOKENS = 1024  # Where a row of a single stream does not say how long its context was.


class PrecisionAlias(Fact):
    """A row of data/throughput/precisions.csv: how engines and files spell a precision, and what we call it."""

    alias: str
    precision: str


@cache
def _precisions() -> Mapping[str, str]:
    rows = read_table(DATA / "throughput" / "precisions.csv", PrecisionAlias)
    return {row.alias.lower(): row.precision for row in rows}


def predict_rows(rows: Iterable[Mapping[str, str]]) -> Iterator[dict[str, str]]:
    """Each row with predictions and their bounds added, or with `error`; a bad row never stops the others.

    Columns in: model, hw, n_gpu, prec, kv_prec, tp, dp_attn, ep, phase (agg, disagg, prefill, decode), isl, osl,
    kv_len, concurrency (a number or max), batch_per_gpu. Others are passed on.
    """
    for row in rows:
        blank = {f"{name}{end}": "" for name in ADDED for end in ("", "_low", "_high")}
        try:
            added = _columns(_predict(row))
        except InputError as error:
            added = {"error": str(error)}
        yield {**row, **blank, "error": "", **added}


def _columns(result: Throughput) -> dict[str, str]:
    columns: dict[str, str] = {}
    for name in ADDED:
        bounds = getattr(result, name)
        if bounds is not None:
            columns |= {
                name: f"{bounds.typical:.6g}",
                f"{name}_low": f"{bounds.low:.6g}",
                f"{name}_high": f"{bounds.high:.6g}",
            }
    return columns


def _predict(row: Mapping[str, str]) -> Throughput:
    deployment = _deployment(row)
    isl, osl = _number(row, "isl"), _number(row, "osl")
    phase = row.get("phase", "") or "agg"
    context = _number(row, "kv_len") or (isl or 0) + (osl or 0) / 2 or SHORT_CONTEXT_TOKENS
    if phase == "prefill":
        return prefill(deployment, isl or max(context, 1))
    concurrency = _concurrency(row, deployment.gpus)
    if phase == "agg" and isl and osl:
        return steady(deployment, isl, osl, concurrency)
    if phase == "agg":
        return _both(prefill(deployment, isl or max(context, 1)), decode(deployment, context, concurrency))
    if phase in ("decode", "disagg"):
        return decode(deployment, context, concurrency)
    if phase.startswith("prefill+decode"):
        return _both(prefill(deployment, isl or max(context, 1)), decode(deployment, context, concurrency))
    raise InputError(f"phase {phase} is unknown: use agg, disagg, prefill or decode.")


def _both(read: Throughput, write: Throughput) -> Throughput:
    """Two runs, each on its own."""
    return Throughput(
        concurrency=write.concurrency,
        out_tok_s_per_gpu=write.out_tok_s_per_gpu,
        in_tok_s_per_gpu=read.in_tok_s_per_gpu,
        ttft_ms=read.ttft_ms,
        tpot_ms=write.tpot_ms,
    )


def _deployment(row: Mapping[str, str]) -> Deployment:
    hardware = row.get("hw", "")
    if "cpu" in hardware.lower() or "xeon" in hardware.lower() or "epyc" in hardware.lower() or "host" in hardware:
        raise InputError(f"{hardware} keeps weights in the memory of its host, which is not modelled.")
    device = find_device(hardware)
    tp = _number(row, "tp")
    gpus = round(_known(_number(row, "n_gpu") or tp, "n_gpu"))
    architecture = find_architecture(row.get("model", ""))
    stated = round(_number(row, "dp_attn") or 1)
    # Nobody slices latent attention over more than a node: beyond, each GPU attends to its own sequences.
    dp_attn = gpus if stated == 1 and gpus > GPUS_PER_NODE and architecture.is_latent_kv else stated
    return Deployment(
        architecture=architecture,
        device=device,
        gpus=gpus,
        precision=_precision(row.get("prec", "")),
        kv_precision=row.get("kv_prec", "").lower() or "native",
        tp=round(tp) if tp else None,
        dp_attn=dp_attn,
        ep=max(dp_attn if architecture.experts else 1, round(_number(row, "ep") or 1)),
    )


def _precision(text: str) -> str:
    """Our name of a format; what the table does not list is left for the model to know."""
    plain = text.strip().lower()
    return _precisions().get(plain, plain) or NATIVE


def _number(row: Mapping[str, str], column: str) -> float | None:
    """The value of a cell, or None for a blank one."""
    text = (row.get(column) or "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise InputError(f"{column} is {text}: write a number.") from None
    if not math.isfinite(value) or value < 0:
        raise InputError(f"{column} is {text}: write a number of 0 or more.")
    return value


def _known(value: float | None, column: str) -> float:
    if not value:
        raise InputError(f"{column} is blank or 0: the prediction needs it.")
    return value


def _concurrency(row: Mapping[str, str], gpus: int) -> float:
    """Sequences in flight on the replica; infinite where the row asks for the most that fits."""
    if (row.get("concurrency") or "").strip().lower() == "max":
        return math.inf
    per_gpu = _number(row, "batch_per_gpu")
    return _known(_number(row, "concurrency") or (per_gpu and per_gpu * gpus), "concurrency")
