"""Models on devices: architectures, plans, what fits, from when on it pays."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from estimator.decision import BreakEven, Option, Swing, months_until
from estimator.report import count, fit_answer, item_words, money, offload_words, rate, status_words, usd
from estimator.selfhost import Architecture, Feasibility, Plan
from estimator.selfhost.throughput import Range
from estimator.tables.parts import month_cells, said, seller, show_exchange, show_notes
from estimator.workload import Workload
from pricing import Catalog
from pricing.console import show_table
from pricing.currency import Rate

_GB = 1e9

_GIGA = 1e9

_CONTEXTS = {"4K": 4_096, "128K": 131_072, "1M": 1_048_576}


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
    print(f"{said(work)}, on {option.name}: {option.detail}\n")
    figures = (
        ("a month", *month_cells(option, exchange)),
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
    show_exchange(exchange)


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
            seller(each.against, book),
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
        against = f"{watched.against.name} from {seller(watched.against, book)}"
        print(f"\nInstead of {against}, with one input at each end of its range:\n")
        rows = [(s.name, s.at_low, _from(s.low), s.at_high, _from(s.high)) for s in swings]
        show_table(("input", "low end", "pays from", "high end", "pays from"), rows)
    show_notes(assumption.text for assumption in option.assumptions)


def _from(requests: Decimal | None) -> str:
    return "never" if requests is None else f"{requests:,.0f}"


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
