"""The catalog on disk is the old one or the new one, whole: at every step of a writer, killed or raced."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pricing import InputError
from pricing.catalog import load
from pricing.errors import StoreBusy
from pricing.store import RECORD, Snapshot, commit, generation, read_whole, snapshot, writing
from tests.small import SELLERS, small_data

ROOT = Path(__file__).parent.parent
NAMES = tuple(f"prices/{seller}.csv" for seller in SELLERS)


def files_at(usd: str, folder: Path) -> dict[str, str]:
    """The prices of all sellers, all at `usd`."""
    return {name: snapshot(small_data(folder, usd)).text(name) for name in NAMES}


def prices(folder: Path) -> set[str]:
    return {str(rule.usd) for model in load(folder).models.values() for rule in model.rules}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return small_data(tmp_path / "data")


@pytest.fixture
def dear(tmp_path: Path) -> dict[str, str]:
    return files_at("3", tmp_path / "dear")


def test_a_commit_replaces_files_and_adds_some(data: Path, dear: dict[str, str]) -> None:
    with writing(data) as held:
        commit(held, dear | {"refresh/note.txt": "new\n"})
    assert prices(data) == {"3"}
    assert (data / "refresh/note.txt").read_text() == "new\n"
    assert json.loads((data / RECORD).read_text()) == {"generation": 1, "files": {}}
    assert not [*data.rglob("*.new")]


def test_every_commit_is_a_generation(data: Path, dear: dict[str, str]) -> None:
    assert generation(data) == 0
    for number in (1, 2):
        with writing(data) as held:
            assert commit(held, dear).generation == number
    assert generation(data) == 2


class Killed(BaseException):
    """Stands for the end of the process at one step."""


@pytest.mark.parametrize("step", range(15))
def test_a_writer_that_ends_at_any_step_leaves_old_or_new(
    data: Path, dear: dict[str, str], step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = iter(range(1000))

    def counted(call: object) -> object:
        def wrapped(*args: object) -> object:
            if next(steps) == step:
                raise Killed
            return call(*args)  # type: ignore[operator]

        return wrapped

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", counted(Path.replace))
        patch.setattr(os, "fsync", counted(os.fsync))
        with pytest.raises(Killed) if step < 15 else pytest.raises(Killed, match=""), writing(data) as held:
            commit(held, dear)
    found = prices(data)
    assert found == ({"3"} if (data / RECORD).exists() else {"2"})
    with writing(data) as held:
        assert held.pending == {}
    assert prices(data) == found


def test_a_reader_takes_pending_files_from_the_record(data: Path, dear: dict[str, str]) -> None:
    (data / RECORD).write_text(json.dumps({"generation": 7, "files": dear}))
    assert prices(data) == {"3"}
    assert {(data / name).read_text() for name in NAMES}.isdisjoint(dear.values())


def test_a_pending_file_that_is_new_is_listed(data: Path) -> None:
    assert snapshot(data).with_files({"prices/new.csv": "x"}).names("prices") == sorted([*NAMES, "prices/new.csv"])


def test_a_reader_that_is_overtaken_begins_again(data: Path, dear: dict[str, str]) -> None:
    reads: list[int] = []

    def read(held: Snapshot) -> set[str]:
        first = held.text(NAMES[0])
        if not reads:
            with writing(data) as writer:
                commit(writer, dear)
        reads.append(held.generation)
        assert len(reads) == 1 or first == dear[NAMES[0]]
        return {name for name in NAMES if held.text(name) == dear[name]}

    assert read_whole(data, read) == set(NAMES)
    assert reads == [0, 1]


def test_an_error_that_a_writer_caused_is_not_told(data: Path, dear: dict[str, str]) -> None:
    reads: list[int] = []

    def read(held: Snapshot) -> int:
        reads.append(held.generation)
        if len(reads) == 1:
            with writing(data) as writer:
                commit(writer, dear)
            raise InputError("a mixture")
        return held.generation

    assert read_whole(data, read) == 1
    with pytest.raises(FileNotFoundError):
        read_whole(data, lambda held: held.text("prices/none.csv"))


def test_a_spoiled_record_is_named(data: Path) -> None:
    (data / RECORD).write_text("{")
    with pytest.raises(InputError, match=r"commit\.json is not a record"):
        load(data)


def test_a_second_writer_waits_and_then_gives_up(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pricing.store.PATIENCE_S", 0.1)
    with writing(data):
        errors: list[Exception] = []

        def second() -> None:
            try:
                with writing(data):
                    pass
            except StoreBusy as error:
                errors.append(error)

        other = threading.Thread(target=second)
        other.start()
        other.join()
        assert len(errors) == 1
    with writing(data):
        pass


RUNNING = """
import sys
from pricing import catalog
for _ in sys.stdin:
    print({str(rule.usd) for model in catalog().models.values() for rule in model.rules}, flush=True)
"""


def test_a_running_process_sees_the_new_catalog(data: Path, dear: dict[str, str]) -> None:
    environment = os.environ | {"BREAKEVEN_DATA": str(data)}
    with subprocess.Popen(
        [sys.executable, "-c", RUNNING],
        cwd=ROOT,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        said = []
        for _ in range(2):
            running.stdin.write("\n")
            running.stdin.flush()
            said.append(running.stdout.readline().strip())
            with writing(data) as held:
                commit(held, dear)
        running.stdin.close()
        assert said == ["{'2'}", "{'3'}"]


KILLS = 220
KILLER = """
import os, random, shutil, signal, sys, time
from itertools import cycle
from pathlib import Path

from pricing import refresh as job
from pricing.catalog import load, now
from pricing.check import problems
from pricing.feeds import FEEDS
from pricing.store import snapshot
from tests.small import genai, small_data

folder, kills = Path(sys.argv[1]), int(sys.argv[2])
feeds = [FEEDS["genai-prices"]]
one_after_the_other = cycle([genai("3"), genai("2")])
job.packaged = lambda: next(one_after_the_other)


def run() -> None:
    job.refresh(feeds, directory=folder, offline=True)


def sold_at() -> set[str]:
    catalog, later = load(folder), now().replace(year=2090)
    assert problems(catalog) == []
    current = [[r for r in m.rules if r.status == "listed" and r.in_force(later)] for m in catalog.models.values()]
    assert all(len(rules) == 2 for rules in current), current
    return {str(rule.usd) for rules in current for rule in rules}


small_data(folder)
started = time.monotonic()
run()
took_s = time.monotonic() - started
random.seed(11)
seen, within = set(), 0
for kill in range(kills):
    if kill % 10 == 0:
        shutil.rmtree(folder)
        small_data(folder)
    child = os.fork()
    if not child:
        while True:
            run()
    time.sleep(random.uniform(0, 2 * took_s))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    within += bool(snapshot(folder).pending)
    found = sold_at()
    assert len(found) == 1, found
    seen |= found
print(*sorted(seen), within > 0)
"""


def test_a_refresh_that_is_killed_at_many_instants_leaves_a_whole_catalog(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLER, str(tmp_path / "data"), str(KILLS)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert ran.stdout.strip() == "2 3 True"
