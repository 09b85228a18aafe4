"""One workload on every model: what a month costs, cheapest first, with its range, its lines and their sources."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial

from estimator.decision.billing import as_sold_by, items_sold, price_profile
from estimator.decision.saving import Saving, monthly, rests_on, saved
from estimator.workload import (
    Assumption,
    CacheTerms,
    Profile,
    Workload,
    conversion,
    find_terms,
    with_assumed_reuse,
    with_caching,
)
from pricing import BILLABLE, CLAIMS, STANDARD, Bill, Catalog, Mode, Model, PriceRule, Status, Unpriced
from pricing.windows import Window

LEVELS = ("low", "typical", "high")


@dataclass(frozen=True)
class Scenario:
    """What may be chosen: the date of the prices, how requests are served, whether repeated input is cached."""

    at: datetime
    mode: Mode = STANDARD
    caching: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A part of a month's cost. `quantity` × `rate_usd` / `per` = `usd`; `source` is the id of one.

    `applies` says to which hours or sizes of prompt the rate is bound, if to any.
    """

    name: str
    quantity: Decimal
    unit: str
    rate_usd: Decimal
    per: int
    usd: Decimal
    status: str
    source: str
    checked_on: str
    applies: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """A way to run the workload. Amounts are USD a month; `low_usd` and `high_usd` bound `usd`.

    `saving` is what caching took off them, None where nothing was cached.
    """

    model: str
    provider: str
    name: str
    kind: str
    status: str
    low_usd: Decimal
    usd: Decimal
    high_usd: Decimal
    lines: tuple[Line, ...]
    assumptions: tuple[Assumption, ...]
    weights: str = ""
    detail: str = ""
    further_sources: tuple[str, ...] = ()
    saving: Saving | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """The ids of all sources behind the figures and the assumptions."""
        saving = [self.saving.assumption] if self.saving else []
        about = (a.source for a in (*self.assumptions, *saving))
        named = [*(line.source for line in self.lines), *self.further_sources, *about]
        return tuple(dict.fromkeys(s for s in named if s))


@dataclass(frozen=True, slots=True)
class NoPrice:
    """A model that cannot be priced for this workload, and why."""

    model: str
    provider: str
    name: str
    reason: str


@dataclass(frozen=True)
class Comparison:
    """Options, cheapest first, and the models for which no honest figure exists."""

    workload: Workload
    scenario: Scenario
    options: tuple[Option, ...]
    unpriced: tuple[NoPrice, ...] = field(default=())


def compare(
    workload: Workload,
    catalog: Catalog,
    scenario: Scenario,
    models: Iterable[Model] | None = None,
    others: Sequence[Option] = (),
) -> Comparison:
    """The workload on each model on sale at the time, claims beside listed prices; `others` are sorted in."""
    options: list[Option] = list(others)
    unpriced: list[NoPrice] = []
    workload = with_assumed_reuse(workload) if scenario.caching else workload
    carried = Carried(workload, scenario)
    for model in catalog.models.values() if models is None else models:
        if absent := _not_on_sale(model, scenario.at):
            unpriced.append(NoPrice(model.id, model.provider, model.info.name, absent))
            continue
        kinds = [kind for kind in (BILLABLE, CLAIMS) if any(rule.status in kind for rule in model.rules)]
        for statuses in kinds:
            try:
                options.append(_option(model, workload, scenario, statuses, carried))
            except Unpriced as error:
                if statuses is kinds[0]:  # A claim that leaves something out, beside list prices, is no news.
                    unpriced.append(NoPrice(model.id, model.provider, model.info.name, str(error)))
    return Comparison(workload, scenario, _cheapest_first(options), tuple(unpriced))


def beside(comparison: Comparison, others: Sequence[Option]) -> Comparison:
    """The comparison with `others` sorted in, as `compare` does."""
    return replace(comparison, options=_cheapest_first([*others, *comparison.options]))


def _cheapest_first(options: Sequence[Option]) -> tuple[Option, ...]:
    return tuple(sorted(options, key=lambda o: (o.usd, o.provider, o.model)))


def _not_on_sale(model: Model, at: datetime) -> str:
    """Why nobody can buy this model at `at`, or nothing."""
    released, retires, day = model.info.released_on, model.info.retires_on, at.date()
    if retires and day >= retires:
        return f"it was retired on {retires:%-d %B %Y}." if day > retires else "it retires today."
    return f"it came out on {released:%-d %B %Y} only." if released and day < released else ""


