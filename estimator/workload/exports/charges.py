"""Rows that tell an amount of money → what was billed for which span, model and item. Nothing of persons is kept."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from estimator.workload.exports import forms, google_billing
from estimator.workload.exports.columns import time_of, whole
from estimator.workload.exports.langfuse import COSTS, item_of
from estimator.workload.exports.records import word
from pricing import STANDARD, InputError, Mode
from pricing.currency import currencies

DAY = timedelta(days=1)
_MONEY = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,40})?([eE]-?[0-9]{1,2})?")
_UNNAMED = "unnamed"
_FINEST = 9  # Digits behind the point; what floats have beyond them is noise.
_TIERS = {tier: Mode(service_tier=tier) for tier in ("flex", "priority")} | {"batch": Mode(processing="batch")}
_LINE_ITEM = re.compile(
    r"(?:(?P<surface>[^|]+?) \| )?(?P<model>[\w.:-]+)(?: (?P<kind>text|audio|image))?, (?P<rest>.+)"
)
_OPENAI_ITEMS = {"input": "input", "cached input": "cache_read", "output": "output"}
_OPENAI_AUDIO = {"input": "input_audio", "cached input": "cache_read_audio", "output": "output_audio"}
_ANTHROPIC_ITEMS = {
    "input_no_cache": "input",
    "uncached_input_tokens": "input",
    "input_cache_read": "cache_read",
    "cache_read_input_tokens": "cache_read",
    "input_cache_write_5m": "cache_write_5m",
    "cache_creation.ephemeral_5m_input_tokens": "cache_write_5m",
    "input_cache_write_1h": "cache_write_1h",
    "cache_creation.ephemeral_1h_input_tokens": "cache_write_1h",
    "output": "output",
    "output_tokens": "output",
}
_DEEPSEEK_ITEMS = {
    "input_cache_hit_tokens": "cache_read",
    "input_cache_miss_tokens": "input",
    "output_tokens": "output",
}
_GOOGLE_ITEMS = {
    "uncached_input_tokens": "input",
    "cache_read_tokens": "cache_read",
    "output_tokens": "output",
}


@dataclass(frozen=True, slots=True)
class Charge:
    """What `by` says that a span, half-open, cost; positive is owed.

    `model` and `item` are blank where the amount is for all of them; `item` is one of the price lists, or the bill's
    own word for what they do not have. `rounding` is how far the amount may lie from the exact one. `per_usd` is the
    exchange rate that the bill itself tells. Of the amount, `own_key` was paid elsewhere, by a key of the user;
    `cache_discount` was taken off it.
    """

    start: datetime
    end: datetime
    by: str
    provider: str
    model: str
    item: str
    amount: Decimal
    currency: str = "USD"
    mode: Mode = STANDARD
    rounding: Decimal = Decimal(0)
    per_usd: Decimal | None = None
    own_key: Decimal = Decimal(0)
    cache_discount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """A seller's own price beside a count: `amount` = count × price, in the currency of the bill."""

    start: datetime
    end: datetime
    provider: str
    model: str
    item: str
    amount: Decimal


@dataclass(frozen=True)
class Form:
    """A known export. `only` are bills without tokens; `charges` reads a row of one that tells money."""

    by: str
    provider: str
    marks: frozenset[str]
    charges: Callable[[Mapping[str, Any]], Iterator[Charge]] | None = None
    only: bool = False

    def fits(self, fields: Mapping[str, Any]) -> bool:
        return fields.keys() >= self.marks


def span_of(fields: Mapping[str, Any], start: str, end: str = "") -> tuple[datetime, datetime]:
    """The span of a row in its own time zone; the whole day where it tells only a day or a moment of it."""
    begins, is_day = _local(fields[start])
    if end and fields.get(end):
        ends, _ = _local(fields[end])
        if ends <= begins:
            raise InputError(f"{end} is not after {start}: correct the row.")
        if ends - begins >= DAY:
            return begins, ends
    midnight = begins if is_day else begins.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight, midnight + DAY


def _local(value: object) -> tuple[datetime, bool]:
    """A time that keeps the time zone it is written in, and whether it is a whole day."""
    at, _, is_day = time_of(value)
    try:
        zone = datetime.fromisoformat(str(value).strip()).tzinfo
    except ValueError:
        zone = None
    return at.astimezone(zone) if zone else at, is_day


def money(name: str, value: object) -> Decimal | None:
    """An amount; None where it is blank. Raises InputError where it is none."""
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    if isinstance(value, bool) or not _MONEY.fullmatch(text):
        raise InputError(f"{name} is {word(text)[:40]!r}: write a plain amount such as 12.50.")
    return Decimal(text)


def decimals(amount: Decimal) -> int:
    """Digits behind the point that tell something."""
    exponent = amount.as_tuple().exponent
    return min(_FINEST, max(0, -exponent)) if isinstance(exponent, int) else 0


