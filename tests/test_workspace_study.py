"""A study comes back from its text exactly, opens at the prices of its day, and moves to those of another."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.decision import Scenario, compare
from estimator.workload import Record, Workload, from_profile, from_template, profile, templates
from estimator.workspace import (
    Budget,
    Check,
    Study,
    check,
    differences,
    moved,
    priced,
    quick_check,
    same_prices,
    study,
    with_sizes,
)
from estimator.workspace.document import read, write
from pricing import Catalog, InputError, Mode, PriceRule, Usage, catalog
from pricing.state import catalog_state
from tests.kept import USED, a_study, book
from tests.made_up import AT, PLAIN, model, option, rule, sold, work

LATER = AT + timedelta(days=30)
KEYS = (("acme", "m"), ("acme", "n"))
STEP = (rule("input", "2", valid_to=LATER), rule("input", "1", valid_from=LATER), rule("output", "10"))

studies = st.builds(
    lambda usage, rate, mode, caching, currency, budget: study(
        work(Usage(*usage), requests_per_month=rate),
        Scenario(AT, mode, caching),
        KEYS,
        book(),
        currency=currency,
        budget=budget,
    ),
    st.tuples(*[st.integers(0, 10**9)] * 5),
    st.integers(1, 10**9),
    st.sampled_from([Mode(), Mode(processing="batch", region="eu")]),
    st.booleans(),
    st.sampled_from(["USD", "EUR"]),
    st.none() | st.builds(Budget, st.decimals("0.01", 10**9, places=2), st.decimals("-0.99", 2, places=3)),
)


@given(studies)
def test_a_study_comes_back_exactly(made: Study) -> None:
    assert read(write(made), "s") == made
    assert write(read(write(made), "s")) == write(made)


@pytest.mark.parametrize("id_", list(templates()))
def test_every_task_comes_back_exactly(id_: str) -> None:
    made = from_template(templates()[id_], Fraction(1000, 7), (0, 200_001), start=AT.replace(day=1))
    kept = replace(a_study(), workload=made)
    assert read(write(kept), "s").workload == made


def test_own_gpus_come_back_exactly() -> None:
    task = templates()["support-chat"]
    made = from_template(task, task.default_units_per_month, catalog().sizes, start=AT.replace(day=1))
    kept = study(made, Scenario(AT), [("openai", "gpt-5.4")], catalog(), hosted=True)
    assert {o.kind for o in kept.options} == {"api", "selfhost"}
    assert read(write(kept), "s") == kept


def test_a_profile_that_is_the_same_thrice_is_kept_once() -> None:
    assert write(a_study()).count("breakeven-profile") == 1


@pytest.mark.parametrize(
    ("part", "field"),
    [
        pytest.param("workload", "unit", id="of the workload"),
        pytest.param("scenario", "caching", id="of the terms"),
    ],
)
def test_what_was_saved_before_a_field_was_there_has_its_default(part: str, field: str) -> None:
    kept = json.loads(write(a_study()))
    del kept[part][field]
    assert read(json.dumps(kept), "s") == a_study()


@pytest.mark.parametrize("field", ["requests_per_month", "tokenizer"])
def test_a_field_that_has_no_default_is_missed(field: str) -> None:
    kept = json.loads(write(a_study()))
    del kept["workload"][field]
    with pytest.raises(InputError, match=f"s, {field}: Field required"):
        read(json.dumps(kept), "s")


def test_no_text_of_the_user_is_kept() -> None:
    made = from_profile(profile([Record(AT, USED)], (0,)), "your text")
    kept = write(replace(a_study(), workload=made))
    assert "blocks" not in kept
    assert "hash" not in kept


def test_a_name_that_no_file_can_hold_is_refused() -> None:
    odd = replace(a_study(), workload=replace(a_study().workload, name="a\ud800"))
    with pytest.raises(InputError, match="signs that cannot be kept"):
        write(odd)


def test_a_source_is_shown_as_it_was_on_the_day() -> None:
    saved = a_study()
    assert [s.id for s in saved.sources] == ["genai-prices"]
    renamed = {"genai-prices": saved.sources[0].model_copy(update={"title": "another"})}
    assert saved.catalog_with_sources(replace(book(), sources=renamed)).sources["genai-prices"] == saved.sources[0]
    assert saved.catalog_with_sources(replace(book(), sources={})).sources == {"genai-prices": saved.sources[0]}


def test_a_figure_without_its_source_is_refused() -> None:
    with pytest.raises(InputError, match="rests on genai-prices, a source that it does not name"):
        write(replace(a_study(), sources=()))


def test_a_study_by_hand() -> None:
    made = a_study()
    # A million tokens in and 100,000 out: 2 + 1 dollars on m, 1 + 1 on n.
    assert {o.model: o.usd for o in made.options} == {"m": Decimal(3), "n": Decimal(2)}
    assert made.comparison == compare(made.workload, book(), made.scenario)
    assert made.catalog.on == date(2026, 11, 23)


@pytest.mark.parametrize(("at", "usd"), [(LATER - timedelta(seconds=1), "3"), (LATER, "2")])
def test_moving_it_takes_the_prices_of_that_day(at: datetime, usd: str) -> None:
    book_ = sold(model(*STEP))
    saved = study(
        work(USED), Scenario(AT, caching=True), KEYS[:1], book_, currency="EUR", budget=Budget(Decimal(9), Decimal(0))
    )
    today = moved(saved, book_, at)
    assert today.options[0].usd == Decimal(usd)
    assert today == replace(saved, scenario=replace(saved.scenario, at=at), options=today.options)


def test_what_changed_is_told_with_its_prices() -> None:
    book_ = sold(model(*STEP), model(*PLAIN, id="n"))
    saved = study(work(USED), Scenario(AT), KEYS, book_)
    (change,) = differences(saved.comparison, moved(saved, book_, LATER).comparison)
    assert change.name == "M"
    assert change.ratio == Decimal(2) / 3
    assert [(a and a.rate_usd, b and b.rate_usd) for a, b in change.rates] == [(Decimal(2), Decimal(1))]


def test_on_its_day_nothing_changed() -> None:
    saved = a_study()
    assert differences(saved.comparison, priced(saved.workload, saved.scenario, KEYS, book(), hosted=False)) == ()


def test_a_correction_of_the_catalog_is_found() -> None:
    saved = a_study()
    corrected = book("2.5")
    assert catalog_state(corrected, KEYS).digest != saved.catalog.digest == catalog_state(book(), KEYS).digest
    again = priced(saved.workload, saved.scenario, KEYS, corrected, hosted=False)
    (change,) = differences(saved.comparison, again)
    assert change.name == "M"
    assert [each and each.usd for each in (change.before, change.after)] == [Decimal(3), Decimal("3.5")]


def test_a_model_that_is_gone_is_told() -> None:
    saved = a_study()
    again = priced(saved.workload, saved.scenario, KEYS, sold(model(*PLAIN)), hosted=False)
    (change,) = differences(saved.comparison, again)
    assert (change.name, change.after, change.ratio) == ("N", None, None)
    assert change.reason == "it is no longer in the catalog."


def test_a_model_that_has_a_price_now_is_told() -> None:
    saved = study(work(USED), Scenario(AT), KEYS, sold(model(*PLAIN), model(rule("input", "1"), id="n")))
    assert [m.model for m in saved.unpriced] == ["n"]
    (change,) = differences(saved.comparison, moved(saved, book(), AT).comparison)
    assert (change.name, change.before) == ("N", None)


def test_a_claim_beside_a_list_price_is_another_option() -> None:
    listed, claimed = option("5"), option("3", status="claimed")
    before = replace(a_study().comparison, options=(listed, claimed))
    after = replace(before, options=(option("6"), claimed))
    assert [d.before for d in differences(before, after)] == [listed]


def test_a_range_alone_is_a_difference() -> None:
    before = replace(a_study().comparison, options=(option("5", "4", "6"),))
    (change,) = differences(before, replace(before, options=(option("5", "4", "7"),)))
    assert change.ratio == 1
    assert change.rates == ()


TIERED = (
    *PLAIN,
    rule("input", "4", min_input_tokens=1000),
    rule("output", "20", min_input_tokens=1000),
)


@pytest.mark.parametrize(
    ("tokens", "usd"),
    [pytest.param(1000, "3", id="at the edge"), pytest.param(1001, "6.004", id="above it")],
)
def test_work_of_before_a_price_tier_is_priced_by_it(tokens: int, usd: str) -> None:
    saved = study(work(replace(USED, uncached_input_tokens=tokens)), Scenario(AT), KEYS[:1], sold(model(*PLAIN)))
    today = moved(saved, sold(model(*TIERED)), AT)
    assert today.options[0].usd == Decimal(usd)
    assert any("tiers that came after" in a.text for a in today.options[0].assumptions)
    assert today.workload == saved.workload


def test_work_that_knows_every_tier_stays_as_it_is() -> None:
    made: Workload = work(USED, sizes=(0, 1001, 5000))
    assert with_sizes(made, (0, 5000)) is made
    assert with_sizes(made, (0, 1001)) is made


def test_the_digest_sees_every_price_of_its_models_and_no_other() -> None:
    books = (book(), book("3"), sold(model(*STEP)), sold(model(*PLAIN)))
    assert len({catalog_state(each, KEYS).digest for each in books}) == 4
    assert catalog_state(book(), KEYS[1:]).digest == catalog_state(book("3"), KEYS[1:]).digest
    again = sold(*(replace(m, rules=tuple(map(_checked_again, m.rules))) for m in book().models.values()))
    assert catalog_state(again, KEYS).digest == catalog_state(book(), KEYS).digest
    assert catalog_state(again, KEYS).on == date(2026, 11, 30)


def _checked_again(each: PriceRule) -> PriceRule:
    return each.model_copy(update={"checked_on": date(2026, 11, 30), "source": "litellm", "note": "confirmed"})


@pytest.mark.parametrize(
    ("at", "same"),
    [
        pytest.param(AT, True, id="its own day"),
        pytest.param(LATER - timedelta(seconds=1), True, id="before the change"),
        pytest.param(LATER, False, id="from the change on"),
    ],
)
def test_prices_are_the_same_until_one_changes(at: datetime, same: bool) -> None:
    book_ = sold(model(*STEP))
    saved = study(work(USED), Scenario(AT), KEYS[:1], book_)
    assert same_prices(saved, book_, at) is same
    back = moved(saved, book_, at)
    assert same_prices(back, book_, AT) is same


@pytest.mark.parametrize("field", ["released_on", "retires_on"])
def test_a_model_that_comes_or_goes_in_between_is_another_price(field: str) -> None:
    plain = model(*PLAIN)
    book_ = sold(replace(plain, info=plain.info.model_copy(update={field: LATER.date()})))
    saved = study(work(USED), Scenario(AT), KEYS[:1], book_)
    assert same_prices(saved, book_, LATER - timedelta(seconds=1))
    assert not same_prices(saved, book_, LATER)


@pytest.mark.parametrize("look", [check, quick_check])
def test_a_check_tells_corrections_from_moves(look: Callable[[Study, Catalog, datetime], Check]) -> None:
    saved = study(work(USED), Scenario(AT), KEYS[:1], sold(model(*PLAIN)))
    late = sold(model(rule("input", "2.5", valid_to=LATER), rule("input", "2", valid_from=LATER), rule("output", "10")))
    nothing = look(saved, sold(model(*PLAIN)), LATER)
    assert (nothing.corrections, nothing.moves) == ((), ())
    then = look(saved, late, LATER - timedelta(seconds=1))
    assert (len(then.corrections), len(then.moves)) == (1, 1)
    today = look(saved, late, LATER)
    assert (len(today.corrections), len(today.moves)) == (1, 0)
    assert today.today.scenario.at == LATER


def test_times_are_kept_in_utc() -> None:
    kept = read(write(a_study()), "s")
    assert kept.scenario.at == AT
    assert kept.scenario.at.utcoffset() == datetime(2026, 1, 1, tzinfo=UTC).utcoffset()
