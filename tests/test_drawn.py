"""The charts of a printed report: each mark stands where its amount does, and is told apart by more than colour."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest

from estimator.decision import Comparison, Option, Rivalry, Scenario, Swing, compare, hosted_option, hosted_plans
from estimator.report import Report, Terms, report
from estimator.report.own_gpus import NEVER
from estimator.report.palette import HOSTED, color_of
from estimator.report.pdf.drawn import costs, curves, effects, months, swings
from estimator.workload import from_template, templates
from pricing import Usage, catalog
from tests.made_up import AT, option, work

CHAT = Usage(uncached_input_tokens=1000, output_tokens=100)


def made_up(*options: Option, **terms: object) -> Report:
    return report(Comparison(work(CHAT), Scenario(AT), options), catalog(), (), Terms(**terms))  # type: ignore[arg-type]


@cache
def hosted() -> Report:
    """The work at which own GPUs pay somewhere in view."""
    known = catalog()
    made = from_template(templates()["support-chat"], Fraction(100_000), known.sizes, start=AT)
    plans = hosted_plans(made, known)
    featured = [m for m in known.models.values() if m.info.featured]
    return report(compare(made, known, Scenario(AT), featured, [hosted_option(p) for p in plans]), known, plans)


def hosting() -> Rivalry:
    found = hosted().hosting
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("options", "places", "legend"),
    [
        pytest.param(
            (option("20", "10", "50"), option("100", "40", "100")),
            [(0.1, 0.2, 0.5), (0.4, 1, 1)],
            "Bars: a typical month. Lines: from a light to a heavy month.",
            id="from nothing to 100",
        ),
        pytest.param(
            (option("10", "1", "100"), option("1000", "100", "10000")),
            [(0, 0.25, 0.5), (0.5, 0.75, 1)],
            "Dots: a typical month. Lines: from a light to a heavy month. "
            "The amounts lie so far apart that equal steps of the scale multiply the cost.",
            id="from 1 to 10,000",
        ),
        pytest.param(
            (option("50", "50", "50"), option("100", status="claimed")),
            [(0.5, 0.5, 0.5), (1, 1, 1)],
            "Bars: a typical month. Lines: from a light to a heavy month. Hatched: claims, at which nobody sells.",
            id="a claim",
        ),
        pytest.param(
            (option("0", "0", "0"), option("0.000001", "0", "0.05")),
            [(0.0, 0.0, 0.0), (0.0, 0.0, 1.0)],
            "Bars: a typical month. Lines: from a light to a heavy month.",
            id="next to nothing",
        ),
    ],
)
def test_costs(options: tuple[Option, ...], places: list[tuple[float, ...]], legend: str) -> None:
    drawn = costs(made_up(*options), options, 6)
    found = [(row["low"], row["usd"], row["high"]) for row in drawn["rows"]]
    for row, expected in zip(found, places, strict=True):
        assert row == pytest.approx(expected, abs=2e-5)
    assert drawn["legend"] == legend
    assert [row["sure"] for row in drawn["rows"]] == [o.status == "listed" for o in options]
    assert [row["color"] for row in drawn["rows"]] == [color_of(o) for o in options]


def test_ticks_are_in_the_currency_of_the_report() -> None:
    one = option("1000", "1", "3000000")
    assert [t["text"] for t in costs(made_up(one), [one], 8)["ticks"]] == [
        "$1.00", "$10.00", "$100", "$1,000", "$10,000", "$100,000", "$1M",
    ]  # fmt: skip
    assert all(t["text"].startswith("¥") for t in costs(made_up(one, currency="JPY"), [one], 8)["ticks"])
    assert costs(made_up(one, currency="SEK"), [one], 8)["ticks"][-1]["text"] == "SEK\N{NO-BREAK SPACE}10M"


def test_curves_stand_within_and_end_at_their_labels() -> None:
    drawn = curves(hosted(), hosting())
    assert len(drawn["curves"]) == 6
    assert drawn["curves"][0]["color"] == drawn["band_color"] == HOSTED
    for each in drawn["curves"]:
        xs, ys = zip(*each["points"], strict=True)
        assert list(xs) == sorted(xs)
        assert all(0 <= place <= 1 for place in (*xs, *ys, each["label_at"]))
    by_height = sorted(drawn["curves"], key=lambda c: c["points"][-1][1])
    assert by_height == sorted(drawn["curves"], key=lambda c: c["label_at"])
    looks = [(c["color"], c["dash"]) for c in drawn["curves"]]
    assert len(set(looks)) == len(looks), "those of one colour differ by their dashes"


def test_the_crossing_lies_on_both_lines() -> None:
    drawn, watched = curves(hosted(), hosting()), hosting().watched
    assert watched is not None
    rival = next(i for i, c in enumerate(hosting().curves) if c.option == watched.against)
    crossing = drawn["crossing"]
    for line in (drawn["curves"][0]["points"], drawn["curves"][rival]["points"]):
        nearest = min(line, key=lambda point: abs(point[0] - crossing["x"]))
        assert nearest[1] == pytest.approx(crossing["y"], abs=0.02)


def test_own_gpus_that_never_pay_cross_nothing() -> None:
    never = tuple(replace(b, earliest=None, typical=None, latest=None) for b in hosting().break_evens)
    found = replace(hosting(), break_evens=never, watched=never[0])
    assert curves(hosted(), found)["crossing"] is None
    assert curves(hosted(), found)["alt"].count(NEVER) == len(never)


def test_swings_end_where_own_gpus_pay_or_beyond_the_scale() -> None:
    ends = (
        Swing("Staff", "$1", "$2", Decimal(100), Decimal(10_000)),
        Swing("Rent", "low", "high", Decimal(1000), None),
    )
    drawn = swings(ends, Decimal(1000))
    assert drawn is not None
    assert drawn["typical"] == pytest.approx(0.5)
    assert [(row["low"]["at"], row["high"]["at"]) for row in drawn["rows"]] == [
        (0, 1),
        (pytest.approx(0.5), None),
    ]
    assert drawn["rows"][1]["high"]["text"] == NEVER
    assert f"Rent: low 1,000, high {NEVER}" in drawn["alt"]


def test_swings_of_which_none_is_in_view_are_not_drawn() -> None:
    assert swings((Swing("Staff", "$1", "$2", None, None),), None) is None


@pytest.mark.parametrize(("limit", "at"), [(None, None), ("150", 0.75)])
def test_months_stand_against_the_limit(limit: str | None, at: float | None) -> None:
    one = option("100", "50", "200")
    made = made_up(one, growth=Decimal(0), limit_usd=Decimal(limit) if limit else None)
    assert made.spending is not None
    drawn = months(made, made.spending, one)
    assert [(b["low"], b["usd"], b["high"], b["over"]) for b in drawn["bars"]] == [(0.25, 0.5, 1, False)] * 12
    assert [b["text"] for b in drawn["bars"]][:2] == ["Nov", "Dec"]
    assert drawn["years"] == [{"text": "2026", "months": 2}, {"text": "2027", "months": 10}]
    assert (drawn["limit"] and drawn["limit"]["at"]) == at


def test_months_over_the_limit_are_marked() -> None:
    made = made_up(one := option("100", "50", "200"), growth=Decimal(1), limit_usd=Decimal(200))
    assert made.spending is not None
    assert [b["over"] for b in months(made, made.spending, one)["bars"]] == [False, False, *[True] * 10]


def test_effects_span_what_a_month_costs_at_either_end() -> None:
    made = made_up(option("100", "50", "300"))
    drawn = effects(made, made.effects, Decimal(100))
    # From nothing to 300: half and twice the requests are 50 and 200; so is half and twice the price.
    ends = {row["name"]: (row["low"]["at"], row["high"]["at"]) for row in drawn["rows"]}
    assert ends["Requests a month"] == pytest.approx((50 / 300, 200 / 300))
    assert ends["Size of requests"] == pytest.approx((50 / 300, 1))
    assert drawn["typical"] == pytest.approx(1 / 3)
