"""On which terms work is compared: the models, the day of the prices, and how requests are served."""

import argparse
from collections.abc import Sequence
from datetime import datetime

from estimator.decision import Comparison, Scenario
from pricing import STANDARD, InputError, Mode, Model, now
from pricing.bill import FIRST_YEAR, LAST_YEAR
from pricing.console import DONE, NEEDS_A_PERSON, Parser, parse_time


def terms_options() -> Parser:
    """`--model`, `--at`, `--batch` and `--caching`, as the parent of a verb's parser."""
    parser = Parser(add_help=False)
    parser.add_argument("--model", action="append", default=[], metavar="M", help="may be given several times")
    parser.add_argument("--at", metavar="T", help="prices of a day or an instant; now if left out")
    parser.add_argument("--batch", action="store_true", help="answers may take a day")
    parser.add_argument("--caching", action="store_true", help="input that repeats is cached")
    return parser


def scenario_of(args: argparse.Namespace) -> Scenario:
    """What was asked for, to the minute: so much a report tells of its time. Raises InputError for a wrong time."""
    at = _known_time(args.at) if args.at else now().replace(second=0, microsecond=0)
    return Scenario(at, Mode(processing="batch") if args.batch else STANDARD, args.caching)


def _known_time(text: str) -> datetime:
    at = parse_time(text)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise InputError(f"{text} lies outside the years {FIRST_YEAR} to {LAST_YEAR}: check the time.")
    return at


def all_priced(compared: Comparison, asked: Sequence[Model]) -> int:
    """A model that was asked for by name and has no price is for a person to look at."""
    return NEEDS_A_PERSON if (asked and compared.unpriced) or not compared.options else DONE
