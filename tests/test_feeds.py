"""The price feeds: what small payloads say, worked out by hand, and what is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing import BILLABLE, Mode, PriceRule, UnknownModel, catalog
from pricing.errors import InputError
from pricing.facts import sources
from pricing.feeds import FEEDS, FeedRefused, Listing, Quote, Reading, packaged
from pricing.feeds.week import Stretch, by_hour

PAYLOADS = Path(__file__).parent / "feeds"
FILES = {
    "genai-prices": "genai.json",
    "litellm": "litellm.json",
    "models-dev": "models_dev.json",
    "openrouter": "openrouter.json",
    "llm-prices": "llm_prices.json",
}


def payload(feed: str) -> bytes:
    return (PAYLOADS / FILES[feed]).read_bytes()


def read(feed: str) -> Reading:
    return FEEDS[feed].adapt(payload(feed))


def spell(quote: Quote) -> str:
    """One quote in one line: `provider/model item usd`, then what binds it."""
    edge = ">" if quote.min_is_strict else "≥"
    bounds = [
        f"per {quote.per}" if quote.per != 1_000_000 else "",
        f"{edge}{quote.min_input_tokens}" if quote.min_input_tokens else "",
        *(quote.processing, quote.service_tier, quote.speed, quote.region),
        f"{quote.window.weekdays} {quote.window.hours}" if quote.window else "",
        f"from {quote.valid_from:%Y-%m-%d}" if quote.valid_from else "",
        f"to {quote.valid_to:%Y-%m-%d}" if quote.valid_to else "",
    ]
    return " ".join([f"{quote.provider}/{quote.model}", quote.item, str(quote.usd), *filter(None, bounds)])


SAYS = {
    "genai-prices": """
        acme/acme-plain input 2.5
        acme/acme-plain cache_write_5m 3
        acme/acme-plain cache_read 0.25
        acme/acme-plain output 15
        acme/acme-plain web_search 10 per 1000
        acme/acme-long input 1
        acme/acme-long input 2 >272000
        acme/acme-long output 4
        acme/acme-long output 6 ≥200000
        acme/acme-dated input 1
        acme/acme-dated output 2 to 2026-08-17
        acme/acme-dated output 3 from 2026-08-17
        acme/acme-hours input 1
        acme/acme-hours input 2 1234567 01:00-04:00 06:00-10:00
        acme/acme-modes input 2
        acme/acme-modes cache_read 0.2
        acme/acme-modes request 5 per 1000
        acme/acme-modes input 1 batch to 2027-01-01
        acme/acme-modes input 1.5 batch from 2027-01-01
        acme/acme-modes cache_read 0.2 batch
        acme/acme-modes input 12 fast
        acme/acme-modes cache_read 1.2 fast
        acme/acme-sound input_audio 1
        acme/acme-sound cache_read_audio 0.1
    """,
    "litellm": """
        openai/gpt-acme input 2.5
        openai/gpt-acme input 5 >272000
        openai/gpt-acme input 1.25 flex
        openai/gpt-acme input 2.5 >272000 batch
        openai/gpt-acme output 30 priority
        openai/gpt-acme cache_read 0.13 batch
        openai/gpt-acme web_search 10 per 1000
        anthropic/claude-acme cache_write_5m 3.75
        anthropic/claude-acme cache_write_1h 6
        anthropic/claude-acme cache_write_1h 12 >200000
        google/gemini-acme input 5
        google/gemini-acme input_audio 1
        google/gemini-acme cache_read_audio 0.18 priority
        deepseek/acme input 0.66
        deepseek/acme input 1.32 12345 01:00-04:00 06:00-10:00
        deepseek/acme output 3.96
        fireworks/acme-70b input 0.2
    """,
    "models-dev": """
        openai/gpt-acme input 2.5
        openai/gpt-acme output 15
        openai/gpt-acme cache_read 0.25
        openai/gpt-acme input 5 >272000
        openai/gpt-acme output 22.5 >272000
        openai/gpt-acme input 5 priority
        anthropic/claude-acme input 3
        anthropic/claude-acme cache_write_5m 3.75
        anthropic/claude-acme input 30 fast
    """,
    "openrouter": """
        openrouter/acme/plain input 5
        openrouter/acme/plain cache_write_1h 10
        openrouter/acme/plain output 25
        openrouter/acme/plain web_search 10 per 1000
        openrouter/acme/long input 0.1
        openrouter/acme/long input 0.5 >100000
        openrouter/acme/long output 0.5
        openrouter/acme/long cache_read 0.05 >100000
        openrouter/acme/hours input 0.66
        openrouter/acme/hours input 1.32 1 01:00-04:00
        openrouter/acme/hours input 1.32 2 01:00-03:30
        openrouter/acme/hours input 3.3 7 22:30-24:00
        openrouter/acme/hours output 1.98
        openrouter/acme/plain input 2.5 batch
        openrouter/acme/plain output 12.5 batch
        openrouter/acme/gift:free input 0
        openrouter/acme/gift:free output 0
    """,
    "llm-prices": """
        openai/acme-4 input 2.5
        openai/acme-4 cache_read 0.25
        openai/acme-4 output 15
        openai/acme-4 input 5 >272000
        openai/acme-4 output 22.5 >272000
        x-ai/acme-5 input 3 from 2026-09-01
        x-ai/acme-5 output 15 from 2026-09-01
        x-ai/acme-5 input 2 to 2026-09-01
        x-ai/acme-5 output 15 to 2026-09-01
    """,
}


@pytest.mark.parametrize("feed", FILES)
def test_what_a_payload_says(feed: str) -> None:
    said = [spell(quote) for quote in read(feed).quotes]
    assert sorted(said) == sorted(line.strip() for line in SAYS[feed].strip().splitlines())


@pytest.mark.parametrize(
    ("feed", "listing"),
    [
        pytest.param("genai-prices", Listing("acme", "acme-plain", "Acme Plain", 128_000), id="genai-prices"),
        pytest.param(
            "litellm",
            Listing("openai", "gpt-acme", "gpt-acme", 1_050_000, 128_000, None, date(2027, 4, 1)),
            id="litellm",
        ),
        pytest.param(
            "models-dev",
            Listing("openai", "gpt-acme", "GPT Acme", 1_050_000, 128_000, date(2026, 3, 5)),
            id="models-dev",
        ),
        pytest.param(
            "models-dev",
            Listing("anthropic", "claude-acme", "Claude Acme", 200_000),
            id="models-dev: a month is no day",
        ),
        pytest.param(
            "openrouter",
            Listing("openrouter", "acme/plain", "Acme: Plain", 1_000_000, 128_000, date(2026, 7, 24), date(2027, 1, 1)),
            id="openrouter",
        ),
        pytest.param("llm-prices", Listing("openai", "acme-4", "Acme 4"), id="llm-prices"),
    ],
)
def test_what_a_payload_lists(feed: str, listing: Listing) -> None:
    assert listing in read(feed).listings
    assert len({(each.provider, each.model) for each in read(feed).listings}) == len(read(feed).listings)


@pytest.mark.parametrize(
    ("feed", "word"),
    [
        pytest.param("genai-prices", "output_image_mtok", id="genai-prices: a unit that is not billed"),
        pytest.param("genai-prices", "'route'", id="genai-prices: a mode that is not known"),
        pytest.param("litellm", "output_cost_per_token_ultrafast", id="litellm: a mode that is not known"),
        pytest.param("litellm", "one region", id="litellm: the price of a region"),
        pytest.param("models-dev", "'odd'", id="models-dev: a mode that is not known"),
        pytest.param("openrouter", "where a request is routed", id="openrouter: a price that depends"),
        pytest.param("openrouter", "another name", id="openrouter: a routed alias"),
        pytest.param("llm-prices", "elsewhere", id="llm-prices: a seller that is not known"),
    ],
)
def test_what_is_left_out_is_said(feed: str, word: str) -> None:
    assert [sentence for sentence in read(feed).skipped if word in sentence]


class TestVersion:
    def test_is_the_stated_one(self) -> None:
        dated = json.loads(payload("llm-prices")) | {"updated_at": "2026-08-05"}
        assert FEEDS["llm-prices"].adapt(json.dumps(dated).encode()).version == "2026-08-05"

    @pytest.mark.parametrize("feed", FILES)
    def test_or_that_of_the_bytes(self, feed: str) -> None:
        assert read(feed).version.startswith("sha256:")
        assert FEEDS[feed].adapt(payload(feed) + b"\n").version != read(feed).version


class TestRefused:
    @pytest.mark.parametrize("feed", FILES)
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            pytest.param(b"<!DOCTYPE html><title>502 Bad Gateway</title>", "not JSON", id="error page"),
            pytest.param(b"", "not JSON", id="nothing"),
            pytest.param(b"\xff\xfe{}", "not JSON", id="no UTF-8"),
            pytest.param(
                b'{"error": {"code": 429, "message": "slow down"}}', "expected|no price|error", id="error as JSON"
            ),
            pytest.param(b"[]", "expected|no price|not JSON", id="empty list"),
            pytest.param(b"{}", "expected|no price|not JSON", id="empty object"),
            pytest.param(b'{"data": [], "prices": []}', "expected|no price|not JSON", id="empty feed"),
            pytest.param(b"null", "expected|no price|not JSON", id="null"),
            pytest.param(b"7", "expected|no price|not JSON", id="a number"),
            pytest.param(b"[" * 200_000, "nested too deeply", id="nested"),
            pytest.param(b'{"a":' * 200_000, "nested too deeply", id="nested objects"),
            pytest.param(b'{"a": 1, "a": 2}', "'a' stands twice", id="a key twice"),
            pytest.param(b"[" + b"9" * 10_000 + b"]", "not JSON", id="a number of 10,000 digits"),
            pytest.param(b"[1e99999999999999999999]", "expected|no price|not JSON", id="an exponent without end"),
        ],
    )
    def test_no_feed(self, feed: str, content: bytes, reason: str) -> None:
        with pytest.raises(FeedRefused, match=reason):
            FEEDS[feed].adapt(content)

    @pytest.mark.parametrize("feed", FILES)
    def test_a_truncated_payload(self, feed: str) -> None:
        with pytest.raises(FeedRefused):
            FEEDS[feed].adapt(payload(feed).strip()[:-1])

    @pytest.mark.parametrize("feed", FILES)
    @pytest.mark.parametrize(
        ("price", "reason"),
        [
            pytest.param("NaN", "NaN", id="NaN"),
            pytest.param("Infinity", "Infinity", id="infinite"),
            pytest.param('"NaN"', "not a price|expected", id="NaN as text"),
            pytest.param("-2", "negative", id="negative"),
            pytest.param("1e30", "beyond belief", id="huge"),
            pytest.param("1e9999", "not a price", id="huge exponent"),
            pytest.param("9" * 60, "not a price", id="60 digits"),
            pytest.param("true", "expected", id="true"),
            pytest.param("[1]", "expected", id="a list"),
            pytest.param('"２.5"', "not a price", id="digits of another script"),
        ],
    )
    def test_a_price_that_cannot_be(self, feed: str, price: str, reason: str) -> None:
        spelled = {
            "genai-prices": '"input_mtok": 2.5',
            "litellm": '"input_cost_per_token": 2.5e-06',
            "models-dev": '"input": 2.5',
            "openrouter": '"prompt": "0.000005"',
            "llm-prices": '"input": 2.5',
        }[feed]
        content = payload(feed).decode()
        assert spelled in content
        key = spelled.split(":")[0]
        with pytest.raises(FeedRefused, match=reason) as refused:
            FEEDS[feed].adapt(content.replace(spelled, f"{key}: {price}", 1).encode())
        assert "acme" in str(refused.value) or "Infinity" in str(refused.value) or "NaN" in str(refused.value)

    @pytest.mark.parametrize(
        ("feed", "old", "new"),
        [
            pytest.param("genai-prices", '"cache_read_mtok": 0.25', '"cache_read_gtok": 250', id="genai-prices"),
            pytest.param("litellm", '"output_cost_per_image"', '"output_cost_per_1k_tokens"', id="litellm"),
            pytest.param("models-dev", '"cache_read": 0.25', '"cached_per_ktok": 25', id="models-dev"),
            pytest.param("models-dev", '"type": "context"', '"type": "weekday"', id="models-dev: a tier"),
            pytest.param("openrouter", '"web_search"', '"search_per_k"', id="openrouter"),
            pytest.param("openrouter", '"min_prompt_tokens"', '"min_images"', id="openrouter: a condition"),
            pytest.param("llm-prices", '"input_cached": 0.25', '"cached_per_ktok": 0.25', id="llm-prices"),
        ],
    )
    def test_an_unknown_unit(self, feed: str, old: str, new: str) -> None:
        content = payload(feed).decode()
        assert old in content
        with pytest.raises(FeedRefused, match=r"acme.* known"):
            FEEDS[feed].adapt(content.replace(old, new, 1).encode())

    @pytest.mark.parametrize(
        ("feed", "old", "new", "reason"),
        [
            pytest.param("genai-prices", '"start_date": "2026-08-17"', '"start_date": "soon"', "condition", id="a day"),
            pytest.param("genai-prices", '"01:00:00Z"', '"noon"', "no time of day", id="a time"),
            pytest.param("genai-prices", '"start": 272000', '"start": "long"', "number of tokens", id="a threshold"),
            pytest.param("genai-prices", '"id": "acme-long"', '"id": "acme-plain"', "two prices", id="two prices"),
            pytest.param("litellm", '"10:00-00:00"', '"ten to midnight"', "no hours", id="litellm: hours"),
            pytest.param("litellm", '"10:00-00:00"', '"25:00-26:00"', "no hours", id="litellm: hours of no day"),
            pytest.param("litellm", '"weekdays": [6, 7]', '"weekdays": [67]', "from 1 to 7", id="litellm: 67"),
            pytest.param("litellm", '"weekdays": [6, 7]', '"weekdays": [8]', "from 1 to 7", id="litellm: weekdays"),
            pytest.param("openrouter", '"sunday"', '"sonntag"', "no day of the week", id="openrouter: weekday"),
            pytest.param("openrouter", '"utc_end": 400', '"utc_end": 461', "no time of day", id="openrouter: clock"),
            pytest.param("llm-prices", '"from_date": "2026-09-01"', '"from_date": 9', "no day", id="llm-prices: day"),
        ],
    )
    def test_a_condition_that_cannot_be(self, feed: str, old: str, new: str, reason: str) -> None:
        content = payload(feed).decode()
        assert old in content
        with pytest.raises(FeedRefused, match=reason):
            FEEDS[feed].adapt(content.replace(old, new, 1).encode())

    def test_is_an_input_error(self) -> None:
        assert issubclass(FeedRefused, InputError)


def test_hours_that_our_windows_cannot_hold_leave_out_one_model() -> None:
    content = payload("genai-prices").decode().replace("01:00:00Z", "01:10:00Z")
    reading = FEEDS["genai-prices"].adapt(content.encode())
    assert not [quote for quote in reading.quotes if quote.model == "acme-hours"]
    assert [sentence for sentence in reading.skipped if "acme-hours: its hours" in sentence]


# Any JSON, with the keys and values of the real payloads mixed in so that deep places are reached.
WORDS = st.sampled_from(sorted({word for feed in FILES for word in payload(feed).decode().split('"')[1::2]}))
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS
JSONS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=5), inner),
    max_leaves=20,
)


def places(value: object) -> list[list[object]]:
    """The path to everything in a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [[], *([key, *rest] for key, inner in inside for rest in places(inner))]


