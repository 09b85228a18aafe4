"""Compare, break-even, budget: what a workload costs, and what follows from it."""

from estimator.decision.billing import price_profile
from estimator.decision.breakeven import BreakEven, Curve, break_even, by_token, curve
from estimator.decision.budget import Month, Purchase, buys, first_over, months_ahead
from estimator.decision.compare import Comparison, Line, NoPrice, Option, Scenario, compare
from estimator.workload import Assumption

__all__ = [
    "Assumption",
    "BreakEven",
    "Comparison",
    "Curve",
    "Line",
    "Month",
    "NoPrice",
    "Option",
    "Purchase",
    "Scenario",
    "break_even",
    "buys",
    "by_token",
    "compare",
    "curve",
    "first_over",
    "months_ahead",
    "price_profile",
]
