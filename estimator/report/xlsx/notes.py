"""The sheets that formulas do not touch: assumptions, sources, and what this workbook is and how to read it."""

from estimator.report.summary import state_words, volume
from estimator.report.words import status_words
from estimator.report.xlsx.book import Book, Value
from estimator.report.xlsx.places import ABOUT, ASSUMPTIONS, FIRST, SOURCES
from pricing.currency import rate_words

_SOURCE_HEADS = ("No.", "Title", "Publisher", "Where", "Version", "Published", "Read on", "Licence")
_READING = (
    (
        "What may be changed",
        "The cells of Inputs that are blue on yellow. Each has a name, a unit, a source, a date and a status.",
    ),
    (
        "What follows",
        "Every amount on Summary, Comparison, Lines, Own GPUs and Budget, their charts and sentences, by formula.",
    ),
    (
        "What does not follow",
        "Figures said to be by the engine. They turn to 'not computed' as soon as an input is changed, so that nothing "
        "stale is left to read.",
    ),
    (
        "Volume",
        "Tokens grow with the volume in proportion. Own GPUs climb by whole copies of the model, as Steps tells.",
    ),
    (
        "Size of requests",
        "Tokens are scaled within the tiers of the price lists. Own GPUs are not computed at another size.",
    ),
    (
        "Own GPUs",
        "The model, the GPUs and how they are held stay as planned; their rents and rates, and staff, may be changed.",
    ),
    (
        "Light, typical, heavy",
        "A month with few, typical and many tokens for each request; on own GPUs also with low to high rents, and fast "
        "to slow engines.",
    ),
    (
        "Claims",
        "Prices that nobody lists are in italics and hatched. They are never counted as the cheapest.",
    ),
    (
        "Why cells are locked",
        "So that no formula is overwritten by mistake. There is no password: unprotect a sheet to change more.",
    ),
    ("What it is not", "It is no invoice. Prices were read on the dates shown, mostly from open price lists."),
)


def assumptions(book: Book) -> None:
    """Write the sheet of all that was taken for granted."""
    said = "What the figures as delivered take for granted, how sure that is, and the number of its source."
    book.page(ASSUMPTIONS, "What was taken for granted?", said, (120, 24, 10), FIRST)
    book.heads(ASSUMPTIONS, FIRST - 1, ("Assumption", "Status", "Source"))
    for row, each in enumerate(book.report.assumptions, FIRST):
        number = book.report.number(each.source) if each.source else None
        values: list[Value] = [each.text, status_words(each.status), number]
        book.put_row(ASSUMPTIONS, row, values, ("wrap", "text", "center"))
        book.fit_row(ASSUMPTIONS, row, {120: each.text})


def cited(book: Book) -> None:
    """Write the sheet of sources, by the numbers that stand beside the figures."""
    said = "Every figure leads here by its number. Addresses are text, so that nothing opens by itself."
    book.page(SOURCES, "Who says so?", said, (6, 46, 28, 60, 16, 12, 12, 30), FIRST)
    book.heads(SOURCES, FIRST - 1, _SOURCE_HEADS)
    for row, each in enumerate(book.report.sources, FIRST):
        values: list[Value] = [row - FIRST + 1, each.title, each.publisher, each.locator, each.version]
        values += [each.published_on, each.accessed_on, each.licence]
        styles = ("center", "wrap", "wrap", "wrap", "wrap", "date", "date", "wrap")
        book.put_row(SOURCES, row, values, styles)
        book.fit_row(SOURCES, row, {46: each.title, 28: each.publisher, 60: each.locator, 30: each.licence})


def about(book: Book) -> None:
    """Write the sheet that explains the others."""
    report, brand = book.report, book.report.brand
    scenario = report.comparison.scenario
    caching = "cached" if scenario.caching else "not cached"
    book.page(ABOUT, "What is this workbook, and how is it read?", "", (28, 120), 2)
    told = (
        ("For", brand.client),
        ("Prepared by", brand.prepared_by),
        ("Confidentiality", brand.confidentiality),
        ("The work", f"{report.comparison.workload.name}: {volume(report.comparison.workload)}."),
        ("Prices", state_words(report)),
        ("Terms", f"{str(scenario.mode).capitalize()} service, repeated input {caching}."),
        ("Currency", rate_words(report.exchange) or "Amounts are in US dollars, as prices are."),
        *_READING,
    )
    for row, (name, text) in enumerate(((name, text) for name, text in told if text), 2):
        book.put(ABOUT, row, 0, name, "bold")
        book.put(ABOUT, row, 1, text, "wrap")
        book.fit_row(ABOUT, row, {120: text})
