"""Does it run on this: in the GPUs' memory, with experts in the host's, or not at all? And what would do instead."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal

from pydantic import Field

from estimator.selfhost.architecture import Architecture
from estimator.selfhost.deployment import GPUS_PER_NODE
from estimator.selfhost.device import Device, devices, price, rent
from estimator.selfhost.fleet import HOURS_PER_MONTH
from estimator.selfhost.memory import (
    NATIVE,
    lookup_bytes,
    memory,
    precisions,
    usable_hbm_share,
    weight_bytes,
    weight_precision,
)
from estimator.selfhost.ownership import to_usd
from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_table

COUNTS = (1, 2, 3, 4, 6, GPUS_PER_NODE, 2 * GPUS_PER_NODE, 4 * GPUS_PER_NODE)
_GB = 1e9
_SERVERS = "datacentre"  # Only these are joined beyond one machine.


class Host(Fact):
    """A row of data/devices/hosts.csv: the memory beside the GPUs, and the rate at which it is read in practice."""

    id: str
    name: str
    memory_gb: float = Field(gt=0)
    memory_gb_per_s: float = Field(gt=0)
    status: Literal["measured", "derived"]
    source: str
    checked_on: date
    note: str = ""


@cache
def hosts() -> dict[str, Host]:
    """Every host on record, by id."""
    return {host.id: host for host in read_table(DATA / "devices" / "hosts.csv", Host)}


@dataclass(frozen=True, slots=True)
class Offload:
    """Experts in the host's memory, all else in the GPUs': `tokens_per_s` of one answer is at most this."""

    host: Host
    host_bytes: float
    tokens_per_s: float


@dataclass(frozen=True, slots=True)
class Fit:
    """One format of a model on `count` devices, its layers shared out among them, so that each keeps its own cache.

    `offloads` are there where it does not fit but its experts may move out.
    """

    architecture: Architecture
    device: Device
    count: int
    context_tokens: int
    precision: str
    is_file: bool
    weights_bytes: float
    kv_bytes: float | None
    usable_bytes: float
    sequences: int
    reason: str
    offloads: tuple[Offload, ...] = ()

    @property
    def fits(self) -> bool:
        return not self.reason

    @property
    def is_real(self) -> bool:
        """Whether the format is to be had, as released or as a published file."""
        return self.is_file or self.precision == NATIVE

    @property
    def rent_usd(self) -> Decimal | None:
        """USD a month around the clock, on demand; None where nobody is on record."""
        try:
            return to_usd(self.count * HOURS_PER_MONTH, rent(self.device).typical)
        except InputError:
            return None

    @property
    def price_usd(self) -> Decimal | None:
        """USD to buy the devices alone; None where no price is on record."""
        try:
            return self.count * price(self.device).typical
        except InputError:
            return None


def formats(architecture: Architecture) -> tuple[str, ...]:
    """The native format, published files, and nominal formats below it (below BF16 where it is unknown), largest first.

    Of nominal formats of one size the first stands for all.
    """
    native = (NATIVE,) if architecture.native_precision else ()
    most = weight_bytes(architecture, NATIVE if native else "bf16")
    files = {file.name: float(file.bytes) for file in architecture.files}
    nominal: dict[float, str] = {}
    for name in precisions():
        nominal.setdefault(weight_bytes(architecture, name), name)
    sizes = files | {name: size for size, name in nominal.items() if size < most}
    return (*native, *sorted(sizes, key=lambda name: -sizes[name]))


@dataclass(frozen=True, slots=True)
class Feasibility:
    """Whether a model runs on some devices, in each format there is (as released, then largest first), and what would
    do `instead`.
    """

    tried: tuple[Fit, ...]
    instead: tuple[Fit, ...]

    @property
    def fit(self) -> Fit | None:
        """The largest format that fits."""
        return next((fit for fit in self.tried if fit.fits), None)

    @property
    def smallest(self) -> Fit:
        """The smallest format that is to be had, or else the smallest there could be."""
        real = [fit for fit in self.tried if fit.is_real] or list(self.tried)
        return min(real, key=lambda fit: fit.weights_bytes)

    @property
    def moved(self) -> Fit | None:
        """The largest format whose experts some host holds."""
        return next((fit for fit in self.tried if fit.offloads), None)

    @property
    def cheapest(self) -> Fit | None:
        """Of what would do, in any format that is to be had."""
        return next(iter(self.instead), None)

    @property
    def cheapest_as_released(self) -> Fit | None:
        return next((fit for fit in self.instead if fit.precision == NATIVE), None)


def feasible(
    architecture: Architecture, device: Device, count: int, context_tokens: int, precision: str | None = None
) -> Feasibility:
    """The model on `count` devices in this format, or in each there is.

    Raises InputError for counts below 1, a context beyond the model's, or an unknown format.
    """
    if count < 1 or context_tokens < 1:
        raise InputError(f"{count} devices and {context_tokens:,} tokens of context: give at least 1 of each.")
    if context_tokens > architecture.max_context_tokens:
        most = architecture.max_context_tokens
        raise InputError(f"{architecture.name} takes at most {most:,} tokens, not {context_tokens:,}.")
    chosen = formats(architecture) if precision is None else (precision,)
    tried = tuple(_fit(architecture, device, count, context_tokens, each) for each in chosen)
    return Feasibility(tried, what_would_do(architecture, context_tokens))


def _fit(architecture: Architecture, device: Device, count: int, context_tokens: int, precision: str) -> Fit:
    weights = weight_bytes(architecture, precision)
    usable = count * device.hbm_bytes * usable_hbm_share()
    kv, sequences, reason = None, 0, ""
    if architecture.is_complete:
        room = memory(architecture, precision, None, context_tokens, count, device.hbm_bytes)
        kv, sequences, reason = room.kv_bytes_per_sequence, room.sequences, room.reason
    elif weights > usable:
        reason = f"The weights take {weights / _GB:,.0f} GB; {usable / _GB:,.0f} are usable."
    else:
        reason = f"The weights take {weights / _GB:,.0f} GB and would fit, but how much its cache takes is unknown."
    can_move = bool(reason) and architecture.is_complete and architecture.experts > 0
    return Fit(
        architecture=architecture,
        device=device,
        count=count,
        context_tokens=context_tokens,
        precision=precision,
        is_file=any(file.name == precision for file in architecture.files),
        weights_bytes=weights,
        kv_bytes=kv,
        usable_bytes=usable,
        sequences=sequences,
        reason=reason,
        offloads=tuple(_offloads(architecture, device, count, context_tokens, precision)) if can_move else (),
    )


def _offloads(
    architecture: Architecture, device: Device, count: int, context_tokens: int, precision: str
) -> Iterator[Offload]:
    """Each host that holds the experts (and n-gram tables), where the GPUs hold all else and one answer's cache."""
    experts, rest = _parts(architecture, precision)
    kv = architecture.kv_bytes(context_tokens, None)
    if rest + kv > count * device.hbm_bytes * usable_hbm_share():
        return
    is_file = any(file.name == precision for file in architecture.files)  # Files hold the tables too.
    needed = experts + (0.0 if is_file else lookup_bytes(architecture))
    for host in hosts().values():
        if needed <= host.memory_gb * _GB:
            yield Offload(host, needed, 1 / offload_s(architecture, device, precision, host))