def put(value: object, path: list[object], new: object) -> object:
    """`value` with `new` in the place of what stands at `path`."""
    if not path:
        return new
    key, *rest = path
    if isinstance(value, dict):
        return value | {key: put(value[key], rest, new)}
    assert isinstance(value, list)
    return [put(inner, rest, new) if i == key else inner for i, inner in enumerate(value)]


def adapts_or_refuses(adapt: Callable[[bytes], Reading], content: bytes) -> None:
    try:
        reading = adapt(content)
    except FeedRefused:
        return
    assert reading.quotes
    assert all(quote.usd.is_finite() and quote.usd >= 0 for quote in reading.quotes)


@pytest.mark.parametrize("feed", FILES)
class TestNothingElseIsRaised:
    @given(content=st.binary(max_size=200))
    def test_for_any_bytes(self, feed: str, content: bytes) -> None:
        adapts_or_refuses(FEEDS[feed].adapt, content)

    @given(content=JSONS)
    def test_for_any_json(self, feed: str, content: object) -> None:
        adapts_or_refuses(FEEDS[feed].adapt, json.dumps(content).encode())

    @given(data=st.data())
    def test_for_a_payload_with_a_fault_in_it(self, feed: str, data: st.DataObject) -> None:
        whole = json.loads(payload(feed))
        path = data.draw(st.sampled_from(places(whole)))
        adapts_or_refuses(FEEDS[feed].adapt, json.dumps(put(whole, path, data.draw(JSONS))).encode())


