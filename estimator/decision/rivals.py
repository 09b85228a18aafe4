"""Own GPUs against what is bought by the token: costs over volume, where they pay, and what moves that most."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

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
    requests_per_month: Fraction
    curves: tuple[Curve, ...]
    break_evens: tuple[BreakEven, ...]
    watched: BreakEven | None

    @cached_property
    def swings(self) -> tuple[Swing, ...]:
        """What moves that most: it takes long, so it is found when it is asked for."""
        if self.watched is None:
            return ()
        return tornado(self.plan, self.watched.against, self.requests_per_month, volumes_in_view(self.plan))


def rivalry(plan: Plan, rivals: Sequence[Option], requests_per_month: Fraction) -> Rivalry:
    """The plan against these options by the token, at volumes from a hundredth of today's on."""
    hosted, view, option = by_gpus(plan), volumes_in_view(plan), hosted_option(plan)
    found = tuple(break_even(hosted, rival, requests_per_month, view) for rival in rivals)
    return Rivalry(
        plan=plan,
        option=option,
        requests_per_month=requests_per_month,
        curves=(
            curve(option, hosted, requests_per_month, view),
            *(curve(rival, by_token(rival), requests_per_month, view) for rival in rivals),
        ),
        break_evens=found,
        watched=worth_watching(found) if found else None,
    )
