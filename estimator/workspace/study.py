"""What is saved: a workload, the terms it was priced on, and what it cost that day; and what has changed since."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from decimal import Decimal

from estimator.decision import Comparison, Line, NoPrice, Option, Scenario, compare, hosted_options
from estimator.workload import Assumption, Cell, Profile, Workload
from estimator.workload.profile import floor_of
from pricing import CLAIMS, Catalog
from pricing.facts import Source
from pricing.state import CatalogState, catalog_state, sale_days

ModelKey = tuple[str, str]  # Provider and id.

_REBANDED = Assumption(
    "Price tiers that came after this work was saved look at the mean size of its requests in each half hour.",
    "guess",
    "",
)


@dataclass(frozen=True)
class Budget:
    """A monthly limit in USD for work that grows by `growth` a month (0.05 is 5 %)."""

    limit_usd: Decimal
    growth: Decimal


@dataclass(frozen=True)
class Study:
    """A comparison as it was on its day, with all that it takes to make it again.

    `models` were chosen, `hosted` says whether own GPUs were asked for; `currency` is the one it was read in. `sources`
    are those behind its options, as they were.
    """

    workload: Workload
    scenario: Scenario
    models: tuple[ModelKey, ...]
    hosted: bool
    currency: str
    budget: Budget | None
    catalog: CatalogState
    options: tuple[Option, ...]
    unpriced: tuple[NoPrice, ...]
    sources: tuple[Source, ...]

    @property
    def comparison(self) -> Comparison:
        """What was computed on the day, as pages and reports take it."""
        return Comparison(self.workload, self.scenario, self.options, self.unpriced)

    def catalog_with_sources(self, catalog: Catalog) -> Catalog:
        """The catalog, but what is said of a source is what was said on the day."""
        return replace(catalog, sources={**catalog.sources, **{source.id: source for source in self.sources}})


def study(
    workload: Workload,
    scenario: Scenario,
    models: Iterable[ModelKey],
    catalog: Catalog,
    *,
    hosted: bool = False,
    currency: str = "USD",
    budget: Budget | None = None,
) -> Study:
    """The work priced now, ready to be saved. Raises InputError as `compare` does."""
    keys = tuple(models)
    made = priced(workload, scenario, keys, catalog, hosted=hosted)
    return Study(
        workload=workload,
        scenario=scenario,
        models=keys,
        hosted=hosted,
        currency=currency,
        budget=budget,
        catalog=catalog_state(catalog, keys),
        options=made.options,
        unpriced=made.unpriced,
        sources=tuple(catalog.sources[id_] for id_ in sorted(cited(made.options))),
    )


def cited(options: Iterable[Option]) -> set[str]:
    """The ids of all sources behind these options."""
    return {id_ for option in options for id_ in option.sources}


def priced(
    workload: Workload, scenario: Scenario, models: Sequence[ModelKey], catalog: Catalog, *, hosted: bool
) -> Comparison:
    """The comparison by the catalog at hand; a model that is no longer in it has no price."""
    fitted = with_sizes(workload, catalog.sizes)
    return priced_beside(hosted_options(fitted, catalog) if hosted else (), fitted, scenario, models, catalog)


def priced_beside(
    hosted: Sequence[Option], fitted: Workload, scenario: Scenario, models: Sequence[ModelKey], catalog: Catalog
) -> Comparison:
    """The same, beside own GPUs that are known already, of work that is in the catalog's size bands."""
    known = [catalog.models[key] for key in models if key in catalog.models]
    made = compare(fitted, catalog, scenario, known, hosted)
    gone = (NoPrice(m, p, m, "it is no longer in the catalog.") for p, m in models if (p, m) not in catalog.models)
    return replace(made, unpriced=(*made.unpriced, *gone))


def moved(saved: Study, catalog: Catalog, at: datetime) -> Study:
    """The same work on the same terms at the prices of `at`, by the catalog at hand."""
    return study(
        saved.workload,
        replace(saved.scenario, at=at),
        saved.models,
        catalog,
        hosted=saved.hosted,
        currency=saved.currency,
        budget=saved.budget,
    )


def with_sizes(workload: Workload, sizes: tuple[int, ...]) -> Workload:
    """The work in size bands that know these edges too, as a catalog needs whose tiers are newer than the work."""
    levels = (workload.low, workload.typical, workload.high)
    if all(set(sizes) <= set(profile.sizes) for profile in levels):
        return workload
    low, typical, high = (_banded(profile, sizes) for profile in levels)
    return replace(workload, low=low, typical=typical, high=high, assumptions=(*workload.assumptions, _REBANDED))