class TestKey:
    QUOTE = Quote("acme", "m", "input", Decimal(1), 1_000_000)

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"usd": Decimal(2)}, id="price"),
            pytest.param({"per": 1}, id="unit"),
            pytest.param({"valid_from": datetime(2026, 1, 1, tzinfo=UTC)}, id="start"),
            pytest.param({"valid_to": datetime(2026, 1, 1, tzinfo=UTC)}, id="end"),
            pytest.param({"min_is_strict": False}, id="strictness"),
        ],
    )
    def test_leaves_out(self, change: dict[str, object]) -> None:
        assert replace(self.QUOTE, **change).key == self.QUOTE.key  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "change",
        [{name: "other"} for name in ("provider", "model", "item", "processing", "service_tier", "speed", "region")]
        + [{"min_input_tokens": 1}],
        ids=str,
    )
    def test_holds(self, change: dict[str, object]) -> None:
        assert replace(self.QUOTE, **change).key != self.QUOTE.key  # type: ignore[arg-type]

    def test_of_a_window_holds_the_hours_alone(self) -> None:
        (_, workday), (_, daily), (_, night) = (
            by_hour(Decimal(1), [(Stretch(days, start, 240), Decimal(2))], Decimal(1))
            for days, start in (("12345", 60), ("1234567", 60), ("12345", 0))
        )
        keys = [replace(self.QUOTE, window=window).key for window, _ in (workday, daily, night)]
        assert keys[0] == keys[1]
        assert keys[0] != keys[2] != self.QUOTE.key


