"""A table of deployments in, a table of predictions out: `estimator throughput FILE.csv`."""

import math
from collections.abc import Iterable, Iterator, Mapping

from estimator.selfhost.deployment import Deployment
from estimator.selfhost.rows import deployments, known, number
from estimator.selfhost.throughput import Throughput, decode, prefill, steady
from pricing.errors import InputError

ADDED = ("out_tok_s_per_gpu", "in_tok_s_per_gpu", "ttft_ms", "tpot_ms")
SHORT_CONTEXT_TOKENS = 1024  # Where a row of a single stream does not say how long its context was.


def predict_rows(rows: Iterable[Mapping[str, str]]) -> Iterator[dict[str, str]]:
    """Each row with predictions and their bounds added, or with `error`; a bad row never stops the others.

    Columns in: model, hw, n_gpu, prec, kv_prec, tp, pp, dp_attn, ep, phase (agg, disagg, prefill, decode), isl, osl,
    kv_len, concurrency (a number or max), batch_per_gpu; and where they are known, engine, spec (mtp2: two drafts)
    and parallelism in words. Others are passed on.
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
    """Of the layout that the row states; where it leaves attention open, of the usual layout that is faster."""
    found = [_of(deployment, row) for deployment in deployments(row)]
    return max(found, key=_speed)


def _speed(result: Throughput) -> float:
    rate = result.out_tok_s_per_gpu or result.in_tok_s_per_gpu
    return rate.typical if rate else 0.0


def _of(deployment: Deployment, row: Mapping[str, str]) -> Throughput:
    isl, osl = number(row, "isl"), number(row, "osl")
    phase = row.get("phase", "") or "agg"
    context = number(row, "kv_len") or (isl or 0) + (osl or 0) / 2 or SHORT_CONTEXT_TOKENS
    length = isl or max(context, 1)
    if phase == "prefill":
        return prefill(deployment, length, _concurrency(row, deployment, math.inf))
    if phase == "agg" and isl and osl:
        return steady(deployment, isl, osl, _concurrency(row, deployment))
    if phase in ("decode", "disagg"):
        return decode(deployment, context, _concurrency(row, deployment))
    if phase == "agg" or phase.startswith("prefill+decode"):
        concurrency = _concurrency(row, deployment)
        return _both(prefill(deployment, length, concurrency), decode(deployment, context, concurrency))
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


def _concurrency(row: Mapping[str, str], deployment: Deployment, unstated: float | None = None) -> float:
    """Sequences in flight on the replica; infinite where the row asks for the most that fits."""
    if (row.get("concurrency") or "").strip().lower() == "max":
        return math.inf
    per_gpu = number(row, "batch_per_gpu")
    together = number(row, "concurrency")
    if together and row.get("phase") == "disagg":
        together *= deployment.gpus / max(number(row, "n_gpu") or 0, deployment.gpus)
    return known(together or (per_gpu and per_gpu * deployment.gpus) or unstated, "concurrency")