def _currency(value: object) -> str:
    code = str(value or "USD").strip().upper()
    if code not in currencies():
        raise InputError(
            f"the currency {word(code)[:20]!r} is not on record: convert to one of {', '.join(currencies())}."
        )
    return code


def _openai(fields: Mapping[str, Any]) -> Iterator[Charge]:
    """Costs of OpenAI, from its API or its dashboard; an idle day has no amount."""
    inner = fields.get("amount", fields.get("amount_value"))
    told = inner if isinstance(inner, Mapping) else {"value": inner}
    amount = money("amount", told.get("value"))
    if amount is None:
        return
    model, item, mode = line_item(str(fields.get("line_item") or ""))
    iso = fields.get("start_time_iso")
    start, end = span_of(fields, *(("start_time_iso", "end_time_iso") if iso else ("start_time", "end_time")))
    currency = _currency(told.get("currency", fields.get("amount_currency")))
    yield Charge(start, end, "OpenAI", "openai", model, item, amount, currency, mode)


def line_item(text: str) -> tuple[str, str, Mode]:
    """Model, item and mode of a line of OpenAI's bill, such as `priority | gpt-5.4, cached input, long context`.

    Its forms are those that readers of real bills have seen; OpenAI describes none.
    """
    found = _LINE_ITEM.fullmatch(text.strip())
    if not found:
        return "", "web_search" if text.startswith("web search") else word(text), STANDARD
    what, *further = found["rest"].split(", ")
    items = _OPENAI_AUDIO if found["kind"] == "audio" else _OPENAI_ITEMS if found["kind"] != "image" else {}
    mode = next((_TIERS[each] for each in (found["surface"], *further) if each in _TIERS), STANDARD)
    return word(found["model"]), items.get(what, word(f"{found['kind'] or ''} {what}".strip())), mode


def _anthropic_console(fields: Mapping[str, Any]) -> Iterator[Charge]:
    amount = money("cost_usd", fields["cost_usd"])
    if amount is not None:
        start, end = span_of(fields, "usage_date_utc")
        item = word(fields["token_type"])
        item = _ANTHROPIC_ITEMS.get(item, item)
        yield Charge(start, end, "Anthropic", "anthropic", word(fields.get("model")), item, amount)


def _anthropic_api(fields: Mapping[str, Any]) -> Iterator[Charge]:
    """Anthropic's cost report counts in cents. Source: platform.claude.com, Cost Report."""
    amount = money("amount", fields["amount"])
    if amount is not None:
        start, end = span_of(fields, "starting_at", "ending_at")
        item = word(fields.get("token_type")) or word(fields.get("cost_type"))
        item = _ANTHROPIC_ITEMS.get(item, item)
        usd = amount.scaleb(-2)
        currency = _currency(fields.get("currency"))
        yield Charge(start, end, "Anthropic", "anthropic", word(fields.get("model")), item, usd, currency)


def _deepseek(fields: Mapping[str, Any]) -> Iterator[Charge]:
    amount = money("cost", fields["cost"])
    if amount is not None:
        start, end = _deepseek_span(fields)
        yield Charge(
            *(start, end, "DeepSeek", "deepseek"),
            word(fields.get("model")) or _UNNAMED,
            "",
            amount,
            _currency(fields.get("currency")),
        )


def _deepseek_span(fields: Mapping[str, Any]) -> tuple[datetime, datetime]:
    return span_of(fields, "utc_date") if "utc_date" in fields else span_of(fields, "start_time_iso", "end_time_iso")


def own_price(fields: Mapping[str, Any]) -> OwnPrice | None:
    """The price that DeepSeek writes beside each of its amounts."""
    item, price = _DEEPSEEK_ITEMS.get(str(fields.get("type"))), money("price", fields.get("price"))
    if item is None or price is None:
        return None
    count = whole("amount", fields.get("amount"))
    return OwnPrice(*_deepseek_span(fields), "deepseek", word(fields.get("model")), item, price * count)


def _openrouter(fields: Mapping[str, Any]) -> Iterator[Charge]:
    """Requests of OpenRouter, or its days. What a key of the user paid stands beside the credits that it spent.

    Whether it is right that cost_cache, a negative amount, is a discount inside the total is not documented.
    """
    by_request = "cost_total" in fields
    total = money("cost", fields["cost_total" if by_request else "usage"])
    if total is None:
        return
    start, end = span_of(fields, "created_at" if by_request else "date")
    parts = {
        "web search": money("cost_web_search", fields.get("cost_web_search")) or Decimal(0),
        "file processing": money("cost_file_processing", fields.get("cost_file_processing")) or Decimal(0),
    }
    own_key = money("byok_usage_inference", fields.get("byok_usage_inference")) or Decimal(0)
    discount = -(money("cost_cache", fields.get("cost_cache")) or Decimal(0))
    named = (start, end, "OpenRouter", word(fields.get("provider_name")), word(fields["model_permaslug"]) or _UNNAMED)
    tokens = total - sum(parts.values()) + own_key
    yield Charge(*named, "", tokens, own_key=own_key, cache_discount=discount)
    for item, amount in parts.items():
        if amount:
            yield Charge(*named, item, amount)


