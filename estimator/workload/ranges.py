"""A file of lines in ranges of bytes, each read for itself: here one after another, on a cluster side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from estimator.workload.exports.parts import Part
from estimator.workload.files.lines import Block
from estimator.workload.files.rows import Header
from estimator.workload.files.source import Source

RANGE_BYTES = 2**24


@dataclass(frozen=True, slots=True)
class Range:
    """The lines of a file that begin from byte `start` on and before `end`. At the first one a line begins."""

    source: Source
    start: int
    end: int
    is_first: bool

    def read(self) -> bytes:
        return self.source.lines(self.start, self.end, self.is_first)


class LineReader(Protocol):
    """What reads the lines of a file where each stands for itself. It is sent to the workers of a cluster."""

    @property
    def header(self) -> Header | None: ...
    @property
    def first_line(self) -> int: ...
    def part_of_lines(self, block: Block) -> Part: ...


def ranges(source: Source, start: int) -> Iterator[Range]:
    """All lines of a file from byte `start` on, where one begins."""
    for n in range(start, source.size, RANGE_BYTES):
        yield Range(source, n, min(n + RANGE_BYTES, source.size), n == start)
