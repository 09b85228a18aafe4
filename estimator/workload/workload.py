"""What is compared: a workload at its low, typical and high size, its rate, and what was taken for granted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from fractions import Fraction
from functools import cached_property

from estimator.workload.counts import MEDIA, Kinds
from estimator.workload.exports.remarks import Remarks
from estimator.workload.profile import (
    MONTH,
    Cell,
    Profile,
    Record,
    Sketch,
    bin_of,
    floor_of,
    part_of,
    profile,
    slot_of,
)
from estimator.workload.reuse import Reuse
from estimator.workload.shapes import Shape, Status, month_from, shapes, spread
from estimator.workload.template import Template, Triple, defaults
from estimator.workload.texts.prompts import prompt
from estimator.workload.texts.tally import ASSUMED, profile_of
from pricing import InputError, Usage
from pricing.values import MAX_TOKENS

MOST_REQUESTS = 10**15  # More than all sellers together serve in a month: a typing error.
TOKENIZER = "o200k"  # What templates and texts are counted by.
_TEXT_SHAPE = "office"
_NEARLY_ALL = 0.8


@dataclass(frozen=True)
class Assumption:
    """A sentence on what was taken for granted; `source` is an id, or blank where there is none."""

    text: str
    status: Status
    source: str


@dataclass(frozen=True)
class Workload:
    """One workload. The profiles hold the same requests with few, typical and many tokens.

    `requests_per_month` is the true rate, whatever time the profiles stand for. `repeated_share` (low, typical, high)
    is the share of input that repeats an earlier prefix, None where unknown; it comes back after `reuse_gap_s`,
    or as the profiles' own `reuse` tells.
    People count in `unit`s (conversations, say), each of which takes `requests_per_unit`.
    """

    name: str
    low: Profile
    typical: Profile
    high: Profile
    requests_per_month: Fraction
    tokenizer: str
    content: str
    repeated_share: tuple[float, float, float] | None
    reuse_gap_s: float
    assumptions: tuple[Assumption, ...]
    unit: str = "request"
    units: str = "requests"
    requests_per_unit: int = 1

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Of every cell of the profiles, and asked for at each look into a cache."""
        return hash(tuple(getattr(self, field.name) for field in fields(self)))

    @property
    def units_per_month(self) -> Fraction:
        return self.requests_per_month / self.requests_per_unit


def from_template(
    template: Template, units_per_month: int | Fraction, sizes: tuple[int, ...], *, start: datetime
) -> Workload:
    """A calendar month of a typical task from `start`, in whose time zone its daily rhythm runs.

    Raises InputError where `units_per_month` is not above 0 or absurd, or where `start` has no time zone.
    """
    rate = Fraction(units_per_month) * template.calls_per_unit
    shape = shapes()[template.shape]
    low, typical, high = _months(
        rate, zip(template.input_tokens, template.output_tokens, strict=True), shape, sizes, start
    )
    return Workload(
        name=template.name,
        low=low,
        typical=typical,
        high=high,
        requests_per_month=rate,
        tokenizer=TOKENIZER,
        content=template.content,
        repeated_share=template.repeated_share,
        reuse_gap_s=template.session_gap_s,
        assumptions=(
            Assumption(f"{_number(units_per_month)} × one {template.unit} a month.", "user", ""),
            Assumption(_of_tokens(template), template.status, template.source),
            Assumption(_of_repeats(template), "guess", ""),
            _of_shape(shape),
        ),
        unit=template.unit,
        units=template.units,
        requests_per_unit=template.calls_per_unit,
    )


