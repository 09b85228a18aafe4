"""The price data itself: every row is sound, and the figures that matter most are the published ones."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pricing import BILLABLE, CLAIMS, STANDARD, Mode, Status, Unpriced, Usage, catalog, price
from pricing.check import problems
from pricing.facts import DATA, read_table
from pricing.values import PriceRule

TODAY = "2026-11-23T12:00:00Z"  # A Monday noon, off-peak.
BATCH, FLEX, PRIORITY = Mode(processing="batch"), Mode(service_tier="flex"), Mode(service_tier="priority")
FAMILIES = {
    "o200k",
    "cl100k",
    "deepseek",
    "claude-4",
    "claude-5",
    "gemini",
    "mistral",
    "llama3",
    "qwen3",
    "qwen3.5",
    "unknown",
}
BUCKETS = {
    "input": "uncached_input_tokens",
    "cache_read": "cache_read_tokens",
    "cache_write_5m": "cache_write_5m_tokens",
    "cache_write_1h": "cache_write_1h_tokens",
    "input_audio": "uncached_audio_tokens",
    "cache_read_audio": "cache_read_audio_tokens",
    "output": "output_tokens",
}


def usd_per_mtok(name: str, item: str, at: str = TODAY, mode: Mode = STANDARD, size: int = 1000) -> Decimal:
    """The price of 1M tokens of one item in requests of `size` input tokens each."""
    usage = Usage(**{BUCKETS[item]: 1_000_000})
    return price(catalog().find(name), usage, datetime.fromisoformat(at), mode=mode, size=size).usd


def test_the_check_finds_no_problem() -> None:
    assert problems(catalog()) == []


def test_every_model_has_a_price_and_every_seller_a_model() -> None:
    assert {m.provider for m in catalog().models.values()} == set(catalog().providers)
    assert len(catalog().providers) >= 30
    assert len(catalog().models) >= 1000
    assert all(model.rules for model in catalog().models.values())


def test_every_model_but_a_projected_one_has_a_price_in_and_out() -> None:
    without = {m.id for m in catalog().models.values() if not {"input", "output"} <= {r.item for r in m.rules}}
    assert without == {"deepseek-v4"}


def test_a_seller_calls_no_two_models_by_one_name() -> None:
    names = Counter((m.provider, m.info.name) for m in catalog().models.values())
    assert [name for name, count in names.items() if count > 1] == []


def test_nothing_is_free() -> None:
    """Feeds write 0 where they know of no price."""
    free = {
        f"{m.provider}/{m.id}" for m in catalog().models.values() for r in m.rules if r.item == "input" and not r.high
    }
    assert free == set()


def test_no_price_is_off_by_a_factor_of_a_thousand() -> None:
    for model in catalog().models.values():
        for rule in model.rules:
            if rule.item in {"input", "output", "cache_read"} and rule.usd:
                assert Decimal("0.0005") <= rule.usd <= 1000, f"{model.provider}/{model.id} {rule.item}"


def test_files_hold_the_prices_of_their_seller_alone() -> None:
    for path in (DATA / "prices").glob("*.csv"):
        assert {rule.provider for rule in read_table(path, PriceRule)} == {path.stem}


def test_dates_of_models_are_in_order() -> None:
    for model in catalog().models.values():
        released, retires = model.info.released_on, model.info.retires_on
        assert not (released and retires) or released < retires, f"{model.provider}/{model.id}"


def test_every_fact_of_the_catalog_names_its_source() -> None:
    known = catalog().sources
    named = [model.info.source for model in catalog().models.values()]
    named += [rule.source for model in catalog().models.values() for rule in model.rules]
    named += [alias.source for alias in catalog().aliases]
    named += [window.source for window in catalog().windows.values()]
    named += [provider.source for provider in catalog().providers.values()]
    assert set(named) <= set(known)


def test_tokenizer_families_are_known() -> None:
    assert {model.info.tokenizer for model in catalog().models.values()} <= FAMILIES


def test_open_weights_are_described_in_data_models() -> None:
    described = {path.stem for path in (DATA / "models").glob("*.json")}
    assert {model.info.weights for model in catalog().models.values()} - {""} <= described


def test_the_same_weights_can_be_bought_from_several() -> None:
    sellers = {m.provider for m in catalog().models.values() if m.info.weights == "deepseek-v4-pro"}
    assert {"deepseek", "together", "deepinfra"} <= sellers
    hosts = Counter(m.info.weights for m in catalog().models.values() if m.info.weights)
    assert sum(count >= 5 for count in hosts.values()) >= 12


def test_who_resells_does_not_stand_in_the_makers_way() -> None:
    """A bare name that several sell means the maker's."""
    found = {name: catalog().find(name) for name in ("claude-sonnet-4-6", "gpt-5.4", "deepseek-v4-pro", "kimi-k3")}
    assert [m.provider for m in found.values()] == ["anthropic", "openai", "deepseek", "moonshotai"]
    assert not any(m.info.resold for m in found.values())
    assert catalog().find("claude-sonnet-4-6", "google").info.resold


