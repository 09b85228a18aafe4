"""What a feed says, in our terms: quotes and listings. Nothing here knows the catalog, the network or the time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pricing.errors import InputError
from pricing.values import PriceRule
from pricing.windows import Window


class FeedRefused(InputError):
    """A payload that cannot be used at all: no JSON, not the shape, nothing in it, or a price that cannot be."""


@dataclass(frozen=True, slots=True)
class Quote:
    """One price of one item at one seller, as a feed states it: `usd` for `per` units.

    A blank `valid_from` or `valid_to` is one that the feed does not state. `provider` is an id of genai-prices,
    `model` the feed's own spelling.
    """

    provider: str
    model: str
    item: str
    usd: Decimal
    per: int
    min_input_tokens: int = 0
    min_is_strict: bool = True
    processing: str = ""
    service_tier: str = ""
    speed: str = ""
    region: str = ""
    window: Window | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    @property
    def key(self) -> tuple[str | int, ...]:
        """What identifies the price, so that quotes of several feeds can be told to be about the same.

        Of a window it holds the hours alone, and of a tier not its strictness: no feed states holidays, some no
        weekdays, and most leave open whether the threshold itself is inside.
        """
        return (
            self.provider,
            self.model,
            self.item,
            self.min_input_tokens,
            self.processing,
            self.service_tier,
            self.speed,
            self.region,
            f"{self.window.timezone} {self.window.hours}" if self.window else "",
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """One model at one seller, as a feed lists it; None is unknown."""

    provider: str
    model: str
    name: str
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    released_on: date | None = None
    retires_on: date | None = None


@dataclass(frozen=True, slots=True)
class DayRates:
    """Exchange rates of one day: units of each currency, by its ISO 4217 code, for one euro."""

    on: date
    per_eur: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one payload says. `skipped` has a sentence for each thing in it that was left out.

    `rates` are of different days, the oldest first; a feed states either prices or rates.
    """

    version: str
    quotes: tuple[Quote, ...]
    listings: tuple[Listing, ...]
    skipped: tuple[str, ...]
    rates: tuple[DayRates, ...] = ()


@dataclass(frozen=True)
class Feed:
    """A place where prices, or exchange rates, are published. `source` is its id in data/sources.

    `adapt` reads a payload, or raises FeedRefused. `expresses` is False for a rule that the feed has no way to state:
    that it says nothing of such a rule means nothing.
    """

    id: str
    title: str
    url: str
    source: str
    adapt: Callable[[bytes], Reading]
    expresses: Callable[[PriceRule], bool]
