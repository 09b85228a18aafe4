"""Figures with the numbers of their sources, and sources in full, for reports that people read on a page or a slide."""

from datetime import date

from estimator.decision import Assumption, Line, Option
from estimator.report.content import Report
from estimator.report.summary import how
from estimator.report.words import count, item_words, rate, status_words
from pricing.facts import Source


def numbers(report: Report, option: Option) -> str:
    """` [1, 5]`, the sources of what it costs."""
    cited = dict.fromkeys(report.number(line.source) for line in option.lines)
    return f" [{', '.join(map(str, sorted(cited)))}]" if cited else ""


def in_full(report: Report, option: Option) -> str:
    """An option with every line of it, each with its source, its date and its status."""
    span = report.money_range(option.low_usd, option.high_usd)
    head = f"{option.name} ({how(option, report)}): {report.money(option.usd)} a month, {span}."
    return " ".join([head, *(line_words(report, line) for line in option.lines)])


def line_words(report: Report, line: Line) -> str:
    checked = f", {day_words(date.fromisoformat(line.checked_on))}" if line.checked_on else ""
    return (
        f"{item_words(line.name, report.catalog.items)}: {count(line.quantity)} {line.unit} at "
        f"{rate(line.rate_usd, line.per)}, {report.money(line.usd)} "
        f"[{report.number(line.source)}, {status_words(line.status)}{checked}]."
    )


def assumption_words(report: Report, assumed: Assumption) -> str:
    cited = f", [{report.number(assumed.source)}]" if assumed.source else ""
    return f"{assumed.text} ({status_words(assumed.status)}{cited})"


def source_words(number: int, source: Source) -> str:
    published = f"published {day_words(source.published_on)}, " if source.published_on else ""
    return (
        f"[{number}] {source.title}. {source.publisher}. {' '.join(filter(None, (source.locator, source.version)))}, "
        f"{published}read {day_words(source.accessed_on)}. Licence: {source.licence}."
    )


def day_words(day: date) -> str:
    return f"{day:%-d %B %Y}"
