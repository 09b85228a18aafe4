"""The sheets of the budget and of what moves the cost: both are of whatever option is the cheapest."""

from decimal import Decimal

from estimator.decision import Option
from estimator.report.content import Spending
from estimator.report.xlsx.book import NOT_COMPUTED, Book, Formula, Value, at, here, quoted
from estimator.report.xlsx.charts import budget_chart
from estimator.report.xlsx.costs import of_cheapest
from estimator.report.xlsx.places import BUDGET, FIRST, LOW, SENSITIVITY, Places
from estimator.selfhost import service_facts

OVER, DOUBTFUL = "over", "may be over"
_BUDGET_HEADS = ("Month", "Requests", "Light month", "Typical month", "Heavy month", "Limit", "Fits?")
_EFFECT_HEADS = (
    "Input",
    "At the one end",
    "At the other end",
    "Cost there",
    "Cost there",
    "Between them",
    "Rank",
    "By",
)
_BY_FORMULA, _BY_ENGINE = "formula", "engine, for the inputs as delivered"
_VOLUME, _SIZE, _PRICES = "Requests a month", "Size of requests", "The seller's prices"
_OWN_RANGE = "Rents, staff, speed of the engine"
_LINEAR = {_VOLUME, _SIZE, _PRICES, _OWN_RANGE}
_FORMULAS = 3


def budget(book: Book, places: Places) -> None:
    """Write the sheet of twelve months as the work grows."""
    said = "Of the cheapest way for today's inputs, at unchanged prices. Growth and limit stand on Inputs."
    book.page(BUDGET, "Does it fit the budget?", said, (22, 16, 16, 16, 16, 16, 16), FIRST)
    spending = book.report.spending
    if spending is None:
        unknown = "The cheapest are own GPUs, whose plan was not given: their months are not known."
        book.put(BUDGET, FIRST, 0, unknown if book.report.best else "No option has a listed price.", "bold")
        return
    book.heads(BUDGET, FIRST - 1, _BUDGET_HEADS, range(1, 6))
    for i in range(len(spending.months)):
        _month(book, places, spending, i)
    budget_chart(book)


def _month(book: Book, places: Places, spending: Spending, i: int) -> None:
    month, row, report = spending.months[i], FIRST + i, book.report
    volume, typical, high, limit = (here(row, column) for column in (1, 3, 4, 5))
    amounts = (month.low_usd, month.usd, month.high_usd)
    has_limit = spending.limit_usd is not None
    values: list[Value] = [
        f"{month.month:%B %Y}",
        Formula(f"=requests*(1+growth_per_month)^{i}", month.requests),
        *(Formula(f"={of_cheapest(places, volume, level)}", report.amount(usd)) for level, usd in enumerate(amounts)),
        Formula(
            '=IF(ISNUMBER(monthly_limit),monthly_limit,"")',
            report.amount(spending.limit_usd) if spending.limit_usd is not None else "",
        ),
        Formula(
            f'=IF({limit}="","no limit",IF(NOT(ISNUMBER({typical})),{quoted(NOT_COMPUTED)},'
            f'IF(ROUND({typical}-{limit},6)>0,"{OVER}",IF(ROUND({high}-{limit},6)>0,"{DOUBTFUL}","fits"))))',
            (OVER if month.over else DOUBTFUL if month.may_be_over else "fits") if has_limit else "no limit",
        ),
    ]
    book.put_row(BUDGET, row, values, ("bold", "number", "money", "money", "money", "money", "text"))


