"""The verbs that say what would make work cheaper."""

import re
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from estimator import decision
from estimator.commands.asked import Verbs, json_option
from estimator.commands.profiles import profile_options, work_of
from estimator.decision import Scenario
from estimator.decision.demands import Demands, doubt
from estimator.decision.levers import Lever, Levers, levers
from estimator.decision.mix import Mix, mix
from estimator.decision.quality import Floor, OwnScore, grounds, own_scores
from estimator.decision.risks import RULES, risks
from estimator.forms.compare import amounts_json, option_json, sources_json
from estimator.forms.work import workload_json
from estimator.report import money
from estimator.tokens import read_text
from pricing import Catalog, InputError, catalog, now
from pricing.console import DONE, NEEDS_A_PERSON, Parser, show_json, show_table
from pricing.currency import Rate, rate


def add(verbs: Verbs) -> None:
    parents = [json_option(), profile_options(), _demands()]
    cheaper = verbs.add_parser("levers", parents=parents, help="what would make it cheaper, ranked")
    cheaper.add_argument("--model", required=True, metavar="M", help="what the work runs on")
    cheaper.add_argument("--can-wait", action="store_true", help="nobody waits for the answers")
    cheaper.set_defaults(command=show_levers)
    mixed = verbs.add_parser("mix", parents=parents, help="which share of the requests to send where")
    mixed.add_argument("--easy", default="0", metavar="P", help="per cent of requests that any rated model may take")
    mixed.add_argument("--each", action="store_true", help="the floor is for each request, not for their mean")
    mixed.set_defaults(command=show_mix)


def _demands() -> Parser:
    parser = Parser(add_help=False)
    parser.add_argument("--floor", metavar="BENCHMARK:SETTING:P", help="the least score, such as own:own:80")
    parser.add_argument("--rule", action="append", default=[], choices=tuple(RULES), help="may be given several times")
    parser.add_argument("--scores", metavar="FILE.csv", help="your own test: columns model, right and of")
    return parser


def show_levers(args: Namespace) -> int:
    book, at = catalog(), now()
    work, model, exchange = work_of(args, book, at), book.find(args.model), rate(args.currency, at.date())
    demands = replace(_asked(args, book), can_wait=args.can_wait)
    hosted = decision.hosted_options(work, book)
    found = levers(work, book, Scenario(at), model, demands=demands, hosted=hosted)
    if args.json:
        show_json({"profile": workload_json(work), **_levers_json(found, book, exchange)})
    else:
        _show_levers(found, exchange)
    return DONE if found.found else NEEDS_A_PERSON


def show_mix(args: Namespace) -> int:
    book, at = catalog(), now()
    work, exchange, demands = work_of(args, book, at), rate(args.currency, at.date()), _asked(args, book)
    made = mix(work, book, Scenario(at), demands, easy_share=_percent(args.easy), each=args.each)
    if args.json:
        show_json({"profile": workload_json(work), **_mix_json(made, book, exchange), "doubt": doubt(work, made.floor)})
    else:
        _show_mix(made, exchange, doubt(work, made.floor))
    return DONE


def _asked(args: Namespace, book: Catalog) -> Demands:
    own: tuple[OwnScore, ...] = ()
    if args.scores:
        own = own_scores(read_text(Path(args.scores).read_bytes(), args.scores), args.scores, book)
    return Demands(_floor(args.floor, own) if args.floor else None, frozenset(args.rule), own)


def _floor(text: str, own: Sequence[OwnScore]) -> Floor:
    benchmark, _, rest = text.partition(":")
    setting, _, value = rest.partition(":")
    known = grounds(own)
    if (benchmark, setting) not in known:
        raise InputError(
            f"a floor rests on one of {', '.join(':'.join(ground) for ground in known)}, such as {_EXAMPLE}."
        )
    return Floor(benchmark, setting, float(100 * _percent(value)))


_EXAMPLE = "livebench-2026-06-25:thinking:70"


def _percent(text: str) -> Fraction:
    if not re.fullmatch(r"\d{1,3}(\.\d{1,3})?", text, re.ASCII) or Fraction(text) > 100:
        raise InputError(f"{text[:20] or 'nothing'} is no number of per cent: write one from 0 to 100, such as 72.5.")
    return Fraction(text) / 100


