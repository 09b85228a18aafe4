"""Budgets forecast: months worked out by hand, and ranges held against truths that are known."""

import random
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.decision import (
    BudgetPlan,
    Gap,
    MonthCost,
    Project,
    Scenario,
    Seen,
    Task,
    Verdict,
    compare,
    forecast,
    month_after,
    month_of,
    priced,
)
from estimator.decision.forecast import drawn, ranged
from estimator.decision.spending import days_of
from estimator.decision.trend import trend
from estimator.selfhost import service_facts
from estimator.workload import from_template, templates
from pricing import Catalog, InputError, Model, Usage, catalog
from tests.made_up import model, rule, work
from tests.planned import START, book, growth, plan, task

BOOK = book()
D = Decimal


def costs(made: BudgetPlan, catalog: Catalog) -> list[Decimal | str]:
    """Of the one task, month by month; the reason where there is none."""
    (row,) = priced(made, catalog).values()
    return [each.usd if isinstance(each, MonthCost) else each.reason if isinstance(each, Gap) else "" for each in row]


def changing(at: str, usd: str = "12") -> Model:
    """Input at $2 until an instant and at `usd` from then on: a month costs $3, then $13."""
    return model(rule("input", "2", valid_to=at), rule("input", usd, valid_from=at), rule("output", "10"))


@pytest.mark.parametrize(
    ("at", "start", "expected"),
    [
        pytest.param("2026-12-01T00:00:00Z", START, ["3", "13"], id="at the end of a month"),
        pytest.param("2026-11-30T00:00:00Z", START, [D(3 * 29 + 13) / 30, "13"], id="on its last day"),
        pytest.param("2026-11-16T00:00:00Z", START, ["8", "13"], id="in its middle"),
        pytest.param(
            "2027-01-01T07:00:00+08:00", date(2026, 12, 1), [D(3 * 743 + 13) / 744, "13"], id="in another zone"
        ),
        pytest.param("2028-02-29T00:00:00Z", date(2028, 2, 1), [D(3 * 28 + 13) / 29, "13"], id="on a leap day"),
        pytest.param("2027-02-28T00:00:00Z", date(2027, 2, 1), [D(3 * 27 + 13) / 28, "13"], id="without a leap day"),
    ],
)
def test_a_change_of_price_counts_from_its_instant(at: str, start: date, expected: list[D | str]) -> None:
    found = costs(plan(task(start=start), start=start, months=2), book(changing(at)))
    assert [float(usd) for usd in found] == pytest.approx([float(usd) for usd in expected], rel=1e-12)


def retiring(on: str) -> Catalog:
    base = model(rule("input", "2"), rule("output", "10"))
    return book(replace(base, info=base.info.model_copy(update={"retires_on": date.fromisoformat(on)})))


@pytest.mark.parametrize(
    ("on", "priced_months"),
    [
        pytest.param("2027-01-01", 2, id="on the first of a month: the month before is whole"),
        pytest.param("2027-01-02", 2, id="on the second: one day does not make a month"),
        pytest.param("2026-12-31", 1, id="on the last day of one"),
        pytest.param("2030-01-01", 4, id="after the plan"),
    ],
)
def test_a_model_that_retires_has_no_price_from_that_month_on(on: str, priced_months: int) -> None:
    found = costs(plan(months=4), retiring(on))
    assert [usd for usd in found if isinstance(usd, D)] == [D(3)] * priced_months
    assert all("is on sale until" in str(why) for why in found[priced_months:])


def test_what_is_unpriced_never_passes() -> None:
    made = plan(months=4, limit_usd=D(10**6))
    found = forecast(made, priced(made, retiring("2027-01-01")))
    assert found.verdict is Verdict.UNPRICED
    assert [gap.month for gap in found.gaps] == [date(2027, 1, 1), date(2027, 2, 1)]
    assert [band.is_whole for band in found.months] == [True, True, False, False]


def test_what_the_rest_alone_passes_is_over() -> None:
    other = task("mail", model=("acme", "n"))
    made = plan(task(), other, limit_usd=D(1), months=2)
    going = retiring("2026-12-01").models["acme", "m"]
    found = forecast(made, priced(made, book(going, model(rule("input", "2"), rule("output", "10"), id="n"))))
    assert (found.verdict, len(found.gaps)) == (Verdict.OVER, 1)


def test_a_model_that_is_gone_from_the_catalog_is_said() -> None:
    assert costs(plan(task(model=("acme", "gone")), months=1), BOOK) == ["acme/gone is no longer in the catalog."]


