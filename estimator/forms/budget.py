"""Months ahead, and what a limit buys."""

from dataclasses import asdict
from typing import Any

from estimator.decision import Month, Purchase
from estimator.forms.compare import amounts_json
from estimator.workload import Workload
from pricing.currency import Rate


def month_json(month: Month, exchange: Rate) -> dict[str, Any]:
    amounts = amounts_json(month.usd, month.low_usd, month.high_usd, exchange)
    return asdict(month) | {"month": month_name(month)} | amounts


def month_name(month: Month) -> str:
    return f"{month.month:%Y-%m}"


def purchase_json(bought: Purchase, work: Workload) -> dict[str, Any]:
    """Whole units of the task that a limit pays for."""
    return {
        "unit": work.unit,
        "per_day": bought.per_day,
        "per_week": bought.per_week,
        "per_month": bought.per_month,
        "low_per_month": bought.low_per_month,
        "high_per_month": bought.high_per_month,
        "cadence": bought.cadence,
    }
