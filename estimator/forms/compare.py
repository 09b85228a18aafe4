"""Options and comparisons of them, with everything behind each figure."""

from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from estimator.decision import Comparison, Option
from estimator.forms.work import workload_json
from pricing import Catalog
from pricing.currency import Rate, convert, rate_json
from pricing.facts import sources


def comparison_json(compared: Comparison, book: Catalog, exchange: Rate) -> dict[str, Any]:
    scenario = compared.scenario
    return {
        "profile": workload_json(compared.workload),
        "scenario": {"at": scenario.at.isoformat(), "mode": str(scenario.mode), "caching": scenario.caching},
        **rate_json(exchange),
        "options": [option_json(option, exchange) for option in compared.options],
        "unpriced": [asdict(missing) for missing in compared.unpriced],
        "sources": sources_json(compared.options, book, exchange),
    }


def option_json(option: Option, exchange: Rate) -> dict[str, Any]:
    """An option with everything behind it; `sources` are ids, its lines in dollars."""
    return {
        "model": option.model,
        "provider": option.provider,
        "name": option.name,
        "kind": option.kind,
        "status": option.status,
        "detail": option.detail,
        "monthly_usd": option.usd,
        "low_usd": option.low_usd,
        "high_usd": option.high_usd,
        **amounts_json(option.usd, option.low_usd, option.high_usd, exchange),
        "saving_usd": option.saving and option.saving.usd,
        "saving": option.saving and asdict(option.saving),
        "lines": [asdict(line) for line in option.lines],
        "assumptions": [asdict(assumption) for assumption in option.assumptions],
        "sources": list(option.sources),
    }


def amounts_json(usd: Decimal, low_usd: Decimal, high_usd: Decimal, exchange: Rate) -> dict[str, Decimal]:
    """A month in the currency of a rate."""
    return {
        "monthly": convert(usd, exchange),
        "low": convert(low_usd, exchange),
        "high": convert(high_usd, exchange),
    }


def sources_json(options: Iterable[Option], book: Catalog, exchange: Rate) -> dict[str, Any]:
    """Every source behind these options and the rate, by its id."""
    cited = {id_: book.sources[id_] for option in options for id_ in option.sources}
    if exchange.source:
        cited[exchange.source] = sources()[exchange.source]
    return {id_: source.model_dump(mode="json") for id_, source in sorted(cited.items())}