def from_profile(
    made: Profile,
    name: str,
    requests_per_month: int | Fraction | None = None,
    *,
    output_tokens: Triple | None = None,
    start: datetime = ASSUMED,
) -> Workload:
    """Known requests, as they were; the rate is that of the profile unless given.

    Requests without times are spread over a month from `start` as office work is. Those without an answer are given
    one of `output_tokens` (low, typical, high), or of the size of answers in chat on record. Raises InputError where
    the rate is not above 0, or absurd, and where `output_tokens` are negative or out of order.
    """
    given = requests_per_month is not None
    rate = Fraction(requests_per_month) if requests_per_month is not None else made.requests_per_month
    _check_rate(rate)
    said = f"{_number(rate)} requests a month" + ("." if given else ", if every month is like the time on record.")
    shape = shapes()[_TEXT_SHAPE] if is_untimed(made) else None
    laid = _over_a_month(made, rate, shape, start) if shape else made
    share = Fraction(made.unanswered, made.requests)
    low, typical, high = (_answered(laid, share, n, usual) for n, usual in _answers(output_tokens))
    return Workload(
        name=name,
        low=low,
        typical=typical,
        high=high,
        requests_per_month=rate,
        tokenizer=made.tokenizer,
        content=_content(made.contents),
        repeated_share=_repeated(made.reuse),
        reuse_gap_s=0 if made.reuse is None or made.reuse.timed else defaults()["reuse_gap_s"].typical,
        assumptions=(
            Assumption(said, "user" if given else "guess", ""),
            *([_of_reuse(made.reuse)] if made.reuse else []),
            *([_of_answers(made, output_tokens)] if made.unanswered else []),
            *([_of_shape(shape)] if shape else []),
            *(Assumption(note, "guess", "") for note in made.notes),
        ),
    )


def _check_rate(rate: Fraction) -> None:
    if rate <= 0:
        raise InputError("a workload needs more than 0 requests a month.")
    if rate > MOST_REQUESTS:
        raise InputError(f"a workload has at most {MOST_REQUESTS:,} requests a month: check the number.")


def from_text(
    text: str,
    name: str,
    units_per_month: int | Fraction,
    sizes: tuple[int, ...],
    *,
    output_tokens: Triple | None = None,
    start: datetime,
) -> Workload:
    """A prompt that is sent `units_per_month` times; the text itself is counted and forgotten.

    Raises InputError as from_profile does.
    """
    made = profile_of([prompt(text)], name, sizes, Remarks())
    return from_profile(made, name, units_per_month, output_tokens=output_tokens, start=start)


def is_untimed(made: Profile) -> bool:
    """Whether no request of it tells its time, so that all stand at one that is assumed."""
    return made.starts == ASSUMED and made.ends == ASSUMED + MONTH and made.cells[-1].start == ASSUMED


def _over_a_month(made: Profile, rate: Fraction, shape: Shape, start: datetime) -> Profile:
    """The requests of each size at the hours of a shape; as many as the rate has, and each at least once."""
    if start.tzinfo is None:
        raise InputError(f"the start {start.isoformat()} has no time zone: add Z for UTC.")
    times = max(int(rate), made.requests)
    if times * (made.usage.total_input_tokens + made.usage.output_tokens) > MAX_TOKENS * made.requests:
        raise InputError("so many units a month come to more than 10^18 tokens: check the number.")
    records = (
        record for cell in made.by_size for record in _at_hours(cell, Fraction(times, made.requests), shape, start)
    )
    laid = profile(records, made.sizes)
    return replace(made, cells=laid.cells, starts=start.astimezone(UTC), ends=month_from(start).astimezone(UTC))


def _at_hours(cell: Cell, times: Fraction, shape: Shape, start: datetime) -> Iterator[Record]:
    """The requests of a cell, `times` as many, at the hours of a shape. No token is lost on the way."""
    requests = int(cell.requests * times)
    usage = Usage(**{name: round(n * Fraction(requests, cell.requests)) for name, n in cell.usage.items()})
    before = 0
    for hour, n in spread(requests, shape, start):
        yield Record(hour, part_of(usage, before, before + n, requests), n)
        before += n


def _answers(output_tokens: Triple | None) -> Iterator[tuple[int, int]]:
    """The size of an answer at each level, and the one that stands in for it in profiles."""
    usual = defaults()["output_tokens"]
    answers = output_tokens or usual.triple
    if not 0 <= answers[0] <= answers[1] <= answers[2]:
        raise InputError(f"output tokens {answers} must be 0 or more and rise from low to high.")
    return ((n, usual.typical) for n in answers)


def _answered(laid: Profile, share: Fraction, answer: int, usual: int) -> Profile:
    """The profile with answers of another size in the `share` of its requests whose answer is a stand-in."""
    if not share or answer == usual:
        return laid
    out = laid.usage.output_tokens
    return laid.scaled(1, float((out + share * laid.requests * (answer - usual)) / out))


