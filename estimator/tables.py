"""Results of the engine as tables in plain text, for people at a prompt."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from estimator.decision import BreakEven, Comparison, Month, Option, Purchase, Reconciliation, Swing, months_until
from estimator.forms import QUANTILES, quantiles, unit_json
from estimator.report import (
    as_billed,
    count,
    exact,
    exact_range,
    fit_answer,
    headline,
    money,
    offload_words,
    rate,
    status_words,
    usd,
)
from estimator.report.words import item_words
from estimator.selfhost import Architecture, Feasibility, Plan
from estimator.selfhost.throughput import Range
from estimator.tokens import TokenCount
from estimator.workload import Built, Profile, Workload, calls, kinds, parameters
from estimator.workspace import Entry
from pricing import Catalog
from pricing.console import show_table
from pricing.currency import Rate, rate_words

_GB = 1e9
_GIGA = 1e9
_HOW = {"api": "by the token", "selfhost": "own GPUs"}
_CONTEXTS = {"4K": 4_096, "128K": 131_072, "1M": 1_048_576}


def show_counts(counts: Iterable[tuple[str, Sequence[str], TokenCount]]) -> None:
    """Each with its file and the models that count so."""
    counts = list(counts)
    rows = [(file, c.family, f"{c.tokens:,}", f"{c.low:,}", f"{c.high:,}", c.method, c.note) for file, _, c in counts]
    show_table(("file", "tokenizer", "tokens", "low", "high", "method", "note"), rows)
    print()
    show_table(("tokenizer", "of"), {c.family: (c.family, ", ".join(models)) for _, models, c in counts}.values())


def show_profile(made: Profile) -> None:
    print(f"{made.requests:,} requests from {_time(made.starts)} to {_time(made.ends)}")
    print(
        f"{count(made.requests_per_month)} a month at this pace; tokenizer: {', '.join(made.tokenizers) or 'unknown'}\n"
    )
    show_table(("all together", "tokens"), [(name, f"{n:,}") for name, n in made.usage.items() if n])
    print()
    sizes = {"input": made.input_sizes, "output": made.output_sizes}
    rows = [(name, *(f"{n:,}" for n in quantiles(sketch).values())) for name, sketch in sizes.items()]
    show_table(("tokens of a request", *QUANTILES), rows)
    _show_notes(made.notes)


def show_built(template: Built) -> None:
    kind, known = kinds()[template.kind], parameters(template.kind)
    print(f"{template.name}: {template.units:,} {kind.units} a {template.period}. {kind.description}\n")
    rows = [
        (name, known[name].name, *(f"{n:,}" for n in amount.triple), status_words(amount.status), amount.source)
        for name, amount in template.parameters.items()
    ]
    show_table(("--set", "what", "low", "typical", "high", "is", "source"), rows)
    print()
    levels = [unit_json(calls(template, level)) for level in range(3)]
    totals = [(what.replace("_", " "), *(f"{level[what]:,}" for level in levels)) for what in levels[0]]
    show_table((f"of one {kind.unit}", "low", "typical", "high"), totals)


def show_comparison(compared: Comparison, book: Catalog, exchange: Rate) -> None:
    scenario = compared.scenario
    caching = ", repeated input cached" if scenario.caching else ""
    print(f"{_said(compared.workload)}; prices of {_time(scenario.at)}, {scenario.mode}{caching}\n")
    any_saved = any(option.saving for option in compared.options)
    rows = [
        (
            option.name,
            _seller(option, book),
            *_month(option, exchange),
            *_saved(option, exchange, any_saved),
            option.detail or _HOW[option.kind],
            status_words(option.status),
            ", ".join(dict.fromkeys(line.source for line in option.lines)),
            max((line.checked_on for line in option.lines), default=""),
        )
        for option in compared.options
    ]
    saved = ("saved by caching",) if any_saved else ()
    show_table(("model", "from", "a month", "low", "high", *saved, "how", "price is", "source", "checked"), rows)
    _show_exchange(exchange)
    if compared.unpriced:
        print("\nWithout an honest figure:")
        print(
            *(f"- {no.name} at {book.providers[no.provider].name}: {no.reason}" for no in compared.unpriced), sep="\n"
        )
    _show_notes(assumption.text for assumption in compared.workload.assumptions)
    print("\n--json adds the lines behind each figure, what was taken for granted about each model, and the sources.")


def _saved(option: Option, exchange: Rate, any_saved: bool) -> tuple[str, ...]:
    """What caching took off, as a column where any option has it."""
    return (money(option.saving.usd, exchange) if option.saving else "",) if any_saved else ()


def show_architectures(chosen: Iterable[Architecture]) -> None:
    flops = [f"at {name}" for name in _CONTEXTS]
    show_table(
        ("model", "status", "parameters", "active", "KV bytes a token", *flops), [_architecture(a) for a in chosen]
    )
    print("\nKV cache in BF16, over 32K tokens. At a context of 4K, 128K, 1M: GFLOPs of one token written.")


def _architecture(a: Architecture) -> tuple[str, ...]:
    computed = ["unknown"] * (1 + len(_CONTEXTS))
    if a.is_complete:
        flops = (f"{a.decode_flops_per_token(n) / _GIGA:,.1f}" for n in _CONTEXTS.values())
        computed = [f"{a.kv_bytes_per_token:,.0f}", *flops]
    return a.id, a.status, count(a.total_parameters or 0), count(a.active_parameters), *computed


def show_plan(plan: Plan, option: Option, *, work: Workload, book: Catalog, exchange: Rate) -> None:
    """How the model is served and what it costs; `option` is the plan as one."""
    memory, speed, fleet = plan.memory, plan.throughput, plan.fleet
    print(f"{_said(work)}, on {option.name}: {option.detail}\n")
    figures = (
        ("a month", *_month(option, exchange)),
        ("replicas at the busiest hour", *(f.peak_replicas for f in (fleet, plan.fleets[0], plan.fleets[2]))),
        ("busy", *(f"{f.utilisation:.2%}" for f in (fleet, plan.fleets[0], plan.fleets[2]))),
        ("weights, GB", f"{memory.weights_bytes / _GB:,.0f}", "", ""),
        ("memory of a replica, GB", f"{memory.total_bytes / _GB:,.0f}", "", ""),
        ("requests at once that fit", f"{memory.sequences:,}", "", ""),
        ("requests at once that keep the speed", f"{speed.concurrency:,.0f}", "", ""),
        ("ms to the first token (TTFT)", *_spread(speed.ttft_ms)),
        ("ms a token (TPOT)", *_spread(speed.tpot_ms)),
        ("tokens written a second a GPU", *_spread(speed.out_tok_s_per_gpu)),
    )
    show_table(("", "typical", "low", "high"), figures)
    print()
    lines = [
        (
            item_words(line.name, book.items),
            f"{line.quantity:,.4g} {line.unit}",
            rate(line.rate_usd, line.per),
            money(line.usd, exchange),
            status_words(line.status),
            line.source,
            line.checked_on,
        )
        for line in option.lines
    ]
    show_table(("what", "how much", "price", "a month", "price is", "source", "checked"), lines)
    _show_exchange(exchange)


def _spread(bounds: Range | None) -> tuple[str, str, str]:
    if bounds is None:
        return "unknown", "", ""
    return f"{bounds.typical:,.1f}", f"{bounds.low:,.1f}", f"{bounds.high:,.1f}"


def show_break_evens(
    found: Iterable[BreakEven], work: Workload, growth: Decimal, *, book: Catalog, exchange: Rate
) -> None:
    print("\nOwn GPUs are cheaper from so many requests a month on:\n")
    rows = [
        (
            each.against.name,
            _seller(each.against, book),
            money(each.against.usd, exchange),
            *(_from(n) for n in (each.typical, each.earliest, each.latest)),
            _months(months_until(each.typical, work.requests_per_month, growth)),
        )
        for each in found
    ]
    heads = ("instead of", "from", "now, a month", "typically", "at the earliest", "at the latest")
    show_table((*heads, f"in months, at {growth:.0%}"), rows)


def _months(months: int | None) -> str:
    return "never" if months is None else f"{months:,}"


def show_swings(swings: Sequence[Swing], watched: BreakEven | None, option: Option, book: Catalog) -> None:
    """What moves this break-even most, and what is taken for granted."""
    if watched:
        against = f"{watched.against.name} from {_seller(watched.against, book)}"
        print(f"\nInstead of {against}, with one input at each end of its range:\n")
        rows = [(s.name, s.at_low, _from(s.low), s.at_high, _from(s.high)) for s in swings]
        show_table(("input", "low end", "pays from", "high end", "pays from"), rows)
    _show_notes(assumption.text for assumption in option.assumptions)


def show_feasible(found: Iterable[Feasibility]) -> None:
    """The answer for each, then its formats."""
    for each in found:
        print(f"{fit_answer(each, usd)}\n")
        rows = [
            (
                fit.precision if fit.is_real else f"{fit.precision} (nominal)",
                f"{fit.weights_bytes / _GB:,.0f}",
                f"{fit.usable_bytes / _GB:,.0f}",
                "yes" if fit.fits else "no",
                offload_words(fit) or "no",
            )
            for fit in each.tried
        ]
        show_table(("format", "weights, GB", "usable, GB", "fits", "experts in the host's memory"), rows)
        print()


def _from(requests: Decimal | None) -> str:
    return "never" if requests is None else f"{requests:,.0f}"


_OVER = {(False, False): "within", (False, True): "a heavy month is over", (True, True): "over"}


def show_budget(
    ahead: Sequence[Month],
    over: Month | None,
    bought: Purchase,
    *,
    limit_usd: Decimal,
    work: Workload,
    book: Catalog,
    exchange: Rate,
) -> None:
    option = bought.option
    print(f"{_said(work)}, on {option.name} at {_seller(option, book)} ({status_words(option.status)})\n")
    rows = [
        (
            f"{m.month:%Y-%m}",
            f"{m.requests:,.0f}",
            *_month(m, exchange),
            _OVER[m.over, m.may_be_over],
        )
        for m in ahead
    ]
    show_table(("month", "requests", "a month", "low", "high", f"limit {money(limit_usd, exchange)}"), rows)
    _show_exchange(exchange)
    print(f"\nOver the limit from {over.month:%B %Y} on." if over else f"\nNo month of {len(ahead)} is over the limit.")
    span = f"{bought.low_per_month:,} to {bought.high_per_month:,}"
    print(f"The limit buys {bought.per_month:,} {work.units} a month ({span}): {bought.cadence}.")
    _show_notes(assumption.text for assumption in option.assumptions)


def show_reconciliation(found: Reconciliation, book: Catalog, exchange: Rate) -> None:
    print(f"{headline(found, exchange)}\n")
    rows = [
        (
            f"{line.start:%Y-%m-%d}",
            ", ".join(filter(None, (line.name, item_words(line.item, book.items)))),
            line.by or "nobody",
            exact_range(line.computed, exchange),
            exact(line.billed_usd, exchange),
            as_billed(line),
            exact(line.apart_usd, exchange),
            line.verdict.value,
            line.why,
        )
        for line in found.lines
    ]
    header = ("day", "model", "billed by", "computed", "billed", "as billed", "apart", "verdict", "what is behind it")
    show_table(header, rows)
    _show_exchange(exchange)
    _show_notes(found.notes)


def show_saved(entries: Iterable[Entry]) -> None:
    rows = [(e.client, e.name, e.number, _time(e.saved_at)) for e in entries]
    if rows:
        show_table(("client", "name", "version", "saved"), rows)
    else:
        print("nothing is saved yet: the pages have a button for it.")


def _month(of: Option | Month, exchange: Rate) -> tuple[str, str, str]:
    """What a month costs: typically, at least, at most."""
    return money(of.usd, exchange), money(of.low_usd, exchange), money(of.high_usd, exchange)


def _show_exchange(exchange: Rate) -> None:
    said = rate_words(exchange)
    if said:
        print(f"\n{said}")


def _said(work: Workload) -> str:
    return f"{work.name}: {count(work.units_per_month)} {work.units} a month"


def _seller(option: Option, book: Catalog) -> str:
    return book.providers[option.provider].name if option.provider in book.providers else "rented"


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def _show_notes(notes: Iterable[str]) -> None:
    lines = [f"- {note}" for note in notes]
    if lines:
        print("\nTaken for granted:", *lines, sep="\n")
