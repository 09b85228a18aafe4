"""`report`: a comparison, branded, in any form to hand on; or what was used and billed, as FOCUS."""

import argparse
from pathlib import Path

from estimator import decision, workload
from estimator.commands.asked import (
    Verbs,
    featured,
    growth_in_reach,
    json_option,
    models_asked,
    number,
    write_whole,
)
from estimator.commands.profiles import profile_options, work_of
from estimator.commands.terms import all_priced, scenario_of, terms_options
from estimator.report.brand import Brand
from estimator.report.content import Report, Terms, report
from estimator.report.focus import ACCOUNT, focus
from estimator.report.forms import FORMS
from pricing import Catalog, InputError, Model, catalog
from pricing.console import DONE, NEEDS_A_PERSON, show_json
from pricing.facts import Fact, parse_record

_FOCUS = "focus"


def add(verbs: Verbs) -> None:
    made = verbs.add_parser(
        "report",
        parents=[json_option(), profile_options(several=True), terms_options()],
        help="a comparison of the featured models and own GPUs, or past use as FOCUS, to hand on",
    )
    made.add_argument(
        "--format", required=True, choices=(*FORMS, _FOCUS), help="focus takes usage and cost exports, several at once"
    )
    made.add_argument("-o", "--output", required=True, metavar="FILE")
    made.add_argument("--title", default="", metavar="T", help="of the report; the name of the work if left out")
    made.add_argument("--brand", metavar="FILE.json", help="client, prepared_by, confidentiality, color, logo …")
    made.add_argument("--monthly-usd", type=number, metavar="X", help="the limit that twelve months are held against")
    made.add_argument("--growth", type=number, metavar="G", help="of the work a month; 0.05 is 5 %%")
    made.add_argument("--account", default=ACCOUNT, metavar="ID", help="the billing account in a FOCUS file")
    made.set_defaults(command=_report)


class _BrandFile(Fact):
    """`logo` is a PNG or JPEG, named as seen from the file."""

    client: str = ""
    prepared_by: str = ""
    confidentiality: str = ""
    color: str = Brand.color
    second_color: str = Brand.second_color
    logo: str = ""


def _report(args: argparse.Namespace) -> int:
    if args.format == _FOCUS:
        return _focus(args)
    book = catalog()
    asked = models_asked(args.model, book)
    made = _made(args, book, asked)
    write_whole(Path(args.output), FORMS[args.format].make(made))
    if args.json:
        told = {"prices_of": made.comparison.scenario.at.isoformat(), "state": made.state.digest}
        show_json({"file": args.output, "format": args.format, "options": len(made.options), **told})
    else:
        print(f"{args.output}: a comparison of {len(made.options)} options")
    return all_priced(made.comparison, asked)


def _made(args: argparse.Namespace, book: Catalog, asked: list[Model]) -> Report:
    """On the models asked for by name, else on the featured ones and on own GPUs."""
    if len(args.profile) > 1:
        raise InputError("a report is about one PROFILE: `profile` makes one of several files.")
    args.profile = args.profile[0]
    terms, scenario = _terms(args), scenario_of(args)
    work = work_of(args, book, scenario.at)
    plans = () if asked else decision.hosted_plans(work, book)
    hosted = [decision.hosted_option(plan) for plan in plans]
    compared = decision.compare(work, book, scenario, asked or featured(book), hosted)
    return report(compared, book, plans, terms)


def _terms(args: argparse.Namespace) -> Terms:
    if args.monthly_usd is not None and args.monthly_usd <= 0:
        raise InputError(f"a limit of {args.monthly_usd} buys nothing: give more than 0.")
    return Terms(
        brand=_brand(Path(args.brand)) if args.brand else Brand(),
        title=args.title,
        currency=args.currency,
        limit_usd=args.monthly_usd,
        growth=None if args.growth is None else growth_in_reach(args.growth),
    )


def _brand(path: Path) -> Brand:
    """Raises InputError for a file that is no brand, or names a logo that is none."""
    try:
        told = parse_record(path.read_text(encoding="utf-8-sig"), str(path), _BrandFile)
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text: save it as UTF-8.") from None
    logo = (path.parent / told.logo).read_bytes() if told.logo else b""
    return Brand(**told.model_dump(exclude={"logo"}), logo=logo)


def _focus(args: argparse.Namespace) -> int:
    """Use that has no bill of its day stands in at list prices, and is for a person to know."""
    book, files = catalog(), [(name, _of_use(name)) for name in args.profile]
    parts = decision.itemized(workload.read_statement(files, book.sizes, billed=False), book)
    write_whole(Path(args.output), focus(parts, book, args.account))
    estimated = sum(part.basis != "bill" for part in parts)
    if args.json:
        show_json({"file": args.output, "format": _FOCUS, "rows": len(parts), "estimated": estimated})
    else:
        said = f", {estimated} of them estimated: no bill of their day was given" if estimated else ""
        print(f"{args.output}: {len(parts)} charges{said}")
    return NEEDS_A_PERSON if estimated else DONE


def _of_use(name: str) -> bytes:
    """A file's bytes. Raises InputError for what is no record of use."""
    data = b"" if name in workload.templates() else Path(name).read_bytes()
    if not data or workload.is_template(data):
        raise InputError(f"{name} is a forecast or empty, and FOCUS is of past use: give usage and cost exports.")
    return data
