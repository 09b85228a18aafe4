"""The sums behind each verdict: what was claimed against the catalog, the architectures and the self-host engine.

One function for each kind of check, named in data/claims/claims.csv; each gives evidence, of which the verdict follows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal

from estimator.decision.claims import Case, Claim, Evidence, Finding, KnownFact, checked, facts_of, inputs_of
from estimator.decision.prices_then import active_parameters, blended, history, per_mtok, same_weights
from estimator.selfhost import Architecture, Device, feasible, find_architecture, find_device
from estimator.selfhost.attention import Compressed, Latent
from estimator.selfhost.deployment import layouts
from estimator.selfhost.device import rent
from estimator.selfhost.throughput import steady
from pricing import Catalog, InputError, Model
from pricing.timeline import listed

_BILLION = 1e9
_GB = 1e9
_MTOK = 1_000_000
_SECONDS_PER_HOUR = 3600
Check = Callable[[Case], Iterator[Evidence]]


def usual_inputs(claim: Claim) -> dict[str, Decimal]:
    """The numbers of a claim as they stand in the table; the one left blank is the rent of its device today."""
    return {row.name: row.value if row.value is not None else _rent(claim) for row in inputs_of(claim.id)}


def judge(claim: Claim, book: Catalog, at: datetime, changed: Mapping[str, Decimal] | None = None) -> Finding:
    """A claim by the prices of `at`, with the reader's numbers in place of the usual ones.

    Raises InputError for a number that cannot be.
    """
    case = Case(claim, checked(claim, usual_inputs(claim), changed or {}), at, book)
    return Finding(case, (*_computed(case), *(_known(fact, case) for fact in facts_of(claim.id))))


def _computed(case: Case) -> tuple[Evidence, ...]:
    """A sum that cannot be done with these numbers decides nothing, and says why."""
    try:
        return tuple(CHECKS[case.claim.check](case))
    except InputError as reason:
        return (Evidence("Our sum", str(reason), None, case.claim.said_by, case.at.date()),)


def _rent(claim: Claim) -> Decimal:
    return rent(find_device(claim.against[0])).typical


def _known(fact: KnownFact, case: Case) -> Evidence:
    """What others found: by the score claimed, or by a rival's within the margin, where it is such a test."""
    holds = {"for": True, "against": False, "beside": None}[fact.bears]
    figure = fact.said
    if fact.value is not None:
        rival = f", {fact.other} {fact.other_value}" if fact.other else ""
        figure = f"{fact.test}: {fact.value}{rival}"
        if holds and fact.other_value is not None:
            holds = fact.value >= fact.other_value - case.inputs["margin"]
        elif holds:
            holds = fact.value >= case.inputs["percent"]
    return Evidence(fact.subject, figure, holds, fact.source, fact.as_of, fact.confidence)


def _others(_: Case) -> Iterator[Evidence]:
    """Nothing to compute: what others found decides."""
    yield from ()


def _sized(case: Case) -> Iterator[tuple[Architecture, Callable[[bool], bool | None]]]:
    """Each architecture, and what a figure of it says of the claim: nothing for those that stand beside."""
    for id_ in case.claim.about:
        yield find_architecture(id_), lambda holds: holds
    for id_ in case.claim.beside:
        yield find_architecture(id_), lambda _: None


def _total(model: Architecture) -> float:
    """Billions of parameters, n-gram tables included."""
    return ((model.total_parameters or 0) + model.lookup_parameters) / _BILLION


def _of(model: Architecture, figure: str, holds: bool | None) -> Evidence:
    return Evidence(model.name, figure, holds, model.source, model.checked_on)


def _size(case: Case) -> Iterator[Evidence]:
    within = case.number("tolerance_pct") / 100
    for model, bearing in _sized(case):
        sizes = (("total_b", _total(model), "in all"), ("active_b", model.active_parameters / _BILLION, "active"))
        for name, billions, what in sizes:
            claimed = case.number(name)
            is_so = abs(billions / claimed - 1) <= within
            yield _of(model, f"{billions:,.0f}B {what}, {claimed:,.0f}B claimed", bearing(is_so))


def _fewer_active(case: Case) -> Iterator[Evidence]:
    before, active_before = case.number("total_b"), case.number("active_b")
    for model, bearing in _sized(case):
        total, active = _total(model), model.active_parameters / _BILLION
        figure = f"{total:,.0f}B in all, {active:.0f}B active; V3 {before:,.0f}B and {active_before:.0f}B"
        yield _of(model, figure, bearing(total > before and active < active_before))


def _larger(case: Case) -> Iterator[Evidence]:
    for model, bearing in _sized(case):
        more = (_total(model) / case.number("total_b") - 1) * 100
        is_so = abs(more - case.number("more_pct")) <= case.number("tolerance_pct")
        yield _of(model, f"{more:+,.0f} % against V3".replace("-", "−"), bearing(is_so))


