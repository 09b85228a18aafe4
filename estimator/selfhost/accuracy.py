"""How accurate the predictions are: each published measurement, and what was predicted without its family or model."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from statistics import median

from estimator.selfhost.architecture import Architecture, find_architecture
from estimator.selfhost.calibration.measurements import Measurement, measurements
from estimator.selfhost.constants import BOUNDS, EVERY, Bound
from estimator.selfhost.deployment import Deployment
from estimator.selfhost.device import Device, find_device
from estimator.selfhost.work import maker
from pricing.facts import DATA, Fact, read_table

_FOLDER = DATA / "throughput"
_OTHER_MAKER, _OTHER_FORMAT, _OTHER_KIND = 2.0, 0.5, 1.0  # Of distance, in doublings of a rate or a count.
_WEAK = 2.0  # Times the error of tokens/s over all rows.


class HeldOut(Fact):
    """A row of data/throughput/accuracy.csv: predictions by fits that left out the row's family, or its model."""

    id: str
    tok_s_family_out: float | None = None
    tpot_ms_family_out: float | None = None
    tok_s_model_out: float | None = None
    tpot_ms_model_out: float | None = None
    ttft_ms_model_out: float | None = None


class SplitError(Fact):
    """A row of data/throughput/errors.csv: of the rows of a group that was left out (all: of every group in turn)."""

    split: str
    group: str
    quantity: str
    rows: int
    median_error: float
    bias: float
    within_2x: float
    source: str
    date: date


class Peer(Fact):
    """A row of data/throughput/peers.csv: how well another predictor does, by whose account."""

    name: str
    version: str = ""
    median_error: float
    within_2x: float | None = None
    rows: int | None = None
    source: str
    note: str = ""


class Coverage(Fact):
    """A row of data/throughput/coverage.csv: the share of measurements within ranges that they had no part in."""

    quantity: str
    inside: float
    inside_weighted: float
    source: str
    date: date


class LeftOut(Fact):
    """A row of data/throughput/left_out.csv: measurements of a source that are not used, and why."""

    what: str
    rows: int | None = None
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Point:
    """A measurement and what was predicted of it: tokens/s per GPU, written or (phase prefill) read."""

    measurement: Measurement
    held_out: HeldOut

    @property
    def measured(self) -> float:
        return self.measurement.tok_s_per_gpu

    @property
    def predicted(self) -> float | None:
        """While the family of its source was left out."""
        return self.held_out.tok_s_family_out

    @property
    def error(self) -> float | None:
        """Predicted over measured, less one."""
        return self.predicted / self.measured - 1 if self.predicted else None

    @property
    def counts(self) -> bool:
        """Whether it counts in the errors."""
        return self.measurement.counts


