"""A built template → a month of its requests, and to a file and back."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

from pydantic import ValidationError

from estimator.tokens import audio_tokens, read_text
from estimator.workload.builders import FORMAT, Amount, Built, Call, calls, kinds, parameters
from estimator.workload.caching import hit_share
from estimator.workload.profile import MONTH, Cell, Profile, Record, Sketch, profile
from estimator.workload.reuse import AGES_S, PREFIXES_TOKENS, Repeat, Reuse
from estimator.workload.shapes import month_from, shapes, spread
from estimator.workload.workload import TOKENIZER, Assumption, Workload
from pricing import InputError, Usage
from pricing.values import MAX_TOKENS
from pricing.windows import SLOT_MINUTES

_MONTH_S = MONTH.total_seconds()
_LEVELS = range(3)
_SETTABLE = ("name", "units", "period", "shape", "heard_by")


def template_json(template: Built) -> str:
    """The template as a file: `load_template` gives it back."""
    return template.model_dump_json(indent=2)


def is_template(data: bytes) -> bool:
    """Whether a file says that it is one of these."""
    return data.lstrip()[:1] == b"{" and f'"{FORMAT}"'.encode() in data[:200]


def load_template(data: bytes, name: str) -> Built:
    """The template of a file. Raises InputError, with the file and the field, where it is not one."""
    return _parsed(read_text(data, name), name)


def _parsed(text: str, place: str) -> Built:
    try:
        return Built.model_validate_json(text)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ", ".join((place, *map(str, fault["loc"])))
        raise InputError(f"{where}: {fault['msg'].removeprefix('Value error, ')}.") from None


def edited(template: Built, changes: Mapping[str, object]) -> Built:
    """The template with some fields or parameters set by the user: a parameter as (low, typical, high).

    Raises InputError where there is no such parameter, or where it cannot be so.
    """
    fields = template.model_dump()
    for name, value in changes.items():
        if name in _SETTABLE:
            fields[name] = value
        elif name in template.parameters and isinstance(value, tuple):
            fields["parameters"][name] = dict(zip(("low", "typical", "high"), value, strict=True), status="user")
        else:
            known = ", ".join((*template.parameters, *_SETTABLE))
            raise InputError(f"{template.kind} has no number of this name: set one of {known}.")
    return _parsed(json.dumps(fields), template.kind)


def settings_of(texts: Iterable[str]) -> dict[str, object]:
    """What `name=value` texts ask for; a value is `8`, or `3:5:9` for low, typical and high.

    Raises InputError where one is not of this form.
    """
    changes: dict[str, object] = {}
    for text in texts:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign or name in changes:
            raise InputError("--set takes name=value, each name once: such as --set turns=8 or --set turns=3:5:9.")
        if name in _SETTABLE:
            changes[name] = value
            continue
        parts = value.split(":")
        if len(parts) not in {1, 3} or not all(re.fullmatch(r"[0-9]{1,12}", part) for part in parts):
            raise InputError(f"--set {name}: write a whole number, or low:typical:high such as 3:5:9.")
        low, typical, high = map(int, parts if len(parts) == 3 else parts * 3)
        changes[name] = low, typical, high
    return changes


def from_built(
    template: Built, units_per_month: int | Fraction, sizes: tuple[int, ...], *, start: datetime
) -> Workload:
    """A calendar month of the template's work from `start`, in whose time zone its daily rhythm runs.

    The three profiles hold the same units of work, of which each level takes its own requests. Raises InputError where
    `units_per_month` is not above 0 or absurd, or where `start` has no time zone.
    """
    rate, levels = Fraction(units_per_month), [calls(template, level) for level in _LEVELS]
    _check(rate, levels, start)
    hours = list(spread(max(1, int(rate)), shapes()[template.shape], start))
    gaps = template.parameters["gap_s"].triple if "gap_s" in template.parameters else (_MONTH_S,) * 3
    low, typical, high = (
        replace(
            _month(level, hours, sizes),
            starts=start.astimezone(UTC),
            ends=month_from(start).astimezone(UTC),
            reuse=_reuse(level, rate, gap_s),
        )
        for level, gap_s in zip(levels, gaps, strict=True)
    )
    kind = kinds()[template.kind]
    shares = sorted(made.reuse.reused_share() for made in (low, typical, high) if made.reuse)
    return Workload(
        name=template.name,
        low=low,
        typical=typical,
        high=high,
        requests_per_month=rate * len(levels[1]),
        tokenizer=TOKENIZER,
        content=kind.content,
        repeated_share=(shares[0], shares[1], shares[2]),
        reuse_gap_s=gaps[1],
        assumptions=_assumptions(template, rate, shares),
        unit=kind.unit,
        units=kind.units,
        requests_per_unit=len(levels[1]),
    )


def _check(rate: Fraction, levels: Sequence[Sequence[Call]], start: datetime) -> None:
    if start.tzinfo is None:
        raise InputError(f"the start {start.isoformat()} has no time zone: add Z for UTC.")
    if rate <= 0:
        raise InputError("a workload needs more than 0 units a month.")
    most = max(sum(call.input_tokens + call.output_tokens for call in level) for level in levels)
    if rate * most > MAX_TOKENS:
        raise InputError("so many units a month come to more than 10^18 tokens: check the number.")
    if not most:
        raise InputError("a unit of this work has no tokens: set at least one above 0.")


def _month(unit: Sequence[Call], hours: Sequence[tuple[datetime, int]], sizes: tuple[int, ...]) -> Profile:
    """The profile of each hour's units: all requests of a unit fall into the hour in which it begins."""
    one = profile([Record(hours[0][0], _usage(call)) for call in unit], sizes, tokenizers=[TOKENIZER])
    units = sum(n for _, n in hours)
    return replace(
        one,
        cells=tuple(
            Cell(_slot(hour), cell.floor, cell.requests * n, Usage(*(count * n for count in cell.usage.counts)))
            for hour, n in hours
            for cell in one.cells
        ),
        input_sizes=_times(one.input_sizes, units),
        output_sizes=_times(one.output_sizes, units),
    )


