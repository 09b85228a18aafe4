"""`model`, `throughput`, `selfhost`, `fits`: open models on one's own GPUs."""

import argparse
import csv
import io
import sys
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path

from estimator import decision
from estimator.commands.asked import Verbs, growth_in_reach, json_option, number, whole
from estimator.commands.profiles import profile_options, work_of
from estimator.decision import Option, Scenario
from estimator.forms.compare import option_json, sources_json
from estimator.forms.selfhost import break_even_json, feasibility_json, plan_json, prediction_json
from estimator.forms.work import workload_json
from estimator.report import is_sure
from estimator.selfhost import (
    Plan,
    architectures,
    feasible,
    find_architecture,
    find_device,
    model_json,
    predict_rows,
    service_facts,
    usual_targets,
)
from estimator.tables.selfhost import show_architectures, show_break_evens, show_feasible, show_plan, show_swings
from estimator.tokens import read_text
from estimator.workload import Workload
from pricing import Catalog, InputError, catalog, now
from pricing.console import DONE, NEEDS_A_PERSON, show_json
from pricing.currency import rate, rate_json

_NEEDED = ("model", "hw")
_CONSUMER = ("rtx-4090", "rtx-5090")


def add(verbs: Verbs) -> None:
    model = verbs.add_parser("model", parents=[json_option()], help="parameters, KV cache and FLOPs of open models")
    model.add_argument("models", nargs="*", metavar="M", help="all if left out")
    model.set_defaults(command=_model)

    throughput = verbs.add_parser(
        "throughput",
        parents=[json_option()],
        help="deployments as CSV to predictions as CSV, in place of columns so named",
    )
    throughput.add_argument("file", metavar="FILE.csv", help="a file, or - for standard input")
    throughput.set_defaults(command=_throughput)

    _add_selfhost(verbs)

    fits = verbs.add_parser(
        "fits", parents=[json_option()], help="does an open model run on some machine, and what would do"
    )
    fits.add_argument("models", nargs="+", metavar="M", help="open models: `model` lists them")
    fits.add_argument("--device", action="append", default=[], metavar="D", help="RTX 4090 and RTX 5090 if left out")
    fits.add_argument("--count", type=whole, default=2, metavar="N", help="of the devices; 2 if left out")
    fits.add_argument("--context", type=whole, default=8192, metavar="N", help="tokens of a request, in and out")
    fits.set_defaults(command=_fits)


def _add_selfhost(verbs: Verbs) -> None:
    selfhost = verbs.add_parser(
        "selfhost", parents=[json_option(), profile_options()], help="how many GPUs, how fast, from when on it pays"
    )
    selfhost.add_argument("--model", required=True, metavar="M", help="an open model: `model` lists them")
    selfhost.add_argument("--device", metavar="D", help="the cheapest data-centre GPUs if left out")
    selfhost.add_argument("--gpus", type=whole, metavar="N", help="for each copy; as many as it takes if left out")
    selfhost.add_argument(
        "--tenure", choices=("rent", "reserved", "buy"), default="rent", help="by the hour if left out"
    )
    selfhost.add_argument("--hourly", action="store_true", help="rent only in the hours that need them")
    selfhost.add_argument("--ttft", type=number, metavar="S", help="seconds within which a first token is promised")
    selfhost.add_argument("--tpot", type=number, metavar="MS", help="milliseconds promised for each further one")
    selfhost.add_argument("--growth", type=number, metavar="G", help="of requests, a month; 0.05 is 5 %%")
    selfhost.set_defaults(command=_selfhost)


def _model(args: argparse.Namespace) -> int:
    chosen = [find_architecture(name) for name in args.models] or list(architectures().values())
    if args.json:
        show_json([model_json(architecture) for architecture in chosen])
    else:
        show_architectures(chosen)
    return DONE


def _throughput(args: argparse.Namespace) -> int:
    name = "standard input" if args.file == "-" else args.file
    data = sys.stdin.buffer.read() if args.file == "-" else Path(args.file).read_bytes()
    rows = list(predict_rows(_deployments(read_text(data, name), name)))
    if args.json:
        show_json([prediction_json(row) for row in rows])
    else:
        table = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    return NEEDS_A_PERSON if any(row["error"] for row in rows) else DONE