@dataclass(frozen=True, slots=True)
class Summary:
    """Of the measurements that count: median absolute error, median of predicted over measured, share within 2×, and
    how many lie beyond.
    """

    rows: int
    beyond_2x: int
    median_error: float
    bias: float
    within_2x: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A measured system like the one asked about; `distance` in doublings, 0 for the same at the same load."""

    point: Point
    distance: float


@cache
def points() -> tuple[Point, ...]:
    """Every measurement with its predictions."""
    held = {row.id: row for row in read_table(_FOLDER / "accuracy.csv", HeldOut)}
    return tuple(Point(row, held[row.id]) for row in measurements())


@cache
def split_errors() -> tuple[SplitError, ...]:
    """Errors by family, model and device left out."""
    return read_table(_FOLDER / "errors.csv", SplitError)


def error_of(split: str, group: str, quantity: str) -> SplitError:
    """The error of one group and quantity; of group `all`, over every group left out in turn."""
    return next(e for e in split_errors() if (e.split, e.group, e.quantity) == (split, group, quantity))


def groups(split: str) -> tuple[str, ...]:
    """The groups of a split, those of most measurements first."""
    rows: dict[str, int] = {}
    for e in split_errors():
        if e.split == split and e.group != EVERY:
            rows[e.group] = rows.get(e.group, 0) + e.rows
    return tuple(sorted(rows, key=lambda group: -rows[group]))


def error_by_family() -> float:
    """Median error of tokens/s where each family of sources counts once, however many its measurements."""
    every = [e.median_error for e in split_errors() if e.split == "family" and e.quantity == "tokens"]
    return median(every[1:])


def weak() -> tuple[SplitError, ...]:
    """What is predicted badly: median errors above twice that of tokens/s over all rows, the worst first."""
    limit = _WEAK * error_of("family", EVERY, "tokens").median_error
    return tuple(sorted((e for e in split_errors() if e.median_error > limit), key=lambda e: -e.median_error))


def summary(some: Iterable[Point]) -> Summary | None:
    """The errors of some points; None where none of them counts."""
    ratios = [1 + point.error for point in some if point.counts and point.error is not None]
    if not ratios:
        return None
    beyond = sum(not 0.5 <= ratio <= 2 for ratio in ratios)
    return Summary(
        rows=len(ratios),
        beyond_2x=beyond,
        median_error=median(abs(ratio - 1) for ratio in ratios),
        bias=median(ratios),
        within_2x=1 - beyond / len(ratios),
    )


def cost_factors() -> tuple[float, float, float, float]:
    """The cost of busy GPUs as a multiple of what is predicted: the ends for half of the cases, and for four in five.

    GPUs that are slower than predicted cost as much more: predicted over measured tokens/s.
    """
    error = error_of("family", EVERY, "tokens").median_error
    (band,) = (bound for bound in ranges() if (bound.quantity, bound.maker) == ("tokens", EVERY))
    return 1 - error, 1 + error, 1 / band.high, 1 / band.low


@cache
def ranges() -> tuple[Bound, ...]:
    """Ranges of predictions by quantity and maker of the device."""
    return read_table(BOUNDS, Bound)


@cache
def coverages() -> tuple[Coverage, ...]:
    """How many measurements the ranges hold."""
    return read_table(_FOLDER / "coverage.csv", Coverage)


@cache
def left_out() -> tuple[LeftOut, ...]:
    """Measurements that are not used at all."""
    return read_table(_FOLDER / "left_out.csv", LeftOut)


def uncounted() -> dict[str, Sequence[Point]]:
    """Measurements that are shown but do not count in the errors, by the reason."""
    found: dict[str, list[Point]] = {}
    for point in points():
        if not point.counts:
            found.setdefault(point.measurement.note, []).append(point)
    return dict(found)


@cache
def peers() -> tuple[Peer, ...]:
    """Other predictors."""
    return read_table(_FOLDER / "peers.csv", Peer)


def nearest(
    deployment: Deployment, isl: float, osl: float, concurrency: float, count: int = 5
) -> tuple[Neighbour, ...]:
    """The measured systems most like this one under this load, of those that serve whole requests or decode."""
    among = (point for point in points() if point.measurement.phase != "prefill" and point.predicted)
    found = (Neighbour(point, _distance(point.measurement, deployment, isl + osl, concurrency)) for point in among)
    return tuple(sorted(found, key=lambda n: (n.distance, n.point.measurement.id))[:count])


def _distance(row: Measurement, deployment: Deployment, tokens: float, concurrency: float) -> float:
    """Doublings that lie between two systems and their loads, summed."""
    load = _doublings(row.concurrency or row.requests or 1.0, concurrency) / 2
    length = _doublings(max(row.isl + row.osl, row.context or 0.0), tokens) / 2
    formats = _OTHER_FORMAT * (row.precision != deployment.precision)
    size = _doublings(row.gpus, deployment.gpus)
    return (
        _between_models(find_architecture(row.model), deployment.architecture)
        + _between_devices(find_device(row.device), deployment.device)
        + load
        + length
        + formats
        + size
    )


def _between_models(one: Architecture, other: Architecture) -> float:
    if one.id == other.id:
        return 0.0
    alike = (bool(one.experts) == bool(other.experts)) and (one.is_latent_kv == other.is_latent_kv)
    active = _doublings(one.active_parameters, other.active_parameters)
    return _OTHER_KIND * (2 - alike) + active + _doublings(one.total_parameters or 1, other.total_parameters or 1) / 2


def _between_devices(one: Device, other: Device) -> float:
    if one.id == other.id:
        return 0.0
    rates = _doublings(one.memory_tb_per_s, other.memory_tb_per_s)
    return rates + (0.5 if maker(one) == maker(other) else _OTHER_MAKER)


def _doublings(one: float, other: float) -> float:
    return abs(math.log2(max(one, 1e-9) / max(other, 1e-9)))
