"""Which price list was asked: its day, and a digest of what a figure hangs on."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pricing.catalog import Catalog, Model
from pricing.values import PriceRule

_REMARKS = {"source", "checked_on", "note"}  # Of a rule: they say who told, and cost nothing.


@dataclass(frozen=True)
class CatalogState:
    """Which price list was asked: the day of its newest check, and a digest of the prices of some models."""

    on: date
    digest: str


def catalog_state(catalog: Catalog, models: Iterable[tuple[str, str]]) -> CatalogState:
    """The day of the newest check of any price, and a digest of all that the costs of these models hang on.

    A model is a provider and an id; one that the catalog does not have counts for nothing.
    """
    on = max((rule.checked_on for model in catalog.models.values() for rule in model.rules), default=date.min)
    found = [(key, catalog.models[key]) for key in sorted(set(models)) if key in catalog.models]
    parts = [
        part
        for key, model in found
        for part in (
            key,
            model.info.tokenizer,
            *sale_days(model),
            *(r.model_dump(exclude=_REMARKS) for r in model.rules),
        )
    ]
    return CatalogState(on, hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest())


def _costing(rule: PriceRule) -> dict[str, object]:
    return rule.model_dump(exclude=_REMARKS)


def sale_days(model: Model) -> tuple[date | None, date | None]:
    """On which it came out, and on which it goes."""
    return model.info.released_on, model.info.retires_on