def test_featured_models_have_an_output_price_or_say_that_none_is_known() -> None:
    featured = [model for model in catalog().models.values() if model.info.featured]
    without = {m.id for m in featured if not any(r.item == "output" for r in m.rules)}
    assert 5 <= len(featured) <= 15
    assert without == {"deepseek-v4"}


def test_only_claims_are_ranges_and_only_the_future_is_scheduled() -> None:
    for model in catalog().models.values():
        for rule in model.rules:
            assert rule.usd is not None or rule.status in CLAIMS
            assert rule.status is not Status.SCHEDULED or rule.begins.date() > rule.checked_on


@pytest.mark.parametrize(
    ("model", "usd"),
    [
        pytest.param("gpt-5.4", ("2.5", "0.25", "15"), id="gpt-5.4"),
        pytest.param("gpt-5.4-mini", ("0.75", "0.075", "4.5"), id="gpt-5.4-mini"),
        pytest.param("gpt-5.4-nano", ("0.2", "0.02", "1.25"), id="gpt-5.4-nano"),
        pytest.param("claude-sonnet-4-6", ("3", "0.3", "15"), id="claude-sonnet-4-6"),
        pytest.param("claude-sonnet-5", ("2", "0.2", "10"), id="claude-sonnet-5, whose rise was cancelled"),
        pytest.param("claude-sonnet-5-5", ("2", "0.1", "10"), id="claude-sonnet-5-5"),
        pytest.param("claude-opus-5-5", ("4", "0.2", "20"), id="claude-opus-5-5"),
        pytest.param("claude-haiku-5-5", ("0.1", "0.01", "0.5"), id="claude-haiku-5-5"),
        pytest.param("gemini-2.5-flash", ("0.3", "0.03", "2.5"), id="gemini-2.5-flash"),
        pytest.param("gemini-3.5-flash", ("1.5", "0.15", "9"), id="gemini-3.5-flash"),
        pytest.param("gemini-3.8-flash", ("0.75", "0.075", "3.75"), id="gemini-3.8-flash"),
        pytest.param("gemini-2.5-pro", ("1.25", "0.125", "10"), id="gemini-2.5-pro"),
        pytest.param("deepseek-v4-pro", ("0.66", "0.022", "1.98"), id="deepseek-v4-pro"),
        pytest.param("deepseek-v4-flash", ("0.15", "0.003", "0.6"), id="deepseek-v4-flash"),
        pytest.param("deepseek-flash", ("0.15", "0.003", "0.6"), id="deepseek-flash"),
        pytest.param("gpt-6-sol", ("2", "0.2", "10"), id="gpt-6-sol"),
        pytest.param("grok-4.5", ("2", "0.3", "6"), id="grok-4.5"),
    ],
)
def test_standard_prices_of_november_2026(model: str, usd: tuple[str, str, str]) -> None:
    found = tuple(usd_per_mtok(model, item) for item in ("input", "cache_read", "output"))
    assert found == tuple(map(Decimal, usd))


