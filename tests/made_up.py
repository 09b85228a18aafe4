"""Invented models and workloads, round enough to work out by hand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from estimator.decision import Option
from estimator.workload import Record, Workload, from_profile, profile
from pricing import Catalog, Model, PriceRule, Usage, catalog
from pricing.catalog import ModelInfo, Provider
from pricing.windows import Window

AT = datetime(2026, 11, 24, tzinfo=UTC)  # a Tuesday
MTOK = 1_000_000
NIGHT = Window(id="night", timezone="UTC", weekdays="1234567", hours="00:00-06:00", source="genai-prices")
CACHED = Usage(uncached_input_tokens=100, cache_read_tokens=200, cache_write_5m_tokens=300, cache_write_1h_tokens=400)


def rule(item: str, usd: str | None, **fields: object) -> PriceRule:
    row = {"provider": "acme", "model": "m", "item": item, "usd": usd, "per": MTOK, "status": "listed"}
    return PriceRule.model_validate(row | {"source": "genai-prices", "checked_on": "2026-11-23"} | fields)


def model(*rules: PriceRule, id: str = "m", provider: str = "acme", tokenizer: str = "o200k") -> Model:
    info = ModelInfo(provider=provider, model=id, name=id.upper(), tokenizer=tokenizer, source="genai-prices")
    return Model(info, rules, (NIGHT,), frozenset({"web_search", "request"}))


PLAIN = (rule("input", "2"), rule("output", "10"))


def sold(*models: Model) -> Catalog:
    """A catalog of these models alone, with the items and sources of the one that ships."""
    providers = {m.provider: Provider(id=m.provider, name=m.provider.title(), source="genai-prices") for m in models}
    keyed: Mapping[tuple[str, str], Model] = {(m.provider, m.id): m for m in models}
    return replace(catalog(), models=keyed, aliases=(), providers=providers)


def work(usage: Usage, *, requests_per_month: int = 1000, sizes: tuple[int, ...] = (0,), hours: int = 10) -> Workload:
    """`hours` requests of this usage, one an hour from midnight on, at this rate; counted by the o200k tokenizer."""
    requests = [Record(AT + timedelta(hours=h), usage) for h in range(hours)]
    return from_profile(profile(requests, sizes, tokenizers=["o200k"]), "made up", requests_per_month)


def option(usd: str, low: str = "", high: str = "", **fields: object) -> Option:
    """A way to run a workload that costs so much a month."""
    base = Option("m", "acme", "M", "api", "listed", Decimal(low or usd), Decimal(usd), Decimal(high or usd), (), ())
    return replace(base, **fields)  # type: ignore[arg-type]
