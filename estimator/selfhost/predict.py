"""A table of deployments in, a table of predictions out: `estimator throughput FILE.csv`."""

import math
from collections.abc import Iterable, Iterator, Mapping

from estimator.selfhost.rows import concurrency, deployment, known, number
from estimator.selfhost.throughput import Throughput, decode, prefill, steady
from pricing.errors import InputError

ADDED = ("out_tok_s_per_gpu", "in_tok_s_per_gpu", "ttft_ms", "tpot_ms")
SHORT_CONTEXT_TOKENS = 1024  # Where a row of a single stream does not say how long its context was.


def predict_rows(rows: Iterable[Mapping[str, str]]) -> Iterator[dict[str, str]]:
    """Each row with predictions and their bounds added, or with `error`; a bad row never stops the others.

    Columns in: model, hw, n_gpu, prec, kv_prec, tp, pp, dp_attn, ep, phase (agg, disagg, prefill, decode), isl, osl,
    kv_len, concurrency (a number or max), batch_per_gpu; and where they are known, engine, spec (mtp2: two drafts),
    parallelism in words, and cached_tokens (of a prompt, found in a prefix cache). Others are passed on.
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
    given = deployment(row)
    isl, osl = number(row, "isl"), number(row, "osl")
    phase = row.get("phase", "") or "agg"
    context = number(row, "kv_len") or (isl or 0) + (osl or 0) / 2 or SHORT_CONTEXT_TOKENS
    length, together = isl or max(context, 1), concurrency(row, given.gpus)
    cached = number(row, "cached_tokens") or 0.0
    if phase == "prefill":
        return prefill(given, length, together or math.inf, cached_tokens=cached)
    if phase in ("decode", "disagg"):
        return decode(given, context, known(together, "concurrency"))
    if phase == "agg" and isl and osl:
        return steady(given, isl, osl, known(together, "concurrency"), cached_tokens=cached)
    if phase == "agg" or phase.startswith("prefill+decode"):
        together = known(together, "concurrency")
        return _both(prefill(given, length, together), decode(given, context, together))
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
