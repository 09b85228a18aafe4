"""A comparison for those who were not in front of the screen."""

from estimator.report.pdf import pdf
from estimator.report.words import change, count, is_sure, item_words, rate, status_words, times, usd, usd_range

__all__ = ["change", "count", "is_sure", "item_words", "pdf", "rate", "status_words", "times", "usd", "usd_range"]