def _part(has: Callable[[Architecture], bool], part: str) -> Check:
    def check(case: Case) -> Iterator[Evidence]:
        for model, bearing in _sized(case):
            found = has(model)
            yield _of(model, f"{'has' if found else 'has no'} {part}", bearing(found))

    return check


def _has_indexer(model: Architecture) -> bool:
    return any(isinstance(a, Latent | Compressed) and a.indexer for a in model.known.attention)


def _licence(case: Case) -> Iterator[Evidence]:
    for model, bearing in _sized(case):
        is_so = model.licence in case.claim.against if model.licence else None
        figure = f"licence {model.licence or 'unknown'}"
        source = model.licence_source or model.source
        yield Evidence(model.name, figure, is_so if is_so is None else bearing(is_so), source, model.checked_on)


def _models(case: Case, ids: Iterable[str]) -> Iterator[Model]:
    for id_ in ids:
        yield case.book.find(id_)


def _context(case: Case) -> Iterator[Evidence]:
    for model in _models(case, case.claim.about):
        tokens = model.info.context_tokens
        is_so = None if tokens is None else tokens >= case.inputs["tokens"]
        yield _sold(model, f"{tokens:,} tokens" if tokens else "length unknown", is_so)


def _unreleased(case: Case) -> Iterator[Evidence]:
    for model in _models(case, case.claim.about):
        day = model.info.released_on
        yield _sold(model, _released(day), None if day is None else day > case.claim.said_on)


def _recent(case: Case) -> Iterator[Evidence]:
    for model in _models(case, case.claim.about):
        day = model.info.released_on
        is_so = None if day is None else 0 <= (case.claim.said_on - day).days <= case.inputs["days"]
        yield _sold(model, _released(day), is_so)


def _released(day: date | None) -> str:
    return f"released on {day:%-d %B %Y}" if day else "release unknown"


def _sold(model: Model, figure: str, holds: bool | None) -> Evidence:
    """By the row of the model; checked when its prices were."""
    day = max(rule.checked_on for rule in model.rules)
    return Evidence(model.info.name, figure, holds, model.info.source, day)


def _quoted(model: Model, item: str, at: datetime, figure: str, holds: bool | None) -> Evidence:
    """By the list price of an item, where there was one."""
    rule = listed(model, item, at)
    return Evidence(model.info.name, figure, holds, rule.source, rule.checked_on) if rule else _sold(
        model, figure, None)  # fmt: skip


def _price_range(case: Case) -> Iterator[Evidence]:
    """The input's list price of the day, off-peak; the output's, and that of the release, beside it."""
    for model in _models(case, case.claim.about):
        low, high = case.inputs["low_usd"], case.inputs["high_usd"]
        price = per_mtok(model, "input", case.at)
        is_so = None if price is None else low <= price <= high
        yield _quoted(model, "input", case.at, f"input {_usd(price)}", is_so)
        output = f"output {_usd(per_mtok(model, 'output', case.at))}"
        yield _quoted(model, "output", case.at, output, None)
        if day := model.info.released_on:
            first = f"input {_usd(per_mtok(model, 'input', _noon(day)))} at the release"
            yield _quoted(model, "input", _noon(day), first, None)


def _list_price(case: Case) -> Iterator[Evidence]:
    """The list price on the day of the article; today's beside it."""
    for model in _models(case, case.claim.about):
        said_at = _noon(case.claim.said_on)
        for item in ("input", "output"):
            claimed, then = case.inputs[f"{item}_usd"], per_mtok(model, item, said_at)
            figure = f"{item} {_usd(then)} that day, {_usd(claimed)} claimed"
            yield _quoted(model, item, said_at, figure, then == claimed)
            later = f"{item} {_usd(per_mtok(model, item, case.at))} on {case.at:%-d %B %Y}"
            yield _quoted(model, item, case.at, later, None)


def _cheaper(case: Case) -> Iterator[Evidence]:
    """How many times a rival's price is the model's, for the reader's mix of input, output and peak hours."""
    mix = {"output_share": case.inputs["output_pct"] / 100, "peak_share": case.inputs["peak_pct"] / 100}
    for model in _models(case, case.claim.about):
        for rivals, counts in ((case.claim.against, True), (case.claim.beside, False)):
            for rival in _models(case, rivals):
                own, other = blended(model, case.at, **mix), blended(rival, case.at, **mix)
                if not own or other is None:
                    yield _sold(model, f"no price of the day against {rival.info.name}", None)
                    continue
                is_so = other / own >= case.inputs["times"]
                figure = f"{other / own:.1f} times cheaper than {rival.info.name} ({_usd(own)} to {_usd(other)})"
                yield _quoted(model, "input", case.at, figure, is_so if counts else None)


