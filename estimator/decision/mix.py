"""A mix of models: which share of the requests to send where, so that the month costs least and quality holds."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np

from estimator.decision.compare import Option, Scenario
from estimator.decision.demands import Demands, named, options_among, takes
from estimator.decision.quality import Floor, benchmark_name
from estimator.decision.saving import monthly
from estimator.decision.split import Problem, Shares, price_range, solve
from estimator.workload import Profile, Workload
from pricing import Catalog, InputError

_DIGITS = 9


@dataclass(frozen=True)
class Class:
    """Requests of one size band of the prompt, which holds `share` of all; no prompt is longer than `longest_input`."""

    name: str
    share: Fraction
    longest_input: int
    work: Workload


@dataclass(frozen=True)
class Part:
    """A share of all requests, of one class, on one model: USD a month and the model's score."""

    requests: str
    easy: bool
    share: float
    option: Option
    rating: float
    low_usd: Decimal
    usd: Decimal
    high_usd: Decimal


@dataclass(frozen=True)
class Holds:
    """The split stays the cheapest while this model's price lies between so many times today's; `most` None: any."""

    name: str
    least: float
    most: float | None


@dataclass(frozen=True)
class Mix:
    """The cheapest split, in USD a month. `rating` is the mean score of the requests that are not easy.

    `point_usd` is what one more point of the floor would cost (its shadow price), None where the floor is for each.
    """

    parts: tuple[Part, ...]
    floor: Floor
    each: bool
    rating: float
    low_usd: Decimal
    usd: Decimal
    high_usd: Decimal
    point_usd: Decimal | None
    holds: tuple[Holds, ...]

    @property
    def models(self) -> tuple[Option, ...]:
        """Each model once, that with most requests first."""
        parts = sorted(self.parts, key=lambda part: -part.share)
        return tuple({part.option.name: part.option for part in parts}.values())


def mix(
    work: Workload,
    catalog: Catalog,
    scenario: Scenario,
    demands: Demands,
    *,
    easy_share: Fraction = Fraction(0),
    each: bool = False,
) -> Mix:
    """The cheapest split of the requests over the models that are rated on the benchmark of the floor.

    The floor is about the mean of all requests that are not easy, or about each of them. Easy ones, `easy_share` of
    every class, may go to any rated model. Own GPUs are left out: their cost is not by the request. Raises InputError
    where there is no floor, or no split fulfils the demands.
    """
    if demands.floor is None:
        raise InputError("a mix needs a floor under quality: choose a benchmark and the least score.")
    if not 0 <= easy_share <= 1:
        raise InputError(f"the easy share is {float(easy_share):g}: it lies between 0 and 1.")
    rated = demands.rated(catalog)
    groups = [(group, _offers(group, catalog, scenario, demands.rules, rated)) for group in classes(work)]
    rows = [
        _Row(group, easy, share, offers)
        for group, offers in groups
        for easy, share in ((False, 1 - easy_share), (True, easy_share))
        if share
    ]
    names = list(dict.fromkeys(name for row in rows for name in row.offers))
    problem = _problem(rows, names, rated, demands.floor, each=each)
    solution = solve(problem)
    if solution is None:
        raise InputError(_impossible(rows, names, rated, demands.floor))
    parts = _parts(rows, names, solution.shares, rated)
    used = [column for column, name in enumerate(names) if any(part.option.name == name for part in parts)]
    return Mix(
        parts=parts,
        floor=demands.floor,
        each=each,
        rating=_mean(parts),
        low_usd=sum((p.low_usd for p in parts), Decimal(0)),
        usd=sum((p.usd for p in parts), Decimal(0)),
        high_usd=sum((p.high_usd for p in parts), Decimal(0)),
        point_usd=None if each else Decimal(repr(round(solution.point_cost, _DIGITS))),
        holds=tuple(Holds(names[column], *price_range(problem, solution.shares, column)) for column in used),
    )


@dataclass(frozen=True)
class _Row:
    """The easy or the other requests of a class, a `share` of it, and what each model asks for the whole class."""

    group: Class
    easy: bool
    share: Fraction
    offers: "Offers"


