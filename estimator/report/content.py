"""What a report says, whatever its form: a comparison, own GPUs, a budget, what moves the cost, and who says so."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from estimator.decision import (
    Assumption,
    Comparison,
    Effect,
    Month,
    Option,
    Rivalry,
    by_gpus,
    by_token,
    first_over,
    hosted_option,
    months_ahead,
    rivalry,
    sensitivity,
)
from estimator.report.brand import Brand
from estimator.report.words import is_sure, money, money_range
from estimator.selfhost import Plan
from estimator.selfhost.fleet import service_facts
from pricing import Catalog
from pricing.currency import Rate, convert
from pricing.currency import rate as published_rate
from pricing.facts import Source, sources
from pricing.state import CatalogState, catalog_state

_MOST_RIVALS = 5


@dataclass(frozen=True)
class Terms:
    """What a report is asked for beside the comparison. `limit_usd` is that of a month, None without a budget;
    `growth` that of the work a month, 0.05 being 5 %, None for the usual one.
    """

    brand: Brand = field(default_factory=Brand)
    title: str = ""
    currency: str = "USD"
    limit_usd: Decimal | None = None
    growth: Decimal | None = None


@dataclass(frozen=True)
class Spending:
    """Twelve months of the best buy as the work grows by what is `assumed`. Without a limit, none of them is over."""

    growth: Decimal
    assumed: Assumption
    limit_usd: Decimal | None
    months: tuple[Month, ...]

    @property
    def over(self) -> Month | None:
        """The first month that passes the limit, if any."""
        return first_over(self.months) if self.limit_usd is not None else None


@dataclass(frozen=True)
class Report:
    """All that any form of a report shows, computed once. `made_on` is the day of its prices; `best` is None where
    nothing has a listed price, and then there is no `spending` and no `effects`, nor where it is own GPUs whose plan is
    not given; `hosting` is None where no open model can serve the work. `plans` are those of all own GPUs.
    """

    title: str
    brand: Brand
    made_on: date
    state: CatalogState
    exchange: Rate
    comparison: Comparison
    catalog: Catalog
    best: Option | None
    hosting: Rivalry | None
    spending: Spending | None
    effects: tuple[Effect, ...]
    plans: tuple[Plan, ...] = ()

    @property
    def options(self) -> tuple[Option, ...]:
        """Cheapest first."""
        return self.comparison.options

    @property
    def sure(self) -> tuple[Option, ...]:
        """The options that a seller, or our own computation, stands behind; cheapest first."""
        return tuple(option for option in self.options if is_sure(option.status))

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Each once, in the order in which they are met."""
        grows = [self.spending.assumed] if self.spending else []
        return tuple(dict.fromkeys((*(a for option in self._shown for a in option.assumptions), *grows)))

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Of every figure and assumption, each once; a source's number is its place here, from 1 on."""
        assumed = (a.source for a in self.assumptions if a.source)
        ids = dict.fromkeys((*(id_ for option in self._shown for id_ in option.sources), *assumed))
        rates = [sources()[self.exchange.source]] if self.exchange.source else []
        return (*(self.catalog.sources[id_] for id_ in ids), *rates)

    def number(self, source_id: str) -> int:
        """The number of a source in the appendix. Raises KeyError where the report does not cite it."""
        return self._numbers[source_id]

    def money(self, usd: Decimal) -> str:
        return money(usd, self.exchange)

    def money_range(self, low_usd: Decimal, high_usd: Decimal) -> str:
        return money_range(low_usd, high_usd, self.exchange)

    def amount(self, usd: Decimal) -> Decimal:
        """Dollars in the currency of the report, unrounded."""
        return convert(usd, self.exchange)

    @property
    def _shown(self) -> tuple[Option, ...]:
        return (*self.options, *([self.hosting.option] if self.hosting else []))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {source.id: place for place, source in enumerate(self.sources, 1)}


def report(comparison: Comparison, catalog: Catalog, plans: Sequence[Plan] = (), terms: Terms | None = None) -> Report:
    """The report of a comparison; `plans` are those of its own GPUs (`hosted_plans`), of which the cheapest is told in
    full. Raises InputError where no rate of the currency is on record, and for a growth that leaves no work.
    """
    asked = terms or Terms()
    brand, at = asked.brand, comparison.scenario.at
    best = next((option for option in comparison.options if is_sure(option.status)), None)
    cheapest = min(plans, key=lambda plan: plan.usd, default=None)
    hosting = _hosting(cheapest, comparison) if cheapest else None
    plan = next((p for p in plans if best and best.kind == "selfhost" and hosted_option(p) == best), None)
    follows = best if plan or (best and best.kind == "api") else None  # Own GPUs climb in steps that only a plan knows.
    return Report(
        title=asked.title or f"What {comparison.workload.name} would cost",
        brand=brand,
        made_on=at.date(),
        state=catalog_state(catalog, [(o.provider, o.model) for o in comparison.options], at),
        exchange=published_rate(asked.currency, at.date()),
        comparison=comparison,
        catalog=catalog,
        best=best,
        hosting=hosting,
        spending=_spending(follows, plan, comparison, asked) if follows else None,
        effects=_effects(follows, plan, comparison, catalog) if follows else (),
        plans=tuple(plans),
    )


def _hosting(plan: Plan, comparison: Comparison) -> Rivalry:
    """Against the same weights from their cheapest seller first, then the cheapest of what is listed."""
    bought = [o for o in comparison.options if o.kind == "api" and is_sure(o.status)]
    same = [o for o in bought if o.weights == plan.architecture.id][:1]
    others = [o for o in bought if o not in same]
    rivals = (*same, *others)[:_MOST_RIVALS]
    return rivalry(plan, rivals, comparison.workload.requests_per_month)


def _spending(best: Option, plan: Plan | None, comparison: Comparison, asked: Terms) -> Spending:
    usual = service_facts()["volume_growth_per_month"]
    growth = usual.typical if asked.growth is None else asked.growth
    said = f"The work grows by {(growth * 100).normalize():f} % a month; prices stay as they are."
    months = months_ahead(
        by_gpus(plan) if plan else by_token(best),
        comparison.workload.requests_per_month,
        Decimal("Infinity") if asked.limit_usd is None else asked.limit_usd,
        growth,
        start=comparison.scenario.at,
    )
    assumed = Assumption(said, "guess", usual.source) if asked.growth is None else Assumption(said, "user", "")
    return Spending(growth, assumed, asked.limit_usd, months)


def _effects(best: Option, plan: Plan | None, comparison: Comparison, catalog: Catalog) -> tuple[Effect, ...]:
    cost = by_gpus(plan) if plan else by_token(best)
    return sensitivity(best, cost, comparison.workload, catalog, comparison.scenario)
