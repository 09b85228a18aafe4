"""All sheets of the workbook, in the order of reading."""

from estimator.report.content import Report
from estimator.report.xlsx.book import Book
from estimator.report.xlsx.budget import budget, sensitivity
from estimator.report.xlsx.comparison import comparison
from estimator.report.xlsx.gpus import gpus
from estimator.report.xlsx.inputs import inputs
from estimator.report.xlsx.lines import lines
from estimator.report.xlsx.notes import about, assumptions, cited
from estimator.report.xlsx.overview import overview
from estimator.report.xlsx.places import SHEETS, Places
from estimator.report.xlsx.rows import content


def workbook(report: Report) -> bytes:
    """Write every sheet of a report and return the file."""
    found = content(report)
    book, places = Book(report, SHEETS), Places(found)
    overview(book, places)
    inputs(book, found)
    comparison(book, places)
    lines(book, places)
    gpus(book, places)
    budget(book, places)
    sensitivity(book, places)
    assumptions(book)
    cited(book)
    about(book)
    return book.close()
