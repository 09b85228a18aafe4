"""The work that PROFILE names: a template, or a file of any form."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from tqdm import tqdm  # type: ignore[import-untyped]

from estimator import workload
from estimator.commands.asked import whole
from estimator.workload import (
    Workload,
    from_built,
    from_profile,
    from_template,
    is_template,
    load_template,
    templates,
)
from pricing import Catalog, InputError
from pricing.console import Parser


def profile_options(*, several: bool = False) -> Parser:
    """PROFILE, or several, how much of it and in which currency, as the parent of a verb's parser."""
    parser = Parser(add_help=False)
    parser.add_argument(
        "profile",
        metavar="PROFILE",
        nargs="+" if several else None,
        help="a template's id, or a file: an export, a log, a profile, a template",
    )
    parser.add_argument(
        "--units",
        type=whole,
        metavar="N",
        help="a month: of the template's task, or requests of the file; its own if left out",
    )
    parser.add_argument("--currency", default="USD", metavar="C", help="amounts in EUR, CNY …, at the rate of the day")
    return parser


def work_of(args: argparse.Namespace, book: Catalog, at: datetime) -> Workload:
    """The workload that PROFILE names; a template's is laid over the month of `at`. Raises InputError."""
    template = templates().get(args.profile)
    if template is not None:
        units = template.default_units_per_month if args.units is None else Fraction(args.units)
        return from_template(template, units, book.sizes, start=_month_of(at))
    path = Path(args.profile)
    if not path.exists():
        raise InputError(f"no file or template is called {path}: give a file, or one of {', '.join(templates())}.")
    if is_template(data := path.read_bytes()):
        built = load_template(data, str(path))
        units = built.units_per_month if args.units is None else Fraction(args.units)
        return from_built(built, units, book.sizes, start=_month_of(at))
    with progress_bar() as progress:
        made = workload.read_or_suggest(workload.sources([str(path)]), book.sizes, progress)
    return from_profile(made, path.name, args.units)


def _month_of(at: datetime) -> datetime:
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


@contextmanager
def progress_bar() -> Iterator[Callable[[float], None]]:
    """A bar on a terminal's standard error, moved by the share that is done."""
    with tqdm(total=1.0, disable=None, leave=False, bar_format="{percentage:3.0f} % {bar} {remaining}") as bar:
        yield lambda share: bar.update(share - bar.n)