def test_a_task_runs_from_its_first_month_to_its_last() -> None:
    made = plan(task(start=date(2026, 12, 1), end=date(2027, 1, 1)), months=4)
    assert costs(made, BOOK) == ["", D(3), D(3), ""]
    assert [float(b.p50) > 0 for b in forecast(made, priced(made, BOOK)).months] == [False, True, True, False]


def test_growth_and_seasons_by_hand() -> None:
    seasons = (D(1),) * 11 + (D(2),)  # December has twice the work.
    grown = task(growth=growth("0.1"), seasons=seasons)
    assert [grown.volume(m) for m in plan(months=3).calendar] == [1, D("1.1") * 2, D("1.21")]
    made = plan(grown, months=3)
    months = forecast(made, priced(made, BOOK)).months
    assert [float(b.p50) for b in months] == pytest.approx([3, 6.6, 3.63], rel=0.02)


def test_projects_are_spent_once() -> None:
    setup = Project("set-up", date(2026, 12, 1), (D(50), D(50), D(50)))
    made = plan(projects=(setup,), months=2)
    first, second = forecast(made, priced(made, BOOK)).months
    assert float(second.p50 - first.p50) == pytest.approx(50, rel=0.02)


def test_a_project_may_stand_alone() -> None:
    setup = Project("set-up", START, (D(5), D(5), D(5)))
    made = BudgetPlan((), (setup,), D(5), "month", "USD", START, 1)
    found = forecast(made, {})
    assert (found.months[0].p50, found.chance, found.verdict) == (D(5), 0.0, Verdict.FITS)


def test_a_year_has_one_limit_for_its_months_and_a_share_for_what_is_left() -> None:
    made = plan(period="year", limit_usd=D(60), months=15)
    assert made.spans == ((0, 12, D(60)), (12, 15, D(15)))
    found = forecast(made, priced(made, BOOK))
    assert [band.month for band in found.spans] == [date(2027, 10, 1), date(2028, 1, 1)]
    assert float(found.spans[0].p50) == pytest.approx(36, rel=0.02)
    assert [float(b.p50) for b in found.running[11:13]] == pytest.approx([36, 3], rel=0.02)


def test_the_day_on_which_it_runs_out() -> None:
    # $10 a month for sure: of $25 a year half of the third month is paid for, which is January with 31 days.
    sure = Project("rent", START, (D(10),) * 3)
    rents = tuple(replace(sure, month=month_after(START, i), name=str(i)) for i in range(4))
    found = forecast(BudgetPlan((), rents, D(75), "year", "USD", START, 4), {})  # A third of the year: 25.
    assert found.runs_out.earliest == found.runs_out.typical == found.runs_out.latest == date(2027, 1, 16)
    assert found.chance == 1


@pytest.mark.parametrize(("limit", "day"), [("9.99", date(2026, 11, 30)), ("10", None), ("0.01", date(2026, 11, 1))])
def test_a_limit_is_passed_only_above_it(limit: str, day: date | None) -> None:
    rent = Project("rent", START, (D(10),) * 3)
    found = forecast(BudgetPlan((), (rent,), D(limit), "month", "USD", START, 1), {})
    assert found.runs_out.typical == day


def test_billed_months_are_known() -> None:
    made = plan(months=2)
    first, second = forecast(made, priced(made, BOOK), {START: D("7.25")}).months
    assert (first.p10, first.p50, first.p90, first.is_known) == (D("7.25"), D("7.25"), D("7.25"), True)
    assert not second.is_known


@given(st.decimals(0, 10, places=3), st.decimals(0, 10, places=3), st.decimals(0, 10, places=3))
def test_a_range_has_its_typical_value_in_the_middle_and_no_more_than_its_ends(a: D, b: D, c: D) -> None:
    low, typical, high = sorted([a, b, c])
    found = ranged(np.array([0.0, 0.25, 0.5, 0.75, 1.0]), (low, typical, high))
    assert found[[0, 2, 4]].tolist() == pytest.approx([float(low), float(typical), float(high)])
    assert list(found) == sorted(found)


def test_thousands_of_draws_take_a_moment() -> None:
    tasks = [task(f"t{i}", growth=growth("0", "0.05", "0.15")) for i in range(6)]
    made = plan(*tasks, months=24)
    prices = priced(made, BOOK)
    begun = time.perf_counter()
    forecast(made, prices)
    assert time.perf_counter() - begun < 1


def test_the_same_question_has_the_same_answer() -> None:
    made = plan(task(growth=growth("0", "0.05", "0.15")))
    assert forecast(made, priced(made, BOOK)) == forecast(made, priced(made, BOOK))