@pytest.mark.parametrize(
    ("model", "mode", "size", "usd"),
    [
        pytest.param("gpt-5.4", STANDARD, 272_000, ("2.5", "0.25", "15"), id="gpt-5.4 at 272k"),
        pytest.param("gpt-5.4", STANDARD, 272_001, ("5", "0.5", "22.5"), id="gpt-5.4 above"),
        pytest.param("gpt-5.4", BATCH, 272_000, ("1.25", "0.13", "7.5"), id="gpt-5.4 batch at 272k"),
        pytest.param("gpt-5.4", BATCH, 272_001, ("2.5", "0.25", "11.25"), id="gpt-5.4 batch above"),
        pytest.param("gpt-5.4", FLEX, 272_000, ("1.25", "0.13", "7.5"), id="gpt-5.4 flex at 272k"),
        pytest.param("gpt-5.4", FLEX, 272_001, ("2.5", "0.25", "11.25"), id="gpt-5.4 flex above"),
        pytest.param("gpt-5.4", PRIORITY, 1000, ("5", "0.5", "30"), id="gpt-5.4 priority"),
        pytest.param("gpt-5.4", Mode(region="eu"), 1000, ("2.75", "0.275", "16.5"), id="gpt-5.4 in the EU"),
        pytest.param(
            "gpt-5.4",
            Mode(region="eu", processing="batch"),
            272_001,
            ("2.75", "0.275", "12.375"),
            id="gpt-5.4 batch in the EU above 272k",
        ),
        pytest.param("claude-haiku-5-5", STANDARD, 100_000, ("0.1", "0.01", "0.5"), id="claude-haiku-5-5 at 100k"),
        pytest.param("claude-haiku-5-5", STANDARD, 100_001, ("0.5", "0.05", "2.5"), id="claude-haiku-5-5 above"),
        pytest.param("claude-sonnet-4-6", BATCH, 1000, ("1.5", "0.15", "7.5"), id="claude-sonnet-4-6 batch"),
        pytest.param(
            "claude-sonnet-4-6", Mode(region="us"), 1000, ("3.3", "0.33", "16.5"), id="claude-sonnet-4-6 in the US"
        ),
        pytest.param(
            "claude-opus-5-5", Mode(speed="fast"), 1000, ("8", "0.4", "40"), id="claude-opus-5-5 in fast mode"
        ),
        pytest.param("gemini-2.5-flash", BATCH, 1000, ("0.15", "0.03", "1.25"), id="gemini-2.5-flash batch"),
        pytest.param("gemini-2.5-pro", STANDARD, 200_000, ("1.25", "0.125", "10"), id="gemini-2.5-pro at 200k"),
        pytest.param("gemini-2.5-pro", STANDARD, 200_001, ("2.5", "0.25", "15"), id="gemini-2.5-pro above"),
        pytest.param("gemini-2.5-pro", BATCH, 200_001, ("1.25", "0.25", "7.5"), id="gemini-2.5-pro batch above"),
        pytest.param("grok-4.5", STANDARD, 199_999, ("2", "0.3", "6"), id="grok-4.5 below 200k"),
        pytest.param("grok-4.5", STANDARD, 200_000, ("4", "0.6", "12"), id="grok-4.5 at 200k"),
    ],
)
def test_modes_and_tiers(model: str, mode: Mode, size: int, usd: tuple[str, str, str]) -> None:
    found = tuple(usd_per_mtok(model, item, mode=mode, size=size) for item in ("input", "cache_read", "output"))
    assert found == tuple(map(Decimal, usd))


