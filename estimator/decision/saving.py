"""What caching takes off a bill, and what that rests on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from estimator.workload import Assumption, CacheTerms, Profile, Workload, tells_caching, without_caching
from pricing import Bill

_CENTS_OF_CENTS = Decimal("1e-9")


@dataclass(frozen=True)
class Saving:
    """What caching takes off a month: the same work all sent as fresh input, less the same work as it is cached.

    Below 0 where writes cost more than reads save. The lines of the option have it already. `read_tokens` come from
    the cache and `written_tokens` go into it, a month.
    """

    usd: Decimal
    low_usd: Decimal
    high_usd: Decimal
    read_tokens: Decimal
    written_tokens: Decimal
    assumption: Assumption


def saved(
    profiles: Sequence[Profile],
    bills: Sequence[Bill],
    price_of: Callable[[Profile], Bill],
    times: Fraction,
    assumption: Assumption,
) -> Saving | None:
    """Of profiles (low, typical, high) and their `bills`, `times` of which make a month. None if nothing is cached."""
    if not any(map(tells_caching, profiles)):
        return None
    fresh = (price_of(without_caching(profile)) for profile in profiles)
    amounts = [monthly(plain.usd - bill.usd, times) for plain, bill in zip(fresh, bills, strict=True)]
    usage = profiles[1].usage
    return Saving(
        usd=amounts[1],
        low_usd=min(amounts),
        high_usd=max(amounts),
        read_tokens=monthly(Decimal(usage.cache_read_tokens), times),
        written_tokens=monthly(Decimal(usage.cache_write_5m_tokens + usage.cache_write_1h_tokens), times),
        assumption=assumption,
    )


def rests_on(workload: Workload, terms: CacheTerms | None) -> Assumption:
    """The share that repeats, measured or taken for granted, under the seller's terms; else the record itself."""
    if terms is None or workload.repeated_share is None:
        return Assumption("What was cached is as the record tells it.", "measured", "")
    low, typical, high = workload.repeated_share
    span = f" ({low:.0%} to {high:.0%})" if low < high else ""
    block = f", in blocks of {terms.block_tokens}" if terms.block_tokens else ""
    said = (
        f"{typical:.0%} of the input{span} repeats; the cache keeps beginnings of {terms.min_prefix_tokens:,} tokens "
        f"and more{block}, for about {terms.life_s_typical / 60:.0f} minutes."
    )
    return Assumption(said, "measured" if workload.typical.reuse else "guess", terms.source)


def monthly(amount: Decimal, times: Fraction) -> Decimal:
    """`amount` as often as `times`: the place where a share of a month meets money. Exact where `times` is whole."""
    scaled = amount * times.numerator / times.denominator
    return scaled if times.denominator == 1 else scaled.quantize(_CENTS_OF_CENTS)
