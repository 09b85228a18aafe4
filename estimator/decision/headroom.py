"""How much dearer a plan may come before its limit is passed."""

from decimal import Decimal

from estimator.decision.forecast import Forecast
from estimator.decision.spending import BudgetPlan


def headroom(plan: BudgetPlan, made: Forecast) -> Decimal | None:
    """The multiple of all costs to come at which half of the cases pass a limit; None where nothing is to come.

    Below 1 they pass it as planned. What was billed already stays as it is.
    """
    multiples = []
    for (first, end, limit), span in zip(plan.spans, made.spans, strict=True):
        billed = sum((month.p50 for month in made.months[first:end] if month.is_known), Decimal(0))
        to_come = span.p50 - billed
        if to_come > 0:
            multiples.append((limit - billed) / to_come)
    return min(multiples, default=None)
