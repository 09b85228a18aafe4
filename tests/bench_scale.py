"""Size: ten million rows beside DuckDB, and a text log on one worker and on two: `python -m tests.bench_scale`.

DuckDB's sums are those that a person would write by hand. Each side is a process of its own, and they take turns.
"""

import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median
from time import perf_counter
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import csv

from estimator.workload import ranges, read_files, read_on_cluster, sources
from pricing import catalog
from tests.conftest import ROOT
from tests.dask_cluster import scheduler, wait_for_workers, worker
from tests.text_log import made_up

ROWS = 10_000_000
RUNS = 5
TEXT_BYTES = 2**25
_ROWS_AT_ONCE = 1_000_000
_START = np.datetime64("2026-10-01T00:00:00")
_MONTH_S = 30 * 86_400
_MODELS = ("gpt-5.4", "gpt-5.4-mini", "gpt-4.1", "gpt-4o")

Sums = list[list[Any]]


def write_table(path: Path, rows: int) -> None:
    """A usage log of a month: time, model, input, cached, output; from a few tokens to a million."""
    chance = np.random.default_rng(20261119)
    with path.open("wb") as file:
        file.write(b"time,model,input,cached,output\n")
        for done in range(0, rows, _ROWS_AT_ONCE):
            n = min(_ROWS_AT_ONCE, rows - done)
            seconds = np.sort(chance.integers(_MONTH_S * done // rows, _MONTH_S * (done + n) // rows, n))
            inputs = np.minimum(chance.lognormal(8, 1.5, n).astype(int), 1_000_000)
            columns = {
                "time": np.char.add(np.datetime_as_string(_START + seconds.astype("timedelta64[s]")), "Z"),
                "model": np.array(_MODELS)[chance.integers(0, len(_MODELS), n)],
                "input": inputs,
                "cached": (inputs * chance.random(n) ** 2).astype(int),
                "output": 1 + chance.exponential(300, n).astype(int),
            }
            csv.write_csv(pa.table(columns), file, csv.WriteOptions(include_header=False, quoting_style="none"))


def our_sums(path: str) -> Sums:
    made = read_files(sources([path]), catalog().sizes)
    cells = ((c.start, c.floor, c.requests, c.usage) for c in made.cells)
    return [
        [int(start.timestamp()), floor, n, u.uncached_input_tokens, u.cache_read_tokens, u.output_tokens]
        for start, floor, n, u in cells
    ]


def duckdb_sums(path: str) -> Sums:
    bands = " ".join(f"when input >= {size} then {size}" for size in reversed(catalog().sizes))
    found = duckdb.execute(
        f"select time_bucket(interval 30 minutes, time) as start, case {bands} end as floor, count(*), "  # noqa: S608
        f"sum(input - cached), sum(cached), sum(output) from read_csv('{path}') group by all order by all"
    ).fetchall()
    return [[_epoch(start), *map(int, others)] for start, *others in found]


def _epoch(start: datetime) -> int:
    return int((start if start.tzinfo else start.replace(tzinfo=UTC)).timestamp())


SIDES = {"ours": our_sums, "duckdb": duckdb_sums}


def measure(side: str, path: str) -> None:
    """One side's run, in this process: prints seconds, bytes of memory at most, and a mark of what it found."""
    _ = catalog().sizes
    start = perf_counter()
    found = SIDES[side](path)
    took = perf_counter() - start
    print(json.dumps([took, getrusage(RUSAGE_SELF).ru_maxrss * 1024, found]))


def run(side: str, path: Path) -> tuple[float, int, Sums]:
    command = [sys.executable, "-m", "tests.bench_scale", side, str(path)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    took, memory, found = json.loads(done.stdout)
    return took, memory, found


def print_table(folder: Path) -> None:
    path = folder / "usage.csv"
    write_table(path, ROWS)
    rounds = [(run("ours", path), run("duckdb", path)) for _ in range(RUNS)]
    assert all(ours[2] == peers[2] for ours, peers in rounds)
    ours, peers = (median(each[side][0] for each in rounds) for side in (0, 1))
    ratio = median(own[0] / other[0] for own, other in rounds)
    memory = max(own[1] for own, _ in rounds) / 1e9
    print(
        f"profile {ROWS:,} rows of CSV ({path.stat().st_size / 1e6:,.0f} MB): ours {ours:.2f} s, DuckDB {peers:.2f} s,"
    )
    print(f"  ours/DuckDB {ratio:.2f} (median of {RUNS} turns), at most {memory:.2f} GB of memory")


def print_cluster(folder: Path) -> None:
    path = folder / "log.jsonl"
    path.write_bytes(made_up(TEXT_BYTES))
    files, sizes = sources([str(path)]), catalog().sizes
    ranges.RANGE_BYTES = 2**20  # So small a log has many parts all the same.
    seconds: dict[int, list[float]] = {1: [], 2: []}
    with ExitStack() as running:
        addresses = {}
        for workers in seconds:
            addresses[workers] = running.enter_context(scheduler(folder))
            for _ in range(workers):
                running.enter_context(worker(addresses[workers], folder))
            wait_for_workers(addresses[workers], workers)
        for turn in range(RUNS + 1):
            found = []
            for workers, address in addresses.items():
                start = perf_counter()
                found.append(read_on_cluster(files, sizes, address))
                seconds[workers] += [perf_counter() - start] if turn else []  # The first turn loads the vocabulary.
            assert found[0] == found[1]
    one, two = (median(each) for each in seconds.values())
    ratio = median(a / b for a, b in zip(*seconds.values(), strict=True))
    print(f"count a text log of {TEXT_BYTES / 1e6:.0f} MB: one worker {one:.2f} s, two {two:.2f} s, ratio {ratio:.2f}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print_table(Path(folder))
        print_cluster(Path(folder))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(*sys.argv[1:])
    else:
        main()
