"""Accelerators: what they can do, who says so, and what one costs to rent or to buy."""

import difflib
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from statistics import median, quantiles
from typing import Literal, get_args

from pydantic import Field

from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_table

GIGA, TERA = 1e9, 1e12
Commitment = Literal["on_demand", "spot", "reserved"]
_COMMITMENTS = dict(zip(get_args(Commitment), ("on demand", "as spot", "for a term"), strict=True))
_FRESH = timedelta(days=180)  # Rents moved by half within 2026, so older quotes say little about today.


class Device(Fact):
    """A row of data/devices/devices.csv. Rates are dense peaks of one GPU; a blank cell is unknown.

    `link_gb_per_s` is one direction, among the `link_gpus` that share the fast link.
    """

    id: str
    name: str
    vendor: str
    class_: Literal["datacentre", "workstation", "consumer", "desktop"] = Field(alias="class")
    memory_gb: float = Field(gt=0)
    memory_tb_per_s: float = Field(gt=0)
    bf16_tflops: float | None = Field(default=None, gt=0)
    fp8_tflops: float | None = Field(default=None, gt=0)
    fp4_tflops: float | None = Field(default=None, gt=0)
    link_gb_per_s: float | None = Field(default=None, gt=0)
    link_gpus: int = Field(default=1, ge=1)
    watts: float | None = Field(default=None, gt=0)
    certainty: Literal["checked", "one source", "secondary", "derived", "unverified", "estimate", "roadmap"]
    compute_source: str = ""
    memory_source: str
    link_source: str = ""
    power_source: str = ""
    checked_on: date
    note: str = ""

    def __hash__(self) -> int:
        return hash(self.id)  # Its facts are many, and it is looked up often.

    @property
    def hbm_bytes(self) -> float:
        return self.memory_gb * GIGA

    @property
    def hbm_bytes_per_s(self) -> float:
        return self.memory_tb_per_s * TERA

    @property
    def link_bytes_per_s(self) -> float | None:
        return self.link_gb_per_s and self.link_gb_per_s * GIGA

    @property
    def sources(self) -> tuple[str, ...]:
        """The ids of the sources behind its figures."""
        named = (self.compute_source, self.memory_source, self.link_source, self.power_source)
        return tuple(dict.fromkeys(s for s in named if s))

    def flops_per_s(self, bits: float) -> float:
        """Peak FLOP/s for weights of `bits` each. Formats that the chip lacks run at the next wider one's rate.

        Raises InputError where no rate is on record.
        """
        rates = ((4, self.fp4_tflops), (8, self.fp8_tflops), (16, self.bf16_tflops))
        known = [(width, rate) for width, rate in rates if rate]
        if not known:
            raise InputError(f"{self.name} has no compute rate on record: add one to data/devices/devices.csv.")
        wide_enough = [rate for width, rate in known if width >= bits]
        return (wide_enough or [known[-1][1]])[0] * TERA


class DeviceAlias(Fact):
    """A row of data/devices/aliases.csv: another spelling of a device's id."""

    alias: str
    device: str


class RentalQuote(Fact):
    """A row of data/devices/rentals.csv: what a seller asked for one GPU for an hour. `as_of` blank is undated."""

    device: str
    provider: str
    usd_per_gpu_hour: Decimal = Field(gt=0)
    commitment: Commitment
    region: str = ""
    as_of: date | None = None
    source: str


class PurchaseQuote(Fact):
    """A row of data/devices/purchases.csv: what one GPU (or a whole desktop) costs to buy. `as_of` blank is undated."""

    device: str
    seller: str
    usd: Decimal = Field(gt=0)
    condition: Literal["new", "used"]
    as_of: date | None = None
    certainty: Literal["secondary", "unverified", "estimate"]
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Price:
    """USD for one device, new where there are quotes of new ones: the median between the least and the most."""

    low: Decimal
    typical: Decimal
    high: Decimal
    condition: str
    certainty: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RentMonth:
    """USD per GPU-hour on demand in one month: quartiles of the quotes dated in it."""

    month: date
    quotes: int
    lower: Decimal
    median: Decimal
    upper: Decimal


@dataclass(frozen=True, slots=True)
class Rent:
    """USD per GPU-hour: the median of `quotes` quotes between their first and last tenth, from `first_on`."""

    low: Decimal
    typical: Decimal
    high: Decimal
    quotes: int
    first_on: date | None
    last_on: date | None
    sources: tuple[str, ...]


