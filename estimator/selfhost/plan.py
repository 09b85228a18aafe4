"""A workload on own GPUs: how many, how fast, what a month costs."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import repeat
from operator import itemgetter, mul

from estimator.selfhost.architecture import Architecture, find_architecture
from estimator.selfhost.capacity import sequences_that_fit
from estimator.selfhost.deployment import GPUS_PER_NODE, Deployment, layouts
from estimator.selfhost.device import Device, devices, find_device
from estimator.selfhost.fleet import (
    HOURS_PER_MONTH,
    HOURS_PER_WEEK,
    SECONDS_PER_HOUR,
    Fleet,
    Replica,
    Targets,
    arrivals_per_s,
    fleet,
    hopeless_share,
    prompt_spread,
    rates_kept,
    replicas_of,
    serve,
    usual_targets,
)
from estimator.selfhost.memory import Memory, memory
from estimator.selfhost.ownership import TENURES, CostLine, Holding, Tenure, cost_lines
from estimator.selfhost.throughput import Throughput
from estimator.workload import Assumption, Workload
from pricing.errors import InputError

SIZES = (1, 2, 4, *(GPUS_PER_NODE * nodes for nodes in range(1, 9)))


@dataclass(frozen=True, slots=True)
class Demand:
    """What a profile asks for: requests a second by hour, mean tokens in and out, and how prompts vary."""

    arrivals: tuple[float, ...]
    isl: float
    osl: float
    prompt_spread: float


@dataclass(frozen=True, slots=True)
class Level:
    """A workload at one size, and the replica that serves it as promised."""

    asked: Demand
    replica: Replica
    targets: Targets


@dataclass(frozen=True)
class Plan:
    """Own GPUs for a workload. Amounts are USD a month; low, typical and high run from cheap to dear.

    `hopeless`: the share of prompts that take longer to read alone than is promised.
    """

    deployment: Deployment
    memory: Memory
    throughput: Throughput
    levels: tuple[Level, Level, Level]
    hourly: bool
    tenure: Tenure
    about: tuple[Assumption, ...]
    hopeless: float = 0.0

    @property
    def architecture(self) -> Architecture:
        return self.deployment.architecture

    @property
    def device(self) -> Device:
        return self.deployment.device

    @property
    def targets(self) -> Targets:
        return self.levels[1].targets

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        return (*self.about, *_about(self))

    @cached_property
    def fleets(self) -> tuple[Fleet, Fleet, Fleet]:
        """With few tokens on fast engines, typical, and with many on slow ones."""
        low, typical, high = (
            fleet(level.asked.arrivals, level.replica, level.targets, hourly=self.hourly) for level in self.levels
        )
        return low, typical, high

    @property
    def fleet(self) -> Fleet:
        return self.fleets[1]

    @cached_property
    def lines(self) -> tuple[CostLine, ...]:
        low, typical, high = (
            _holding(level, each, self.memory) for level, each in zip(self.levels, self.fleets, strict=True)
        )
        return cost_lines(self.tenure, self.device, (low, typical, high))

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
        low, typical, high = (_busier(level, factor) for level in self.levels)
        return replace(self, levels=(low, typical, high))

    def steps(self, top: float) -> tuple[tuple[float, ...], ...]:
        """From which multiples of today's volume on 1, 2, 3 … replicas are needed, up to `top`; by level.

        Where fewer run in quieter hours (`hourly`), it is their peak.
        """
        found = []
        for level in self.levels:
            peak = max(level.asked.arrivals)
            rates = rates_kept(level.replica, level.targets, top * peak)
            found.append((0.0, *(rate / peak for rate in rates[:-1])))
        return tuple(found)

    def asked_for(self, low: Demand, typical: Demand, high: Demand) -> "Plan":
        """The same deployment and promise for other requests. Raises InputError where it cannot keep the promise."""
        served = serve(self.deployment, typical.isl, typical.osl, self.targets.tpot_ms)
        levels = _levels(self.deployment, served, (low, typical, high), self.targets)
        changed = replace(self, throughput=served, levels=levels)
        _ = changed.fleets
        return changed

    def on_engine(self, speed: int) -> "Plan":
        """Typical requests at all levels, on a fast (0), typical (1) or slow (2) engine."""
        asked, served = self.levels[1].asked, self.throughput
        one = replicas_of(self.deployment, served, asked.isl, asked.osl, asked.prompt_spread)[speed]
        moved = replace(self.targets, ttft_s=self.targets.ttft_s + one.first_s - self.levels[1].replica.first_s)
        return replace(self, levels=(Level(asked, one, moved),) * 3)

    def promising(self, targets: Targets) -> "Plan":
        """The same replicas under another promise for the first token, or in other bursts."""
        shift = targets.ttft_s - self.targets.ttft_s
        low, typical, high = (
            replace(level, targets=replace(targets, ttft_s=level.targets.ttft_s + shift)) for level in self.levels
        )
        return replace(self, levels=(low, typical, high))

    def held(self, tenure: Tenure) -> "Plan":
        """The same fleet, rented by the hour, for a term, or bought. Raises InputError where nothing is on record."""
        changed = replace(self, tenure=tenure, hourly=self.hourly and tenure == "rent")
        _ = changed.lines
        return changed


def _busier(level: Level, factor: float) -> Level:
    arrivals = tuple(map(mul, level.asked.arrivals, repeat(factor)))
    return replace(level, asked=replace(level.asked, arrivals=arrivals))


def _holding(level: Level, needed: Fleet, memory: Memory) -> Holding:
    per_s = sum(level.asked.arrivals) / len(level.asked.arrivals)
    return Holding(
        gpus=needed.peak_gpus,
        gpu_hours=needed.gpu_hours_per_month,
        weights_bytes=needed.peak_replicas * memory.weights_bytes,
        output_tokens=per_s * SECONDS_PER_HOUR * HOURS_PER_MONTH * level.asked.osl,
    )


Demands = tuple[Demand, Demand, Demand]


def demands(workload: Workload) -> Demands:
    """Of the workload with few, typical and many tokens."""
    low, typical, high = (
        Demand(
            arrivals_per_s(profile, workload.requests_per_month),
            profile.usage.total_input_tokens / profile.requests,
            # One token out at least, for the engine always writes one.
            max(1.0, (profile.usage.output_tokens + profile.usage.output_audio_tokens) / profile.requests),
            prompt_spread(profile),
        )
        for profile in (workload.low, workload.typical, workload.high)
    )
    return low, typical, high


def plan(
    architecture_id: str,
    device_id: str,
    workload: Workload,
    gpus: int | None = None,
    precision: str = "native",
    *,
    targets: Targets | None = None,
    hourly: bool = False,
    tenure: Tenure = "rent",
    asked: Demands | None = None,
) -> Plan:
    """The workload on replicas of `gpus` GPUs, or of the size that needs fewest GPUs at the peak (of two, the smaller).

    `asked` are the workload's demands, where they are known already.
    Raises InputError where the model or device is unknown, no size fits or keeps the targets, or no price is on record.
    """
    architecture, device = find_architecture(architecture_id), find_device(device_id)
    promised, asked = targets or usual_targets(), asked or demands(workload)
    candidates, reasons = _candidates(architecture, device, asked[1], gpus=gpus, precision=precision, targets=promised)
    for deployment, served, _ in candidates:
        try:
            levels = _levels(deployment, served, asked, promised)
            room = _memory(deployment, asked[1].isl + asked[1].osl)
            hopeless = hopeless_share(deployment, workload.typical, promised.ttft_s)
            made = Plan(deployment, room, served, levels, hourly, tenure, workload.assumptions, hopeless)
            _ = made.lines  # What cannot be promised or has no price is said here.
        except InputError as error:
            reasons.append(str(error))
        else:
            return made
    raise InputError(reasons[-1])


def plans(
    architecture_id: str, workload: Workload, among: Iterable[str] | None = None, precision: str = "native"
) -> tuple[Plan, ...]:
    """A plan on each device that can serve the workload and be rented, cheapest first; none may be able to.

    Raises InputError where the model is not on record, or only claimed, so that nothing can be computed.
    """
    _complete(architecture_id)
    return tuple(sorted(_possible(architecture_id, workload, among or devices(), precision), key=lambda p: p.usd))


def cheapest(
    architecture_id: str, workload: Workload, among: Iterable[str] | None = None, precision: str = "native"
) -> Plan | None:
    """The first of `plans`, None where there are none: devices that cannot cost less are not planned for.

    Raises InputError as `plans` does.
    """
    architecture, asked = _complete(architecture_id), demands(workload)
    floors: list[tuple[Decimal, int, str]] = []
    for place, device_id in enumerate(among or devices()):
        floor = _least_usd(architecture, find_device(device_id), asked[1], precision)
        floors += [] if floor is None else [(floor, place, device_id)]
    found: list[tuple[Decimal, int, Plan]] = []
    for floor, place, device_id in sorted(floors):
        if found and floor > found[0][0]:
            break
        with suppress(InputError):
            made = plan(architecture_id, device_id, workload, precision=precision, asked=asked)
            found = sorted([*found, (made.usd, place, made)], key=itemgetter(0, 1))
    return found[0][2] if found else None


def _complete(architecture_id: str) -> Architecture:
    architecture = find_architecture(architecture_id)
    if not architecture.is_complete:
        raise InputError(f"{architecture.name}: its layers and experts are unknown, so nothing can be planned for it.")
    return architecture


def _least_usd(architecture: Architecture, device: Device, asked: Demand, precision: str) -> Decimal | None:
    """What no plan on this device can cost less than, in USD a month: the fewest GPUs that hold one request, rented.

    None where no number of them holds one, or none can be rented.
    """
    for size in SIZES:
        with suppress(InputError):
            for deployment in layouts(architecture, device, size, precision):
                sequences_that_fit(deployment, asked.isl + asked.osl)
                least = Holding(size, size * HOURS_PER_MONTH, weights_bytes=0, output_tokens=0)
                return sum((line.usd for line in cost_lines("rent", device, (least,) * 3)), Decimal(0))
    return None


def _possible(architecture_id: str, workload: Workload, among: Iterable[str], precision: str) -> Iterator[Plan]:
    asked = demands(workload)
    for device_id in among:
        try:
            yield plan(architecture_id, device_id, workload, precision=precision, asked=asked)
        except InputError:
            continue


Candidate = tuple[Deployment, Throughput, int]  # and the GPUs that it needs at the peak


def _candidates(
    architecture: Architecture, device: Device, asked: Demand, *, gpus: int | None, precision: str, targets: Targets
) -> tuple[list[Candidate], list[str]]:
    """Layouts that serve typical requests as promised, fewest GPUs first, and why others do not."""
    found: list[Candidate] = []
    reasons: list[str] = []
    for size in SIZES if gpus is None else (gpus,):
        try:
            for deployment in layouts(architecture, device, size, precision):
                served = serve(deployment, asked.isl, asked.osl, targets.tpot_ms)
                one = replicas_of(deployment, served, asked.isl, asked.osl, asked.prompt_spread)[1]
                found.append((deployment, served, fleet((max(asked.arrivals),), one, targets).peak_gpus))
        except InputError as error:
            reasons.append(str(error))
        if found and size >= GPUS_PER_NODE:
            break
    return sorted(found, key=lambda candidate: candidate[2]), reasons


def _levels(deployment: Deployment, served: Throughput, asked: Demands, targets: Targets) -> tuple[Level, Level, Level]:
    """Few tokens on a fast engine, typical ones on a typical engine, many on a slow one."""
    ones: list[Replica] = []
    for level, demand in enumerate(asked):
        done = served if demand == asked[1] else serve(deployment, demand.isl, demand.osl, targets.tpot_ms)
        ones.append(replicas_of(deployment, done, demand.isl, demand.osl, demand.prompt_spread)[level])
    low, typical, high = (
        # An engine that reads slower keeps the patience for waiting, not the promise as a whole.
        Level(demand, one, replace(targets, ttft_s=targets.ttft_s + one.first_s - ones[1].first_s))
        for demand, one in zip(asked, ones, strict=True)
    )
    return low, typical, high


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


def _about(plan: Plan) -> Iterator[Assumption]:
    device, targets, hours = plan.device, plan.targets, len(plan.levels[1].asked.arrivals)
    yield Assumption(
        f"{targets.share:.0%} of the requests get their first token within {targets.ttft_s:g} s. Each further one "
        f"takes at most {targets.tpot_ms:g} ms, with requests of mean length.",
        "guess",
        "breakeven-assumptions",
    )
    yield Assumption(
        f"A busy minute brings {targets.burst:g} times the requests of its hour's mean; within it they come at random.",
        "guess",
        "breakeven-bursts",
    )
    if plan.hopeless:
        yield Assumption(
            f"{plan.hopeless:.0%} of the prompts take longer to read alone than that; more copies do not mend it.",
            "guess",
            "breakeven-fit",
        )
    if hours < HOURS_PER_WEEK:
        yield Assumption(f"All hours are like the {hours} on record.", "guess", "")
    yield Assumption(
        "Speed follows formulas fitted to published runs; no speculative decoding.", "guess", "breakeven-fit"
    )
    yield Assumption("Every prompt is read in full: nothing is kept from earlier ones.", "guess", "")
    when = "only in the hours that need them" if plan.hourly else "at the peak's number around the clock"
    yield Assumption(f"GPUs are {TENURES[plan.tenure]}, {when}.", "guess", "")
    yield Assumption("A share of one engineer runs it.", "guess", "breakeven-assumptions")
    if device.certainty not in ("checked", "one source"):
        yield Assumption(f"The data sheet of {device.name} is {device.certainty}.", "guess", device.memory_source)
