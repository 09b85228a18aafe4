"""The sheets of own GPUs: copies at any volume, where they pay, what they cost over volume, and the table of steps."""

from collections.abc import Sequence
from decimal import Decimal

from estimator.decision import BreakEven, Rivalry
from estimator.report.xlsx.book import NOT_COMPUTED, Book, Formula, Value, at, here, quoted
from estimator.report.xlsx.charts import curves_chart
from estimator.report.xlsx.costs import owned, replicas
from estimator.report.xlsx.places import (
    BASE,
    FIRST,
    FIXED,
    GPUS,
    LINES,
    PER_REPLICA,
    PER_REQUEST,
    RATE,
    REPLICAS,
    STEPS,
    TOP,
    Places,
)
from estimator.report.xlsx.rows import Block, Row, Triple

NEVER = "never in view"
EARLIEST, WITH, PAYS, PER_REQUEST_USD = 2, 5, 8, 9  # Columns of the break-evens; the first two have three levels.
_LEVELS = ("low", "typical", "high")
_PLAN_HEADS = (
    "Own GPUs",
    "Each copy, and how it is held",
    *(f"Copies, {level}" for level in _LEVELS),
    "Known up to, requests",
)
_PART_HEADS = (
    "What a month of it is made of",
    "",
    *(f"USD a copy, {level}" for level in _LEVELS),
    *(f"USD a request, {level}" for level in _LEVELS),
    *(f"USD fixed, {level}" for level in _LEVELS),
)
_PAYS_HEADS = (
    "Cheaper than",
    "",
    *(f"From requests a month, {level} cost" for level in _LEVELS),
    *(f"With copies, {level}" for level in _LEVELS),
    "Pays",
    "USD a request",
)
_WIDTHS = (40, 46, *(16,) * 9)
_CHART_ROWS = 26
_NUMBERS = range(2, 12)
_PRINTED_STEPS = 40  # All are on the sheet; on paper, many pages of them help nobody.


def gpus(book: Book, places: Places) -> None:
    """Write both sheets. It names `break_evens`, and `rival`, the place of the one that is told in words."""
    hosting, hosted = book.report.hosting, places.content.hosted
    said = "Copies of the model are whole, so cost climbs in steps. The GPUs stay as planned, whatever the volume."
    book.page(GPUS, "From which volume on would own GPUs pay?", said, _WIDTHS, FIRST)
    _steps(book, places)
    if hosting is None:
        book.put(GPUS, FIRST, 0, "No open model on record can serve this work on own GPUs that can be rented.", "bold")
        return
    book.heads(GPUS, FIRST - 1, _PLAN_HEADS, _NUMBERS)
    for block in hosted:
        _plan(book, places, block)
    row = FIRST + 2 * len(hosted) + 4
    if hosted:
        book.heads(GPUS, places.part_row(hosted[0]) - 1, _PART_HEADS, _NUMBERS)
    own = next((block for block in hosted if block.option == hosting.option), None)
    if own is None:
        said = "This fleet has too many copies, or too many hours that differ, for a table: ask for a new report."
        book.put(GPUS, row, 0, said, "bold")
        return
    chart_row = _break_evens(book, places, own, hosting, row)
    row = _swings(book, hosting, chart_row + _CHART_ROWS)
    first = _curves(book, places, own, hosting, row)
    curves_chart(book, hosting, places.total(own, 1), (first, first + len(hosting.curves[0].points) - 1), chart_row)


def coefficients(block: Block) -> tuple[Triple, Triple, Triple]:
    """USD a replica, a request, and fixed, at the three levels, as delivered."""

    def of(follows: str) -> Triple:
        rows = [row for row in block.rows if row.follows == follows]
        low, typical, high = (sum((row.base[k] * row.rate.values[k] for row in rows), Decimal(0)) for k in range(3))
        return low, typical, high

    return of("replicas"), of("requests"), of("nothing")


def _plan(book: Book, places: Places, block: Block) -> None:
    assert block.steps is not None  # noqa: S101 - it is one of `hosted`
    row, plan = places.plan_row(block), block.steps.plan
    top = here(row, TOP)
    values: list[Value] = [block.label, each_copy(block)]
    for level, fleet in enumerate(plan.fleets):
        text = f"={replicas(places.starts(block, level), 'requests', top)}"
        values.append(Formula(text, fleet.peak_replicas))
    book.put_row(GPUS, row, [*values, block.steps.top], ["bold", "wrap", *["whole"] * 4])
    parts: list[Value] = [block.label, None]
    for follows, amounts in zip(("replicas", "requests", "nothing"), coefficients(block), strict=True):
        parts += [Formula(f"={_sum_of(places, block, follows, k)}", amounts[k]) for k in range(3)]
    book.put_row(
        GPUS, places.part_row(block), parts, ["bold", "text", *["dollars"] * 3, *["rate"] * 3, *["dollars"] * 3]
    )


