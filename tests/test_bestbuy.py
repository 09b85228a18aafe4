"""The best buy among models that people ask for, what is given up by it, and what makes its range wide."""

from decimal import Decimal

import pytest

from estimator.decision import Comparison, Option, Scenario, compare
from estimator.decision.bestbuy import best_buy
from estimator.decision.spread import Width, widest, widths
from estimator.workload import Workload, from_template, templates
from pricing import Usage, catalog
from tests.made_up import AT, option, work

SMALL = work(Usage(uncached_input_tokens=1000, output_tokens=100), sizes=catalog().sizes)
ASKED = (("openai", "gpt-5.4"), ("openai", "gpt-5.4-mini"), ("anthropic", "claude-sonnet-4-6"))


def compared(task: Workload = SMALL) -> Comparison:
    return compare(task, catalog(), Scenario(AT))


def gpt_5_4(task: Workload) -> Option:
    """At its list price, which stands beside a claim."""
    return next(o for o in compared(task).options if (o.model, o.status) == ("gpt-5.4", "listed"))


def test_the_cheapest_of_those_asked_for_and_the_best_rated_of_them() -> None:
    found = best_buy(compared().options, ASKED, SMALL, catalog())
    assert found is not None
    assert (found.option.model, found.dearest.model, found.among) == ("gpt-5.4-mini", "claude-sonnet-4-6", 3)
    assert found.cheapest.usd <= found.option.usd
    assert found.of > 500
    # LiveBench of June 2026, with thinking: 78.0, 66.4 and 73.0.
    assert found.rated is not None
    assert (found.rated.option.model, found.rated.score, found.rated.own) == ("gpt-5.4", 78.0, 66.4)


def test_who_is_not_rated_is_said_to_have_no_score() -> None:
    asked = (("deepinfra", "deepseek-v4-flash"), ("openai", "gpt-5.4"))
    options = [o for o in compared().options if (o.provider, o.model) in asked]
    keys = {(o.provider, o.model) for o in options}
    found = best_buy(options, keys, SMALL, catalog())
    assert found is not None
    assert found.rated is not None
    assert found.rated.option.model == "gpt-5.4"


def test_no_claim_and_no_own_gpu_is_a_buy() -> None:
    options = (
        option("1", status="claimed", provider="openai", model="gpt-5.4"),
        option("2", kind="selfhost", provider="openai", model="gpt-5.4"),
    )
    assert best_buy(options, ASKED, SMALL, catalog()) is None


def test_what_cannot_hold_the_longest_request_is_no_buy() -> None:
    long = work(Usage(uncached_input_tokens=2_000_000, output_tokens=100), sizes=catalog().sizes)
    assert best_buy(compared(long).options, ASKED, long, catalog()) is None


@pytest.mark.parametrize(
    ("task", "width"),
    [
        pytest.param("support-chat", Width.PROMPTS, id="chats of any length"),
        pytest.param("content", Width.ANSWERS, id="writing"),
    ],
)
def test_what_makes_a_typical_task_wide(task: str, width: Width) -> None:
    known = templates()[task]
    made = from_template(known, known.default_units_per_month, catalog().sizes, start=AT.replace(day=1))
    gpt = gpt_5_4(made)
    assert widest(gpt, made, catalog()) is width


def test_widths_by_hand() -> None:
    known = templates()["support-chat"]
    made = from_template(known, known.default_units_per_month, catalog().sizes, start=AT.replace(day=1))
    gpt = gpt_5_4(made)
    low, _, high = known.input_tokens
    less, _, more = known.output_tokens
    # 5,000 calls at 2.50 and 15 USD a million; GPT-5.4 counts as the task does.
    assert widths(gpt, made, catalog()) == {
        Width.PROMPTS: pytest.approx(Decimal(5_000 * (high - low)) * Decimal("2.5") / 10**6),
        Width.ANSWERS: pytest.approx(Decimal(5_000 * (more - less)) * 15 / 10**6),
        Width.COUNT: 0,
    }


def test_what_is_as_recorded_has_no_width() -> None:
    gpt = gpt_5_4(SMALL)
    assert widest(gpt, SMALL, catalog()) is None
