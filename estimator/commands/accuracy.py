"""The verb `accuracy`: how far predictions were off the measurements that had no part in them."""

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from estimator.commands.asked import Verbs, json_option
from estimator.report.measured import MAKERS, QUANTITIES, group_words
from estimator.selfhost.accuracy import (
    Point,
    cost_factors,
    coverages,
    error_by_family,
    error_of,
    left_out,
    peers,
    points,
    ranges,
    split_errors,
    summary,
    weak,
)
from estimator.selfhost.constants import EVERY
from pricing.console import DONE, show_json, show_table
from pricing.facts import Fact, sources


def add(verbs: Verbs) -> None:
    parser = verbs.add_parser(
        "accuracy",
        parents=[json_option()],
        help="predictions against published measurements that had no part in them",
    )
    parser.set_defaults(command=accuracy)


def accuracy(args: Namespace) -> int:
    if args.json:
        show_json(accuracy_json())
    else:
        _show()
    return DONE


def accuracy_json() -> dict[str, Any]:
    """Errors are shares of what was measured; of a point, predicted over measured less one."""
    half_low, half_high, low, high = cost_factors()
    about, cited = summary(points()), {p.measurement.source for p in points()}
    return {
        "median_error": error_of("family", EVERY, "tokens").median_error,
        "median_error_of_families": error_by_family(),
        "all_points": about and asdict(about),
        "cost_factors": {"half": [half_low, half_high], "four_in_five": [low, high]},
        "errors": _rows(split_errors()),
        "weak": _rows(weak()),
        "ranges": _rows(ranges()),
        "coverage": _rows(coverages()),
        "peers": _rows(peers()),
        "left_out": _rows(left_out()),
        "points": [_point_json(p) for p in points()],
        "sources": {id_: sources()[id_].model_dump(mode="json") for id_ in sorted(cited)},
    }


def _rows(facts: tuple[Fact, ...]) -> list[dict[str, Any]]:
    return [fact.model_dump(mode="json") for fact in facts]


def _point_json(point: Point) -> dict[str, Any]:
    return {
        **point.measurement.model_dump(mode="json", exclude_none=True),
        "measured": point.measured,
        "predicted_family_out": point.predicted,
        "predicted_model_out": point.held_out.tok_s_model_out,
        "error": point.error,
        "counts": point.counts,
    }


def _show() -> None:
    rate = error_of("family", EVERY, "tokens")
    print(
        f"Predictions come within {rate.median_error:.1%} of published measurements, in the median of {rate.rows:,}, "
        "when all measurements of that source were left out of the fit.\n"
        f"Where each group of sources counts once: {error_by_family():.1%}.\n"
    )
    rows = [
        (
            e.split,
            group_words(e.split, e.group),
            QUANTITIES[e.quantity],
            f"{e.median_error:.1%}",
            f"{e.bias:.2f}",
            f"{e.within_2x:.0%}",
            f"{e.rows:,}",
        )
        for e in split_errors()
    ]
    show_table(("left out", "which", "predicted", "error", "predicted/measured", "within 2x", "rows"), rows)
    print()
    held = [(QUANTITIES[c.quantity], f"{c.inside:.1%}", f"{c.inside_weighted:.1%}") for c in coverages()]
    show_table(("range of four in five holds of", "measurements", "weighted"), held)
    print()
    bounds = [
        (QUANTITIES[b.quantity], MAKERS[b.maker], f"{b.low:.2f}", f"{b.high:.2f}", f"{b.rows:,}") for b in ranges()
    ]
    show_table(("predicted", "GPUs of", "at least", "at most", "rows"), bounds)
    print()
    others = [
        (
            p.name,
            p.version,
            f"{p.median_error:.1%}",
            "" if p.rows is None else f"{p.rows:,}",
            sources()[p.source].publisher,
        )
        for p in peers()
    ]
    show_table(("other predictor", "version", "error", "rows", "says"), others)
