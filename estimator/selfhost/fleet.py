"""How many replicas the requests of each hour need. Utilisation is what comes out, never what goes in."""

import math
from dataclasses import dataclass
from fractions import Fraction

from estimator.selfhost.deployment import Deployment
from estimator.selfhost.throughput import Range, Throughput, sequences_that_fit, steady
from estimator.workload import Profile
from pricing.errors import InputError

SECONDS_PER_HOUR = 3600
HOURS_PER_MONTH = 730.5  # A twelfth of 365.25 days.


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
    """Requests a second in each hour that the profile stands for, at the true rate of a month."""
    counts = profile.requests_by_hour
    span_hours = math.ceil((profile.ends - profile.starts).total_seconds() / SECONDS_PER_HOUR)
    hours = (*counts, *[0] * (span_hours - len(counts)))
    factor = float(requests_per_month / Fraction(HOURS_PER_MONTH)) * len(hours) / profile.requests
    return tuple(n * factor / SECONDS_PER_HOUR for n in hours)


def residence_s(throughput: Throughput, osl: float) -> Range:
    """Seconds that a request of `osl` tokens out stays: to its first token, then one TPOT for each further one."""
    first, each = throughput.ttft_ms, throughput.tpot_ms
    if first is None or each is None:
        raise InputError("a phase on its own serves no whole request: give steady serving.")
    return Range(*(1e-3 * (f + (osl - 1) * t) for f, t in zip(_ends(first), _ends(each), strict=True)))


def _ends(bounds: Range) -> tuple[float, float, float]:
    return bounds.low, bounds.typical, bounds.high


def replicas_needed(arrival_per_s: float, residence_s: float, concurrency: float) -> int:
    """Replicas such that all requests in flight have a place, by Little's law; none where no requests come.

    `concurrency` is the number of places of one replica. Leaves out bursts within the hour.
    """
    return math.ceil(arrival_per_s * residence_s / concurrency)


def fleet(
    arrivals: tuple[float, ...], residence_s: float, concurrency: float, gpus: int, *, hourly: bool = False
) -> Fleet:
    """Replicas of `gpus` GPUs for requests a second by hour: at the peak's number always, or `hourly` as needed."""
    needed = tuple(replicas_needed(rate, residence_s, concurrency) for rate in arrivals)
    if not any(needed):
        raise InputError("no requests come in any hour, so there is nothing to serve.")
    kept = needed if hourly else (max(needed),) * len(needed)
    taken = sum(rate * residence_s for rate in arrivals)
    return Fleet(kept, gpus, taken / (sum(kept) * concurrency))


def serve(deployment: Deployment, isl: float, osl: float, tpot_target_ms: float) -> Throughput:
    """Steady serving with as many requests at once as memory holds and the target of ms a token allows.

    Raises InputError where not even one request alone meets the target, or the model does not fit.
    """
    fewest, most = 1, sequences_that_fit(deployment, isl + osl / 2)
    best = steady(deployment, isl, osl, fewest)
    if not _meets(best, tpot_target_ms):
        raise InputError(
            f"{deployment.architecture.name} on {deployment.gpus} × {deployment.device.name} takes "
            f"{_tpot_ms(best):.0f} ms a token with one request alone, above the target of {tpot_target_ms:g} ms."
        )
    while fewest < most:
        middle = (fewest + most + 1) // 2
        tried = steady(deployment, isl, osl, middle)
        if _meets(tried, tpot_target_ms):
            fewest, best = middle, tried
        else:
            most = middle - 1
    return best


def _tpot_ms(throughput: Throughput) -> float:
    return throughput.tpot_ms.typical if throughput.tpot_ms else math.inf


def _meets(throughput: Throughput, tpot_target_ms: float) -> bool:
    return _tpot_ms(throughput) <= tpot_target_ms
