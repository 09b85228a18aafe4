"""What was used and what it cost as a FOCUS 1.2 file, which FinOps tools read: past charges only, never a forecast.

FOCUS means by BilledCost what an invoice rests on, and no cell of it may be empty. A bill's amounts stand there as
they are, and add up to it. Where no bill was given, the list price stands in, and where a gateway worked the amount
out, its figure does: such rows say so in x_CostBasis and have x_Estimated true, so that one filter leaves what was
billed. What a bill lists without use that has a price is an Adjustment, for FOCUS asks a count and a list price of
every Usage, and none is made up here.
"""

import csv
import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from estimator.decision import Part
from estimator.report.cells import safe_cell
from estimator.report.focus_rules import check_row, columns
from estimator.report.words import item_words, status_words
from pricing import STANDARD, Catalog, InputError, Model, PriceRule
from pricing.values import EXACT

Row = dict[str, str]

ACCOUNT = "not told"  # No export that we read tells the account, and FOCUS lets no row be without.
_FINEST = Decimal("1e-15")  # Of a unit price in another currency than the dollar.
_BASES = {"bill": "Bill", "gateway": "Gateway's own figure", "list": "List prices"}
_UNITS = {"web_search": "Searches", "file_search": "Searches", "maps_search": "Searches", "request": "Requests"}


