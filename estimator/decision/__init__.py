"""Compare, break-even, budget: what a workload costs, and what follows from it."""

from estimator.decision.billing import price_profile
from estimator.decision.breakeven import BreakEven, Curve, break_even, by_token, curve, months_until
from estimator.decision.budget import Month, Purchase, buys, first_over, months_ahead
from estimator.decision.compare import Comparison, Line, NoPrice, Option, Scenario, compare
from estimator.decision.hosting import (
    by_gpus,
    carried,
    cheapest_hosting,
    hosted_option,
    hosted_options,
    hosting,
    longest_context,
    per_million_output_usd,
    volumes_in_view,
)
from estimator.decision.market import Moved, median_ratio, moves, should_cost
from estimator.decision.reconcile import Reconciliation, reconcile
from estimator.decision.saving import Saving
from estimator.decision.tornado import Swing, tornado, worth_watching
from estimator.workload import Assumption

__all__ = [
    "Assumption",
    "BreakEven",
    "Comparison",
    "Curve",
    "Line",
    "Month",
    "Moved",
    "NoPrice",
    "Option",
    "Purchase",
    "Reconciliation",
    "Saving",
    "Scenario",
    "Swing",
    "break_even",
    "buys",
    "by_gpus",
    "by_token",
    "carried",
    "cheapest_hosting",
    "compare",
    "curve",
    "first_over",
    "hosted_option",
    "hosted_options",
    "hosting",
    "longest_context",
    "median_ratio",
    "months_ahead",
    "months_until",
    "moves",
    "per_million_output_usd",
    "price_profile",
    "reconcile",
    "should_cost",
    "tornado",
    "volumes_in_view",
    "worth_watching",
]
