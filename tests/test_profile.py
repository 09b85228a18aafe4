"""The laws of a profile: it merges like its requests, and it is priced like them, to the last digit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.decision.billing import price_profile
from estimator.workload import Record, Sketch, merge, profile
from estimator.workload.profile import floor_of
from pricing import Bill, InputError, Model, PriceRule, Status, Unpriced, Usage, catalog, price
from pricing.catalog import ModelInfo
from pricing.values import BILLED_AS, add_exactly
from pricing.windows import Window

SIZES = (0, 1001, 2000, 200_001)
START = datetime(2026, 9, 30, 12, tzinfo=UTC)

counts = st.integers(0, 3000) | st.sampled_from([999, 1000, 1001, 1999, 2000, 2001, 200_000, 200_001])
times = st.datetimes(datetime(2026, 9, 29), datetime(2026, 10, 6), timezones=st.just(UTC))  # noqa: DTZ001


def usages(buckets: Sequence[str]) -> st.SearchStrategy[Usage]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(buckets, counts)).map(lambda kinds: Usage(**kinds))


def records(buckets: Sequence[str], when: st.SearchStrategy[datetime] = times) -> st.SearchStrategy[list[Record]]:
    return st.lists(st.builds(Record, when, usages(buckets)), min_size=1, max_size=12)


TEXT = ("uncached_input_tokens", "cache_read_tokens", "output_tokens")


@given(records(TEXT), records(TEXT))
def test_profile_of_both_is_the_merge_of_each(a: list[Record], b: list[Record]) -> None:
    assert profile(a + b, SIZES) == merge(profile(a, SIZES), profile(b, SIZES))


@given(records(TEXT), st.randoms(use_true_random=False))
def test_order_of_requests_does_not_matter(requests: list[Record], random: object) -> None:
    shuffled = sorted(requests, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert profile(shuffled, SIZES) == profile(requests, SIZES)


@given(records(TEXT))
def test_no_token_and_no_request_is_lost(requests: list[Record]) -> None:
    made = profile(requests, SIZES)
    assert made.requests == len(requests)
    assert sum(made.requests_by_hour) == len(requests)
    for name, total in made.usage.items():
        assert total == sum(getattr(r.usage, name) for r in requests)


@given(st.integers(1, 400), st.integers(0, 10**6), st.integers(1, 100))
def test_a_sum_over_a_span_keeps_its_tokens(requests: int, tokens: int, hours: int) -> None:
    usage = Usage(uncached_input_tokens=tokens, output_tokens=tokens // 3, reasoning_tokens=tokens // 5)
    made = profile([Record(START, usage, requests, START + timedelta(hours=hours))], SIZES)
    assert made.usage == usage
    assert made.requests == requests


def rule(item: str, usd: str, **fields: object) -> PriceRule:
    base = {"provider": "p", "model": "m", "item": item, "usd": usd, "per": 1_000_000, "status": Status.LISTED}
    return PriceRule.model_validate(base | {"source": "s", "checked_on": date(2026, 10, 1)} | fields)


CHANGE = datetime(2026, 10, 2, 16, 30, tzinfo=UTC)
# 1 October is a holiday in China, on which this window is closed.
PEAK = Window(
    id="peak", timezone="Asia/Shanghai", weekdays="12345", hours="09:30-18:00", not_on_holidays_of="CN", source="s"
)
MODEL = Model(
    ModelInfo(provider="p", model="m", name="M", tokenizer="o200k", source="s"),
    (
        rule("input", "1.1", valid_to=CHANGE),
        rule("input", "0.7", valid_from=CHANGE),
        rule("input", "2.3", min_input_tokens=1000, min_is_strict=True),
        rule("input", "3.7", min_input_tokens=2000, min_is_strict=False),
        rule("input", "1.9", window="peak"),
        rule("cache_read", "0.13"),
        rule("cache_read", "0.17", min_input_tokens=1000, min_is_strict=True),
        rule("output", "4.3", window="peak"),
        rule("output", "2.9"),
        rule("output", "5.9", min_input_tokens=200_000, min_is_strict=True),
        rule("request", "0.003", per=1, valid_from=CHANGE),
    ),
    (PEAK,),
    frozenset({"request"}),
)


def one_by_one(model: Model, requests: Sequence[Record], **how: object) -> tuple[Decimal, Decimal, Decimal]:
    bills = [price(model, r.usage, r.start, requests=r.requests, **how) for r in requests]  # type: ignore[arg-type]
    return tuple(add_exactly([getattr(b, end) for b in bills]) for end in ("low_usd", "usd", "high_usd"))  # type: ignore[return-value]


def ends(bill: Bill) -> tuple[Decimal, Decimal, Decimal]:
    return bill.low_usd, bill.usd, bill.high_usd


@given(records(TEXT))
def test_pricing_a_profile_is_pricing_its_requests(requests: list[Record]) -> None:
    assert ends(price_profile(MODEL, profile(requests, SIZES))) == one_by_one(MODEL, requests)


@given(records(TEXT), records(TEXT))
def test_bills_of_parts_add_up_to_that_of_the_merge(a: list[Record], b: list[Record]) -> None:
    parts, whole = (profile(a, SIZES), profile(b, SIZES)), profile(a + b, SIZES)
    assert price_profile(MODEL, whole).usd == add_exactly([price_profile(MODEL, part).usd for part in parts])


@given(records(TEXT))
def test_prices_of_one_date_at_the_hours_of_the_requests(requests: list[Record]) -> None:
    expected = [price(MODEL, r.usage, CHANGE, when=r.start).usd for r in requests]
    assert price_profile(MODEL, profile(requests, SIZES), at=CHANGE).usd == add_exactly(expected)


SOLD = sorted(
    ((m, mode) for m in catalog().models.values() for mode in sorted({r.mode for r in m.rules}, key=str)),
    key=lambda sold: (sold[0].provider, sold[0].id, str(sold[1])),
)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_every_model_on_record_prices_a_profile_like_its_requests(data: st.DataObject) -> None:
    model, mode = data.draw(st.sampled_from(SOLD))
    sold = {r.item for r in model.rules if r.mode == mode}
    buckets = [bucket for bucket, item in BILLED_AS.items() if item in sold]
    edges = [t for t in model.changes if t.year < 2030] or [START]
    near = st.builds(lambda t, m: t + timedelta(minutes=m), st.sampled_from(edges), st.integers(-4000, 4000))
    requests = data.draw(records(buckets, near | times))
    made = profile(requests, catalog().sizes)
    try:
        expected = one_by_one(model, requests, mode=mode)
    except Unpriced:
        with pytest.raises(Unpriced):
            price_profile(model, made, mode=mode)
    else:
        assert ends(price_profile(model, made, mode=mode)) == expected


@pytest.mark.parametrize(
    ("tokens", "requests", "band"),
    [
        pytest.param(0, 1, 0, id="nothing"),
        pytest.param(1000, 1, 0, id="at a strict threshold"),
        pytest.param(1001, 1, 1001, id="just above it"),
        pytest.param(1999, 1, 1001, id="just below an inclusive one"),
        pytest.param(2000, 1, 2000, id="at it"),
        pytest.param(3999, 2, 1001, id="the mean decides"),
    ],
)
def test_bands(tokens: int, requests: int, band: int) -> None:
    assert floor_of(tokens, requests, SIZES) == band


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=60), st.sampled_from([0.1, 0.5, 0.9, 0.99]))
def test_quantiles_are_within_one_per_cent(sizes: list[int], q: float) -> None:
    made = profile([Record(START, Usage(uncached_input_tokens=n)) for n in sizes], SIZES)
    exact = sorted(sizes)[max(1, -(-int(q * 1000) * len(sizes) // 1000)) - 1]
    assert made.input_sizes.quantile(q) == pytest.approx(exact, rel=0, abs=0.01 * exact + 0.5)


def test_an_empty_sketch_has_size_0() -> None:
    assert Sketch().quantile(0.5) == 0


@given(records(TEXT), st.floats(0.5, 2))
def test_scaling_keeps_requests_and_rate(requests: list[Record], factor: float) -> None:
    made = profile(requests, SIZES)
    assert made.scaled(factor).requests == made.requests
    assert made.scaled(factor).requests_per_month == made.requests_per_month
    assert made.scaled(1) is made


@given(records(TEXT), st.floats(0.5, 2), st.floats(0.5, 2))
def test_scaling_rounds_each_half_hour_and_band_by_itself(requests: list[Record], inputs: float, out: float) -> None:
    made = profile(requests, SIZES)
    expected = dict.fromkeys(TEXT, 0)
    for cell in made.cells:
        for name in TEXT:
            expected[name] += round(getattr(cell.usage, name) * (out if name == "output_tokens" else inputs))
    scaled = made.scaled(inputs, out)
    assert {name: getattr(scaled.usage, name) for name in TEXT} == expected
    assert all(
        c.floor == floor_of(c.usage.total_input_tokens, c.requests, SIZES) or c.requests > 1 for c in scaled.cells
    )
    assert [c.start for c in scaled.cells] == sorted(c.start for c in scaled.cells)


@given(records(TEXT), st.floats(0.5, 2))
def test_equal_half_hours_come_out_equal(requests: list[Record], factor: float) -> None:
    again = [replace(r, start=r.start + timedelta(days=14)) for r in requests]
    both = profile([*requests, *again], SIZES).scaled(factor)
    alone = profile(requests, SIZES).scaled(factor)
    assert both.usage == alone.usage + alone.usage


def test_a_quiet_span_counts_in_the_rate() -> None:
    made = profile([Record(START, Usage(output_tokens=1))], SIZES)
    assert replace(made, ends=START + timedelta(hours=7305)).requests_per_month == Fraction(1, 10)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(lambda: profile([], SIZES), "no requests", id="empty"),
        pytest.param(lambda: Record(START.replace(tzinfo=None), Usage()), "no time zone", id="naive"),
        pytest.param(lambda: Record(START, Usage(), 0), "at least 1", id="no requests"),
        pytest.param(lambda: Record(START, Usage(), 1, START), "not after its start", id="no span"),
        pytest.param(
            lambda: merge(profile([Record(START, Usage())], (0,)), profile([Record(START, Usage())], SIZES)),
            "different price tiers",
            id="other bands",
        ),
    ],
)
def test_what_cannot_be_is_refused(make: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()  # type: ignore[operator]
