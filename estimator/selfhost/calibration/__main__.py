"""`make calibrate`: fit, tell the errors by split, and write what was found to data/throughput."""

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from estimator.selfhost.calibration.fit import Prediction, Sample, fit, sample
from estimator.selfhost.calibration.measurements import measurements
from estimator.selfhost.calibration.splits import (
    QUANTITIES,
    SPLITS,
    Error,
    Split,
    Spread,
    coverage,
    errors,
    left_out,
    spreads,
)
from estimator.selfhost.constants import BOUNDS, CONSTANTS, Constant, Constants, table
from pricing.facts import DATA

SOURCE = "breakeven-fit"
ERRORS = DATA / "throughput" / "errors.csv"
ACCURACY = DATA / "throughput" / "accuracy.csv"
COVERAGE = DATA / "throughput" / "coverage.csv"
Covered = Mapping[str, tuple[float, float]]  # By quantity: shares of all rows, and of weighted ones.
TTFT = "ttft"  # One family tells it of many rows, so its bounds come from models left out.


def main() -> int:
    """Fit to all rows, then leave out each family, model and device in turn; write five tables and show the errors."""
    today = datetime.now(UTC).date()
    everything, known = sample(measurements()), table()
    found = fit(everything.but(everything.weight > 0), known)
    held = {split: left_out(everything, known, split, found) for split in SPLITS}
    mistakes = [error for split in SPLITS for error in errors(everything, held[split], split)]
    covered = {quantity: coverage(everything, held["family"], quantity) for quantity in QUANTITIES[:2]}
    _write_constants(found, known, today)
    _write(BOUNDS, _bounds(everything, held), today)
    _write(ERRORS, mistakes, today)
    _write_accuracy(everything, held["family"], held["model"])
    _write_coverage(covered, today)
    _show(mistakes, covered)
    return 0


def _bounds(s: Sample, held: Mapping[Split, Prediction]) -> list[Spread]:
    """Of tokens and prompts, from families left out; TPOT as the other side of tokens; TTFT from models left out."""
    rates = [x for x in spreads(s, held["family"]) if x.quantity in ("tokens", "prefill")]
    tpot = [replace(x, quantity="tpot", low=1 / x.high, high=1 / x.low) for x in rates if x.quantity == "tokens"]
    return rates + tpot + [x for x in spreads(s, held["model"]) if x.quantity == TTFT]


def _write_constants(found: Constants, known: Mapping[str, Constant], today: date) -> None:
    """The table as it was, with new values and the day."""
    rows = [
        {**row.model_dump(), "value": f"{getattr(found, name):.4g}" if row.spread else row.value, "date": today}
        for name, row in known.items()
    ]
    _table(CONSTANTS, rows)


def _write(path: Path, rows: Iterable[Error | Spread], today: date) -> None:
    rounded = [{name: f"{x:.4g}" if isinstance(x, float) else x for name, x in asdict(row).items()} for row in rows]
    _table(path, [{**row, "source": SOURCE, "date": today} for row in rounded])


def _write_accuracy(s: Sample, family: Prediction, model: Prediction) -> None:
    """What was predicted of each row while its family, and its model, had no part in the fit."""
    columns = {
        "tok_s_family_out": family.tok_s_per_gpu,
        "tpot_ms_family_out": family.tpot_ms,
        "tok_s_model_out": model.tok_s_per_gpu,
        "tpot_ms_model_out": model.tpot_ms,
        "ttft_ms_model_out": model.ttft_ms,
    }
    rows = [
        {"id": row.id} | {name: f"{x[i]:.4g}" if np.isfinite(x[i]) else "" for name, x in columns.items()}
        for i, row in enumerate(s.rows)
    ]
    _table(ACCURACY, rows)


def _write_coverage(covered: Covered, today: date) -> None:
    rows = [
        {"quantity": quantity, "inside": f"{rows:.4g}", "inside_weighted": f"{weighted:.4g}"}
        for quantity, (rows, weighted) in covered.items()
    ]
    _table(COVERAGE, [{**row, "source": SOURCE, "date": today} for row in rows])


def _table(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def _show(mistakes: Iterable[Error], covered: Covered) -> None:
    line = "{:8} {:22} {:9} {:>5} {:>8} {:>6} {:>7}"
    print(line.format("left out", "group", "quantity", "rows", "error", "bias", "in 2x"))
    for e in mistakes:
        print(
            line.format(
                e.split, e.group, e.quantity, e.rows, f"{e.median_error:.1%}", f"{e.bias:.2f}", f"{e.within_2x:.0%}"
            )
        )
    for quantity, (rows, weighted) in covered.items():
        print(f"{quantity}: {rows:.0%} of rows lie within bounds of other families ({weighted:.0%} weighted)")


if __name__ == "__main__":
    sys.exit(main())
