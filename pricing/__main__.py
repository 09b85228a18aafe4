"""The pricing command. `python -m pricing --help` lists its verbs."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Context, Decimal
from functools import partial
from pathlib import Path
from typing import Any

from pricing import upkeep
from pricing.catalog import Catalog, Model, catalog, now
from pricing.check import problems
from pricing.console import DONE, FAILED, NEEDS_A_PERSON, Parser, parse_time, run, show_json, show_table
from pricing.cost import cost_line, plain
from pricing.currency import Rate, convert, rate, rate_json, rate_words
from pricing.errors import InputError
from pricing.values import BILLABLE, PriceRule

_RATE_FIGURES = Context(prec=6)


def main(argv: Sequence[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    return run(lambda: args.command(args, catalog()))


def _parser() -> Parser:
    parser = Parser(prog="python -m pricing", description="What a token costs, who says so, since when.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    listing = verbs.add_parser("list", help="the prices in force")
    listing.add_argument("--at", metavar="T", help="a day or an instant; now if left out")
    listing.add_argument("--currency", default="USD", metavar="C", help="EUR, CNY …, at the rate of the day")
    listing.set_defaults(command=_list)

    history = verbs.add_parser("history", help="all prices of a model, past, future, cancelled and claimed")
    history.add_argument("model")
    history.set_defaults(command=_history)

    cost = verbs.add_parser("cost", help="requests as JSON lines to bills as JSON lines")
    cost.add_argument("file", nargs="?", default="-", help="a file, or - for standard input")
    cost.set_defaults(command=_cost)

    check = verbs.add_parser("check", help="every row: source, dates, bounds, overlaps")
    check.set_defaults(command=_check)
    for verb in (listing, history, check):
        verb.add_argument("--json", action="store_true", help="for machines")
    upkeep.add_verbs(verbs)
    cost.add_argument("--json", action="store_true", help="bills are JSON lines in any case")
    return parser


def _list(args: argparse.Namespace, prices: Catalog) -> int:
    at = parse_time(args.at) if args.at else now()
    exchange = rate(args.currency, at.date())
    models = [(model, in_force(model, at)) for model in prices.models.values()]
    if args.json:
        show_json([_listed_json(model, rules, exchange) for model, rules in models])
        return DONE
    written = partial(_unit_price, exchange=exchange)
    rows = [
        (
            model.provider,
            model.id,
            _status(rules),
            *(_amount(model.headline(item, at), written) for item in ("input", "cache_read", "output")),
        )
        for model, rules in models
    ]
    show_table(("provider", "model", "status", "input", "cached read", "output"), rows)
    what = f"{exchange.currency} per 1M tokens at {_time(at)}"
    print(f"\n{what}: standard, smallest tier, off-peak. `history MODEL` has the rest.")
    if exchange.source:
        print(rate_words(exchange))
    return DONE


def in_force(model: Model, at: datetime) -> tuple[PriceRule, ...]:
    """The rules of a model that hold at an instant, cancelled ones left out."""
    return tuple(rule for rule in model.rules if rule.in_force(at) and rule.status != "cancelled")


def _status(rules: Sequence[PriceRule]) -> str:
    """Of a model: listed as soon as one price is billable, else what its claims are, else unpriced."""
    if any(rule.status in BILLABLE for rule in rules):
        return "listed"
    return rules[0].status.value if rules else "unpriced"


def _amount(rule: PriceRule | None, written: Callable[[Decimal], str] = plain) -> str:
    if rule is None:
        return ""
    low, high = written(rule.low), written(rule.high)
    return low if low == high else f"{low}–{high}"


def _unit_price(usd: Decimal, exchange: Rate) -> str:
    """Every digit of a dollar price; in other currencies the six figures that a reference rate has."""
    return plain(_RATE_FIGURES.plus(convert(usd, exchange)) if exchange.source else usd)


def _model_json(model: Model, rules: Sequence[PriceRule]) -> dict[str, Any]:
    return {
        "provider": model.provider,
        "model": model.id,
        "name": model.info.name,
        "status": _status(rules),
        "prices": [_rule_json(rule) for rule in rules],
    }


def _listed_json(model: Model, rules: Sequence[PriceRule], exchange: Rate) -> dict[str, Any]:
    """A model; in another currency with its rate, and beside `usd`, `usd_low` and `usd_high` the same as `amount`s."""
    if not exchange.source:
        return _model_json(model, rules)
    prices = [_rule_json(rule) | _amounts_json(rule, exchange) for rule in rules]
    return _model_json(model, rules) | rate_json(exchange) | {"prices": prices}


def _amounts_json(rule: PriceRule, exchange: Rate) -> dict[str, str]:
    amounts = {"amount": rule.usd, "amount_low": rule.usd_low, "amount_high": rule.usd_high}
    return {name: _unit_price(usd, exchange) for name, usd in amounts.items() if usd is not None}


def _rule_json(rule: PriceRule) -> dict[str, Any]:
    """A rule with its own fields only; usd is a string, exact, or null where only a range is claimed."""
    fields = rule.model_dump(mode="json", exclude={"provider", "model"}, exclude_defaults=True)
    return {"item": rule.item, "usd": None if rule.usd is None else plain(rule.usd), "per": rule.per, **fields}


def _history(args: argparse.Namespace, prices: Catalog) -> int:
    model = prices.find(args.model)
    rules = sorted(model.rules, key=lambda r: (r.item, str(r.mode), r.min_input_tokens, str(r.valid_from or "")))
    if args.json:
        show_json(_model_json(model, rules))
        return DONE
    print(f"{model.info.name} at {prices.providers[model.provider].name}\n")
    rows = [
        (
            rule.item,
            _amount(rule),
            rule.per,
            _time(rule.valid_from) if rule.valid_from else "not on record",
            _time(rule.valid_to) if rule.valid_to else "",
            _conditions(rule),
            rule.status.value,
            rule.source,
            rule.checked_on,
        )
        for rule in rules
    ]
    show_table(("item", "usd", "per", "from", "to", "when", "status", "source", "checked"), rows)
    return DONE


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def _conditions(rule: PriceRule) -> str:
    tier = f"{'>' if rule.min_is_strict else '≥'} {rule.min_input_tokens} input" if rule.min_input_tokens else ""
    mode = "" if str(rule.mode) == "standard" else str(rule.mode)
    return "; ".join(filter(None, (mode, tier, rule.window)))


def _cost(args: argparse.Namespace, prices: Catalog) -> int:
    text = sys.stdin.buffer.read() if args.file == "-" else Path(args.file).read_bytes()
    try:
        lines = [line for line in text.decode("utf-8-sig").split("\n") if line.strip()]
    except UnicodeDecodeError:
        raise InputError(f"{args.file} is not UTF-8 text: save it as UTF-8.") from None
    if not lines:
        raise InputError(f"{args.file} holds no request: write one JSON object a line.")
    answers = [cost_line(line, prices) for line in lines]
    for answer in answers:
        print(json.dumps(answer))
    return NEEDS_A_PERSON if any("error" in answer for answer in answers) else DONE


def _check(args: argparse.Namespace, prices: Catalog) -> int:
    found = problems(prices)
    rules = [rule for model in prices.models.values() for rule in model.rules]
    counts = {
        "models": len(prices.models),
        "providers": len({m.provider for m in prices.models.values()}),
        "rules": len(rules),
        "sources": len({rule.source for rule in rules}),
    }
    if args.json:
        show_json({**counts, "problems": found})
    else:
        print(*found, ", ".join(f"{n} {what}" for what, n in counts.items()) + f", {len(found)} problems", sep="\n")
    return FAILED if found else DONE


if __name__ == "__main__":
    sys.exit(main())
