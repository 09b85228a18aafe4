"""Lines of a file → a part of its profile: plain blocks of a table by columns, whatever else row by row."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import chain

from estimator.workload.exports.forms import instead_of_bill
from estimator.workload.exports.parts import Part, part_of
from estimator.workload.exports.records import prepared, records
from estimator.workload.exports.remarks import Remarks
from estimator.workload.exports.table import MODES, Layout, Sums, Table, layout_of, plain_table, sums_of
from estimator.workload.files.lines import Block, quoted_ends, text_of
from estimator.workload.files.rows import Header, Row, json_rows, table_rows
from estimator.workload.profile import Profile, Record, profile
from pricing import InputError, InvalidUsage

_PATIENCE = 1000  # Rows: if so many at the beginning cannot be read, no other is tried.


class Bill(InputError):
    """A file that tells what was paid but counts no tokens."""


@dataclass(frozen=True)
class Log:
    """How the lines of a file are read: below the header of a table, or as JSON where there is none."""

    name: str
    header: Header | None
    sizes: tuple[int, ...]

    @cached_property
    def layout(self) -> Layout | None:
        return layout_of(self.header.names, self.header.delimiter) if self.header else None

    @property
    def first_line(self) -> int:
        return 1 + (self.header.lines if self.header else 0)

    def body(self, first: Block) -> Block:
        """The first block of the file without its header."""
        return Block(first.data[self.header.size :], first.line + self.header.lines) if self.header else first

    def rows(self, given: Iterator[Block], remarks: Remarks) -> Iterator[Row]:
        """The rows of blocks that follow one another."""
        return (row for block in given for row in self._by_row(block, given, remarks))

    def part(self, given: Iterator[Block], remarks: Remarks) -> Part:
        """What all blocks of the file hold."""
        remarks.patience = _PATIENCE
        sums: list[Sums] = []
        made = profile_of_rows(self._rows(given, remarks, sums), self.name, self.sizes, remarks)
        return part_of(sums[0] if sums else None, made, remarks)

    def part_of_lines(self, block: Block) -> Part:
        """What some lines of a file hold whose rows stand alone, and end with a line."""
        remarks, sums = Remarks(patience=_PATIENCE if block.line == self.first_line else 0), list[Sums]()
        made = _profile(records(self._rows(iter([block]), remarks, sums), remarks), self.name, self.sizes)
        return part_of(sums[0] if sums else None, made, remarks)

    def stands_alone(self, first: Block) -> bool:
        """Whether each row means the same without the others, judged by the beginning of the file."""
        row = next(self._by_row(first, iter(()), Remarks()), None)
        none: Iterator[Row] = iter(())
        try:
            return (
                row is not None and _with_tokens(row, self.name) and prepared(row, none, self.name, Remarks()) is none
            )
        except InputError:
            return False  # A bill, or what is read as a whole, of which there is nothing here.

    def _rows(self, given: Iterator[Block], remarks: Remarks, sums: list[Sums]) -> Iterator[Row]:
        """The rows of all blocks but the plain ones, which are added to `sums`."""
        for block in given:
            table = plain_table(block.data, self.layout) if self.layout else None
            if table is None:
                yield from self._by_row(block, given, remarks)
            else:
                _learn(table, remarks)
                sums[:] = [reduce(Sums.merge, [*sums, sums_of(table, self.sizes)])]

    def _by_row(self, block: Block, following: Iterator[Block], remarks: Remarks) -> Iterator[Row]:
        """The rows of a block; and of all that follow, where a cell goes on in another line."""
        given = chain([block], following) if self.header and 1 in quoted_ends(block.data) else [block]
        texts = (text_of(each, remarks.notes) for each in given)
        if self.header:
            return sound(table_rows(texts, self.name, self.header, block.line), remarks)
        return sound(json_rows(texts, self.name, block.line), remarks)


def sound(rows: Iterable[Row], remarks: Remarks) -> Iterator[Row]:
    """The rows that are not broken; all are counted, and the others remembered."""
    for row in rows:
        remarks.rows += 1
        if row.fault:
            remarks.lose(row.place, row.fault)
        else:
            yield row


def profile_of_rows(rows: Iterator[Row], name: str, sizes: tuple[int, ...], remarks: Remarks) -> Profile | None:
    """The profile of a file's rows, in whatever form they tell of requests; None where they tell of none."""
    first = next(rows, None)
    if first is None:
        return None
    _with_tokens(first, name)
    return _profile(records(prepared(first, chain([first], rows), name, remarks), remarks), name, sizes)


def _with_tokens(first: Row, name: str) -> bool:
    """Raises Bill where the rows are of one."""
    instead = instead_of_bill(first.fields)
    if instead:
        raise Bill(f"{name}: a bill holds too little to count tokens: {instead} To check the bill, `reconcile` both.")
    return True


def _profile(found: Iterator[Record], name: str, sizes: tuple[int, ...]) -> Profile | None:
    first = next(found, None)
    try:
        return profile(chain([first], found), sizes) if first else None
    except InvalidUsage as error:
        raise InputError(f"{name}, all rows together: {error}") from None


def _learn(table: Table, remarks: Remarks) -> None:
    remarks.rows += len(table.times_ns)
    remarks.models |= table.words.get("model", {""})
    remarks.modes(word for mode in MODES for word in table.words.get(mode, ()))
    if table.is_naive:
        remarks.naive()