class TestWeek:
    LOW, HIGH = Decimal(1), Decimal(2)

    @pytest.mark.parametrize(
        ("stretch", "windows"),
        [
            pytest.param(Stretch("12", 60, 240), ["12 01:00-04:00"], id="one span"),
            pytest.param(Stretch("1", 0, 0), ["1 00:00-24:00"], id="a whole day"),
            pytest.param(Stretch("1", 1380, 30), ["1 00:00-00:30 23:00-24:00"], id="over midnight"),
            pytest.param(Stretch("1", 1380, 1440), ["1 23:00-24:00"], id="until midnight"),
        ],
    )
    def test_windows(self, stretch: Stretch, windows: list[str]) -> None:
        first, *others = by_hour(self.LOW, [(stretch, self.HIGH)], self.LOW)
        assert first == (None, self.LOW)
        assert [f"{w.weekdays} {w.hours}" for w, price in others if w and price == self.HIGH] == windows

    def test_the_same_at_all_hours_needs_no_window(self) -> None:
        assert by_hour(self.LOW, [(Stretch("1", 0, 60), self.LOW)], self.LOW) == [(None, self.LOW)]

    def test_the_lowest_is_plain_where_the_base_never_holds(self) -> None:
        week = [(Stretch("1234567", 0, 0), self.HIGH), (Stretch("1", 0, 60), Decimal(3))]
        assert by_hour(self.LOW, week, self.LOW)[0] == (None, self.HIGH)

    @given(
        st.lists(
            st.tuples(
                st.builds(
                    Stretch,
                    st.text("1234567", min_size=1, max_size=3),
                    st.integers(0, 47).map(lambda slot: slot * 30),
                    st.integers(0, 48).map(lambda slot: slot * 30),
                ),
                st.sampled_from([Decimal(1), Decimal(2), Decimal(3)]),
            ),
            max_size=4,
        ),
        st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    )
    def test_every_moment_has_the_price_of_the_last_stretch_that_holds_it(
        self, stretches: list[tuple[Stretch, Decimal]], at: datetime
    ) -> None:
        minute, weekday = at.hour * 60 + at.minute, str(at.isoweekday())
        expected = self.LOW
        for stretch, price in stretches:
            inside = (
                stretch.start <= minute < stretch.end
                if stretch.start < stretch.end
                else minute >= stretch.start or minute < stretch.end
            )
            if inside and weekday in stretch.weekdays:
                expected = price
        (_, plain), *others = by_hour(self.LOW, stretches, self.LOW)
        open_now = [price for window, price in others if window and window.is_open(at)]
        assert (open_now or [plain]) == [expected]


