"""How much repeated input a seller's prompt cache would find, and what a profile looks like then."""

import math
from collections import Counter
from dataclasses import replace
from datetime import datetime
from functools import cache

from pydantic import Field

from estimator.workload.profile import Cell, Profile
from estimator.workload.reuse import Reuse
from estimator.workload.shapes import Status
from pricing import InputError, Usage
from pricing.facts import DATA, Fact, read_table

_HOUR_S = 3600


class CacheTerms(Fact):
    """A row of data/catalog/caches.csv: the shortest prefix that a seller caches, and how long it lives unused."""

    provider: str
    min_prefix_tokens: int = Field(ge=0)
    life_s_low: float = Field(ge=0)
    life_s_typical: float = Field(ge=0)
    life_s_high: float = Field(ge=0)
    status: Status
    source: str
    note: str = ""


@cache
def cache_terms() -> dict[str, CacheTerms]:
    """The terms of every seller on record, by provider."""
    return {terms.provider: terms for terms in read_table(DATA / "catalog" / "caches.csv", CacheTerms)}


def hit_share(life_s: float, gap_s: float) -> float:
    """The share of repeats found alive, 1 − exp(−life/gap): arrivals at random, `gap_s` apart on average.

    Leaves out eviction under load and routing to another server.
    """
    return -math.expm1(-life_s / gap_s)


def with_caching(
    profile: Profile, share: float, reuse_gap_s: float, terms: CacheTerms, *, life_s: float, charges_writes: bool
) -> Profile:
    """The same requests with repeated input read from the cache; every token is kept.

    `share` of the fresh text input repeats an earlier prefix, which comes back after `reuse_gap_s` in its session or
    with the next request of any session, whichever is sooner. What is found moves to cache_read; what is missed is
    written anew if the seller charges writes, else stays fresh input. Shorter prefixes than the seller caches stay.
    A profile that carries its own `reuse` with times is served by that instead, see `_as_measured`.
    Raises InputError where `share` is not in 0 to 1 or `reuse_gap_s` is not above 0.
    """
    if profile.reuse and profile.reuse.timed:
        return _as_measured(profile, profile.reuse, terms, life_s=life_s, charges_writes=charges_writes)
    if not 0 <= share <= 1:
        raise InputError(f"the repeated share of the input is {share}: it lies between 0 and 1.")
    if reuse_gap_s <= 0:
        raise InputError(f"the time until input comes back is {reuse_gap_s} s: it must be above 0.")
    others = Counter[datetime]()
    for cell in profile.cells:
        others[_hour(cell)] += cell.requests

    def cached(cell: Cell) -> Cell:
        repeated = math.floor(share * cell.usage.uncached_input_tokens)
        if repeated < terms.min_prefix_tokens * cell.requests:
            return cell
        # A request meets the others of its hour, not itself: one alone tells of no rate.
        rate = (others[_hour(cell)] - 1) / _HOUR_S
        gap_s = min(reuse_gap_s, 1 / rate) if rate else reuse_gap_s
        found = math.floor(repeated * hit_share(life_s, gap_s))
        return replace(cell, usage=_moved(cell.usage, found, repeated - found if charges_writes else 0))

    return replace(profile, cells=tuple(cached(cell) for cell in profile.cells))


def _as_measured(profile: Profile, reuse: Reuse, terms: CacheTerms, *, life_s: float, charges_writes: bool) -> Profile:
    """Each cell's text input with the measured share read from the cache, over what was read already.

    If the seller charges writes, all else is written where prompts are long enough: none can know what will come back.
    """
    share = reuse.reused_share(life_s, terms.min_prefix_tokens)

    def cached(cell: Cell) -> Cell:
        usage = cell.usage
        fresh, read = usage.uncached_input_tokens, usage.cache_read_tokens
        text = fresh + read + usage.cache_write_5m_tokens + usage.cache_write_1h_tokens
        found = min(fresh, max(0, math.floor(share * text) - read))
        writes = charges_writes and text >= terms.min_prefix_tokens * cell.requests
        return replace(cell, usage=_moved(usage, found, fresh - found if writes else 0))

    return replace(profile, cells=tuple(cached(cell) for cell in profile.cells))


def _hour(cell: Cell) -> datetime:
    return cell.start.replace(minute=0)


def _moved(usage: Usage, read: int, written: int) -> Usage:
    return replace(
        usage,
        uncached_input_tokens=usage.uncached_input_tokens - read - written,
        cache_read_tokens=usage.cache_read_tokens + read,
        cache_write_5m_tokens=usage.cache_write_5m_tokens + written,
    )
