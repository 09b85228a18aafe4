"""Random requests on which the two best peers agree: our bill is theirs, to a billionth of a dollar."""

import csv
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import genai_prices
import pytest

from pricing import STANDARD, Bill, Mode, Model, Unpriced, Usage, catalog, price

TOLERANCE_USD = Decimal("1e-9")
SINCE = datetime(2026, 10, 14, tzinfo=UTC)  # genai-prices has batch and flex prices from here on.
EDGES = (10, 1000, 100_000, 128_000, 200_000, 272_000, 500_000)
MODES = {
    "": STANDARD,
    "_batches": Mode(processing="batch"),
    "_flex": Mode(service_tier="flex"),
    "_priority": Mode(service_tier="priority"),
}


@dataclass(frozen=True)
class Request:
    """One call: input includes what was read from the cache and written to it."""

    model: Model
    at: datetime
    suffix: str
    input_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    output_tokens: int

    @property
    def mode(self) -> Mode:
        return MODES[self.suffix]

    def bill(self) -> Bill:
        usage = Usage.from_inclusive(
            input_tokens=self.input_tokens,
            cache_read_tokens=self.cache_read_tokens,
            cache_write_5m_tokens=self.cache_write_tokens,
            output_tokens=self.output_tokens,
        )
        return price(self.model, usage, self.at, mode=self.mode)


def requests(models: list[Model], count: int, since: datetime, days: int, suffixes: list[str]) -> Iterator[Request]:
    """Seeded requests around the tiers; cached tokens only where the model has a price for them in that mode."""
    rolls = random.Random(20261124)  # noqa: S311 - the same requests each time
    for _ in range(count):
        model, suffix = rolls.choice(models), rolls.choice(suffixes)
        sold = {rule.item for rule in model.rules if rule.mode == MODES[suffix]}
        total = max(1, rolls.choice(EDGES) + rolls.randint(-1, 1))
        read = rolls.randint(0, total) if "cache_read" in sold else 0
        written = rolls.randint(0, total - read) if "cache_write_5m" in sold and rolls.random() < 0.3 else 0
        at = since + timedelta(minutes=rolls.randrange(days * 24 * 60))
        yield Request(model, at, suffix, total, read, written, rolls.randint(0, 50_000))


def by_genai(request: Request) -> Decimal | None:
    """The answer of genai-prices, unless it takes the name for another model or has no such mode."""
    usage = genai_prices.Usage(
        input_tokens=request.input_tokens,
        cache_read_tokens=request.cache_read_tokens,
        cache_write_tokens=request.cache_write_tokens,
        output_tokens=request.output_tokens,
    )
    mode = {key: value for key, value in request.mode.model_dump().items() if value}
    try:
        found = genai_prices.calc_price(
            usage,
            request.model.id,
            provider_id=request.model.provider,
            genai_request_timestamp=request.at,
            price_context=mode or None,
        )
    except LookupError:
        return None
    variants = [variant.when for variant in found.model.price_variants or []]
    return found.total_price if found.model.id == request.model.id and (not mode or mode in variants) else None


def differing(asked: Iterator[Request], answer: dict[Request, Decimal]) -> list[tuple[Request, Decimal]]:
    return [(each, usd) for each in asked if abs((usd := each.bill().usd) - answer[each]) > TOLERANCE_USD]


def follows(request: Request, source: str) -> bool:
    """Whether every price that bills this request comes from one source, at any hour."""
    try:
        lines = request.bill().lines
    except Unpriced:
        return False
    return not request.model.windows and all(line.rule.source == source for line in lines)


def test_random_requests_are_billed_as_by_genai_prices() -> None:
    asked = requests([*catalog().models.values()], 4000, SINCE, 170, ["", "", "_batches", "_flex", "_priority"])
    followed = (each for each in asked if follows(each, "genai-prices"))
    answers = {each: usd for each in followed if (usd := by_genai(each)) is not None}
    assert len(answers) > 1000
    assert len({each.model.provider for each in answers}) >= 20
    assert {each.suffix for each in answers} == MODES.keys()
    assert differing(iter(answers), answers) == []


PROVIDERS = {"openai": "", "anthropic": "", "google": "gemini/", "deepseek": "deepseek/", "deepinfra": "deepinfra/"}


@pytest.fixture(scope="module")
def litellm(shared: Path) -> dict[str, dict[str, Decimal]]:
    """LiteLLM's figures by model and key, USD per 1M tokens, as they were transcribed."""
    figures: dict[str, dict[str, Decimal]] = defaultdict(dict)
    with (shared / "prices" / "prices.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["source"] == "litellm" and row["unit"] == "per 1M tokens":
                figures[row["model"]][row["price_item"]] = Decimal(row["usd"])
    return figures


def by_litellm(request: Request, figures: dict[str, dict[str, Decimal]]) -> Decimal | None:
    """The largest tier below the input prices every token of the request; no key, no answer."""
    found = figures.get(PROVIDERS[request.model.provider] + request.model.id, {})
    tiers = {int(k) for key in found for k in re.findall(r"^input_cost_per_token_above_(\d+)k_tokens$", key)}
    tier = max((k for k in tiers if request.input_tokens > k * 1000), default=0)
    ending = (f"_above_{tier}k_tokens" if tier else "") + request.suffix
    counts = {
        "input_cost_per_token": request.input_tokens - request.cache_read_tokens - request.cache_write_tokens,
        "cache_read_input_token_cost": request.cache_read_tokens,
        "cache_creation_input_token_cost": request.cache_write_tokens,
        "output_cost_per_token": request.output_tokens,
    }
    rates = {key: found.get(key + ending) for key, count in counts.items() if count}
    if None in rates.values():
        return None
    return sum((counts[key] * rate for key, rate in rates.items() if rate is not None), Decimal(0)) / 10**6


@pytest.mark.shared
def test_random_requests_are_billed_as_by_both_peers(litellm: dict[str, dict[str, Decimal]]) -> None:
    known = [m for m in catalog().models.values() if PROVIDERS.get(m.provider, "/none/") + m.id in litellm]
    agreed = {}
    for each in requests(known, 3000, datetime(2026, 11, 24, tzinfo=UTC), 30, ["", "", "_batches", "_flex"]):
        one, other = by_genai(each), by_litellm(each, litellm)
        if one is not None and other is not None and abs(one - other) <= TOLERANCE_USD:
            agreed[each] = one
    assert len(agreed) > 500
    assert len({each.model.id for each in agreed}) > 40
    assert differing(iter(agreed), agreed) == []


@pytest.mark.shared
def test_what_follows_litellm_is_billed_as_by_litellm(litellm: dict[str, dict[str, Decimal]]) -> None:
    known = [m for m in catalog().models.values() if PROVIDERS.get(m.provider, "/none/") + m.id in litellm]
    asked = requests(known, 3000, datetime(2026, 11, 24, tzinfo=UTC), 30, [*MODES])
    asked = (each for each in asked if follows(each, "litellm"))
    answers = {each: usd for each in asked if (usd := by_litellm(each, litellm)) is not None}
    assert len(answers) > 10
    assert differing(iter(answers), answers) == []
