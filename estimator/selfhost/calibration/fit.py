"""The least squares: constants that predict published measurements, each within what is known of it beforehand."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares  # type: ignore[import-untyped]

from estimator.selfhost.calibration.measurements import Measurement
from estimator.selfhost.constants import Constant, Constants
from estimator.selfhost.throughput import (
    batch,
    busy_groups,
    cycle_s,
    first_token_s,
    offline_s,
    prefill_s,
    step_s,
    tpot_s,
)
from estimator.selfhost.work import Work, stack, work

Array = NDArray[np.float64]

NOISE = 0.2  # Log error that engines and their versions differ by on the same machine.
QUEUED_MS = 20_000  # A first token later than this waited for a place, not for prompts.
LATE = ("first_token_s", "first_token_wait")  # Only the time to first token depends on them.


@dataclass(frozen=True, slots=True)
class Run:
    """Rows of one phase: their places in the sample, their work, and their load."""

    phase: str
    places: NDArray[np.int64]
    work: Work
    sequences: Array
    osl: Array
    requests: Array


@dataclass(frozen=True, slots=True)
class Sample:
    """Measurements as arrays."""

    rows: tuple[Measurement, ...]
    runs: tuple[Run, ...]
    measured: Array
    ttft_ms: Array
    tpot_ms: Array
    weight: Array

    def but(self, kept: NDArray[np.bool_]) -> "Sample":
        """Only the rows that are marked."""
        return sample([row for row, keep in zip(self.rows, kept, strict=True) if keep])


@dataclass(frozen=True, slots=True)
class Prediction:
    """Of each row: tokens/s per GPU, and the times where requests were served whole (else NaN)."""

    tok_s_per_gpu: Array
    ttft_ms: Array
    tpot_ms: Array


def sample(rows: Sequence[Measurement]) -> Sample:
    """Rows as arrays, weighted so that many rows of one family, phase, model and device do not drown the others."""
    alike = Counter(_kind(row) for row in rows)
    return Sample(
        rows=tuple(rows),
        runs=tuple(_run(phase, rows) for phase in ("agg", "offline", "decode", "prefill")),
        measured=np.array([row.tok_s_per_gpu for row in rows]),
        ttft_ms=np.array([row.ttft_ms or np.nan for row in rows]),
        tpot_ms=np.array([row.tpot_ms or np.nan for row in rows]),
        weight=np.array([row.weight * alike[_kind(row)] ** -0.5 for row in rows]),
    )


def _kind(row: Measurement) -> tuple[str, ...]:
    return row.family, row.phase, row.model, row.device


def _phase(row: Measurement) -> str:
    return "offline" if row.phase == "agg" and row.requests else row.phase


def _run(phase: str, rows: Sequence[Measurement]) -> Run:
    mine = [(place, row) for place, row in enumerate(rows) if _phase(row) == phase]
    return Run(
        phase=phase,
        places=np.array([place for place, _ in mine], dtype=int),
        work=stack([work_of(row) for _, row in mine]),
        sequences=np.array([row.sequences for _, row in mine]),
        osl=np.array([row.osl for _, row in mine]),
        requests=np.array([row.requests or np.nan for _, row in mine]),
    )


_works: dict[str, Work] = {}


def work_of(row: Measurement) -> Work:
    """The work of a row, kept for later fits."""
    if row.id not in _works:
        _works[row.id] = work(row.deployment, row.context_tokens, row.isl)
    return _works[row.id]


def predict(s: Sample, c: Constants) -> Prediction:
    """What the formulas say of every row."""
    rate, ttft, tpot = (np.full(len(s.rows), np.nan) for _ in range(3))
    for run in s.runs:
        if len(run.places):
            rate[run.places], ttft[run.places], tpot[run.places] = _predict(run, c)
    return Prediction(rate, ttft, tpot)


def _predict(run: Run, c: Constants) -> tuple[Array, Array, Array]:
    w, n, osl, nothing = run.work, run.sequences, run.osl, np.full(len(run.places), np.nan)
    if run.phase == "prefill":
        each = np.asarray(prefill_s(w, c, n))
        return w.prompt_tokens / each / w.gpus * w.stages, nothing, nothing
    if run.phase == "decode":
        each = np.asarray(step_s(w, c, batch(w, n))) / w.accepted
        return n / each / w.gpus, nothing, 1e3 * each
    if run.phase == "offline":
        total = offline_s(w, c, n, osl, run.requests)
        return np.asarray(run.requests * osl / total / w.gpus), nothing, nothing
    cycle = cycle_s(w, c, n, osl, busy_groups(w))
    first = first_token_s(w, c, n, cycle)
    each = np.asarray(tpot_s(osl, cycle, first))
    return np.asarray(n * osl / cycle / w.gpus), 1e3 * np.asarray(first), 1e3 * each


def fit(s: Sample, known: Mapping[str, Constant], start: Constants | None = None) -> Constants:
    """Constants of least squared log errors (soft, so that odd rows weigh little), and of least surprise.

    known: what is known of each beforehand. start: where to begin; it changes the time taken, not the result.
    """
    early = [n for n, k in known.items() if k.spread and n not in LATE]
    fixed = start or guesses(known)
    found = _solve(s, known, early, fixed, lambda p: np.log(p.tok_s_per_gpu / s.measured))
    timed = s.weight * np.isfinite(s.ttft_ms) * (s.ttft_ms < QUEUED_MS)
    return _solve(replace(s, weight=timed), known, LATE, found, lambda p: np.log(p.ttft_ms / s.ttft_ms))


def guesses(known: Mapping[str, Constant]) -> Constants:
    """What is known beforehand."""
    return Constants(**{f.name: known[f.name].guess for f in fields(Constants)})


def _solve(
    s: Sample,
    known: Mapping[str, Constant],
    names: Sequence[str],
    start: Constants,
    error: Callable[[Prediction], Array],
) -> Constants:
    guess = np.array([known[n].guess for n in names])
    spread = np.array([known[n].spread or 1.0 for n in names])
    share = np.sqrt(s.weight) / NOISE

    def at(x: Array) -> Constants:
        return replace(start, **dict(zip(names, (guess * np.exp(x)).tolist(), strict=True)))

    def residuals(x: Array) -> Array:
        errors = np.nan_to_num(error(predict(s, at(x))))
        return np.concatenate([share * errors, x / spread])

    begin = np.log([getattr(start, n) for n in names] / guess)
    return at(least_squares(residuals, begin, loss="soft_l1", max_nfev=60).x)
