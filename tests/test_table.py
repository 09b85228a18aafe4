"""Reading a table by columns is reading it by rows: the same profile, and whatever is not plain is left to the rows."""

from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.workload import Profile, read_usage
from estimator.workload.exports import logs
from estimator.workload.exports.table import Table, _least_of_bins, layout_of, plain_table
from estimator.workload.files.rows import header_of
from estimator.workload.profile import bin_of
from pricing import InputError, Usage

SIZES = (0, 1001, 2000, 200_001)
AT = "2026-10-05T12:00:00Z"
H = "time,input,output\n"


def by_rows(data: bytes) -> Profile:
    with patch.object(logs, "plain_table", return_value=None):
        return read_usage(data, "log.csv", SIZES)


def plain(text: str) -> Table | None:
    """The body of a file, by columns."""
    data = text.removeprefix("\ufeff")
    header = header_of(data)
    layout = layout_of(header.names, header.delimiter)
    return plain_table(data.encode()[header.size :], layout) if layout else None


def either(read: object) -> Profile | str:
    try:
        return read()  # type: ignore[operator, no-any-return]
    except InputError as error:
        return str(error)


COLUMNS = {
    "start": ("at", "Timestamp", "created"),
    "output": ("output_tokens", "Completion", "GeneratedTokens"),
    "input": ("input_tokens", "Prompt Tokens", "ContextTokens"),
    "cached": ("cached_tokens", "cache_read_input_tokens", "cached"),
    "written": ("cache_write_tokens", "cache_creation_input_tokens"),
    "written_1h": ("cache_write_1h_tokens",),
    "audio": ("input_audio_tokens",),
    "cached_audio": ("input_cached_audio_tokens",),
    "output_audio": ("output_audio_tokens",),
    "reasoning": ("reasoning_tokens",),
    "searches": ("web_searches",),
    "model": ("model",),
    "tier": ("service_tier",),
    "other": ("user", "", "latency_ms"),
}
MAY_BE = sorted(COLUMNS.keys() - {"start", "input", "output"})
CLOCKS = ("%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S.%f3")
ZONES = ("", "Z", "+00:00", "-08:00", "+0530", "+14")
LIMITS = (1, 5, 3000, 10**6)
ODD = ("", " ", " 7 ", "-3", "1.0", "1.5", "0x10", "007", "NA", "nan", "1e3", '"5"', "+5", "99999999", "9" * 25, "x")
ODD_TIMES = ("", "2026-10-05", "20261005", "1791158400", "1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z", "soon", " ")