def each_copy(block: Block) -> str:
    """What one copy of the model runs on: the detail of the option without the number of copies."""
    detail = block.option.detail
    peak = block.steps.plan.fleet.peak_replicas if block.steps else 1
    return detail.removeprefix(f"{peak} × ") if peak > 1 else detail


def _sum_of(places: Places, block: Block, follows: str, level: int) -> str:
    first = places.block_row(block) + 1

    def product(row: int) -> str:
        return f"{at(LINES, row, BASE + level)}*{at(LINES, row, RATE + level)}"

    found: Sequence[tuple[int, Row]] = list(enumerate(block.rows, first))
    return "+".join(product(row) for row, each in found if each.follows == follows) or "0"


def _parts(row: int, level: int) -> tuple[str, str, str]:
    """Of the cost of a plan, as cells."""
    each_replica, each_request, fixed = (at(GPUS, row, column + level) for column in (PER_REPLICA, PER_REQUEST, FIXED))
    return each_replica, each_request, fixed


def _break_evens(book: Book, places: Places, own: Block, hosting: Rivalry, row: int) -> int:
    """From which volume on own GPUs stay cheaper than each rival; returns the next free row."""
    book.put(GPUS, row, 0, f"Where does {own.label} pay?", "heading")
    book.heads(GPUS, row + 1, _PAYS_HEADS, _NUMBERS)
    first = row + 2
    for place, found in enumerate(hosting.break_evens, first):
        _break_even(book, places, own, found, place)
    last = first + len(hosting.break_evens) - 1
    pays = at(GPUS, first, PAYS, last)
    watched = hosting.break_evens.index(hosting.watched) + 1 if hosting.watched else 1
    book.put(GPUS, last + 1, PAYS, Formula(f"=IF(SUM({pays})=0,1,MATCH(1,{pays},0))", watched), "note")
    book.define("rival", at(GPUS, last + 1, PAYS))
    book.define("break_evens", at(GPUS, first, 0, last, PAYS))
    book.define("own_copies", at(GPUS, places.plan_row(own), REPLICAS + 1))
    return last + 3


def _break_even(book: Book, places: Places, own: Block, found: BreakEven, row: int) -> None:
    rival = next(block for block in places.content.blocks if block.option == found.against)
    price = here(row, PER_REQUEST_USD)
    each_usd = found.against.usd / places.content.requests
    volumes = (found.earliest, found.typical, found.latest)
    values: list[Value] = [rival.label, rival.how]
    for level, volume in enumerate(volumes):
        text = _pays_from(places, own, price, here(row, WITH + level), level)
        values.append(Formula(f"={text}", NEVER if volume is None else volume))
    for level in range(3):
        last = _last_above(own, each_usd, level)
        values.append(Formula(f"={_last_above_formula(places, own, price, level)}", last))
    typical = here(row, EARLIEST + 1)
    values.append(Formula(f"=IF(ISNUMBER({typical}),1,0)", 0 if found.typical is None else 1))
    values.append(Formula(f"={places.total(rival, 1)}/exchange_rate/requests", each_usd))
    book.put_row(GPUS, row, values, ["bold", "wrap", *["whole"] * 3, *["whole"] * 3, "note", "rate"])


def _last_above_formula(places: Places, own: Block, price: str, level: int) -> str:
    """The most copies at whose first request own GPUs still cost more than the rival; 0 where they never do.

    Costs climb by whole copies, so they are dearest where another one has just been added.
    """
    each_replica, each_request, fixed = _parts(places.part_row(own), level)
    assert own.steps is not None  # noqa: S101 - it is one of `hosted`
    copies = at(STEPS, FIRST, 0, FIRST + len(own.steps.starts[level]) - 1)
    above = f"({each_replica}*{copies}+{fixed}>({price}-{each_request})*{places.starts(own, level)})"
    return f"SUMPRODUCT(MAX({above}*{copies}))"


