"""Reports to hand on: one of real models in full, and invented ones."""

import io
from decimal import Decimal
from fractions import Fraction
from functools import cache

from PIL import Image

from estimator.decision import Comparison, NoPrice, Option, Scenario, compare, hosted_option, hosted_plans
from estimator.report import Brand, Report, Terms, report
from estimator.workload import from_template, templates
from pricing import Usage, catalog
from tests.made_up import AT, PLAIN, model, sold, work

CHAT = Usage(uncached_input_tokens=1000, output_tokens=100)


def logo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (300, 100), "#8a1c3c").save(made, "PNG")
    return made.getvalue()


BRAND = Brand("Example Ltd", "A. Consultant", "Confidential", "#8a1c3c", "#e0b020", logo())


@cache
def support() -> Report:
    """A chat on ten models, claims beside list prices, and on own GPUs, in euros, under a limit."""
    book = catalog()
    made = from_template(templates()["support-chat"], Fraction(20_000), book.sizes, start=AT)
    featured = [m for m in book.models.values() if m.info.featured][:10]
    plans = hosted_plans(made, book)
    compared = compare(made, book, Scenario(AT), featured, [hosted_option(plan) for plan in plans])
    return report(compared, book, plans, Terms(BRAND, currency="EUR", limit_usd=Decimal(25)))


def made_up(*options: Option, brand: Brand = BRAND, unpriced: tuple[NoPrice, ...] = ()) -> Report:
    compared = Comparison(work(CHAT), Scenario(AT), options, unpriced)
    return report(compared, sold(model(*PLAIN)), (), Terms(brand))
