"""How well the formulas predict rows that had no part in the fit: each family, model and device left out in turn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from estimator.selfhost.calibration.fit import Array, Prediction, Sample, fit, predict
from estimator.selfhost.constants import EVERY, Constant, Constants
from estimator.selfhost.work import MAKERS

Split = Literal["family", "model", "device"]
SPLITS: tuple[Split, ...] = ("family", "model", "device")
QUANTITIES = ("tokens", "prefill", "tpot", "ttft")
LOW, HIGH = 0.1, 0.9  # Four in five measurements lie between.
ASSUMED = "other"
FEWEST = 25  # Rows that bounds of one maker's devices need.


@dataclass(frozen=True, slots=True)
class Error:
    """Of the rows of a group: median absolute error, median of predicted over measured, share within a factor 2."""

    split: str
    group: str
    quantity: str
    rows: int
    median_error: float
    bias: float
    within_2x: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Tenth and ninetieth percentile of measured over predicted, of one maker's devices or of all."""

    quantity: str
    maker: str
    low: float
    high: float
    rows: int


def left_out(s: Sample, known: Mapping[str, Constant], split: Split, start: Constants) -> Prediction:
    """Predictions of each row by a fit to the rows of all other families (models, devices)."""
    groups = np.array([getattr(row, split) for row in s.rows])
    found = Prediction(*(np.full(len(s.rows), np.nan) for _ in range(3)))
    for group in dict.fromkeys(groups.tolist()):
        mine = groups == group
        predicted = predict(s, fit(s.but(~mine & (s.weight > 0)), known, start))
        found.tok_s_per_gpu[mine] = predicted.tok_s_per_gpu[mine]
        found.ttft_ms[mine] = predicted.ttft_ms[mine]
        found.tpot_ms[mine] = predicted.tpot_ms[mine]
    return found


def ratios(s: Sample, p: Prediction) -> dict[str, Array]:
    """Predicted over measured by quantity; NaN where a row says nothing of it, or assumes something."""
    stated = np.array([row.counts for row in s.rows])
    prompts = np.array([row.phase == "prefill" for row in s.rows])
    tokens = np.where(stated, p.tok_s_per_gpu / s.measured, np.nan)
    return {
        "tokens": np.where(prompts, np.nan, tokens),
        "prefill": np.where(prompts, tokens, np.nan),
        "tpot": np.where(stated, p.tpot_ms / s.tpot_ms, np.nan),
        "ttft": np.where(stated, p.ttft_ms / s.ttft_ms, np.nan),
    }


def errors(s: Sample, p: Prediction, split: Split) -> Iterator[Error]:
    """The errors of all rows together, then by group."""
    groups = np.array([getattr(row, split) for row in s.rows])
    for group in (EVERY, *sorted(set(groups.tolist()))):
        mine = np.full(len(groups), True) if group == EVERY else groups == group
        for quantity, ratio in ratios(s, p).items():
            kept = ratio[mine & np.isfinite(ratio)]
            if len(kept):
                yield Error(
                    split=split,
                    group=group,
                    quantity=quantity,
                    rows=len(kept),
                    median_error=float(np.median(np.abs(kept - 1))),
                    bias=float(np.median(kept)),
                    within_2x=float(np.mean(np.abs(np.log2(kept)) <= 1)),
                )


def makers(s: Sample) -> NDArray[np.str_]:
    """The maker of each row's device."""
    found = np.empty(len(s.rows), dtype="U20")
    for run in s.runs:
        found[run.places] = np.array(MAKERS)[np.asarray(run.work.maker, dtype=int)]
    return found


def spreads(s: Sample, p: Prediction, kept: NDArray[np.bool_] | None = None) -> Iterator[Spread]:
    """Bounds of each quantity from rows that had no part in the fit, for all devices and for makers of many rows.

    Twice as wide, in logarithms, where a maker's factors are assumed.
    """
    by = makers(s)
    among = np.full(len(s.rows), True) if kept is None else kept
    for quantity, ratio in ratios(s, p).items():
        for maker in (EVERY, *(m for m in MAKERS if m != ASSUMED)):
            mine = among & np.isfinite(ratio) & ((by == maker) | (maker == EVERY))
            if mine.sum() >= (1 if maker == EVERY else FEWEST):
                low, high = _quantiles(1 / ratio[mine], s.weight[mine])
                found = Spread(quantity, maker, min(low, 1.0), max(high, 1.0), int(mine.sum()))
                yield found
                if maker == EVERY:
                    yield Spread(quantity, ASSUMED, found.low**2, found.high**2, 0)


def _quantiles(values: Array, weight: Array) -> tuple[float, float]:
    order = np.argsort(values)
    share = np.cumsum(weight[order]) / weight.sum()
    low, high = np.minimum(np.searchsorted(share, (LOW, HIGH)), len(values) - 1)
    return float(values[order][low]), float(values[order][high])


def coverage(s: Sample, p: Prediction, quantity: str) -> tuple[float, float]:
    """The share of rows within bounds that came from the other families only: of all rows, and of weighted ones."""
    families, by, ratio = np.array([row.family for row in s.rows]), makers(s), ratios(s, p)[quantity]
    inside = np.full(len(s.rows), np.nan)
    for family in dict.fromkeys(families.tolist()):
        found = {(x.quantity, x.maker): x for x in spreads(s, p, families != family)}
        for place in np.flatnonzero((families == family) & np.isfinite(ratio)):
            bounds = found.get((quantity, str(by[place]))) or found[quantity, EVERY]
            inside[place] = bounds.low <= 1 / ratio[place] <= bounds.high
    known = np.isfinite(inside)
    return float(np.mean(inside[known])), float(np.average(inside[known], weights=s.weight[known]))
