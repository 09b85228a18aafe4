"""What is shown of own GPUs: few curves, where they cross, and from which volumes on they pay."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from estimator.decision import Curve, Option, Rivalry, by_token
from estimator.report.content import Report
from estimator.report.words import count

NEVER = "never"  # At no volume in view.


@dataclass(frozen=True)
class Crossing:
    """The volume from which own GPUs cost less than something bought by the token, and what a month then costs."""

    against: Option
    requests_per_month: Decimal
    usd: Decimal


def told_curves(hosting: Rivalry, report: Report) -> tuple[Curve, ...]:
    """Of own GPUs first, of what they are held against, and of the best buy: more lines tell less."""
    told = (hosting.option, report.best, hosting.watched.against if hosting.watched else None)
    return tuple(curve for curve in hosting.curves if curve.option in told)


def crossing(hosting: Rivalry, report: Report) -> Crossing | None:
    """With what own GPUs are held against; None where they do not cross in view."""
    watched = hosting.watched
    if watched is None or watched.typical is None:
        return None
    times = Fraction(watched.typical) / report.comparison.workload.requests_per_month
    return Crossing(watched.against, watched.typical, by_token(watched.against)(times)[1])


def volume_words(requests: Decimal | None) -> str:
    """From how many requests a month on, or that there is no such volume in view."""
    return NEVER if requests is None else count(requests)