def _last_above(own: Block, price_usd: Decimal, level: int) -> int:
    each_replica, each_request, fixed = (float(part[level]) for part in coefficients(own))
    assert own.steps is not None  # noqa: S101 - it is one of `hosted`
    margin = float(price_usd) - each_request
    starts = enumerate(own.steps.starts[level], 1)
    return max((n for n, start in starts if each_replica * n + fixed > margin * start), default=0)


def _pays_from(places: Places, own: Block, price: str, copies: str, level: int) -> str:
    """Where so many copies cost what the rival does; never, where that lies beyond what is known."""
    row = places.plan_row(own)
    each_replica, each_request, fixed = _parts(places.part_row(own), level)
    volume = f"({each_replica}*{copies}+{fixed})/({price}-{each_request})"
    beyond = f"IF({volume}>{at(GPUS, row, TOP)},{quoted(NEVER)},{volume})"
    found = f"IF({price}<={each_request},{quoted(NEVER)},IF({copies}=0,requests/100,{beyond}))"
    return f"IF(ISNUMBER({at(GPUS, row, REPLICAS)}),{found},{quoted(NOT_COMPUTED)})"


def _swings(book: Book, hosting: Rivalry, row: int) -> int:
    """What moves the break-even, by the engine: it holds as long as no input is changed. Returns the next free row."""
    if not hosting.swings:
        return row
    book.put(GPUS, row, 0, "What moves that most? By the engine, for the inputs as delivered", "heading")
    book.heads(GPUS, row + 1, ("Input", "From … to", "Pays from, at the one", "Pays from, at the other"), _NUMBERS)
    for place, swing in enumerate(hosting.swings, row + 2):
        ends = [NEVER if end is None else end for end in (swing.low, swing.high)]
        cells = [
            Formula(f"=IF(inputs_changed=0,{quoted(end) if isinstance(end, str) else end},{quoted(NOT_COMPUTED)})", end)
            for end in ends
        ]
        values: list[Value] = [swing.name, f"{swing.at_low} … {swing.at_high}", *cells]
        book.put_row(GPUS, place, values, ("bold", "wrap", "whole", "whole"))
    return row + len(hosting.swings) + 3


def _curves(book: Book, places: Places, own: Block, hosting: Rivalry, row: int) -> int:
    """Costs over volume, a row for each; returns the first row."""
    rivals = [next(b for b in places.content.blocks if b.option == c.option) for c in hosting.curves[1:]]
    book.put(GPUS, row, 0, "What would it cost at other volumes?", "heading")
    heads = ("Requests a month", "", *(f"{own.label}, {level}" for level in _LEVELS), *(each.label for each in rivals))
    book.heads(GPUS, row + 1, heads, _NUMBERS)
    first = row + 2
    for place, points in enumerate(zip(*(curve.points for curve in hosting.curves), strict=True), first):
        volume, mine = here(place, 0), points[0]
        top = at(GPUS, places.plan_row(own), TOP)
        values: list[Value] = [mine.requests_per_month, None]
        for level, usd in enumerate((mine.low_usd, mine.usd, mine.high_usd)):
            text = owned(places.starts(own, level), volume, top, _parts(places.part_row(own), level))
            values.append(Formula(f"={text}", book.report.amount(usd)))
        for rival, point in zip(rivals, points[1:], strict=True):
            text = f"={places.total(rival, 1)}/requests*{volume}"
            values.append(Formula(text, book.report.amount(point.usd)))
        book.put_row(GPUS, place, values, ["whole", "text", *["money"] * (len(values) - 2)])
    return first


def _steps(book: Book, places: Places) -> None:
    """From how many requests a month on each number of copies is needed, found by the engine."""
    hosted = places.content.hosted
    said = "From so many requests a month on. Found by the engine, for no formula tells how long people queue."
    book.page(STEPS, "How many copies does which volume need?", said, (10, *(18,) * (3 * len(hosted))), FIRST)
    names = [f"{block.label}: {level}" for block in hosted for level in _LEVELS]
    book.heads(STEPS, FIRST - 1, ("Copies", *names), range(1 + 3 * len(hosted)))
    book.sheets[STEPS].set_row(FIRST - 1, 44)
    book.sheets[STEPS].print_area(0, 0, FIRST + _PRINTED_STEPS - 1, 3 * len(hosted))
    columns = [level for block in hosted if block.steps for level in block.steps.starts]
    for n in range(max(map(len, columns), default=0)):
        book.put(STEPS, FIRST + n, 0, n + 1, "whole")
        for column, starts in enumerate(columns, 1):
            if n < len(starts):
                book.put(STEPS, FIRST + n, column, starts[n], "number")
