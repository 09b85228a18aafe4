"""What would make a workload cheaper: the workload priced again under each change, ranked by what it saves."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache, partial
from typing import Literal, NamedTuple

from pydantic import Field

from estimator.decision.compare import Option, Scenario, compare
from estimator.decision.demands import Demands, doubt, named, options_among, reaches, takes
from estimator.decision.mix import Mix, mix
from estimator.decision.quality import Floor, benchmark_name, floors_for
from estimator.decision.shifting import Cut, cheap_hours, less_reasoning, shifted, shorter_answers, shorter_prompts
from estimator.workload import Assumption, Profile, Workload, tells_caching
from pricing import CLAIMS, STANDARD, Catalog, InputError, Mode, Model, Unpriced
from pricing.facts import DATA, Fact, read_table

BATCH = Mode(processing="batch")


class LeverFact(Fact):
    """A row of data/levers/levers.csv. `low`, `typical` and `high` are the share that changes, None where all does."""

    id: str
    name: str
    low: float | None = Field(default=None, gt=0, lt=1)
    typical: float | None = Field(default=None, gt=0, lt=1)
    high: float | None = Field(default=None, gt=0, lt=1)
    effort: str
    risk: str
    status: Literal["guess"]
    source: str
    note: str = ""

    @property
    def sizes(self) -> tuple[float, ...]:
        return tuple(size for size in (self.low, self.typical, self.high) if size is not None)


@dataclass(frozen=True)
class Lever:
    """A change and what it saves, in USD a month; `low_usd` and `high_usd` bound `usd`.

    Light months are set against light ones and heavy against heavy ones, at the least and the most of the change.
    `after_usd` is what a typical month then costs; `options` is what it then runs on. `doubt` says what must be so
    for it to be had, where that is not known.
    """

    fact: LeverFact
    change: str
    usd: Decimal
    low_usd: Decimal
    high_usd: Decimal
    after_usd: Decimal
    options: tuple[Option, ...]
    assumptions: tuple[Assumption, ...] = ()
    doubt: str = ""
    mixed: Mix | None = None


@dataclass(frozen=True)
class LeftOut:
    """A lever that does not apply, and why."""

    fact: LeverFact
    reason: str


@dataclass(frozen=True)
class Levers:
    """What the work costs now, what would make it cheaper, most first, and what does not apply. They do not add up."""

    present: Option
    demands: Demands
    found: tuple[Lever, ...]
    left_out: tuple[LeftOut, ...] = field(default=())

    @property
    def best(self) -> Lever | None:
        """What saves most without a doubt."""
        return next((lever for lever in self.found if not lever.doubt), None)


class _Amounts(NamedTuple):
    low_usd: Decimal
    usd: Decimal
    high_usd: Decimal


@dataclass(frozen=True)
class _Case:
    work: Workload
    catalog: Catalog
    scenario: Scenario
    model: Model
    present: Option
    demands: Demands
    hosted: Sequence[Option]


@dataclass(frozen=True)
class _Change:
    """What a lever does: the costs after it, least change first, that in the middle being the typical one."""

    said: str
    after: Sequence[_Amounts]
    options: tuple[Option, ...]
    assumptions: tuple[Assumption, ...] = ()
    doubt: str = ""
    mixed: Mix | None = None


class _NotHere(Exception):
    """The lever does not apply; the message says why."""


@cache
def lever_facts() -> dict[str, LeverFact]:
    return {fact.id: fact for fact in read_table(DATA / "levers" / "levers.csv", LeverFact)}


def levers(
    work: Workload,
    catalog: Catalog,
    scenario: Scenario,
    model: Model,
    *,
    demands: Demands | None = None,
    hosted: Sequence[Option] = (),
) -> Levers:
    """Every lever of data/levers for the work on this model, each alone, worked out by pricing the work again.

    `hosted`: the work on own GPUs (`hosted_options`). Without a floor, the first of `floors_for` is taken: the
    benchmark that shows most, at the model's own score less what means little. Raises Unpriced where the present has
    no listed price.
    """
    present = _priced(work, catalog, scenario, model)
    asked = demands or Demands()
    if asked.floor is None:
        asked = replace(asked, floor=next(iter(floors_for(present.name, catalog, asked.own)), None))
    case = _Case(work, catalog, scenario, model, present, asked, hosted)
    found: list[Lever] = []
    left_out: list[LeftOut] = []
    for id_, change in _LEVERS.items():
        fact = lever_facts()[id_]
        try:
            found.append(_lever(fact, change(case, fact), present))
        except (_NotHere, Unpriced, InputError) as why:
            said = str(why)
            left_out.append(LeftOut(fact, said[:1].upper() + said[1:]))
    return Levers(present, asked, tuple(sorted(found, key=lambda lever: -lever.usd)), tuple(left_out))


def _lever(fact: LeverFact, change: _Change, present: Option) -> Lever:
    before = _amounts(present)
    saved = [[b - a for b, a in zip(before, after, strict=True)] for after in change.after]
    typical = saved[len(saved) // 2][1]
    if typical <= 0:
        more = "as much as now" if not typical else f"{-typical:,.2f} US dollars a month more"
        raise _NotHere(f"{change.said} It would cost {more}.")
    every = [amount for each in saved for amount in each]
    after = change.after[len(saved) // 2].usd
    return Lever(
        fact=fact,
        change=change.said,
        usd=typical,
        low_usd=min(every),
        high_usd=max(every),
        after_usd=after,
        options=change.options,
        assumptions=change.assumptions,
        doubt=change.doubt,
        mixed=change.mixed,
    )


def _amounts(of: Option | Mix) -> _Amounts:
    return _Amounts(of.low_usd, of.usd, of.high_usd)


def _priced(work: Workload, catalog: Catalog, scenario: Scenario, model: Model) -> Option:
    compared = compare(work, catalog, scenario, [model])
    listed = [option for option in compared.options if option.status not in CLAIMS]
    if not listed:
        raise Unpriced(compared.unpriced[0].reason if compared.unpriced else f"{model.info.name} has no listed price.")
    return listed[0]


def _on_other_terms(case: _Case, said: str, scenario: Scenario) -> _Change:
    option = _priced(case.work, case.catalog, scenario, case.model)
    about = (option.saving.assumption,) if option.saving else ()
    return _Change(said, [_amounts(option)], (option,), about)


def _caching(case: _Case, _fact: LeverFact) -> _Change:
    if case.scenario.caching:
        raise _NotHere("Repeated text is cached already.")
    if case.work.repeated_share is None and tells_caching(case.work.typical):
        raise _NotHere("What was cached stands in the record already.")
    change = _on_other_terms(case, "What repeats is read from a cache.", replace(case.scenario, caching=True))
    if not change.assumptions:
        raise _NotHere(
            f"{case.present.name} finds nothing in a cache: no such price, or prompts that repeat too little."
        )
    return change


def _batch(case: _Case, _fact: LeverFact) -> _Change:
    if case.scenario.mode.processing:
        raise _NotHere("It is sent in batches already.")
    if case.scenario.mode != STANDARD:
        raise _NotHere("Batches are for standard service.")
    said = "Requests are sent in files, and answered within a day."
    return _if_it_can_wait(case, _on_other_terms(case, said, replace(case.scenario, mode=BATCH)))


def _if_it_can_wait(case: _Case, change: _Change) -> _Change:
    return replace(change, doubt="" if case.demands.can_wait else "It is only for answers that nobody waits for.")


def _changed(case: _Case, fact: LeverFact, said: str, by: Cut) -> _Change:
    """The same work with profiles changed by each size of the lever."""
    works = (_each_level(case.work, partial(by, share=size)) for size in fact.sizes)
    options = [_priced(work, case.catalog, case.scenario, case.model) for work in works]
    low, typical, high = fact.sizes
    about = Assumption(f"{fact.note} {typical:.0%} ({low:.0%} to {high:.0%}).", fact.status, fact.source)
    return _Change(said, [_amounts(option) for option in options], (options[1],), (about,))


def _each_level(work: Workload, by: Callable[[Profile], Profile]) -> Workload:
    return replace(work, low=by(work.low), typical=by(work.typical), high=by(work.high))


def _off_peak(case: _Case, fact: LeverFact) -> _Change:
    if not case.model.windows:
        raise _NotHere(f"{case.present.name} costs the same at all hours.")
    is_cheap = cheap_hours(case.model, case.work.typical, case.scenario.at, case.scenario.mode)
    if all(is_cheap(cell.start) for cell in case.work.typical.cells):
        raise _NotHere("All requests come at its cheapest hours already.")
    said = "Requests of dear hours that can wait are sent in the next cheap hour."
    return _if_it_can_wait(case, _changed(case, fact, said, partial(shifted, is_cheap=is_cheap)))


def _prompts(case: _Case, fact: LeverFact) -> _Change:
    return _changed(case, fact, f"Prompts are {fact.typical:.0%} shorter.", shorter_prompts)


def _outputs(case: _Case, fact: LeverFact) -> _Change:
    if not case.work.typical.usage.output_tokens:
        raise _NotHere("Nothing is written.")
    return _changed(case, fact, f"Answers are {fact.typical:.0%} shorter.", shorter_answers)


def _reasoning(case: _Case, fact: LeverFact) -> _Change:
    if not case.work.typical.usage.reasoning_tokens:
        raise _NotHere("The record tells of no reasoning.")
    return _changed(case, fact, f"{fact.typical:.0%} less is written while reasoning.", less_reasoning)


def _elsewhere(case: _Case, _fact: LeverFact) -> _Change:
    others = [m for m in named({case.present.name}, case.catalog) if m.provider != case.model.provider]
    if not others:
        raise _NotHere(f"Nobody else on record sells {case.present.name}.")
    return _cheapest(case, others, "that takes such long requests and passes the rules sells it")


def _another(case: _Case, _fact: LeverFact) -> _Change:
    floor, rated = _floor(case), case.demands.rated(case.catalog)
    good = {name for name in rated if name != case.present.name and reaches(name, rated, floor)}
    said = f"rated {floor.value:g} or more on {benchmark_name(floor.benchmark)} may be used"
    change = _cheapest(case, named(good, case.catalog), said)
    best = change.options[0]
    scored = replace(change, said=f"{change.said} Its score there is {rated[best.name]:g}.")
    return _as_rated(case, floor, scored, _usd_per_output_token(best))


def _cheapest(case: _Case, models: Iterable[Model], what: str) -> _Change:
    fitting = [model for model in models if takes(model, case.work)]
    found = options_among(fitting, case.work, case.catalog, case.scenario, case.demands.rules)
    if not found:
        raise _NotHere(f"No other model or seller {what}.")
    seller = case.catalog.providers[found[0].provider].name
    return _Change(f"{found[0].name} from {seller}.", [_amounts(found[0])], found[:1])


def _mix(case: _Case, _fact: LeverFact) -> _Change:
    floor = _floor(case)
    made = mix(case.work, case.catalog, case.scenario, case.demands)
    if len(made.models) == 1:
        raise _NotHere(f"One model alone is cheapest under this floor: {made.models[0].name}.")
    shares = [(o.name, sum(p.share for p in made.parts if p.option.name == o.name)) for o in made.models]
    said = f"{', '.join(f'{share:.0%} on {name}' for name, share in shares)}; the mean score is {made.rating:.1f}."
    written = sum((Decimal(repr(p.share)) * _usd_per_output_token(p.option) for p in made.parts), Decimal(0))
    return _as_rated(case, floor, _Change(said, [_amounts(made)], made.models, mixed=made), written)


def _as_rated(case: _Case, floor: Floor, change: _Change, usd_per_output_token: Decimal) -> _Change:
    """With the doubt whether its scores can be had at this price, and how much thinking would eat the saving."""
    said = doubt(case.work, floor)
    saved, requests = case.present.usd - change.after[0].usd, case.work.requests_per_month
    if said and floor.setting == "thinking" and saved > 0 and usd_per_output_token:
        room = saved * requests.denominator / requests.numerator / usd_per_output_token
        said = f"{said} The saving is gone once about {room:,.0f} tokens a request are thought."
    return replace(change, doubt=said)


def _usd_per_output_token(option: Option) -> Decimal:
    """As it bills this work; 0 where it bills none."""
    written = [line for line in option.lines if line.name == "output"]
    tokens = sum((line.quantity for line in written), Decimal(0))
    return sum((line.usd for line in written), Decimal(0)) / tokens if tokens else Decimal(0)


def _selfhost(case: _Case, _fact: LeverFact) -> _Change:
    """The same weights, or others that reach the floor; each is known by its name in the catalog."""
    floor, rated = case.demands.floor, case.demands.rated(case.catalog)
    good = {name for name in rated if floor and reaches(name, rated, floor)}
    same = case.model.info.weights
    weights = {model.info.weights for model in named(good, case.catalog)} | {same}
    fitting = [option for option in case.hosted if option.weights and option.weights in weights]
    if not fitting:
        raise _NotHere("No open model among those worked out for own GPUs is this one, or known to reach its score.")
    best = min(fitting, key=lambda option: option.usd)
    open_ = doubt(case.work, floor) if floor and best.weights != same else ""
    return _Change(f"{best.name}: {best.detail}.", [_amounts(best)], (best,), best.assumptions, open_)


def _floor(case: _Case) -> Floor:
    if case.demands.floor is None:
        raise _NotHere(f"{case.present.name} is not rated on record: choose a floor, or give scores of your own.")
    return case.demands.floor


_LEVERS: dict[str, Callable[[_Case, LeverFact], _Change]] = {
    "caching": _caching,
    "batch": _batch,
    "off_peak": _off_peak,
    "prompts": _prompts,
    "outputs": _outputs,
    "reasoning": _reasoning,
    "elsewhere": _elsewhere,
    "another": _another,
    "mix": _mix,
    "selfhost": _selfhost,
}
