"""A profile as a JSON file and back, exactly."""

from collections.abc import Mapping
from datetime import UTC
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from estimator.workload.counts import FamilyCount
from estimator.workload.profile import Cell, Profile, Sketch
from estimator.workload.reuse import AGES_S, PREFIXES_TOKENS, Reuse
from pricing import InputError, InvalidUsage, Usage

FORMAT: Final = "breakeven-profile"
VERSION: Final = 1
_BUCKETS = tuple(name for name, _ in Usage().items())

Count = Annotated[int, Field(ge=0)]
Bins = tuple[tuple[Annotated[int, Field(ge=-1)], Annotated[int, Field(ge=1)]], ...]


class _Cell(BaseModel):
    model_config = ConfigDict(extra="forbid")

    start: AwareDatetime
    floor: Count
    requests: Annotated[int, Field(ge=1)]
    usage: dict[str, Count]


class _Saved(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal["breakeven-profile"]
    version: Literal[1]
    starts: AwareDatetime
    ends: AwareDatetime
    sizes: tuple[Count, ...]
    tokenizers: tuple[str, ...]
    notes: tuple[str, ...]
    input_sizes: Bins
    output_sizes: Bins
    cells: tuple[_Cell, ...]
    reuse: Reuse | None = None
    counts: tuple[FamilyCount, ...] = ()
    contents: tuple[tuple[str, Annotated[int, Field(ge=1)]], ...] = ()
    unanswered: Count = 0

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if not self.cells:
            raise ValueError("there are no requests in it")
        if self.ends < self.starts:
            raise ValueError("it ends before it starts")
        if self.sizes[:1] != (0,) or any(a >= b for a, b in pairwise(self.sizes)):
            raise ValueError("sizes must begin with 0 and rise")
        places = [(cell.start, cell.floor) for cell in self.cells]
        if any(a >= b for a, b in pairwise(places)) or {floor for _, floor in places} - set(self.sizes):
            raise ValueError("cells must be in order, one for each half hour and size")
        if self.reuse is not None:
            _check(self.reuse)
        _check_counts(self.counts)
        if any(a >= b for a, b in pairwise(kind for kind, _ in self.contents)):
            raise ValueError("contents must be in order, one for each kind")
        if self.unanswered > sum(cell.requests for cell in self.cells):
            raise ValueError("more requests are unanswered than there are")
        return self


def _check(reuse: Reuse) -> None:
    places = [(row.min_prefix_tokens, row.age_s) for row in reuse.repeats]
    if any(a >= b for a, b in pairwise(places)):
        raise ValueError("repeats must be in order, one for each least prefix and age")
    if any(least not in PREFIXES_TOKENS or age_s not in AGES_S for least, age_s in places):
        raise ValueError("a repeat has an unknown least prefix or age")
    if any(row.tokens < 1 for row in reuse.repeats):
        raise ValueError("a repeat has at least 1 token")
    if any(reuse.reused_share(None, least) > 1 for least in PREFIXES_TOKENS):
        raise ValueError("more input repeats than there is")


def _check_counts(counts: tuple[FamilyCount, ...]) -> None:
    if any(a >= b for a, b in pairwise(count.family for count in counts)):
        raise ValueError("counts must be in order, one for each family")
    spans = [span for count in counts for span in (count.input_tokens, count.output_tokens)]
    if not all(0 <= low <= typical <= high for low, typical, high in spans):
        raise ValueError("low, typical and high counts must rise in this order")


def save(profile: Profile) -> str:
    """The profile as JSON; counts of 0 are left out."""
    saved = _Saved.model_construct(
        format=FORMAT,
        version=VERSION,
        starts=profile.starts,
        ends=profile.ends,
        sizes=profile.sizes,
        tokenizers=profile.tokenizers,
        notes=profile.notes,
        input_sizes=profile.input_sizes.bins,
        output_sizes=profile.output_sizes.bins,
        cells=tuple(_cell(cell) for cell in profile.cells),
        reuse=profile.reuse,
        **_of_texts(profile),
    )
    return saved.model_dump_json(exclude_none=True, exclude_unset=True)


def _of_texts(profile: Profile) -> dict[str, Any]:
    """What only texts have; a profile of others is saved as it always was."""
    fields = {name: getattr(profile, name) for name in ("counts", "contents", "unanswered")}
    return {name: value for name, value in fields.items() if value}


def _cell(cell: Cell) -> _Cell:
    counts = {name: n for name, n in cell.usage.items() if n}
    return _Cell.model_construct(start=cell.start, floor=cell.floor, requests=cell.requests, usage=counts)


def is_saved(fields: Mapping[str, Any]) -> bool:
    """Whether the JSON object says that it is a saved profile."""
    return fields.get("format") == FORMAT


def load(text: str, name: str) -> Profile:
    """The profile saved as `text`. Raises InputError, with the file's `name`, where it is not one that `save` wrote."""
    try:
        saved = _Saved.model_validate_json(text)
        cells = tuple(Cell(c.start.astimezone(UTC), c.floor, c.requests, _usage(c.usage)) for c in saved.cells)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"])) or "profile"
        raise InputError(f"{name}, {place}: {fault['msg']}. Profile the original file again.") from None
    except InvalidUsage as error:
        raise InputError(f"{name}: {error}") from None
    return Profile(
        sizes=saved.sizes,
        cells=cells,
        starts=saved.starts.astimezone(UTC),
        ends=saved.ends.astimezone(UTC),
        input_sizes=Sketch(saved.input_sizes),
        output_sizes=Sketch(saved.output_sizes),
        tokenizers=saved.tokenizers,
        notes=saved.notes,
        reuse=saved.reuse,
        counts=saved.counts,
        contents=saved.contents,
        unanswered=saved.unanswered,
    )


def _usage(counts: Mapping[str, int]) -> Usage:
    unknown = sorted(set(counts) - set(_BUCKETS))
    if unknown:
        raise InvalidUsage(f"{ascii(unknown[0][:40])[1:-1]} is not a bucket of tokens that is known here.")
    return Usage(**counts)
