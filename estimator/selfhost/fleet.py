"""How many replicas the requests of each hour need. Utilisation is what comes out, never what goes in."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import repeat
from operator import mul

from scipy.special import gammainc, gammaincc  # type: ignore[import-untyped]

from estimator.selfhost.deployment import Deployment
from estimator.selfhost.throughput import Range, Throughput, most_at_once, prefill, steady
from estimator.workload import Profile
from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_table

SECONDS_PER_HOUR = 3600
HOURS_PER_WEEK = 168
HOURS_PER_MONTH = 730.5  # A twelfth of 365.25 days.
_STEP_ERROR = 1e-11  # Relative, of the rate at which one more replica is needed.
_SPREAD_OF_PROMPTS = 64  # Quantiles that stand for all prompts.


class ServiceFact(Fact):
    """A row of data/load/service.csv: what users are promised and how requests bunch, with its range."""

    name: str
    low: Decimal
    typical: Decimal
    high: Decimal
    unit: str
    status: str
    source: str
    date: date
    note: str = ""


@cache
def service_facts() -> dict[str, ServiceFact]:
    """All figures by name."""
    return {row.name: row for row in read_table(DATA / "load" / "service.csv", ServiceFact)}


@dataclass(frozen=True, slots=True)
class Targets:
    """What users are promised: `share` of the requests get their first token within `ttft_s`, and the last one
    within that and `tpot_ms` for each further token.

    `burst` is how many times the hour's mean rate a busy minute brings.
    """

    ttft_s: float
    tpot_ms: float
    share: float
    burst: float


@cache
def usual_targets() -> Targets:
    """What is promised where the user says nothing else."""
    ttft_s, tpot_ms, share, burst = (
        float(service_facts()[name].typical) for name in ("ttft_s", "tpot_ms", "share_on_time", "burst")
    )
    return Targets(ttft_s, tpot_ms, share, burst)


@dataclass(frozen=True, slots=True)
class Replica:
    """One replica, as full as the target of ms a token allows, for requests of a mean length.

    `places`: requests at once; `stay_s`: how long each takes one; `prefill_s`: how long reading its prompt takes the
    whole replica; `first_s`: to the first token where nothing else waits; `prompt_spread`: variance of `prefill_s`
    over its square.
    """

    gpus: int
    places: float
    stay_s: float
    prefill_s: float
    first_s: float
    prompt_spread: float = 0.0


@dataclass(frozen=True, slots=True)
class Fleet:
    """Replicas of `gpus_per_replica` GPUs in each hour, and the mean share of their places that are taken."""

    replicas_by_hour: tuple[int, ...]
    gpus_per_replica: int
    utilisation: float

    @property
    def peak_replicas(self) -> int:
        return max(self.replicas_by_hour)

    @property
    def peak_gpus(self) -> int:
        return self.peak_replicas * self.gpus_per_replica

    @property
    def gpu_hours_per_month(self) -> float:
        """If every month were like these hours."""
        mean = sum(self.replicas_by_hour) / len(self.replicas_by_hour)
        return mean * self.gpus_per_replica * HOURS_PER_MONTH


def arrivals_per_s(profile: Profile, requests_per_month: Fraction) -> tuple[float, ...]:
    """Requests a second in each hour that the profile stands for, at the true rate of a month.

    More than a week is folded: 168 hours from Monday 00:00 UTC, each the mean of its like.
    """
    counts = profile.requests_by_hour
    span_hours = math.ceil((profile.ends - profile.starts).total_seconds() / SECONDS_PER_HOUR)
    hours: Sequence[float] = (*counts, *[0] * (span_hours - len(counts)))
    if len(hours) > HOURS_PER_WEEK:
        first = profile.starts.weekday() * 24 + profile.starts.hour
        alike = [hours[(h - first) % HOURS_PER_WEEK :: HOURS_PER_WEEK] for h in range(HOURS_PER_WEEK)]
        hours = [sum(each) / len(each) for each in alike]
    per_s = float(requests_per_month / Fraction(HOURS_PER_MONTH)) / SECONDS_PER_HOUR
    mean = sum(hours) / len(hours)
    return tuple(n / mean * per_s for n in hours)


def prompt_spread(profile: Profile) -> float:
    """Variance of the prompts' lengths over the square of their mean."""
    sizes = [profile.input_sizes.quantile((i + 0.5) / _SPREAD_OF_PROMPTS) for i in range(_SPREAD_OF_PROMPTS)]
    mean = sum(sizes) / len(sizes)
    return sum(size * size for size in sizes) / len(sizes) / mean**2 - 1 if mean else 0.0


