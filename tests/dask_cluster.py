"""A Dask scheduler and workers on loopback, as processes of their own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT


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
        yield f"tcp://127.0.0.1:{port}"


@contextmanager
def worker(address: str, cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with one thread and no nanny, so that killing it is the end of it."""
    arguments = (address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
    with running("-m", "distributed.cli.dask_worker", *arguments, cwd=cwd) as process:
        yield process
