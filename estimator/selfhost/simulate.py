"""A fleet in simulated time, to check its sizing: requests come when they came, wait, are read and answered.

Each replica batches continuously: prompts are read whole, first come first served, before the next decode step, and
every step writes one token of each sequence. Steps take what the throughput model says. A request goes to the replica
with the fewest at hand.
"""

import heapq
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import simpy

from estimator.selfhost.deployment import Deployment
from estimator.selfhost.fleet import Targets
from estimator.selfhost.throughput import decode, prefill
from pricing.errors import InputError

_CONTEXT_STEP = 512  # Contexts are told apart to so many tokens.
_PROMPT_STEP = 64


@dataclass(frozen=True, slots=True)
class Call:
    """A request: seconds from the start, tokens in and out."""

    at_s: float
    isl: int
    osl: int


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of a prompt of so many tokens, and of a decode step for so many sequences of a mean context.

    `overhead_s` passes before a first token without keeping the GPUs busy.
    """

    prefill_s: Callable[[int], float]
    step_s: Callable[[int, float], float]
    overhead_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Served:
    """What one request waited: seconds to its first token, and for all `further` ones together."""

    ttft_s: float
    further: int
    further_s: float


@dataclass(frozen=True, slots=True)
class Simulation:
    """What all requests of a run waited, in the order in which they were done, and how full the places were."""

    served: tuple[Served, ...]
    utilisation: float

    def share(self, met: Callable[[Served], bool]) -> float:
        """The share of requests of which this is true."""
        return sum(map(met, self.served)) / len(self.served)

    def on_time(self, targets: Targets) -> float:
        """The share of requests whose first and last token both came as promised."""
        each_s = targets.tpot_ms / 1e3
        return self.share(
            lambda s: s.ttft_s <= targets.ttft_s and s.ttft_s + s.further_s <= targets.ttft_s + s.further * each_s
        )


def times_of(deployment: Deployment, overhead_s: float = 0.0) -> Times:
    """Typical times of a deployment, by the throughput model."""

    @cache
    def read(tokens: int) -> float:
        rate = prefill(deployment, tokens).in_tok_s_per_gpu
        if rate is None:
            raise InputError("the throughput model gave no rate of reading.")
        return tokens / (rate.typical * deployment.gpus)

    @cache
    def write(sequences: int, context: int) -> float:
        tpot = decode(deployment, context, sequences).tpot_ms
        if tpot is None:
            raise InputError("the throughput model gave no time of a step.")
        return tpot.typical / 1e3

    return Times(
        lambda tokens: read(_up(tokens, _PROMPT_STEP)),
        lambda sequences, context: write(sequences, _up(context, _CONTEXT_STEP)),
        overhead_s,
    )


def _up(tokens: float, step: int) -> int:
    return max(step, round(tokens / step) * step)


@dataclass(slots=True)
class _Engine:
    """A replica at work. `leaving` holds (step at which it ends, number, call, first token at) of those decoding."""

    environment: simpy.Environment
    times: Times
    places: int
    waiting: deque[Call] = field(default_factory=deque)
    leaving: list[tuple[int, int, Call, float]] = field(default_factory=list)
    served: list[Served] = field(default_factory=list)
    context_tokens: float = 0.0
    steps: int = 0
    admitted: int = 0
    reading: int = 0
    taken_s: float = 0.0
    bell: simpy.Event | None = None

    @property
    def at_hand(self) -> int:
        return len(self.waiting) + self.reading + len(self.leaving)

    def take(self, call: Call) -> None:
        self.waiting.append(call)
        if self.bell is not None and not self.bell.triggered:
            self.bell.succeed()

    def run(self) -> Generator[simpy.Event, Any, None]:
        while True:
            if self.waiting and len(self.leaving) < self.places:
                yield from self._read()
            elif self.leaving:
                yield from self._write()
            else:
                self.bell = self.environment.event()
                yield self.bell

    def _read(self) -> Generator[simpy.Event, Any, None]:
        call, self.reading = self.waiting.popleft(), 1
        yield from self._pass(self.times.prefill_s(call.isl), len(self.leaving) + 1)
        self.reading = 0
        if call.osl == 1:  # Reading the prompt gave the one token.
            self._answered(call, self.environment.now)
            return
        self.admitted += 1
        heapq.heappush(self.leaving, (self.steps + call.osl - 1, self.admitted, call, self.environment.now))
        self.context_tokens += call.isl + call.osl / 2

    def _write(self) -> Generator[simpy.Event, Any, None]:
        sequences = len(self.leaving)
        yield from self._pass(self.times.step_s(sequences, self.context_tokens / sequences), sequences)
        self.steps += 1
        while self.leaving and self.leaving[0][0] <= self.steps:
            _, _, call, first_at = heapq.heappop(self.leaving)
            self.context_tokens -= call.isl + call.osl / 2
            self._answered(call, first_at)

    def _pass(self, seconds: float, taken: int) -> Generator[simpy.Event, Any, None]:
        self.taken_s += seconds * taken
        yield self.environment.timeout(seconds)

    def _answered(self, call: Call, first_at: float) -> None:
        ttft_s = first_at - call.at_s + self.times.overhead_s
        self.served.append(Served(ttft_s, call.osl - 1, self.environment.now - first_at))


def simulate(calls: Sequence[Call], times: Times, replicas: int, places: int) -> Simulation:
    """All calls, in order of time, on `replicas` equal replicas of `places` places each, until the last is answered.

    Raises InputError where there are no calls, replicas or places.
    """
    if not calls or replicas < 1 or places < 1:
        raise InputError(f"{len(calls)} requests on {replicas} replicas of {places} places: give at least one of each.")
    environment = simpy.Environment()
    engines = [_Engine(environment, times, places) for _ in range(replicas)]
    for engine in engines:
        environment.process(engine.run())
    environment.process(_arrive(environment, calls, engines))
    environment.run()
    served = tuple(each for engine in engines for each in engine.served)
    busy = sum(engine.taken_s for engine in engines) / (environment.now * replicas * places)
    return Simulation(served, busy)


def _arrive(
    environment: simpy.Environment, calls: Sequence[Call], engines: Sequence[_Engine]
) -> Generator[simpy.Event, Any, None]:
    for call in calls:
        yield environment.timeout(max(0.0, call.at_s - environment.now))
        min(engines, key=lambda engine: engine.at_hand).take(call)