moments = st.datetimes(datetime(2026, 10, 1), datetime(2026, 10, 4)) | st.datetimes(  # noqa: DTZ001
    datetime(2000, 1, 1),  # noqa: DTZ001
    datetime(2099, 12, 31, 23, 59),  # noqa: DTZ001
)
words = st.sampled_from(["", "gpt-5.4", "claude-sonnet-4-6", "mixtral-8x7b", "standard", "batch"])


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """A table of requests such as logs are, in which now and then something is odd."""
    roles = ["start", "input", "output", *draw(st.lists(st.sampled_from(MAY_BE), unique=True))]
    names = [draw(st.sampled_from(COLUMNS[role])) for role in roles]
    clock, zone = draw(st.sampled_from(CLOCKS)), draw(st.sampled_from(ZONES))
    limit = draw(st.sampled_from(LIMITS))
    cells = {"start": moments.map(lambda at: at.strftime(clock) + zone), "model": words, "tier": words}
    cells |= {"input": st.integers(limit // 2, limit).map(str)}
    small = st.integers(0, limit // 8).map(str)
    lines = [names, *([draw(cells.get(role, small)) for role in roles] for _ in range(draw(st.integers(0, 12))))]
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        line, n = draw(st.sampled_from(lines)), draw(st.integers(0, len(roles) - 1))
        line[n] = draw(st.sampled_from(ODD_TIMES if roles[n] == "start" else ODD))
    delimiter, end = draw(st.sampled_from(",;\t|")), draw(st.sampled_from(["\n", "\r\n", "\n\n"]))
    text = end.join(delimiter.join(line) for line in lines)
    return (draw(st.sampled_from(["", "\ufeff"])) + text + draw(st.sampled_from(["", end]))).encode()


@settings(max_examples=1000, deadline=None)
@given(tables())
def test_by_columns_as_by_rows(data: bytes) -> None:
    assert either(lambda: read_usage(data, "log.csv", SIZES)) == either(lambda: by_rows(data))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text('0123456789-:TZ+,.\n\r x"', min_size=1, max_size=40), min_size=1, max_size=4))
def test_any_signs_as_by_rows(lines: list[str]) -> None:
    data = (H + "\n".join(f"{AT},1,{line}" for line in lines)).encode()
    assert either(lambda: read_usage(data, "log.csv", SIZES)) == either(lambda: by_rows(data))


def test_bins_are_those_of_the_sketch() -> None:
    edges = {int(edge) for edge in _least_of_bins()}
    sizes = sorted({0, 1, 2**24 - 1} | {near for edge in edges for near in (edge - 1, edge, edge + 1) if near < 2**24})
    table = H + "".join(f"{AT},{size},0\n" for size in sizes)
    assert plain(table) is not None
    bins = read_usage(table.encode(), "log.csv", SIZES).input_sizes.bins
    assert [key for key, n in bins for _ in range(n)] == [bin_of(size) for size in sizes]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{H}{AT},1000,300\n", id="a time zone"),
        pytest.param(f"{H}2026-10-05 12:00,1000,300\n", id="none"),
        pytest.param(f"\ufeff{H}{AT},1000,300", id="a byte order mark, no last line end"),
        pytest.param(f"{H}{AT},1000,300\r\n\r\n{AT},,300\r\n", id="Windows' line ends, blanks"),
        pytest.param(f"time;user;input;output\n{AT};fox;1000;300\n", id="an x in words"),
        pytest.param(f"{H}{AT},{2**24 - 1},300\n", id="the longest prompt"),
        pytest.param(f"{H}2000-01-02T00:00:00Z,1,1\n2099-12-30T23:59:59Z,1,1\n", id="a century"),
    ],
)
def test_plain_tables_are_read_by_columns(text: str) -> None:
    assert plain(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(H, id="only a header"),
        pytest.param(f'[{{"at": "{AT}", "input": 1, "output": 1}}]', id="JSON"),
        pytest.param(f"time,requests,input,output\n{AT},2,1,1\n", id="sums"),
        pytest.param(f"time,input,input,output\n{AT},2,1,1\n", id="a column twice"),
        pytest.param(f"timestamp,input,output,hash_ids\n{AT},2,1,1\n", id="a trace with its own form"),
        pytest.param(f"{H}2026-10-05,1,1\n", id="days"),
        pytest.param(f"{H}{AT},1,1\n2026-10-05T12:00:00,1,1\n", id="some with a zone"),
        pytest.param(f"{H}1791158400,1,1\n", id="seconds since 1970"),
        pytest.param(f"{H}{AT},0x10,1\n", id="hexadecimal"),
        pytest.param(f'{H}{AT},"1",1\n', id="quoted"),
        pytest.param(f"{H}{AT},-1,1\n", id="negative"),
        pytest.param(f"{H}{AT},{2**24},1\n", id="longer than any prompt"),
        pytest.param(f"{H}{AT},1,1,1\n", id="a cell too many"),
        pytest.param(f"{H}{AT},1\n", id="a cell too few"),
        pytest.param(f"{H}2000-01-01T23:59:59Z,1,1\n", id="the first day"),
        pytest.param(f"{H}2099-12-31T00:00:00Z,1,1\n", id="the last day"),
        pytest.param(f"time,input,cached,output\n{AT},1,2,1\n", id="more cached than there is"),
        pytest.param(f"time,input,reasoning_tokens,output\n{AT},1,2,1\n", id="more reasoning than output"),
        pytest.param(f"time,input,output,note\n{AT},1,1,\u00e9\n", id="other letters"),
    ],
)
def test_the_rest_is_left_to_the_rows(text: str) -> None:
    assert plain(text) is None


def test_a_table_worked_out_by_hand() -> None:
    rows = ["2026-10-05T12:29:59.9Z,1000,400,7", "2026-10-05T14:00:00+02:00,500,0,1", f"{AT},1001,1,2"]
    made = read_usage(("at,input_tokens,cached_tokens,output_tokens\n" + "\n".join(rows)).encode(), "log.csv", SIZES)
    noon = datetime(2026, 10, 5, 12, tzinfo=UTC)
    assert [(c.start, c.floor, c.requests, c.usage) for c in made.cells] == [
        (noon, 0, 2, Usage(1100, 400, output_tokens=8)),
        (noon, 1001, 1, Usage(1000, 1, output_tokens=2)),
    ]
    assert (made.starts, made.ends) == (noon, noon.replace(minute=29, second=59, microsecond=900_000))
