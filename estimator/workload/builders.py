"""Work described by a few numbers → the requests of one unit of it, each of its own size, and a month of them.

For people with nothing to upload. What repeats follows from how the work is built: all but the new tokens of a request.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from estimator.tokens import audio_tokens
from estimator.workload.shapes import Status, shapes
from estimator.workload.template import WORKLOADS, Triple, per_month
from pricing import InputError
from pricing.facts import Fact, read_table, sources

FORMAT: Final = "breakeven-template"
HEARD_BY = "gemini"  # The one family whose maker states how many tokens a second of sound takes.


class Kind(Fact):
    """A row of data/workloads/kinds.csv: a way to describe work by numbers, in words for people."""

    id: str
    name: str
    description: str
    unit: str
    units: str
    default_units: int = Field(gt=0)
    period: Literal["day", "week", "month"]
    content: str = ""
    shape: str
    advice: str = ""


class Parameter(Fact):
    """A row of data/workloads/builders.csv: a number that the kind asks for, its default and who says so.

    It may be set from `least` to `most`.
    """

    kind: str
    parameter: str
    name: str
    help: str = ""
    low: int
    typical: int
    high: int
    least: int = Field(ge=0)
    most: int
    status: Status
    source: str
    note: str = ""

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if not self.least <= self.low <= self.typical <= self.high <= self.most:
            raise ValueError("least, low, typical, high and most must rise in this order")
        return self


class Amount(Fact):
    """What a parameter is set to, and who says so: `source` is an id, or blank where the user does."""

    low: int
    typical: int
    high: int
    status: Status
    source: str = ""
    note: str = Field(default="", max_length=400)

    @property
    def triple(self) -> Triple:
        return self.low, self.typical, self.high


class Built(Fact):
    """A template made of numbers: `units` of a kind of work each `period`. Its JSON is the file that people keep.

    `heard_by` is the tokenizer family by which sound is counted, where there is sound.
    """

    format: Literal["breakeven-template"] = FORMAT
    version: Literal[1] = 1
    kind: str
    name: str = Field(min_length=1, max_length=80)
    units: int = Field(gt=0, le=10**12)
    period: Literal["day", "week", "month"]
    shape: str
    heard_by: str = HEARD_BY
    parameters: dict[str, Amount]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.kind not in kinds():
            raise ValueError(f"the kind must be one of {', '.join(kinds())}")
        if self.shape not in shapes():
            raise ValueError(f"the shape must be one of {', '.join(shapes())}")
        if not _can_hear(self.heard_by):
            raise ValueError("heard_by must be the tokenizer family of models that take sound")
        known = parameters(self.kind)
        if self.parameters.keys() != known.keys():
            raise ValueError(f"the parameters of {self.kind} are {', '.join(known)}")
        for name, amount in self.parameters.items():
            _check(known[name], amount)
        return self

    @property
    def units_per_month(self) -> Fraction:
        """`units` a period, over a mean month."""
        return per_month(self.units, self.period)


def _can_hear(family: str) -> bool:
    try:
        return audio_tokens(1, family).tokens > 0
    except InputError:
        return False


def _check(known: Parameter, amount: Amount) -> None:
    if not known.least <= amount.low <= amount.typical <= amount.high <= known.most:
        raise ValueError(f"{known.parameter} must rise from low to high, within {known.least:,} to {known.most:,}")
    if amount.source and amount.source not in sources():
        raise ValueError(f"the source of {known.parameter} is not on record: leave it blank")


@cache
def kinds() -> dict[str, Kind]:
    """All kinds of work that can be described, by id."""
    return {kind.id: kind for kind in read_table(WORKLOADS / "kinds.csv", Kind)}


@cache
def parameters(kind: str) -> dict[str, Parameter]:
    """What a kind asks for, by name, in the order in which it is asked."""
    return {p.parameter: p for p in read_table(WORKLOADS / "builders.csv", Parameter) if p.kind == kind}


@cache
def built(kind: str) -> Built:
    """The kind with its defaults. Raises KeyError where there is no such kind."""
    described = kinds()[kind]
    return Built(
        kind=kind,
        name=described.name,
        units=described.default_units,
        period=described.period,
        shape=described.shape,
        parameters={
            name: Amount(low=p.low, typical=p.typical, high=p.high, status=p.status, source=p.source, note=p.note)
            for name, p in parameters(kind).items()
        },
    )


@dataclass(frozen=True)
class Call:
    """A request. Of its input, `shared_tokens` begin every unit of work and the next `own_tokens` repeat this unit's.

    `sound_tokens` are those of its input that are sound.
    """

    input_tokens: int
    output_tokens: int
    shared_tokens: int
    own_tokens: int = 0
    sound_tokens: int = 0


def calls(template: Built, level: int) -> tuple[Call, ...]:
    """The requests of one unit, in order, at a level: 0 low, 1 typical, 2 high."""
    amounts = {name: amount.triple[level] for name, amount in template.parameters.items()}
    if "minutes" in amounts:
        sound = audio_tokens(amounts["minutes"] * 60, template.heard_by)
        amounts["sound_tokens"] = (sound.low, sound.tokens, sound.high)[level]
    return tuple(_CALLS[template.kind](amounts))


def _conversation(n: Mapping[str, int]) -> Iterator[Call]:
    """Turn k sends the instructions, k messages and the k − 1 answers before; the turn before it is its beginning."""
    instructions, message, answer = n["instructions_tokens"], n["message_tokens"], n["answer_tokens"]
    for turn in range(1, n["turns"] + 1):
        own = (turn - 1) * message + (turn - 2) * answer if turn > 1 else 0
        yield Call(instructions + turn * message + (turn - 1) * answer, answer, instructions, own)


def _documents(n: Mapping[str, int]) -> Iterator[Call]:
    found = n["passages"] * n["passage_tokens"]
    yield Call(n["instructions_tokens"] + found + n["question_tokens"], n["answer_tokens"], n["instructions_tokens"])


def _agent(n: Mapping[str, int]) -> Iterator[Call]:
    """Each step adds what the model wrote and what its tool gave back. Past the limit, a call more sums it all up."""
    shared = n["instructions_tokens"] + n["tools_tokens"]
    start = shared + n["task_tokens"]
    context, before = start, shared
    for _ in range(n["steps"]):
        if 0 < n["compact_at_tokens"] < context and context > start + n["summary_tokens"]:
            yield Call(context, n["summary_tokens"], shared, before - shared)
            context, before = start + n["summary_tokens"], start
        yield Call(context, n["step_tokens"], shared, before - shared)
        context, before = context + n["step_tokens"] + n["result_tokens"], context


def _batch(n: Mapping[str, int]) -> Iterator[Call]:
    pages = n["pages"] * n["page_tokens"]
    yield Call(n["instructions_tokens"] + pages, n["answer_tokens"], n["instructions_tokens"])


def _transcription(n: Mapping[str, int]) -> Iterator[Call]:
    """The sound is written down; then what was written is summed up."""
    words = n["minutes"] * n["words_per_minute"]
    written = -(-words * n["tokens_per_100_words"] // 100)
    yield Call(n["sound_tokens"], written, 0, sound_tokens=n["sound_tokens"])
    yield Call(n["instructions_tokens"] + written, n["summary_tokens"], n["instructions_tokens"])


_CALLS: dict[str, Callable[[Mapping[str, int]], Iterator[Call]]] = {
    "conversation": _conversation,
    "documents": _documents,
    "agent": _agent,
    "batch": _batch,
    "transcription": _transcription,
}
