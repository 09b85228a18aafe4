"""The verbs that keep the catalog: `refresh` asks the feeds, `review` shows and decides what waits."""

import argparse
import sys
from collections.abc import Iterable
from typing import Any

from pricing.catalog import Catalog
from pricing.changes import Change
from pricing.console import DONE, FAILED, NEEDS_A_PERSON, Parser, show_json, show_table
from pricing.cost import plain
from pricing.errors import InputError
from pricing.feeds import FEEDS
from pricing.journal import FeedRun, Review
from pricing.review import accept, reject, waiting
from pricing.values import PriceRule


def add_verbs(verbs: "argparse._SubParsersAction[Parser]") -> None:
    refresh = verbs.add_parser("refresh", help="ask the feeds what has changed")
    refresh.add_argument("--feed", action="append", choices=[*FEEDS], metavar="F", help=f"of {', '.join(FEEDS)}; all")
    refresh.add_argument("--dry-run", action="store_true", help="show what would change, write nothing")
    refresh.add_argument("--offline", action="store_true", help="use no network, only installed packages")
    refresh.add_argument("--webhook", metavar="URL", help="send the changes there as JSON")
    refresh.set_defaults(command=_refresh)

    review = verbs.add_parser("review", help="what waits for a person, and the decision")
    review.add_argument("verdict", nargs="?", choices=("accept", "reject"))
    review.add_argument("ids", nargs="*", metavar="ID")
    review.set_defaults(command=_review)
    for verb in (refresh, review):
        verb.add_argument("--json", action="store_true", help="for machines")


def _refresh(args: argparse.Namespace, _: Catalog) -> int:
    from pricing.refresh import demand_webhook, post, refresh  # noqa: PLC0415 - other verbs need no network.

    if args.webhook:
        demand_webhook(args.webhook)
    feeds = [FEEDS[id_] for id_ in dict.fromkeys(args.feed or FEEDS)]
    outcome = refresh(feeds, offline=args.offline, dry_run=args.dry_run)
    run = outcome.run
    told = {
        **run.model_dump(mode="json"),
        "dry_run": args.dry_run,
        "changes": [change.model_dump(mode="json", exclude_defaults=True) for change in outcome.accepted],
        "reviews": [_review_json(review) for review in outcome.waiting],
    }
    if args.json:
        show_json(told)
    else:
        _show_run(run.feeds, outcome.accepted, outcome.waiting, dry_run=args.dry_run)
    if args.webhook and not args.dry_run and (outcome.accepted or outcome.waiting):
        problem = post(args.webhook, told)
        if problem:
            print(f"warning: {problem}", file=sys.stderr)
    if not any(feed.version for feed in run.feeds) and not any(feed.refused for feed in run.feeds):
        print("error: no feed could be read; nothing was changed.", file=sys.stderr)
        return FAILED
    return NEEDS_A_PERSON if run.waiting or any(feed.refused for feed in run.feeds) else DONE


def _show_run(feeds: Iterable[FeedRun], taken: Iterable[Change], reviews: tuple[Review, ...], *, dry_run: bool) -> None:
    show_table(
        ("feed", "read", "confirmed", "added", "closed", "waiting", ""),
        [
            (
                f.feed,
                f.via,
                f.confirmed,
                f.added,
                f.closed,
                f.waiting,
                f"refused: {f.problem}" if f.refused else f.problem,
            )
            for f in feeds
        ],
    )
    rows = [_row(change) for change in taken]
    if rows:
        print("\nWould be accepted:" if dry_run else "\nAccepted:")
        show_table(("id", "what", "model", "price", "ours", "theirs"), rows)
    if reviews:
        print(f"\n{len(reviews)} wait for a person: `python -m pricing review` shows them.")
    if dry_run:
        print("\nNothing was written.")


def _review(args: argparse.Namespace, _: Catalog) -> int:
    if args.verdict and not args.ids:
        raise InputError(f"say what to {args.verdict}: `review {args.verdict} ID`.")
    if args.verdict:
        done = (accept if args.verdict == "accept" else reject)(args.ids)
        if args.json:
            show_json([_review_json(review) for review in done])
        else:
            print(*(f"{args.verdict}ed {review.id}: {_words(review.change)}" for review in done), sep="\n")
        return DONE
    reviews = waiting()
    if args.json:
        show_json([_review_json(review) for review in reviews])
    elif not reviews:
        print("Nothing waits.")
    else:
        rows = [(*_row(r.change), r.change.feed, r.since, r.reason) for r in reviews]
        show_table(("id", "what", "model", "price", "ours", "theirs", "feed", "since", "why it waits"), rows)
        print("\n`python -m pricing review accept ID…` or `reject ID…`.")
    return NEEDS_A_PERSON if reviews else DONE


def _review_json(review: Review) -> dict[str, Any]:
    return review.model_dump(mode="json", exclude_defaults=True)


def _words(change: Change) -> str:
    return f"{change.kind} of {change.provider}/{change.model}"


def _row(change: Change) -> tuple[str, ...]:
    sides = change.theirs or change.ours
    first = sides[0]
    what = _price(first) if len(sides) == 1 else f"{len(sides)} prices"
    return (
        change.id,
        change.kind.value,
        f"{change.provider}/{change.model}",
        what,
        _side(change.ours),
        _side(change.theirs),
    )


def _price(rule: PriceRule) -> str:
    tier = f"above {rule.min_input_tokens}" if rule.min_input_tokens else ""
    mode = "" if str(rule.mode) == "standard" else str(rule.mode)
    return ", ".join(filter(None, (rule.item, mode, tier, rule.window)))


def _side(rules: tuple[PriceRule, ...]) -> str:
    """The figure of one side with its source; of many, the first two that tell most."""
    headlines = [rule for rule in rules if rule.item in {"input", "output"} and _price(rule) == rule.item] or [*rules]
    said = [
        " ".join(
            filter(
                None,
                (
                    plain(rule.low),
                    rule.item if len(rules) > 1 else "",
                    f"from {rule.valid_from:%Y-%m-%d}" if rule.valid_from else "",
                    f"to {rule.valid_to:%Y-%m-%d}" if rule.valid_to else "",
                ),
            )
        )
        for rule in headlines[:2]
    ]
    return f"{', '.join(said)} ({rules[0].source})" if rules else "none"
