"""A workload as a mergeable summary: sums of every token bucket by half hour and by size of the prompt.

Its law: pricing a profile equals the sum of pricing its requests, exactly, for every rule in the catalog; and
profile(A + B) = merge(profile(A), profile(B)), but for the reuse of input, which does not see what A and B share, and
the counts of other tokenizers, where these are of samples. It holds no text.
"""

import math
from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Self

from ddsketch.mapping import LogarithmicMapping

from estimator.workload.counts import FamilyCount, added, added_kinds
from estimator.workload.reuse import Prompt, Reuse, measure_in_equal_blocks
from pricing import InputError, Usage
from pricing.windows import SLOT_MINUTES, Window

SLOT = timedelta(minutes=SLOT_MINUTES)
HOUR = timedelta(hours=1)
MONTH = timedelta(hours=730.5)  # A twelfth of 365.25 days.
_SIZES = LogarithmicMapping(relative_accuracy=0.01)
_UNMEASURED = "The blocks of the input do not fit its tokens in every row: what repeats is not measured."
_ZERO_KEY = -1  # Sizes of 1 and more have keys of 0 and more.


@dataclass(frozen=True, slots=True)
class Record:
    """One request at `start`; or, with `requests` and `end`, a row that sums several over a span.

    `blocks` are the hashes of the blocks of one request's input, as in `Prompt`, where they are known.
    """

    start: datetime
    usage: Usage
    requests: int = 1
    end: datetime | None = None
    blocks: tuple[Hashable, ...] | None = None

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or (self.end is not None and self.end.tzinfo is None):
            raise InputError(f"the time {self.start.isoformat()} has no time zone.")
        if self.requests < 1:
            raise InputError(f"a row needs at least 1 request, not {self.requests}.")
        if self.end is not None and self.end <= self.start:
            raise InputError(f"a row ends at {self.end.isoformat()}, not after its start {self.start.isoformat()}.")


@dataclass(frozen=True, slots=True)
class Cell:
    """The requests of one half hour whose total input lies in one size band, which begins at `floor` tokens."""

    start: datetime
    floor: int
    requests: int
    usage: Usage


@dataclass(frozen=True, slots=True)
class Sketch:
    """Sizes as counts by logarithmic bin, 1 % wide to each side: quantiles are that exact, and merging is addition."""

    bins: tuple[tuple[int, int], ...] = ()

    def quantile(self, q: float) -> int:
        """The size that a share `q` of all requests do not exceed, in tokens; 0 for none."""
        target = max(1, math.ceil(q * sum(n for _, n in self.bins)))
        seen = 0
        for key, n in self.bins:
            seen += n
            if seen >= target:
                return 0 if key == _ZERO_KEY else round(_SIZES.value(key))
        return 0

    def merge(self, other: "Sketch") -> "Sketch":
        counts = dict(self.bins)
        for key, n in other.bins:
            counts[key] = counts.get(key, 0) + n
        return Sketch(tuple(sorted(counts.items())))


