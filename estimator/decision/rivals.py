"""Own GPUs against what is bought by the token: costs over volume, where they pay, and what moves that most."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from estimator.decision.breakeven import BreakEven, Curve, break_even, by_token, curve
from estimator.decision.compare import Option
from estimator.decision.hosting import by_gpus, hosted_option, volumes_in_view
from estimator.decision.tornado import Swing, tornado, worth_watching
from estimator.selfhost import Plan


@dataclass(frozen=True)
class Rivalry:
    """A plan against others. The first curve is the plan's; `watched` is the break-even that `swings` are about."""

    plan: Plan
    option: Option
    curves: tuple[Curve, ...]
    break_evens: tuple[BreakEven, ...]
    watched: BreakEven | None
    swings: tuple[Swing, ...]


def rivalry(plan: Plan, rivals: Sequence[Option], requests_per_month: Fraction) -> Rivalry:
    """The plan against these options by the token, at volumes from a hundredth of today's on."""
    hosted, view, option = by_gpus(plan), volumes_in_view(plan), hosted_option(plan)
    found = tuple(break_even(hosted, rival, requests_per_month, view) for rival in rivals)
    watched = worth_watching(found) if found else None
    return Rivalry(
        plan=plan,
        option=option,
        curves=(
            curve(option, hosted, requests_per_month, view),
            *(curve(rival, by_token(rival), requests_per_month, view) for rival in rivals),
        ),
        break_evens=found,
        watched=watched,
        swings=tornado(plan, watched.against, requests_per_month, view) if watched else (),
    )
