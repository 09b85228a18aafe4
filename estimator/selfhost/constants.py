"""What turns peak rates into real speed: constants and bounds that calibration fitted to published measurements."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache, cached_property
from pathlib import Path

from pydantic import Field

from estimator.selfhost.work import MAKERS
from pricing.facts import DATA, Fact, read_table

CONSTANTS = DATA / "throughput" / "constants.csv"
BOUNDS = DATA / "throughput" / "bounds.csv"
EVERY = "all"


class Constant(Fact):
    """A row of data/throughput/constants.csv.

    `guess` is what is known beforehand, and `spread` by which factor (as e to its power) that may be wrong; without a
    spread the constant is not fitted.
    """

    name: str
    value: float = Field(gt=0)
    guess: float = Field(gt=0)
    spread: float | None = Field(default=None, gt=0)
    unit: str
    source: str
    date: date
    note: str = ""


class Bound(Fact):
    """A row of data/throughput/bounds.csv: measured over predicted, its tenth and ninetieth percentile.

    Of rows whose family of sources was left out of the fit. `maker`: a name of MAKERS, or all.
    """

    quantity: str
    maker: str
    low: float = Field(gt=0)
    high: float = Field(gt=0)
    rows: int
    source: str
    date: date


@dataclass(frozen=True)
class Constants:
    """By the names of the file; its columns `unit` and `note` explain each. Factors compare with NVIDIA's servers."""

    memory_efficiency: float
    compute_efficiency_4bit: float
    compute_efficiency_8bit: float
    compute_efficiency_16bit: float
    expert_compute: float
    attention_efficiency: float
    sparse_attention_efficiency: float
    link_efficiency: float
    activation_passes: float
    kernel_s: float
    collective_s: float
    card_collective_s: float
    far_exchange_s: float
    sequence_s: float
    overlap: float
    expert_skew: float
    kernel_factor_nvidia_card: float
    kernel_factor_amd: float
    kernel_factor_apple: float
    kernel_factor_other: float
    memory_factor_apple: float
    memory_factor_other: float
    compute_factor_nvidia_card: float
    compute_factor_apple: float
    compute_factor_other: float
    local_compute: float
    local_memory: float
    first_token_s: float
    first_token_wait: float

    @cached_property
    def compute_efficiency(self) -> tuple[float, float, float]:
        """By width, in the order of WIDTHS."""
        return self.compute_efficiency_4bit, self.compute_efficiency_8bit, self.compute_efficiency_16bit

    @cached_property
    def kernel_factors(self) -> tuple[float, ...]:
        """On kernel_s, in the order of MAKERS."""
        card, amd = self.kernel_factor_nvidia_card, self.kernel_factor_amd
        return 1.0, card, amd, self.kernel_factor_apple, self.kernel_factor_other

    @cached_property
    def memory_factors(self) -> tuple[float, ...]:
        """On memory_efficiency, in the order of MAKERS."""
        return 1.0, 1.0, 1.0, self.memory_factor_apple, self.memory_factor_other

    @cached_property
    def compute_factors(self) -> tuple[float, ...]:
        """On the efficiencies of compute and attention, in the order of MAKERS."""
        return 1.0, self.compute_factor_nvidia_card, 1.0, self.compute_factor_apple, self.compute_factor_other


def table(path: Path = CONSTANTS) -> dict[str, Constant]:
    """The rows of constants.csv by name."""
    return {c.name: c for c in read_table(path, Constant)}


@cache
def constants() -> Constants:
    """The fitted constants."""
    rows = table()
    return Constants(**{f.name: rows[f.name].value for f in fields(Constants)})


@cache
def _bounds() -> Mapping[tuple[str, str], Bound]:
    return {(b.quantity, b.maker): b for b in read_table(BOUNDS, Bound)}


def bound(quantity: str, maker: int) -> Bound:
    """Bounds of a quantity (tokens, tpot, ttft, prefill) on devices of a maker, or of all where few were measured."""
    return _bounds().get((quantity, MAKERS[maker])) or _bounds()[quantity, EVERY]
