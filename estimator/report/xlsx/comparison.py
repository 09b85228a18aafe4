"""The sheet that sets the options side by side, and the chart of what they cost."""

from typing import Any

from estimator.report.words import status_words
from estimator.report.xlsx.book import NOT_COMPUTED, Book, Formula, Value, at, here, quoted
from estimator.report.xlsx.charts import comparison_chart
from estimator.report.xlsx.lines import checked_on
from estimator.report.xlsx.places import (
    COMPARISON,
    FIRST,
    LOW,
    PLACE,
    PLAN,
    SURE,
    Places,
)
from estimator.report.xlsx.rows import Block
from estimator.report.xlsx.spoken import money, span

_HEADS = (
    "Rank",
    "Option",
    "How",
    "Light month",
    "Typical month",
    "Heavy month",
    "Against the cheapest",
    "Status",
    "Prices read on",
    "Sources",
)
_HELPERS = ("Counted", "Place", "Typical in words", "Range in words", "Guesses", "To do", "Own GPUs no.")
_WIDTHS = (6, 38, 42, 15, 15, 15, 12, 30, 12, 34)
_TYPICAL = LOW + 1


def comparison(book: Book, places: Places) -> None:
    """Write the sheet. It names `cheapest`, the place of the cheapest option that a seller or we stand behind."""
    options = places.content.compared
    said = "By month, from a light to a heavy one. Claims are in italics and have no rank."
    book.page(COMPARISON, "What does each way cost?", said, _WIDTHS, FIRST)
    if not options:
        book.put(COMPARISON, _without_price(book, FIRST), 1, "No option has a price.", "bold")
        return
    book.heads(COMPARISON, FIRST - 1, _HEADS, range(LOW, LOW + 4))
    for column, name in enumerate(_HELPERS, SURE):
        book.put(COMPARISON, FIRST - 1, column, name, "note")
    book.sheets[COMPARISON].set_column(SURE - 1, PLAN, None, None, {"hidden": True})
    for row, block in enumerate(options, FIRST):
        _option(book, places, row, block)
    end = FIRST + len(options)
    sure = places.compared(SURE)
    first = next((i for i, block in enumerate(options, 1) if block.is_sure), 1)
    found = Formula(f"=IF(COUNT({sure})=0,{first},MATCH(MIN({sure}),{sure},0))", first)
    book.put(COMPARISON, end, SURE, found, "note")
    book.define("cheapest", at(COMPARISON, end, SURE))
    plan = Formula(f"={places.of_cheapest(PLAN)}", _plan(places, options[first - 1]))
    book.put(COMPARISON, end, PLAN, plan, "note")
    book.define("cheapest_plan", at(COMPARISON, end, PLAN))
    _mark_cheapest(book, end)
    comparison_chart(book, places, COMPARISON, _without_price(book, end + 1))


def _option(book: Book, places: Places, row: int, block: Block) -> None:
    option, report = block.option, book.report
    best = report.best.usd if report.best else None
    amounts = [report.amount(usd) for usd in (option.low_usd, option.usd, option.high_usd)]
    typical = here(row, _TYPICAL)
    ratio = option.usd / best if best and block.is_sure else ""
    status = status_words(option.status) if block.is_bought else "worked out from rents and wages"
    values: list[Value] = [
        Formula(f'=IF(ISNUMBER({here(row, PLACE)}),{here(row, PLACE)},"")', _place(places, block)),
        block.label,
        block.how,
        *(Formula(f"={places.total(block, level)}", amount) for level, amount in enumerate(amounts)),
        Formula(f'=IF(ISNUMBER({here(row, SURE)}),{typical}/MIN({places.compared(SURE)}),"")', ratio),
        status,
        checked_on(option),
        ", ".join(map(str, sorted({report.number(id_) for id_ in option.sources}))),
    ]
    styles = ("center", "bold", "wrap", "money", "money", "money", "times", "text", "text", "text")
    book.put_row(COMPARISON, row, values, styles, *(() if block.is_sure else ("claim",)))
    _helpers(book, places, row, block)


def _place(places: Places, block: Block) -> float | str:
    sure = [each for each in places.content.compared if each.is_sure]
    return sure.index(block) + 1 if block.is_sure else ""


def _helpers(book: Book, places: Places, row: int, block: Block) -> None:
    """What other sheets ask for by the place of an option: hidden columns."""
    option, report = block.option, book.report
    low, typical, high = (here(row, LOW + level) for level in range(3))
    sure, column = here(row, SURE), places.compared(SURE)
    above = f"{at(COMPARISON, FIRST, SURE, row)}"
    counted = Formula(f'=IF(ISNUMBER({typical}),{typical},"")', report.amount(option.usd)) if block.is_sure else ""
    place = Formula(
        f'=IF(ISNUMBER({sure}),RANK({sure},{column},1)+COUNTIF({above},{sure})-1,"")', _place(places, block)
    )
    currency = report.exchange.currency

    def said(text: str, value: str) -> Formula:
        return Formula(f"=IF(ISNUMBER({typical}),{text},{quoted(NOT_COMPUTED)})", value)

    ends = span(money(low, currency), money(high, currency))
    values: list[Value] = [
        counted,
        place,
        said(money(typical, currency), report.money(option.usd)),
        said(ends, report.money_range(option.low_usd, option.high_usd)),
        guesses(block),
        to_do(block),
        _plan(places, block),
    ]
    for place_, value in enumerate(values, SURE):
        book.put(COMPARISON, row, place_, value, "note")


def _plan(places: Places, block: Block) -> int:
    """Its place among the own GPUs, from 1 on; 0 is bought by the token, -1 known at the volume as delivered only."""
    return places.content.hosted.index(block) + 1 if block.steps else 0 if block.is_bought else -1


def guesses(block: Block) -> str:
    """How many of its assumptions are guesses, as the summary says it."""
    assumptions = block.option.assumptions
    guessed = sum(a.status in {"guess", "assumed"} for a in assumptions)
    said = f" {guessed} of its {len(assumptions)} assumptions are guesses: put your own figures there."
    return said if guessed else ""


def to_do(block: Block) -> str:
    """What is to be done next if it is the cheapest, as the summary says it."""
    said = f"Try {block.option.name} on twenty of your own examples before you choose it."
    if any(a.status == "guess" for a in block.option.assumptions):
        said += " Replace the guesses in the list of assumptions by figures from a usage export."
    return said


def _mark_cheapest(book: Book, end: int) -> None:
    mark: dict[str, Any] = {"type": "formula", "criteria": f"=${here(FIRST, 0)}=1"}
    mark["format"] = book.workbook.add_format({"bold": True, "bg_color": "#e3f2e6"})
    book.sheets[COMPARISON].conditional_format(FIRST, 0, end - 1, len(_HEADS) - 1, mark)


def _without_price(book: Book, row: int) -> int:
    """The models for which no honest figure exists, and why; returns the next free row."""
    missing = book.report.comparison.unpriced
    if not missing:
        return row + 1
    book.put(COMPARISON, row, 1, "Without a price", "heading")
    for place, each in enumerate(missing, row + 1):
        book.put(COMPARISON, place, 1, each.name, "bold")
        book.put(COMPARISON, place, 2, each.reason)
    return row + len(missing) + 2
