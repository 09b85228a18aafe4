"""The same requests at cheaper hours, or with shorter answers."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import Protocol

from estimator.decision.billing import as_sold_by, price_profile
from estimator.workload import Cell, Profile
from estimator.workload.profile import SLOT, part_of
from pricing import Mode, Model, Usage

_WEEK = timedelta(days=7)

IsCheap = Callable[[datetime], bool]


class Cut(Protocol):
    """A change of a profile by a share of 0 to 1."""

    def __call__(self, profile: Profile, *, share: float) -> Profile: ...


def cheap_hours(model: Model, profile: Profile, at: datetime, mode: Mode) -> IsCheap:
    """Which times are the cheapest for these requests at the prices of `at`, by the windows of the model.

    Raises Unpriced as price_profile does.
    """
    sold, _ = as_sold_by(model, profile, mode=mode)

    def state(when: datetime) -> tuple[bool, ...]:
        return tuple(window.is_open(when) for window in model.windows)

    starts = [*(cell.start for cell in profile.cells), *(at + n * SLOT for n in range(_WEEK // SLOT))]
    found: dict[tuple[bool, ...], datetime] = {}
    for start in starts:
        found.setdefault(state(start), start)
    costs = {
        each: price_profile(
            model, replace(sold, cells=tuple(_at(cell, when) for cell in sold.by_size)), at=at, mode=mode
        ).usd
        for each, when in found.items()
    }
    least = min(costs.values())
    return lambda when: costs.get(state(when)) == least


def _at(cell: Cell, when: datetime) -> Cell:
    return replace(cell, start=when)


def shifted(profile: Profile, share: float, is_cheap: IsCheap) -> Profile:
    """The same requests, a `share` of those that come at dear hours in the next cheap half hour. No token is lost."""

    exact = Fraction(repr(share))

    @cache
    def next_cheap(when: datetime) -> datetime:
        return next(t for n in range(1, 2 * _WEEK // SLOT) if is_cheap(t := when + n * SLOT))

    def parts() -> Iterator[Cell]:
        dear = 0
        for cell in profile.cells:
            if is_cheap(cell.start):
                yield cell
                continue
            # Shares of all dear requests so far, so that cells of one request each are moved too.
            before, dear = dear, dear + cell.requests
            later = math.floor(dear * exact) - math.floor(before * exact)
            stays = cell.requests - later
            if stays:
                yield replace(cell, requests=stays, usage=part_of(cell.usage, 0, stays, cell.requests))
            if later:
                moved = part_of(cell.usage, stays, cell.requests, cell.requests)
                yield Cell(next_cheap(cell.start), cell.floor, later, moved)

    return replace(profile, cells=_together(parts()))


def _together(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """One cell for each half hour and band, in order."""
    sums: dict[tuple[datetime, int], Cell] = {}
    for cell in cells:
        known = sums.get((cell.start, cell.floor))
        sums[cell.start, cell.floor] = (
            replace(cell, requests=cell.requests + known.requests, usage=cell.usage + known.usage) if known else cell
        )
    return tuple(sums[key] for key in sorted(sums))


def shorter_prompts(profile: Profile, share: float) -> Profile:
    """The same requests with a share less of all input, cached or not."""
    return profile.scaled(1 - share, 1)


def shorter_answers(profile: Profile, share: float) -> Profile:
    """The same requests with a share less written for readers; as much reasoning as before."""
    return _each(
        profile, lambda u: _written(u, u.reasoning_tokens, (u.output_tokens - u.reasoning_tokens) * (1 - share))
    )


def less_reasoning(profile: Profile, share: float) -> Profile:
    """The same requests with a share less written while reasoning; answers as long as before."""
    return _each(profile, lambda u: _written(u, u.reasoning_tokens * (1 - share), u.output_tokens - u.reasoning_tokens))


def _each(profile: Profile, change: Callable[[Usage], Usage]) -> Profile:
    return replace(profile, cells=tuple(replace(cell, usage=change(cell.usage)) for cell in profile.cells))


def _written(usage: Usage, reasoning: float, answers: float) -> Usage:
    return replace(usage, output_tokens=round(reasoning) + round(answers), reasoning_tokens=round(reasoning))
