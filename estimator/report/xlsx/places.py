"""Where things stand in the workbook, found from its content alone, so that sheets can point to each other."""

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from estimator.report.xlsx.book import at
from estimator.report.xlsx.rows import Block, Content

SUMMARY, INPUTS, COMPARISON, LINES, GPUS, STEPS = "Summary", "Inputs", "Comparison", "Lines", "Own GPUs", "Steps"
BUDGET, SENSITIVITY, ASSUMPTIONS, SOURCES, ABOUT = "Budget", "Sensitivity", "Assumptions", "Sources", "About"
SHEETS = (SUMMARY, INPUTS, COMPARISON, LINES, GPUS, STEPS, BUDGET, SENSITIVITY, ASSUMPTIONS, SOURCES, ABOUT)
FIRST = 4  # The row below the head of every table.
REQUESTS_ROW = FIRST + 9  # Of Inputs: below the name of the work, its unit and seven inputs.

BASE, QUANTITY, RATE, PER, AMOUNT = 4, 7, 10, 13, 14  # Columns of Lines; all but PER have three levels.
LOW = 3  # The first of three columns of Comparison.
SURE, PLACE, TYPICAL_WORDS, RANGE_WORDS, GUESSES, TO_DO, PLAN = 11, 12, 13, 14, 15, 16, 17
REPLICAS, TOP = 2, 5  # Columns of the plans; REPLICAS has three levels.
PER_REPLICA, PER_REQUEST, FIXED = 2, 5, 8  # Columns of what they are made of, three levels each.


@dataclass(frozen=True)
class Places:
    """Addresses by option and level. Rows and columns count from 0, options and plans from 0 in their order."""

    content: Content

    @cached_property
    def _block_rows(self) -> tuple[int, ...]:
        sizes = (1 + max(len(block.rows), len(block.option.lines)) for block in self.content.blocks)
        return tuple(accumulate(sizes, initial=FIRST))

    def block_row(self, block: Block) -> int:
        """Of an option's head in Lines; its lines follow."""
        return self._block_rows[self.content.blocks.index(block)]

    def total(self, block: Block, level: int) -> str:
        """What an option costs, in the currency of the report."""
        return at(LINES, self.block_row(block), AMOUNT + level)

    def plan_row(self, block: Block) -> int:
        """Of own GPUs in their sheet."""
        return FIRST + self.content.hosted.index(block)

    def part_row(self, block: Block) -> int:
        """Of what their costs are made of, in a table below that of the plans."""
        return self.plan_row(block) + len(self.content.hosted) + 3

    @property
    def tops(self) -> str:
        """Up to how many requests a month each plan is known."""
        return at(GPUS, FIRST, TOP, FIRST + len(self.content.hosted) - 1)

    def parts(self, column: int) -> str:
        """A column of what the costs of all plans are made of."""
        first, last = (self.part_row(block) for block in (self.content.hosted[0], self.content.hosted[-1]))
        return at(GPUS, first, column, last)

    def starts(self, block: Block, level: int) -> str:
        """From how many requests on another replica is needed."""
        assert block.steps is not None  # noqa: S101 - what has a row among the plans has steps
        column = 1 + 3 * self.content.hosted.index(block) + level
        return at(STEPS, FIRST, column, FIRST + len(block.steps.starts[level]) - 1)

    @property
    def all_starts(self) -> str:
        """The table of all plans, three columns each."""
        longest = max(len(level) for block in self.content.hosted if block.steps for level in block.steps.starts)
        return at(STEPS, FIRST, 1, FIRST + longest - 1, 3 * len(self.content.hosted))

    def compared(self, column: int) -> str:
        """A column of all options in Comparison."""
        return at(COMPARISON, FIRST, column, FIRST + len(self.content.compared) - 1)

    def of_cheapest(self, column: int) -> str:
        """The cheapest option's cell of a column of Comparison."""
        return f"INDEX({self.compared(column)},cheapest)"
