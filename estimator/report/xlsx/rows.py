"""What stands in the workbook before it has cells: inputs, the lines made of them, and the blocks of each option."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, count

from estimator.decision import Option, hosted_option, volumes_in_view
from estimator.decision.levels import Levels, Part, levels
from estimator.report.content import Report
from estimator.report.summary import how, named
from estimator.report.words import is_sure, item_words, status_words
from estimator.selfhost import Plan
from estimator.selfhost.ownership import CostLine

Triple = tuple[Decimal, Decimal, Decimal]

_OUTPUT = {"output", "output_audio"}
_OF_ALL = "all own GPUs"
_OF_THE_DEVICE = {"gpu_rent", "hardware", "failures"}
MOST_VOLUME = 100  # Times today's: as far as the workbook follows a change, and own GPUs that it draws no curve of.
_MOST_STEPS = 2000
_ONE = {"GPU-hours": "GPU-hour", "GPUs": "GPU", "posts": "post and month"}
_UNITS = {1: "USD each", 1_000: "USD per 1,000", 1_000_000: "USD per 1M"}


@dataclass(frozen=True)
class Figure:
    """An input that the client may change: low, typical and high, which are one where it `is_range` not."""

    name: str
    what: str
    of: str
    unit: str
    values: Triple
    is_range: bool
    source: int | None
    checked_on: str
    status: str


@dataclass(frozen=True)
class Row:
    """A line of an option: for each one of what it `follows` so many units, at a rate for `per` of them.

    `quantities` are those of a month as delivered. Where `share` is given, it stands for the base.
    """

    what: str
    applies: str
    unit: str
    follows: str
    base: Triple
    quantities: Triple
    rate: Figure
    per: int
    share: Figure | None = None

    @property
    def usd(self) -> Triple:
        low, typical, high = (
            quantity * rate / self.per for quantity, rate in zip(self.quantities, self.rate.values, strict=True)
        )
        return low, typical, high


@dataclass(frozen=True)
class Steps:
    """A plan whose replicas the workbook finds by itself, up to `top` requests a month: from how many requests on
    1, 2, 3 … are needed, by level.
    """

    plan: Plan
    top: float
    starts: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Block:
    """An option with its lines. Own GPUs without `steps` have none, and are known at the volume as delivered only."""

    option: Option
    label: str
    how: str
    rows: tuple[Row, ...]
    steps: Steps | None = None

    @property
    def is_bought(self) -> bool:
        return self.option.kind == "api"

    @property
    def is_sure(self) -> bool:
        return is_sure(self.option.status)


@dataclass(frozen=True)
class Content:
    """All blocks, those of the comparison first and in its order; and how far tokens may be scaled by formula."""

    report: Report
    blocks: tuple[Block, ...]
    input_room: tuple[float, float]

    @property
    def compared(self) -> tuple[Block, ...]:
        return self.blocks[: len(self.report.options)]

    @property
    def hosted(self) -> tuple[Block, ...]:
        """Own GPUs whose replicas the workbook finds."""
        return tuple(block for block in self.blocks if block.steps)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every input once, in the order of the lines."""
        found = ((row.rate, row.share) for block in self.blocks for row in block.rows)
        return tuple(dict.fromkeys(figure for pair in found for figure in pair if figure))

    @property
    def requests(self) -> Decimal:
        """A month, as delivered."""
        return _requests(self.report)


def content(report: Report) -> Content:
    """The workbook's content: prices are worked out again at all three levels, replicas at every step."""
    figures = _Figures(report)
    known = {found.option: found for found in levels(report.comparison, report.catalog)}
    further = [report.hosting.option] if report.hosting and report.hosting.option not in report.options else []
    blocks = []
    for option in (*report.options, *further):
        rows, steps = _bought(known[option], figures) if option in known else _hosted(option, figures)
        label = named(option, report) + ("" if is_sure(option.status) else " (claim)")
        blocks.append(Block(option, label, how(option, report), rows, steps))
    return Content(report, tuple(blocks), _input_room(known.values(), report))


def _input_room(found: Iterable[Levels], report: Report) -> tuple[float, float]:
    """Cached input comes in blocks, which no factor scales."""
    if report.comparison.scenario.caching:
        return 1.0, 1.0
    rooms = [each.room for each in found]
    return max((least for least, _ in rooms), default=0.0), min((most for _, most in rooms), default=float("inf"))