def sensitivity(book: Book, places: Places) -> None:
    """Write the sheet of what moves the cheapest option's month most. It names `effects`, a table of six columns."""
    said = "The cheapest way, with one input at both its ends and all others as they are."
    book.page(SENSITIVITY, "What moves the cost most?", said, (36, 22, 22, 16, 16, 16, 8, 36), FIRST)
    best = book.report.best
    if best is None:
        book.put(SENSITIVITY, FIRST, 0, "No option has a listed price.", "bold")
        return
    book.heads(SENSITIVITY, FIRST - 1, _EFFECT_HEADS, range(3, 6))
    rows = [*_by_formula(book, places, best), *_by_engine(book)]
    widths = [_width(values) for values in rows]
    ranked = sorted((i for i, width in enumerate(widths) if width is not None), key=lambda i: -(widths[i] or 0))
    last = FIRST + len(rows) - 1
    for i, values in enumerate(rows):
        row, width = FIRST + i, widths[i]
        low, high, apart = (here(row, column) for column in (3, 4, 5))
        column, above = at(SENSITIVITY, FIRST, 5, last), at(SENSITIVITY, FIRST, 5, row)
        between = f"=IF(AND(ISNUMBER({low}),ISNUMBER({high})),ABS({high}-{low}),{quoted(NOT_COMPUTED)})"
        rank = f'=IF(ISNUMBER({apart}),RANK({apart},{column})+COUNTIF({above},{apart})-1,"")'
        further: list[Value] = [
            Formula(between, NOT_COMPUTED if width is None else width),
            Formula(rank, ranked.index(i) + 1 if i in ranked else ""),
            _BY_ENGINE if i >= _FORMULAS else _BY_FORMULA,
        ]
        styles = ("bold", "text", "text", "money", "money", "money", "center", "text")
        book.put_row(SENSITIVITY, row, [*values, *further], styles)
    book.define("effects", at(SENSITIVITY, FIRST, 0, last, 6))


_Effect = tuple[Value, Value, Value, Formula, Formula]


def _by_formula(book: Book, places: Places, best: Option) -> list[_Effect]:
    """Volume, range and prices, in the order in which the engine asks for them."""
    known = {effect.name: effect for effect in book.report.effects}
    prices = service_facts()["api_price"]
    is_bought = best.kind == "api"

    def cost(usd: Decimal | None, text: str) -> Formula:
        return Formula(f"={text}", NOT_COMPUTED if usd is None else book.report.amount(usd))

    def ends(name: str) -> tuple[Decimal, Decimal]:
        return (known[name].low_usd, known[name].high_usd) if name in known else (best.usd, best.usd)

    def either(bought: str, owned: str) -> Formula:
        return Formula(f"=IF(cheapest_plan=0,{quoted(bought)},{quoted(owned)})", bought if is_bought else owned)

    half, double = ends(_VOLUME)
    typical = places.of_cheapest(LOW + 1)
    scaled = [f"IF(cheapest_plan=0,{typical}*{times},{quoted(NOT_COMPUTED)})" for times in (prices.low, prices.high)]
    by_price = [best.usd * times if is_bought else None for times in (prices.low, prices.high)]
    return [
        (
            _VOLUME,
            "half as many",
            "twice as many",
            cost(half, of_cheapest(places, "requests/2", 1)),
            cost(double, of_cheapest(places, "2*requests", 1)),
        ),
        (
            either(_SIZE, _OWN_RANGE),
            either("a light month", "at their best"),
            either("a heavy month", "at their worst"),
            cost(best.low_usd, places.of_cheapest(LOW)),
            cost(best.high_usd, places.of_cheapest(LOW + 2)),
        ),
        (
            _PRICES,
            f"× {prices.low.normalize():f}",
            f"× {prices.high.normalize():f}",
            cost(by_price[0], scaled[0]),
            cost(by_price[1], scaled[1]),
        ),
    ]


def _by_engine(book: Book) -> list[_Effect]:
    """What needs other prices than those of the workbook: it holds as long as no input is changed."""

    def cost(usd: Decimal) -> Formula:
        amount = book.report.amount(usd)
        return Formula(f"=IF(inputs_changed=0,{amount},{quoted(NOT_COMPUTED)})", amount)

    return [
        (effect.name, effect.at_low, effect.at_high, cost(effect.low_usd), cost(effect.high_usd))
        for effect in book.report.effects
        if effect.name not in _LINEAR
    ]


def _width(values: _Effect) -> Decimal | None:
    low, high = values[3].value, values[4].value
    return abs(high - low) if isinstance(low, Decimal) and isinstance(high, Decimal) else None
