"""`reports`: every saved study of every client as the report of a month; for a scheduler."""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from estimator.commands.asked import Verbs, json_option, write_whole
from estimator.report import Report
from estimator.report.forms import FORMS
from estimator.workspace import Entry, SavedBudget, brands, budgets, prices_at, study_report, workspace
from pricing import InputError, PricingError, catalog, now
from pricing.console import DONE, NEEDS_A_PERSON, show_json
from pricing.errors import Failed

_MOST_SIGNS = 50  # Of a part of a path: with its digest and month it stays within what file systems take.


@dataclass(frozen=True)
class _Made:
    """A file that was written for a saved study; or why there is none, and then `file` is blank."""

    client: str
    name: str
    file: str
    problem: str = ""


def add(verbs: Verbs) -> None:
    made = verbs.add_parser(
        "reports", parents=[json_option()], help="the monthly reports of all clients; for a scheduler"
    )
    made.add_argument("--month", type=_month, metavar="M", help="such as 2026-11; that of yesterday if left out")
    made.add_argument("--client", metavar="C", help="of this one alone")
    made.add_argument("--format", action="append", required=True, choices=tuple(FORMS), help="several if given again")
    made.add_argument("-o", "--output", required=True, metavar="DIR", help="gets a folder for each client")
    made.set_defaults(command=_reports)


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no month, such as 2026-11") from None


def _reports(args: argparse.Namespace) -> int:
    """One study that cannot be computed or written does not keep the others from it."""
    today = now()
    month = args.month or (today.date() - timedelta(days=1)).replace(day=1)
    at, paths = prices_at(month, today), _paths(workspace().entries())
    asked = {entry: Path(args.output) / path for entry, path in paths.items() if args.client in {None, entry.client}}
    if args.client and not asked:
        raise InputError(f"nothing is saved for {args.client}: `python -m estimator saved list` shows the clients.")
    made = [each for entry, path in asked.items() for each in _made(entry, path, at, dict.fromkeys(args.format))]
    if args.json:
        show_json([each.__dict__ for each in made])
    else:
        for each in made:
            print(each.file or f"{each.client}, {each.name}: {each.problem}", file=None if each.file else sys.stderr)
        print(f"{sum(bool(each.file) for each in made)} reports of {month:%B %Y}, at the prices of {at:%-d %B %Y}")
    return NEEDS_A_PERSON if any(each.problem for each in made) else DONE


def _made(entry: Entry, path: Path, at: datetime, forms: Iterable[str]) -> Iterator[_Made]:
    try:
        made = _report(entry, at)
        path.parent.mkdir(parents=True, exist_ok=True)
        for form in forms:
            file = path.with_name(f"{path.name}-{at:%Y-%m}.{FORMS[form].extension}")
            write_whole(file, FORMS[form].make(made))
            yield _Made(entry.client, entry.name, str(file))
    except (InputError, PricingError, Failed, OSError) as error:
        yield _Made(entry.client, entry.name, "", str(error))


def _report(entry: Entry, at: datetime) -> Report:
    version, look = workspace().open(entry.client, entry.name, entry.number), brands().of(entry.client)
    return study_report(version, catalog(), at, look.brand if look else None, _budget(entry))


def _budget(entry: Entry) -> SavedBudget | None:
    """The client's budget of the same name, if there is one."""
    kept = budgets()
    found = (each for each in kept.entries() if (each.client, each.name) == (entry.client, entry.name))
    return next((kept.open(each.client, each.name, each.number).budget for each in found), None)


def _paths(entries: Iterable[Entry]) -> dict[Entry, str]:
    """`client/name` of each, in signs that every file system takes; those that would be alike have a digest behind."""
    found = sorted(entries, key=lambda entry: (entry.client, entry.name))
    folders = _told_apart(entry.client for entry in found)
    files = {client: _told_apart(entry.name for entry in found if entry.client == client) for client in folders}
    return {entry: f"{folders[entry.client]}/{files[entry.client][entry.name]}" for entry in found}


def _told_apart(names: Iterable[str]) -> dict[str, str]:
    short = {name: re.sub(r"[^\w]+", "-", name.lower())[:_MOST_SIGNS].strip("-_") for name in names}
    times = Counter(short.values())
    return {name: text if text and times[text] == 1 else _digested(name, text) for name, text in short.items()}


def _digested(name: str, short: str) -> str:
    return f"{short or 'unnamed'}-{sha256(name.encode()).hexdigest()[:6]}"
