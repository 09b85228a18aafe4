"""models.dev: sellers, models, their limits and days, and prices by the million tokens.

It cannot express: the past, a scheduled price, hours, batch and flex, cache writes for an hour, fees by the call,
regions, whether a tier's threshold is itself inside. Its other modes are read where the request that asks for them is
one that we know. `context_over_200k` repeats a tier with a name that may be false, so it is not read; a price of 0
there means free or part of a subscription and is left out.
"""

from collections.abc import Iterator

from pricing.feeds.payload import (
    PER_TOKENS,
    count,
    day,
    decode,
    digest,
    name,
    reading,
    rows,
    table,
    threshold,
    title,
    usd,
)
from pricing.feeds.values import FeedRefused, Listing, Quote, Reading
from pricing.values import CLAIMS, STANDARD, Mode, PriceRule, Status

URL = "https://models.dev/api.json"

_SELLERS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "google",
    "deepseek": "deepseek",
    "xai": "x-ai",
    "mistral": "mistral",
    "moonshotai": "moonshotai",
    "zai": "zai",
    "zhipuai": "zhipuai",
    "minimax": "minimax",
    "cohere": "cohere",
    "perplexity": "perplexity",
    "togetherai": "together",
    "fireworks-ai": "fireworks",
    "groq": "groq",
    "novita-ai": "novita",
    "cloudflare-workers-ai": "cloudflare",
    "databricks": "databricks",
    "amazon-bedrock": "aws",
    "cerebras": "cerebras",
    "deepinfra": "deepinfra",
    "baseten": "baseten",
    "ovhcloud": "ovhcloud",
    "openrouter": "openrouter",
}
_ITEMS = {
    "input": "input",
    "cache_read": "cache_read",
    "cache_write": "cache_write_5m",
    "output": "output",
    "input_audio": "input_audio",
    "output_audio": "output_audio",
}
_OTHER = frozenset({"reasoning", "context_over_200k", "tiers", "tier"})


def adapt(payload: bytes) -> Reading:
    """Read the JSON. Raises FeedRefused."""
    quotes: list[Quote] = []
    listings: list[Listing] = []
    skipped: list[str] = []
    for own, listed in table(decode(payload), "the payload").items():
        if own not in _SELLERS:
            continue
        for key, row in table(table(listed, own).get("models"), f"{own}, models").items():
            model = table(row, f"{own}, a model")
            sold = _listing(_SELLERS[own], name(key, f"{own}, a model"), model)
            place = f"{sold.provider}/{sold.model}"
            listings.append(sold)
            quotes += _quotes(sold, table(model.get("cost") or {}, f"{place}, cost"), STANDARD)
            quotes += _modes(sold, model, skipped)
    return reading(digest(payload), quotes, listings, skipped)


def _listing(seller: str, own: str, model: dict[str, object]) -> Listing:
    limit = table(model.get("limit") or {}, f"{seller}/{own}, limit")
    return Listing(
        seller,
        own,
        title(model.get("name"), own),
        count(limit.get("context")),
        count(limit.get("output")),
        day(model.get("release_date")),
    )


def _quotes(sold: Listing, cost: dict[str, object], mode: Mode) -> Iterator[Quote]:
    """The prices of one mode, each with its tiers."""
    place = f"{sold.provider}/{sold.model}"
    yield from _tier(sold, cost, 0, mode)
    for row in rows(cost.get("tiers") or [], f"{place}, tiers"):
        tier = table(row, f"{place}, tiers")
        edge = table(tier.get("tier"), f"{place}, tier")
        if edge.get("type") != "context":
            raise FeedRefused(f"{place}: a tier by {str(edge.get('type'))[:40]!r} is not one that is known.")
        yield from _tier(sold, tier, threshold(edge.get("size"), f"{place}, tier"), mode)


def _tier(sold: Listing, cost: dict[str, object], tokens: int, mode: Mode) -> Iterator[Quote]:
    place = f"{sold.provider}/{sold.model}"
    for key, value in cost.items():
        if key not in _ITEMS:
            if key not in _OTHER:
                raise FeedRefused(f"{place}: {key[:60]!r} has a unit that is not known.")
            continue
        amount = usd(value, f"{place}, {key}")
        if amount:
            yield Quote(
                sold.provider,
                sold.model,
                _ITEMS[key],
                amount,
                PER_TOKENS,
                tokens,
                service_tier=mode.service_tier,
                speed=mode.speed,
            )


def _modes(sold: Listing, model: dict[str, object], skipped: list[str]) -> Iterator[Quote]:
    """Prices for another service tier or speed, known by what the request then carries."""
    place = f"{sold.provider}/{sold.model}"
    experimental = table(model.get("experimental") or {}, f"{place}, experimental")
    for own, row in table(experimental.get("modes") or {}, f"{place}, modes").items():
        mode = table(row, f"{place}, {own[:40]}")
        provider = table(mode.get("provider") or {}, f"{place}, provider")
        body = table(provider.get("body") or {}, f"{place}, body")
        asked = {key: value for key, value in body.items() if key in ("service_tier", "speed")}
        if "cost" not in mode:
            continue
        if len(asked) != 1 or len(body) != 1:
            skipped.append(f"{place}: how the mode {own[:40]!r} is asked for is not known.")
            continue
        key, value = asked.popitem()
        served = Mode.model_validate({key: name(value, f"{place}, {key}")})
        yield from _quotes(sold, table(mode["cost"], f"{place}, cost"), served)


def expresses(rule: PriceRule) -> bool:
    """Whether the feed could state such a price."""
    return (
        rule.provider in _SELLERS.values()
        and rule.item in _ITEMS.values()
        and not (rule.processing or rule.region or rule.window)
        and rule.service_tier in ("", "priority")
        and rule.status not in CLAIMS | {Status.SCHEDULED, Status.CANCELLED}
    )
