"""Published measurements of serving: one row each of data/throughput/measurements.csv."""

import math
from functools import cache
from typing import Literal

from pydantic import Field

from estimator.selfhost.architecture import find_architecture
from estimator.selfhost.capacity import sequences_that_fit
from estimator.selfhost.deployment import Deployment
from estimator.selfhost.device import find_device
from estimator.selfhost.throughput import MOST_SEQUENCES
from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_table

MEASUREMENTS = DATA / "throughput" / "measurements.csv"


class Measurement(Fact):
    """What was run, and how fast it was. Counts and precisions are those of a Deployment.

    phase: mixed serving (agg), decoding alone or reading prompts alone. `context`: tokens in the cache when decoding.
    A blank concurrency is all that fit, of `requests` sent at once. `weight`: 1 as stated, less where something was
    assumed, 0 for rows that are shown but not fitted.
    """

    id: str
    family: str
    source: str
    run: str = ""
    measured_on: str = ""
    model: str
    device: str
    engine: str
    precision: str
    kv_precision: str = "native"
    gpus: int = Field(ge=1)
    stages: int = Field(ge=1)
    dp_attn: int = Field(ge=1)
    ep: int = Field(ge=1)
    drafts: int = Field(ge=0)
    accepted_tokens: float = Field(ge=1)
    is_local: bool
    phase: Literal["agg", "decode", "prefill"]
    isl: float = 0.0
    osl: float = 1.0
    context: float | None = None
    concurrency: float | None = None
    requests: float | None = None
    out_tok_s_per_gpu: float | None = None
    in_tok_s_per_gpu: float | None = None
    ttft_ms: float | None = None
    tpot_ms: float | None = None
    weight: float = Field(ge=0, le=1)
    note: str = ""

    @property
    def counts(self) -> bool:
        """Whether errors are told of it: nothing that moves its speed was assumed."""
        return self.weight > 0 and (not self.drafts or self.note == "acceptance stated")

    @property
    def tok_s_per_gpu(self) -> float:
        """What was measured: tokens written, or read where only prompts were."""
        found = self.in_tok_s_per_gpu if self.phase == "prefill" else self.out_tok_s_per_gpu
        if found is None:
            raise InputError(f"measurements.csv, {self.id}: it says no tokens a second.")
        return found

    @property
    def deployment(self) -> Deployment:
        """Raises InputError for an unknown model, device or layout."""
        return Deployment(
            architecture=find_architecture(self.model),
            device=find_device(self.device),
            gpus=self.gpus,
            precision=self.precision,
            kv_precision=self.kv_precision,
            stages=self.stages,
            dp_attn=self.dp_attn,
            ep=self.ep,
            drafts=self.drafts,
            accepted_tokens=self.accepted_tokens,
            is_local=self.is_local,
        )

    @property
    def context_tokens(self) -> float:
        """Tokens in the cache of a sequence, on average over its life."""
        if self.context is not None:
            return self.context
        return self.isl if self.phase == "prefill" else self.isl + self.osl / 2

    @property
    def sequences(self) -> float:
        """In flight: what was asked for, as far as memory holds it; infinite where prompts alone came unnumbered."""
        if self.phase == "prefill":
            return self.concurrency or math.inf
        wanted = self.concurrency or MOST_SEQUENCES * self.dp_attn
        most = self.isl + self.osl if self.phase == "agg" else self.context_tokens
        return min(wanted, sequences_that_fit(self.deployment, most), self.requests or math.inf)


@cache
def measurements() -> tuple[Measurement, ...]:
    """All rows. Raises InputError with file and line."""
    return read_table(MEASUREMENTS, Measurement)
