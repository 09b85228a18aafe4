"""The values of the pricing room: usage, rules and bills. All immutable; money is Decimal."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from enum import StrEnum
from functools import cached_property, reduce
from operator import attrgetter
from typing import Annotated, NoReturn, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from pricing.errors import InvalidUsage
from pricing.facts import Fact

EXACT = Context(prec=80, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
MAX_TOKENS = 10**18  # Beyond what all sellers together serve in a century: a typing error, not a workload.

_EVER = datetime.min.replace(tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)


def add_exactly(amounts: list[Decimal]) -> Decimal:
    """The sum with no rounding at all, so that a bill does not depend on the order of its lines."""
    return reduce(EXACT.add, amounts, Decimal(0))


@dataclass(frozen=True, slots=True)
class Usage:
    """Disjoint buckets of one request, or of several together: no token stands in two of them.

    `reasoning_tokens` alone is a remark, a part of `output_tokens`.
    """

    uncached_input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    uncached_audio_tokens: int = 0
    cache_read_audio_tokens: int = 0
    output_tokens: int = 0
    output_audio_tokens: int = 0
    reasoning_tokens: int = 0
    web_searches: int = 0

    def __post_init__(self) -> None:
        if not 0 <= min(self.counts) <= max(self.counts) <= MAX_TOKENS:
            _refuse(self)
        if self.reasoning_tokens > self.output_tokens:
            raise InvalidUsage(
                f"reasoning_tokens ({self.reasoning_tokens}) exceed output_tokens ({self.output_tokens}), "
                "of which they are a part."
            )

    @property
    def counts(self) -> tuple[int, ...]:
        """The buckets in order."""
        return _counts(self)

    def items(self) -> tuple[tuple[str, int], ...]:
        """The buckets in order, with their names."""
        return tuple(zip(_BUCKETS, self.counts, strict=True))

    @property
    def total_input_tokens(self) -> int:
        """What price tiers look at: the whole prompt, cached or not."""
        return (
            self.uncached_input_tokens
            + self.cache_read_tokens
            + self.cache_write_5m_tokens
            + self.cache_write_1h_tokens
            + self.uncached_audio_tokens
            + self.cache_read_audio_tokens
        )

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(*map(int.__add__, self.counts, other.counts))

    @classmethod
    def from_inclusive(
        cls,
        *,
        input_tokens: int,
        output_tokens: int,
        cache_read_tokens: int = 0,
        cache_write_5m_tokens: int = 0,
        cache_write_1h_tokens: int = 0,
        input_audio_tokens: int = 0,
        cache_audio_read_tokens: int = 0,
        output_audio_tokens: int = 0,
        reasoning_tokens: int = 0,
        web_searches: int = 0,
    ) -> Self:
        """Split counts of which the input includes its cached, written and audio parts (OpenTelemetry's convention).

        Raises InvalidUsage where a part exceeds its whole.
        """
        cached_text = cache_read_tokens - cache_audio_read_tokens
        uncached_audio = input_audio_tokens - cache_audio_read_tokens
        text = input_tokens - input_audio_tokens - cached_text - cache_write_5m_tokens - cache_write_1h_tokens
        output_text = output_tokens - output_audio_tokens
        for count, counter in (
            (input_tokens, "input_tokens"),
            (cache_read_tokens, "cache_read_tokens"),
            (input_audio_tokens, "input_audio_tokens"),
            (output_tokens, "output_tokens"),
        ):
            if count < 0:
                raise InvalidUsage(f"{counter} is negative ({count}): a count starts at 0.")
        for part, name, whole in (
            (cached_text, "cache_audio_read_tokens", "cache_read_tokens"),
            (uncached_audio, "cache_audio_read_tokens", "input_audio_tokens"),
            (text, "cached, cache-written and audio tokens together", "input_tokens"),
            (output_text, "output_audio_tokens", "output_tokens"),
        ):
            if part < 0:
                raise InvalidUsage(f"{name} exceed {whole}, of which they are a part.")
        return cls(
            uncached_input_tokens=text,
            cache_read_tokens=cached_text,
            cache_write_5m_tokens=cache_write_5m_tokens,
            cache_write_1h_tokens=cache_write_1h_tokens,
            uncached_audio_tokens=uncached_audio,
            cache_read_audio_tokens=cache_audio_read_tokens,
            output_tokens=output_text,
            output_audio_tokens=output_audio_tokens,
            reasoning_tokens=reasoning_tokens,
            web_searches=web_searches,
        )


_BUCKETS = tuple(field.name for field in fields(Usage))
_counts: Callable[[Usage], tuple[int, ...]] = attrgetter(*_BUCKETS)  # A profile reads them by the hundred thousand.


def _refuse(usage: Usage) -> NoReturn:
    """Say which count cannot be."""
    name, count = next((bucket, n) for bucket, n in usage.items() if not 0 <= n <= MAX_TOKENS)
    if count < 0:
        raise InvalidUsage(f"{name} is negative ({count}): a count starts at 0.")
    raise InvalidUsage(f"{name} is {count}: more than 10^18 cannot be one bill. Check the number.")


# Which item of a price list each bucket is billed as; reasoning is inside output.
BILLED_AS = {
    "uncached_input_tokens": "input",
    "cache_read_tokens": "cache_read",
    "cache_write_5m_tokens": "cache_write_5m",
    "cache_write_1h_tokens": "cache_write_1h",
    "uncached_audio_tokens": "input_audio",
    "cache_read_audio_tokens": "cache_read_audio",
    "output_tokens": "output",
    "output_audio_tokens": "output_audio",
    "web_searches": "web_search",
}


class Status(StrEnum):
    LISTED = "listed"
    PROMOTIONAL = "promotional"
    SCHEDULED = "scheduled"
    DERIVED = "derived"
    CANCELLED = "cancelled"
    PROJECTED = "projected"
    CLAIMED = "claimed"


BILLABLE = frozenset({Status.LISTED, Status.PROMOTIONAL, Status.SCHEDULED, Status.DERIVED})
CLAIMS = frozenset({Status.PROJECTED, Status.CLAIMED})


def _price(value: Decimal) -> Decimal:
    if not value.is_finite() or value < 0:
        raise ValueError("a price is a number of 0 or more")
    return value


Price = Annotated[Decimal, AfterValidator(_price)]


class Mode(Fact):
    """How a request is served. Empty means the seller's standard."""

    processing: str = ""
    service_tier: str = ""
    speed: str = ""
    region: str = ""

    @model_validator(mode="before")
    @classmethod
    def _standard_is_empty(cls, fields: object) -> object:
        standard = {"standard", "default", "auto", "global", "not_available", "none"}
        if isinstance(fields, dict):
            return {k: "" if v is None or str(v).lower() in standard else str(v).lower() for k, v in fields.items()}
        return fields

    def __str__(self) -> str:
        return ", ".join(f"{k} {v}" for k, v in self.model_dump().items() if v) or "standard"


STANDARD = Mode()


class PriceRule(Fact):
    """One price of one item of one model: a row of data/prices/*.csv. Its columns are explained in data/README.md."""

    provider: str
    model: str
    item: str
    usd: Price | None = None
    usd_low: Price | None = None
    usd_high: Price | None = None
    per: int = Field(gt=0)
    valid_from: AwareDatetime | None = None
    valid_to: AwareDatetime | None = None
    min_input_tokens: int = Field(default=0, ge=0)
    min_is_strict: bool = True
    window: str = ""
    processing: str = ""
    service_tier: str = ""
    speed: str = ""
    region: str = ""
    status: Status
    source: str
    checked_on: date
    note: str = ""

    @model_validator(mode="after")
    def _one_price_or_a_range(self) -> Self:
        is_range = self.usd_low is not None and self.usd_high is not None and self.usd_low <= self.usd_high
        is_one = self.usd is not None and self.usd_low is None and self.usd_high is None
        if not (is_one or (self.usd is None and is_range)):
            raise ValueError("give either usd, or usd_low and usd_high in order")
        if self.valid_from and self.valid_to and self.valid_from >= self.valid_to:
            raise ValueError("valid_from must be before valid_to")
        return self

    @cached_property
    def mode(self) -> Mode:
        return Mode.model_construct(
            processing=self.processing, service_tier=self.service_tier, speed=self.speed, region=self.region
        )

    @property
    def low(self) -> Decimal:
        return self.usd if self.usd is not None else self._end(self.usd_low)

    @property
    def high(self) -> Decimal:
        return self.usd if self.usd is not None else self._end(self.usd_high)

    @property
    def typical(self) -> Decimal:
        """The price, or the middle of a claimed range."""
        return self.usd if self.usd is not None else (self.low + self.high) / 2

    @staticmethod
    def _end(value: Decimal | None) -> Decimal:
        assert value is not None  # noqa: S101 - the validator has seen to it
        return value

    @property
    def begins(self) -> datetime:
        """A blank valid_from means that the start is not on record: the price holds as far back as one asks."""
        return self.valid_from or _EVER

    @property
    def ends(self) -> datetime:
        return self.valid_to or _NEVER

    def in_force(self, at: datetime) -> bool:
        """Half-open: from valid_from on, up to but not at valid_to."""
        return self.begins <= at < self.ends

    @property
    def smallest_input_tokens(self) -> int:
        """The least total input of a single request that this rule covers."""
        return self.min_input_tokens + 1 if self.min_input_tokens and self.min_is_strict else self.min_input_tokens

    def covers_size(self, total_input_tokens: int, requests: int = 1) -> bool:
        """Whether requests of this size on average fall under the rule, in whole numbers: no rounding decides."""
        threshold = self.min_input_tokens * requests
        if self.min_input_tokens and self.min_is_strict:
            return total_input_tokens > threshold
        return total_input_tokens >= threshold


@dataclass(frozen=True, slots=True)
class BillLine:
    """`quantity` of an item at one rule. `usd` is quantity × rate, exactly."""

    item: str
    quantity: int
    rule: PriceRule

    def _amount(self, rate: Decimal) -> Decimal:
        return EXACT.divide(EXACT.multiply(Decimal(self.quantity), rate), Decimal(self.rule.per))

    @property
    def usd(self) -> Decimal:
        return self._amount(self.rule.typical)

    @property
    def low_usd(self) -> Decimal:
        return self._amount(self.rule.low)

    @property
    def high_usd(self) -> Decimal:
        return self._amount(self.rule.high)


@dataclass(frozen=True, slots=True)
class Bill:
    """What a piece of usage costs on one model: lines and their sum."""

    lines: tuple[BillLine, ...]

    @property
    def usd(self) -> Decimal:
        return add_exactly([line.usd for line in self.lines])

    @property
    def low_usd(self) -> Decimal:
        return add_exactly([line.low_usd for line in self.lines])

    @property
    def high_usd(self) -> Decimal:
        return add_exactly([line.high_usd for line in self.lines])