def _levers_json(found: Levers, book: Catalog, exchange: Rate) -> dict[str, Any]:
    options = [found.present, *(option for lever in found.found for option in lever.options)]
    return {
        "present": option_json(found.present, exchange),
        "floor": found.demands.floor and asdict(found.demands.floor),
        "levers": [_lever_json(lever, book, exchange) for lever in found.found],
        "left_out": [{"lever": each.fact.id, "reason": each.reason} for each in found.left_out],
        "risks": {f"{o.provider}/{o.model}": [asdict(known) for known in risks(o, book)] for o in options},
        "sources": sources_json(options, book, exchange),
    }


def _lever_json(lever: Lever, book: Catalog, exchange: Rate) -> dict[str, Any]:
    return {
        "lever": lever.fact.id,
        "name": lever.fact.name,
        "change": lever.change,
        "saving_usd": lever.usd,
        "low_usd": lever.low_usd,
        "high_usd": lever.high_usd,
        "after_usd": lever.after_usd,
        "effort": lever.fact.effort,
        "risk": lever.fact.risk,
        "doubt": lever.doubt,
        "assumptions": [asdict(assumption) for assumption in lever.assumptions],
        "options": [option_json(option, exchange) for option in lever.options],
        "mix": lever.mixed and _mix_json(lever.mixed, book, exchange),
    }


def _mix_json(made: Mix, book: Catalog, exchange: Rate) -> dict[str, Any]:
    return {
        "monthly_usd": made.usd,
        "low_usd": made.low_usd,
        "high_usd": made.high_usd,
        **amounts_json(made.usd, made.low_usd, made.high_usd, exchange),
        "floor": asdict(made.floor),
        "each": made.each,
        "rating": made.rating,
        "point_usd": made.point_usd,
        "parts": [
            {
                "requests": part.requests,
                "easy": part.easy,
                "share": part.share,
                "provider": part.option.provider,
                "model": part.option.model,
                "rating": part.rating,
                "monthly_usd": part.usd,
            }
            for part in made.parts
        ],
        "holds": [asdict(each) for each in made.holds],
        "sources": sources_json(made.models, book, exchange),
    }


def _show_levers(found: Levers, exchange: Rate) -> None:
    print(f"On {found.present.name} a month costs {money(found.present.usd, exchange)}; each change for itself:\n")
    rows = [
        (
            lever.fact.name,
            *(money(each, exchange) for each in (lever.usd, lever.low_usd, lever.high_usd, lever.after_usd)),
            lever.change,
        )
        for lever in found.found
    ]
    show_table(("change", "saves a month", "low", "high", "then", "what is done"), rows)
    print("\nEffort and risk, in our judgement:")
    for lever in found.found:
        doubted = f" In doubt: {lever.doubt}" if lever.doubt else ""
        print(f"- {lever.fact.name}: {lever.fact.effort} {lever.fact.risk}{doubted}")
    if found.left_out:
        print("\nWhat does not apply here:", *(f"- {e.fact.name}: {e.reason}" for e in found.left_out), sep="\n")


def _show_mix(made: Mix, exchange: Rate, doubted: str) -> None:
    print(f"{money(made.usd, exchange)} a month; the mean score is {made.rating:.1f}\n")
    rows = [
        (
            part.requests + (", easy" if part.easy else ""),
            f"{part.share:.1%}",
            part.option.name,
            part.option.provider,
            f"{part.rating:g}",
            money(part.usd, exchange),
        )
        for part in made.parts
    ]
    show_table(("requests", "share", "go to", "from", "score", "a month"), rows)
    print()
    if made.point_usd is not None:
        print(f"One more point of the floor costs about {money(made.point_usd, exchange)} a month more.")
    for holds in made.holds:
        most = "any number of" if holds.most is None else f"{holds.most:.2f}"
        print(f"The split stays the cheapest while {holds.name} costs {holds.least:.2f} to {most} times today's price.")
    if doubted:
        print(f"In doubt: {doubted}")