def focus(parts: Iterable[Part], catalog: Catalog, account: str = ACCOUNT) -> bytes:
    """The parts of a statement (`itemized`) as CSV in UTF-8: FOCUS columns in order, then those that begin with x_.

    One row a period, model, kind of token and price tier. Raises InputError where there is none, and for a row that
    FOCUS does not allow: then nothing is written.
    """
    rows = [_row(part, catalog, account) for part in parts]
    if not rows:
        raise InputError("these files hold no use and no charge: export a period in which there was some.")
    for number, row in enumerate(rows, 1):
        check_row(row, number)
    out = io.StringIO(newline="")
    names = sorted({name for row in rows for name in row}, key=lambda name: (name.startswith("x_"), name))
    writer = csv.DictWriter(out, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _row(part: Part, catalog: Catalog, account: str) -> Row:
    blank = {name: "" for name, column in columns().items() if column.level == "mandatory"}
    used = _of_use(part, part.model, part.rule, catalog) if part.model and part.rule else _of_charge_alone(part)
    return blank | _of_all(part, catalog) | {"BillingAccountId": account} | used


def _of_all(part: Part, catalog: Catalog) -> Row:
    seller, cost = _seller(part, catalog), decimal(part.cost)
    return {
        "BilledCost": cost,
        "BillingCurrency": part.currency,
        "BillingPeriodEnd": _time(_month_after(part.end - timedelta(microseconds=1))),
        "BillingPeriodStart": _time(_month_of(part.start)),
        "ChargeDescription": _described(part, catalog),
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodEnd": _time(part.end),
        "ChargePeriodStart": _time(part.start),
        "CommitmentDiscountStatus": "",  # Readers look for it before they accept a consumed quantity.
        "EffectiveCost": cost,  # All that we read is paid as it is used.
        "InvoiceId": "",  # No export that we read tells it.
        "InvoiceIssuerName": part.by if part.basis == "bill" else seller,
        "ProviderName": seller,
        "PublisherName": _maker(part, catalog) or seller,
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": f"{seller} API",
        "ServiceSubcategory": "Generative AI",
        "x_CostBasis": _BASES[part.basis],
        "x_Estimated": _yes(part.basis != "bill"),
        "x_Remark": safe_cell(part.why),
        "x_TokenKind": safe_cell(part.item),
    }


def _of_use(part: Part, model: Model, rule: PriceRule, catalog: Catalog) -> Row:
    """What is counted has a list price. A negotiated one shows in BilledCost alone, for no export tells its rate."""
    price, quantity = _unit_price(part, rule), decimal(Decimal(part.quantity))
    list_price, list_cost = decimal(price), decimal(EXACT.multiply(price, Decimal(part.quantity)))
    unit, resource, tier = _UNITS.get(part.item, "Tokens"), f"{model.provider}/{model.id}", _tier(rule)
    sku = f"{resource}:{part.item}"  # A meter of a model: kinds of tokens are billed apart.
    return {
        "ChargeCategory": "Usage",
        "ConsumedQuantity": quantity,
        "ConsumedUnit": unit,
        "ContractedCost": list_cost,
        "ContractedUnitPrice": list_price,
        "ListCost": list_cost,
        "ListUnitPrice": list_price,
        "PricingCategory": "Standard",
        "PricingQuantity": quantity,
        "PricingUnit": unit,
        "ResourceId": resource,
        "ResourceName": model.info.name,
        "ResourceType": "Model",
        "SkuId": sku,
        "SkuMeter": item_words(part.item, catalog.items),
        "SkuPriceDetails": json.dumps(tier) if tier else "",
        # Without the price and its dates, so that it stays the same when they change.
        "SkuPriceId": ":".join((sku, *(tier.values() or ("standard",)))),
        "x_PriceCheckedOn": rule.checked_on.isoformat(),
        "x_PriceSource": rule.source,
        "x_PriceStatus": status_words(rule.status),
        "x_QuantitySpread": _yes(part.spread),
    }


def _of_charge_alone(part: Part) -> Row:
    cost = decimal(part.cost)
    return {"ChargeCategory": "Adjustment", "ContractedCost": cost, "ListCost": cost}


def decimal(amount: Decimal) -> str:
    """In full, and with a decimal point: readers take a column of whole numbers for something else."""
    whole, _, rest = f"{amount:f}".partition(".")
    return f"{whole}.{rest.rstrip('0') or '0'}"


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _month_of(at: datetime) -> datetime:
    """In the time zone of the bill, as its days are."""
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _month_after(at: datetime) -> datetime:
    return _month_of(_month_of(at) + timedelta(days=32))


def _seller(part: Part, catalog: Catalog) -> str:
    """Who sells it; what is of nobody on record is of who bills it."""
    named = {each.name.lower(): each.name for each in catalog.providers.values()}
    known = catalog.providers.get(part.provider)
    return safe_cell(known.name if known else named.get(part.provider.lower(), part.by))


def _maker(part: Part, catalog: Catalog) -> str:
    """Who made the model: of all that sell one of its name, the one that does not resell it; blank where none is."""
    made = (m for m in catalog.models.values() if part.model and m.info.name == part.name and not m.info.resold)
    return next((catalog.providers[m.provider].name for m in made), "")


def _described(part: Part, catalog: Catalog) -> str:
    served = "" if part.mode == STANDARD else str(part.mode)
    what = ", ".join(filter(None, (part.name, item_words(part.item, catalog.items), served))) or "all models"
    heads = {"bill": f"Billed by {part.by}", "gateway": f"Worked out by {part.by}", "list": "Estimate at list prices"}
    return f"{heads[part.basis]}: {what}" + (f"; {part.why.removesuffix('.')}" if part.why else "")


def _tier(rule: PriceRule) -> dict[str, str]:
    """What sets a price apart from the standard one of its item; as text, for FOCUS reads a number as one per unit."""
    told = {
        "x_Processing": rule.processing,
        "x_ServiceTier": rule.service_tier,
        "x_Speed": rule.speed,
        "x_Region": rule.region,
        "x_MinimumInputTokens": str(rule.smallest_input_tokens or ""),
        "x_Hours": rule.window,
    }
    return {key: value for key, value in told.items() if value}


def _unit_price(part: Part, rule: PriceRule) -> Decimal:
    """Of one token or call, in the currency of the bill; a price in dollars is exact."""
    usd = EXACT.divide(rule.typical, Decimal(rule.per))
    return usd if part.currency == "USD" else (usd * part.per_usd).quantize(_FINEST)


def _yes(is_so: bool) -> str:
    return "true" if is_so else "false"