def _repeated(reuse: Reuse | None) -> tuple[float, float, float] | None:
    """Without times, all that repeats may come back in time, or nothing."""
    if reuse is None:
        return None
    share = reuse.reused_share()
    return (share if reuse.timed else 0.0), share, share


def _content(contents: Kinds) -> str:
    """The kind that nearly all of a text is, blank where there is none."""
    whole = sum(tokens for _, tokens in contents)
    return next((kind for kind, tokens in contents if tokens >= _NEARLY_ALL * whole and kind != MEDIA), "")


def _months(
    rate: Fraction, tokens: Iterable[tuple[int, int]], shape: Shape, sizes: tuple[int, ...], start: datetime
) -> list[Profile]:
    """A month of equal requests for each (input, output) of `tokens`: the whole ones of the rate, and one at least."""
    tokens = list(tokens)
    if start.tzinfo is None:
        raise InputError(f"the start {start.isoformat()} has no time zone: add Z for UTC.")
    if rate <= 0:
        raise InputError("a workload needs more than 0 units a month.")
    if rate * max(map(sum, tokens)) > MAX_TOKENS:
        raise InputError("so many units a month come to more than 10^18 tokens: check the number.")
    hours = [(slot_of(hour), n) for hour, n in spread(max(1, int(rate)), shape, start)]
    return [_equal(hours, i, o, sizes, start) for i, o in tokens]


def _equal(
    hours: list[tuple[datetime, int]], input_tokens: int, output_tokens: int, sizes: tuple[int, ...], start: datetime
) -> Profile:
    """The profile of a month of equal requests, so many in each of the hours."""
    floor, requests = floor_of(input_tokens, 1, sizes), sum(n for _, n in hours)
    usages = {
        n: Usage(uncached_input_tokens=input_tokens * n, output_tokens=output_tokens * n)
        for n in {n for _, n in hours}  # The hours come in a few kinds.
    }
    return Profile(
        sizes=sizes,
        cells=tuple(Cell(hour, floor, n, usages[n]) for hour, n in hours),
        starts=start.astimezone(UTC),
        ends=month_from(start).astimezone(UTC),
        input_sizes=Sketch(((bin_of(input_tokens), requests),)),
        output_sizes=Sketch(((bin_of(output_tokens), requests),)),
        tokenizers=(TOKENIZER,),
    )


def _of_tokens(template: Template) -> str:
    (i_low, i, i_high), (o_low, o, o_high) = template.input_tokens, template.output_tokens
    calls = f"One {template.unit} takes {template.calls_per_unit} calls; a" if template.calls_per_unit > 1 else "A"
    return (
        f"{calls} call takes {i:,} tokens in ({i_low:,} to {i_high:,}) and {o:,} out ({o_low:,} to {o_high:,}). "
        f"{template.note}"
    ).strip()


def _of_repeats(template: Template) -> str:
    low, typical, high = template.repeated_share
    return f"{typical:.0%} of the input ({low:.0%} to {high:.0%}) repeats an earlier beginning and could be cached."


def _of_reuse(reuse: Reuse) -> Assumption:
    share = f"{reuse.reused_share():.1%} of the input repeats an earlier beginning"
    if reuse.timed:
        return Assumption(f"{share}, in blocks of {reuse.block_tokens} tokens.", "measured", "")
    return Assumption(f"{share}. When it comes back is not known: a cache finds from none to all of it.", "guess", "")


def _of_answers(made: Profile, output_tokens: Triple | None) -> Assumption:
    default = defaults()["output_tokens"]
    low, typical, high = output_tokens or default.triple
    which = "An answer" if made.unanswered == made.requests else f"Each of {made.unanswered:,} answers not on record"
    said = f"{which} takes {typical:,} tokens ({low:,} to {high:,})."
    return Assumption(said, "user", "") if output_tokens else Assumption(said, default.status, default.source)


def _of_shape(shape: Shape) -> Assumption:
    return Assumption(f"Work comes at the hours of the load shape '{shape.id}'.", shape.status, shape.source)


def _number(value: int | Fraction) -> str:
    return f"{float(value):,.0f}" if value >= 10 else f"{float(value):,.2g}"