def hopeless_share(deployment: Deployment, profile: Profile, patience_s: float) -> float:
    """The share of prompts that take longer than `patience_s` to read alone, which no number of replicas mends."""

    def is_read(i: int) -> bool:
        tokens = max(1, profile.input_sizes.quantile((i + 0.5) / _SPREAD_OF_PROMPTS))
        try:
            rate = prefill(deployment, tokens).in_tok_s_per_gpu
        except InputError:  # Too long for the model or the memory.
            return False
        return rate is not None and tokens <= rate.typical * deployment.gpus * patience_s

    return 1 - bisect_left(range(_SPREAD_OF_PROMPTS), True, key=lambda i: not is_read(i)) / _SPREAD_OF_PROMPTS


def wait_probability(places: float, in_flight: float) -> float:
    """Erlang's C: the share of requests that find all places taken, where `in_flight` would be with endless places.

    Requests come as a Poisson process; exact for exponential stays. Erlang, "Solution of some problems in the theory
    of probabilities of significance in automatic telephone exchanges" (1917); Erlang's B by the incomplete gamma
    function, as in Jagerman, Bell System Technical Journal 53 (1974).
    """
    if in_flight <= 0:
        return 0.0
    if places <= in_flight:
        return 1.0
    log_mass = places * math.log(in_flight) - in_flight - math.lgamma(places + 1)
    blocked = math.exp(log_mass) / float(gammaincc(places + 1, in_flight))
    return blocked / (1 - in_flight / places * (1 - blocked))


def late_share(rate_per_s: float, replicas: int, one: Replica, targets: Targets) -> float:
    """The share of requests whose first token comes later than promised, at most.

    Requests go to the replica that has fewest, so all replicas count as one queue. There are two of them, each taken
    to use all the patience there is: for a place (M/M/c), and for a replica that is not reading another prompt (M/G/c:
    waits are those of M/M/c times (1 + spread) / 2; Lee and Longton, Operational Research Quarterly 10 (1959)).
    """
    patience_s = targets.ttft_s - one.first_s
    if patience_s < 0:
        return 1.0
    no_place = _waits_longer(patience_s, replicas * one.places, rate_per_s * one.stay_s, one.stay_s)
    reading_s = one.prefill_s * (1 + one.prompt_spread) / 2
    return min(1.0, no_place + _waits_longer(patience_s, replicas, rate_per_s * one.prefill_s, reading_s))


def _waits_longer(patience_s: float, places: float, in_flight: float, each_s: float) -> float:
    """The share that waits longer than `patience_s` for one of `places` that each take `each_s`."""
    waits = wait_probability(places, in_flight)
    return waits * math.exp(-(places - in_flight) * patience_s / each_s) if 0 < waits < 1 else waits


def slow_share(rate_per_s: float, replicas: int, one: Replica, targets: Targets) -> float:
    """The share of answers that end later than promised, because others' prompts are read in between.

    A full replica keeps the promise on the mean: it reads `places` prompts in each stay. What patience is left covers
    some more; the share is that of a Poisson number of prompts above both, over all replicas. Prompts of unlike
    lengths count as fewer, larger ones (Hayward's approximation; Fredericks, Bell System Technical Journal 59 (1980)).
    """
    if one.prefill_s == 0:
        return 0.0
    lumps = 1 + one.prompt_spread
    allowed = one.places + max(0.0, targets.ttft_s - one.first_s) / one.prefill_s
    return float(gammainc(replicas * allowed / lumps + 1, rate_per_s * one.stay_s / lumps))


def replicas_needed(rate_per_s: float, one: Replica, targets: Targets) -> int:
    """The fewest replicas that keep the promise at this rate in a busy minute; none where no requests come."""
    if rate_per_s <= 0:
        return 0
    fewest = enough = 1
    while not keeps_promise(rate_per_s, enough, one, targets):
        fewest, enough = enough + 1, enough * 2
    while fewest < enough:
        middle = (fewest + enough) // 2
        if keeps_promise(rate_per_s, middle, one, targets):
            enough = middle
        else:
            fewest = middle + 1
    return enough


