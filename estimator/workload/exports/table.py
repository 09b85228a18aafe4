"""A plain table of single requests → a profile, a column at a time: the fast way in for logs of millions.

Its law: the profile is the one that reading row by row makes. Whatever is not plain is left to that way, which also
says what is wrong with a row, and in which line.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, reduce
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyarrow import compute, csv

from estimator.workload.exports.columns import COUNTS, Columns, columns_of
from estimator.workload.exports.langfuse import DETAILS
from estimator.workload.profile import SLOT, Cell, Profile, Sketch, bin_of
from pricing import Usage

Whole: TypeAlias = NDArray[np.int64]

MODES = ("tier", "speed", "batch")
WORDS = ("model", *MODES)
_BUCKETS = tuple(name for name, _ in Usage().items())
_SUMS = frozenset({"requests", "fresh"})  # Rows with these may stand for many requests or none.
_OTHER_FORMS = frozenset(
    {"start_time_iso", "sessionId", "hash_ids", "attributes", "cache_creation", "server_tool_use", *DETAILS}
)
_MOST = 2**24  # Far above any prompt; below it every sum is exact in the floats of numpy's bincount.
_BLOCK_BYTES = 2**22  # Four times Arrow's usual block: read faster, and rows may be longer.
_DAY_LENGTH = len("2026-10-05")
_AWARE, _NAIVE = pa.timestamp("ns", "UTC"), pa.timestamp("ns")
_NAIVE_KIND = pa.string()  # Read as words first, for a time of Arrow's may be a day.
_ZONE = re.compile(r":[0-9.]+ *(Z|[+-][0-9:]{2,5})$")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SLOT_NS = SLOT // _MICROSECOND * 1000
# A day inside the years that a date can be of: no time zone leads out of them.
_FIRST_NS, _LAST_NS = (
    (datetime(*day, tzinfo=UTC) - _EPOCH) // _MICROSECOND * 1000 for day in ((2000, 1, 2), (2099, 12, 31))
)


@dataclass(frozen=True)
class Layout:
    """The header of a table of single requests, and what its columns mean."""

    names: tuple[str, ...]
    delimiter: str
    columns: Columns


@dataclass(frozen=True)
class Table:
    """Requests in columns: UTC times in nanoseconds since 1970, the buckets of `Usage`, and the words met by role.

    `is_naive`: the times name no time zone. Input and output are the whole of each request, by tokens.
    """

    times_ns: Whole
    input_tokens: Whole
    output_tokens: Whole
    buckets: Mapping[str, Whole]
    words: Mapping[str, frozenset[str]]
    is_naive: bool


def layout_of(names: tuple[str, ...], delimiter: str) -> Layout | None:
    """The layout of a header; None where it is none of single requests, or has a name twice."""
    columns = columns_of(names)
    if not columns.tell_usage or columns.names.keys() & _SUMS or set(names) & _OTHER_FORMS:
        return None
    return Layout(names, delimiter, columns) if len(set(names)) == len(names) else None


def plain_table(data: bytes, layout: Layout) -> Table | None:
    """The requests of whole lines below the header; None where anything in them is not plain."""
    if not data.isascii() or b'"' in data or b"\0" in data or _has_hexadecimals(data):
        return None
    for kind in (_NAIVE_KIND, _AWARE) if _looks_naive(data, layout) else (_AWARE, _NAIVE_KIND):
        try:
            return _table(_read(data, layout, kind), layout.columns)
        except pa.ArrowInvalid:
            continue
    return None


def _looks_naive(data: bytes, layout: Layout) -> bool:
    """Whether the first time names no zone: only a guess of what to try first."""
    cells = data[: data.find(b"\n")].decode().split(layout.delimiter)
    place = layout.names.index(layout.columns.names["start"])
    return place < len(cells) and not _ZONE.search(cells[place].strip())


def _has_hexadecimals(data: bytes) -> bool:
    """Whether there may be numbers such as 0x10, which Arrow understands and we do not."""
    return any(x in data and b"0" + x in data for x in (b"x", b"X"))


def _read(data: bytes, layout: Layout, times: pa.DataType) -> pa.Table:
    """The columns that play a role. Raises ArrowInvalid where a cell is not of its type, or a row too long or short."""
    types = {
        name: times if role == "start" else pa.int64() if role in COUNTS else pa.dictionary(pa.int32(), pa.string())
        for role, name in layout.columns.names.items()
        if role == "start" or role in COUNTS or role in WORDS
    }
    return csv.read_csv(
        pa.py_buffer(data),
        csv.ReadOptions(column_names=layout.names, block_size=_BLOCK_BYTES),
        csv.ParseOptions(delimiter=layout.delimiter, quote_char=False, double_quote=False),
        csv.ConvertOptions(column_types=types, include_columns=list(types), null_values=[""]),
    )


def _table(rows: pa.Table, columns: Columns) -> Table | None:
    """None where a time is missing or only a day, or where a count cannot be."""
    times = rows[columns.names["start"]]
    is_naive = times.type == _NAIVE_KIND
    if not rows.num_rows or times.null_count or (is_naive and _least(compute.binary_length(times)) <= _DAY_LENGTH):
        return None
    times_ns = _numbers(times.cast(_NAIVE) if is_naive else times)
    counts = {role: _numbers(rows[name]) for role, name in columns.names.items() if role in COUNTS}
    if not (_FIRST_NS <= times_ns.min() <= times_ns.max() < _LAST_NS) or not all(map(_is_count, counts.values())):
        return None
    whole_input = reduce(np.add, (counts[role] for role in columns.input_roles))
    buckets = _buckets(counts, whole_input, columns)
    visible = buckets["output_tokens"] - buckets.get("reasoning_tokens", 0)
    if not _is_count(whole_input) or not all(map(_is_count, (*buckets.values(), visible))):
        return None
    words = {
        role: frozenset(rows[name].unique().cast(pa.string()).to_pylist())
        for role, name in columns.names.items()
        if role in WORDS
    }
    return Table(times_ns, whole_input, counts["output"], buckets, words, is_naive)


def _least(column: pa.ChunkedArray) -> int:
    return int(compute.min(column).as_py())


def _numbers(column: pa.ChunkedArray) -> Whole:
    """The column in numpy, blanks as 0. DLPack spares the import of pandas that Arrow's own way makes."""
    whole = column.cast(pa.int64())
    filled = whole.fill_null(0) if whole.null_count else whole
    return np.concatenate([np.from_dlpack(chunk) for chunk in filled.chunks])


