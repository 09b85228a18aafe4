"""What moves the cost of a month most: each input at both its ends, all others as they are."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from estimator.decision.breakeven import CostAt
from estimator.decision.compare import Option, Scenario, compare
from estimator.selfhost.fleet import service_facts
from estimator.workload import Workload
from pricing import CLAIMS, STANDARD, Catalog, Mode

_HALF, _DOUBLE = Fraction(1, 2), Fraction(2)
_BATCH = Mode(processing="batch")


@dataclass(frozen=True)
class Effect:
    """An input, what it is at either end, and what a month then costs in USD."""

    name: str
    at_low: str
    at_high: str
    low_usd: Decimal
    high_usd: Decimal

    @property
    def width_usd(self) -> Decimal:
        return abs(self.high_usd - self.low_usd)


def sensitivity(
    option: Option, cost: CostAt, work: Workload, catalog: Catalog, scenario: Scenario
) -> tuple[Effect, ...]:
    """Every input that may be otherwise, the one that moves most first.

    `cost` is `by_token(option)`, or `by_gpus(plan)` where `option` is the plan's. What does not change the cost, or
    cannot be had from this seller, is left out.
    """
    found = (*_of_volume(cost), *_of_range(option), *_of_terms(option, work, catalog, scenario))
    return tuple(sorted((e for e in found if e.width_usd), key=lambda effect: -effect.width_usd))


def _of_volume(cost: CostAt) -> Iterator[Effect]:
    yield Effect("Requests a month", "half as many", "twice as many", cost(_HALF)[1], cost(_DOUBLE)[1])


def _of_range(option: Option) -> Iterator[Effect]:
    if option.kind == "selfhost":
        yield Effect(
            "Rents, staff, speed of the engine", "at their best", "at their worst", option.low_usd, option.high_usd
        )
        return
    yield Effect("Size of requests", "a light month", "a heavy month", option.low_usd, option.high_usd)
    prices = service_facts()["api_price"]
    low, high = Decimal(str(prices.low)), Decimal(str(prices.high))
    yield Effect("The seller's prices", f"× {low:g}", f"× {high:g}", option.usd * low, option.usd * high)


def _of_terms(option: Option, work: Workload, catalog: Catalog, scenario: Scenario) -> Iterator[Effect]:
    """The same work if it may wait a day, and if repeated text is cached, or is not."""
    if option.kind == "selfhost":
        return
    waiting, other = replace(scenario, mode=_BATCH), replace(scenario, caching=not scenario.caching)
    if scenario.mode == STANDARD and (batch := _repriced(option, work, catalog, waiting)):
        yield Effect("Time to answer", "can wait a day", "at once", batch, option.usd)
    if changed := _repriced(option, work, catalog, other):
        cached, fresh = (option.usd, changed) if scenario.caching else (changed, option.usd)
        yield Effect("Repeated text", "cached", "sent anew", cached, fresh)


def _repriced(option: Option, work: Workload, catalog: Catalog, scenario: Scenario) -> Decimal | None:
    """The typical month on other terms, None where the seller has no listed price for them, or no longer the model."""
    claims = {status.value for status in CLAIMS}
    model = catalog.models.get((option.provider, option.model))
    made = compare(work, catalog, scenario, [model] if model else [])
    return next((o.usd for o in made.options if o.status not in claims), None)
