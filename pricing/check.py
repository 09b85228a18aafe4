"""Faults that a row alone cannot show: unknown names, boundaries off the half hour, overlaps, gaps, holes in a tier."""

from collections.abc import Iterator
from itertools import combinations, groupby, pairwise

from pricing.catalog import Catalog, Model
from pricing.errors import UnknownModel
from pricing.values import BILLABLE, CLAIMS, PriceRule
from pricing.windows import SLOT_MINUTES


def problems(catalog: Catalog) -> list[str]:
    """One sentence for each fault in the catalog; none if it is sound."""
    found = [*_names(catalog)]
    for model in catalog.models.values():
        found += _rules(catalog, model)
        found += _overlaps(model)
        found += _gaps(model)
        found += _holes(model)
    return found


def _names(catalog: Catalog) -> Iterator[str]:
    for alias in catalog.aliases:
        if alias.source not in catalog.sources:
            yield f"alias {alias.alias}: no source {alias.source}."
        try:
            catalog.find(alias.alias, alias.provider)
        except UnknownModel as error:
            yield f"alias {alias.alias}: {error}"
    for window in catalog.windows.values():
        if window.source not in catalog.sources:
            yield f"window {window.id}: no source {window.source}."
        if any(minute % SLOT_MINUTES for span in window.spans for minute in span):
            yield f"window {window.id}: its hours must fall on half hours."


def _rules(catalog: Catalog, model: Model) -> Iterator[str]:
    info = model.info
    if info.source not in catalog.sources:
        yield f"{_name(model)}: no source {info.source}."
    if info.provider not in catalog.providers:
        yield f"{_name(model)}: no provider {info.provider}."
    if not model.rules:
        yield f"{_name(model)}: it has no price, not even a claimed one."
    for rule in model.rules:
        if rule.item not in catalog.items:
            yield f"{_name(model)}, {rule.item}: no such item."
        if rule.per not in (1, 1000, 1_000_000):
            yield f"{_name(model)}, {rule.item}: per {rule.per} is none of 1, 1000 and 1000000."
        if rule.usd is None and rule.status not in CLAIMS:
            yield f"{_name(model)}, {rule.item}: only a projected or claimed price may be a range."
        if rule.source not in catalog.sources:
            yield f"{_name(model)}, {rule.item}: no source {rule.source}."
        elif rule.checked_on < catalog.sources[rule.source].accessed_on:
            yield f"{_name(model)}, {rule.item}: checked before its source was read."
        for instant in (rule.valid_from, rule.valid_to):
            if instant and (instant.minute % SLOT_MINUTES or instant.second or instant.microsecond):
                yield f"{_name(model)}, {rule.item}: {instant.isoformat()} is not on a half hour."


Place = tuple[str, str, int, str, bool]


def _place(rule: PriceRule) -> Place:
    """Where a rule stands apart from its time: only one billable price may be there at once."""
    return rule.item, str(rule.mode), rule.smallest_input_tokens, rule.window, rule.status in BILLABLE


def _by_place(model: Model) -> Iterator[tuple[Place, list[PriceRule]]]:
    billable = sorted((rule for rule in model.rules if rule.status in BILLABLE), key=_place)
    return ((place, list(group)) for place, group in groupby(billable, _place))


def _overlaps(model: Model) -> Iterator[str]:
    for place, group in _by_place(model):
        for a, b in combinations(group, 2):
            if _meet(a, b):
                yield f"{_name(model)}, {place[0]}: two prices hold at once, of {_span(a)} and of {_span(b)}."


def _gaps(model: Model) -> Iterator[str]:
    """A price that ends and later begins again leaves a time without one, which a note must explain."""
    for place, group in _by_place(model):
        for a, b in pairwise(sorted(group, key=lambda rule: rule.begins)):
            if a.ends < b.begins and not (a.note or b.note):
                yield f"{_name(model)}, {place[0]}: no price from {a.valid_to} to {b.valid_from}, and no note says why."


def _meet(a: PriceRule, b: PriceRule) -> bool:
    return a.begins < b.ends and b.begins < a.ends


def _holes(model: Model) -> Iterator[str]:
    """A tier that only some token items have would bill the others at the lower tier unseen."""
    billable = [rule for rule in model.rules if rule.status in BILLABLE and rule.item not in model.fees]
    for mode, group in groupby(sorted(billable, key=lambda r: str(r.mode)), lambda r: str(r.mode)):
        rules = list(group)
        for tier in sorted({rule.smallest_input_tokens for rule in rules} - {0}):
            above = [rule for rule in rules if rule.smallest_input_tokens == tier]
            beside = [rule for rule in rules if any(_meet(rule, other) for other in above)]
            missing = {r.item for r in beside if not any(r.item == a.item and _meet(r, a) for a in above)}
            if missing:
                yield f"{_name(model)}, {mode}: from {tier} tokens on {', '.join(sorted(missing))} has no price."


def _name(model: Model) -> str:
    return f"{model.provider}/{model.id}"


def _span(rule: PriceRule) -> str:
    return f"{rule.valid_from or 'the start'} to {rule.valid_to or 'now'}"
