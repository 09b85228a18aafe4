"""The estimator command. `python -m estimator --help` lists its verbs."""

import argparse
import re
import sys
from collections.abc import Sequence
from decimal import Decimal

from estimator import budget_commands, commands
from estimator.workload import kinds
from pricing.console import Parser, run


def main(argv: Sequence[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    return run(lambda: args.command(args))


def _parser() -> Parser:
    parser = Parser(
        prog="python -m estimator",
        description="What AI work costs, on which model, bought by the token or run oneself.",
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    json_, work, terms = _json(), _work(), _terms()

    tokens = verbs.add_parser(
        "tokens", parents=[json_], help="tokens of texts, documents, images and sound on each model"
    )
    tokens.add_argument("files", nargs="+", metavar="FILE")
    tokens.add_argument("--model", action="append", default=[], metavar="M", help="the featured ones if left out")
    tokens.set_defaults(command=commands.tokens)

    profile = verbs.add_parser("profile", parents=[json_], help="exports and logs to one summary without any text")
    profile.add_argument(
        "inputs", nargs="+", metavar="INPUT", help="a file, a pattern such as 'logs/**/*.csv', or s3://bucket/key"
    )
    profile.add_argument(
        "--columns",
        metavar="ROLE=COLUMN,…",
        help="what the columns of a table are, where no name tells: start=Datum,input=Eingabe,output=Ausgabe …",
    )
    profile.add_argument("-o", "--output", metavar="FILE", help="save it there, to be used as PROFILE")
    profile.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster that reads them, such as tcp://host:8786"
    )
    profile.set_defaults(command=commands.profile)

    build = verbs.add_parser("build", parents=[json_], help="work described by a few numbers, to a template's file")
    build.add_argument("kind", metavar="KIND", help=f"one of {', '.join(kinds())}")
    build.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a number, or low:typical:high such as 3:5:9"
    )
    build.add_argument("-o", "--output", metavar="FILE", help="save it there, to be used as PROFILE")
    build.set_defaults(command=commands.build)

    compare = verbs.add_parser(
        "compare", parents=[json_, work, terms], help="what a month costs on every model and on own GPUs"
    )
    compare.set_defaults(command=commands.compare)

    model = verbs.add_parser("model", parents=[json_], help="parameters, KV cache and FLOPs of open models")
    model.add_argument("models", nargs="*", metavar="M", help="all if left out")
    model.set_defaults(command=commands.model)

    throughput = verbs.add_parser(
        "throughput", parents=[json_], help="deployments as CSV to predictions as CSV, in place of columns so named"
    )
    throughput.add_argument("file", metavar="FILE.csv", help="a file, or - for standard input")
    throughput.set_defaults(command=commands.throughput)

    selfhost = verbs.add_parser("selfhost", parents=[json_, work], help="how many GPUs, how fast, from when on it pays")
    selfhost.add_argument("--model", required=True, metavar="M", help="an open model: `model` lists them")
    selfhost.add_argument("--device", metavar="D", help="the cheapest data-centre GPUs if left out")
    selfhost.add_argument("--gpus", type=_whole, metavar="N", help="for each copy; as many as it takes if left out")
    selfhost.add_argument(
        "--tenure", choices=("rent", "reserved", "buy"), default="rent", help="by the hour if left out"
    )
    selfhost.add_argument("--hourly", action="store_true", help="rent only in the hours that need them")
    selfhost.add_argument("--ttft", type=_number, metavar="S", help="seconds within which a first token is promised")
    selfhost.add_argument("--tpot", type=_number, metavar="MS", help="milliseconds promised for each further one")
    selfhost.add_argument("--growth", type=_number, metavar="G", help="of requests, a month; 0.05 is 5 %%")
    selfhost.set_defaults(command=commands.selfhost)

    fits = verbs.add_parser("fits", parents=[json_], help="does an open model run on some machine, and what would do")
    fits.add_argument("models", nargs="+", metavar="M", help="open models: `model` lists them")
    fits.add_argument("--device", action="append", default=[], metavar="D", help="RTX 4090 and RTX 5090 if left out")
    fits.add_argument("--count", type=_whole, default=2, metavar="N", help="of the devices; 2 if left out")
    fits.add_argument("--context", type=_whole, default=8192, metavar="N", help="tokens of a request, in and out")
    fits.set_defaults(command=commands.fits)

    budget = verbs.add_parser("budget", parents=[json_, work], help="when growth passes a limit, and what it buys")
    budget.add_argument("--model", required=True, metavar="M")
    budget.add_argument("--monthly-usd", required=True, type=_number, metavar="X", help="the limit")
    budget.add_argument("--growth", type=_number, default=Decimal("0.05"), metavar="G", help="a month; 0.05 is 5 %%")
    budget.set_defaults(command=commands.budget)

    reconcile = verbs.add_parser(
        "reconcile", parents=[json_], help="what was billed against what the price list comes to, by model and day"
    )
    reconcile.add_argument("files", nargs="+", metavar="FILE", help="usage and cost exports together, or ZIPs of them")
    reconcile.add_argument("--currency", default="USD", metavar="C", help="amounts in EUR, CNY …")
    reconcile.set_defaults(command=commands.reconcile)

    report = verbs.add_parser(
        "report", parents=[json_, work, terms], help="a comparison of the featured models and own GPUs, to hand on"
    )
    report.add_argument("--format", required=True, choices=("pdf",))
    report.add_argument("-o", "--output", required=True, metavar="FILE")
    report.set_defaults(command=commands.report)

    saved = verbs.add_parser("saved", help="work that was saved on the pages: list it, export it, bring it in")
    _add_saved(saved.add_subparsers(required=True, metavar="VERB"), json_)
    budget_commands.add(verbs)
    return parser


def _add_saved(verbs: "argparse._SubParsersAction[Parser]", json_: Parser) -> None:
    listed = verbs.add_parser("list", parents=[json_], help="what is saved, the newest first")
    listed.set_defaults(command=commands.saved_list)
    export = verbs.add_parser("export", parents=[json_], help="every version of it as one file: the portable backup")
    export.add_argument("file", metavar="FILE")
    export.set_defaults(command=commands.saved_export)
    bring = verbs.add_parser("import", parents=[json_], help="everything in an exported file, or nothing of it")
    bring.add_argument("file", metavar="FILE")
    bring.set_defaults(command=commands.saved_import)


def _json() -> Parser:
    parser = Parser(add_help=False)
    parser.add_argument("--json", action="store_true", help="for machines")
    return parser


def _work() -> Parser:
    parser = Parser(add_help=False)
    parser.add_argument(
        "profile", metavar="PROFILE", help="a template's id, or a file: an export, a log, a profile, a template"
    )
    parser.add_argument(
        "--units",
        type=_whole,
        metavar="N",
        help="a month: of the template's task, or requests of the file; its own if left out",
    )
    parser.add_argument("--currency", default="USD", metavar="C", help="amounts in EUR, CNY …, at the rate of the day")
    return parser


def _terms() -> Parser:
    parser = Parser(add_help=False)
    parser.add_argument("--model", action="append", default=[], metavar="M", help="may be given several times")
    parser.add_argument("--at", metavar="T", help="prices of a day or an instant; now if left out")
    parser.add_argument("--batch", action="store_true", help="answers may take a day")
    parser.add_argument("--caching", action="store_true", help="input that repeats is cached")
    return parser


def _whole(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,12}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text} is no whole number of at most 12 digits")
    return int(text)


def _number(text: str) -> Decimal:
    """A plain number of a size that money and growth have."""
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,9})?", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text} is no plain number, such as 250 or 0.05")
    return Decimal(text)


if __name__ == "__main__":
    sys.exit(main())
