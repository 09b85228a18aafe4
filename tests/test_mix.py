"""A mix of models: against brute force on small cases, and by hand on invented models."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.decision import Scenario, compare
from estimator.decision.demands import Demands
from estimator.decision.mix import Mix, classes, mix
from estimator.decision.quality import OWN, Floor, OwnScore
from estimator.decision.split import Problem, Solution, price_range, solve
from estimator.workload import Record, Workload, from_profile, profile
from pricing import Catalog, InputError, Model, Usage
from tests.made_up import AT, model, rule, sold, work

CLOSE = 1e-6


def problem(
    costs: list[list[float]],
    quality: list[float],
    floor: float,
    *,
    weights: list[float] | None = None,
    hard: tuple[bool, ...] = (),
    each: bool = False,
) -> Problem:
    rows = len(costs)
    return Problem(
        np.array(costs, dtype=float),
        np.array(weights or [1 / rows] * rows),
        np.array(quality, dtype=float),
        hard or (True,) * rows,
        floor,
        each,
    )


def corners(p: Problem) -> Iterator[tuple[float, float]]:
    """Cost and mean quality wherever every class goes to one model, or one of them to two that meet the floor."""
    rows, columns = p.costs.shape
    hard = np.array(p.hard)
    share = np.where(hard, p.weights, 0) / (p.weights[hard].sum() or 1)
    for chosen in product(range(columns), repeat=rows):
        cost = sum(p.costs[i, m] for i, m in enumerate(chosen))
        mean = sum(share[i] * p.quality[m] for i, m in enumerate(chosen))
        yield cost, mean
        for i, other in product(range(rows), range(columns)):
            gain = share[i] * (p.quality[other] - p.quality[chosen[i]])
            if gain and 0 < (part := (p.floor - mean) / gain) < 1:
                yield cost + part * (p.costs[i, other] - p.costs[i, chosen[i]]), p.floor


def brute_force(p: Problem) -> float | None:
    """The least cost of all corners of the problem (one of them is the best: one floor beside the wholes)."""
    if p.each:
        best = [
            [c for c, q in zip(row, p.quality, strict=True) if (not hard or q >= p.floor)]
            for row, hard in zip(p.costs, p.hard, strict=True)
        ]
        return None if not all(best) else float(sum(map(min, best)))
    return min((cost for cost, mean in corners(p) if mean >= p.floor - 1e-12 or not any(p.hard)), default=None)


CASES = st.integers(1, 3).flatmap(
    lambda rows: st.integers(1, 3).flatmap(
        lambda columns: st.builds(
            problem,
            st.lists(
                st.lists(st.integers(1, 100).map(float), min_size=columns, max_size=columns),
                min_size=rows,
                max_size=rows,
            ),
            st.lists(st.integers(0, 100).map(float), min_size=columns, max_size=columns),
            st.integers(0, 100).map(float),
            weights=st.lists(st.integers(1, 9).map(float), min_size=rows, max_size=rows),
            hard=st.tuples(*[st.booleans()] * rows),
            each=st.booleans(),
        )
    )
)


@given(CASES)
@settings(max_examples=150)
def test_nothing_is_cheaper_by_brute_force(p: Problem) -> None:
    expected, found = brute_force(p), solve(p)
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert found.cost == pytest.approx(expected, abs=CLOSE)
        assert found.shares.sum(axis=1) == pytest.approx(np.ones(len(p.hard)))


def solved(p: Problem) -> Solution:
    found = solve(p)
    assert found is not None
    return found


def test_one_more_point_of_the_floor_costs_its_shadow_price() -> None:
    # 10 USD at 60 points, 50 at 80: 2 USD a point in between.
    halves = problem([[10, 50]], [60, 80], 70)
    assert (solved(halves).cost, solved(halves).point_cost) == pytest.approx((30, 2))
    assert solved(replace(halves, floor=71)).cost - solved(halves).cost == pytest.approx(solved(halves).point_cost)
    assert solved(replace(halves, floor=60)).cost == pytest.approx(10)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        # The mix of A and C stays while it is cheaper than B (30 USD at the floor): half of A and C is 5 + 20.
        pytest.param(0, (0.0, 2.0), id="the cheap one"),
        pytest.param(2, (0.25, 1.25), id="the good one"),
    ],
)
def test_the_range_over_which_the_split_holds(column: int, expected: tuple[float, float]) -> None:
    # Floor 70: A 10 USD at 60, B 30 USD at 70, C 40 USD at 80. C alone is cheapest below A's 10 USD.
    p = problem([[10, 30, 40]], [60, 70, 80], 70)
    found = solved(p)
    assert found.shares[0] == pytest.approx([0.5, 0, 0.5])
    assert price_range(p, found.shares, column) == pytest.approx(expected)


@given(CASES)
@settings(max_examples=60)
def test_within_its_range_a_split_is_the_cheapest_and_just_beyond_it_is_not(p: Problem) -> None:
    found = solve(p)
    if found is None:
        return
    for column in np.flatnonzero(found.shares.sum(axis=0) > CLOSE):
        least, most = price_range(p, found.shares, int(column))
        assert least <= 1 + CLOSE
        assert most is None or most >= 1 - CLOSE
        for times, holds in (
            (least, True),
            (most or 50, True),
            (least * 0.9, not least),
            ((most or 45) * 1.1, most is None),
        ):
            costs = p.costs.copy()
            costs[:, column] *= times
            ours, best = float((costs * found.shares).sum()), solved(replace(p, costs=costs)).cost
            if holds:
                assert ours == pytest.approx(best, rel=1e-6, abs=1e-6)
            else:
                assert ours > best - CLOSE


# One request: 1,000 tokens in and none out. 1,000 a month are a million.
USAGE = Usage(uncached_input_tokens=1000)


def named(id_: str, usd: str, context: int = 100_000) -> Model:
    made = model(rule("input", usd, model=id_), rule("output", usd, model=id_), id=id_)
    return replace(made, info=made.info.model_copy(update={"context_tokens": context}))


CHEAP, GOOD, BEST = named("cheap", "1"), named("good", "4"), named("best", "11")
OWN_SCORES = (OwnScore("CHEAP", 60, 100), OwnScore("GOOD", 70, 100), OwnScore("BEST", 80, 100))


def made(
    floor: float, *models: Model, of: Workload | None = None, easy: Fraction = Fraction(0), each: bool = False
) -> Mix:
    asked = Demands(Floor(OWN, OWN, floor), own=OWN_SCORES)
    book = sold(*(models or (CHEAP, GOOD, BEST)))
    return mix(of or work(USAGE), book, Scenario(AT), asked, easy_share=easy, each=each)


def shares(found: Mix) -> dict[tuple[str, bool], float]:
    return {(part.option.name, part.easy): part.share for part in found.parts}


@pytest.mark.parametrize(
    ("floor", "easy", "each", "expected", "usd"),
    [
        pytest.param(60, 0, False, {("CHEAP", False): 1}, "1", id="the cheapest is good enough"),
        pytest.param(65, 0, False, {("CHEAP", False): 0.5, ("GOOD", False): 0.5}, "2.5", id="on average"),
        pytest.param(65, 0, True, {("GOOD", False): 1}, "4", id="each"),
        pytest.param(70, 0, True, {("GOOD", False): 1}, "4", id="each, at the floor itself"),
        pytest.param(70.5, 0, True, {("BEST", False): 1}, "11", id="each, just above it"),
        pytest.param(70, 0.25, True, {("GOOD", False): 0.75, ("CHEAP", True): 0.25}, "3.25", id="easy ones are free"),
        pytest.param(80, 1, False, {("CHEAP", True): 1}, "1", id="all are easy"),
    ],
)
def test_a_mix_worked_out_by_hand(
    floor: float, easy: float, each: bool, expected: dict[tuple[str, bool], float], usd: str
) -> None:
    found = made(floor, easy=Fraction(easy), each=each)
    assert shares(found) == pytest.approx(expected)
    assert found.usd == Decimal(usd)
    assert found.low_usd == found.usd == found.high_usd
    assert sum(part.share for part in found.parts) == pytest.approx(1)


def test_the_shadow_price_and_the_range_come_with_it() -> None:
    found = made(65)
    assert found.point_usd == Decimal("0.3")
    assert {(h.name, h.least) for h in found.holds} >= {("CHEAP", 0.0)}
    assert made(65, each=True).point_usd is None


@pytest.mark.parametrize(
    ("floor", "models", "said"),
    [
        pytest.param(81, (CHEAP, GOOD, BEST), "no mix reaches 81 on your own test: the best .* has 80", id="too high"),
        pytest.param(
            60, (named("cheap", "1", context=999),), "no model .* may take all requests", id="too long for it"
        ),
        pytest.param(60, (named("other", "1"),), "no model that is rated on your own test", id="nothing is rated"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(floor: float, models: tuple[Model, ...], said: str) -> None:
    with pytest.raises(InputError, match=said):
        made(floor, *models)


def test_a_prompt_of_just_the_context_fits() -> None:
    # A sketch is 1 % wide to each side.
    assert made(60, named("cheap", "1", context=1010)).usd == 1


@pytest.mark.parametrize("easy", [Fraction(-1, 100), Fraction(101, 100)])
def test_an_easy_share_is_a_share(easy: Fraction) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        made(60, easy=easy)


def test_a_mix_needs_a_floor() -> None:
    with pytest.raises(InputError, match="needs a floor"):
        mix(work(USAGE), sold(CHEAP), Scenario(AT), Demands())


def two_bands() -> Workload:
    """Three short requests and one long one an hour, of two size bands."""
    sizes = [1000, 1000, 1000, 50_000]
    records = [
        Record(AT + timedelta(hours=h), Usage(uncached_input_tokens=n, output_tokens=10))
        for h in range(5)
        for n in sizes
    ]
    return from_profile(profile(records, (0, 32_001), tokenizers=["o200k"]), "two bands", 2000)


def test_long_prompts_go_where_they_fit() -> None:
    found = made(60, named("cheap", "1", context=40_000), named("good", "4"), of=two_bands())
    assert {(p.requests, p.option.name, p.share) for p in found.parts} == {
        ("prompts up to 32,000 tokens", "CHEAP", 0.75),
        ("prompts from 32,001 tokens on", "GOOD", 0.25),
    }
    # A month: 1,500 short ones of 1,010 tokens at $1, 500 long ones of 50,010 at $4 a million.
    assert found.usd == Decimal("1.515") + Decimal("100.02")


@pytest.mark.parametrize("of", [work(USAGE), two_bands()], ids=["one band", "two bands"])
def test_the_classes_together_cost_what_the_whole_does(of: Workload) -> None:
    book: Catalog = sold(GOOD)
    whole = compare(of, book, Scenario(AT)).options[0]
    parts = [compare(group.work, book, Scenario(AT)).options[0] for group in classes(of)]
    assert sum(option.usd for option in parts) == whole.usd
    assert sum(group.share for group in classes(of)) == 1


def test_of_equal_sellers_the_maker_is_chosen() -> None:
    reseller = replace(CHEAP, info=CHEAP.info.model_copy(update={"provider": "zeta", "resold": True}))
    assert [part.option.provider for part in made(60, reseller, CHEAP).parts] == ["acme"]
