"""A Dask cluster reads the same profile: real schedulers and workers on loopback, and one that is killed."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from estimator.__main__ import main
from estimator.workload import Profile, cluster, read_files, read_on_cluster, sources
from estimator.workload import ranges as cuts
from estimator.workload.exports.importers import log_of
from estimator.workload.exports.parts import merged, profile_of_part
from estimator.workload.files.lines import lines_in, quoted_ends
from estimator.workload.files.source import Source
from pricing import InputError
from pricing.console import BAD_INPUT, DONE
from tests.dask_cluster import free_port, scheduler, wait_for_workers, worker
from tests.text_log import made_up

pytestmark = pytest.mark.xdist_group("cluster")  # One cluster serves them all.

SIZES = (0, 1001, 200_001)
AT = "2026-10-05T12:00:00Z"
H = "time,model,input,cached,output\n"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A cluster of two workers."""
    folder = tmp_path_factory.mktemp("dask")
    with ExitStack() as running:
        at = running.enter_context(scheduler(folder))
        for _ in range(2):
            running.enter_context(worker(at, folder))
        wait_for_workers(at, 2)
        yield at


def row(n: int, **other: object) -> str:
    cells = {"time": f"2026-10-{1 + n % 28:02}T{n % 24:02}:00:00Z", "model": "gpt-5.4", "input": 100 + n % 3000,
             "cached": n % 100, "output": n % 50, **other}  # fmt: skip
    return ",".join(map(str, cells.values()))


PLAIN = H + "".join(row(n) + "\n" for n in range(400))
DAMAGED = H + "".join(row(n, input=-1 if n in {7, 200, 390} else 5 + n, cached=0) + "\n" for n in range(400))
QUOTED = H + "".join(row(n, model='"gpt-5.4, new"') + "\n" for n in range(200))
LONG_CELLS = H + "".join(row(n, model='"a\nb"' if n % 3 else '"c"') + "\n" for n in range(200))
DAYS = H + "".join(row(n, time="2026-10-05") + "\n" for n in range(100))
JSON_LINES = "".join(f'{{"at": "{AT}", "input": {n}, "output": 1}}\n' for n in range(300)) + "{broken\n" * 9
ANSWERS = "".join(
    f'{{"uuid": "{n}", "sessionId": "s", "requestId": "r{n // 2}", "timestamp": "{AT}", "message": {{"id": "m{n // 2}",'
    f' "model": "claude-sonnet-4-6", "usage": {{"input_tokens": {n}, "output_tokens": 1}}}}}}\n'
    for n in range(100)
)
CHATS = "".join(
    f'{{"messages": [{{"role": "user", "content": "How do {n} apples sell?"}}, '
    f'{{"role": "assistant", "content": "Well."}}, {{"role": "user", "content": "And pears?"}}, '
    f'{{"role": "assistant", "content": "Better, {n} times."}}]}}\n'
    for n in range(200)
)
BLOCKS = "".join(
    f'{{"timestamp": {n * 1000}, "input_length": 1024, "output_length": 1, "hash_ids": [1, {n % 7}]}}\n'
    for n in range(100)
)
FILES = {
    "plain.csv": PLAIN, "damaged.csv": DAMAGED, "quoted.csv": QUOTED, "long.csv": LONG_CELLS, "days.csv": DAYS,
    "log.jsonl": JSON_LINES, "session.jsonl": ANSWERS, "trace.jsonl": BLOCKS, "chats.jsonl": CHATS,
}  # fmt: skip


def given(folder: Path, *names: str) -> list[Source]:
    for name in names:
        (folder / name).write_text(FILES[name], encoding="utf-8")
    return sources(str(folder / name) for name in names)


def in_ranges(source: Source, size: int) -> Profile:
    """What the workers do, here, in ranges of so many bytes."""
    found = log_of(source, SIZES)
    assert found is not None
    log, start = found
    given_ranges = [
        cuts.Range(source, n, min(n + size, source.size), n == start) for n in range(start, source.size, size)
    ]
    surveys = [cluster.survey(each) for each in given_ranges]
    assert not (log.header and cluster.has_long_cells(surveys))
    lines = [log.first_line + sum(each.lines for each in surveys[:n]) for n in range(len(surveys))]
    parts = [cluster.part_of_range(log, each, line) for each, line in zip(given_ranges, lines, strict=True)]
    return profile_of_part(merged(parts), SIZES)


@pytest.mark.parametrize("name", ["plain.csv", "damaged.csv", "quoted.csv", "days.csv", "log.jsonl"])
@pytest.mark.parametrize("size", [1, 37, 1000, 4096, 10**6])
def test_any_ranges_give_the_same(name: str, size: int, tmp_path: Path) -> None:
    (file,) = given(tmp_path, name)
    text = FILES[name]
    if size == 1:
        small = "".join(text.splitlines(keepends=True)[:20])
        (tmp_path / name).write_text(small, encoding="utf-8")
        (file,) = sources([str(tmp_path / name)])
    assert in_ranges(file, size) == read_files([file], SIZES)


