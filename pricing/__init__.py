"""What a token costs, who says so, and since when. Start with `catalog()` and `price()`."""

from pricing.bill import price
from pricing.catalog import Catalog, Model, catalog, now
from pricing.errors import InputError, InvalidUsage, PricingError, UnknownModel, Unpriced
from pricing.values import BILLABLE, CLAIMS, STANDARD, Bill, BillLine, Mode, PriceRule, Status, Usage

__all__ = [
    "BILLABLE",
    "CLAIMS",
    "STANDARD",
    "Bill",
    "BillLine",
    "Catalog",
    "InputError",
    "InvalidUsage",
    "Mode",
    "Model",
    "PriceRule",
    "PricingError",
    "Status",
    "UnknownModel",
    "Unpriced",
    "Usage",
    "catalog",
    "now",
    "price",
]
