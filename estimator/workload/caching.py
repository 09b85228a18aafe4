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
from estimator.workload.template import defaults
from estimator.workload.workload import Assumption, Workload
from pricing import InputError, Usage
from pricing.facts import DATA, Fact, read_table

_HOUR_S = 3600
_FRESH = (
    ("cache_read_tokens", "uncached_input_tokens"),
    ("cache_write_5m_tokens", "uncached_input_tokens"),
    ("cache_write_1h_tokens", "uncached_input_tokens"),
    ("cache_read_audio_tokens", "uncached_audio_tokens"),
)


class CacheTerms(Fact):
    """A row of data/catalog/caches.csv: the shortest prefix that a seller caches, and how long it lives unused.

    `model_prefix` is the beginning of the names that it is about, blank for all others of the seller; `block_tokens`
    the steps in which a prefix is counted, None where none are on record.
    """

    provider: str
    model_prefix: str = ""
    min_prefix_tokens: int = Field(ge=0)
    block_tokens: int | None = Field(default=None, ge=1)
    life_s_low: float = Field(ge=0)
    life_s_typical: float = Field(ge=0)
    life_s_high: float = Field(ge=0)
    status: Status
    source: str
    note: str = ""


@cache
def cache_terms() -> tuple[CacheTerms, ...]:
    """The terms of every seller on record."""
    return read_table(DATA / "catalog" / "caches.csv", CacheTerms)


@cache
def find_terms(provider: str, model: str) -> CacheTerms | None:
    """The terms of this seller for this model: those of the longest beginning of its name, if any."""
    fitting = [t for t in cache_terms() if t.provider == provider and model.startswith(t.model_prefix)]
    return max(fitting, key=lambda terms: len(terms.model_prefix), default=None)


def tells_caching(profile: Profile) -> bool:
    """Whether the requests on record already read from a cache or wrote to one."""
    usage = profile.usage
    return bool(usage.cache_read_tokens or usage.cache_write_5m_tokens or usage.cache_write_1h_tokens)


def with_assumed_reuse(work: Workload) -> Workload:
    """The work with a range of repeated input taken for granted, where nothing is known of it; else as it is.

    Where the record tells of caching, all that was found is in it: nothing is assumed on top.
    """
    if work.repeated_share is not None or tells_caching(work.typical):
        return work
    percent, gap_s = defaults()["repeated_input_percent"], defaults()["reuse_gap_s"]
    low, typical, high = percent.triple
    said = (
        f"Nothing tells what repeats: {typical} % of the input ({low} to {high} %) is taken to repeat an earlier "
        f"beginning, after {gap_s.typical} seconds."
    )
    return replace(
        work,
        repeated_share=(low / 100, typical / 100, high / 100),
        reuse_gap_s=gap_s.typical,
        assumptions=(*work.assumptions, Assumption(said, percent.status, percent.source)),
    )


def without_caching(profile: Profile) -> Profile:
    """The same requests, with all that was read from a cache or written to one sent as fresh input."""
    return profile.moved(_FRESH)


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
    written anew if the seller charges writes, else stays fresh input. Shorter prefixes than the seller caches stay, and
    of longer ones what does not fill a block.
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

    @cache  # The hours of a usual month come in a few kinds.
    def cached(usage: Usage, requests: int, of_the_hour: int) -> Usage:
        repeated = _whole_blocks(math.floor(share * usage.uncached_input_tokens), requests, terms)
        if repeated < terms.min_prefix_tokens * requests:
            return usage
        # A request meets the others of its hour, not itself: one alone tells of no rate.
        rate = (of_the_hour - 1) / _HOUR_S
        gap_s = min(reuse_gap_s, 1 / rate) if rate else reuse_gap_s
        found = math.floor(repeated * hit_share(life_s, gap_s))
        return _moved(usage, found, repeated - found if charges_writes else 0)

    cells = (Cell(c.start, c.floor, c.requests, cached(c.usage, c.requests, others[_hour(c)])) for c in profile.cells)
    return replace(profile, cells=tuple(cells))


def _as_measured(profile: Profile, reuse: Reuse, terms: CacheTerms, *, life_s: float, charges_writes: bool) -> Profile:
    """Each cell's text input with the measured share read from the cache, over what was read already.

    If the seller charges writes, all else is written where prompts are long enough: none can know what will come back.
    """
    share = reuse.reused_share(life_s, terms.min_prefix_tokens)

    def cached(cell: Cell) -> Cell:
        usage = cell.usage
        fresh, read = usage.uncached_input_tokens, usage.cache_read_tokens
        text = fresh + read + usage.cache_write_5m_tokens + usage.cache_write_1h_tokens
        repeated = math.floor(share * text)
        if terms.block_tokens and terms.block_tokens > reuse.block_tokens:
            repeated = _less_parts_of_blocks(repeated, cell.requests, terms.block_tokens, terms.min_prefix_tokens)
        found = min(fresh, max(0, repeated - read))
        writes = charges_writes and text >= terms.min_prefix_tokens * cell.requests
        return replace(cell, usage=_moved(usage, found, fresh - found if writes else 0))

    return replace(profile, cells=tuple(cached(cell) for cell in profile.cells))


def _whole_blocks(tokens: int, requests: int, terms: CacheTerms) -> int:
    """`tokens` of `requests` alike prefixes together, each rounded down to whole blocks."""
    block = terms.block_tokens or 1
    return tokens if block == 1 else tokens // (requests * block) * (requests * block)


def _less_parts_of_blocks(tokens: int, requests: int, block: int, least: int) -> int:
    """`tokens` of prefixes of many lengths, each less half a block on average; none is shorter than the least."""
    prefix = max(least, block, tokens / requests)
    return math.floor(tokens * (1 - (block - 1) / 2 / prefix))


def _hour(cell: Cell) -> datetime:
    return cell.start.replace(minute=0)


def _moved(usage: Usage, read: int, written: int) -> Usage:
    return replace(
        usage,
        uncached_input_tokens=usage.uncached_input_tokens - read - written,
        cache_read_tokens=usage.cache_read_tokens + read,
        cache_write_5m_tokens=usage.cache_write_5m_tokens + written,
    )