def test_lines_of_ranges_are_all_lines_once() -> None:
    data = b"ab\ncd\n\nefgh\ni"
    file = Source("x", len(data), data=data)
    for size in range(1, 15):
        parts = [file.lines(n, min(n + size, len(data)), n == 0) for n in range(0, len(data), size)]
        assert b"".join(parts) == data
        assert all(part.endswith(b"\n") for part in parts[:-1] if part and part != b"i")


@pytest.mark.parametrize(
    ("data", "ends"),
    [
        (b"a\nb\n", {0}),
        (b'"a"\n', {0}),
        (b'"a\nb"\n', {0, 1}),
        (b'"a\n', {1}),
        (b'"a', set()),
        (b'"' * 256 + b"\n", {0}),
    ],
)
def test_quotes_before_the_ends_of_lines(data: bytes, ends: set[int]) -> None:
    assert quoted_ends(data) == ends


@pytest.mark.parametrize(("data", "lines"), [(b"", 0), (b"a", 0), (b"a\nb\r\n\rc\n", 4)])
def test_lines_are_counted_as_a_table_has_them(data: bytes, lines: int) -> None:
    assert lines_in(data) == lines


@pytest.mark.parametrize(("name", "alone"), [("plain.csv", True), ("session.jsonl", False), ("trace.jsonl", False)])
def test_which_rows_stand_alone(name: str, alone: bool, tmp_path: Path) -> None:
    (file,) = given(tmp_path, name)
    assert (log_of(file, SIZES) is not None) is alone


def test_the_cluster_reads_what_is_read_here(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuts, "RANGE_BYTES", 3000)
    files = given(tmp_path, *FILES)
    told: list[float] = []
    made = read_on_cluster(files, SIZES, address, told.append)
    assert made == read_files(files, SIZES)
    assert made.notes[0].startswith("12 of 2,009 rows could not be read and are left out (0.6 %): damaged.csv, line 9;")
    assert told == sorted(told)
    assert told[-1] == 1


def test_reuse_of_a_trace_is_measured_over_all_of_it(address: str, tmp_path: Path) -> None:
    files = given(tmp_path, "trace.jsonl")
    made = read_on_cluster(files, SIZES, address)
    assert made == read_files(files, SIZES)
    assert made.reuse is not None


def test_what_cannot_be_read_is_said_as_here(address: str, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(H + f"{AT},m,-1,0,1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.csv, line 2: input is -1"):
        read_on_cluster(sources([str(tmp_path / "bad.csv")]), SIZES, address)


def test_a_worker_that_is_killed_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuts, "RANGE_BYTES", 2**18)
    (tmp_path / "log.jsonl").write_bytes(made_up(4 * 2**20))
    files = sources([str(tmp_path / "log.jsonl")])
    with ExitStack() as running:
        address = running.enter_context(scheduler(tmp_path))
        running.enter_context(worker(address, tmp_path))
        doomed = running.enter_context(worker(address, tmp_path))
        wait_for_workers(address, 2)
        half_way = threading.Event()
        killed_at: list[float] = []

        def kill(share: float) -> None:
            if share > 0.4 and not half_way.is_set():
                half_way.set()
                killed_at.append(share)
                doomed.kill()

        made = read_on_cluster(files, SIZES, address, kill)
    assert killed_at[0] < 1
    assert made == read_files(files, SIZES)
    assert made.counts


@pytest.mark.parametrize("where", ["tcp://127.0.0.1:{port}", "nowhere", "foo://x:1"])
def test_a_scheduler_that_does_not_answer_is_said_soon(where: str) -> None:
    start = time.monotonic()
    with pytest.raises(InputError, match="no Dask scheduler answers at"):
        read_on_cluster([], SIZES, where.format(port=free_port()))
    assert time.monotonic() - start < 20


def test_a_scheduler_without_workers_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE_S", 3)
    with scheduler(tmp_path) as address, pytest.raises(InputError, match="has no workers"):
        read_on_cluster([], SIZES, address)


def test_the_command_reads_on_a_cluster(address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given(tmp_path, "plain.csv", "damaged.csv")
    said = []
    for where in ([], ["--scheduler", address]):
        assert main(["profile", f"{tmp_path}/*.csv", "--json", *where]) == DONE
        said.append(capsys.readouterr())
    assert said[0] == said[1]
    assert "3 of 800 rows could not be read" in said[0].out


def test_the_command_says_in_a_line_that_no_scheduler_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given(tmp_path, "plain.csv")
    where = f"tcp://127.0.0.1:{free_port()}"
    assert main(["profile", f"{tmp_path}/plain.csv", "--scheduler", where]) == BAD_INPUT
    assert (
        capsys.readouterr().err == f"error: no Dask scheduler answers at {where}: check the address and that it runs.\n"
    )
