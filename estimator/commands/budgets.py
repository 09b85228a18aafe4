"""The verbs of saved budgets: list them, watch them, set a bill beside one, and what has come within a limit."""

import argparse
import re
import sys
from argparse import Namespace
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from estimator.commands.asked import Verbs, json_option
from estimator.decision import Forecast, Reach, Variance, come_within_reach, month_bills, month_of, variance
from estimator.report import budget_verdict, cause_words, count, usd, variance_headline
from estimator.workload import read_statement, templates
from estimator.workspace import Look, Watched, budgets, channels, look, notify, watch
from pricing import InputError, catalog, now
from pricing.console import DONE, NEEDS_A_PERSON, Parser, parse_time, show_json, show_table
from pricing.currency import rate


def add(verbs: Verbs) -> None:
    listed = _verb(verbs, "budgets", "what is budgeted, and whether it fits")
    listed.set_defaults(command=show_budgets)
    watching = _verb(verbs, "watch", "look at every saved budget; ends with 3 if there is news")
    watching.add_argument("--notify", action="store_true", help="also by webhook and e-mail, where they are set up")
    watching.set_defaults(command=show_watch)
    against = _verb(verbs, "variance", "bills against a saved budget: price, volume, tokens per request, mix")
    against.add_argument("files", nargs="+", metavar="FILE", help="usage and cost exports together, or ZIPs of them")
    against.add_argument("--client", required=True, metavar="C")
    against.add_argument("--budget", required=True, metavar="NAME")
    against.add_argument("--keep", action="store_true", help="keep the sums of the bills in the budget")
    against.set_defaults(command=show_variance)
    reach = _verb(verbs, "afford", "typical tasks that have come within a monthly limit since a date")
    reach.add_argument("--monthly-usd", required=True, type=_amount, metavar="X", help="the limit")
    reach.add_argument("--since", required=True, metavar="D", help="a day, such as 2026-01-01")
    reach.set_defaults(command=show_afford)


def _verb(verbs: Verbs, name: str, words: str) -> Parser:
    parser: Parser = verbs.add_parser(name, parents=[json_option()], help=words)
    return parser


def _amount(text: str) -> Decimal:
    if not re.fullmatch(r"\d{1,12}(\.\d{1,9})?", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text} is no amount, such as 250 or 0.05")
    return Decimal(text)


def show_budgets(args: Namespace) -> int:
    kept, today = budgets(), now()
    found = [kept.open(entry.client, entry.name, entry.number) for entry in kept.entries()]
    looks = [(version, look(version.budget, catalog(), month_of(today))) for version in found]
    if args.json:
        show_json([{"client": v.client, "name": v.name, "version": v.number, **look_json(seen)} for v, seen in looks])
        return DONE
    rows = [(v.client, v.name, v.number, *_verdict(seen, today.date())) for v, seen in looks]
    show_table(("client", "budget", "version", "verdict", "why"), rows)
    return DONE


def _verdict(seen: Look, today: date) -> tuple[str, str]:
    plan = seen.saved.plan
    return budget_verdict(plan, seen.forecast, rate(plan.currency, today))


def look_json(seen: Look) -> dict[str, Any]:
    """A budget today. Amounts are USD; a date that is not within the plan is null."""
    plan, made = seen.saved.plan, seen.forecast
    return {
        "limit_usd": plan.limit_usd,
        "period": plan.period,
        "currency": plan.currency,
        "verdict": made.verdict,
        "chance": made.chance,
        "runs_out": {name: day and day.isoformat() for name, day in asdict(made.runs_out).items()},
        "months": months_json(made),
        "unpriced": [asdict(gap) | {"month": f"{gap.month:%Y-%m}"} for gap in made.gaps],
    }