@cache
def devices() -> dict[str, Device]:
    """Every device on record, by id."""
    return {device.id: device for device in read_table(DATA / "devices" / "devices.csv", Device)}


@cache
def _names() -> dict[str, Device]:
    known = devices()
    names = {_plain(name): device for device in known.values() for name in (device.id, device.name)}
    aliases = read_table(DATA / "devices" / "aliases.csv", DeviceAlias)
    return names | {_plain(a.alias): known[a.device] for a in aliases}


def _plain(name: str) -> str:
    """Names are compared without case, and with blanks and underscores as hyphens."""
    return re.sub(r"[\s_]+", "-", name.strip().lower())


def find_device(name: str) -> Device:
    """The device of this id, name or alias. Raises InputError with the nearest names."""
    device = _names().get(_plain(name))
    if device is None:
        near = difflib.get_close_matches(_plain(name), _names(), n=3)
        hint = f" Did you mean {', '.join(_names()[n].id for n in near)}?" if near else ""
        raise InputError(f"no device called {name} is on record.{hint}")
    return device


@cache
def rentals() -> tuple[RentalQuote, ...]:
    """Every rental quote on record."""
    return read_table(DATA / "devices" / "rentals.csv", RentalQuote)


@cache
def rent(device: Device, commitment: Commitment = "on_demand") -> Rent:
    """What an hour of one GPU costs, by the dated quotes of the last half year on record for it.

    Undated quotes count only where there are no others. Raises InputError where there are none at all.
    """
    asked = [q for q in rentals() if q.device == device.id and q.commitment == commitment]
    if not asked:
        kind = "" if commitment == "on_demand" else f" {_COMMITMENTS[commitment]}"
        raise InputError(f"no rental quote{kind} for {device.name} is on record: add one to data/devices/rentals.csv.")
    days = [q.as_of for q in asked if q.as_of]
    fresh = [q for q in asked if q.as_of and q.as_of >= max(days) - _FRESH] or asked
    prices = [q.usd_per_gpu_hour for q in fresh]
    tenths = quantiles(prices, n=10, method="inclusive") if len(prices) > 1 else prices
    kept = [q.as_of for q in fresh if q.as_of]
    return Rent(
        low=tenths[0],
        typical=median(prices),
        high=tenths[-1],
        quotes=len(fresh),
        first_on=min(kept, default=None),
        last_on=max(kept, default=None),
        sources=tuple(sorted({q.source for q in fresh})),
    )


@cache
def rent_by_month(device: Device) -> tuple[RentMonth, ...]:
    """How rents on demand moved, month by month. Sellers differ from month to month, so read it with the dots."""
    months: dict[date, list[Decimal]] = {}
    for quote in dated_rents(device):
        if quote.as_of:
            months.setdefault(quote.as_of.replace(day=1), []).append(quote.usd_per_gpu_hour)
    return tuple(_month(month, prices) for month, prices in sorted(months.items()))


def _month(month: date, prices: list[Decimal]) -> RentMonth:
    lower, middle, upper = quantiles(prices, n=4, method="inclusive") if len(prices) > 1 else prices * 3
    return RentMonth(month, len(prices), lower, middle, upper)


def dated_rents(device: Device) -> tuple[RentalQuote, ...]:
    """Its quotes on demand that have a day, oldest first."""
    asked = [q for q in rentals() if q.device == device.id and q.commitment == "on_demand" and q.as_of]
    return tuple(sorted(asked, key=lambda q: q.as_of or date.min))


@cache
def purchases() -> tuple[PurchaseQuote, ...]:
    """Every quote for buying on record."""
    return read_table(DATA / "devices" / "purchases.csv", PurchaseQuote)


@cache
def price(device: Device) -> Price:
    """What one costs to buy. Raises InputError where no quote is on record."""
    asked = [q for q in purchases() if q.device == device.id]
    if not asked:
        raise InputError(f"no price for buying {device.name} is on record: add one to data/devices/purchases.csv.")
    kept = [q for q in asked if q.condition == "new"] or asked
    usd = [q.usd for q in kept]
    return Price(
        low=min(usd),
        typical=median(usd),
        high=max(usd),
        condition=kept[0].condition,
        certainty=", ".join(sorted({q.certainty for q in kept})),
        sources=tuple(sorted({q.source for q in kept})),
    )