def rule(**columns: object) -> PriceRule:
    plain = {"provider": "openai", "model": "m", "item": "input", "usd": 1, "per": 1_000_000, "status": "listed"}
    return PriceRule.model_validate(plain | {"source": "litellm", "checked_on": "2026-11-23"} | columns)


CAN = "genai-prices litellm models-dev openrouter llm-prices"


@pytest.mark.parametrize(
    ("columns", "feeds"),
    [
        pytest.param({}, "genai-prices litellm models-dev llm-prices", id="a plain price"),
        pytest.param({"provider": "openrouter"}, "genai-prices models-dev openrouter", id="of OpenRouter"),
        pytest.param({"provider": "acme"}, "genai-prices", id="of another seller"),
        pytest.param({"processing": "batch"}, "genai-prices litellm", id="batch"),
        pytest.param({"service_tier": "priority"}, "genai-prices litellm models-dev", id="priority"),
        pytest.param({"service_tier": "flex"}, "genai-prices litellm", id="flex"),
        pytest.param({"speed": "fast"}, "genai-prices models-dev", id="fast"),
        pytest.param({"region": "eu"}, "", id="a region"),
        pytest.param({"item": "cache_write_1h"}, "genai-prices litellm", id="cache writes for an hour"),
        pytest.param({"item": "web_search"}, "genai-prices litellm", id="web search"),
        pytest.param({"item": "request"}, "genai-prices", id="a fee by the request"),
        pytest.param({"window": "deepseek-peak-weekdays"}, "genai-prices litellm", id="hours"),
        pytest.param({"status": "scheduled"}, "genai-prices llm-prices", id="scheduled"),
        pytest.param({"status": "claimed"}, "", id="claimed"),
    ],
)
def test_what_a_feed_can_express(columns: dict[str, object], feeds: str) -> None:
    assert {feed.id for feed in FEEDS.values() if feed.expresses(rule(**columns))} == set(feeds.split())


