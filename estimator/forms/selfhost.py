"""Models on devices: predictions, plans, what fits, from when on it pays."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from estimator.decision import BreakEven, months_until
from estimator.report import fit_answer, usd
from estimator.selfhost import Feasibility, Fit, Plan
from estimator.selfhost.predict import ADDED
from estimator.workload import Workload
from pricing.currency import Rate, convert

PREDICTED = tuple(f"{name}{end}" for name in ADDED for end in ("", "_low", "_high"))


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
