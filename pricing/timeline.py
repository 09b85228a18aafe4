"""What list prices did over a stretch of time, and what is announced."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from pricing.catalog import Catalog, Model
from pricing.values import BILLABLE, PriceRule

HEADLINES = ("input", "cache_read", "output")
_JUST_BEFORE = timedelta(microseconds=1)


@dataclass(frozen=True)
class Step:
    """A headline price of a model that changed at `at`; `before` is None where the model or the price is new."""

    model: Model
    item: str
    at: datetime
    before: PriceRule | None
    after: PriceRule

    @property
    def ratio(self) -> Decimal | None:
        """The new price as a multiple of the old one; None where there was none, or it was nothing."""
        return self.after.typical / self.before.typical if self.before and self.before.typical else None


def steps(catalog: Catalog, since: datetime, until: datetime) -> tuple[Step, ...]:
    """Every change of a list price after `since` and up to `until`, newest first: standard, smallest tier, off-peak."""
    found = [
        step
        for model in catalog.models.values()
        for at in model.changes
        if since < at <= until
        for item in HEADLINES
        if (step := _step(model, item, at))
    ]
    return tuple(sorted(found, key=lambda s: (s.at, s.model.provider, s.model.id), reverse=True))


def _step(model: Model, item: str, at: datetime) -> Step | None:
    before, after = listed(model, item, at - _JUST_BEFORE), listed(model, item, at)
    if after is None or (before is not None and before.typical == after.typical):
        return None
    return Step(model, item, at, before, after)


def listed(model: Model, item: str, at: datetime) -> PriceRule | None:
    """What a price list would have shown first at `at`; None where nothing was listed."""
    rule = model.headline(item, at)
    return rule if rule and rule.status in BILLABLE else None
