"""Made-up studies to save, in a catalog of two models."""

from decimal import Decimal

from estimator.decision import Scenario
from estimator.workspace import Budget, Study, study
from pricing import Catalog, Usage
from tests.made_up import AT, model, rule, sold, work

USED = Usage(uncached_input_tokens=1000, output_tokens=100)


def book(usd: str = "2") -> Catalog:
    """Models m and n of one seller: input at `usd` a million tokens on m and 1 on n, output at 10."""
    m = model(rule("input", usd), rule("output", "10"))
    n = model(rule("input", "1"), rule("output", "10"), id="n")
    return sold(m, n)


def a_study(limit: str = "100", usd: str = "2") -> Study:
    """1,000 requests a month of 1,000 tokens in and 100 out: on m $2 and $1, on n $1 and $1, at the usual price."""
    models = (("acme", "m"), ("acme", "n"))
    budget = Budget(Decimal(limit), Decimal("0.05"))
    return study(work(USED), Scenario(AT), models, book(usd), budget=budget)
