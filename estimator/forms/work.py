"""Work: profiles, templates, workloads."""

from collections.abc import Sequence
from typing import Any

from estimator.workload import Built, Call, Profile, Sketch, Workload, calls

QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}


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
