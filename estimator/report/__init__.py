"""A comparison for those who were not in front of the screen."""

from estimator.report.bills import as_billed, exact, exact_range, headline
from estimator.report.brand import Brand
from estimator.report.budgets import budget_verdict, cause_words, chance_words, variance_headline
from estimator.report.content import Report, Terms, report
from estimator.report.fitting import fit_answer, offload_words
from estimator.report.locales import ENGLISH, forms, reader, separators
from estimator.report.pdf import pdf
from estimator.report.words import (
    cash,
    change,
    count,
    day,
    decimals,
    is_sure,
    item_words,
    money,
    money_range,
    multiple,
    rate,
    status_words,
    times,
    usd,
    usd_range,
)
from estimator.report.xlsx import xlsx

__all__ = [
    "ENGLISH",
    "Brand",
    "Report",
    "Terms",
    "as_billed",
    "budget_verdict",
    "cash",
    "cause_words",
    "chance_words",
    "change",
    "count",
    "day",
    "decimals",
    "exact",
    "exact_range",
    "fit_answer",
    "forms",
    "headline",
    "is_sure",
    "item_words",
    "money",
    "money_range",
    "multiple",
    "offload_words",
    "pdf",
    "rate",
    "reader",
    "report",
    "separators",
    "status_words",
    "times",
    "usd",
    "usd_range",
    "variance_headline",
    "xlsx",
]
