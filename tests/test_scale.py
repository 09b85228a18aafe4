"""Files of any size and in any state: read in blocks; damaged rows are left out and noted, the rest is refused."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.workload import Profile, merge, read_files, read_usage
from estimator.workload.exports import logs
from estimator.workload.exports.importers import Reading, rows_in
from estimator.workload.exports.remarks import Remarks
from estimator.workload.files import rows, source
from estimator.workload.files.lines import blocks
from estimator.workload.files.rows import header_of
from estimator.workload.files.source import Source
from pricing import InputError, Usage
from tests.test_table import either, tables

SIZES = (0, 1001, 2000, 200_001)
AT = "2026-10-05T12:00:00Z"
H = "time,input,output\n"
GOOD = f"{AT},1000,300\n"


def read(data: bytes | str, name: str = "u.csv") -> Profile:
    return read_usage(data if isinstance(data, bytes) else data.encode(), name, SIZES)


def in_blocks(data: bytes, size: int) -> Profile:
    """Read so many bytes at a time, as a long file would be."""
    with patch.object(source, "BLOCK_BYTES", size):
        return read(data, "log.csv")


# Blocks


@settings(max_examples=300, deadline=None)
@given(tables(), st.integers(1, 200))
def test_any_blocks_give_the_same_profile(data: bytes, size: int) -> None:
    assert either(lambda: in_blocks(data, size + len(data.split(b"\n")[0]))) == either(lambda: read(data, "log.csv"))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60), st.lists(st.integers(0, 60)))
def test_blocks_are_whole_lines_and_all_of_the_file(data: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(data)]
    found = list(blocks((data[a:b] for a, b in pairwise(places)), "f"))
    assert b"".join(block.data for block in found) == data
    assert all(block.data.endswith(b"\n") for block in found[:-1])


def test_a_block_that_is_not_plain_is_read_by_row() -> None:
    lines = [GOOD] * 500
    lines[300] = f'{AT},"1000",300\n'
    with patch.object(logs, "table_rows", wraps=rows.table_rows) as by_row:
        made = in_blocks((H + "".join(lines)).encode(), 1000)
    assert made == read(H + GOOD * 500)
    assert by_row.call_count == 1


def test_a_cell_over_many_blocks() -> None:
    text = "time,input,output,prompt\n" + f'{AT},1000,300,"a\nb ""c""\n{"long " * 500}\n"\n' * 9
    assert in_blocks(text.encode(), 100).requests == 9


def test_progress_is_told_up_to_the_end() -> None:
    told: list[float] = []
    data = (H + GOOD * 500).encode()
    with patch.object(source, "BLOCK_BYTES", 1000):
        read_files([Source(f"{n}.csv", len(data), data=data) for n in range(2)], SIZES, told.append)
    assert len(told) > 20
    assert told == sorted(told)
    assert told[-1] == 1


def test_many_files_are_the_merge_of_each() -> None:
    texts = [H + GOOD, H + f"{AT},1,1\n" * 3]
    files = [Source(f"{n}.csv", len(text), data=text.encode()) for n, text in enumerate(texts)]
    assert read_files(files, SIZES) == merge(*map(read, texts))


def test_days_are_spread_alike_over_the_hours_in_any_blocks() -> None:
    data = ("date,input,output\n" + "2026-10-05,10,1\n" * 48).encode()
    assert in_blocks(data, 100) == read(data, "log.csv")
    assert read(data).requests_by_hour == (2,) * 24


def test_a_long_document_is_read_whole_and_a_long_log_by_line() -> None:
    entries = [{"at": AT, "input": 1000, "output": 300}] * 50
    as_document, as_log = json.dumps(entries, indent=1), "\n".join(map(json.dumps, entries))
    with patch("estimator.workload.exports.importers.BLOCK_BYTES", 100):
        assert in_blocks(as_document.encode(), 100) == in_blocks(as_log.encode(), 100) == read(H + GOOD * 50)


# Rows that are lost

JSON_LINE = json.dumps({"at": AT, "input": 1000, "output": 300}) + "\n"


@pytest.mark.parametrize(
    ("text", "requests", "lost", "share", "where"),
    [
        pytest.param(H + GOOD * 2 + f"{AT},-5,1\n", 2, "1 of 3", "33.3 %", "line 4.", id="negative"),
        pytest.param(H + GOOD * 3 + f"{AT},1\n{AT},1,1,1\n", 3, "2 of 5", "40.0 %", "lines 5, 6.", id="cells"),
        pytest.param(H + GOOD * 2 + f"{AT};1;1\n", 2, "1 of 3", "33.3 %", "line 4.", id="mixed delimiters"),
        pytest.param(
            H + GOOD * 2 + f"{AT},=1+1,1\n{AT},@SUM(A1),1\n", 2, "2 of 4", "50.0 %", "lines 4, 5.", id="formulas"
        ),
        pytest.param(H + GOOD * 2 + f"{AT},1\0,1\n", 2, "1 of 3", "33.3 %", "line 4.", id="a NUL"),
        pytest.param(H + GOOD * 2 + f"{AT},{10**18 + 1},1\n", 2, "1 of 3", "33.3 %", "line 4.", id="absurd"),
        pytest.param(
            "time,input,cached,output\n" + f"{AT},1,0,1\n" * 2 + f"{AT},1,2,1\n",
            2,
            "1 of 3",
            "33.3 %",
            "line 4.",
            id="cached above input",
        ),
        pytest.param(H + GOOD + "soon,1,1\n", 1, "1 of 2", "50.0 %", "line 3.", id="half is used"),
        pytest.param(H + GOOD * 5000 + f"{AT},x,1\n", 5000, "1 of 5,001", "less than 0.1 %", "line 5002.", id="few"),
        pytest.param(
            H + GOOD * 30 + "x\n" * 12,
            30,
            "12 of 42",
            "28.6 %",
            "lines 32, 33, 34, 35, 36 …",
            id="only the first are named",
        ),
        pytest.param(JSON_LINE * 2 + "{broken\n" + JSON_LINE, 3, "1 of 4", "25.0 %", "line 3.", id="a JSON line"),
        pytest.param(JSON_LINE * 2 + "7\n" + JSON_LINE, 3, "1 of 4", "25.0 %", "line 3.", id="no object"),
        pytest.param("{broken\n" + JSON_LINE * 2, 2, "1 of 3", "33.3 %", "line 1.", id="the first JSON line"),
        pytest.param(f"[{JSON_LINE},{JSON_LINE},7]", 2, "1 of 3", "33.3 %", "u.csv, entry 3.", id="an entry"),
    ],
)
def test_a_damaged_row_is_left_out_and_noted(text: str, requests: int, lost: str, share: str, where: str) -> None:
    made = read(text)
    verb = "is" if lost.startswith("1 ") else "are"
    note = f"{lost} rows could not be read and {verb} left out ({share}): {where}"
    assert (made.requests, made.notes) == (requests, (note,))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            H + GOOD + "x\n" * 2,
            r"^u\.csv, line 3: has 1 cells, its header 3\. So it is with 2 of its 3 rows\.$",
            id="more than half",
        ),
        pytest.param(H + "x\n", r"^u\.csv, line 2: has 1 cells, its header 3\.$", id="the only one"),
        pytest.param(
            "a,b\n" + "1,2\n" * 5000, r"found columns a, b.* So it is with the first 1,000 rows\.$", id="all of many"
        ),
        pytest.param(
            '[\n{"at": 1,\n"x"\n]\n', r"^u\.csv, line 4: not readable as JSON", id="a document, where it breaks off"
        ),
    ],
)
def test_a_file_that_is_mostly_damaged_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(text)


def test_losses_of_many_files_are_one_sentence() -> None:
    text = H + GOOD * 3 + "x\n"
    files = [Source(f"logs/{n}.csv", len(text), data=text.encode()) for n in range(2)]
    assert read_files(files, SIZES).notes == (
        "2 of 8 rows could not be read and are left out (25.0 %): 0.csv, line 5; 1.csv, line 5.",
    )


def test_no_text_of_a_lost_row_is_noted() -> None:
    assert "secret" not in str(read(H + GOOD + f"{AT},secret,1\n"))


# Encodings

FRENCH = "time,modèle,input,output\n" + f"{AT},été,1000,300\n" * 3


@pytest.mark.parametrize(
    ("data", "note"),
    [
        pytest.param(FRENCH.encode("cp1252"), "Windows-1252", id="Windows-1252"),
        pytest.param(FRENCH.encode("latin-1"), "Windows-1252", id="Latin-1"),
        pytest.param(
            FRENCH.replace("été", "модель быстрая").replace("è", "e").encode("cp1251"), "Windows-1251", id="Cyrillic"
        ),
        pytest.param(
            FRENCH.replace("été", "深度求索模型").replace("è", "e").encode("gb18030"), "GB 18030", id="Chinese"
        ),
        pytest.param(FRENCH.encode("utf-16-le"), "UTF-16-LE", id="UTF-16 without a mark"),
        pytest.param(FRENCH.encode("utf-16-be"), "UTF-16-BE", id="UTF-16 without a mark, big end first"),
        pytest.param(FRENCH.encode("utf-16"), None, id="UTF-16"),
        pytest.param(FRENCH.encode("utf-8-sig"), None, id="UTF-8 with a mark"),
        pytest.param(FRENCH.replace("\n", "\r").encode(), None, id="an old Mac's line ends"),
        pytest.param(FRENCH.replace("\n", "\r\n").encode("utf-16"), None, id="UTF-16 with Windows' line ends"),
    ],
)
def test_encodings_are_understood_and_said(data: bytes, note: str | None) -> None:
    made = read(data)
    assert made.usage == Usage(3000, output_tokens=900)
    assert made.notes == ((f"The text is not in UTF-8: it is read as {note}.",) if note else ())


def test_a_stray_line_in_another_encoding_is_read_too() -> None:
    data = (H.replace("\n", ",user\n") + f"{AT},1000,300,x\n" * 200).encode() + f"{AT},1000,300,é\n".encode("latin-1")
    with patch("estimator.workload.files.lines.encoding_of", wraps=lambda head, _: source_encoding(head)):
        made = in_blocks(data, 500)
    assert made.requests == 201
    assert made.notes == ("Some lines are not in UTF-8: their text is read as Windows-1252.",)


def source_encoding(_: bytes) -> object:
    from estimator.tokens.reading import Encoding  # noqa: PLC0415

    return Encoding("utf-8-sig")  # What the beginning of a long file tells.


# What is refused


def endless() -> Profile:
    with patch("estimator.workload.files.lines.MOST_LINE_BYTES", 1000):
        return in_blocks((H + GOOD + "1" * 3000).encode(), 200)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(endless, r"^log\.csv, line 3: a line is longer than", id="an endless line"),
        pytest.param(
            lambda: read(",".join(f"c{n}" for n in range(10_000)) + "\n" + "1," * 9999 + "1\n"),
            "it is not known what this is: found columns c0, ",
            id="10,000 columns",
        ),
        pytest.param(
            lambda: read(H + f"{AT},{10**18},1\n" * 2),
            r"^u\.csv, all rows together: .*10\^18",
            id="a sum beyond all sense",
        ),
        pytest.param(
            lambda: read(H + f"{AT},{10**18},1\n2026-11-05T12:00:00Z,{10**18},1\n"),
            r"^all requests together: .*10\^18",
            id="a total beyond all sense",
        ),
        pytest.param(lambda: read(b"\x00\x01\x02" * 99), "binary", id="a binary file"),
        pytest.param(lambda: read("[" * 500 + "]" * 500), "too deep in lists|no requests", id="lists in lists"),
        pytest.param(lambda: read(" \n" * 99), "is empty", id="blank lines"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(make: Callable[[], Profile], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()


def test_ten_thousand_columns_beside_those_that_count() -> None:
    others = ",".join(f"c{n}" for n in range(10_000))
    made = read(f"time,input,output,{others}\n" + f"{AT},1000,300{',7' * 10_000}\n" * 3)
    assert made.usage == Usage(3000, output_tokens=900)


def test_dates_in_any_order() -> None:
    days = ["2026-10-09", "2026-10-01", "2026-10-05"]
    made = read(H + "".join(f"{day}T12:00:00Z,1,1\n" for day in days))
    assert (made.starts, made.ends) == (datetime(2026, 10, 1, 12, tzinfo=UTC), datetime(2026, 10, 9, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "names", "lines", "size"),
    [
        ("a,b\n1,2", ("a", "b"), 1, 4),
        ("\n \na; b\r\n1", ("a", "b"), 3, 9),
        ('"a\nb",c\n', ("a\nb", "c"), 2, 8),
        ("é,b\n", ("é", "b"), 1, 5),
        ("", (), 0, 0),
    ],
)
def test_headers(text: str, names: tuple[str, ...], lines: int, size: int) -> None:
    header = header_of(text)
    assert (header.names, header.lines, header.size) == (names, lines, size)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("at,prompt\n" + f'{AT},"a\nb"\n' * 9 + "x\n", id="a table"),
        pytest.param((json.dumps({"at": AT, "prompt": "a\nb"}) + "\n") * 9 + "{\n", id="JSON lines"),
        pytest.param(json.dumps([{"at": AT, "prompt": "a\nb"}] * 9 + [7]), id="a document"),
    ],
)
def test_rows_of_any_file_one_after_another(text: str) -> None:
    file, remarks = Source("u", len(text), data=text.encode()), Remarks()
    with patch.object(source, "BLOCK_BYTES", 50):
        found = list(rows_in(file, Reading(SIZES), remarks))
    assert [row.fields for row in found] == [{"at": AT, "prompt": "a\nb"}] * 9
    assert (remarks.rows, remarks.lost) == (10, 1)
