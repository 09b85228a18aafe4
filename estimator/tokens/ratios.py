"""What one tokenizer's count says about another's: measured ratios by content, with their range."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from statistics import median

from pydantic import Field

from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_table

FAMILIES = (
    "o200k",
    "cl100k",
    "deepseek",
    "claude-4",
    "claude-5",
    "gemini",
    "mistral",
    "llama3",
    "qwen3",
    "qwen3.5",
    "unknown",
)
BASE = "o200k"
UNKNOWN = "unknown"
SOURCE = "breakeven-ratios"


class Sample(Fact):
    """A row of data/tokens/samples.csv: a text of one kind, of which only its counts are kept."""

    sample: str
    content: str
    characters: int = Field(gt=0)
    o200k_tokens: int = Field(gt=0)
    source: str
    note: str = ""


class Ratio(Fact):
    """A row of data/tokens/ratios.csv: tokens of `family` for each o200k token of the sample."""

    sample: str
    family: str
    ratio: float = Field(gt=0)
    source: str


class Margin(Fact):
    """A row of data/tokens/margins.csv: a share by which a figure may be off to either side."""

    name: str
    share: float = Field(ge=0, lt=1)
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Factor:
    """By which a count in one family's tokens is multiplied to get another's. `source` is an id, blank where exact."""

    low: float
    typical: float
    high: float
    note: str
    source: str


EXACTLY_ONE = Factor(1.0, 1.0, 1.0, "", "")


@cache
def samples() -> tuple[Sample, ...]:
    return read_table(DATA / "tokens" / "samples.csv", Sample)


@cache
def contents() -> tuple[str, ...]:
    """The kinds of content that ratios were measured for."""
    return tuple(dict.fromkeys(sample.content for sample in samples()))


@cache
def _margins() -> dict[str, float]:
    return {row.name: row.share for row in read_table(DATA / "tokens" / "margins.csv", Margin)}


@cache
def _ratios() -> dict[str, dict[str, float]]:
    """Ratios by sample and family, the base family's own among them."""
    ratios: dict[str, dict[str, float]] = defaultdict(lambda: {BASE: 1.0})
    for row in read_table(DATA / "tokens" / "ratios.csv", Ratio):
        ratios[row.sample][row.family] = row.ratio
    return dict(ratios)


@cache
def _measured_families() -> frozenset[str]:
    return frozenset(family for ratios in _ratios().values() for family in ratios)


def known_family(family: str) -> str:
    """The family itself. Raises InputError where it is none."""
    if family not in FAMILIES:
        raise InputError(f"no tokenizer family is called {family}: choose one of {', '.join(FAMILIES)}.")
    return family


def error_of(name: str) -> float:
    """The share by which a family's own counter, or another named figure, may be off; 0 of a maker's vocabulary."""
    return _margins().get(name, 0.0)


@lru_cache(maxsize=4096)
def factor(from_family: str, to_family: str, content: str = "") -> Factor:
    """By which a count of `content` in `from_family`'s tokens is multiplied to get `to_family`'s.

    Known content: the middle and the extremes of the samples that both families were counted on, at least the
    margin `content` wide. Any other content: the middle of all samples and the margin `mixed`. An unknown family, and
    one without samples: whatever any other may give. Raises InputError for a family that is not in FAMILIES.
    """
    known_family(from_family)
    known_family(to_family)
    if from_family == to_family:
        return EXACTLY_ONE
    if to_family not in _measured_families():
        return _to_unknown(from_family, to_family, content)
    if from_family not in _measured_families():
        back = factor(to_family, from_family, content)
        who = "It is not known which tokenizer counted" if from_family == UNKNOWN else f"{from_family} was not measured"
        note = f"{who}: {_times(1 / back.high, 1 / back.low)} as many on {to_family}."
        return Factor(1 / back.high, 1 / back.typical, 1 / back.low, note, back.source)
    return _measured(from_family, to_family, content)


def _measured(from_family: str, to_family: str, content: str) -> Factor:
    is_known = content in contents()
    ratios = [
        found[to_family] / found[from_family]
        for sample in samples()
        if (found := _ratios()[sample.sample]).keys() >= {from_family, to_family}
        and (sample.content == content or not is_known)
    ]
    typical = median(ratios)
    share = _margins()["content" if is_known else "mixed"]
    low, high = typical * (1 - share), typical * (1 + share)
    if is_known:
        low, high = min(low, *ratios), max(high, *ratios)
    for family in (from_family, to_family):
        error = error_of(family)
        low, high = low * (1 - error), high * (1 + error)
    of = content if is_known else "of mixed or unknown content"
    note = (
        f"{to_family} takes {typical:.2f} times the tokens of {from_family} ({_times(low, high)}), measured on "
        f"{len(ratios)} sample{'s' if len(ratios) > 1 else ''} ({of})."
    )
    return Factor(low, typical, high, note, SOURCE)


def _to_unknown(from_family: str, to_family: str, content: str) -> Factor:
    known = [factor(from_family, family, content) for family in _measured_families()]
    low, high = min(f.low for f in known), max(f.high for f in known)
    who = "This model's tokenizer is not known" if to_family == UNKNOWN else f"{to_family} was not measured"
    note = f"{who}: {_times(low, high)} the tokens of {from_family}, as any known one."
    return Factor(low, median(f.typical for f in known), high, note, SOURCE)


def _times(low: float, high: float) -> str:
    return f"{low:.2f} to {high:.2f} times"