def months_json(made: Forecast) -> list[dict[str, Any]]:
    return [
        {
            "month": f"{band.month:%Y-%m}",
            "p10_usd": band.p10,
            "p50_usd": band.p50,
            "p90_usd": band.p90,
            "chance": band.chance,
            "billed": band.is_known,
            "priced": band.is_whole,
        }
        for band in made.months
    ]


def show_watch(args: Namespace) -> int:
    out = channels() if args.notify else ()
    if args.notify and not out:
        raise InputError("nowhere to notify: set BREAKEVEN_WEBHOOK_URL, or BREAKEVEN_SMTP_URL and its addresses.")
    kept = budgets()
    seen = watch(kept, catalog(), now().date())
    problems = (*(_problem(each) for each in seen if each.problem), *notify(kept, seen, out))
    if args.json:
        show_json([watched_json(each) for each in seen])
    else:
        for each in seen:
            for alert in each.standing:
                news = "new  " if alert in each.fired else "     "
                print(f"{news}{each.entry.client}, {each.entry.name}: {alert.words}")
        if not any(each.standing for each in seen):
            print(f"nothing about {len(seen)} budgets needs you today")
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return NEEDS_A_PERSON if problems or any(each.fired for each in seen) else DONE


def _problem(watched: Watched) -> str:
    return f"{watched.entry.client}, {watched.entry.name} could not be looked at: {watched.problem}"


def watched_json(watched: Watched) -> dict[str, Any]:
    """`new` are those that were not told before in their month; `problem` is null where all went well."""
    return {
        "client": watched.entry.client,
        "budget": watched.entry.name,
        "alerts": [asdict(alert) | {"new": alert in watched.fired} for alert in watched.standing],
        "problem": watched.problem or None,
    }


def show_variance(args: Namespace) -> int:
    book, kept = catalog(), budgets()
    version = kept.open(args.client, args.budget)
    bills = month_bills(read_statement([(name, Path(name).read_bytes()) for name in args.files], book.sizes), book)
    today = look(version.budget, book, month_of(now())).planned
    found = [variance(version.budget.planned, today, bill) for bill in bills]
    if args.keep:
        kept.save(version.client, version.name, version.budget.with_bills(bills), version.number)
    if args.json:
        show_json([variance_json(each) for each in found])
        return DONE
    exchange = rate("USD", now().date())
    for each in found:
        print(variance_headline(each, exchange))
        rows = [(cause_words(cause, amount), usd(amount)) for cause, amount in each.parts]
        show_table(("because of", "difference"), [*rows, ("together", usd(each.billed_usd - each.planned_usd))])
        print()
    return DONE


def variance_json(found: Variance) -> dict[str, Any]:
    """A month; the parts add up to billed less planned."""
    return {
        "month": f"{found.month:%Y-%m}",
        "share_of_month": found.share,
        "planned_usd": found.planned_usd,
        "billed_usd": found.billed_usd,
        "parts": {str(cause): amount for cause, amount in found.parts},
        "models": [asdict(model) for model in found.models],
    }


def show_afford(args: Namespace) -> int:
    book = catalog()
    makers = [model for model in book.models.values() if not model.info.resold]
    then = parse_time(args.since)
    found = come_within_reach(templates().values(), args.monthly_usd, book, makers, then=then, today=now())
    if args.json:
        show_json([reach_json(each) for each in found])
        return DONE
    header = ("task", "how often a month", "model", "a month then", "a month now")
    show_table(header, [_reach_row(each) for each in found])
    return DONE


def _reach_row(each: Reach) -> tuple[object, ...]:
    often = f"{count(each.units_per_month)} {each.template.units}"
    return each.template.name, often, each.now.name, usd(each.was.usd), usd(each.now.usd)


def reach_json(each: Reach) -> dict[str, Any]:
    """What a month of a task costs on a model, then and now."""
    return {
        "task": each.template.id,
        "units_per_month": float(each.units_per_month),
        "provider": each.now.provider,
        "model": each.now.model,
        "then_usd": each.was.usd,
        "now_usd": each.now.usd,
    }
