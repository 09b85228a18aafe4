"""One workload on many models: amounts worked out by hand, and what holds for every model on record."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.decision import Comparison, Option, Scenario, beside, compare
from estimator.workload import Workload, from_template, templates
from pricing import BILLABLE, CLAIMS, Catalog, Mode, Usage, catalog
from pricing.facts import sources
from tests.made_up import AT, CACHED, PLAIN, model, option, rule, sold, work

TODAY = Scenario(AT)
CHAT = Usage(uncached_input_tokens=1000, output_tokens=100)
LONG = Usage(uncached_input_tokens=8000, output_tokens=100)
FEATURED = [m for m in catalog().models.values() if m.info.featured]


def only(comparison: Comparison) -> Option:
    (option,) = comparison.options
    return option


def test_a_month_by_hand() -> None:
    # 1000 requests of 1000 × 2 + 100 × 10 millionths of a dollar
    found = only(compare(work(CHAT), sold(model(*PLAIN)), TODAY))
    assert found.usd == found.low_usd == found.high_usd == Decimal("3")
    assert (found.kind, found.status, found.name, found.provider) == ("api", "listed", "M", "acme")
    assert [(line.name, line.quantity, line.unit, line.usd) for line in found.lines] == [
        ("input", Decimal(1_000_000), "tokens", Decimal("2")),
        ("output", Decimal(100_000), "tokens", Decimal("1")),
    ]
    assert found.sources == ("genai-prices",)


def test_the_rate_need_not_be_that_of_the_profile() -> None:
    # Ten requests on record and a third of one a month
    assert only(compare(work(CHAT, requests_per_month=1), sold(model(*PLAIN)), TODAY)).usd == Decimal("0.003")


def test_a_part_of_a_request_is_rounded_to_a_billionth_of_a_dollar() -> None:
    third = work(Usage(output_tokens=1), requests_per_month=1, hours=3)
    each = replace(third, requests_per_month=third.requests_per_month / 7)
    assert only(compare(each, sold(model(rule("output", "10"))), TODAY)).usd == Decimal("0.000001429")


def test_cheapest_first_then_by_name_and_others_in_their_place() -> None:
    models = [
        model(rule("output", usd), id=id, provider=seller)
        for usd, id, seller in (("30", "dear", "b"), ("10", "z", "a"), ("10", "a", "b"), ("10", "a", "a"))
    ]
    mine = option("2000", model="own", provider="selfhost", kind="selfhost")
    found = compare(work(Usage(output_tokens=100_000)), sold(*models), TODAY, others=[mine])
    assert beside(compare(work(Usage(output_tokens=100_000)), sold(*models), TODAY), [mine]) == found
    # 1000 requests of 100,000 tokens: 1000 and 3000 USD
    assert [(o.provider, o.model) for o in found.options] == [
        ("a", "a"), ("a", "z"), ("b", "a"), ("selfhost", "own"), ("b", "dear"),
    ]  # fmt: skip
    assert found.options[3] is mine


def test_only_the_models_that_are_asked_for() -> None:
    one, other = model(*PLAIN, id="one"), model(*PLAIN, id="other")
    assert only(compare(work(CHAT), sold(one, other), TODAY, [other])).model == "other"


def test_a_claim_stands_beside_the_list_price_and_never_mixes_with_it() -> None:
    claims = (rule("input", "1", status="claimed"), rule("output", "4", status="claimed"))
    claimed, listed = compare(work(CHAT), sold(model(*PLAIN, *claims)), TODAY).options
    assert (claimed.status, claimed.usd) == ("claimed", Decimal("1.4"))
    assert (listed.status, listed.usd) == ("listed", Decimal("3"))
    assert {line.status for line in claimed.lines} == {"claimed"}
    assert {line.status for line in listed.lines} == {"listed"}


def test_a_claimed_range_is_a_range() -> None:
    # 1000 × 1 to 3 for input and 100 × 10 for output, a thousand times
    ranged = rule("input", None, usd_low="1", usd_high="3", status="projected")
    found = only(compare(work(CHAT), sold(model(ranged, rule("output", "10", status="claimed"))), TODAY))
    assert (found.low_usd, found.usd, found.high_usd) == (Decimal(2), Decimal(3), Decimal(4))
    assert found.status == "claimed"  # the least sure of both


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        pytest.param(("listed", "promotional"), "promotional", id="a promotion ends"),
        pytest.param(("promotional", "scheduled"), "scheduled", id="announced"),
        pytest.param(("scheduled", "derived"), "derived", id="worked out"),
    ],
)
def test_a_figure_is_as_sure_as_its_least_sure_price(statuses: tuple[str, str], expected: str) -> None:
    one, other = statuses
    found = only(
        compare(work(CHAT), sold(model(rule("input", "2", status=one), rule("output", "1", status=other))), TODAY)
    )
    assert found.status == expected


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        pytest.param((PLAIN[0],), "no price for output of acme/m is on record", id="an item without a price"),
        pytest.param(
            (rule("input", "1", status="projected"),),
            "no price for output of acme/m is on record",
            id="half of it projected",
        ),
        pytest.param(
            (PLAIN[0], rule("output", "1", status="claimed")),
            "only a claimed price for output of acme/m is on record",
            id="half of it claimed",
        ),
    ],
)
def test_a_model_without_an_honest_figure_says_why(rules: tuple[object, ...], reason: str) -> None:
    found = compare(work(CHAT), sold(model(*rules)), TODAY)  # type: ignore[arg-type]
    assert found.options == ()
    (no_price,) = found.unpriced
    assert (no_price.model, no_price.provider, no_price.name) == ("m", "acme", "M")
    assert reason in no_price.reason


def test_a_claim_that_says_nothing_of_this_work_is_left_out_beside_a_list_price() -> None:
    found = compare(work(CHAT), sold(model(*PLAIN, rule("input", "1", status="claimed"))), TODAY)
    assert only(found).status == "listed"
    assert found.unpriced == ()


def test_a_model_with_no_price_at_all_is_no_option() -> None:
    found = compare(work(CHAT), sold(model(rule("input", "1", status="cancelled"))), TODAY)
    assert (found.options, found.unpriced) == ((), ())


@pytest.mark.parametrize(
    ("when", "usd"),
    [
        pytest.param(AT - timedelta(microseconds=1), "2", id="just before"),
        pytest.param(AT, "3", id="at the change"),
    ],
)
def test_prices_are_those_of_the_date(when: object, usd: str) -> None:
    changed = model(rule("input", "2", valid_to=AT), rule("input", "3", valid_from=AT))
    found = only(compare(work(Usage(uncached_input_tokens=1000)), sold(changed), Scenario(when)))  # type: ignore[arg-type]
    assert found.usd == Decimal(usd)


def test_prices_are_those_of_the_mode() -> None:
    half = model(*PLAIN, rule("input", "1", processing="batch"), rule("output", "5", processing="batch"))
    assert only(compare(work(CHAT), sold(half), Scenario(AT, Mode(processing="batch")))).usd == Decimal("1.5")


def test_lines_say_to_what_their_price_applies() -> None:
    by_hour = model(rule("input", "2"), rule("input", "1", window="night"))
    by_size = model(rule("input", "4", min_input_tokens=200), id="n")
    known = work(Usage(uncached_input_tokens=1000), sizes=(0, 201))
    cheap, dear = compare(known, sold(by_hour, by_size), TODAY).options
    assert [line.applies for line in cheap.lines] == ["00:00-06:00 UTC", ""]
    assert [line.applies for line in dear.lines] == ["from 201 tokens of input"]


def repeating(low: float, typical: float, high: float, gap_s: float = 1e-9) -> Workload:
    """Requests whose input repeats by these shares; after so short a gap every repeat is found in the cache."""
    return replace(work(LONG), repeated_share=(low, typical, high), reuse_gap_s=gap_s)


CACHING = Scenario(AT, caching=True)
READS = (*PLAIN, rule("cache_read", "0.2"))


def test_caching_by_hand() -> None:
    # Of 8000 tokens at 2, a quarter to three quarters cost 0.2; 100 of output cost 10; a thousand times.
    found = only(compare(repeating(0.25, 0.5, 0.75), sold(model(*READS, provider="openai")), CACHING))
    assert (found.low_usd, found.usd, found.high_usd) == (Decimal("6.2"), Decimal("9.8"), Decimal("13.4"))
    assert any("The cache of openai keeps repeated input for about" in a.text for a in found.assumptions)


def test_what_the_cache_has_lost_is_written_anew_where_writes_are_charged() -> None:
    # 4000 tokens at 2 and as many at 2.5 for the write
    charged = model(*READS, rule("cache_write_5m", "2.5"), provider="openai")
    assert only(compare(repeating(0.5, 0.5, 0.5, 1e12), sold(charged), CACHING)).usd == Decimal("19")


@pytest.mark.parametrize(
    ("seller", "rules", "workload"),
    [
        pytest.param("openai", PLAIN, repeating(0.5, 0.5, 0.5), id="reads are not sold"),
        pytest.param("acme", READS, repeating(0.5, 0.5, 0.5), id="no terms on record"),
        pytest.param("openai", READS, repeating(0, 0, 0), id="no repeats"),
    ],
)
def test_caching_changes_nothing_where(seller: str, rules: tuple[object, ...], workload: Workload) -> None:
    on_sale = sold(model(*rules, provider=seller))  # type: ignore[arg-type]
    assert only(compare(workload, on_sale, CACHING)).usd == only(compare(workload, on_sale, TODAY)).usd == 17


def test_the_saving_by_hand() -> None:
    # 8000 tokens at 2 instead of 0.2 for a quarter to three quarters of them, a thousand times.
    saving = only(compare(repeating(0.25, 0.5, 0.75), sold(model(*READS, provider="openai")), CACHING)).saving
    assert saving is not None
    assert (saving.low_usd, saving.usd, saving.high_usd) == (Decimal("3.6"), Decimal("7.2"), Decimal("10.8"))
    assert (saving.read_tokens, saving.written_tokens) == (Decimal(4_000_000), Decimal(0))
    assert (saving.assumption.status, saving.assumption.source) == ("guess", "openai-prompt-caching")
    assert saving.assumption.text.startswith(
        "50% of the input (25% to 75%) repeats; the cache keeps beginnings of 1,024"
    )


def test_writes_may_cost_more_than_reads_save() -> None:
    charged = model(*READS, rule("cache_write_5m", "2.5"), provider="openai")
    saving = only(compare(repeating(0.5, 0.5, 0.5, 1e12), sold(charged), CACHING)).saving
    assert saving is not None
    assert (saving.usd, saving.written_tokens) == (Decimal(-2), Decimal(4_000_000))  # 4000 tokens at 2.5 instead of 2.


@pytest.mark.parametrize("scenario", [CACHING, TODAY], ids=["asked for", "on record"])
def test_what_a_record_tells_of_its_cache_is_a_saving_and_all_of_it(scenario: Scenario) -> None:
    # 200 read at 0.2 instead of 2, 300 written at 2.5 and 400 for an hour at 4 instead of 2, a thousand times.
    rules = (*READS, rule("cache_write_5m", "2.5"), rule("cache_write_1h", "4"))
    found = only(compare(work(CACHED), sold(model(*rules, provider="openai")), scenario))
    assert found.saving is not None
    assert found.saving.usd == Decimal("0.36") - Decimal("0.15") - Decimal("0.8")
    assert found.saving.assumption.text == "What was cached is as the record tells it."
    assert not any("Nothing tells what repeats" in a.text for a in found.assumptions)


def test_where_nothing_tells_what_repeats_a_range_is_taken() -> None:
    found = only(compare(work(LONG), sold(model(*READS, provider="openai")), CACHING))
    plain = only(compare(work(LONG), sold(model(*READS, provider="openai")), TODAY))
    assert found.high_usd == plain.usd == 17  # At worst nothing repeats.
    assert found.low_usd < found.usd < 17
    assert found.saving is not None
    assert found.usd + found.saving.usd == 17
    taken = next(
        a for a in found.assumptions if a.text.startswith("Nothing tells what repeats: 30 % of the input (0 to")
    )
    assert (taken.status, taken.source) == ("guess", "breakeven-workload-guesses")


@pytest.mark.parametrize("template", ["support-chat", "document-questions"])
def test_a_saving_is_the_bill_without_caching_less_the_bill(template: str) -> None:
    known = catalog()
    made = from_template(templates()[template], 1000, known.sizes, start=AT)
    cached, plain = ({_key(o): o for o in compare(made, known, s, FEATURED).options} for s in (CACHING, TODAY))
    for key, each in cached.items():
        assert each.usd + (each.saving.usd if each.saving else 0) == pytest.approx(plain[key].usd, abs=Decimal("1e-6"))
    assert any(each.saving for each in cached.values())


def test_no_word_of_a_cache_that_is_not_sold() -> None:
    found = only(compare(repeating(0.5, 0.5, 0.5), sold(model(*PLAIN, provider="openai")), CACHING))
    assert not any("cache" in a.text for a in found.assumptions)


shares = st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted)


@given(shares, st.floats(0.01, 1e6), st.integers(1, 20))
def test_caching_never_raises_the_cost_where_reads_are_cheaper_and_writes_free(
    repeated: list[float], gap_s: float, tenths: int
) -> None:
    cheap = sold(model(*PLAIN, rule("cache_read", str(Decimal(tenths) / 10)), provider="openai"))
    low, typical, high = repeated
    again = repeating(low, typical, high, gap_s)
    assert only(compare(again, cheap, CACHING)).usd <= only(compare(again, cheap, TODAY)).usd


def test_another_tokenizer_widens_the_range_and_says_so() -> None:
    found = only(compare(work(CHAT), sold(model(*PLAIN, tokenizer="claude-4")), TODAY))
    assert found.low_usd < found.usd < found.high_usd
    assert any("claude-4 takes" in a.text and a.source for a in found.assumptions)


@pytest.mark.parametrize("template", templates())
def test_every_model_on_record(template: str) -> None:
    known = catalog()
    made = from_template(templates()[template], 1000, known.sizes, start=AT)
    found = compare(made, known, CACHING)
    assert [o.usd for o in found.options] == sorted(o.usd for o in found.options)
    for each in found.options:
        assert 0 < each.low_usd <= each.usd <= each.high_usd
        assert each.usd == sum(line.usd for line in each.lines)
        assert each.sources
        assert set(each.sources) <= sources().keys()
        assert len({line.status in CLAIMS for line in each.lines}) == 1
        assert {line.status for line in each.lines} <= (CLAIMS if each.status in CLAIMS else BILLABLE)
    named = {(o.provider, o.model) for o in found.options} | {(n.provider, n.model) for n in found.unpriced}
    assert named == {key for key, m in known.models.items() if m.rules}


@pytest.mark.parametrize("mode", [Mode(), Mode(processing="batch")], ids=str)
def test_caching_takes_no_model_out(mode: Mode) -> None:
    made = from_template(templates()["support-chat"], 1000, catalog().sizes, start=AT)
    with_it, without = (compare(made, catalog(), Scenario(AT, mode, caching)) for caching in (True, False))
    assert {o.name for o in with_it.options} == {o.name for o in without.options}


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 10**6), st.integers(1, 1000), st.sampled_from(FEATURED))
def test_bills_follow_the_volume(requests: int, times: int, on: object) -> None:
    made, more = (work(CHAT, requests_per_month=n, sizes=catalog().sizes) for n in (requests, requests * times))
    one, other = (compare(w, catalog(), TODAY, [on]).options for w in (made, more))  # type: ignore[list-item]
    for a, b in zip(sorted(one, key=_key), sorted(other, key=_key), strict=True):
        for amount in ("low_usd", "usd", "high_usd"):
            assert getattr(b, amount) == pytest.approx(getattr(a, amount) * times, rel=Decimal("1e-6"))


def _key(option: Option) -> tuple[str, str, str]:
    return option.provider, option.model, option.status


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 5000), st.integers(1, 5000), st.integers(0, 3000), st.integers(0, 3000))
def test_more_tokens_never_cost_less(i: int, o: int, more_in: int, more_out: int) -> None:
    small = work(Usage(uncached_input_tokens=i, output_tokens=o), sizes=catalog().sizes)
    large = work(Usage(uncached_input_tokens=i + more_in, output_tokens=o + more_out), sizes=catalog().sizes)
    costs = [{_key(x): x.usd for x in compare(w, catalog(), TODAY, FEATURED).options} for w in (small, large)]
    assert all(usd <= costs[1][key] for key, usd in costs[0].items())


def test_sources_are_named_once_prices_first() -> None:
    known: Catalog = sold(model(*PLAIN, tokenizer="claude-4"))
    assert only(compare(work(CHAT), known, TODAY)).sources == ("genai-prices", "breakeven-ratios")


@pytest.mark.parametrize(
    ("released", "retires", "days", "reason"),
    [
        pytest.param(AT.date(), None, -1, "it came out on 24 November 2026 only.", id="the day before it came out"),
        pytest.param(AT.date(), None, 0, "", id="the day it came out"),
        pytest.param(None, AT.date(), -1, "", id="its last day"),
        pytest.param(None, AT.date(), 0, "it retires today.", id="the day it retires"),
        pytest.param(None, AT.date(), 1, "it was retired on 24 November 2026.", id="the day after"),
    ],
)
def test_what_is_not_on_sale_is_said_to_be(released: date | None, retires: date | None, days: int, reason: str) -> None:
    plain = model(*PLAIN)
    dated = replace(plain, info=plain.info.model_copy(update={"released_on": released, "retires_on": retires}))
    found = compare(work(CHAT), sold(dated), Scenario(AT + timedelta(days=days)))
    assert [no.reason for no in found.unpriced] == ([reason] if reason else [])
    assert len(found.options) == (0 if reason else 1)
