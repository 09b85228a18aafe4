"""A plain table of single requests → a profile, a column at a time: the fast way in for logs of millions.

Its law: the profile is the one that reading row by row makes. Whatever is not plain is left to that way, which also
says what is wrong with a row, and in which line.
"""

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

from estimator.workload.columns import COUNTS, Columns, columns_of
from estimator.workload.langfuse import DETAILS
from estimator.workload.profile import SLOT, Cell, Profile, Sketch, bin_of
from estimator.workload.rows import delimiter_of
from pricing import Usage

Whole: TypeAlias = NDArray[np.int64]

MODES = ("tier", "speed", "batch")
WORDS = ("model", *MODES)
_SUMS = frozenset({"requests", "fresh"})  # Rows with these may stand for many requests or none.
_OTHER_FORMS = frozenset(
    {"start_time_iso", "sessionId", "hash_ids", "attributes", "cache_creation", "server_tool_use", *DETAILS}
)
_BOM = b"\xef\xbb\xbf"
_MOST = 2**24  # Far above any prompt; below it every sum is exact in the floats of numpy's bincount.
_BLOCK_BYTES = 2**22  # Four times Arrow's usual block: read faster, and rows may be longer.
_DAY_LENGTH = len("2026-10-05")
_AWARE, _NAIVE = pa.timestamp("ns", "UTC"), pa.timestamp("ns")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SLOT_NS = SLOT // _MICROSECOND * 1000
# A day inside the years that a date can be of: no time zone leads out of them.
_FIRST_NS, _LAST_NS = (
    (datetime(*day, tzinfo=UTC) - _EPOCH) // _MICROSECOND * 1000 for day in ((2000, 1, 2), (2099, 12, 31))
)


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


def plain_table(data: bytes) -> Table | None:
    """The requests of a CSV file; None where it is none of single requests, or where anything in it is not plain."""
    data = data.removeprefix(_BOM)
    header = data[: data.find(b"\n") + 1]
    if not data.isascii() or b'"' in data or b"\0" in data or _has_hexadecimals(data, len(header)):
        return None
    first = header.decode().rstrip("\r\n")
    delimiter = delimiter_of(first)
    names = [name.strip() for name in first.split(delimiter)]
    columns = columns_of(names)
    if not columns.tell_usage or columns.names.keys() & _SUMS or set(names) & _OTHER_FORMS:
        return None
    if "\r" in first or first.lstrip()[:1] in {"{", "["} or len(set(names)) < len(names):
        return None
    for kind in (_AWARE, pa.string()):
        try:
            return _table(_read(data, names, delimiter, columns, kind), columns)
        except pa.ArrowInvalid:
            continue
    return None


def _has_hexadecimals(data: bytes, start: int) -> bool:
    """Whether there may be numbers such as 0x10, which Arrow understands and we do not."""
    return any(data.find(x, start) >= 0 and data.find(b"0" + x, start) >= 0 for x in (b"x", b"X"))


def _read(data: bytes, names: list[str], delimiter: str, columns: Columns, times: pa.DataType) -> pa.Table:
    """The columns that play a role. Raises ArrowInvalid where a cell is not of its type, or a row too long or short."""
    types = {
        name: times if role == "start" else pa.int64() if role in COUNTS else pa.dictionary(pa.int32(), pa.string())
        for role, name in columns.names.items()
        if role == "start" or role in COUNTS or role in WORDS
    }
    return csv.read_csv(
        pa.py_buffer(data),
        csv.ReadOptions(column_names=names, skip_rows=1, block_size=_BLOCK_BYTES),
        csv.ParseOptions(delimiter=delimiter, quote_char=False, double_quote=False),
        csv.ConvertOptions(column_types=types, include_columns=list(types), null_values=[""]),
    )


def _table(rows: pa.Table, columns: Columns) -> Table | None:
    """None where a time is missing or only a day, or where a count cannot be."""
    times = rows[columns.names["start"]]
    is_naive = times.type == pa.string()
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


def profile_of(table: Table, sizes: tuple[int, ...]) -> Profile:
    """The profile of the requests; `sizes` are the catalog's. It names no tokenizers and has no notes."""
    slots = table.times_ns // _SLOT_NS
    first = int(slots.min())
    places = (slots - first) * len(sizes) + np.searchsorted(sizes, table.input_tokens, side="right") - 1
    requests = np.bincount(places)
    filled = np.flatnonzero(requests)
    starts = (_EPOCH + (first + place // len(sizes)) * SLOT for place in filled.tolist())
    floors = (sizes[place % len(sizes)] for place in filled.tolist())
    unused = [0] * len(filled)
    sums = (
        np.bincount(places, table.buckets[name])[filled].astype(np.int64).tolist() if name in table.buckets else unused
        for name, _ in Usage().items()
    )
    cells = map(Cell, starts, floors, requests[filled].tolist(), map(Usage, *sums))
    return Profile(
        sizes=sizes,
        cells=tuple(cells),
        starts=_time(table.times_ns.min()),
        ends=_time(table.times_ns.max()),
        input_sizes=_sketch(table.input_tokens),
        output_sizes=_sketch(table.output_tokens),
    )


def _time(ns: np.int64) -> datetime:
    return _EPOCH + int(ns) // 1000 * _MICROSECOND


def _sketch(sizes: Whole) -> Sketch:
    by_size = np.bincount(sizes)
    seen = np.flatnonzero(by_size)
    by_bin = np.bincount(np.searchsorted(_least_of_bins(), seen, side="right"), by_size[seen])
    filled = np.flatnonzero(by_bin)
    return Sketch(tuple(zip((filled - 1).tolist(), by_bin[filled].astype(np.int64).tolist(), strict=True)))


@cache
def _least_of_bins() -> Whole:
    """The least size in each bin of a sketch, from key 0 on; a size of 0 is below all of them."""
    return np.array([bisect_left(range(_MOST), key, key=bin_of) for key in range(bin_of(_MOST) + 1)])