@pytest.mark.parametrize("feed", FILES)
def test_a_feed_expresses_what_it_says(feed: str) -> None:
    for quote in read(feed).quotes:
        mode = {"processing": quote.processing, "service_tier": quote.service_tier, "speed": quote.speed}
        stated = rule(provider=quote.provider, item=quote.item, min_input_tokens=quote.min_input_tokens, **mode)
        assert FEEDS[feed].expresses(stated), spell(quote)


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_names_its_source_and_is_fetched_over_tls(feed: str) -> None:
    assert FEEDS[feed].id == feed
    assert FEEDS[feed].source in sources()
    assert FEEDS[feed].url.startswith("https://")


AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def against_the_catalog(quote: Quote) -> bool | None:
    """Whether the catalog has this price; None where it has no such model, or none at that place and time."""
    provider, model = quote.provider, quote.model
    if provider == "openrouter":
        provider, _, model = model.partition("/")
    begun = quote.valid_from is None or quote.valid_from <= AT
    if not begun or (quote.valid_to and quote.valid_to <= AT):
        return None
    try:
        rules = catalog().find(model, provider).rules
    except UnknownModel:
        return None
    mode = Mode(processing=quote.processing, service_tier=quote.service_tier, speed=quote.speed, region=quote.region)
    hours = quote.window.hours if quote.window else ""
    same_place = [
        rule
        for rule in rules
        if rule.item == quote.item and rule.mode == mode and rule.min_input_tokens == quote.min_input_tokens
        if rule.in_force(AT) and rule.status in BILLABLE
        if (catalog().windows[rule.window].hours if rule.window else "") == hours
    ]
    if not same_place:
        return None
    return any(rule.typical * quote.per == quote.usd * rule.per for rule in same_place)


