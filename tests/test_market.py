"""What prices did to a workload and to a vendor's bill, worked out by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from estimator.decision import Moved, median_ratio, moves, should_cost
from estimator.report import change, times
from pricing import Model, Usage, catalog
from pricing.timeline import listed, steps
from tests.made_up import model, rule, sold, work

THEN, TURN, TODAY = (datetime(2026, month, 1, tzinfo=UTC) for month in (5, 8, 11))
USAGE = Usage(uncached_input_tokens=1000, output_tokens=100)


def moving(id_: str, before: str, after: str) -> Model:
    """$10 a million out; the input price turns in August."""
    rows = (
        rule("input", before, model=id_, valid_to=TURN),
        rule("input", after, model=id_, valid_from=TURN),
        rule("output", "10", model=id_),
    )
    return model(*rows, id=id_)


FELL, ROSE, STAYED = moving("fell", "4", "1"), moving("rose", "1", "2"), moving("stayed", "3", "3")


def test_the_same_work_then_and_now() -> None:
    # 1,000 requests of 1,000 tokens in and 100 out: a million in, and $1 for what comes out.
    found = moves(work(USAGE), sold(STAYED, ROSE, FELL), THEN, TODAY)
    assert [(m.model, m.then_usd, m.now_usd) for m in found] == [
        ("fell", Decimal(5), Decimal(2)),
        ("stayed", Decimal(4), Decimal(4)),
        ("rose", Decimal(2), Decimal(3)),
    ]
    assert [m.ratio for m in found] == [Decimal("0.4"), 1, Decimal("1.5")]
    assert found[0].same_dollar_buys == Decimal("2.5")
    assert median_ratio(found) == 1


def test_a_model_that_was_not_on_sale_has_no_ratio() -> None:
    young = replace(FELL, info=FELL.info.model_copy(update={"released_on": date(2026, 5, 2)}))
    gone = model(rule("input", "1", valid_to=TURN), rule("output", "1", valid_to=TURN), id="gone")
    found = {m.model: m for m in moves(work(USAGE), sold(young, gone), THEN, TODAY)}
    assert (found["fell"].then_usd, found["fell"].now_usd, found["fell"].ratio) == (None, Decimal(2), None)
    assert (found["gone"].now_usd, found["gone"].ratio) == (None, None)
    assert median_ratio(tuple(found.values())) is None


def test_a_model_released_on_the_day_was_on_sale() -> None:
    young = replace(FELL, info=FELL.info.model_copy(update={"released_on": THEN.date()}))
    assert moves(work(USAGE), sold(young), THEN, TODAY)[0].then_usd == 5


@pytest.mark.parametrize(
    ("then", "today", "paid", "expected"),
    [
        pytest.param("5", "2", "100", Decimal(40), id="fell"),
        pytest.param("2", "3", "100", Decimal(150), id="rose"),
        pytest.param(None, "3", "100", None, id="not on sale then"),
    ],
)
def test_what_a_vendor_should_charge(then: str | None, today: str, paid: str, expected: Decimal | None) -> None:
    moved = Moved("acme", "m", "M", Decimal(then) if then else None, Decimal(today))
    assert should_cost(moved, Decimal(paid)) == expected


@pytest.mark.parametrize(
    ("since", "until", "items"),
    [
        pytest.param(THEN, TODAY, ["input"], id="in between"),
        pytest.param(TURN, TODAY, [], id="a change at the start has been"),
        pytest.param(THEN, TURN, ["input"], id="a change at the end counts"),
    ],
)
def test_steps_within_a_stretch(since: datetime, until: datetime, items: list[str]) -> None:
    assert [s.item for s in steps(sold(FELL, STAYED), since, until)] == items


def test_a_step_has_both_sides() -> None:
    (step,) = steps(sold(FELL), THEN, TODAY)
    assert step.before is not None
    assert (step.at, step.before.usd, step.after.usd, step.ratio) == (TURN, Decimal(4), Decimal(1), Decimal("0.25"))


def test_history_as_published() -> None:
    """DeepSeek V4-Pro: .435 and .87 until 16 August 2026, 16:00 UTC; .66 and 1.98 since."""
    pro = catalog().find("deepseek-v4-pro", "deepseek")
    since, until = datetime(2026, 5, 24, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)
    found = {s.item: s for s in steps(catalog(), since, until) if s.model is pro}
    assert found["input"].at == datetime(2026, 8, 16, 16, tzinfo=UTC)
    assert {i: s.after.usd for i, s in found.items()} == {
        "input": Decimal("0.66"),
        "cache_read": Decimal("0.022"),
        "output": Decimal("1.98"),
    }
    before = listed(pro, "input", since)
    assert before is not None
    assert before.usd == Decimal("0.435")


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        pytest.param(None, "new", id="new"),
        pytest.param("1", "unchanged", id="same"),
        pytest.param("1.004", "unchanged", id="less than half a per cent"),
        pytest.param("1.006", "+1 %", id="more than half a per cent"),
        pytest.param("0.2", "−80 %", id="fell"),
        pytest.param("1.99", "+99 %", id="just below twice"),
        pytest.param("2", "×2", id="twice"),
    ],
)
def test_a_change_in_words(ratio: str | None, words: str) -> None:
    assert change(Decimal(ratio) if ratio else None) == words


def test_times_in_words() -> None:
    assert (times(Decimal("1.34567")), times(None)) == ("×1.35", "")
