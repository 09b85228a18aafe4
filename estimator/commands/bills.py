"""`reconcile`: what was billed against what the price list comes to, by model and day."""

import argparse
from pathlib import Path

from estimator import decision, workload
from estimator.commands.asked import Verbs, json_option
from estimator.forms.bills import reconciliation_json
from estimator.tables.bills import show_reconciliation
from pricing import catalog
from pricing.console import DONE, NEEDS_A_PERSON, show_json
from pricing.currency import rate


def add(verbs: Verbs) -> None:
    reconcile = verbs.add_parser(
        "reconcile",
        parents=[json_option()],
        help="what was billed against what the price list comes to, by model and day",
    )
    reconcile.add_argument("files", nargs="+", metavar="FILE", help="usage and cost exports together, or ZIPs of them")
    reconcile.add_argument("--currency", default="USD", metavar="C", help="amounts in EUR, CNY …")
    reconcile.set_defaults(command=_reconcile)


def _reconcile(args: argparse.Namespace) -> int:
    book = catalog()
    files = [(name, Path(name).read_bytes()) for name in args.files]
    found = decision.reconcile(workload.read_statement(files, book.sizes), book)
    exchange = rate(args.currency, max(line.start.date() for line in found.lines))
    if args.json:
        show_json(reconciliation_json(found, book, exchange))
    else:
        show_reconciliation(found, book, exchange)
    return NEEDS_A_PERSON if found.open else DONE
