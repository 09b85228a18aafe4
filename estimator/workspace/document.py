"""A study as JSON text and back, exactly: what a row of the database holds, and an exported file."""

import re
from collections.abc import Sequence
from dataclasses import MISSING, fields
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Final, Literal, get_type_hints

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    create_model,
)
from pydantic_core import PydanticSerializationError

from estimator.decision import Line, NoPrice, Option, Scenario
from estimator.decision.compare import LEVELS
from estimator.workload import Profile, Workload, load, save
from estimator.workload.workload import MOST_REQUESTS
from estimator.workspace.study import Budget, ModelKey, Study, cited
from pricing import InputError, PricingError
from pricing.currency import rate
from pricing.facts import Source
from pricing.state import CatalogState

FORMAT: Final = "breakeven-study"
VERSION: Final = 1
_MOST = Decimal("1e30")  # Far above every sum of money and every count; what is longer was not written here.
_SMALLEST = -60
_FRACTION = re.compile(r"\d{1,60}(/\d{1,60})?", re.ASCII)


def _fraction(value: object) -> object:
    """A fraction that is spelled out: `1e999999999` would take all memory."""
    if isinstance(value, str) and not _FRACTION.fullmatch(value):
        raise ValueError("a fraction is written as 3/4")
    return value


# How a field's value is written where JSON has no form of it; a profile is the number of one in `profiles`.
_WRITTEN: dict[object, object] = {
    Profile: Annotated[int, Field(ge=0)],
    Fraction: Annotated[Fraction, BeforeValidator(_fraction), PlainSerializer(str)],
}
STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)


def _like(kind: type) -> type[BaseModel]:
    """The saved form of a dataclass: each of its fields, those added later with the default that they have."""
    hints = get_type_hints(kind)
    written: dict[str, Any] = {
        f.name: (_WRITTEN.get(hints[f.name], hints[f.name]), ... if f.default is MISSING else f.default)
        for f in fields(kind)
    }
    return create_model(kind.__name__, __config__=STRICT, **written)


_WORKLOAD = _like(Workload)


class _Document(BaseModel):
    model_config = STRICT

    format: Literal["breakeven-study"]
    version: Literal[1]
    profiles: tuple[str, ...]
    workload: dict[str, Any]
    scenario: Scenario
    models: tuple[ModelKey, ...]
    hosted: bool
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    budget: Budget | None
    catalog: CatalogState
    options: tuple[Option, ...]
    unpriced: tuple[NoPrice, ...]
    sources: tuple[Source, ...]


def write(study: Study) -> str:
    """The study as JSON. Raises InputError where a figure in it is too large to be kept."""
    profiles: list[str] = []
    work = work_written(study.workload, profiles)
    made = _Document.model_construct(
        format=FORMAT,
        version=VERSION,
        profiles=tuple(profiles),
        workload=work,
        **{f.name: getattr(study, f.name) for f in fields(study) if f.name != "workload"},
    )
    _check(study, "this work")
    return written(made)


def written(made: BaseModel) -> str:
    """As JSON. Raises InputError for names that have no JSON form."""
    try:
        return made.model_dump_json()
    except PydanticSerializationError:
        raise InputError("the name of this work has signs that cannot be kept: rename it.") from None


def work_written(work: Workload, profiles: list[str]) -> dict[str, Any]:
    """The fields of a workload; its profiles are added to `profiles`, unless they are there, and told by number."""
    texts = {level: save(getattr(work, level)) for level in LEVELS}
    profiles += [text for text in dict.fromkeys(texts.values()) if text not in profiles]
    plain: dict[str, Any] = {f.name: getattr(work, f.name) for f in fields(work)}
    numbers = {level: profiles.index(text) for level, text in texts.items()}
    return _WORKLOAD.model_construct(**plain | numbers).model_dump(mode="json")


def work_read(told: dict[str, Any], profiles: Sequence[Profile]) -> Workload:
    """The workload that `work_written` told. Raises ValidationError or IndexError where it did not."""
    work = dict(_WORKLOAD.model_validate(told))
    return Workload(**work | {level: profiles[work[level]] for level in LEVELS})


def read(text: str, name: str) -> Study:
    """The study written as `text`. Raises InputError, with the `name` it goes by, where `write` did not write it."""
    try:
        made = _Document.model_validate_json(text)
        work = work_read(made.workload, [load(each, name) for each in made.profiles])
        study = Study(workload=work, **{f.name: getattr(made, f.name) for f in fields(Study)[1:]})
    except ValidationError as error:
        raise damaged(error, name, "study") from None
    except (IndexError, PricingError) as error:
        raise InputError(f"{name}: it is damaged ({error}).") from None
    _check(study, name)
    return study


def damaged(error: ValidationError, name: str, what: str) -> InputError:
    """Where a document is not as it was written."""
    fault = error.errors()[0]
    place = ".".join(map(str, fault["loc"])) or what
    return InputError(f"{name}, {place}: {fault['msg']}. It is damaged, or of another version.")


def _check(study: Study, name: str) -> None:
    """Raise InputError for what no study of our own has, and that could not even be shown."""
    if study.scenario.at.tzinfo is None:
        raise InputError(f"{name}: the time {study.scenario.at.isoformat()} has no time zone.")
    try:
        rate(study.currency, study.scenario.at.date())
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    if not 0 < study.workload.requests_per_month <= MOST_REQUESTS:
        raise InputError(f"{name}: a workload has more than 0 and at most {MOST_REQUESTS:,} requests a month.")
    budget = (study.budget.limit_usd, study.budget.growth) if study.budget else ()
    for amount in (*budget, *(a for option in study.options for a in _amounts(option))):
        check_amount(amount, name)
    missing = sorted(cited(study.options) - {source.id for source in study.sources})
    if missing:
        raise InputError(f"{name}: a figure in it rests on {missing[0]}, a source that it does not name.")


def check_amount(amount: Decimal, name: str) -> None:
    if not amount.is_finite() or abs(amount) > _MOST or (amount and amount.adjusted() < _SMALLEST):
        raise InputError(f"{name}: a figure in it is too large or too small to be kept: check its numbers.")


def _amounts(option: Option) -> tuple[Decimal, ...]:
    return (option.low_usd, option.usd, option.high_usd, *(a for line in option.lines for a in _figures(line)))


def _figures(line: Line) -> tuple[Decimal, ...]:
    return line.quantity, line.rate_usd, line.usd
