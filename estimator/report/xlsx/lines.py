"""The sheet of lines: quantity × rate / per for every part of every option, in a light, a typical and a heavy month."""

from collections.abc import Sequence
from decimal import Decimal

from estimator.decision import Line, Option
from estimator.report.words import item_words, status_words
from estimator.report.xlsx.book import NOT_COMPUTED, Book, Formula, Value, at, here, quoted
from estimator.report.xlsx.places import AMOUNT, BASE, FIRST, GPUS, LINES, PER, QUANTITY, RATE, REPLICAS, Places
from estimator.report.xlsx.rows import Block, Content, Row, Triple

_HEADS = (
    "Option and part",
    "Applies",
    "For each",
    "Unit",
    "Light",
    "Typical",
    "Heavy",
    "Quantity, light",
    "Quantity, typical",
    "Quantity, heavy",
    "Rate in USD, low",
    "Rate in USD, typical",
    "Rate in USD, high",
    "Per",
    "Light month",
    "Typical month",
    "Heavy month",
    "Source",
    "Read on",
    "Status",
)
_WIDTHS = (36, 22, 11, 10, *(9,) * 3, *(14,) * 3, *(11,) * 3, 10, *(13,) * 3, 8, 11, 22)
_STYLES = ("text", "wrap", "text", "text", *("number",) * 6, *("rate",) * 3, "whole", *("money",) * 3, "center")
_DRIVERS = {
    "tokens in": ("request", "requests*tokens_in_scale"),
    "tokens out": ("request", "requests*tokens_out_scale"),
    "requests": ("request", "requests"),
    "replicas": ("replica", ""),
    "nothing": ("month", "1"),
}


def lines(book: Book, places: Places) -> None:
    """Write the sheet."""
    content = places.content
    said = "Quantity × rate / per = amount, at the rate of exchange on Inputs. Quantities grow with the volume there."
    book.page(LINES, "What is each figure made of?", said, _WIDTHS, FIRST)
    book.heads(LINES, FIRST - 1, _HEADS, range(BASE, AMOUNT + 3))
    for block in content.blocks:
        _block(book, places, block)


def _block(book: Book, places: Places, block: Block) -> None:
    row, option = places.block_row(block), block.option
    for column in range(len(_HEADS)):
        book.put(LINES, row, column, None, "block")
    book.put(LINES, row, 0, block.label, "block")
    book.put(LINES, row, 1, block.how, "block")
    for level, usd in enumerate((option.low_usd, option.usd, option.high_usd)):
        total = Formula(f"={_total(block, places.content, row, level)}", book.report.amount(usd))
        book.put(LINES, row, AMOUNT + level, total, "block", "money")
    for place, each in enumerate(block.rows, row + 1):
        _line(book, places, block, place, each)
    for place, line in enumerate(option.lines if not block.rows else (), row + 1):
        _as_told(book, place, line)


def _total(block: Block, content: Content, row: int, level: int) -> str:
    """The sum of the lines. Bought by the token, the least and the most of the three months bound it."""
    if not block.rows:
        usd = (block.option.low_usd, block.option.usd, block.option.high_usd)[level]
        return f"IF({as_delivered(content)},{usd}*exchange_rate,{quoted(NOT_COMPUTED)})"
    first, last = row + 1, row + len(block.rows)
    whole = f"{here(first, AMOUNT + level)}:{here(last, AMOUNT + level)}"
    if not block.is_bought:
        return f"IF(COUNT({whole})={len(block.rows)},SUM({whole}),{quoted(NOT_COMPUTED)})"
    if level == 1:
        return f"SUM({whole})"

    def column(start: int) -> str:
        return f"{here(first, start)}:{here(last, start)}"

    sums = (f"SUMPRODUCT({column(QUANTITY + k)},{column(RATE + level)}/{column(PER)})" for k in range(3))
    return f"{'MIN' if level == 0 else 'MAX'}({','.join(sums)})*exchange_rate"


def as_delivered(content: Content) -> str:
    """A formula's test whether the work is of the size and volume that own GPUs were planned for."""
    return f"AND(ABS(requests-{content.requests})<0.000001*requests,tokens_in_scale=1,tokens_out_scale=1)"


def _line(book: Book, places: Places, block: Block, row: int, each: Row) -> None:
    name = _DRIVERS[each.follows][0]
    base: Sequence[Value] = each.base if each.share is None else _named(each.share.name, each.base)
    values: list[Value] = [f"   {each.what}", each.applies, name, each.unit, *base]
    values += [_quantity(places, block, row, each, level) for level in range(3)]
    values += _named(each.rate.name, each.rate.values, is_range=each.rate.is_range)
    values += [each.per, *(_amount(book, row, level, each.usd[level]) for level in range(3)), each.rate.source]
    book.put_row(LINES, row, [*values, each.rate.checked_on, each.rate.status], [*_STYLES, "text", "text"])


def _named(name: str, values: Triple, *, is_range: bool = True) -> list[Formula]:
    """The cells of an input at its three levels."""
    names = (f"{name}_low", name, f"{name}_high") if is_range else (name,) * 3
    return [Formula(f"={each}", value) for each, value in zip(names, values, strict=True)]


def _quantity(places: Places, block: Block, row: int, each: Row, level: int) -> Formula:
    base, value = here(row, BASE + level), each.quantities[level]
    if each.follows in {"tokens in", "tokens out"} or block.is_bought:
        return Formula(f"={base}*{_DRIVERS[each.follows][1]}", value)
    replicas = at(GPUS, places.plan_row(block), REPLICAS + level)
    driver = replicas if each.follows == "replicas" else _DRIVERS[each.follows][1]
    return Formula(f"=IF(ISNUMBER({replicas}),{base}*{driver},{quoted(NOT_COMPUTED)})", value)


def _amount(book: Book, row: int, level: int, usd: Decimal) -> Formula:
    quantity, rate, per = here(row, QUANTITY + level), here(row, RATE + level), here(row, PER)
    text = f"=IF(ISNUMBER({quantity}),{quantity}*{rate}/{per}*exchange_rate,{quoted(NOT_COMPUTED)})"
    return Formula(text, book.report.amount(usd))


def _as_told(book: Book, row: int, line: Line) -> None:
    """A line that no formula follows: the engine's, at the volume as delivered."""
    empty: list[Value] = [None]
    values = [f"   {item_words(line.name, {})}", line.applies, "as delivered", line.unit, *empty * 4, line.quantity]
    values += [*empty * 2, line.rate_usd, None, line.per, *empty * 3, book.report.number(line.source)]
    book.put_row(LINES, row, [*values, line.checked_on, status_words(line.status)], [*_STYLES, "text", "text"])


def checked_on(option: Option) -> str:
    """The oldest day on which one of its prices was read."""
    return min((line.checked_on for line in option.lines if line.checked_on), default="")