def _banded(profile: Profile, sizes: tuple[int, ...]) -> Profile:
    edges = tuple(sorted({*profile.sizes, *sizes}))
    cells = (
        Cell(c.start, floor_of(c.usage.total_input_tokens, c.requests, edges), c.requests, c.usage)
        for c in profile.cells
    )
    return replace(profile, sizes=edges, cells=tuple(cells))


def same_prices(saved: Study, catalog: Catalog, at: datetime) -> bool:
    """Whether every price behind the study is on record as it was then, and none has changed from its day to `at`."""
    if catalog_state(catalog, saved.models).digest != saved.catalog.digest:
        return False
    first, last = sorted((saved.scenario.at, at))
    models = [catalog.models[key] for key in saved.models if key in catalog.models]
    days = (day for model in models for day in sale_days(model) if day)
    instants = (*(t for m in models for t in m.changes), *(datetime.combine(day, time(), tzinfo=UTC) for day in days))
    return not any(first < t <= last for t in instants)


@dataclass(frozen=True)
class Difference:
    """One way to run the work, before and after; None where it had no price, and then `reason` says why.

    `rates` are the lines whose price is not the same, before and after; none where the work is counted otherwise.
    """

    name: str
    before: Option | None
    after: Option | None
    reason: str = ""

    @property
    def ratio(self) -> Decimal | None:
        """The later cost as a multiple of the earlier one."""
        return self.after.usd / self.before.usd if self.before and self.after and self.before.usd else None

    @property
    def rates(self) -> tuple[tuple[Line | None, Line | None], ...]:
        was, now = (_by_name(option.lines if option else ()) for option in (self.before, self.after))
        pairs = ((was.get(key), now.get(key)) for key in dict.fromkeys((*was, *now)))
        return tuple((old, new) for old, new in pairs if _rate(old) != _rate(new))


def differences(before: Comparison, after: Comparison) -> tuple[Difference, ...]:
    """What does not cost the same in two comparisons of the same work, in the order of the first."""
    was, now = _by_key(before.options), _by_key(after.options)
    reasons = {(m.provider, m.model): m.reason for m in (*before.unpriced, *after.unpriced)}
    return tuple(
        Difference({**was, **now}[key].name, was.get(key), now.get(key), reasons.get(key[1:3], ""))
        for key in dict.fromkeys((*was, *now))
        if _amounts(was.get(key)) != _amounts(now.get(key))
    )


def _by_key(options: Iterable[Option]) -> dict[tuple[str, str, str, bool], Option]:
    """A model may stand there twice: as listed and as claimed."""
    claims = {status.value for status in CLAIMS}
    return {(o.kind, o.provider, o.model, o.status in claims): o for o in options}


def _amounts(option: Option | None) -> tuple[Decimal, Decimal, Decimal] | None:
    return (option.low_usd, option.usd, option.high_usd) if option else None


def _by_name(lines: Iterable[Line]) -> dict[tuple[str, str], Line]:
    return {(line.name, line.applies): line for line in lines}


def _rate(line: Line | None) -> tuple[Decimal, int] | None:
    return (line.rate_usd, line.per) if line else None


@dataclass(frozen=True)
class Check:
    """Whether a study still holds: what was corrected about its own day, and what has moved since; both may be none."""

    saved: Study
    today: Study
    corrections: tuple[Difference, ...]
    moves: tuple[Difference, ...]


def check(saved: Study, catalog: Catalog, at: datetime) -> Check:
    """The study computed again, at its own day's prices and at those of `at`. Raises InputError as `compare` does."""
    own_day = priced(saved.workload, saved.scenario, saved.models, catalog, hosted=saved.hosted)
    today = moved(saved, catalog, at)
    return Check(saved, today, differences(saved.comparison, own_day), differences(saved.comparison, today.comparison))


def quick_check(saved: Study, catalog: Catalog, at: datetime) -> Check:
    """The same for what is bought by the token, and without computing anything where no price is another."""
    bought = replace(saved, hosted=False, options=tuple(o for o in saved.options if o.kind == "api"))
    if same_prices(saved, catalog, at):
        return Check(bought, bought, (), ())
    return check(bought, catalog, at)
