"""What a fleet costs a month: the place where GPU-hours meet money."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from estimator.selfhost.device import Rent
from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_table

_CENTS_OF_CENTS = Decimal("1e-9")
MONTHS_PER_YEAR = 12


class OwnershipFact(Fact):
    """A row of data/ownership/ownership.csv: a figure of running one's own, with its range."""

    name: str
    low: Decimal
    typical: Decimal
    high: Decimal
    unit: str
    status: str
    source: str
    date: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class CostLine:
    """A part of a month's cost. `quantity` × `rate_usd` = `usd`; `low_usd` and `high_usd` bound it."""

    name: str
    quantity: Decimal
    unit: str
    rate_usd: Decimal
    low_usd: Decimal
    usd: Decimal
    high_usd: Decimal
    status: str
    sources: tuple[str, ...]
    checked_on: str


@cache
def ownership_facts() -> dict[str, OwnershipFact]:
    """All figures by name. Raises InputError where a range is not in order."""
    rows = read_table(DATA / "ownership" / "ownership.csv", OwnershipFact)
    for row in rows:
        if not row.low <= row.typical <= row.high:
            raise InputError(f"ownership.csv, {row.name}: low, typical and high must rise in this order.")
    return {row.name: row for row in rows}


def to_usd(quantity: float | Decimal, rate_usd: Decimal) -> Decimal:
    """A quantity of physics at a rate in USD, as money: to a billionth of a dollar."""
    return (Decimal(str(quantity)) * rate_usd).quantize(_CENTS_OF_CENTS)


def gpu_line(gpu_hours: tuple[float, float, float], rent: Rent) -> CostLine:
    """A month's GPU-hours (low, typical, high) at what sellers ask for one: fewest at the least, most at the most."""
    low, typical, high = gpu_hours
    return CostLine(
        name="gpu_rent",
        quantity=Decimal(str(typical)),
        unit="GPU-hours",
        rate_usd=rent.typical,
        low_usd=to_usd(low, rent.low),
        usd=to_usd(typical, rent.typical),
        high_usd=to_usd(high, rent.high),
        status="derived",
        sources=rent.sources,
        checked_on=rent.last_on.isoformat() if rent.last_on else "",
    )


def staff_line() -> CostLine:
    """A share of an engineer: share × salary × on-cost, a month."""
    share, salary, oncost = (
        ownership_facts()[name] for name in ("staff_share", "staff_salary_usd_per_year", "staff_oncost_factor")
    )
    rate = salary.typical * oncost.typical / MONTHS_PER_YEAR
    return CostLine(
        name="staff",
        quantity=share.typical,
        unit="posts",
        rate_usd=rate,
        low_usd=to_usd(share.low, salary.low * oncost.low / MONTHS_PER_YEAR),
        usd=to_usd(share.typical, rate),
        high_usd=to_usd(share.high, salary.high * oncost.high / MONTHS_PER_YEAR),
        status="assumed",
        sources=(salary.source, share.source),
        checked_on=share.date.isoformat(),
    )