def keeps_promise(rate_per_s: float, replicas: int, one: Replica, targets: Targets) -> bool:
    """Whether so many replicas keep the promise at this rate, in a busy minute of it."""
    busy = rate_per_s * targets.burst
    missed = max(late_share(busy, replicas, one, targets), slow_share(busy, replicas, one, targets))
    return missed <= 1 - targets.share


def rates_kept(one: Replica, targets: Targets, rate_per_s: float) -> tuple[float, ...]:
    """The highest rates at which 1, 2, 3 … replicas keep the promise, up to the first that is above `rate_per_s`."""
    found: list[float] = []
    while not found or found[-1] <= rate_per_s:
        replicas = len(found) + 1
        kept, missed = (found[-1] if found else 0.0), replicas * one.places / one.stay_s  # No place would be left.
        while missed - kept > _STEP_ERROR * missed:
            middle = (kept + missed) / 2
            if keeps_promise(middle, replicas, one, targets):
                kept = middle
            else:
                missed = middle
        found.append(kept)
    return tuple(found)


def fleet(arrivals: tuple[float, ...], one: Replica, targets: Targets, *, hourly: bool = False) -> Fleet:
    """Replicas for requests a second by hour: at the peak's number always, or `hourly` as needed.

    Raises InputError where no requests come, or where a request alone waits longer than promised.
    """
    if max(arrivals) <= 0:
        raise InputError("no requests come in any hour, so there is nothing to serve.")
    if one.first_s > targets.ttft_s:
        raise InputError(
            f"the first token comes after {one.first_s:.1f} s even where nothing else waits, later than the "
            f"{targets.ttft_s:g} s promised: choose more GPUs for each copy, or promise less."
        )
    if hourly:
        kept = tuple(replicas_needed(rate, one, targets) for rate in arrivals)
    else:
        kept = (replicas_needed(max(arrivals), one, targets),) * len(arrivals)
    taken = sum(map(mul, arrivals, repeat(one.stay_s)))
    return Fleet(kept, one.gpus, taken / (sum(kept) * one.places))


def serve(deployment: Deployment, isl: float, osl: float, tpot_target_ms: float) -> Throughput:
    """Steady serving with as many requests at once as memory holds and the target of ms a token allows.

    Raises InputError where not even one request alone meets the target, or the model does not fit.
    """
    most = most_at_once(deployment, isl, osl, tpot_target_ms)
    served = steady(deployment, isl, osl, max(1, most))
    if not most:
        raise InputError(
            f"{deployment.architecture.name} on {deployment.gpus} × {deployment.device.name} takes "
            f"{_tpot_ms(served):.0f} ms a token with one request alone, above the target of {tpot_target_ms:g} ms."
        )
    return served


def replicas_of(
    deployment: Deployment, served: Throughput, isl: float, osl: float, spread: float
) -> tuple[Replica, Replica, Replica]:
    """A replica that serves as `served`, on a fast, a typical and a slow engine."""
    alone = steady(deployment, isl, osl, 1)
    reading = prefill(deployment, max(1.0, isl)).in_tok_s_per_gpu
    if alone.ttft_ms is None or served.tpot_ms is None or reading is None:
        raise InputError("a phase on its own serves no whole request: give steady serving.")
    rates = (reading.high, reading.typical, reading.low)
    firsts, tokens = _ends(alone.ttft_ms), _ends(served.tpot_ms)
    fast, typical, slow = (
        Replica(
            gpus=deployment.gpus,
            places=served.concurrency,
            stay_s=1e-3 * (first_ms + (osl - 1) * token_ms),
            prefill_s=isl / (rate * deployment.gpus),
            first_s=1e-3 * first_ms,
            prompt_spread=spread,
        )
        for first_ms, token_ms, rate in zip(firsts, tokens, rates, strict=True)
    )
    return fast, typical, slow


def _ends(bounds: Range) -> tuple[float, float, float]:
    return bounds.low, bounds.typical, bounds.high


def _tpot_ms(throughput: Throughput) -> float:
    return throughput.tpot_ms.typical if throughput.tpot_ms else math.inf
