"""Both sides of a disagreement are on record, and the one that is followed is what bills use."""

from decimal import Decimal

import pytest

from pricing import BILLABLE, catalog
from pricing.disagreements import Disagreement, disagreements

ALL = disagreements()


def held(row: Disagreement) -> list[Decimal | None]:
    """The prices of the catalog at this very place, from the source that is followed."""
    return [
        rule.usd
        for rule in catalog().models[row.provider, row.model].rules
        if (rule.item, str(rule.mode), rule.min_input_tokens) == (row.item, row.mode, row.min_input_tokens)
        if rule.source == row.source_followed and rule.status in BILLABLE
    ]


def test_the_followed_price_is_the_catalogs() -> None:
    assert [row for row in ALL if row.usd_followed not in held(row)] == []


def test_the_sides_differ_and_both_have_a_source() -> None:
    for row in ALL:
        assert row.usd_followed != row.usd_other
        assert row.source_followed != row.source_other
        assert {row.source_followed, row.source_other} <= catalog().sources.keys()
        assert row.why.endswith(".")


def test_none_is_there_twice() -> None:
    places = [(r.provider, r.model, r.item, r.mode, r.min_input_tokens, r.source_other) for r in ALL]
    assert len(set(places)) == len(places) >= 100


@pytest.mark.parametrize(
    ("model", "item", "followed", "other"),
    [
        pytest.param("mistral/mistral-large-4", "input", "0.7", "1.36", id="a price that has ended"),
        pytest.param("mistral/mistral-large-4", "output", "2.1", "4.18", id="its output"),
        pytest.param("x-ai/grok-code-fast-1", "input", "0.2", "1", id="Grok Code"),
        pytest.param("deepseek/deepseek-v3.2", "input", "0.28", "0.2288", id="LiteLLM is followed"),
        pytest.param("mistral/mistral-nemo", "input", "0.15", "0.3", id="under another name"),
    ],
)
def test_disagreements_that_are_known(model: str, item: str, followed: str, other: str) -> None:
    found = [r for r in ALL if f"{r.provider}/{r.model}" == model and r.item == item and r.mode == "standard"]
    assert (Decimal(followed), Decimal(other)) in [(r.usd_followed, r.usd_other) for r in found]