def offload_s(architecture: Architecture, device: Device, precision: str, host: Host) -> float:
    """Seconds to write one token of a single answer, at least: bytes of its experts at the host's bandwidth, then all
    else at one GPU's. Layers run one after another, so that more GPUs hold more but read no faster.
    """
    experts, rest = _parts(architecture, precision)
    share = architecture.top_k / architecture.experts
    return experts * share / (host.memory_gb_per_s * _GB) + rest / device.hbm_bytes_per_s


def _parts(architecture: Architecture, precision: str) -> tuple[float, float]:
    """Bytes of the routed experts, and of all else; a file's bits are spread evenly over both."""
    routed, rest = architecture.routed_parameters, architecture.nonrouted_parameters
    if any(file.name == precision for file in architecture.files):
        each = weight_bytes(architecture, precision) / (routed + rest)
        return routed * each, rest * each
    form = weight_precision(architecture, precision)
    return routed * form.bits / 8, rest * form.other_bits / 8


@cache
def what_would_do(architecture: Architecture, context_tokens: int) -> tuple[Fit, ...]:
    """What holds the model and one answer wholly in memory: the fewest of each device, for each format that is to be
    had (as released, or as a published file). Cheapest rent first, then cheapest to buy, then the rest.
    """
    real = [NATIVE] if architecture.native_precision else []
    real += [file.name for file in architecture.files]
    found = (
        _fewest(architecture, device, context_tokens, precision) for device in devices().values() for precision in real
    )
    return tuple(sorted((fit for fit in found if fit), key=_cost))


def _fewest(architecture: Architecture, device: Device, context_tokens: int, precision: str) -> Fit | None:
    many = device.class_ == _SERVERS and device.link_gpus > 1
    for count in COUNTS if many else (n for n in COUNTS if n <= GPUS_PER_NODE):
        fit = _fit(architecture, device, count, context_tokens, precision)
        if fit.fits:
            return fit
    return None


def _cost(fit: Fit) -> tuple[Decimal, Decimal]:
    unknown = Decimal("Infinity")
    return fit.rent_usd or unknown, fit.price_usd or unknown


class MeasuredOffload(Fact):
    """A row of data/devices/offloads.csv: a published speed with experts in the host's memory, one answer at a time."""

    model: str
    precision: str
    device: str
    host_gb_per_s: float | None = Field(default=None, gt=0)
    host: str
    tokens_per_s: float = Field(gt=0)
    source: str
    as_of: date
    note: str = ""


@cache
def measured_offloads() -> tuple[MeasuredOffload, ...]:
    """Every published run on record."""
    return read_table(DATA / "devices" / "offloads.csv", MeasuredOffload)
