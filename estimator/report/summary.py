"""A report in sentences that a decision can rest on: the answer, why, its range, what else was looked at, what next."""

from dataclasses import dataclass

from estimator.decision import Effect, Option
from estimator.report.content import Report
from estimator.report.words import count, is_sure
from estimator.workload import Workload

_KINDS = {"api": "by the token", "selfhost": "on own GPUs"}


@dataclass(frozen=True)
class Finding:
    """A short title, and one to three sentences."""

    title: str
    text: str


def findings(report: Report) -> tuple[Finding, ...]:
    """In the order of reading; what was not computed is left out."""
    if report.best is None:
        return (Finding("The answer", "No model in this comparison has a listed price for this work."),)
    found = (
        Finding("The answer", answer(report)),
        Finding("Why this one", _why(report, report.best)),
        Finding("How sure that is", _range(report, report.best)),
        Finding("Own GPUs", own_gpus(report)),
        Finding("The budget", budget(report)),
        Finding("What moves it most", _moves(report)),
        Finding("What to do next", _next(report, report.best)),
    )
    return tuple(finding for finding in found if finding.text)


def volume(work: Workload) -> str:
    """`20,000 conversations a month, which take 100,000 requests`."""
    units = f"{count(work.units_per_month)} {work.units} a month"
    return units if work.requests_per_unit == 1 else f"{units}, which take {count(work.requests_per_month)} requests"


def state_words(report: Report) -> str:
    """By which the report can be made again: its instant, and the state of the price list."""
    at = report.comparison.scenario.at
    time = f", {at:%H:%M} UTC" if (at.hour, at.minute) != (0, 0) else ""
    return (
        f"Prices of {report.made_on:%-d %B %Y}{time}, from a price list checked up to {report.state.on:%-d %B %Y} "
        f"(state {report.state.digest[:12]})."
    )


def named(option: Option, report: Report) -> str:
    """The model and who sells it."""
    seller = report.catalog.providers.get(option.provider)
    return f"{option.name} from {seller.name}" if seller else option.name


def how(option: Option, report: Report) -> str:
    """Seller, kind and detail of an option, in a few words."""
    seller = report.catalog.providers.get(option.provider)
    parts = (seller.name if seller else "", _KINDS[option.kind], option.detail)
    return ", ".join(filter(None, parts)) + ("" if is_sure(option.status) else ", a claim and no list price")


def answer(report: Report) -> str:
    best = report.best
    if best is None:
        return "No model in this comparison has a listed price for this work."
    span = report.money_range(best.low_usd, best.high_usd)
    return (
        f"{report.comparison.workload.name}, {volume(report.comparison.workload)}, costs about "
        f"{report.money(best.usd)} a month with {named(best, report)}, {span} from a light to a heavy month."
    )


def _why(report: Report, best: Option) -> str:
    others = [option for option in report.sure if option is not best]
    if not others:
        return "It is the only way in this comparison that has a listed price."
    second, dearest = others[0], others[-1]
    return (
        f"It is the cheapest of {len(report.sure)} ways with a price that somebody stands behind. The next is "
        f"{named(second, report)} at {report.money(second.usd)}, the dearest {named(dearest, report)} at "
        f"{report.money(dearest.usd)}. Whether it does the work well enough, only your own examples can tell."
    )


def _range(report: Report, best: Option) -> str:
    guessed = sum(a.status in {"guess", "assumed"} for a in best.assumptions)
    rests = (
        f" {guessed} of its {len(best.assumptions)} assumptions are guesses: put your own figures there."
        if guessed
        else ""
    )
    return f"A month may come to {report.money_range(best.low_usd, best.high_usd)}.{rests}"


def own_gpus(report: Report) -> str:
    """What own GPUs cost, and from which volume on they pay."""
    if report.hosting is None:
        return ""
    option, watched = report.hosting.option, report.hosting.watched
    costs = f"{option.name} ({option.detail}) would cost {report.money(option.usd)} a month."
    if watched is None:
        return costs
    against = named(watched.against, report)
    if watched.typical is None:
        return f"{costs} At no volume in view is that less than {against}."
    today = report.comparison.workload.requests_per_month
    where = (
        "already at today's volume"
        if watched.typical <= today
        else f"from {count(watched.typical)} requests a month on"
    )
    return f"{costs} It costs less than {against} {where}.{_against_best(report)}"


def _against_best(report: Report) -> str:
    """That own GPUs do not pay against the best buy, where they pay against something dearer only."""
    rivals = report.hosting.break_evens if report.hosting else ()
    best = next((found for found in rivals if found.against == report.best), None)
    if best is None or best.typical is not None or report.best is None:
        return ""
    return f" Against the best buy, {named(report.best, report)}, it does so at no volume in view."


def budget(report: Report) -> str:
    """Whether twelve months fit the limit, or what they come to without one."""
    spending = report.spending
    if spending is None:
        return ""
    last, grows = spending.months[-1], f"growing by {(spending.growth * 100).normalize():f} % a month"
    if spending.limit_usd is None:
        return f"{grows.capitalize()}, a month comes to {report.money(last.usd)} in {last.month:%B %Y}."
    limit = report.money(spending.limit_usd)
    if spending.over is None:
        heavy = next((month for month in spending.months if month.may_be_over), None)
        doubt = f" A heavy month may pass it from {heavy.month:%B %Y} on." if heavy else ""
        said = f"all twelve months stay within {limit}, the last at {report.money(last.usd)}"
        return f"{grows.capitalize()}, {said}.{doubt}"
    if spending.over is spending.months[0]:
        return f"{limit} a month is not enough: {last.month:%B %Y} would come to {report.money(last.usd)}."
    return f"{grows.capitalize()}, the work passes {limit} a month in {spending.over.month:%B %Y}."


def effect_words(effect: Effect, report: Report) -> str:
    """`Requests a month: half as many $50, twice as many $200`."""
    low, high = report.money(effect.low_usd), report.money(effect.high_usd)
    return f"{effect.name}: {effect.at_low} {low}, {effect.at_high} {high}"


def _moves(report: Report) -> str:
    return ". ".join(effect_words(effect, report) for effect in report.effects[:2]) + "." if report.effects else ""


def _next(report: Report, best: Option) -> str:
    steps = [f"Try {best.name} on twenty of your own examples before you choose it."]
    if any(a.status == "guess" for a in best.assumptions):
        steps.append("Replace the guesses in the list of assumptions by figures from a usage export.")
    if report.spending and report.spending.limit_usd is None:
        steps.append("Set a monthly limit, and have it watched.")
    return " ".join(steps)
