"""The finding of each part of a report as one short sentence, to stand above it; and the same words in every form."""

from estimator.decision import Rivalry
from estimator.report.content import Report, Spending
from estimator.report.summary import named
from estimator.report.words import count

GUESS = "guess"


def answer_title(report: Report) -> str:
    best = report.best
    if best is None:
        return "Nothing here has a listed price for this work"
    return f"{named(best, report)} costs least: about {report.money(best.usd)} a month"


def options_title(report: Report) -> str:
    sure = report.sure
    if not sure:
        return "No way has a listed price"
    if len(sure) == 1:
        return f"One way has a price: {report.money(sure[0].usd)} a month"
    return f"{len(sure)} ways have a price: from {report.money(sure[0].usd)} to {report.money(sure[-1].usd)} a month"


def range_title(report: Report) -> str:
    best = report.best
    if best is None:
        return "No range: nothing has a listed price"
    return f"A light month may cost {report.money(best.low_usd)}, a heavy one {report.money(best.high_usd)}"


def gpus_title(report: Report) -> str:
    if report.hosting is None:
        return "Own GPUs were not computed for this work"
    return _against(report.hosting, report)


def _against(hosting: Rivalry, report: Report) -> str:
    watched = hosting.watched
    if watched is None:
        return f"Own GPUs would cost {report.money(hosting.option.usd)} a month"
    if watched.typical is None:
        return "At no volume in view do own GPUs cost less"
    less = f"Own GPUs cost less than {named(watched.against, report)}"
    if watched.typical <= report.comparison.workload.requests_per_month:
        return f"{less} already today"
    return f"{less} from {count(watched.typical)} requests a month on"


def budget_title(report: Report) -> str:
    if report.spending is None:
        return "No budget: nothing has a listed price"
    return _within(report.spending, report)


def _within(spending: Spending, report: Report) -> str:
    last, over = spending.months[-1], spending.over
    if spending.limit_usd is None:
        return f"In {last.month:%B %Y} a month comes to {report.money(last.usd)}"
    limit = report.money(spending.limit_usd)
    if over is None:
        return f"Twelve months stay within {limit} a month"
    if over is spending.months[0]:
        return f"{limit} a month is not enough"
    return f"The work passes {limit} a month in {over.month:%B %Y}"


def moves_title(report: Report) -> str:
    if not report.effects:
        return "Nothing is known that would move the cost"
    first = report.effects[0]
    least, most = sorted((first.low_usd, first.high_usd))
    return f"{first.name} moves the cost most: {report.money(least)} to {report.money(most)} a month"


def rests_title(report: Report) -> str:
    guessed = sum(a.status == GUESS for a in report.assumptions)
    if not guessed:
        return "What these figures rest on"
    return f"{guessed} of {len(report.assumptions)} assumptions are guesses: replace those first"