def _usage(call: Call) -> Usage:
    return Usage(
        uncached_input_tokens=call.input_tokens - call.sound_tokens,
        uncached_audio_tokens=call.sound_tokens,
        output_tokens=call.output_tokens,
    )


def _slot(hour: datetime) -> datetime:
    return hour.replace(minute=hour.minute - hour.minute % SLOT_MINUTES)


def _times(sketch: Sketch, n: int) -> Sketch:
    return Sketch(tuple((key, count * n) for key, count in sketch.bins))


def _reuse(unit: Sequence[Call], units_per_month: Fraction, gap_s: float) -> Reuse:
    """What repeats in a month of such units, by the age that a cache must reach to find it, and by the least prefix.

    Units come at random, on average a month over their number apart, and the calls of one `gap_s` apart. A call's own
    beginning comes back with its unit's next call, the shared one also with any other unit's.
    """
    units = max(1, int(units_per_month))
    between_s = _MONTH_S / units
    rows = []
    for least in PREFIXES_TOKENS:
        before = 0
        for age_s in AGES_S:
            each = (
                _found(call, n, least=least, life_s=age_s, gap_s=gap_s, between_s=between_s)
                for n, call in enumerate(unit)
            )
            found = round(units * sum(each))
            if found > before:
                rows.append(Repeat(least, age_s, found - before))
            before = found
    return Reuse(units * sum(call.input_tokens - call.sound_tokens for call in unit), tuple(rows), 1)


def _found(call: Call, n: int, *, least: int, life_s: float, gap_s: float, between_s: float) -> float:
    """Tokens of the n-th call's input that a cache of this life and least prefix finds, on average."""
    shared, whole = call.shared_tokens, call.shared_tokens + call.own_tokens
    own_alive = hit_share(life_s, gap_s) if n else 0.0
    shared_alive = max(own_alive, hit_share(life_s, between_s))
    return whole * own_alive * (whole >= least) + shared * (shared_alive - own_alive) * (shared >= least)


def _assumptions(template: Built, rate: Fraction, shares: Sequence[float]) -> tuple[Assumption, ...]:
    kind, known, shape = kinds()[template.kind], parameters(template.kind), shapes()[template.shape]
    numbers = (
        Assumption(f"{known[name].name}: {_range(amount)}. {amount.note}".strip(), amount.status, amount.source)
        for name, amount in template.parameters.items()
    )
    repeats = (
        f"{shares[1]:.0%} of the input ({shares[0]:.0%} to {shares[2]:.0%}) repeats: all but what is new each time."
    )
    return (
        Assumption(f"{float(rate):,.4g} × one {kind.unit} a month.", "user", ""),
        *numbers,
        Assumption(repeats, "guess", ""),
        *_of_sound(template),
        Assumption(f"Work comes at the hours of the load shape '{shape.id}'.", shape.status, shape.source),
        *([Assumption(kind.advice, "guess", "")] if kind.advice else []),
    )


def _range(amount: Amount) -> str:
    low, typical, high = amount.triple
    return f"{typical:,}" + (f" ({low:,} to {high:,})" if low < high else "")


def _of_sound(template: Built) -> list[Assumption]:
    if "minutes" not in template.parameters:
        return []
    counted = audio_tokens(template.parameters["minutes"].typical * 60, template.heard_by)
    said = f"Sound is counted as {template.heard_by} models do: {counted.tokens:,} tokens. {counted.note}"
    return [Assumption(said, "published", counted.source)]
