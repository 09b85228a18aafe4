"""Results of the engine in the JSON forms of the command. Money and counts are numbers, times ISO strings in UTC."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from estimator.decision import BreakEven, Comparison, Month, Option, Purchase, Reconciliation, months_until
from estimator.decision.reconcile import Line
from estimator.report import fit_answer, usd
from estimator.selfhost import Feasibility, Fit, Plan
from estimator.selfhost.predict import ADDED
from estimator.tokens import TokenCount
from estimator.workload import Built, Call, Profile, Sketch, Workload, calls
from estimator.workspace import Entry
from pricing import Catalog
from pricing.currency import Rate, convert, rate_json
from pricing.facts import sources

PREDICTED = tuple(f"{name}{end}" for name in ADDED for end in ("", "_low", "_high"))
QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}


def count_json(file: str, models: Sequence[str], counted: TokenCount) -> dict[str, Any]:
    return {"file": file, "models": list(models), **asdict(counted)}


def profile_json(made: Profile) -> dict[str, Any]:
    """What is in a profile, its cells summed up; sizes are tokens of one request."""
    return {
        "requests": made.requests,
        "requests_per_month": float(made.requests_per_month),
        "starts": made.starts.isoformat(),
        "ends": made.ends.isoformat(),
        "usage": {name: n for name, n in made.usage.items() if n},
        "input_tokens": quantiles(made.input_sizes),
        "output_tokens": quantiles(made.output_sizes),
        "tokenizers": list(made.tokenizers),
        "notes": list(made.notes),
    }


def quantiles(sizes: Sketch) -> dict[str, int]:
    return {name: sizes.quantile(q) for name, q in QUANTILES.items()}


def built_json(template: Built) -> dict[str, Any]:
    """The template as it is saved, and the tokens of one unit of its work at each level."""
    return {
        **template.model_dump(mode="json"),
        "of_one_unit": [unit_json(calls(template, level)) for level in range(3)],
    }


def unit_json(unit: Sequence[Call]) -> dict[str, int]:
    return {
        "requests": len(unit),
        "input_tokens": sum(call.input_tokens for call in unit),
        "output_tokens": sum(call.output_tokens for call in unit),
    }


def workload_json(work: Workload) -> dict[str, Any]:
    """The typical profile; `requests_per_month` is the rate that everything is priced at."""
    return {
        "name": work.name,
        **profile_json(work.typical),
        "requests_per_month": float(work.requests_per_month),
        "unit": work.unit,
        "units_per_month": float(work.units_per_month),
    }


def amounts_json(usd: Decimal, low_usd: Decimal, high_usd: Decimal, exchange: Rate) -> dict[str, Decimal]:
    """A month in the currency of a rate."""
    return {
        "monthly": convert(usd, exchange),
        "low": convert(low_usd, exchange),
        "high": convert(high_usd, exchange),
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


def sources_json(options: Iterable[Option], book: Catalog, exchange: Rate) -> dict[str, Any]:
    """Every source behind these options and the rate, by its id."""
    cited = {id_: book.sources[id_] for option in options for id_ in option.sources}
    if exchange.source:
        cited[exchange.source] = sources()[exchange.source]
    return {id_: source.model_dump(mode="json") for id_, source in sorted(cited.items())}


def prediction_json(row: dict[str, str]) -> dict[str, Any]:
    """A row of a table of deployments: predictions as numbers, null where there are none; all else as it came."""
    return {**row, **{name: float(row[name]) if row[name] else None for name in PREDICTED}}


def plan_json(plan: Plan) -> dict[str, Any]:
    """How a model is served; fields of `throughput` are of one replica as full as it may be."""
    deployment = plan.deployment
    return {
        "model": plan.architecture.id,
        "device": plan.device.id,
        "gpus_per_replica": deployment.gpus,
        "dp_attn": deployment.dp_attn,
        "ep": deployment.ep,
        "memory": asdict(plan.memory),
        "throughput": asdict(plan.throughput),
        "replicas": plan.fleet.peak_replicas,
        "gpus": plan.fleet.peak_gpus,
        "utilisation": plan.fleet.utilisation,
        "tenure": plan.tenure,
        "targets": asdict(plan.targets),
        "replicas_by_hour": list(plan.fleet.replicas_by_hour),
    }


def feasibility_json(found: Feasibility) -> dict[str, Any]:
    """Whether a model runs on some devices; costs in USD, null where nobody is on record."""
    first = found.tried[0]
    return {
        "model": first.architecture.id,
        "device": first.device.id,
        "count": first.count,
        "context_tokens": first.context_tokens,
        "fits": found.fit is not None and found.fit.is_real,
        "answer": fit_answer(found, usd),
        "formats": [_fit_json(fit) for fit in found.tried],
        "instead": [_fit_json(fit) for fit in found.instead],
    }


def _fit_json(fit: Fit) -> dict[str, Any]:
    return {
        "device": fit.device.id,
        "count": fit.count,
        "precision": fit.precision,
        "is_real": fit.is_real,
        "weights_bytes": fit.weights_bytes,
        "kv_bytes": fit.kv_bytes,
        "usable_bytes": fit.usable_bytes,
        "fits": fit.fits,
        "reason": fit.reason,
        "rent_usd_per_month": fit.rent_usd,
        "price_usd": fit.price_usd,
        "offloads": [{"host": o.host.id, "most_tokens_per_s": o.tokens_per_s} for o in fit.offloads],
    }


def break_even_json(found: BreakEven, exchange: Rate, work: Workload, growth: Decimal) -> dict[str, Any]:
    """Requests a month from which on the GPUs stay cheaper, and in how many months that is; null is never in view."""
    return {
        "model": found.against.model,
        "provider": found.against.provider,
        "monthly_usd": found.against.usd,
        "monthly": convert(found.against.usd, exchange),
        "earliest": found.earliest,
        "typical": found.typical,
        "latest": found.latest,
        "months": months_until(found.typical, work.requests_per_month, growth),
    }


def month_json(month: Month, exchange: Rate) -> dict[str, Any]:
    amounts = amounts_json(month.usd, month.low_usd, month.high_usd, exchange)
    return asdict(month) | {"month": month_name(month)} | amounts


def month_name(month: Month) -> str:
    return f"{month.month:%Y-%m}"


def purchase_json(bought: Purchase, work: Workload) -> dict[str, Any]:
    """Whole units of the task that a limit pays for."""
    return {
        "unit": work.unit,
        "per_day": bought.per_day,
        "per_week": bought.per_week,
        "per_month": bought.per_month,
        "low_per_month": bought.low_per_month,
        "high_per_month": bought.high_per_month,
        "cadence": bought.cadence,
    }


def reconciliation_json(found: Reconciliation, book: Catalog, exchange: Rate) -> dict[str, Any]:
    """Sums are of the lines that could be compared; `all_billed_usd` is of every charge. Lines are in dollars."""
    cited = {id_ for line in found.lines for id_ in line.sources}
    return {
        "computed_usd": found.computed.usd,
        "low_usd": found.computed.low,
        "high_usd": found.computed.high,
        "billed_usd": found.billed_usd,
        **rate_json(exchange),
        "computed": convert(found.computed.usd, exchange),
        "billed": convert(found.billed_usd, exchange),
        "all_billed_usd": found.all_billed_usd,
        "checked_share": found.checked_share,
        "unexplained_usd": found.unexplained_usd,
        "lines": [_line_json(line) for line in found.lines],
        "notes": list(found.notes),
        "sources": {id_: book.sources[id_].model_dump(mode="json") for id_ in sorted(cited)},
    }


def _line_json(line: Line) -> dict[str, Any]:
    """A model's day; null is unknown."""
    computed = line.computed
    return {
        "start": line.start.isoformat(),
        "end": line.end.isoformat(),
        "billed_by": line.by or None,
        "model": line.model or None,
        "name": line.name,
        "item": line.item or None,
        "requests": line.requests,
        "computed_usd": computed and computed.usd,
        "low_usd": computed and computed.low,
        "high_usd": computed and computed.high,
        "billed": line.billed,
        "currency": line.currency,
        "per_usd": line.per_usd,
        "billed_usd": line.billed_usd,
        "apart_usd": line.apart_usd,
        "verdict": line.verdict.value,
        "parts": [asdict(part) for part in line.parts],
        "explanations": [asdict(each) for each in line.explanations],
        "reason": line.why,
        "sources": list(line.sources),
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    """The newest version of what is saved under a name."""
    return {
        "client": entry.client,
        "name": entry.name,
        "version": entry.number,
        "saved_at": entry.saved_at.isoformat(),
    }
