"""The estimator command. `python -m estimator --help` lists its verbs."""

import sys
from collections.abc import Sequence
from importlib import import_module

from pricing.console import Parser, run

# Which module of `estimator.commands` adds a verb.
VERBS = {
    "tokens": "tokens",
    "profile": "work",
    "build": "work",
    "compare": "compare",
    "report": "report",
    "reports": "reports",
    "levers": "levers",
    "mix": "levers",
    "budget": "budget",
    "budgets": "budgets",
    "watch": "budgets",
    "variance": "budgets",
    "afford": "budgets",
    "model": "selfhost",
    "throughput": "selfhost",
    "selfhost": "selfhost",
    "fits": "selfhost",
    "accuracy": "accuracy",
    "claims": "claims",
    "reconcile": "bills",
    "saved": "saved",
}


def main(argv: Sequence[str] | None = None) -> int:
    words = sys.argv[1:] if argv is None else argv
    args = _parser(words[0] if words else "").parse_args(words)
    return run(lambda: args.command(args))


def _parser(verb: str) -> Parser:
    """Of the module of this verb alone, for all take seconds to load; of all where there is no such verb."""
    parser = Parser(
        prog="python -m estimator",
        description="What AI work costs, on which model, bought by the token or run oneself.",
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    needed = [VERBS[verb]] if verb in VERBS else dict.fromkeys(VERBS.values())
    for name in needed:
        import_module(f"estimator.commands.{name}").add(verbs)
    return parser


if __name__ == "__main__":
    sys.exit(main())
