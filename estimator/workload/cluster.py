"""The same profile, read by the workers of a Dask cluster. Dask is loaded only then.

Workers need this package as it is installed here, and the files under the same names. A file whose rows mean the same
without the others is read in ranges of whole lines, any other as a whole; files that may repeat one another are read
together. Parts merge as a tree, in the order of the files: the profile is the one that reading them here makes.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from operator import getitem
from typing import Any, TypeAlias

from estimator.workload.exports.importers import Progress
from estimator.workload.exports.parts import Part, checked, merged, profile_of_part
from estimator.workload.files.lines import Block, lines_in, quoted_ends
from estimator.workload.files.source import Source
from estimator.workload.profile import Profile
from estimator.workload.ranges import LineReader, Range, ranges
from estimator.workload.reading import log_of, parts_of_files
from pricing import InputError

Client: TypeAlias = Any
Future: TypeAlias = Any
_BRANCHES = 8
_PATIENCE_S = 8


@dataclass(frozen=True, slots=True)
class Survey:
    """What must be known of lines before those behind them can be read: how many, and where quotes are open."""

    lines: int
    quotes: int
    quoted_ends: frozenset[int]


def read_on_cluster(
    sources: Iterable[Source],
    sizes: tuple[int, ...],
    address: str,
    progress: Progress | None = None,
) -> Profile:
    """The profile that `read_files` makes, by the workers of the Dask scheduler at `address`.

    Raises InputError as `read_files` does, and where no scheduler or no worker answers.
    """
    files = list(sources)
    with _connected(address) as client:
        logs = client.gather(client.map(log_of, files, [sizes] * len(files), pure=False))
        reads: dict[Future, int] = {}
        whole = [file for file, log in zip(files, logs, strict=True) if log is None]
        together = client.submit(parts_of_files, whole, sizes, pure=False)
        reads[together] = sum(file.size for file in whole)
        parts = [
            client.submit(getitem, together, whole.index(file), pure=False)
            if log is None
            else _file(client, file, log, sizes, reads)
            for file, log in zip(files, logs, strict=True)
        ]
        answer = _tree(client, parts)
        _watch(client, reads, progress)
        part: Part = answer.result()
    return profile_of_part(part, sizes)


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    """A client of the scheduler that has a worker. What fails on the way is said in one sentence."""
    from dask import config  # noqa: PLC0415
    from distributed import Client as Connection  # noqa: PLC0415
    from distributed import KilledWorker  # noqa: PLC0415
    from distributed.client import FutureCancelledError  # noqa: PLC0415
    from distributed.comm.addressing import parse_address  # noqa: PLC0415
    from distributed.comm.core import CommClosedError  # noqa: PLC0415
    from distributed.comm.registry import get_backend  # noqa: PLC0415

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # It tells every attempt on standard error.
    try:
        get_backend(parse_address(address)[0])  # An unknown kind of address is told at once.
        with config.set({"distributed.comm.timeouts.connect": f"{_PATIENCE_S}s"}):
            client: Client = Connection(address, timeout=_PATIENCE_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, RuntimeError):
        raise InputError(f"no Dask scheduler answers at {address}: check the address and that it runs.") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE_S)
            yield client
        except TimeoutError:
            raise InputError(f"the Dask scheduler at {address} has no workers: start one.") from None
        except KilledWorker:
            raise InputError("the workers died while they read: give them more memory.") from None
        except (CommClosedError, FutureCancelledError):
            raise InputError(f"the Dask scheduler at {address} no longer answers: start it again.") from None
        except ModuleNotFoundError as error:
            raise InputError(f"the workers lack {error.name}: install there what is installed here.") from None


def survey(lines: Range) -> Survey:
    data = lines.read()
    return Survey(lines_in(data), data.count(b'"') % 2, quoted_ends(data))


def has_long_cells(surveys: Iterable[Survey]) -> bool:
    """Whether somewhere in a table a cell goes on in another line."""
    quotes = 0
    for each in surveys:
        if any((quotes + before) % 2 for before in each.quoted_ends):
            return True
        quotes += each.quotes
    return False


def part_of_range(log: LineReader, lines: Range, line: int) -> Part:
    return log.part_of_lines(Block(lines.read(), line))


def _file(
    client: Client, source: Source, found: tuple[LineReader, int], sizes: tuple[int, ...], reads: dict[Future, int]
) -> Future:
    """The part of a file, which is read in ranges if that gives the same."""
    log, start = found
    cut = list(ranges(source, start))
    surveys = client.gather(client.map(survey, cut, pure=False))
    if log.header and has_long_cells(surveys):
        whole = client.submit(parts_of_files, [source], sizes, pure=False)
        reads[whole] = source.size
        return client.submit(getitem, whole, 0, pure=False)
    first_lines = accumulate((each.lines for each in surveys), initial=log.first_line)
    parts = [
        client.submit(part_of_range, log, lines, line, pure=False)
        for lines, line in zip(cut, first_lines, strict=False)
    ]
    reads |= {part: lines.end - lines.start for part, lines in zip(parts, cut, strict=True)}
    return client.submit(checked, _tree(client, parts), source.name, pure=False)


def _tree(client: Client, parts: Sequence[Future]) -> Future:
    """All parts as one, merged in groups of neighbours, and these again."""
    while len(parts) > 1:
        groups = (parts[n : n + _BRANCHES] for n in range(0, len(parts), _BRANCHES))
        parts = [client.submit(merged, group, pure=False) for group in groups]
    return parts[0]


def _watch(client: Client, reads: dict[Future, int], progress: Progress | None) -> None:
    """Tell what share of all bytes is read, until all are."""
    from distributed import as_completed  # noqa: PLC0415

    done, total = 0, max(1, sum(reads.values()))
    for read in as_completed(reads, loop=client.loop):  # type: ignore[no-untyped-call]
        done += reads[read]
        if progress:
            progress(done / total)
