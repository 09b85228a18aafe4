"""A comparison for those who were not in front of the screen."""

from estimator.report.pdf import pdf
from estimator.report.words import count, is_sure, rate, status_words, usd, usd_range

__all__ = ["count", "is_sure", "pdf", "rate", "status_words", "usd", "usd_range"]
