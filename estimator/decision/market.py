"""What the market's prices did to one workload: who lowered, who raised, and what a vendor's bill should have done."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median

from estimator.decision.compare import Option, Scenario, compare
from estimator.workload import Workload
from pricing import BILLABLE, Catalog


@dataclass(frozen=True)
class Moved:
    """The same workload on one model at two dates, in USD a month; None where it was not on sale, or not priced."""

    provider: str
    model: str
    name: str
    then_usd: Decimal | None
    now_usd: Decimal | None

    @property
    def ratio(self) -> Decimal | None:
        """Today's cost as a multiple of that of then."""
        return self.now_usd / self.then_usd if self.then_usd and self.now_usd is not None else None

    @property
    def same_dollar_buys(self) -> Decimal | None:
        """How much of the work a dollar pays for now, as a multiple of what it paid for then."""
        return self.then_usd / self.now_usd if self.now_usd and self.then_usd is not None else None


def moves(workload: Workload, catalog: Catalog, then: datetime, today: datetime) -> tuple[Moved, ...]:
    """Every model that lists a price at either date: what fell most first, then those on sale at one date only."""
    before, after = _listed(workload, catalog, then), _listed(workload, catalog, today)
    moved = (
        Moved(
            provider=key[0],
            model=key[1],
            name=catalog.models[key].info.name,
            then_usd=before[key].usd if key in before else None,
            now_usd=after[key].usd if key in after else None,
        )
        for key in dict.fromkeys([*before, *after])
    )
    return tuple(sorted(moved, key=lambda m: (m.ratio is None, m.ratio or 0, m.name)))


def _listed(workload: Workload, catalog: Catalog, at: datetime) -> dict[tuple[str, str], Option]:
    billable = {status.value for status in BILLABLE}
    options = compare(workload, catalog, Scenario(at)).options
    return {(o.provider, o.model): o for o in options if o.status in billable}


def median_ratio(moved: tuple[Moved, ...]) -> Decimal | None:
    """By how much the typical model's cost of this work moved: the median over those on sale at both dates."""
    ratios = [m.ratio for m in moved if m.ratio is not None]
    return median(ratios) if ratios else None


def should_cost(moved: Moved, paid_then_usd: Decimal) -> Decimal | None:
    """What a vendor who passes on the price of its model would charge now: what was paid then, times the ratio."""
    return None if moved.ratio is None else paid_then_usd * moved.ratio
