"""What a fleet costs a month: the place where GPU-hours meet money."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal

from estimator.selfhost.device import Device, price, rent
from estimator.selfhost.fleet import HOURS_PER_MONTH
from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_table

Tenure = Literal["rent", "reserved", "buy"]
Follows = Literal["replicas", "requests", "nothing"]  # What a quantity grows with.
TENURES: dict[Tenure, str] = {"rent": "rented by the hour", "reserved": "rented for a term", "buy": "bought"}
MONTHS_PER_YEAR = 12
_CENTS_OF_CENTS = Decimal("1e-9")
_GB = 1e9
_W_PER_KW = 1000
_NEEDS_A_SERVER = ("datacentre", "workstation", "consumer")
_NEEDS_A_RACK = ("datacentre",)


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
    """A part of a month's cost. `quantity` × `rate_usd` = `usd`; `low_usd` and `high_usd` bound it, made of the same.

    `follows` says what the quantities grow with, in proportion.
    """

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
    low_quantity: Decimal
    low_rate_usd: Decimal
    high_quantity: Decimal
    high_rate_usd: Decimal
    follows: Follows


@dataclass(frozen=True, slots=True)
class Holding:
    """What there is to pay for in a month: GPUs at the peak, hours of GPUs in use, weights on disk, tokens sent out."""

    gpus: float
    gpu_hours: float
    weights_bytes: float
    output_tokens: float


Holdings = tuple[Holding, Holding, Holding]
Amount = tuple[float | Decimal, Decimal]  # How much, and USD for each.


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


def _figure(name: str, level: int) -> Decimal:
    """A figure of data/ownership at a level: 0 is the cheapest end, 1 the middle, 2 the dearest."""
    fact = ownership_facts()[name]
    return (fact.low, fact.typical, fact.high)[level]


def _worth(name: str, level: int) -> Decimal:
    """A figure that lowers the cost, so that its high end is the cheap one."""
    return _figure(name, 2 - level)


def cost_lines(tenure: Tenure, device: Device, holdings: Holdings) -> tuple[CostLine, ...]:
    """All parts of a month's cost for little, typical and much to pay for.

    Raises InputError where the device has no rent, price or power on record.
    """
    have = _bought(device, holdings) if tenure == "buy" else (rent_line(device, holdings, tenure),)
    return (*have, *_running(holdings), staff_line())


def rent_line(device: Device, holdings: Holdings, tenure: Tenure = "rent") -> CostLine:
    """GPU-hours at what sellers ask: by the hour those in use; for a term those of the peak, around the clock."""
    asked = rent(device, "on_demand" if tenure == "rent" else "reserved")

    def at(level: int) -> Amount:
        have = holdings[level]
        hours = have.gpu_hours if tenure == "rent" else have.gpus * HOURS_PER_MONTH
        return hours, (asked.low, asked.typical, asked.high)[level]

    checked_on = asked.last_on.isoformat() if asked.last_on else ""
    return _line("gpu_rent", "GPU-hours", at, sources=asked.sources, status="derived", checked_on=checked_on)


def _bought(device: Device, holdings: Holdings) -> tuple[CostLine, ...]:
    asked = price(device)

    def hardware(level: int) -> Amount:
        """The loss of value of GPUs, spares and servers, a month: price × server × (1 − resale) / months."""
        of_new = (asked.low, asked.typical, asked.high)[level]
        gone = 1 - _worth("resale_share", level)
        lost = of_new * _server(device, level) * gone / (_figure("years", level) * MONTHS_PER_YEAR)
        return holdings[level].gpus * float(1 + _figure("spare_share", level)), lost

    def failures(level: int) -> Amount:
        """GPUs that fail for good, at the price of new ones."""
        of_new = (asked.low, asked.typical, asked.high)[level]
        return holdings[level].gpus * float(_figure("failure_share_per_year", level)) / MONTHS_PER_YEAR, of_new

    lines = [
        _line("hardware", "GPUs", hardware, sources=(*asked.sources, *_of("server_factor", "resale_share"))),
        _line("failures", "GPUs", failures, sources=(*asked.sources, *_of("failure_share_per_year"))),
        _power(device, holdings),
    ]
    return (*lines, _rack(device, holdings)) if device.class_ in _NEEDS_A_RACK else tuple(lines)


def _server(device: Device, level: int) -> Decimal:
    return _figure("server_factor", level) if device.class_ in _NEEDS_A_SERVER else Decimal(1)


def _kw(device: Device, level: int) -> float:
    """Power that one GPU and its share of the server draw."""
    if device.watts is None:
        raise InputError(f"no power of {device.name} is on record: add it to data/devices/devices.csv.")
    return device.watts / _W_PER_KW * float(_figure("drawn_share", level))


def _power(device: Device, holdings: Holdings) -> CostLine:
    """Power × PUE × tariff, around the clock."""

    def at(level: int) -> Amount:
        kwh = holdings[level].gpus * _kw(device, level) * float(_figure("pue", level)) * HOURS_PER_MONTH
        return kwh, _figure("electricity_usd_per_kwh", level)

    return _line("power", "kWh", at, sources=_of("electricity_usd_per_kwh", "pue", "drawn_share"))


def _rack(device: Device, holdings: Holdings) -> CostLine:
    def at(level: int) -> Amount:
        return holdings[level].gpus * _kw(device, level), _figure("rack_usd_per_kw_month", level)

    return _line("rack", "kW", at, sources=_of("rack_usd_per_kw_month", "drawn_share"))


def _running(holdings: Holdings) -> tuple[CostLine, CostLine]:
    """What every fleet needs besides: a disk for the weights, and the way out for answers."""

    def storage(level: int) -> Amount:
        return holdings[level].weights_bytes / _GB, _figure("storage_usd_per_gb_month", level)

    def egress(level: int) -> Amount:
        size = holdings[level].output_tokens * float(_figure("egress_bytes_per_token", level))
        return size / _GB, _figure("egress_usd_per_gb", level)

    return (
        _line("storage", "GB", storage, sources=_of("storage_usd_per_gb_month")),
        _line("egress", "GB", egress, sources=_of("egress_usd_per_gb", "egress_bytes_per_token"), follows="requests"),
    )


def staff_line() -> CostLine:
    """A share of an engineer: share × salary × on-cost, a month."""

    def at(level: int) -> Amount:
        post = _figure("staff_salary_usd_per_year", level) * _figure("staff_oncost_factor", level)
        return _figure("staff_share", level), post / MONTHS_PER_YEAR

    return _line("staff", "posts", at, sources=_of("staff_salary_usd_per_year", "staff_share"), follows="nothing")


@cache
def _of(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ownership_facts()[name].source for name in names))


def _line(
    name: str,
    unit: str,
    at: Callable[[int], Amount],
    *,
    sources: tuple[str, ...],
    status: str = "assumed",
    checked_on: str = "",
    follows: Follows = "replicas",
) -> CostLine:
    """The same plain sum at three levels; without a day of its own it is as old as its newest figure."""
    low, typical, high = ((quantity, usd.quantize(_CENTS_OF_CENTS)) for quantity, usd in map(at, range(3)))
    return CostLine(
        name=name,
        quantity=Decimal(str(typical[0])),
        unit=unit,
        rate_usd=typical[1],
        low_usd=to_usd(*low),
        usd=to_usd(*typical),
        high_usd=to_usd(*high),
        status=status,
        sources=tuple(dict.fromkeys(sources)),
        checked_on=checked_on or _newest(sources),
        low_quantity=Decimal(str(low[0])),
        low_rate_usd=low[1],
        high_quantity=Decimal(str(high[0])),
        high_rate_usd=high[1],
        follows=follows,
    )


@cache
def _newest(sources: tuple[str, ...]) -> str:
    """The day of the newest figure that these tell."""
    return max((f.date.isoformat() for f in ownership_facts().values() if f.source in sources), default="")
