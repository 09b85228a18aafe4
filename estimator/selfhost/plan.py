"""A workload on rented GPUs: how many, how fast, what a month costs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from estimator.selfhost.architecture import Architecture, find_architecture
from estimator.selfhost.deployment import GPUS_PER_NODE, Deployment, layouts
from estimator.selfhost.device import Device, devices, find_device, rent
from estimator.selfhost.fleet import Fleet, arrivals_per_s, fleet, residence_s, serve
from estimator.selfhost.memory import Memory, memory
from estimator.selfhost.ownership import CostLine, gpu_line, staff_line
from estimator.selfhost.throughput import Throughput
from estimator.workload import Assumption, Profile, Workload
from pricing.errors import InputError

SIZES = (1, 2, 4, *(GPUS_PER_NODE * nodes for nodes in range(1, 9)))
TPOT_TARGET_MS = 50.0  # Twenty tokens a second: about three times as fast as people read.


@dataclass(frozen=True, slots=True)
class Level:
    """A workload at one size: requests a second by hour, and how long each stays on how many places."""

    arrivals: tuple[float, ...]
    residence_s: float
    concurrency: float


@dataclass(frozen=True)
class Plan:
    """Rented GPUs for a workload. Amounts are USD a month; low, typical and high run from cheap to dear."""

    deployment: Deployment
    memory: Memory
    throughput: Throughput
    levels: tuple[Level, Level, Level]
    hourly: bool
    assumptions: tuple[Assumption, ...]

    @property
    def architecture(self) -> Architecture:
        return self.deployment.architecture

    @property
    def device(self) -> Device:
        return self.deployment.device

    @cached_property
    def fleets(self) -> tuple[Fleet, Fleet, Fleet]:
        """With few tokens on fast engines, typical, and with many on slow ones."""
        low, typical, high = (
            fleet(level.arrivals, level.residence_s, level.concurrency, self.deployment.gpus, hourly=self.hourly)
            for level in self.levels
        )
        return low, typical, high

    @property
    def fleet(self) -> Fleet:
        return self.fleets[1]

    @cached_property
    def lines(self) -> tuple[CostLine, ...]:
        low, typical, high = (f.gpu_hours_per_month for f in self.fleets)
        return gpu_line((low, typical, high), rent(self.device)), staff_line()

    @property
    def low_usd(self) -> Decimal:
        return sum((line.low_usd for line in self.lines), Decimal(0))

    @property
    def usd(self) -> Decimal:
        return sum((line.usd for line in self.lines), Decimal(0))

    @property
    def high_usd(self) -> Decimal:
        return sum((line.high_usd for line in self.lines), Decimal(0))

    @property
    def sources(self) -> tuple[str, ...]:
        """The ids of all sources behind the figures and the assumptions."""
        lines = [source for line in self.lines for source in line.sources]
        named = [*lines, *self.device.sources, *(a.source for a in self.assumptions)]
        return tuple(dict.fromkeys(s for s in named if s))

    def at_volume(self, factor: float) -> "Plan":
        """The same deployment for `factor` times as many requests in every hour."""
        if not factor > 0:
            raise InputError(f"the volume is {factor:g} times today's: it must be above 0.")
        low, typical, high = (
            Level(tuple(rate * factor for rate in level.arrivals), level.residence_s, level.concurrency)
            for level in self.levels
        )
        return Plan(self.deployment, self.memory, self.throughput, (low, typical, high), self.hourly, self.assumptions)


def plan(
    architecture_id: str,
    device_id: str,
    workload: Workload,
    gpus: int | None = None,
    precision: str = "native",
    *,
    tpot_target_ms: float = TPOT_TARGET_MS,
    hourly: bool = False,
) -> Plan:
    """The workload on replicas of `gpus` GPUs, or of the size that needs fewest GPUs at the peak (of two, the smaller).

    Raises InputError where the model or device is unknown, no size fits or keeps the target, or no rent is on record.
    """
    architecture, device = find_architecture(architecture_id), find_device(device_id)
    rent(device)
    found: list[Plan] = []
    reasons: list[str] = []
    for size in SIZES if gpus is None else (gpus,):
        try:
            for deployment in layouts(architecture, device, size, precision):
                found.append(_sized(deployment, workload, tpot_target_ms, hourly))
        except InputError as error:
            reasons.append(str(error))
        if found and size >= GPUS_PER_NODE:
            break
    if not found:
        raise InputError(reasons[-1])
    return min(found, key=lambda p: p.fleet.peak_gpus)


def plans(
    architecture_id: str, workload: Workload, among: Iterable[str] | None = None, precision: str = "native"
) -> tuple[Plan, ...]:
    """A plan on each device that can serve the workload and be rented, cheapest first; none may be able to.

    Raises InputError where the model is not on record, or only claimed, so that nothing can be computed.
    """
    architecture = find_architecture(architecture_id)
    if not architecture.is_complete:
        raise InputError(f"{architecture.name}: its layers and experts are unknown, so nothing can be planned for it.")
    return tuple(sorted(_possible(architecture_id, workload, among or devices(), precision), key=lambda p: p.usd))


def _possible(architecture_id: str, workload: Workload, among: Iterable[str], precision: str) -> Iterator[Plan]:
    for device_id in among:
        try:
            yield plan(architecture_id, device_id, workload, precision=precision)
        except InputError:
            continue


def _sized(deployment: Deployment, workload: Workload, tpot_target_ms: float, hourly: bool) -> Plan:
    profiles = (workload.low, workload.typical, workload.high)
    served = [serve(deployment, *_lengths(profile), tpot_target_ms) for profile in profiles]
    stays = [residence_s(done, _lengths(profile)[1]) for done, profile in zip(served, profiles, strict=True)]
    low, typical, high = (
        Level(arrivals_per_s(profile, workload.requests_per_month), stay, done.concurrency)
        for profile, stay, done in zip(profiles, (stays[0].low, stays[1].typical, stays[2].high), served, strict=True)
    )
    isl, osl = _lengths(workload.typical)
    return Plan(
        deployment=deployment,
        memory=_memory(deployment, isl + osl),
        throughput=served[1],
        levels=(low, typical, high),
        hourly=hourly,
        assumptions=(*workload.assumptions, *_about(deployment, tpot_target_ms, hourly)),
    )


def _lengths(profile: Profile) -> tuple[float, float]:
    """Mean tokens in and out of a request; one out at least, for the engine always writes one."""
    usage, n = profile.usage, profile.requests
    return usage.total_input_tokens / n, max(1.0, (usage.output_tokens + usage.output_audio_tokens) / n)


def _memory(deployment: Deployment, context_tokens: float) -> Memory:
    return memory(
        deployment.architecture,
        deployment.precision,
        deployment.kv_element_bytes,
        round(context_tokens),
        deployment.gpus,
        deployment.device.hbm_bytes,
        kv_copies=deployment.kv_copies,
    )


def _about(deployment: Deployment, tpot_target_ms: float, hourly: bool) -> Iterator[Assumption]:
    device = deployment.device
    yield Assumption(f"Each token takes at most {tpot_target_ms:g} ms, with requests of mean length.", "guess", "")
    yield Assumption(
        "Speed follows formulas fitted to published runs; no speculative decoding.", "guess", "breakeven-fit"
    )
    yield Assumption("Every prompt is read in full: nothing is kept from earlier ones.", "guess", "")
    yield Assumption("Requests come evenly within an hour; a busier minute waits.", "guess", "")
    rented = "only in the hours that need them" if hourly else "at the peak's number around the clock"
    yield Assumption(f"GPUs are rented on demand, {rented}; storage and network traffic are left out.", "guess", "")
    yield Assumption("A share of one engineer runs it.", "guess", "breakeven-assumptions")
    if device.certainty not in ("checked", "one source"):
        yield Assumption(f"The data sheet of {device.name} is {device.certainty}.", "guess", device.memory_source)
