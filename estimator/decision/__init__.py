"""Compare, break-even, budget: what a workload costs, and what follows from it."""

from estimator.decision.actuals import Actual, MonthBill, month_bills
from estimator.decision.afford import Purchase, Reach, buys, come_within_reach
from estimator.decision.billing import price_profile
from estimator.decision.breakeven import BreakEven, Curve, break_even, by_token, curve, months_until
from estimator.decision.budget import Month, first_over, months_ahead
from estimator.decision.compare import Comparison, Line, NoPrice, Option, Scenario, beside, compare
from estimator.decision.forecast import Band, Forecast, RunOut, Verdict, forecast
from estimator.decision.hosting import (
    by_gpus,
    carried,
    cheapest_hosting,
    hosted_option,
    hosted_options,
    hosted_plans,
    hosting,
    longest_context,
    per_million_output_usd,
    volumes_in_view,
)
from estimator.decision.itemized import Part, itemized
from estimator.decision.market import Moved, median_ratio, moves, should_cost
from estimator.decision.reconcile import Reconciliation, reconcile
from estimator.decision.rivals import Rivalry, rivalry
from estimator.decision.saving import Saving
from estimator.decision.sensitivity import Effect, sensitivity
from estimator.decision.spending import (
    BudgetPlan,
    Gap,
    MonthCost,
    Period,
    Priced,
    Project,
    Seen,
    Task,
    month_after,
    month_of,
    priced,
)
from estimator.decision.tornado import Swing, tornado, worth_watching
from estimator.decision.variance import Cause, ModelVariance, Planned, Variance, planned, variance
from estimator.workload import Assumption

__all__ = [
    "Actual",
    "Assumption",
    "Band",
    "BreakEven",
    "BudgetPlan",
    "Cause",
    "Comparison",
    "Curve",
    "Effect",
    "Forecast",
    "Gap",
    "Line",
    "ModelVariance",
    "Month",
    "MonthBill",
    "MonthCost",
    "Moved",
    "NoPrice",
    "Option",
    "Part",
    "Period",
    "Planned",
    "Priced",
    "Project",
    "Purchase",
    "Reach",
    "Reconciliation",
    "Rivalry",
    "RunOut",
    "Saving",
    "Scenario",
    "Seen",
    "Swing",
    "Task",
    "Variance",
    "Verdict",
    "beside",
    "break_even",
    "buys",
    "by_gpus",
    "by_token",
    "carried",
    "cheapest_hosting",
    "come_within_reach",
    "compare",
    "curve",
    "first_over",
    "forecast",
    "hosted_option",
    "hosted_options",
    "hosted_plans",
    "hosting",
    "itemized",
    "longest_context",
    "median_ratio",
    "month_after",
    "month_bills",
    "month_of",
    "months_ahead",
    "months_until",
    "moves",
    "per_million_output_usd",
    "planned",
    "price_profile",
    "priced",
    "reconcile",
    "rivalry",
    "sensitivity",
    "should_cost",
    "tornado",
    "variance",
    "volumes_in_view",
    "worth_watching",
]