def _price_by_size(case: Case) -> Iterator[Evidence]:
    """Three tests of prices that follow active parameters: over time, from seller to seller, from model to model."""
    most = case.inputs["times"]
    for model in _models(case, case.claim.about):
        today = _price(model, case.at)
        then = [*history(model, "input", case.at), today]
        ratio = max(then) / min(then)
        yield _sold(model, f"same size, input at {_usd(min(then))} to {_usd(max(then))} over time", ratio <= most)
        sold = same_weights(model, "input", case.at, case.book)
        ratio = max(sold) / min(sold)
        figure = f"same weights, {_usd(min(sold))} to {_usd(max(sold))} at {len(sold)} prices of the day"
        yield _sold(model, figure, ratio <= most)
        for other in _models(case, case.claim.against):
            each = [(_price(m, case.at) / active_parameters(m)) * Decimal(_BILLION) for m in (model, other)]
            figure = f"{_usd(each[0])} for each billion active, {other.info.name} {_usd(each[1])}"
            yield _sold(model, figure, max(each) / min(each) <= most)


def _price(model: Model, at: datetime) -> Decimal:
    found = per_mtok(model, "input", at)
    if not found:
        raise InputError(f"{model.id} has no input price on {at:%-d %B %Y}: choose another day.")
    return found


def _fits(case: Case) -> Iterator[Evidence]:
    """Whether some real format of the weights, and one conversation, fits in the cards' memory."""
    gpus, context = int(case.inputs["gpus"]), int(case.inputs["context_tokens"])
    card = find_device(case.claim.against[0]).model_copy(update={"memory_gb": case.number("memory_gb")})
    for model, bearing in _sized(case):
        found = feasible(model, card, gpus, context)
        small = found.smallest
        figure = f"takes {small.weights_bytes / _GB:,.0f} GB at least, {small.usable_bytes / _GB:,.0f} GB are usable"
        if found.moved:
            fastest = max(found.moved.offloads, key=lambda offload: offload.tokens_per_s)
            figure += f"; with its experts in the memory of a {fastest.host.name}, at most {fastest.tokens_per_s:.0f}"
            figure += " tokens/s for one reader"
        yield _of(model, figure, bearing(found.fit is not None and found.fit.is_real))


def _own_cost(case: Case) -> Iterator[Evidence]:
    """USD a million output tokens on own GPUs, quiet and busy, against the seller's fee for the same tokens."""
    for sold in _models(case, case.claim.about):
        weights = find_architecture(sold.info.weights)
        share = case.inputs["input_tokens"] / case.inputs["output_tokens"]
        output = per_mtok(sold, "output", case.at)
        fee = None if output is None else output + share * _price(sold, case.at)
        yield _of(weights, "the weights are free to run: no fee by the token", True)
        for load in ("busy", "quiet"):
            own = _own_usd(case, weights, find_device(case.claim.against[0]), case.number(load))
            figure = f"{load}, a million output tokens with their input cost {_usd(own)}, by the token {_usd(fee)}"
            yield _of(weights, figure, None if fee is None else own < fee)
    card = find_device(case.claim.against[0])
    asked = rent(card)
    figure = f"{_usd(asked.typical)} an hour to rent, the median of {asked.quotes} quotes"
    yield Evidence(card.name, figure, None, asked.sources[0], asked.last_on or card.checked_on)


def _own_usd(case: Case, weights: Architecture, device: Device, at_once: float) -> Decimal:
    """By the faster of the usual layouts."""
    asked = (case.number("input_tokens"), case.number("output_tokens"), at_once)
    runs = (steady(layout, *asked) for layout in layouts(weights, device, int(case.inputs["gpus"]), "native"))
    rates = (run.out_tok_s_per_gpu for run in runs)
    fastest = max(rate.typical for rate in rates if rate)
    return case.inputs["rent_usd"] * _MTOK / Decimal(fastest * _SECONDS_PER_HOUR)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def _usd(amount: Decimal | None) -> str:
    """A price in whole cents, or in as many figures as tell it: `$0.66`, `$0.435`, `$0.0135`."""
    if amount is None:
        return "not listed"
    is_in_cents = amount >= 10 or not amount * 100 % 1
    places = 2 if is_in_cents else 3 if amount >= Decimal("0.1") else 4
    return f"${amount:,.{places}f}"


CHECKS: Mapping[str, Check] = {
    "size": _size,
    "fewer-active": _fewer_active,
    "larger": _larger,
    "context": _context,
    "score": _others,
    "rivalry": _others,
    "evidence": _others,
    "licence": _licence,
    "hyper-connections": _part(lambda m: m.known.residual_streams > 1, "hyper-connections"),
    "engram": _part(lambda m: m.lookup_parameters > 0, "tables of an Engram memory"),
    "indexer": _part(_has_indexer, "indexer in its attention"),
    "unreleased": _unreleased,
    "recent": _recent,
    "price-range": _price_range,
    "list-price": _list_price,
    "cheaper": _cheaper,
    "price-by-size": _price_by_size,
    "fits": _fits,
    "own-cost": _own_cost,
}
