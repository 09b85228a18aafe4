"""List prices of a day, per million tokens: of an item, of a mix of input and output, over time, at every seller."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from estimator.selfhost import find_architecture
from pricing import BILLABLE, STANDARD, Catalog, Model, PriceRule
from pricing.timeline import listed

_MTOK = 1_000_000


def per_mtok(model: Model, item: str, at: datetime) -> Decimal | None:
    """USD per million tokens at standard service, off-peak; None where none was listed."""
    rule = listed(model, item, at)
    return None if rule is None else _mtok(rule)


def peak_per_mtok(model: Model, item: str, at: datetime) -> Decimal | None:
    """The same at the dearest hours, where hours differ."""
    return max(
        (
            _mtok(rule)
            for rule in model.rules
            if rule.item == item and rule.mode == STANDARD and rule.window and not rule.min_input_tokens
            if rule.in_force(at) and rule.status in BILLABLE
        ),
        default=per_mtok(model, item, at),
    )


def blended(model: Model, at: datetime, *, output_share: Decimal, peak_share: Decimal) -> Decimal | None:
    """USD for a million input tokens with `output_share` of output for each, `peak_share` of them at peak hours."""
    total = Decimal(0)
    for item, share in (("input", Decimal(1)), ("output", output_share)):
        calm, peak = per_mtok(model, item, at), peak_per_mtok(model, item, at)
        if calm is None or peak is None:
            return None
        total += share * (calm * (1 - peak_share) + peak * peak_share)
    return total


def history(model: Model, item: str, until: datetime) -> list[Decimal]:
    """Every list price of the item that was in force up to `until`, at calm and at dear hours."""
    moments = [at for at in (*model.changes, until) if at <= until]
    found = (price for at in moments for price in (per_mtok(model, item, at), peak_per_mtok(model, item, at)))
    return [price for price in found if price]


def same_weights(model: Model, item: str, at: datetime, book: Catalog) -> list[Decimal]:
    """The list price of the item at each seller of the same weights, calm hours."""
    return list(_sellers(model.info.weights, item, at, book))


def _sellers(weights: str, item: str, at: datetime, book: Catalog) -> Iterator[Decimal]:
    for each in book.models.values():
        if each.info.weights == weights and (price := per_mtok(each, item, at)):
            yield price


def active_parameters(model: Model) -> Decimal:
    """Of its weights. Raises InputError where they are not on record."""
    return Decimal(find_architecture(model.info.weights).active_parameters)


def _mtok(rule: PriceRule) -> Decimal:
    return rule.typical * _MTOK / rule.per