def _is_count(column: Whole) -> bool:
    return bool(0 <= column.min() <= column.max() < _MOST)


def _buckets(counts: Mapping[str, Any], whole_input: Whole, columns: Columns) -> dict[str, Whole]:
    """What `usage_of` makes of each row; negative where it refuses a part that exceeds its whole."""
    cached, written, written_1h, audio, cached_audio, output_audio, reasoning, searches = (
        counts.get(role, 0)
        for role in (
            "cached", "written", "written_1h", "audio", "cached_audio", "output_audio", "reasoning", "searches"
        )
    )  # fmt: skip
    cached_text = cached - cached_audio
    written_5m = written - written_1h if columns.written_is_total else written
    buckets = {
        "uncached_input_tokens": whole_input - audio - cached_text - written_5m - written_1h,
        "cache_read_tokens": cached_text,
        "cache_write_5m_tokens": written_5m,
        "cache_write_1h_tokens": written_1h,
        "uncached_audio_tokens": audio - cached_audio,
        "cache_read_audio_tokens": cached_audio,
        "output_tokens": counts["output"] - output_audio,
        "output_audio_tokens": output_audio,
        "reasoning_tokens": reasoning,
        "web_searches": searches,
    }
    return {name: column for name, column in buckets.items() if isinstance(column, np.ndarray)}


@dataclass(frozen=True)
class Sums:
    """What a profile keeps of requests, as columns, which add up fast: `merge`.

    `places` rise: each is a half hour since 1970 times the number of size bands, plus the band. `counts` has a row for
    each: requests, then the buckets of `Usage`. The sketches are counts by bin, from a size of 0 on.
    """

    places: Whole
    counts: Whole
    first_ns: int
    last_ns: int
    inputs: Whole
    outputs: Whole

    def merge(self, other: "Sums") -> "Sums":
        places, where = np.unique(np.concatenate([self.places, other.places]), return_inverse=True)
        counts = np.zeros((len(places), self.counts.shape[1]), np.int64)
        np.add.at(counts, where, np.concatenate([self.counts, other.counts]))
        return Sums(
            places,
            counts,
            min(self.first_ns, other.first_ns),
            max(self.last_ns, other.last_ns),
            self.inputs + other.inputs,
            self.outputs + other.outputs,
        )


def sums_of(table: Table, sizes: tuple[int, ...]) -> Sums:
    """The sums of the requests; `sizes` are the catalog's."""
    slots = table.times_ns // _SLOT_NS
    first = int(slots.min())
    places = (slots - first) * len(sizes) + np.searchsorted(sizes, table.input_tokens, side="right") - 1
    requests = np.bincount(places)
    filled = np.flatnonzero(requests)
    counts = np.zeros((len(filled), 1 + len(_BUCKETS)), np.int64)
    counts[:, 0] = requests[filled]
    for n, name in enumerate(_BUCKETS, start=1):
        if name in table.buckets:
            counts[:, n] = np.bincount(places, table.buckets[name])[filled]
    return Sums(
        filled + first * len(sizes),
        counts,
        int(table.times_ns.min()),
        int(table.times_ns.max()),
        _by_bin(table.input_tokens),
        _by_bin(table.output_tokens),
    )


def profile_of(sums: Sums, sizes: tuple[int, ...]) -> Profile:
    """The profile of the requests, by the `sizes` that they were summed by. It names no tokenizers and has no notes."""
    cells = (
        Cell(_EPOCH + place // len(sizes) * SLOT, sizes[place % len(sizes)], requests, Usage(*counts))
        for place, (requests, *counts) in zip(sums.places.tolist(), sums.counts.tolist(), strict=True)
    )
    return Profile(
        sizes=sizes,
        cells=tuple(cells),
        starts=_time(sums.first_ns),
        ends=_time(sums.last_ns),
        input_sizes=_sketch(sums.inputs),
        output_sizes=_sketch(sums.outputs),
    )


def _time(ns: int) -> datetime:
    return _EPOCH + ns // 1000 * _MICROSECOND


def _by_bin(sizes: Whole) -> Whole:
    """How many sizes lie in each bin of a sketch, that of a size of 0 first."""
    by_size = np.bincount(sizes)
    seen = np.flatnonzero(by_size)
    bins = np.searchsorted(_least_of_bins(), seen, side="right")
    return np.bincount(bins, by_size[seen], len(_least_of_bins()) + 1).astype(np.int64)


def _sketch(by_bin: Whole) -> Sketch:
    filled = np.flatnonzero(by_bin)
    return Sketch(tuple(zip((filled - 1).tolist(), by_bin[filled].tolist(), strict=True)))


@cache
def _least_of_bins() -> Whole:
    """The least size in each bin of a sketch, from key 0 on; a size of 0 is below all of them."""
    return np.array([bisect_left(range(_MOST), key, key=bin_of) for key in range(bin_of(_MOST) + 1)])
