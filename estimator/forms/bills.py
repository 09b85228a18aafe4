"""What was billed against what the price list comes to."""

from dataclasses import asdict
from typing import Any

from estimator.decision import Reconciliation
from estimator.decision.reconcile import Line
from pricing import Catalog
from pricing.currency import Rate, convert, rate_json


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
