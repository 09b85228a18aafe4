"""`compare` and `report`: what a month of some work costs on every model and on own GPUs."""

import argparse
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from estimator import decision
from estimator.commands.asked import Verbs, featured, json_option, models_asked, write_whole
from estimator.commands.profiles import profile_options, work_of
from estimator.decision import Comparison, Scenario
from estimator.forms.compare import comparison_json
from estimator.report import Terms, pdf, report
from estimator.tables.compare import show_comparison
from pricing import STANDARD, Catalog, InputError, Mode, Model, catalog, now
from pricing.bill import FIRST_YEAR, LAST_YEAR
from pricing.console import DONE, NEEDS_A_PERSON, Parser, parse_time, show_json
from pricing.currency import rate


def add(verbs: Verbs) -> None:
    parents = [json_option(), profile_options(), _terms()]
    compare = verbs.add_parser("compare", parents=parents, help="what a month costs on every model and on own GPUs")
    compare.set_defaults(command=_compare)

    handed_on = verbs.add_parser(
        "report", parents=parents, help="a comparison of the featured models and own GPUs, to hand on"
    )
    handed_on.add_argument("--format", required=True, choices=("pdf",))
    handed_on.add_argument("-o", "--output", required=True, metavar="FILE")
    handed_on.set_defaults(command=_report)


def _terms() -> Parser:
    parser = Parser(add_help=False)
    parser.add_argument("--model", action="append", default=[], metavar="M", help="may be given several times")
    parser.add_argument("--at", metavar="T", help="prices of a day or an instant; now if left out")
    parser.add_argument("--batch", action="store_true", help="answers may take a day")
    parser.add_argument("--caching", action="store_true", help="input that repeats is cached")
    return parser


def _compare(args: argparse.Namespace) -> int:
    book = catalog()
    asked = models_asked(args.model, book)
    compared = _compared(args, book, asked or list(book.models.values()))
    exchange = rate(args.currency, compared.scenario.at.date())
    if args.json:
        show_json(comparison_json(compared, book, exchange))
    else:
        show_comparison(compared, book, exchange)
    return _all_priced(compared, asked)


def _report(args: argparse.Namespace) -> int:
    book = catalog()
    asked = models_asked(args.model, book)
    compared = _compared(args, book, asked or featured(book))
    write_whole(Path(args.output), pdf(report(compared, book, terms=Terms(currency=args.currency))))
    if args.json:
        show_json({"file": args.output, "format": args.format, "options": len(compared.options)})
    else:
        print(f"{args.output}: a comparison of {len(compared.options)} options")
    return _all_priced(compared, asked)


def _compared(args: argparse.Namespace, book: Catalog, models: Sequence[Model]) -> Comparison:
    """These models, beside own GPUs unless models were asked for by name."""
    at = _known_time(args.at) if args.at else now()
    mode = Mode(processing="batch") if args.batch else STANDARD
    work = work_of(args, book, at)
    hosted = () if args.model else decision.hosted_options(work, book)
    return decision.compare(work, book, Scenario(at, mode, args.caching), models, hosted)


def _known_time(text: str) -> datetime:
    at = parse_time(text)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise InputError(f"{text} lies outside the years {FIRST_YEAR} to {LAST_YEAR}: check the time.")
    return at


def _all_priced(compared: Comparison, asked: Sequence[Model]) -> int:
    """A model that was asked for by name and has no price is for a person to look at."""
    return NEEDS_A_PERSON if (asked and compared.unpriced) or not compared.options else DONE