def _deployments(text: str, name: str) -> list[dict[str, str]]:
    """The rows of a table of deployments. Raises InputError with the file and the line."""
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="", strict=True)
    try:
        reader.fieldnames = columns = [column.strip() for column in reader.fieldnames or ()]
        missing = [column for column in _NEEDED if column not in columns]
        if missing:
            raise InputError(
                f"{name}, line 1: no column is called {' or '.join(missing)}. Give the columns their names."
            )
        if len(set(columns)) < len(columns):
            raise InputError(f"{name}, line 1: two columns have the same name. Name each differently.")
        rows = []
        for row in reader:
            if None in row:
                raise InputError(
                    f"{name}, line {reader.line_num}: there are more cells than columns. Quote the commas."
                )
            rows.append(row)
    except csv.Error as error:
        raise InputError(f"{name}, line {reader.reader.line_num}: this is not CSV ({error}).") from None
    if not rows:
        raise InputError(f"{name}: there are no deployments in it. Write one a line below the names of the columns.")
    return rows


def _selfhost(args: argparse.Namespace) -> int:
    book, exchange = catalog(), rate(args.currency, now().date())
    weights, work = find_architecture(args.model).id, work_of(args, book, now())
    plan, growth = _hosted(args, weights, work, book), _growth(args)
    cost, view = decision.by_gpus(plan), decision.volumes_in_view(plan)
    rivals = _rivals(work, weights, book)
    found = [decision.break_even(cost, rival, work.requests_per_month, view) for rival in rivals]
    watched = decision.worth_watching(found) if found else None
    swings = decision.tornado(plan, watched.against, work.requests_per_month, view) if watched else ()
    option = decision.hosted_option(plan)
    if args.json:
        answer = {
            "profile": workload_json(work),
            "plan": plan_json(plan),
            **rate_json(exchange),
            "option": option_json(option, exchange),
            "growth": growth,
            "break_even": [break_even_json(each, exchange, work, growth) for each in found],
            "swings": [asdict(swing) for swing in swings],
            "sources": sources_json([option, *rivals], book, exchange),
        }
        show_json(answer)
    else:
        show_plan(plan, option, work=work, book=book, exchange=exchange)
        show_break_evens(found, work, growth, book=book, exchange=exchange)
        show_swings(swings, watched, option, book)
    return DONE


def _hosted(args: argparse.Namespace, weights: str, work: Workload, book: Catalog) -> Plan:
    """The plan that was asked for: on one device and under a promise of its own, or the cheapest."""
    own = (args.gpus, args.ttft, args.tpot)
    if not args.device and (args.hourly or any(each is not None for each in own)):
        raise InputError("--gpus, --hourly, --ttft and --tpot are for one device: name it with --device.")
    if not args.device:
        return decision.cheapest_hosting(weights, work, book, args.tenure)
    if any(each is not None and each <= 0 for each in own):
        raise InputError("--gpus, --ttft and --tpot must be above 0.")
    usual = usual_targets()
    targets = replace(
        usual,
        ttft_s=usual.ttft_s if args.ttft is None else float(args.ttft),
        tpot_ms=usual.tpot_ms if args.tpot is None else float(args.tpot),
    )
    made = decision.hosting(weights, args.device, work, book, gpus=args.gpus, targets=targets, hourly=args.hourly)
    return made.held(args.tenure)


def _growth(args: argparse.Namespace) -> Decimal:
    growth: Decimal = service_facts()["volume_growth_per_month"].typical if args.growth is None else args.growth
    return growth_in_reach(growth)


def _rivals(work: Workload, weights: str, book: Catalog) -> list[Option]:
    """The same weights at every seller, then the featured models, each cheapest first, at today's list prices."""
    models = [m for m in book.models.values() if m.info.featured or m.info.weights == weights]
    sure = [o for o in decision.compare(work, book, Scenario(now()), models).options if is_sure(o.status)]
    return sorted(sure, key=lambda option: option.weights != weights)


def _fits(args: argparse.Namespace) -> int:
    chosen = [find_architecture(name) for name in args.models]
    on = [find_device(name) for name in args.device or _CONSUMER]
    found = [feasible(model, device, args.count, args.context) for model in chosen for device in on]
    if args.json:
        show_json([feasibility_json(each) for each in found])
    else:
        show_feasible(found)
    return DONE