def _litellm(fields: Mapping[str, Any]) -> Iterator[Charge]:
    amount = money("spend", fields["spend"])
    if amount is not None:
        start, end = span_of(fields, "startTime")
        yield Charge(
            start,
            end,
            "LiteLLM",
            word(fields.get("custom_llm_provider")),
            word(fields.get("model")) or _UNNAMED,
            "",
            amount,
        )


def _langfuse(fields: Mapping[str, Any]) -> Iterator[Charge]:
    """What Langfuse worked out for an observation, by kind of token where the kinds make up its total."""
    costs = _object(next((fields[name] for name in COSTS if name in fields), None))
    amounts: dict[str, Decimal] = {}
    for name, value in costs.items():
        item = item_of(name)
        amounts[item] = amounts.get(item, Decimal(0)) + (money(f"the cost of {item or 'all'}", value) or Decimal(0))
    total = amounts.pop("", None)
    if total is not None and total != sum(amounts.values()):
        amounts = {"": total}
    if not amounts:
        return
    start, end = span_of(fields, "start_time" if "start_time" in fields else "startTime")
    model = next((word(fields[n]) for n in ("provided_model_name", "providedModelName", "model") if n in fields), "")
    for item, amount in amounts.items():
        yield Charge(start, end, "Langfuse", "", model or _UNNAMED, item, amount)


def _object(value: object) -> Mapping[str, Any]:
    """An object, also where it stands as JSON in a cell."""
    try:
        found = json.loads(value) if isinstance(value, str) and value.strip() else value or {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, Mapping):
        raise InputError('cost_details are not an object such as {"total": 0.002}.')
    return found


def _google(fields: Mapping[str, Any]) -> Iterator[Charge]:
    """Google's cost before credits, at its own exchange rate where the export has that column."""
    amount = money("cost", fields.get("cost"))
    if not amount:
        return
    told = google_billing.flat(fields)
    text = str(told["sku.description"])
    sku = google_billing.sku_of(text)
    start, end = span_of(told, "usage_start_time", "usage_end_time")
    yield Charge(
        *(start, end, "Google Cloud", "google"),
        sku.model if sku else "",
        _google_item(sku.kinds) if sku else word(text) or _UNNAMED,
        amount,
        _currency(told.get("currency")),
        _TIERS.get(sku.tier, STANDARD) if sku else STANDARD,
        per_usd=money("currency_conversion_rate", told.get("currency_conversion_rate")) or None,
    )


def _google_item(kinds: tuple[str, ...]) -> str:
    if "cache_audio_read_tokens" in kinds:
        return "cache_read_audio"
    if "input_audio_tokens" in kinds:
        return "input_audio"
    return "output_audio" if "output_audio_tokens" in kinds else _GOOGLE_ITEMS[kinds[0]]


def _marks(*names: str) -> frozenset[str]:
    return frozenset(names)


FORMS = (
    Form("OpenAI", "openai", forms.OPENAI_COSTS_CSV, _openai, only=True),
    Form("Anthropic", "anthropic", forms.ANTHROPIC_COST_REPORT, _anthropic_api, only=True),
    Form("OpenAI", "openai", forms.OPENAI_COSTS, _openai, only=True),
    Form("Anthropic", "anthropic", forms.ANTHROPIC_CONSOLE_COST, _anthropic_console, only=True),
    Form("DeepSeek", "deepseek", forms.DEEPSEEK_COST, _deepseek, only=True),
    Form("OpenRouter", "", _marks("model_permaslug", "byok_usage_inference"), _openrouter),
    Form("LiteLLM", "", _marks("spend", "startTime", "prompt_tokens"), _litellm),
    *(Form("Langfuse", "", _marks(name), _langfuse) for name in COSTS),
    *(Form("Google Cloud", "google", marks, _google) for marks in google_billing.MARKS),
    Form("DeepSeek", "deepseek", _marks("user_id", "model", "api_key", "type", "amount")),
    Form("OpenAI", "openai", _marks("num_model_requests")),
    Form("Anthropic", "anthropic", _marks("usage_input_tokens_no_cache")),
    Form("Anthropic", "anthropic", _marks("uncached_input_tokens", "starting_at")),
)
UNKNOWN_FORM = Form("", "", frozenset())


def form_of(fields: Mapping[str, Any]) -> Form:
    """Whose export a row is of, by its columns; one of nobody's where none is known."""
    return next((form for form in FORMS if form.fits(fields)), UNKNOWN_FORM)
