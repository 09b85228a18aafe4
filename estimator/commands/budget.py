"""`budget`: when growth passes a limit, and what the limit buys."""

import argparse
from decimal import Decimal

from estimator import decision
from estimator.commands.asked import Verbs, growth_in_reach, json_option, number
from estimator.commands.profiles import profile_options, work_of
from estimator.decision import Scenario
from estimator.forms.budget import month_json, month_name, purchase_json
from estimator.forms.compare import option_json, sources_json
from estimator.forms.work import workload_json
from estimator.report import is_sure
from estimator.tables.budget import show_budget
from pricing import InputError, catalog, now
from pricing.console import DONE, show_json
from pricing.currency import convert, rate, rate_json


def add(verbs: Verbs) -> None:
    budget = verbs.add_parser(
        "budget", parents=[json_option(), profile_options()], help="when growth passes a limit, and what it buys"
    )
    budget.add_argument("--model", required=True, metavar="M")
    budget.add_argument("--monthly-usd", required=True, type=number, metavar="X", help="the limit")
    budget.add_argument("--growth", type=number, default=Decimal("0.05"), metavar="G", help="a month; 0.05 is 5 %%")
    budget.set_defaults(command=_budget)


def _budget(args: argparse.Namespace) -> int:
    book, exchange = catalog(), rate(args.currency, now().date())
    chosen, work, limit = book.find(args.model), work_of(args, book, now()), args.monthly_usd
    if limit <= 0:
        raise InputError(f"a budget of {limit} buys nothing: give more than 0.")
    growth = growth_in_reach(args.growth)
    compared = decision.compare(work, book, Scenario(now()), [chosen])
    if not compared.options:
        raise InputError(f"{chosen.id} has no price for this work: {compared.unpriced[0].reason}")
    option = min(compared.options, key=lambda o: not is_sure(o.status))  # A claim only where nothing is listed.
    cost = decision.by_token(option)
    ahead = decision.months_ahead(cost, work.requests_per_month, limit, growth, start=now())
    over, bought = decision.first_over(ahead), decision.buys(option, work.units_per_month, limit)
    if args.json:
        answer = {
            "profile": workload_json(work),
            **rate_json(exchange),
            "limit_usd": limit,
            "limit": convert(limit, exchange),
            "growth": growth,
            "option": option_json(option, exchange),
            "months": [month_json(month, exchange) for month in ahead],
            "first_over": over and month_name(over),
            "buys": purchase_json(bought, work),
            "sources": sources_json([option], book, exchange),
        }
        show_json(answer)
    else:
        show_budget(ahead, over, bought, limit_usd=limit, work=work, book=book, exchange=exchange)
    return DONE
