"""A Dask scheduler and workers on loopback, as processes of their own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distributed import Client

from tests.conftest import ROOT

PATIENCE_S = 60  # A busy machine is slow, not wrong.


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(*arguments: str, cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Python program that is stopped at the end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_LOGGING__DISTRIBUTED": "critical"}
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=20)


@contextmanager
def scheduler(cwd: Path) -> Iterator[str]:
    """The address of a scheduler without workers."""
    port = free_port()
    arguments = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")
    with running("-m", "distributed.cli.dask_scheduler", *arguments, cwd=cwd):
        _wait_for(port)
        yield f"tcp://127.0.0.1:{port}"


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def wait_for_workers(address: str, count: int) -> None:
    with Client(address, timeout=PATIENCE_S, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        client.wait_for_workers(count, timeout=PATIENCE_S)


@contextmanager
def worker(address: str, cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with one thread and no nanny, so that killing it is the end of it."""
    arguments = (address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
    with running("-m", "distributed.cli.dask_worker", *arguments, cwd=cwd) as process:
        yield process
