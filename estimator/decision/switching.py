"""From one way to run a workload to another: what a switch saves, and until when that holds."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from estimator.decision.breakeven import CostAt, crossing, volumes
from estimator.decision.compare import Option


@dataclass(frozen=True)
class Switch:
    """What `new` saves against `old`, in USD a month: light months against light ones, heavy against heavy.

    It holds from `from_share` of today's volume on, at any volume where that is None, and until `new` costs
    `until_times` what it does; that is None where `new` costs nothing.
    """

    old: Option
    new: Option
    usd: Decimal
    low_usd: Decimal
    high_usd: Decimal
    from_share: Fraction | None
    until_times: Decimal | None


def switch(old: Option, new: Option, hosted: CostAt | None = None) -> Switch:
    """`old` is bought by the token; `hosted` is the cost of `new` over its volume where it runs on own GPUs."""
    saved = sorted((old.low_usd - new.low_usd, old.usd - new.usd, old.high_usd - new.high_usd))
    return Switch(
        old=old,
        new=new,
        usd=old.usd - new.usd,
        low_usd=saved[0],
        high_usd=saved[-1],
        from_share=crossing(hosted, old.usd, volumes(Fraction(1))) if hosted else None,
        until_times=old.usd / new.usd if new.usd else None,
    )
