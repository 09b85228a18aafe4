"""What would make it cheaper: savings worked out by hand on invented prices, and on the real ones."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.decision import Option, Scenario
from estimator.decision.demands import Demands
from estimator.decision.levers import BATCH, Lever, Levers, lever_facts, levers
from estimator.decision.quality import OWN, Floor, OwnScore
from estimator.decision.shifting import cheap_hours, less_reasoning, shifted, shorter_answers
from estimator.workload import Profile, Record, Workload, from_profile, from_template, profile, templates
from pricing import STANDARD, Catalog, Mode, Model, Unpriced, Usage, catalog
from pricing.facts import sources
from tests.made_up import AT, model, option, rule, sold

# Ten requests an hour from midnight to ten, six hours of it at night; a month is a hundred of such days.
HOURS, PER_HOUR = 10, 10
USAGE = Usage(uncached_input_tokens=1000, output_tokens=100, reasoning_tokens=40)
LEVERS = lever_facts()


def work(usage: Usage = USAGE) -> Workload:
    hourly = Usage(**{name: n * PER_HOUR for name, n in usage.items()})
    records = [Record(AT + timedelta(hours=h, minutes=m), usage) for h in range(HOURS) for m in range(PER_HOUR)]
    made = profile(records, (0,), tokenizers=["o200k"])
    assert made.cells[0].usage == hourly
    return from_profile(made, "made up", 10_000)


def priced(id_: str, usd_in: str, usd_out: str, *more: object, context: int | None = 100_000, **about: object) -> Model:
    rows = [rule("input", usd_in, model=id_), rule("output", usd_out, model=id_), *more]
    provider = str(about.pop("provider", "acme"))
    made = model(*rows, id=id_, provider=provider)  # type: ignore[arg-type]
    return replace(made, info=made.info.model_copy(update={"context_tokens": context, **about}))


PLAIN = priced("m", "2", "10")  # 10 M in at $2, 1 M out at $10: $30 a month.
NIGHTLY = priced("m", "2", "10", rule("input", "1", window="night"), rule("output", "5", window="night"))


def pulled(model: Model = PLAIN, *others: Model, of: Workload | None = None, **asked: object) -> Levers:
    hosted = asked.pop("hosted", ())
    scenario = asked.pop("scenario", Scenario(AT))
    demands = Demands(**asked)  # type: ignore[arg-type]
    return levers(of or work(), sold(model, *others), scenario, model, demands=demands, hosted=hosted)  # type: ignore[arg-type]


def by_id(found: Levers) -> dict[str, Lever]:
    return {lever.fact.id: lever for lever in found.found}


def why(found: Levers) -> dict[str, str]:
    return {out.fact.id: out.reason for out in found.left_out}


def amounts(lever: Lever) -> tuple[Decimal, Decimal, Decimal]:
    return lever.low_usd, lever.usd, lever.high_usd


def usd(*values: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, values))


def test_every_lever_has_its_row_and_is_found_or_left_out() -> None:
    found = pulled()
    assert {lever.fact.id for lever in found.found} | set(why(found)) == set(LEVERS)
    assert all(fact.source in sources() for fact in LEVERS.values())
    assert found.present.usd == 30


@pytest.mark.parametrize(
    ("lever", "expected"),
    [
        # Of $20 for input 10, 20 and 30 %; of $6 for answers the same; of $4 for reasoning 30, 50 and 70 %.
        pytest.param("prompts", usd("2", "4", "6"), id="shorter prompts"),
        pytest.param("outputs", usd("0.6", "1.2", "1.8"), id="shorter answers"),
        pytest.param("reasoning", usd("1.2", "2", "2.8"), id="less reasoning"),
    ],
)
def test_fewer_tokens(lever: str, expected: tuple[Decimal, ...]) -> None:
    found = by_id(pulled())[lever]
    assert amounts(found) == expected
    assert found.after_usd == 30 - expected[1]
    assert found.assumptions


def test_off_peak_hours() -> None:
    # $18 a month by day and $12 ... 40 of 100 requests come by day, at $12 a month; at night they would cost $6.
    found = pulled(NIGHTLY, can_wait=True)
    assert found.present.usd == 12 + 9
    assert amounts(by_id(found)["off_peak"]) == usd("1.2", "3", "4.8")
    assert not by_id(found)["off_peak"].doubt


def test_a_day_that_costs_less_than_the_night_is_the_cheap_time() -> None:
    dear = priced("m", "2", "10", rule("input", "4", window="night"), rule("output", "20", window="night"))
    # 60 of 100 requests come at night, at $36 a month; by day they would cost $18.
    assert amounts(by_id(pulled(dear, can_wait=True))["off_peak"]) == usd("3.6", "9", "14.4")


def test_batch_is_half_the_price_for_answers_that_can_wait() -> None:
    half = [rule("input", "1", processing="batch"), rule("output", "5", processing="batch")]
    batched = priced("m", "2", "10", *half)
    found = pulled(batched, can_wait=True)
    assert amounts(by_id(found)["batch"]) == usd("15", "15", "15")
    assert found.best is found.found[0]
    waited_for = pulled(batched)
    assert by_id(waited_for)["batch"].doubt
    assert waited_for.best is not None
    assert waited_for.best.fact.id == "prompts"


def test_caching_is_worked_out_under_the_terms_of_the_seller() -> None:
    book = catalog()
    chat = from_template(templates()["support-chat"], 1000, book.sizes, start=AT.replace(day=1))
    chosen = book.find("gpt-5.4")
    found = by_id(levers(chat, book, Scenario(AT), chosen))["caching"]
    assert 0 <= found.low_usd <= found.usd <= found.high_usd
    assert found.options[0].saving is not None
    assert found.usd == found.options[0].saving.usd
    again = why(levers(chat, book, Scenario(AT, caching=True), chosen))
    assert again["caching"] == "Repeated text is cached already."


SCORES = (OwnScore("M", 80, 100), OwnScore("GOOD", 80, 100), OwnScore("POOR", 79, 100))
GOOD, POOR = priced("good", "1", "5"), priced("poor", "0.1", "0.5")


def test_another_model_is_the_cheapest_at_the_floor() -> None:
    # Without a floor, that of the present model on the person's own test: 80.
    found = pulled(PLAIN, GOOD, POOR, own=SCORES)
    assert found.demands.floor == Floor(OWN, OWN, 80.0)
    assert amounts(by_id(found)["another"]) == usd("15", "15", "15")
    assert by_id(found)["another"].change == "GOOD from Acme. Its score there is 80."
    lower = pulled(PLAIN, GOOD, POOR, own=SCORES, floor=Floor(OWN, OWN, 79))
    assert by_id(lower)["another"].usd == Decimal("28.5")


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        pytest.param({"context": 1090}, "No other model", id="a context that is too short"),
        pytest.param({"context": None}, "No other model", id="a context that is not known"),
        pytest.param({"retires_on": date(2026, 12, 24)}, "No other model", id="its end within a month"),
    ],
)
def test_what_may_not_be_proposed(about: dict[str, object], reason: str) -> None:
    found = pulled(PLAIN, priced("good", "1", "5", **about), own=SCORES)  # type: ignore[arg-type]
    assert why(found)["another"].startswith(reason)


@pytest.mark.parametrize(
    "about",
    [{"context": 1200}, {"retires_on": date(2026, 12, 25)}],
    ids=["a context that is just long enough", "its end after a month"],
)
def test_what_may_be_proposed(about: dict[str, object]) -> None:
    assert "another" in by_id(pulled(PLAIN, priced("good", "1", "5", **about), own=SCORES))  # type: ignore[arg-type]


def test_a_rule_that_nothing_is_known_to_keep_leaves_nothing() -> None:
    found = pulled(PLAIN, GOOD, own=SCORES, rules=frozenset({"eu"}))
    assert "another" in why(found)
    assert "may take all requests" in why(found)["mix"]


def test_who_is_not_rated_has_no_other_model() -> None:
    found = pulled(PLAIN, GOOD)
    assert found.demands.floor is None
    assert (
        why(found)["another"]
        == why(found)["mix"]
        == ("M is not rated on record: choose a floor, or give scores of your own.")
    )


def test_the_same_model_elsewhere() -> None:
    elsewhere = priced("m", "1.5", "10", provider="zeta")
    found = by_id(pulled(PLAIN, elsewhere))["elsewhere"]
    assert (amounts(found), found.change) == (usd("5", "5", "5"), "M from Zeta.")
    assert why(pulled())["elsewhere"] == "Nobody else on record sells M."
    dearer = why(pulled(PLAIN, priced("m", "3", "10", provider="zeta")))["elsewhere"]
    assert dearer == "M from Zeta. It would cost 10.00 US dollars a month more."
    same = why(pulled(PLAIN, priced("m", "2", "10", provider="zeta")))["elsewhere"]
    assert same == "M from Zeta. It would cost as much as now."


def test_a_mix_where_it_is_cheaper_than_one_model() -> None:
    # Half of it on POOR at $1.50 and half on M at $30 have 79.5 on average, GOOD alone has 80.
    scores = (OwnScore("M", 80, 100), OwnScore("POOR", 70, 100))
    found = by_id(pulled(PLAIN, POOR, own=scores, floor=Floor(OWN, OWN, 75)))["mix"]
    assert found.usd == Decimal("14.25")
    assert found.mixed is not None
    assert found.change == "50% on M, 50% on POOR; the mean score is 75.0."
    assert why(pulled(PLAIN, GOOD, own=SCORES))["mix"] == "One model alone is cheapest under this floor: GOOD."


def test_scores_with_thinking_say_how_much_of_it_the_saving_pays_for(monkeypatch: pytest.MonkeyPatch) -> None:
    calm = work(Usage(uncached_input_tokens=1000, output_tokens=100))
    monkeypatch.setattr("estimator.decision.demands.ratings", lambda *_: {"M": 80.0, "GOOD": 80.0})
    found = by_id(pulled(PLAIN, GOOD, of=calm, floor=Floor("livebench-2026-06-25", "thinking", 75)))["another"]
    # $15 saved on 10,000 requests at $5 a million tokens written: 300 tokens each.
    assert found.doubt.endswith("The saving is gone once about 300 tokens a request are thought.")
    assert not by_id(pulled(PLAIN, GOOD, floor=Floor("livebench-2026-06-25", "thinking", 75)))["another"].doubt


def hosted(usd: str, weights: str) -> Option:
    return option(usd, "5", "40", provider="selfhost", kind="selfhost", weights=weights, name="W on own GPUs")


def test_own_gpus_for_the_same_weights() -> None:
    open_model = priced("m", "2", "10", weights="w")
    found = by_id(pulled(open_model, hosted=[hosted("12", "w"), hosted("9", "other")]))["selfhost"]
    assert amounts(found) == (Decimal(-10), Decimal(18), Decimal(25))
    assert "selfhost" in why(pulled(open_model, hosted=[hosted("12", "other")]))
    assert "more" in why(pulled(open_model, hosted=[hosted("31", "w")]))["selfhost"]


def test_own_gpus_for_other_weights_that_reach_the_floor() -> None:
    closed, open_model = PLAIN, priced("good", "4", "20", weights="w")
    found = pulled(closed, open_model, own=SCORES, hosted=[hosted("12", "w")])
    assert by_id(found)["selfhost"].usd == 18
    assert "selfhost" in why(pulled(closed, open_model, own=SCORES[:1], hosted=[hosted("12", "w")]))


def test_what_saves_most_comes_first() -> None:
    saved = [lever.usd for lever in pulled(NIGHTLY, GOOD, own=SCORES, can_wait=True).found]
    assert saved == sorted(saved, reverse=True)
    assert min(saved) > 0


@pytest.mark.parametrize(
    ("lever", "reason"),
    [
        pytest.param("batch", "No processing batch price for input of acme/m is on record.", id="no batch price"),
        pytest.param("off_peak", "M costs the same at all hours.", id="no hours"),
        pytest.param("selfhost", "No open model", id="closed"),
    ],
)
def test_what_does_not_apply_says_why(lever: str, reason: str) -> None:
    still = replace(PLAIN, windows=())
    assert why(pulled(still))[lever].startswith(reason)


def test_a_window_without_a_price_of_its_own_saves_nothing() -> None:
    assert why(pulled(PLAIN))["off_peak"] == "All requests come at its cheapest hours already."


def test_batches_do_not_stack() -> None:
    batched = priced("m", "2", "10", rule("input", "1", processing="batch"), rule("output", "5", processing="batch"))
    assert why(pulled(batched, scenario=Scenario(AT, BATCH)))["batch"] == "It is sent in batches already."
    flex = priced("m", "2", "10", rule("input", "1", service_tier="flex"), rule("output", "5", service_tier="flex"))
    said = why(pulled(flex, scenario=Scenario(AT, Mode(service_tier="flex"))))["batch"]
    assert said == "Batches are for standard service."


def test_without_a_listed_price_there_is_nothing_to_save_on() -> None:
    claimed = model(rule("input", "2", status="claimed"), rule("output", "2", status="claimed"))
    with pytest.raises(Unpriced):
        pulled(claimed)


@pytest.mark.parametrize("name", ["deepseek/deepseek-v4-pro", "deepseek/deepseek-flash"])
def test_deepseeks_own_hours_are_worth_something(name: str) -> None:
    book: Catalog = catalog()
    chosen = book.find(name)
    chat = from_template(templates()["support-chat"], 1000, book.sizes, start=AT.replace(day=1))
    found = by_id(levers(chat, book, Scenario(AT), chosen, demands=Demands(can_wait=True)))["off_peak"]
    assert 0 < found.low_usd < found.usd < found.high_usd
    is_cheap = cheap_hours(chosen, chat.typical, AT, STANDARD)
    assert is_cheap(datetime(2026, 11, 24, 5, tzinfo=UTC))  # Between the two spans of its peak.
    assert not is_cheap(datetime(2026, 11, 24, 6, tzinfo=UTC))
    assert is_cheap(datetime(2026, 11, 28, 6, tzinfo=UTC))  # A Saturday.


def night(when: datetime) -> bool:
    return when.hour < 6


PROFILES = st.lists(
    st.tuples(st.integers(0, 100), st.integers(0, 5000), st.integers(0, 900), st.integers(0, 900)),
    min_size=1,
    max_size=20,
).map(
    lambda rows: profile(
        [
            Record(
                AT + timedelta(hours=h),
                Usage(uncached_input_tokens=i, output_tokens=o + r, reasoning_tokens=r),
            )
            for h, i, o, r in rows
        ],
        (0, 1000),
    )
)


@given(PROFILES, st.floats(0, 1).map(lambda x: round(x, 3)))
def test_shifting_loses_nothing(made: Profile, share: float) -> None:
    later = shifted(made, share, night)
    assert (later.usage, later.requests) == (made.usage, made.requests)
    assert list(later.cells) == sorted(later.cells, key=lambda cell: (cell.start, cell.floor))
    dear = sum(cell.requests for cell in made.cells if not night(cell.start))
    still = sum(cell.requests for cell in later.cells if not night(cell.start))
    assert dear - still == int(dear * share + 1e-9)


@given(PROFILES, st.floats(0, 1))
def test_shorter_answers_leave_reasoning_and_the_other_way_round(made: Profile, share: float) -> None:
    short, calm = shorter_answers(made, share), less_reasoning(made, share)
    assert short.usage.reasoning_tokens == made.usage.reasoning_tokens
    visible = made.usage.output_tokens - made.usage.reasoning_tokens
    assert calm.usage.output_tokens - calm.usage.reasoning_tokens == visible
    assert short.usage.output_tokens <= made.usage.output_tokens
    assert calm.usage.reasoning_tokens <= made.usage.reasoning_tokens
    assert short.usage.total_input_tokens == calm.usage.total_input_tokens == made.usage.total_input_tokens