def agreement(quotes: tuple[Quote, ...]) -> tuple[float, int, set[str]]:
    """The share that the catalog confirms, of how many that it knows, and the models on which it does not."""
    found = [(quote, same) for quote in quotes if (same := against_the_catalog(quote)) is not None]
    differ = {f"{quote.provider}/{quote.model}" for quote, same in found if not same}
    return sum(same for _, same in found) / len(found), len(found), differ


def test_the_package_adapts_and_agrees_with_the_catalog() -> None:
    reading = FEEDS["genai-prices"].adapt(packaged())
    share, known, _ = agreement(tuple(quote for quote in reading.quotes if quote.provider != "openrouter"))
    assert known > 1000
    assert share > 0.95
    assert reading.version[0].isdigit()


# Samples are of different days, so that some prices in them are past; the oldest agree least.
@pytest.mark.shared
@pytest.mark.parametrize(
    ("sample", "feed", "least_share", "past"),
    [
        pytest.param(
            "genai_prices_v2_data.sample.json",
            "genai-prices",
            0.7,
            {"deepseek/deepseek-v4-flash", "deepseek/deepseek-v4-pro", "deepseek/deepseek-v3.2", "openai/gpt-5.6-luna"}
            | {"deepseek/deepseek-v3.2-exp", "openai/gpt-5.6-sol", "google/gemini-3.6-flash"},
            id="genai-prices",
        ),
        pytest.param("litellm_model_prices.sample.json", "litellm", 1, set(), id="litellm"),
        pytest.param(
            "models_dev_api.sample.json",
            "models-dev",
            0.85,
            {"deepseek/deepseek-v4-flash", "deepseek/deepseek-v4-pro"},
            id="models-dev",
        ),
        pytest.param("openrouter_models.sample_2026-07.json", "openrouter", 0.5, None, id="openrouter, July"),
        pytest.param(
            "openrouter_pricing_overrides.sample_2026-10.json", "openrouter", 1, set(), id="openrouter, October"
        ),
        pytest.param("llm_prices_current-v1.sample.json", "llm-prices", 0.65, None, id="llm-prices, current"),
        pytest.param("llm_prices_historical-v1.sample.json", "llm-prices", 0.65, None, id="llm-prices, historical"),
    ],
)
def test_samples_adapt_and_mostly_agree_with_the_catalog(
    shared: Path, sample: str, feed: str, least_share: float, past: set[str] | None
) -> None:
    reading = FEEDS[feed].adapt((shared / "feeds" / sample).read_bytes())
    share, known, differ = agreement(reading.quotes)
    assert known >= 10
    assert share >= least_share
    assert past is None or differ <= past