def _problem(
    rows: Sequence[_Row], names: Sequence[str], rated: Mapping[str, float], floor: Floor, *, each: bool
) -> Problem:
    return Problem(
        costs=np.array([[_cost(row.offers.get(name), row.share) for name in names] for row in rows]),
        weights=np.array([float(row.group.share * row.share) for row in rows]),
        quality=np.array([rated[name] for name in names]),
        hard=tuple(not row.easy for row in rows),
        floor=floor.value,
        each=each,
    )


def _parts(rows: Sequence[_Row], names: Sequence[str], shares: Shares, rated: Mapping[str, float]) -> tuple[Part, ...]:
    return tuple(
        _part(row, row.share * share, row.offers[name], rated)
        for row, of_row in zip(rows, shares, strict=True)
        for name, share in zip(names, map(_whole, of_row), strict=True)
        if share
    )


def classes(work: Workload) -> tuple[Class, ...]:
    """The workload by size band of its prompts; as one class where its levels lie in different bands."""
    levels = (work.low, work.typical, work.high)
    floors = sorted({cell.floor for cell in work.typical.cells})
    longest = work.high.input_sizes.quantile(1)
    if len(floors) == 1 or any(sorted({c.floor for c in level.cells}) != floors for level in levels):
        return (Class("all requests", Fraction(1), longest, work),)
    bounds = [*(floor - 1 for floor in floors[1:]), longest]
    names = [f"prompts up to {bounds[0]:,} tokens", *(f"prompts of {a:,} to {b:,} tokens" for a, b in _between(floors))]
    names.append(f"prompts from {floors[-1]:,} tokens on")
    return tuple(_class(work, *each) for each in zip(names, floors, bounds, strict=True))


def _between(floors: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last size of every band but the first and the last."""
    return ((floor, after - 1) for floor, after in pairwise(floors[1:]))


def _class(work: Workload, name: str, floor: int, longest: int) -> Class:
    low, typical, high = (_of_band(level, floor) for level in (work.low, work.typical, work.high))
    share = Fraction(typical.requests, work.typical.requests)
    own = replace(work, low=low, typical=typical, high=high, requests_per_month=work.requests_per_month * share)
    return Class(name, share, longest, own)


def _of_band(profile: Profile, floor: int) -> Profile:
    return replace(profile, cells=tuple(cell for cell in profile.cells if cell.floor == floor))


def _whole(share: float) -> Fraction:
    """A share without what rounding left of nothing."""
    return Fraction(round(share, _DIGITS)).limit_denominator(10**_DIGITS)


Offers = dict[str, Option]


def _offers(
    group: Class, catalog: Catalog, scenario: Scenario, rules: Collection[str], rated: Mapping[str, float]
) -> Offers:
    """What each rated model would ask for the whole class, by its name: at its cheapest seller, its maker if equal."""
    fitting = [model for model in named(rated, catalog) if takes(model, group.work, group.longest_input)]
    found = options_among(fitting, group.work, catalog, scenario, rules)
    dearest_first = sorted(found, key=lambda o: (o.usd, catalog.models[o.provider, o.model].info.resold), reverse=True)
    return {option.name: option for option in dearest_first}


def _cost(option: Option | None, share: Fraction) -> float:
    return float(option.usd) * float(share) if option else np.inf


def _part(row: _Row, share: Fraction, option: Option, rated: Mapping[str, float]) -> Part:
    low, usd, high = (monthly(amount, share) for amount in (option.low_usd, option.usd, option.high_usd))
    return Part(row.group.name, row.easy, float(row.group.share * share), option, rated[option.name], low, usd, high)


def _mean(parts: Sequence[Part]) -> float:
    """The mean score of the requests that are not easy; of all where all are."""
    about = [p for p in parts if not p.easy] or list(parts)
    return sum(p.share * p.rating for p in about) / sum(p.share for p in about)


def _impossible(rows: Sequence[_Row], names: Sequence[str], rated: Mapping[str, float], floor: Floor) -> str:
    on = benchmark_name(floor.benchmark)
    barred = next((row.group.name for row in rows if not row.offers), "")
    if barred:
        return f"no model that is rated on {on} may take {barred}: choose another benchmark, or fewer rules."
    best = max(rated[name] for name in names)
    return f"no mix reaches {floor.value:g} on {on}: the best model that may be used has {best:g}. Lower the floor."
