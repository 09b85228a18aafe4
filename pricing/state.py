"""Which price list was asked: its day, and a digest of what a figure hangs on."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from pricing.catalog import Catalog, Model

_REMARKS = {"source", "checked_on", "note"}  # Of a rule: they say who told, and cost nothing.


@dataclass(frozen=True)
class CatalogState:
    """Which price list was asked: the day of its newest check, and a digest of the prices of some models."""

    on: date
    digest: str


def catalog_state(catalog: Catalog, models: Iterable[tuple[str, str]], at: datetime | None = None) -> CatalogState:
    """The day of the newest check of any price, and a digest of all that the costs of these models hang on: at any
    time, or, with `at`, at that instant alone, so that prices which are added or end later do not change it.

    A model is a provider and an id; one that the catalog does not have counts for nothing.
    """
    on = max((rule.checked_on for model in catalog.models.values() for rule in model.rules), default=date.min)
    found = [(key, catalog.models[key]) for key in sorted(set(models)) if key in catalog.models]
    parts = [
        part
        for key, model in found
        for part in (key, model.info.tokenizer, *(_at(model, at) if at else _always(model)))
    ]
    return CatalogState(on, hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest())


def _always(model: Model) -> Iterator[object]:
    yield from sale_days(model)
    yield from (rule.model_dump(exclude=_REMARKS) for rule in model.rules)


def _at(model: Model, at: datetime) -> Iterator[object]:
    """The prices in force, in whatever order they stand; when they end is not known before they do."""
    yield from sorted(
        repr(rule.model_dump(exclude=_REMARKS | {"valid_to"})) for rule in model.rules if rule.in_force(at)
    )


def sale_days(model: Model) -> tuple[date | None, date | None]:
    """On which it came out, and on which it goes."""
    return model.info.released_on, model.info.retires_on