def _between(low: float, typical: float, high: float, chooser: random.Random) -> float:
    """One truth of a range, apart from the code under test: a side by a coin, on it a triangle by the library."""
    side = (low, typical) if chooser.random() < 0.5 else (high, typical)
    return chooser.triangular(min(side), max(side), side[1]) if side[0] != side[1] else typical


def test_of_ten_truths_within_the_ranges_eight_lie_in_the_band() -> None:
    """Each truth is a workload of its own size, growth and cached share, priced as such by `compare`."""
    book_, chooser = catalog(), random.Random(7)  # noqa: S311 - a test
    key, start, months = ("openai", "gpt-5.4"), date(2026, 12, 1), 6
    template = templates()["support-chat"]
    base = from_template(template, 1000, book_.sizes, start=datetime(2026, 12, 1, tzinfo=UTC))
    made = BudgetPlan((Task("chat", base, key, growth("0", "0.05", "0.15"), start, date(2030, 1, 1)),), (), D(10**6),
                      "month", "USD", start, months)  # fmt: skip
    bands = forecast(made, priced(made, book_)).months
    amounts = {
        level: float(compare(replace(base, low=profile, typical=profile, high=profile), book_,
                             Scenario(datetime(2026, 12, 1, tzinfo=UTC)), [book_.models[key]]).options[-1].usd)
        for level, profile in (("low", base.low), ("typical", base.typical), ("high", base.high))
    }  # fmt: skip
    error = service_facts()["estimate_error"]
    inside, n = 0, 400
    for _ in range(n):
        size = _between(amounts["low"], amounts["typical"], amounts["high"], chooser)
        grows = _between(0, 0.05, 0.15, chooser)
        off = _between(float(error.low), 1, float(error.high), chooser)
        truth = [size * off * (1 + grows) ** i for i in range(months)]
        inside += sum(float(b.p10) <= usd <= float(b.p90) for b, usd in zip(bands, truth, strict=True))
    assert inside / (n * months) == pytest.approx(0.8, abs=0.04)


def _history(rng: np.random.Generator, months: int) -> tuple[list[int], float]:
    """Requests of some months that grow and scatter, and of one month to come."""
    level, slope, sigma = rng.uniform(7, 11), rng.uniform(-0.05, 0.12), rng.uniform(0.05, 0.3)
    logs = level + slope * np.arange(months + 4) + sigma * rng.standard_normal(months + 4)
    requests = np.exp(logs)
    return [round(r) for r in requests[:months]], float(requests[-1])


@pytest.mark.parametrize("months", [6, 9, 18])
def test_own_months_carried_on_hold_eight_of_ten_truths(months: int) -> None:
    rng, inside, n = np.random.default_rng(11), 0, 300
    for _ in range(n):
        past, truth = _history(rng, months)
        seen = tuple(Seen(month_after(START, i), requests) for i, requests in enumerate(past))
        found = trend(task(seen=seen))
        assert found is not None
        low, high = np.quantile(found.draws([months + 3], 2000, rng), (0.1, 0.9))
        inside += low <= truth <= high
    assert inside / n == pytest.approx(0.8, abs=0.07)


def test_too_few_months_are_no_trend() -> None:
    seen = tuple(Seen(month_after(START, i), 1000) for i in range(5))
    assert trend(task(seen=seen)) is None
    assert trend(task(seen=(*seen, Seen(START, 1000)))) is None  # The same month twice is one.


def test_months_of_a_sure_trend_are_as_sure() -> None:
    seen = tuple(Seen(month_after(START, i), 1000 * 2**i) for i in range(8))
    made = plan(task(seen=seen), start=month_after(START, 8), months=2)
    found = drawn(made, priced(made, BOOK))
    assert np.quantile(found[:, 1], 0.5) == pytest.approx(3 * 2**9, rel=1e-3)


