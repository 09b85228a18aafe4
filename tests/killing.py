"""Processes that save without end, each killed at a moment of its own: `python -m tests.killing URL KILLS`.

The first of them meet an empty database, and are killed as they make its tables. Prints how many were killed, and how
many versions are there at last.
"""

import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from sqlalchemy import make_url

from estimator.workload import Assumption
from estimator.workspace import Budget, Workspace
from estimator.workspace.database import FILE, sqlite_url
from tests.kept import a_study

_LONGEST_S = 0.02
_PADDING = Assumption("x" * 200_000, "guess", "")  # So that a version takes many pages.


def save_without_end(mine: Workspace, told: int) -> None:
    """Each version has its own number as its budget. Tells the parent of every step that it begins."""
    study = a_study()
    padded = replace(study, workload=replace(study.workload, assumptions=(_PADDING,)))
    os.write(told, b".")
    base = mine.entries()[0].number if mine.entries() else 0
    while True:
        os.write(told, b".")
        base = mine.save("Acme", "chat", replace(padded, budget=Budget(Decimal(base + 1), Decimal(0))), base).number


def kill_one(mine: Workspace, draw: random.Random) -> bool:
    """A child that is killed during one of its first steps; whether it was."""
    listens, told = os.pipe()
    child = os.fork()  # No connection is open here that both could use.
    if not child:
        save_without_end(mine, told)
    os.close(told)
    for _ in range(draw.randint(1, 3)):
        os.read(listens, 1)
    time.sleep(draw.uniform(0, _LONGEST_S))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(listens)
    return os.WIFSIGNALED(status)


def _load_everything() -> None:
    """So that a child begins at once."""
    with tempfile.TemporaryDirectory() as folder:
        Workspace(sqlite_url(Path(folder) / FILE)).save("Acme", "chat", a_study())


def main() -> None:
    mine, draw = Workspace(make_url(sys.argv[1])), random.Random(1)  # noqa: S311 - no secret
    _load_everything()
    killed = sum(kill_one(mine, draw) for _ in range(int(sys.argv[2])))
    print(killed, mine.entries()[0].number)


if __name__ == "__main__":
    main()