@pytest.mark.parametrize(
    ("model", "at", "usd"),
    [
        pytest.param("deepseek-v4-pro", "2026-04-24T00:00:00Z", ("0.435", "0.003625", "0.87"), id="pro at launch"),
        pytest.param("deepseek-v4-pro", "2026-08-16T15:59:59Z", ("0.435", "0.003625", "0.87"), id="pro, last flat"),
        pytest.param("deepseek-v4-pro", "2026-08-16T16:00:00Z", ("0.66", "0.022", "1.98"), id="pro, first off-peak"),
        pytest.param("deepseek-v4-pro", "2026-08-17T01:00:00Z", ("1.32", "0.044", "3.96"), id="pro, first peak"),
        pytest.param("deepseek-v4-pro", "2026-08-22T02:00:00Z", ("1.32", "0.044", "3.96"), id="pro, Saturday in peak"),
        pytest.param("deepseek-v4-pro", "2026-08-23T02:00:00Z", ("0.66", "0.022", "1.98"), id="pro, Sunday spared"),
        pytest.param("deepseek-v4-pro", "2026-08-24T02:00:00Z", ("1.32", "0.044", "3.96"), id="pro, Monday in peak"),
        pytest.param("deepseek-v4-pro", "2026-10-01T02:00:00Z", ("0.66", "0.022", "1.98"), id="pro, National Day"),
        pytest.param("deepseek-v4-pro", "2026-11-23T02:00:00Z", ("1.32", "0.044", "3.96"), id="pro at peak"),
        pytest.param("deepseek-v4-flash", "2026-08-16T15:59:59Z", ("0.14", "0.0028", "0.28"), id="flash, last flat"),
        pytest.param("deepseek-v4-flash", "2026-08-16T16:00:00Z", ("0.22", "0.007", "0.66"), id="flash off-peak"),
        pytest.param("deepseek-v4-flash", "2026-08-17T09:59:59Z", ("0.44", "0.014", "1.32"), id="flash at peak"),
        pytest.param("deepseek-v4-flash", "2026-09-09T23:59:59Z", ("0.22", "0.007", "0.66"), id="flash, its last day"),
        pytest.param("deepseek-v4-flash", "2026-09-10T00:00:00Z", ("0.15", "0.003", "0.6"), id="flash as V4.1"),
        pytest.param("deepseek-v4-flash", "2026-11-23T02:00:00Z", ("0.3", "0.006", "1.2"), id="flash as V4.1 at peak"),
        pytest.param("deepseek-chat", "2025-06-01T12:00:00Z", ("0.27", "0.07", "1.1"), id="chat by day in 2025"),
        pytest.param("deepseek-chat", "2025-06-01T16:30:00Z", ("0.135", "0.035", "0.55"), id="chat by night in 2025"),
        pytest.param("gpt-5.6-luna", "2026-07-29T23:59:59Z", ("1", "0.1", "6"), id="luna before its cut"),
        pytest.param("gpt-5.6-luna", "2026-07-30T00:00:00Z", ("0.2", "0.02", "1.2"), id="luna after it"),
        pytest.param("claude-sonnet-5", "2026-09-01T00:00:00Z", ("2", "0.2", "10"), id="the cancelled rise"),
        pytest.param("gemini-3.8-flash", "2026-12-31T23:59:59Z", ("0.75", "0.075", "3.75"), id="introductory rate"),
        pytest.param("gemini-3.8-flash", "2027-01-01T00:00:00Z", ("1.5", "0.15", "7.5"), id="scheduled doubling"),
    ],
)
def test_history_and_future(model: str, at: str, usd: tuple[str, str, str]) -> None:
    found = tuple(usd_per_mtok(model, item, at) for item in ("input", "cache_read", "output"))
    assert found == tuple(map(Decimal, usd))


@pytest.mark.parametrize(
    ("at", "size", "usd"),
    [
        pytest.param("2026-03-12T23:59:59Z", 200_000, ("3", "15"), id="before, at 200k"),
        pytest.param("2026-03-12T23:59:59Z", 200_001, ("6", "22.5"), id="before, above"),
        pytest.param("2026-03-13T00:00:00Z", 200_001, ("3", "15"), id="after, above"),
    ],
)
def test_the_long_prompt_premium_of_sonnet_ended(at: str, size: int, usd: tuple[str, str]) -> None:
    found = tuple(usd_per_mtok("claude-sonnet-4-6", item, at, size=size) for item in ("input", "output"))
    assert found == tuple(map(Decimal, usd))