@dataclass(frozen=True)
class Profile:
    """The summary. `sizes` are the lower edges of its size bands, `starts` to `ends` the time that it stands for.

    `tokenizers` are the families that its tokens were counted by; `notes` what was taken for granted at the door;
    `reuse` is what repeats of its input, where it was measured for all of it. Where texts were counted, `counts` are
    their tokens in each family, `contents` the tokens of input by kind of content, in the family of the profile, and
    `unanswered` the requests whose answer is a stand-in.
    """

    sizes: tuple[int, ...]
    cells: tuple[Cell, ...]
    starts: datetime
    ends: datetime
    input_sizes: Sketch = Sketch()
    output_sizes: Sketch = Sketch()
    tokenizers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reuse: Reuse | None = None
    counts: tuple[FamilyCount, ...] = ()
    contents: tuple[tuple[str, int], ...] = ()
    unanswered: int = 0

    @cached_property
    def requests(self) -> int:
        return sum(cell.requests for cell in self.cells)

    @cached_property
    def usage(self) -> Usage:
        """Everything together."""
        return _total(cell.usage for cell in self.cells)

    @cached_property
    def used(self) -> frozenset[str]:
        """The buckets that are not empty."""
        return frozenset(name for name, n in self.usage.items() if n)

    @property
    def by_size(self) -> tuple[Cell, ...]:
        """The cells of each size band together, for prices that do not look at the clock."""
        return self.alike((), ())

    def alike(self, changes: Sequence[datetime], windows: Sequence[Window]) -> tuple[Cell, ...]:
        """The cells of each size band together that lie between the same changes and in the same windows.

        Each stands at the start of its first. Many models share one answer, which is kept.
        """
        first, last = self.cells[0].start, self.cells[-1].start
        within = tuple(t for t in changes if first < t <= last)
        if (within, windows) not in self._alike:
            self._alike[within, windows] = self._together(within, windows)
        return self._alike[within, windows]

    @cached_property
    def _alike(self) -> dict[object, tuple[Cell, ...]]:
        return {}

    def _together(self, changes: Sequence[datetime], windows: Sequence[Window]) -> tuple[Cell, ...]:
        moved = _moments(self._starts, tuple(changes), tuple(windows))
        groups: dict[tuple[datetime, int], list[Cell]] = {}
        for start, cell in zip(moved, self.cells, strict=True):
            groups.setdefault((start, cell.floor), []).append(cell)
        return tuple(
            Cell(*place, sum(cell.requests for cell in group), _total(cell.usage for cell in group))
            for place, group in sorted(groups.items())
        )

    @cached_property
    def _starts(self) -> tuple[datetime, ...]:
        return tuple(cell.start for cell in self.cells)

    @cached_property
    def _kinds(self) -> tuple[tuple[tuple[int, Usage], ...], tuple[int, ...]]:
        """The requests and usage of cells, each pair once, and which one each cell has: usual months have few kinds."""
        kinds: dict[tuple[int, Usage], int] = {}
        which = tuple(kinds.setdefault((cell.requests, cell.usage), len(kinds)) for cell in self.cells)
        return tuple(kinds), which

    @cached_property
    def _has_single_cells(self) -> bool:
        """Whether no half hour has cells of two bands, which another size might bring together."""
        return len(set(self._starts)) == len(self._starts)

    @property
    def tokenizer(self) -> str:
        """The one family that all its tokens were counted by, else unknown."""
        return self.tokenizers[0] if len(self.tokenizers) == 1 else "unknown"

    @property
    def requests_per_month(self) -> Fraction:
        """If every month were like the time that the profile stands for, which counts as an hour at least."""
        return Fraction(self.requests) * _seconds(MONTH) / _seconds(max(self.ends - self.starts, HOUR))

    @cached_property
    def requests_by_hour(self) -> tuple[int, ...]:
        """Requests of each clock hour, from that of `starts` to that of the last request."""
        first = _hour(self.starts)
        counts = [0] * ((max(cell.start for cell in self.cells) - first) // HOUR + 1)
        for cell in self.cells:
            counts[(cell.start - first) // HOUR] += cell.requests
        return tuple(counts)

    def moved(self, moves: tuple[tuple[str, str], ...]) -> "Profile":
        """The same requests with the tokens of one bucket in another, move after move. The answer is kept."""
        if moves not in self._moved:
            kinds, which = self._kinds
            usages = [_moved(usage, moves) for _, usage in kinds]
            cells = [Cell(c.start, c.floor, c.requests, usages[i]) for c, i in zip(self.cells, which, strict=True)]
            self._moved[moves] = replace(self, cells=tuple(cells))
        return self._moved[moves]

    @cached_property
    def _moved(self) -> "dict[object, Profile]":
        return {}

    def scaled(self, input_factor: float, output_factor: float | None = None) -> Self:
        """The same requests with more or fewer tokens, as another tokenizer would count them.

        Each cell keeps its requests; its size band is chosen anew by their mean.
        """
        out = input_factor if output_factor is None else output_factor
        if input_factor == out == 1:
            return self
        kinds, which = self._kinds
        usages = [_scaled(usage, input_factor, out) for _, usage in kinds]
        floors = [floor_of(u.total_input_tokens, n, self.sizes) for u, (n, _) in zip(usages, kinds, strict=True)]
        cells = [Cell(c.start, floors[i], c.requests, usages[i]) for c, i in zip(self.cells, which, strict=True)]
        return replace(self, cells=tuple(cells) if self._has_single_cells else _collect(cells))


@lru_cache(maxsize=64)  # The profiles of a workload in other tokens have the same starts.
def _moments(
    starts: tuple[datetime, ...], changes: tuple[datetime, ...], windows: tuple[Window, ...]
) -> tuple[datetime, ...]:
    """For each start, the first that lies between the same changes and in the same windows."""
    firsts: dict[object, datetime] = {}
    if not changes and not windows:
        return starts[:1] * len(starts)
    return tuple(
        firsts.setdefault((bisect_right(changes, start), *(window.is_open(start) for window in windows)), start)
        for start in starts
    )


def _seconds(span: timedelta) -> Fraction:
    return Fraction(span // timedelta(microseconds=1), 10**6)


_OUTPUT = ("output_tokens", "output_audio_tokens", "reasoning_tokens")
_COUNTS = ("web_searches",)


def _scaled(usage: Usage, input_factor: float, output_factor: float) -> Usage:
    def factor(name: str) -> float:
        return 1 if name in _COUNTS else output_factor if name in _OUTPUT else input_factor

    return Usage(**{name: round(n * factor(name)) for name, n in usage.items()})


def _moved(usage: Usage, moves: Iterable[tuple[str, str]]) -> Usage:
    counts = dict(usage.items())
    for bucket, to in moves:
        counts[to] += counts[bucket]
        counts[bucket] = 0
    return Usage(**counts)


def _total(usages: Iterable[Usage]) -> Usage:
    return Usage(*map(sum, zip(*[usage.counts for usage in usages], strict=True)))


def floor_of(total_input_tokens: int, requests: int, sizes: Sequence[int]) -> int:
    """The size band of `requests` requests with this much input together. Tiers begin at whole tokens."""
    return sizes[bisect_right(sizes, total_input_tokens // requests) - 1]


def _cell(start: datetime, requests: int, usage: Usage, sizes: Sequence[int]) -> Cell:
    """A cell of the band that its mean size lies in."""
    return Cell(start, floor_of(usage.total_input_tokens, requests, sizes), requests, usage)


def _collect(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """One cell for each half hour and band, in order. Bands are kept: a sum's mean says nothing of its parts."""
    sums: dict[tuple[datetime, int], list[int]] = {}
    for cell in cells:
        counts = [cell.requests, *cell.usage.counts]
        known = sums.get((cell.start, cell.floor))
        sums[cell.start, cell.floor] = list(map(int.__add__, known, counts)) if known else counts
    return tuple(Cell(*key, requests, Usage(*counts)) for key, (requests, *counts) in sorted(sums.items()))


def profile(
    records: Iterable[Record],
    sizes: tuple[int, ...],
    *,
    tokenizers: Iterable[str] = (),
    notes: Iterable[str] = (),
) -> Profile:
    """Summarise requests; `sizes` are the catalog's (`Catalog.sizes`). Raises InputError where there are none.

    A row that sums several requests over a span is spread evenly over its hours, in whole requests, and its requests
    are taken to be of their mean size. Reuse is measured where every record has blocks that fit its input.
    """
    inputs: dict[int, int] = {}
    outputs: dict[int, int] = {}
    span: list[datetime] = []
    prompts: list[Prompt] = []
    unknown = 0

    def cells() -> Iterator[Cell]:
        nonlocal unknown
        for record in records:
            start = record.start.astimezone(UTC)
            end = record.end.astimezone(UTC) if record.end else start
            span[:] = (min(start, span[0]), max(end, span[1])) if span else (start, end)
            _count(inputs, record.usage.total_input_tokens // record.requests, record.requests)
            _count(outputs, _output(record.usage) // record.requests, record.requests)
            if record.blocks is None:
                unknown += 1
            else:
                prompts.append(Prompt(start, record.usage.total_input_tokens, record.blocks))
            yield from _cells(record, sizes)

    collected = _collect(cells())
    if not collected:
        raise InputError("there are no requests in it: a profile needs at least one.")
    reuse = None if unknown else measure_in_equal_blocks(prompts)
    unfit = {_UNMEASURED} if prompts and reuse is None else set()
    return Profile(
        sizes=sizes,
        cells=collected,
        starts=span[0],
        ends=span[1],
        input_sizes=Sketch(tuple(sorted(inputs.items()))),
        output_sizes=Sketch(tuple(sorted(outputs.items()))),
        tokenizers=tuple(sorted(set(tokenizers))),
        notes=tuple(sorted({*notes, *unfit})),
        reuse=reuse,
    )


def _count(bins: dict[int, int], size: int, requests: int) -> None:
    key = bin_of(size)
    bins[key] = bins.get(key, 0) + requests


@lru_cache(maxsize=2**16)  # Sizes recur, and a logarithm for each request is slow.
def bin_of(size: int) -> int:
    """The key of a sketch's bin; a larger size never has a smaller key."""
    return _SIZES.key(size) if size else _ZERO_KEY


def _output(usage: Usage) -> int:
    return usage.output_tokens + usage.output_audio_tokens


def merge(a: Profile, b: Profile) -> Profile:
    """The profile of both workloads together. Raises InputError where their size bands differ.

    Its reuse is known where that of both is, and so are its counts in other families.
    """
    if a.sizes != b.sizes:
        raise InputError("the two profiles were made with different price tiers: profile their files again.")
    return Profile(
        sizes=a.sizes,
        cells=_collect((*a.cells, *b.cells)),
        starts=min(a.starts, b.starts),
        ends=max(a.ends, b.ends),
        input_sizes=a.input_sizes.merge(b.input_sizes),
        output_sizes=a.output_sizes.merge(b.output_sizes),
        tokenizers=tuple(sorted({*a.tokenizers, *b.tokenizers})),
        notes=tuple(sorted({*a.notes, *b.notes})),
        reuse=a.reuse.merge(b.reuse) if a.reuse and b.reuse else None,
        counts=added(a.counts, b.counts) if a.tokenizers == b.tokenizers else (),
        contents=added_kinds(a.contents, b.contents),
        unanswered=a.unanswered + b.unanswered,
    )


def _hour(t: datetime) -> datetime:
    return t.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def slot_of(t: datetime) -> datetime:
    """The half hour that a time lies in."""
    t = t.astimezone(UTC)
    return t.replace(minute=t.minute - t.minute % SLOT_MINUTES, second=0, microsecond=0)


def _cells(record: Record, sizes: Sequence[int]) -> list[Cell]:
    """A request as a cell; a row as one cell for each hour in which it has a whole request. No token is lost."""
    hours = math.ceil((record.end - record.start) / HOUR) if record.end else 1
    if hours == 1:
        return [_cell(slot_of(record.start), record.requests, record.usage, sizes)]
    before = [record.requests * i // hours for i in range(hours + 1)]

    def part(i: int) -> Usage:
        return part_of(record.usage, before[i], before[i + 1], record.requests)

    return [
        _cell(slot_of(record.start + i * HOUR), here, part(i), sizes)
        for i in range(hours)
        if (here := before[i + 1] - before[i])
    ]


def part_of(usage: Usage, before: int, after: int, of: int) -> Usage:
    """The share of `usage` between two marks of `of`; consecutive shares add up to the whole."""

    def part(n: int) -> int:
        return n * after // of - n * before // of

    parts = {name: part(n) for name, n in usage.items()}
    visible = part(usage.output_tokens - usage.reasoning_tokens)  # Split apart, so that reasoning stays within output.
    return Usage(**{**parts, "output_tokens": visible + parts["reasoning_tokens"]})