class Carried:
    """The workload's three profiles as another tokenizer would count them; many models share one."""

    def __init__(self, workload: Workload, scenario: Scenario) -> None:
        self._workload, self._mode = workload, scenario.mode
        self._caching = scenario.caching and workload.repeated_share is not None
        self._made: dict[object, Profile] = {}
        self._works: dict[str, Workload] = {}
        self._notes: dict[str, tuple[Assumption, ...]] = {}

    def profile(self, level: int, model: Model, statuses: frozenset[Status]) -> Profile:
        """The profile at a level (0 low, 1 typical, 2 high cost) on this model."""
        terms = self.terms(model, statuses)
        charges_writes = terms is not None and "cache_write_5m" in items_sold(model, self._mode, statuses)
        key = (level, model.info.tokenizer, terms, charges_writes)
        if key not in self._made:
            self._made[key] = self._make(level, model.info.tokenizer, terms, charges_writes)
        return self._made[key]

    def terms(self, model: Model, statuses: frozenset[Status]) -> CacheTerms | None:
        """Of the cache in which this model's repeated input is looked for, if it is."""
        caches = self._caching and "cache_read" in items_sold(model, self._mode, statuses)
        return find_terms(model.provider, model.id) if caches else None

    def about(self, model: Model, terms: CacheTerms | None) -> tuple[Assumption, ...]:
        """What is taken for granted about this model in particular."""
        family = model.info.tokenizer
        if family not in self._notes:
            tokens = conversion(self._workload, family)
            self._notes[family] = (Assumption(tokens.note, "measured", tokens.source),) if tokens.note else ()
        return (*self._notes[family], *([_of_life(model.provider, terms)] if terms else []))

    def _make(self, level: int, family: str, terms: CacheTerms | None, charges_writes: bool) -> Profile:
        work = self._recounted(family)
        profile = (work.low, work.typical, work.high)[level]
        if work.repeated_share is None or terms is None:
            return profile
        # The most reuse makes the least cost, so the levels of the cache run the other way.
        share = work.repeated_share[2 - level]
        life_s = (terms.life_s_low, terms.life_s_typical, terms.life_s_high)[2 - level]
        return with_caching(profile, share, work.reuse_gap_s, terms, life_s=life_s, charges_writes=charges_writes)

    def _recounted(self, family: str) -> Workload:
        if family not in self._works:
            self._works[family] = recounted(self._workload, family)
        return self._works[family]


def recounted(workload: Workload, family: str) -> Workload:
    """The same requests in the tokens of another tokenizer family, whose uncertainty widens low and high.

    Raises Unpriced where what is sent cannot be counted in that family.
    """
    by = conversion(workload, family)
    return replace(
        workload,
        low=workload.low.scaled(*by.low),
        typical=workload.typical.scaled(*by.typical),
        high=workload.high.scaled(*by.high),
        tokenizer=family,
    )


def sold_profiles(
    model: Model, scenario: Scenario, statuses: frozenset[Status], carried: Carried
) -> tuple[list[Profile], list[str]]:
    """The profiles (low, typical, high) in the tokens and buckets of this model, and what was changed to that end."""
    sold = [
        as_sold_by(model, carried.profile(level, model, statuses), mode=scenario.mode, statuses=statuses)
        for level in range(3)
    ]
    return [profile for profile, _ in sold], list(dict.fromkeys(note for _, note in sold if note))


def pricer(model: Model, scenario: Scenario, statuses: frozenset[Status]) -> Callable[[Profile], Bill]:
    """What a profile costs on this model."""
    return partial(price_profile, model, at=scenario.at, mode=scenario.mode, statuses=statuses)


def _option(
    model: Model, workload: Workload, scenario: Scenario, statuses: frozenset[Status], carried: Carried
) -> Option:
    profiles, notes = sold_profiles(model, scenario, statuses, carried)
    price_of = pricer(model, scenario, statuses)
    bills = [price_of(profile) for profile in profiles]
    # The three stand for the same units of work, of which the low one may take fewer requests.
    times = workload.requests_per_month / workload.typical.requests
    amounts = [monthly(amount, times) for bill in bills for amount in _ends(bill)]
    lines = _lines(bills[1], times, model.windows)
    terms = carried.terms(model, statuses)
    usd = sum((line.usd for line in lines), Decimal(0))
    return Option(
        model=model.id,
        provider=model.provider,
        name=model.info.name,
        kind="api",
        status=_status(bills[1]),
        low_usd=min(usd, *amounts),
        usd=usd,
        high_usd=max(usd, *amounts),
        lines=lines,
        assumptions=(
            *workload.assumptions,
            *carried.about(model, terms),
            *(Assumption(n, "guess", "") for n in notes),
        ),
        weights=model.info.weights,
        saving=saved(profiles, bills, price_of, times, rests_on(workload, terms)),
    )


def _ends(bill: Bill) -> tuple[Decimal, ...]:
    """The amounts that a bill lies between: itself, unless a price is a range."""
    is_one = all(line.rule.usd is not None for line in bill.lines)
    return (bill.usd,) if is_one else (bill.low_usd, bill.usd, bill.high_usd)


def _lines(bill: Bill, times: Fraction, windows: Sequence[Window]) -> tuple[Line, ...]:
    return tuple(
        Line(
            name=line.item,
            quantity=monthly(Decimal(line.quantity), times),
            unit="tokens" if line.rule.per == 1_000_000 else "times",
            rate_usd=line.rule.typical,
            per=line.rule.per,
            usd=monthly(line.usd, times),
            status=line.rule.status.value,
            source=line.rule.source,
            checked_on=line.rule.checked_on.isoformat(),
            applies=applies(line.rule, windows),
        )
        for line in bill.lines
    )


def applies(rule: PriceRule, windows: Sequence[Window]) -> str:
    """The hours or sizes of prompt that a price is bound to, if any."""
    hours = [f"{window.hours} {window.timezone}" for window in windows if window.id == rule.window]
    sizes = [f"from {rule.smallest_input_tokens:,} tokens of input"] if rule.min_input_tokens else []
    return ", ".join(hours + sizes)


_WEAKEST = ("claimed", "projected", "derived", "scheduled", "promotional", "listed")


def _status(bill: Bill) -> str:
    """A figure is as sure as the least sure of its prices."""
    found = {line.rule.status.value for line in bill.lines}
    return next((status for status in _WEAKEST if status in found), "listed")


def _of_life(provider: str, terms: CacheTerms) -> Assumption:
    life = f"The cache of {provider} keeps repeated input for about {terms.life_s_typical / 60:.0f} minutes."
    stated = find_terms(provider, "") or terms  # Lives are the seller's, sizes its models'.
    return Assumption(life, stated.status, stated.source)
