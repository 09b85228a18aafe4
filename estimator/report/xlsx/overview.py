"""The first sheet: the answer, why, its range, own GPUs and the budget, in sentences that follow the figures."""

from math import ceil

from estimator.report.summary import Finding, findings
from estimator.report.xlsx.book import Book, Formula, Value, at, quoted
from estimator.report.xlsx.budget import DOUBTFUL, OVER
from estimator.report.xlsx.charts import comparison_chart
from estimator.report.xlsx.gpus import EARLIEST, each_copy
from estimator.report.xlsx.places import (
    BUDGET,
    FIRST,
    GUESSES,
    LOW,
    PLACE,
    RANGE_WORDS,
    SUMMARY,
    SURE,
    TO_DO,
    TYPICAL_WORDS,
    Places,
)
from estimator.report.xlsx.spoken import count, money

_NOTHING = "Not computed for these inputs."
_WIDTH = 110
_LETTERS = {"answer": 96, "wrap": 128}  # As many as fit a line of the wide column.
_LINE_HEIGHT = {"answer": 19.0, "wrap": 13.5}


def overview(book: Book, places: Places) -> None:
    """Write the sheet. Sentences that state figures are formulas; delivered, they read as in every other form."""
    report, brand = book.report, book.report.brand
    who = " · ".join(filter(None, (brand.client, brand.prepared_by and f"prepared by {brand.prepared_by}")))
    book.page(SUMMARY, report.title, who, (24, _WIDTH), 3)
    book.put(SUMMARY, 2, 0, brand.confidentiality, "note")
    book.logo(SUMMARY, 0, 2)
    texts = {} if report.best is None else _texts(places)
    row = 4
    for finding in findings(report):
        row = _finding(book, row, finding, texts.get(finding.title))
    if report.best is not None:
        row = _key_figures(book, places, row + 1)
    book.put(SUMMARY, row + 1, 0, "How to read this", "heading")
    said = "Change the cells of Inputs that are blue on yellow: the sentences, tables and charts of all sheets follow."
    book.put(SUMMARY, row + 1, 1, said, "wrap")
    if report.options:
        comparison_chart(book, places, SUMMARY, row + 3, is_small=True)
    book.sheets[SUMMARY].fit_to_pages(1, 1)


def _finding(book: Book, row: int, finding: Finding, formula: str | None) -> int:
    style = "answer" if row == 4 else "wrap"
    book.put(SUMMARY, row, 0, finding.title, "heading")
    book.put(SUMMARY, row, 1, Formula(f"={formula}", finding.text) if formula else finding.text, style)
    lines = ceil(len(finding.text) / _LETTERS[style])
    book.sheets[SUMMARY].set_row(row, _LINE_HEIGHT[style] * lines + 10)
    return row + 1


def _key_figures(book: Book, places: Places, row: int) -> int:
    best = book.report.best
    assert best is not None  # noqa: S101 - asked for only where there is one
    label = next(block.label for block in places.content.compared if block.option == best)
    amount = book.report.amount
    figures: tuple[tuple[str, str, Value, str], ...] = (
        ("Cheapest", places.of_cheapest(1), label, "text"),
        ("Typical month", places.of_cheapest(LOW + 1), amount(best.usd), "money"),
        ("Light month", places.of_cheapest(LOW), amount(best.low_usd), "money"),
        ("Heavy month", places.of_cheapest(LOW + 2), amount(best.high_usd), "money"),
        ("Requests a month", "requests", places.content.requests, "number"),
        ("Inputs changed", "inputs_changed", 0, "whole"),
    )
    for place, (name, text, value, style) in enumerate(figures, row):
        book.put(SUMMARY, place, 0, name, "bold")
        assert not isinstance(value, Formula)  # noqa: S101 - they are the results of formulas
        book.put(SUMMARY, place, 1, Formula(f"={text}", value), style, "left")  # type: ignore[arg-type]
    return row + len(figures)


def _texts(places: Places) -> dict[str, str]:
    """The formula of each finding by its title."""
    sure = places.compared(SURE)
    found = {
        "The answer": _answer(places),
        "Why this one": _why(places),
        "How sure that is": _how_sure(places),
        "What moves it most": _moves(places),
        "What to do next": _next(places),
    }
    if places.content.report.spending is not None:
        found["The budget"] = _budget(places)
    texts = {title: f"IF(COUNT({sure})=0,{quoted(_NOTHING)},{text})" for title, text in found.items()}
    hosting = places.content.report.hosting
    if hosting is not None and any(block.option == hosting.option for block in places.content.hosted):
        texts["Own GPUs"] = _own_gpus(places)
    return texts


def _joined(*parts: str) -> str:
    """Texts and formulas one after another; our own words come quoted."""
    return "&".join(parts)


def _volume() -> str:
    units = f'{count("volume")}&" "&unit_name&" a month"'
    return f'{units}&IF(requests_per_unit=1,"",", which take "&{count("requests")}&" requests")'


def _answer(places: Places) -> str:
    typical, ends = places.of_cheapest(TYPICAL_WORDS), places.of_cheapest(RANGE_WORDS)
    said = ('", costs about "', typical, '" a month with "', places.of_cheapest(1), '", "', ends)
    return _joined("work_name", '", "', _volume(), *said, '" from a light to a heavy month."')