@pytest.mark.parametrize(
    ("model", "item", "mode", "usd"),
    [
        pytest.param("claude-sonnet-4-6", "cache_write_5m", STANDARD, "3.75", id="Sonnet, 5 minutes"),
        pytest.param("claude-sonnet-4-6", "cache_write_1h", STANDARD, "6", id="Sonnet, 1 hour"),
        pytest.param("claude-sonnet-4-6", "cache_write_1h", BATCH, "3", id="Sonnet, 1 hour, batch"),
        pytest.param("gpt-6-sol", "cache_write_5m", STANDARD, "2.5", id="GPT-6 Sol charges writes"),
        pytest.param("gemini-2.5-flash", "input_audio", STANDARD, "1", id="Gemini, audio"),
        pytest.param("gemini-2.5-flash", "cache_read_audio", STANDARD, "0.1", id="Gemini, cached audio"),
        pytest.param("gemini-2.5-flash", "input_audio", BATCH, "0.5", id="Gemini, audio, batch"),
    ],
)
def test_writes_and_audio(model: str, item: str, mode: Mode, usd: str) -> None:
    assert usd_per_mtok(model, item, mode=mode) == Decimal(usd)


@pytest.mark.parametrize(
    ("model", "item", "at"),
    [
        pytest.param("gpt-5.4", "cache_write_5m", TODAY, id="gpt-5.4 has no cache write"),
        pytest.param("deepseek-v4-pro", "input", "2026-04-23T23:59:59Z", id="before its release"),
        pytest.param("deepseek-chat", "input", "2026-07-24T00:00:00Z", id="after its end"),
        pytest.param("deepseek-v4", "input", TODAY, id="only projected"),
        pytest.param("deepseek-v4", "output", TODAY, id="never even projected"),
    ],
)
def test_what_has_no_price_is_unpriced(model: str, item: str, at: str) -> None:
    with pytest.raises(Unpriced):
        usd_per_mtok(model, item, at)


def test_sonar_has_a_fee_for_each_request() -> None:
    bill = price(
        catalog().find("perplexity/sonar"),
        Usage(uncached_input_tokens=1_000_000, output_tokens=1_000_000),
        datetime.fromisoformat(TODAY),
        requests=100,
    )
    assert bill.usd == Decimal("3.2")  # $1 and $1 for the tokens, 100 of $12 a thousand


def claims_of(name: str) -> dict[str, tuple[str, str, str]]:
    found = [rule for rule in catalog().find(name).rules if rule.source == "article-2026-03-11"]
    return {rule.item: (rule.status.value, str(rule.low), str(rule.high)) for rule in found}


@pytest.mark.parametrize(
    ("model", "said"),
    [
        pytest.param("deepseek-v4", {"input": ("projected", "0.1", "0.3")}, id="deepseek-v4"),
        pytest.param("gpt-5.4", {"input": ("claimed", "2.5", "2.5"), "output": ("claimed", "10", "10")}, id="gpt-5.4"),
        pytest.param(
            "claude-sonnet-4-6",
            {"input": ("claimed", "3", "3"), "output": ("claimed", "15", "15")},
            id="claude-sonnet-4-6",
        ),
        pytest.param(
            "gemini-2.5-flash",
            {"input": ("claimed", "0.15", "0.15"), "output": ("claimed", "0.6", "0.6")},
            id="gemini-2.5-flash",
        ),
    ],
)
def test_what_the_article_said_is_kept_as_that(model: str, said: dict[str, tuple[str, str, str]]) -> None:
    assert claims_of(model) == said


def test_the_cancelled_rise_is_kept_but_never_billed() -> None:
    cancelled = {r.item: r for r in catalog().find("claude-sonnet-5").rules if r.status is Status.CANCELLED}
    assert {item: rule.usd for item, rule in cancelled.items()} == {"input": Decimal(3), "output": Decimal(15)}
    assert all(rule.begins == datetime(2026, 9, 1, tzinfo=UTC) for rule in cancelled.values())
    assert Status.CANCELLED not in BILLABLE | CLAIMS
