"""How far the sizing of fleets is off: `python -m tests.bench_fleet` replays traces on the fleets that it sizes.

Each trace is replayed as it came and faster, and its requests are also drawn at random (Poisson) at the same rate.
"""

import csv
import json
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from statistics import fmean, pvariance

from estimator.selfhost.architecture import find_architecture
from estimator.selfhost.deployment import Deployment
from estimator.selfhost.device import find_device
from estimator.selfhost.fleet import Targets, replicas_needed, replicas_of, serve, usual_targets
from estimator.selfhost.simulate import Call, Simulation, simulate, times_of
from pricing.console import show_table
from tests.conftest import SHARED

AZURE = SHARED / "traces" / "AzureLLMInferenceTrace_code_2023.csv"
MOONCAKE = SHARED / "traces" / "mooncake_synthetic_trace.jsonl"
BURSTS = {"azure": 4.1, "mooncake": 1.16, "poisson": 1.0}  # As in data/load/bursts.csv.
FASTER = (1, 8)
SYSTEMS = (
    ("deepseek-v4-flash", "h200", 4),
    ("llama-3.1-70b", "h200", 8),
    ("gpt-oss-120b", "h100", 1),
)
MOST_TIMES = 6  # Where so many times the formula's fleet is late too, the promise is out of reach.
DRAWN = 4000


def azure() -> Iterator[Call]:
    with AZURE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["TIMESTAMP"][:26]).timestamp()
            yield Call(at, int(row["ContextTokens"]), max(1, int(row["GeneratedTokens"])))


def mooncake() -> Iterator[Call]:
    for line in MOONCAKE.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Call(row["timestamp"] / 1000, row["input_length"], max(1, row["output_length"]))


def faster(calls: list[Call], times: float) -> list[Call]:
    """From 0 on, in so many times shorter a time."""
    first = min(call.at_s for call in calls)
    return sorted((replace(call, at_s=(call.at_s - first) / times) for call in calls), key=lambda call: call.at_s)


def at_random(calls: list[Call], times: float) -> list[Call]:
    """Requests of this trace, drawn at random at its mean rate."""
    chance, now, rate = random.Random(1), 0.0, times * len(calls) / _span_s(calls)  # noqa: S311 - not a secret
    drawn = []
    for _ in range(DRAWN):
        now += chance.expovariate(rate)
        drawn.append(replace(chance.choice(calls), at_s=now))
    return drawn


def _span_s(calls: list[Call]) -> float:
    return max(call.at_s for call in calls) - min(call.at_s for call in calls)


def row(name: str, burst: float, calls: list[Call], deployment: Deployment) -> tuple[str, ...]:
    """One trace on one system: what the formula says, what comes of it, and the fewest that keep the promise.

    Requests that no number of replicas serves in time, for reading their prompt alone takes too long, are left out
    and counted.
    """
    promise = replace(usual_targets(), burst=burst)
    isl, osl = fmean(call.isl for call in calls), fmean(call.osl for call in calls)
    served = serve(deployment, isl, osl, promise.tpot_ms)
    one = replicas_of(deployment, served, isl, osl, pvariance([call.isl for call in calls]) / isl**2)[1]
    times = times_of(deployment, max(0.0, one.first_s - one.prefill_s))
    kept = [call for call in calls if times.prefill_s(call.isl) + times.overhead_s <= promise.ttft_s]
    rate = len(kept) / _span_s(kept)

    def run(replicas: int) -> Simulation:
        return simulate(kept, times, replicas, int(one.places))

    needed = replicas_needed(rate, one, promise)
    found = run(needed)
    usual = replicas_needed(rate, one, usual_targets())
    each_s = promise.tpot_ms / 1e3
    return (
        name,
        f"{deployment.architecture.id}, {deployment.gpus} × {deployment.device.id}",
        f"{rate:.1f}",
        f"{1 - len(kept) / len(calls):.1%}",
        f"{math.ceil(rate * one.stay_s / one.places)}",
        f"{needed}",
        f"{found.share(lambda s: s.ttft_s <= promise.ttft_s):.1%}",
        f"{found.share(lambda s: s.further_s <= s.further * each_s):.1%}",
        f"{found.on_time(promise):.1%}",
        f"{found.utilisation:.0%}",
        _fewest(run, needed, promise),
        f"{usual}: {run(usual).on_time(promise):.1%}",
    )


def _fewest(run: Callable[[int], Simulation], needed: int, promise: Targets) -> str:
    """The fewest replicas that keep the promise in simulated time, by bisection."""

    def keeps(replicas: int) -> bool:
        return run(replicas).on_time(promise) >= promise.share

    low, high = 1, needed
    while not keeps(high):
        low, high = high + 1, high * 2
        if high > MOST_TIMES * needed:
            return f"over {low - 1}"
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if keeps(middle) else (middle + 1, high)
    return str(high)


def main() -> None:
    heads = ("trace", "a replica", "requests/s", "hopeless", "Little", "formula", "first", "each", "on time", "busy")
    rows = []
    for model, device, gpus in SYSTEMS:
        deployment = Deployment(find_architecture(model), find_device(device), gpus)
        most = deployment.architecture.max_context_tokens
        for name, read in (("azure", azure), ("mooncake", mooncake)):
            calls = [call for call in read() if call.isl + call.osl <= most]
            for times in FASTER:
                rows.append(row(f"{name} × {times}", BURSTS[name], faster(calls, times), deployment))
                rows.append(row(f"{name} × {times}, Poisson", BURSTS["poisson"], at_random(calls, times), deployment))
    show_table((*heads, "simulation needs", "at the usual burst"), rows)


if __name__ == "__main__":
    main()