def test_the_wildest_history_does_not_overflow() -> None:
    wild = (1, 10**9, 2, 10**11, 1, 10**12)
    seen = tuple(Seen(month_after(START, i), n) for i, n in enumerate(wild))
    made = plan(task(seen=seen), months=60)
    assert np.isfinite(drawn(made, priced(made, BOOK))).all()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        pytest.param({"months": 0}, "1 to 60 months", id="no month"),
        pytest.param({"months": 61}, "1 to 60 months", id="too many"),
        pytest.param({"limit_usd": D(0)}, "a limit of 0 USD", id="no limit"),
        pytest.param({"limit_usd": D("1e16")}, "is no budget", id="an absurd one"),
        pytest.param({"start": date(2026, 11, 2)}, "not the first of a month", id="within a month"),
        pytest.param({"projects": (Project("p", START, (D(2), D(1), D(3))),)}, "must rise", id="amounts out of order"),
        pytest.param({"projects": (Project("p", START, (D(0), D(1), D("1e30"))),)}, "must rise", id="too dear"),
    ],
)
def test_what_no_budget_can_be(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        plan(**fields)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        pytest.param({"growth": growth("-1")}, "growth a month", id="shrinks to nothing"),
        pytest.param({"growth": growth("0.2", "0.1", "0.3")}, "growth a month", id="out of order"),
        pytest.param({"growth": growth("0", "0", "2.01")}, "0.05 is 5 %", id="in per cent"),
        pytest.param({"end": date(2026, 10, 1)}, "before it starts", id="ends before it starts"),
        pytest.param({"seasons": (D(1),) * 11}, "twelve factors", id="eleven months"),
        pytest.param({"seasons": (D(-1),) * 12}, "twelve factors", id="below nothing"),
        pytest.param({"growth": growth("2"), "start": date(2020, 1, 1)}, "would grow beyond", id="overflows"),
    ],
)
def test_what_no_task_can_be(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        plan(task(**fields))


def test_two_works_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match="the same name"):
        plan(task(), task())


@pytest.mark.parametrize(
    ("at", "month"),
    [
        pytest.param(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), date(2026, 12, 1), id="the last second"),
        pytest.param(datetime(2026, 12, 31, 20, tzinfo=timezone(-timedelta(hours=5))), date(2027, 1, 1), id="New York"),
        pytest.param(datetime(2027, 1, 1, 5, tzinfo=timezone(timedelta(hours=8))), date(2026, 12, 1), id="Shanghai"),
        pytest.param(datetime(2028, 2, 29, tzinfo=UTC), date(2028, 2, 1), id="a leap day"),
    ],
)
def test_the_month_of_an_instant_is_that_of_utc(at: datetime, month: date) -> None:
    assert month_of(at) == month


def test_an_instant_without_a_time_zone_has_no_month() -> None:
    with pytest.raises(InputError, match="no time zone"):
        month_of(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(("month", "days"), [(date(2028, 2, 1), 29), (date(2027, 2, 1), 28), (date(2100, 2, 1), 28)])
def test_days_of_a_month(month: date, days: int) -> None:
    assert days_of(month) == days


def test_months_of_the_calendar_end() -> None:
    assert month_after(date(2026, 11, 1), 14) == date(2028, 1, 1)
    with pytest.raises(InputError, match="no calendar goes"):
        month_after(date(9990, 1, 1), 120)


def test_a_claimed_price_is_drawn_from_its_range() -> None:
    claimed = model(
        rule("input", None, usd_low="1", usd_high="3", status="claimed"), rule("output", "10", status="claimed")
    )
    made = plan(months=1)
    band = forecast(made, priced(made, book(claimed))).months[0]
    sure = forecast(made, priced(made, BOOK)).months[0]
    assert band.p90 - band.p10 > sure.p90 - sure.p10  # $2 to $4 beside the $3 of a sure price.
    assert float(band.p50) == pytest.approx(3, rel=0.03)


def test_a_cached_share_that_is_not_known_widens_the_band() -> None:
    sold_cached = model(rule("input", "20"), rule("cache_read", "2"), rule("output", "10"), provider="openai")
    some = replace(
        work(Usage(uncached_input_tokens=10_000, output_tokens=1)), repeated_share=(0.1, 0.5, 0.9), reuse_gap_s=1.0
    )
    known = replace(some, repeated_share=(0.5, 0.5, 0.5))
    widths = []
    for each in (some, known):
        made = plan(task(work=each, model=("openai", "m"), caching=True), months=1)
        band = forecast(made, priced(made, book(sold_cached))).months[0]
        widths.append(band.p90 - band.p10)
    assert widths[0] > widths[1]


def test_own_gpus_cost_what_their_steps_cost() -> None:
    template = templates()["support-chat"]
    base = from_template(template, 1000, catalog().sizes, start=datetime(2026, 12, 1, tzinfo=UTC))
    made = plan(task(work=base, model=("selfhost", "gpt-oss-120b"), growth=growth("0")), months=2)
    (row,) = priced(made, catalog()).values()
    assert isinstance(row[0], MonthCost)
    assert row[0].curve
    assert forecast(made, {"chat": row}).months[0].p50 > 1000
