"""`tokens`: of texts, documents, images and sound on each model."""

import argparse
import sys
from pathlib import Path

from estimator.commands.asked import Verbs, featured, json_option, models_asked
from estimator.forms.tokens import count_json
from estimator.tables.tokens import show_counts
from estimator.tokens import count_content, read_content
from pricing import InputError, catalog
from pricing.console import DONE, NEEDS_A_PERSON, show_json


def add(verbs: Verbs) -> None:
    tokens = verbs.add_parser(
        "tokens", parents=[json_option()], help="tokens of texts, documents, images and sound on each model"
    )
    tokens.add_argument("files", nargs="+", metavar="FILE")
    tokens.add_argument("--model", action="append", default=[], metavar="M", help="the featured ones if left out")
    tokens.set_defaults(command=_tokens)


def _tokens(args: argparse.Namespace) -> int:
    book = catalog()
    families: dict[str, list[str]] = {}
    for model in models_asked(args.model, book) or featured(book):
        families.setdefault(model.info.tokenizer, []).append(f"{model.provider}/{model.id}")
    contents = [(file, read_content(Path(file).read_bytes(), file)) for file in args.files]
    counts, unknown = [], []
    for file, content in contents:
        for family, models in families.items():
            try:
                counts.append((file, models, count_content(content, family)))
            except InputError as error:
                unknown.append(f"{file}: {error}")
    if not counts:
        raise InputError(unknown[0])
    if args.json:
        show_json([count_json(*each) for each in counts])
    else:
        show_counts(counts)
    for line in unknown:
        print(line, file=sys.stderr)
    return NEEDS_A_PERSON if unknown else DONE