def _why(places: Places) -> str:
    counted, place = f"COUNT({places.compared(SURE)})", places.compared(PLACE)

    def at_place(n: str, column: int) -> str:
        return f"INDEX({places.compared(column)},MATCH({n},{place},0))"

    several = _joined(
        '"It is the cheapest of "',
        counted,
        '" ways with a price that somebody stands behind. The next is "',
        at_place("2", 1),
        '" at "',
        at_place("2", TYPICAL_WORDS),
        '", the dearest "',
        at_place(counted, 1),
        '" at "',
        at_place(counted, TYPICAL_WORDS),
        '". Whether it does the work well enough, only your own examples can tell."',
    )
    return f'IF({counted}=1,"It is the only way in this comparison that has a listed price.",{several})'


def _how_sure(places: Places) -> str:
    return _joined('"A month may come to "', places.of_cheapest(RANGE_WORDS), '"."', places.of_cheapest(GUESSES))


def _own_gpus(places: Places) -> str:
    report = places.content.report
    own = next(b for b in places.content.hosted if report.hosting and b.option == report.hosting.option)
    total = places.total(own, 1)
    copies = 'IF(own_copies>1,own_copies&" × ","")'
    costs = _joined(
        quoted(f"{own.option.name} ("),
        copies,
        quoted(f"{each_copy(own)}) would cost "),
        money(total, report.exchange.currency),
        '" a month."',
    )
    if report.hosting is None or report.hosting.watched is None:
        told = costs
    else:
        against, pays = "INDEX(break_evens,rival,1)", f"INDEX(break_evens,rival,{EARLIEST + 2})"
        later = f'"from "&{count(pays)}&" requests a month on"'
        where = f'IF({pays}<=requests,"already at today\'s volume",{later})'
        cheaper = f'" It costs less than "&{against}&" "&{where}&"."&{_against_best(places)}'
        never = f'" At no volume in view is that less than "&{against}&"."'
        told = f"{costs}&IF(ISNUMBER({pays}),{cheaper},{never})"
    return f"IF(ISNUMBER({total}),{told},{quoted(_NOTHING)})"


def _against_best(places: Places) -> str:
    """That own GPUs do not pay against the cheapest, where they pay against something dearer only."""
    best = places.of_cheapest(1)
    row = f"MATCH({best},INDEX(break_evens,0,1),0)"
    said = f'" Against the best buy, "&{best}&", it does so at no volume in view."'
    pays = f"ISNUMBER(INDEX(break_evens,{row},{EARLIEST + 2}))"
    return f'IF(ISNUMBER({row}),IF({pays},"",{said}),"")'


def _budget(places: Places) -> str:
    spending, currency = places.content.report.spending, places.content.report.exchange.currency
    assert spending is not None  # noqa: S101 - asked for only where there is one
    end = FIRST + len(spending.months) - 1
    fits, names = at(BUDGET, FIRST, 6, end), at(BUDGET, FIRST, 0, end)
    last, amount = at(BUDGET, end, 0), money(at(BUDGET, end, 3), currency)
    limit, first = money("monthly_limit", currency), f'MATCH("{OVER}",{fits},0)'
    rate = 'ROUND(growth_per_month*100,6)&" % a month, "'
    growing = f'"Growing by "&{rate}'
    free = f'{growing}&"a month comes to "&{amount}&" in "&{last}&"."'
    heavy = f'" A heavy month may pass it from "&INDEX({names},MATCH("{DOUBTFUL}",{fits},0))&" on."'
    doubt = f'IF(COUNTIF({fits},"{DOUBTFUL}")>0,{heavy},"")'
    stays = f'{growing}&"all twelve months stay within "&{limit}&", the last at "&{amount}&"."&{doubt}'
    never = f'{limit}&" a month is not enough: "&{last}&" would come to "&{amount}&"."'
    passes = f'{growing}&"the work passes "&{limit}&" a month in "&INDEX({names},{first})&"."'
    held = f'IF(COUNTIF({fits},"{OVER}")=0,{stays},IF({first}=1,{never},{passes}))'
    whole = f"COUNT({at(BUDGET, FIRST, 3, end)})={len(spending.months)}"
    return f"IF({whole},IF(ISNUMBER(monthly_limit),{held},{free}),{quoted(_NOTHING)})"


def _moves(places: Places) -> str:
    currency = places.content.report.exchange.currency

    def effect(n: int) -> str:
        def column(k: int) -> str:
            return f"INDEX(effects,MATCH({n},INDEX(effects,0,7),0),{k})"

        low, high = (money(column(k), currency) for k in (4, 5))
        return f'{column(1)}&": "&{column(2)}&" "&{low}&", "&{column(3)}&" "&{high}'

    return f'{effect(1)}&". "&{effect(2)}&"."'


def _next(places: Places) -> str:
    limit = 'IF(ISNUMBER(monthly_limit),""," Set a monthly limit, and have it watched.")'
    return _joined(places.of_cheapest(TO_DO), limit)
