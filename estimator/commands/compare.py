"""`compare`: what a month of some work costs on every model and on own GPUs."""

import argparse

from estimator import decision
from estimator.commands.asked import Verbs, json_option, models_asked
from estimator.commands.profiles import profile_options, work_of
from estimator.commands.terms import all_priced, scenario_of, terms_options
from estimator.forms.compare import comparison_json
from estimator.tables.compare import show_comparison
from pricing import catalog
from pricing.console import show_json
from pricing.currency import rate


def add(verbs: Verbs) -> None:
    parents = [json_option(), profile_options(), terms_options()]
    compare = verbs.add_parser("compare", parents=parents, help="what a month costs on every model and on own GPUs")
    compare.set_defaults(command=_compare)


def _compare(args: argparse.Namespace) -> int:
    """On the models asked for by name, else on all and on own GPUs."""
    book = catalog()
    asked, scenario = models_asked(args.model, book), scenario_of(args)
    work = work_of(args, book, scenario.at)
    hosted = () if asked else decision.hosted_options(work, book)
    compared = decision.compare(work, book, scenario, asked or list(book.models.values()), hosted)
    exchange = rate(args.currency, scenario.at.date())
    if args.json:
        show_json(comparison_json(compared, book, exchange))
    else:
        show_comparison(compared, book, exchange)
    return all_priced(compared, asked)
