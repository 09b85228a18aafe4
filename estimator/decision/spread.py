"""What makes the range of a bill by the token wide: each cause alone between its ends, all else as typical."""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum

from estimator.decision.compare import Option
from estimator.workload import Profile, Workload, conversion
from pricing import Catalog

_Size = Callable[[Profile], int]


class Width(StrEnum):
    """Why a month costs less or more than a typical one."""

    PROMPTS = "prompts"
    ANSWERS = "answers"
    COUNT = "count"  # How many tokens the model takes for the same words.


def widths(option: Option, work: Workload, catalog: Catalog) -> dict[Width, Decimal]:
    """How far apart light and heavy months of an option bought by the token are by each cause alone, in USD.

    At the typical rates of the option: steps of a price list by the size of a prompt are left out.
    """
    written = sum((line.usd for line in option.lines if line.name.startswith("output")), Decimal(0))
    read = option.usd - written
    by = conversion(work, catalog.models[option.provider, option.model].info.tokenizer)
    (low_in, low_out), (usual_in, usual_out), (high_in, high_out) = by.low, by.typical, by.high
    return {
        Width.PROMPTS: read * _apart(work, lambda profile: profile.usage.total_input_tokens),
        Width.ANSWERS: written * _apart(work, lambda profile: profile.usage.output_tokens),
        Width.COUNT: read * _money((high_in - low_in) / usual_in) + written * _money((high_out - low_out) / usual_out),
    }


def widest(option: Option, work: Workload, catalog: Catalog) -> Width | None:
    """What makes most of the range; None where nothing does."""
    found = widths(option, work, catalog)
    return max(found, key=lambda width: found[width]) if any(found.values()) else None


def _apart(work: Workload, size: _Size) -> Decimal:
    """The two ends of a size, as a share of the typical one."""
    typical = size(work.typical)
    return _money((size(work.high) - size(work.low)) / typical) if typical else Decimal(0)


def _money(share: float) -> Decimal:
    """Where a share of tokens meets money."""
    return Decimal(repr(share))
