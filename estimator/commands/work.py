"""`profile` and `build`: work that was, or that is described, to a file without any text."""

import argparse
from functools import reduce
from pathlib import Path

from estimator import workload
from estimator.commands.asked import Verbs, json_option, write_whole
from estimator.commands.profiles import progress_bar
from estimator.forms.work import built_json, profile_json
from estimator.tables.work import show_built, show_profile
from pricing import InputError, catalog
from pricing.console import DONE, show_json


def add(verbs: Verbs) -> None:
    profile = verbs.add_parser(
        "profile", parents=[json_option()], help="exports and logs to one summary without any text"
    )
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
    profile.set_defaults(command=_profile)

    build = verbs.add_parser(
        "build", parents=[json_option()], help="work described by a few numbers, to a template's file"
    )
    build.add_argument("kind", metavar="KIND", help=f"one of {', '.join(workload.kinds())}")
    build.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a number, or low:typical:high such as 3:5:9"
    )
    build.add_argument("-o", "--output", metavar="FILE", help="save it there, to be used as PROFILE")
    build.set_defaults(command=_build)


def _profile(args: argparse.Namespace) -> int:
    files, sizes = workload.sources(args.inputs), catalog().sizes
    with progress_bar() as progress:
        if args.columns:
            mapped = (workload.read_mapped(file.whole(), file.name, sizes, args.columns) for file in files)
            made = reduce(workload.merge, mapped)
        elif args.scheduler:
            made = workload.read_on_cluster(files, sizes, args.scheduler, progress)
        else:
            made = workload.read_or_suggest(files, sizes, progress)
    if args.output:
        write_whole(Path(args.output), workload.save(made).encode())
    if args.json:
        show_json(profile_json(made))
    else:
        show_profile(made)
    return DONE


def _build(args: argparse.Namespace) -> int:
    if args.kind not in workload.kinds():
        raise InputError(f"no kind of work is called {args.kind[:40]}: give one of {', '.join(workload.kinds())}.")
    template = workload.edited(workload.built(args.kind), workload.settings_of(args.set))
    if args.output:
        write_whole(Path(args.output), workload.template_json(template).encode())
    if args.json:
        show_json(built_json(template))
    else:
        show_built(template)
    return DONE
