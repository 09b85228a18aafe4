"""A workload on own GPUs, as options to set beside those bought by the token."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cache

from estimator.decision.breakeven import Cost, CostAt, volumes
from estimator.decision.compare import Line, Option, recounted
from estimator.selfhost import (
    TENURES,
    CostLine,
    Plan,
    Targets,
    Tenure,
    cheapest,
    devices,
    find_architecture,
    plan,
    plans,
)
from estimator.workload import Workload
from pricing import Catalog, InputError, Unpriced

_CLASS = "datacentre"  # What can be rented by the hour and served from; other cards are there to choose.
_MANY_REPLICAS = 30
_LONGEST = 0.99


def hosted_options(workload: Workload, catalog: Catalog) -> tuple[Option, ...]:
    """The open weights among the featured models, each on the data-centre GPUs that serve the workload for least."""
    return tuple(hosted_option(each) for each in hosted_plans(workload, catalog))


def hosted_plans(workload: Workload, catalog: Catalog) -> tuple[Plan, ...]:
    """The plans behind `hosted_options`, in the same order."""
    featured = {m.info.weights for m in catalog.models.values() if m.info.featured and m.info.weights}
    works = ((weights, _countable(workload, weights, catalog)) for weights in sorted(featured))
    found = (cheapest(weights, work, _rented()) for weights, work in works if work)
    return tuple(each for each in found if each)


def _countable(workload: Workload, weights: str, catalog: Catalog) -> Workload | None:
    """None where what is sent cannot be counted in the tokens of these weights."""
    try:
        return carried(workload, weights, catalog)
    except Unpriced:
        return None


def _rented() -> list[str]:
    return [device.id for device in devices().values() if device.class_ == _CLASS]


def carried(workload: Workload, weights: str, catalog: Catalog) -> Workload:
    """The workload in the tokens of these weights, by the tokenizer of any model in the catalog that has them.

    Raises Unpriced as recounted does.
    """
    families = (m.info.tokenizer for m in catalog.models.values() if m.info.weights == weights)
    return recounted(workload, next(families, "unknown"))


def hosting(
    weights: str,
    device: str,
    workload: Workload,
    catalog: Catalog,
    *,
    gpus: int | None = None,
    precision: str = "native",
    targets: Targets | None = None,
    hourly: bool = False,
) -> Plan:
    """The workload on a chosen model and device. Raises InputError where that cannot be, with the reason."""
    work = carried(workload, weights, catalog)
    return plan(weights, device, work, gpus, precision, targets=targets, hourly=hourly)


def cheapest_hosting(weights: str, workload: Workload, catalog: Catalog, tenure: Tenure = "rent") -> Plan:
    """The workload on the data-centre GPUs that cost least to have so. Raises InputError where none can serve it."""
    work = carried(workload, weights, catalog)
    if tenure == "rent":
        least = cheapest(weights, work, _rented())
        found = [least] if least else []
    else:
        found = list(_held(plans(weights, work, _rented()), tenure))
    if not found:
        raise InputError(
            f"no data-centre GPU that can be {TENURES[tenure]} is on record to serve {weights} for this workload: "
            "choose another model."
        )
    return min(found, key=lambda p: p.usd)


def _held(among: Iterable[Plan], tenure: Tenure) -> Iterator[Plan]:
    for each in among:
        try:
            yield each.held(tenure)
        except InputError:  # Nobody rents or sells it so.
            continue


def hosted_option(hosted: Plan) -> Option:
    """A plan as an option. Its range covers rents, staff and how fast the engines run."""
    replicas, deployment = hosted.fleet.peak_replicas, hosted.deployment
    many, held = f"{replicas} × " if replicas > 1 else "", TENURES[hosted.tenure]
    return Option(
        model=hosted.architecture.id,
        provider="selfhost",
        name=f"{hosted.architecture.name} on own GPUs",
        kind="selfhost",
        status="derived",
        low_usd=hosted.low_usd,
        usd=hosted.usd,
        high_usd=hosted.high_usd,
        lines=tuple(_line(line) for line in hosted.lines),
        assumptions=hosted.assumptions,
        weights=hosted.architecture.id,
        detail=f"{many}{deployment.gpus} × {hosted.device.name}" + ("" if hosted.tenure == "rent" else f", {held}"),
        further_sources=hosted.sources,
    )


def _line(line: CostLine) -> Line:
    return Line(
        name=line.name,
        quantity=line.quantity,
        unit=line.unit,
        rate_usd=line.rate_usd,
        per=1,
        usd=line.usd,
        status=line.status,
        source=line.sources[0],
        checked_on=line.checked_on,
    )


def longest_context(workload: Workload, weights: str) -> int:
    """Tokens that one in a hundred requests passes, in and out together, as far as the model takes them."""
    made = workload.high
    tokens = made.input_sizes.quantile(_LONGEST) + made.output_sizes.quantile(_LONGEST)
    return max(1, min(tokens, find_architecture(weights).max_context_tokens))


def by_gpus(hosted: Plan) -> CostAt:
    """The cost of the same deployment over volume: it climbs in whole replicas."""

    @cache
    def cost(factor: Fraction) -> Cost:
        at = hosted.at_volume(float(factor))
        return at.low_usd, at.usd, at.high_usd

    return cost


def volumes_in_view(hosted: Plan) -> tuple[Fraction, ...]:
    """Up to where so many replicas are full that one more hardly matters: what has not paid there never will."""
    top = Fraction(10)
    while hosted.at_volume(float(top)).fleet.peak_replicas < _MANY_REPLICAS:
        top *= 10
    return volumes(top)


def per_million_output_usd(hosted: Plan, workload: Workload) -> Decimal | None:
    """USD a million output tokens as this workload uses the GPUs: the rent is paid whether they work or wait."""
    tokens = workload.typical.usage.output_tokens * workload.requests_per_month / workload.typical.requests
    return hosted.usd * 10**6 / Decimal(round(tokens)) if tokens else None
