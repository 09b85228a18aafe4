"""`saved list`, `export`, `import`: work that was saved on the pages."""

import argparse
from dataclasses import asdict
from pathlib import Path

from estimator.commands.asked import Verbs, json_option, write_whole
from estimator.forms.saved import entry_json
from estimator.tables.saved import show_saved
from estimator.workspace import workspace
from pricing.console import DONE, show_json


def add(verbs: Verbs) -> None:
    saved = verbs.add_parser("saved", help="work that was saved on the pages: list it, export it, bring it in")
    deeds = saved.add_subparsers(required=True, metavar="VERB")
    listed = deeds.add_parser("list", parents=[json_option()], help="what is saved, the newest first")
    listed.set_defaults(command=_list)
    export = deeds.add_parser(
        "export", parents=[json_option()], help="every version of it as one file: the portable backup"
    )
    export.add_argument("file", metavar="FILE")
    export.set_defaults(command=_export)
    bring = deeds.add_parser("import", parents=[json_option()], help="everything in an exported file, or nothing of it")
    bring.add_argument("file", metavar="FILE")
    bring.set_defaults(command=_import)


def _list(args: argparse.Namespace) -> int:
    entries = workspace().entries()
    if args.json:
        show_json([entry_json(entry) for entry in entries])
    else:
        show_saved(entries)
    return DONE


def _export(args: argparse.Namespace) -> int:
    data = workspace().export()
    write_whole(Path(args.file), data)
    if args.json:
        show_json({"file": args.file, "bytes": len(data)})
    else:
        print(f"{args.file}: all saved work, {len(data):,} bytes")
    return DONE


def _import(args: argparse.Namespace) -> int:
    brought = workspace().bring_in(Path(args.file).read_bytes(), args.file)
    if args.json:
        show_json(asdict(brought))
    else:
        print(f"added versions: {brought.versions:,}, in studies: {brought.studies:,}; what was here stays as it is")
    return DONE