class _Figures:
    """The inputs, each with a valid name that is given once. Own GPUs share what is the same for all of them."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._names: set[str] = set()
        self._shared: dict[object, Figure] = {}

    def name(self, *parts: str) -> str:
        plain = re.sub(r"[^a-z0-9]+", "_", "_".join(parts).lower()).strip("_")
        name = next(n for n in chain([plain], (f"{plain}_{i}" for i in count(2))) if n not in self._names)
        self._names.add(name)
        return name

    def price(self, part: Part, option: Option) -> Figure:
        rule, claim = part.rule, () if is_sure(option.status) else ("claimed",)
        return Figure(
            name=self.name("price", option.provider, option.model, part.item, *claim),
            what=", ".join(filter(None, (item_words(part.item, self.report.catalog.items), part.applies))),
            of=named(option, self.report) + ("" if is_sure(option.status) else " (claim)"),
            unit=_UNITS.get(rule.per, f"USD per {rule.per:,}"),
            values=(rule.low, rule.typical, rule.high),
            is_range=rule.low != rule.high,
            source=self.report.number(rule.source),
            checked_on=rule.checked_on.isoformat(),
            status=status_words(rule.status.value),
        )

    def owned(self, line: CostLine, plan: Plan, what: str, unit: str, values: Triple) -> Figure:
        of = plan.device.name if line.name in _OF_THE_DEVICE else _OF_ALL
        key = (what, of, values)
        if key not in self._shared:
            self._shared[key] = Figure(
                name=self.name(what, *(() if of == _OF_ALL else (of,))),
                what=item_words(line.name, {}) + ("" if unit.startswith("USD") else ", how many"),
                of=of,
                unit=unit,
                values=values,
                is_range=True,
                source=self.report.number(line.sources[0]),
                checked_on=line.checked_on,
                status=status_words(line.status),
            )
        return self._shared[key]


def _bought(found: Levels, figures: _Figures) -> tuple[tuple[Row, ...], None]:
    items, requests = figures.report.catalog.items, _requests(figures.report)
    rows = []
    for part in found.parts:
        is_counted = part.item in items and not items[part.item].per_token
        rows.append(
            Row(
                what=item_words(part.item, items),
                applies=part.applies,
                unit="times" if is_counted else "tokens",
                follows="requests" if is_counted else "tokens out" if part.item in _OUTPUT else "tokens in",
                base=_each(part.quantities, (requests,) * 3),
                quantities=part.quantities,
                rate=figures.price(part, found.option),
                per=part.rule.per,
            )
        )
    return tuple(rows), None


def _hosted(option: Option, figures: _Figures) -> tuple[tuple[Row, ...], Steps | None]:
    report = figures.report
    plans = (*([report.hosting.plan] if report.hosting else []), *report.plans)
    plan = next((plan for plan in plans if hosted_option(plan) == option), None)
    steps = _steps(plan, report) if plan else None
    if plan is None or steps is None:
        return (), None
    return tuple(_owned(line, plan, figures) for line in plan.lines), steps


def _owned(line: CostLine, plan: Plan, figures: _Figures) -> Row:
    quantities = (line.low_quantity, line.quantity, line.high_quantity)
    rates = (line.low_rate_usd, line.rate_usd, line.high_rate_usd)
    drivers = {
        "replicas": tuple(Decimal(fleet.peak_replicas) for fleet in plan.fleets),
        "requests": (_requests(figures.report),) * 3,
        "nothing": (Decimal(1),) * 3,
    }[line.follows]
    is_share = line.follows == "nothing"
    return Row(
        what=item_words(line.name, {}),
        applies="",
        unit=line.unit,
        follows=line.follows,
        base=_each(quantities, drivers),
        quantities=quantities,
        rate=figures.owned(line, plan, f"rate_{line.name}", f"USD per {_ONE.get(line.unit, line.unit)}", rates),
        per=1,
        share=figures.owned(line, plan, f"number_{line.name}", line.unit, quantities) if is_share else None,
    )


def _steps(plan: Plan, report: Report) -> Steps | None:
    """None where replicas differ from hour to hour, or are too many for a table."""
    is_drawn = report.hosting is not None and report.hosting.plan == plan
    top = float(volumes_in_view(plan)[-1]) if is_drawn else float(MOST_VOLUME)
    if plan.hourly or plan.at_volume(top).fleets[2].peak_replicas > _MOST_STEPS:
        return None
    requests = float(_requests(report))
    starts = tuple(tuple(start * requests for start in level) for level in plan.steps(top))
    return Steps(plan, top * requests, starts)


def _each(quantities: Sequence[Decimal], drivers: Sequence[Decimal]) -> Triple:
    low, typical, high = (quantity / driver for quantity, driver in zip(quantities, drivers, strict=True))
    return low, typical, high


def _requests(report: Report) -> Decimal:
    rate = report.comparison.workload.requests_per_month
    return Decimal(rate.numerator) / rate.denominator
