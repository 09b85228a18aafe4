"""What was claimed before there was a list price, beside what was listed."""

from dataclasses import dataclass
from datetime import datetime

from pricing.catalog import Catalog, Model
from pricing.timeline import listed
from pricing.values import BILLABLE, CLAIMS, PriceRule


@dataclass(frozen=True)
class PriceClaim:
    """A claimed price of one item, and the standard price of a model as it was listed, if it was."""

    claimed: PriceRule
    claimed_name: str
    model: Model
    listed: PriceRule | None


def price_claims(catalog: Catalog, at: datetime) -> tuple[PriceClaim, ...]:
    """Every claimed or projected price beside the list price at `at`: of the model itself, or of its real variants.

    A name that was never on sale (deepseek-v4) is set beside the models that came of it (deepseek-v4-pro, …).
    """
    return tuple(
        PriceClaim(rule, model.info.name, real, listed(real, rule.item, at))
        for model in catalog.models.values()
        for rule in model.rules
        if rule.status in CLAIMS
        for real in _on_sale(catalog, model)
    )


def _on_sale(catalog: Catalog, model: Model) -> list[Model]:
    if any(rule.status in BILLABLE for rule in model.rules):
        return [model]
    mine = [m for m in catalog.models.values() if m.provider == model.provider]
    return [m for m in mine if m.id.startswith(f"{model.id}-")]
