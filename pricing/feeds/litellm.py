"""LiteLLM: one flat table of models, prices by the token, and the tier and the mode in the name of the key.

It cannot express: the past, a scheduled price, holidays, regions and speed (it has multipliers, which are no prices),
whether a tier's threshold is itself inside. A price of 0 there means free or unknown, so it is left out. Of a model
that stands in it twice, as sold by Google directly and on Vertex, the first in the order of sellers below is taken.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from pricing.feeds.payload import (
    PER_CALLS,
    PER_TOKENS,
    RowSkipped,
    count,
    day,
    decode,
    digest,
    name,
    reading,
    rows,
    table,
    usd,
)
from pricing.feeds.values import FeedRefused, Listing, Quote, Reading
from pricing.feeds.week import DAYS, Stretch, by_hour
from pricing.values import CLAIMS, PriceRule, Status
from pricing.windows import Window

URL = "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"

_SELLERS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "gemini": "google",
    "vertex_ai-language-models": "google",
    "vertex_ai-anthropic_models": "google",
    "vertex_ai": "google",
    "deepseek": "deepseek",
    "xai": "x-ai",
    "mistral": "mistral",
    "moonshot": "moonshotai",
    "zai": "zai",
    "minimax": "minimax",
    "cohere_chat": "cohere",
    "cohere": "cohere",
    "perplexity": "perplexity",
    "together_ai": "together",
    "fireworks_ai": "fireworks",
    "groq": "groq",
    "novita": "novita",
    "cloudflare": "cloudflare",
    "databricks": "databricks",
    "bedrock_converse": "aws",
    "bedrock": "aws",
    "cerebras": "cerebras",
    "deepinfra": "deepinfra",
    "baseten": "baseten",
    "ovhcloud": "ovhcloud",
    "meta": "meta",
    "voyage": "voyageai",
}
_RANK = {seller: rank for rank, seller in enumerate(_SELLERS)}
_KINDS = frozenset({"chat", "completion", "responses", "embedding", "realtime"})
_ITEMS = {
    "input_cost_per_token": "input",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write_5m",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "output_cost_per_token": "output",
    "input_cost_per_audio_token": "input_audio",
    "cache_read_input_audio_token_cost": "cache_read_audio",
    "output_cost_per_audio_token": "output_audio",
}
_MODES = {"": ("", ""), "batches": ("batch", ""), "flex": ("", "flex"), "priority": ("", "priority")}
_KEY = re.compile(
    rf"(?P<price>{'|'.join(sorted(_ITEMS, key=len, reverse=True))})"
    r"(_above_(?P<thousands>\d{1,6})k_tokens)?(_(?P<mode>\w+))?",
    re.ASCII,
)
_COUNTED = re.compile(r"(input|output)_cost_per_")
_UNITS = re.compile(
    r"(token|audio|image|video|second|character|pixel|query|request|text_message|reasoning_token)(_|$)", re.ASCII
)
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)


def adapt(payload: bytes) -> Reading:
    """Read the JSON. Raises FeedRefused."""
    listings: dict[tuple[str, str], Listing] = {}
    quotes: list[Quote] = []
    skipped: list[str] = []
    for place, row in _sold(table(decode(payload), "the payload")):
        sold = _listing(place, row)
        if (sold.provider, sold.model) in listings:
            continue
        try:
            found = [*_tokens(sold, row, place, skipped), *_searches(sold, row, place)]
        except RowSkipped as reason:
            skipped.append(f"{place}: {reason}")
            continue
        if found:
            listings[sold.provider, sold.model] = sold
            quotes += found
    return reading(digest(payload), quotes, listings.values(), skipped)


def _sold(content: dict[str, object]) -> list[tuple[str, dict[str, object]]]:
    """Models that are paid by the token, of sellers that we know, in the order of those."""
    models = [(name(place, "a model"), table(row, place[:80])) for place, row in content.items()]
    known = [
        (place, row)
        for place, row in models
        if str(row.get("litellm_provider")) in _RANK and str(row.get("mode")) in _KINDS
    ]
    return sorted(known, key=lambda model: _RANK[str(model[1]["litellm_provider"])])


def _listing(place: str, row: dict[str, object]) -> Listing:
    own = str(row["litellm_provider"])
    model = place
    for folder in (f"{own}/", "vertex_ai/", "accounts/fireworks/models/"):
        model = model.removeprefix(folder) or place
    return Listing(
        _SELLERS[own],
        model,
        model,
        count(row.get("max_input_tokens")),
        count(row.get("max_output_tokens")),
        retires_on=day(row.get("deprecation_date")),
    )


def _tokens(sold: Listing, row: dict[str, object], place: str, skipped: list[str]) -> Iterator[Quote]:
    """The prices by the token."""
    if "bedrock" in str(row["litellm_provider"]) and "/" in sold.model:
        raise RowSkipped("the price of one region, or of a commitment, is left out.")
    if "tiered_pricing" in row:
        raise RowSkipped("tiered_pricing is left out.")
    off_peak = table(row.get("off_peak_pricing") or {}, f"{place}, off_peak_pricing")
    hours = _stretches(off_peak, place)
    for key, value in row.items():
        match = _KEY.fullmatch(key)
        if not match:
            _check_unit(key, place)
            continue
        if value is None:
            continue
        price, item = usd(value, f"{place}, {key}", PER_TOKENS), _ITEMS[match["price"]]
        if (match["mode"] or "") not in _MODES:
            skipped.append(f"{place}: {key} is not billed here.")
            continue
        if not price:
            continue
        tokens = int(match["thousands"] or 0) * 1000
        processing, tier = _MODES[match["mode"] or ""]
        for window, amount in _by_hour(price, off_peak.get(key), hours, f"{place}, {key}"):
            yield Quote(
                sold.provider,
                sold.model,
                item,
                amount,
                PER_TOKENS,
                tokens,
                processing=processing,
                service_tier=tier,
                window=window,
            )


def _by_hour(peak: Decimal, off_peak: object, hours: list[Stretch], place: str) -> list[tuple[Window | None, Decimal]]:
    if off_peak is None:
        return [(None, peak)]
    low = usd(off_peak, place, PER_TOKENS)
    return by_hour(peak, [(stretch, low) for stretch in hours], low)


def _check_unit(key: str, place: str) -> None:
    counted = _COUNTED.match(key)
    if counted and not _UNITS.match(key, counted.end()):
        raise FeedRefused(f"{place}: {key[:60]!r} has a unit that is not known.")


def _searches(sold: Listing, row: dict[str, object], place: str) -> Iterator[Quote]:
    """The fee for a web search, where it is the same for every size of its answer."""
    sizes = table(row.get("search_context_cost_per_query") or {}, f"{place}, search_context_cost_per_query")
    fees = {usd(value, f"{place}, {size}", PER_CALLS) for size, value in sizes.items()}
    if len(fees) == 1 and (fee := fees.pop()):
        yield Quote(sold.provider, sold.model, "web_search", fee, PER_CALLS)


def _stretches(off_peak: dict[str, object], place: str) -> list[Stretch]:
    """The hours of `off_peak_pricing`. Raises RowSkipped where weekdays are not those of UTC."""
    if off_peak.get("weekday_timezone") not in (None, "UTC"):
        raise RowSkipped("off-peak hours by the weekdays of another time zone are left out.")
    return [
        stretch
        for window in rows(off_peak.get("windows", []), f"{place}, windows")
        for stretch in _of_window(table(window, f"{place}, windows"), place)
    ]


def _of_window(window: dict[str, object], place: str) -> Iterator[Stretch]:
    spans, days = window.get("hours_utc"), rows(window.get("weekdays", [1, 2, 3, 4, 5, 6, 7]), f"{place}, weekdays")
    weekdays = [str(weekday) for weekday in days]
    if not set(weekdays) <= set(DAYS):
        raise FeedRefused(f"{place}: weekdays are numbers from 1 to 7.")
    for span in [spans] if isinstance(spans, str) else rows(spans, f"{place}, hours_utc"):
        match = _SPAN.fullmatch(str(span))
        if not match:
            raise FeedRefused(f"{place}: {str(span)[:40]!r} are no hours.")
        start_h, start_m, end_h, end_m = map(int, match.groups())
        yield Stretch("".join(weekdays), start_h * 60 + start_m, end_h * 60 + end_m)


def expresses(rule: PriceRule) -> bool:
    """Whether the feed could state such a price."""
    return (
        rule.provider in _SELLERS.values()
        and (rule.item in _ITEMS.values() or rule.item == "web_search")
        and (rule.processing, rule.service_tier) in _MODES.values()
        and not (rule.speed or rule.region)
        and rule.status not in CLAIMS | {Status.SCHEDULED, Status.CANCELLED}
    )
