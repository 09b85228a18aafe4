"""The same profile, read by the workers of a Dask cluster. Dask is loaded only then.

Workers need this package as installed here, and the files under the same names. Long files go in ranges of whole lines
where each row means the same without the others; parts merge as a tree, in the order of the files, so that the profile
is the one that reading them here makes. Files that may repeat one another are read together.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from estimator.workload.importers import Progress, log_of, part_of_files
from estimator.workload.lines import Block, lines_in, quoted_ends
from estimator.workload.logs import Log
from estimator.workload.parts import Part, checked, merged, profile_of_part
from estimator.workload.profile import Profile
from estimator.workload.source import Source
from pricing import InputError

if TYPE_CHECKING:
    from distributed import Client, Future

RANGE_BYTES = 2**26
_PATIENCE_S = 10


@dataclass(frozen=True, slots=True)
class Range:
    """Some lines of a file by the bytes that they begin in."""

    source: Source
    start: int
    end: int

    def read(self) -> bytes:
        return self.source.lines(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Survey:
    """What must be known of lines before those behind them can be read: how many, and where quotes are open."""

    lines: int
    quotes: int
    quoted_ends: frozenset[int]


def survey(part: Range) -> Survey:
    data = part.read()
    return Survey(lines_in(data), data.count(b'"') % 2, quoted_ends(data))


def has_long_cells(surveys: Iterable[Survey]) -> bool:
    """Whether in a table some cell goes on in another line, so that its lines do not stand alone."""
    quotes = 0
    for each in surveys:
        if any((quotes + ends) % 2 for ends in each.quoted_ends):
            return True
        quotes += each.quotes
    return False
