"""What is behind an option's range: its bills in a light, a typical and a heavy month."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from estimator.decision.compare import Carried, Comparison, Option, applies, pricer, sold_profiles
from estimator.decision.saving import monthly
from estimator.workload import Profile
from pricing import BILLABLE, CLAIMS, Catalog, PriceRule

Quantities = tuple[Decimal, Decimal, Decimal]


@dataclass(frozen=True)
class Part:
    """What falls under one price: its quantities in a light, a typical and a heavy month."""

    item: str
    rule: PriceRule
    applies: str
    quantities: Quantities


@dataclass(frozen=True)
class Levels:
    """The parts of an option by the token.

    Between the multiples of today's input in `room`, no request changes the tier of its price.
    """

    option: Option
    parts: tuple[Part, ...]
    room: tuple[float, float]


def levels(comparison: Comparison, catalog: Catalog) -> tuple[Levels, ...]:
    """Of each option by the token, in their order."""
    carried = Carried(comparison.workload, comparison.scenario)
    bought = (option for option in comparison.options if option.kind == "api")
    return tuple(_levels(option, comparison, catalog, carried) for option in bought)


def _levels(option: Option, comparison: Comparison, catalog: Catalog, carried: Carried) -> Levels:
    model = catalog.models[option.provider, option.model]
    statuses = CLAIMS if option.status in {status.value for status in CLAIMS} else BILLABLE
    profiles, _ = sold_profiles(model, comparison.scenario, statuses, carried)
    bills = [pricer(model, comparison.scenario, statuses)(profile) for profile in profiles]
    work = comparison.workload
    found: dict[tuple[str, PriceRule], list[int]] = {}
    for level in (1, 0, 2):  # In the order of the option's lines; what a light or a heavy month has besides comes last.
        for line in bills[level].lines:
            found.setdefault((line.item, line.rule), [0, 0, 0])[level] = line.quantity
    times = work.requests_per_month / work.typical.requests
    parts = (
        Part(item, rule, applies(rule, model.windows), _monthly(counts, times))
        for (item, rule), counts in found.items()
    )
    return Levels(option, tuple(parts), _room(profiles, model.sizes))


def _monthly(counts: Sequence[int], times: Fraction) -> Quantities:
    low, typical, high = (monthly(Decimal(count), times) for count in counts)
    return low, typical, high


def _room(profiles: Iterable[Profile], tiers: Sequence[int]) -> tuple[float, float]:
    """Tiers go by the mean size of each half hour's requests, as `Profile.scaled` moves them."""
    least, most = 0.0, float("inf")
    if len(tiers) > 1:
        for size in {cell.usage.total_input_tokens / cell.requests for profile in profiles for cell in profile.cells}:
            least = max([least, *(tier / size for tier in tiers if tier <= size)])
            most = min([most, *(tier / size for tier in tiers if tier > size)])
    return least, most
