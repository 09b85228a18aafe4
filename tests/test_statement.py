"""Usage and bills read together: what each export says was used and billed, and that nothing of persons is kept."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.decision import reconcile
from estimator.workload import OwnPrice, Statement, Used, profile, read_statement, save
from estimator.workload.exports.charges import decimals, line_item, money
from estimator.workload.profile import Record
from pricing import STANDARD, InputError, Mode, PricingError, Usage, catalog

SIZES = (0, 200_001)
DAY = datetime(2026, 10, 5, tzinfo=UTC)
NEXT = datetime(2026, 10, 6, tzinfo=UTC)
BATCH = Mode(processing="batch")

OPENAI_JSON = {
    "object": "page",
    "has_more": False,
    "data": [
        {
            "start_time": 1791158400,
            "end_time": 1791244800,
            "results": [
                {"amount": {"value": 1.25, "currency": "usd"}, "line_item": "gpt-5.4, input", "project_id": "proj_1"},
                {"amount": {"value": "0.5", "currency": "usd"}, "line_item": "gpt-5.4, output", "project_id": "proj_1"},
                {"amount": {"value": 2.0, "currency": "usd"}, "line_item": "gpt-5.4, input", "project_id": "proj_2"},
            ],
        }
    ],
}
OPENAI_CSV = """start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,user_email
1791072000,1791158400,2026-10-04T00:00:00+00:00,2026-10-05T00:00:00+00:00,,,,
1791158400,1791244800,2026-10-05T00:00:00+00:00,2026-10-06T00:00:00+00:00,7.995200000000000,usd,,owner@example.com
"""
CONSOLE = """usage_date_utc,model,workspace,token_type,cost_usd
2026-10-05,Claude Sonnet 4.6,Default,input_no_cache,0.14
2026-10-05,Claude Sonnet 4.6,Other,input_no_cache,0.10
2026-10-05,Claude Sonnet 4.6,Default,input_cache_write_1h,0.06
2026-10-05,Claude Sonnet 4.6,Default,output,
"""
ANTHROPIC_API = {
    "data": [
        {
            "starting_at": "2026-10-05T00:00:00Z",
            "ending_at": "2026-10-06T00:00:00Z",
            "results": [
                {
                    "amount": "123.45",
                    "currency": "USD",
                    "cost_type": "tokens",
                    "model": "claude-sonnet-4-6",
                    "token_type": "cache_creation.ephemeral_5m_input_tokens",
                },
                {"amount": "3", "currency": "USD", "cost_type": "web_search", "model": None, "token_type": None},
            ],
        }
    ]
}
DEEPSEEK_COST = """user_id,start_time_iso,end_time_iso,model,wallet_type,cost,currency
u1,2026-10-05T00:00:00+08:00,2026-10-06T00:00:00+08:00,deepseek-flash,Paid,3.5,CNY
u1,2026-10-05T00:00:00+08:00,2026-10-06T00:00:00+08:00,deepseek-flash,Granted,0.064,CNY
"""
DEEPSEEK_AMOUNT = """user_id,start_time_iso,end_time_iso,model,api_key_name,api_key,type,price,amount
u1,2026-10-05T00:00:00+08:00,2026-10-06T00:00:00+08:00,deepseek-flash,bot,sk-x,request_count,,12
u1,2026-10-05T00:00:00+08:00,2026-10-06T00:00:00+08:00,deepseek-flash,bot,sk-x,input_cache_hit_tokens,0.00000002,400
u1,2026-10-05T00:00:00+08:00,2026-10-06T00:00:00+08:00,deepseek-flash,bot,sk-x,input_cache_miss_tokens,0.000001,600
u1,2026-10-05T00:00:00+08:00,2026-10-06T00:00:00+08:00,deepseek-flash,bot,sk-x,output_tokens,0.000004,300
"""
ROUTER = {
    "generation_id": "gen-1",
    "created_at": "2026-10-05T12:10:00Z",
    "cost_total": "0.05",
    "cost_web_search": "0.02",
    "cost_cache": "-0.004",
    "cost_file_processing": "0",
    "byok_usage_inference": "0",
    "tokens_prompt": 1850,
    "tokens_completion": 310,
    "tokens_reasoning": 120,
    "tokens_cached": 900,
    "model_permaslug": "deepseek/deepseek-v4-pro",
    "provider_name": "DeepSeek",
    "user": "owner@example.com",
    "api_key_name": "Secret Bakery",
}
LITELLM = {
    "request_id": "secret",
    "api_key": "secret",
    "spend": 0.25,
    "prompt_tokens": 1850,
    "completion_tokens": 310,
    "startTime": "2026-10-05T12:00:00.000Z",
    "endTime": "2026-10-05T12:00:04.210Z",
    "model": "deepseek/deepseek-v4-pro",
    "user": "secret",
    "cache_hit": "False",
}
LANGFUSE = {
    "id": "secret",
    "start_time": "2026-10-05 12:00:00.000000",
    "provided_model_name": "gpt-5.4-mini",
    "usage_details": {"input": 50, "input_cached_tokens": 900, "output": 190, "total": 1140},
    "cost_details": {"input": 0.5, "input_cached_tokens": 0.25, "output": 1, "total": 1.75},
    "user_id": "secret",
}
GOOGLE = {
    "billing_account_id": "secret",
    "service": {"description": "Vertex AI"},
    "sku": {"id": "x", "description": "Gemini 2.5 Flash GA Text Input - Predictions"},
    "usage_start_time": "2026-10-05 03:00:00 UTC",
    "usage_end_time": "2026-10-05 04:00:00 UTC",
    "project": {"id": "secret"},
    "cost": 4.5,
    "currency": "EUR",
    "currency_conversion_rate": 0.9,
    "usage": {"amount": 600.0, "unit": "count"},
}
USAGE_CSV = """start_time_iso,end_time_iso,model,num_model_requests,input_tokens,output_tokens,batch,service_tier
2026-10-05T00:00:00Z,2026-10-06T00:00:00Z,gpt-5.4,10,1000,200,{},{}
"""


def lines(*objects: object) -> str:
    return "\n".join(map(json.dumps, objects))


def read(*texts: str | bytes) -> Statement:
    files = [(f"{n}.csv", text if isinstance(text, bytes) else text.encode()) for n, text in enumerate(texts)]
    return read_statement(files, SIZES)


def charged(*texts: str | bytes) -> list[tuple[str, str, str, Decimal]]:
    """Who billed what: seller, model, item and amount."""
    return [(each.by, each.model, each.item, each.amount) for each in read(*texts).charges]


# Bills


@pytest.mark.parametrize(
    ("text", "charges"),
    [
        pytest.param(
            json.dumps(OPENAI_JSON),
            [("OpenAI", "gpt-5.4", "input", "3.25"), ("OpenAI", "gpt-5.4", "output", "0.5")],
            id="OpenAI, two projects",
        ),
        pytest.param(OPENAI_CSV, [("OpenAI", "", "", "7.9952")], id="OpenAI dashboard with an idle day"),
        pytest.param(
            CONSOLE,
            [
                ("Anthropic", "Claude Sonnet 4.6", "input", "0.24"),
                ("Anthropic", "Claude Sonnet 4.6", "cache_write_1h", "0.06"),
            ],
            id="Anthropic console",
        ),
        pytest.param(
            json.dumps(ANTHROPIC_API),
            [("Anthropic", "claude-sonnet-4-6", "cache_write_5m", "1.2345"), ("Anthropic", "", "web_search", "0.03")],
            id="Anthropic API, in cents",
        ),
        pytest.param(DEEPSEEK_COST, [("DeepSeek", "deepseek-flash", "", "3.564")], id="DeepSeek, two wallets"),
        pytest.param(
            lines(ROUTER),
            [
                ("OpenRouter", "deepseek/deepseek-v4-pro", "", "0.03"),
                ("OpenRouter", "deepseek/deepseek-v4-pro", "web search", "0.02"),
            ],
            id="OpenRouter",
        ),
        pytest.param(lines(LITELLM, LITELLM), [("LiteLLM", "deepseek/deepseek-v4-pro", "", "0.5")], id="LiteLLM"),
        pytest.param(
            lines(LANGFUSE),
            [
                ("Langfuse", "gpt-5.4-mini", "input", "0.5"),
                ("Langfuse", "gpt-5.4-mini", "cache_read", "0.25"),
                ("Langfuse", "gpt-5.4-mini", "output", "1"),
            ],
            id="Langfuse",
        ),
        pytest.param(
            lines({**LANGFUSE, "cost_details": json.dumps({"input": 0.5, "total": 2})}),
            [("Langfuse", "gpt-5.4-mini", "", "2")],
            id="Langfuse, a total that is more than its parts, as in a cell",
        ),
        pytest.param(lines(GOOGLE), [("Google Cloud", "gemini-2.5-flash", "input", "4.5")], id="Google"),
        pytest.param(
            lines(GOOGLE, {**GOOGLE, "sku": {"description": "Cloud Storage"}}),
            [("Google Cloud", "gemini-2.5-flash", "input", "4.5"), ("Google Cloud", "", "Cloud Storage", "4.5")],
            id="Google, something else",
        ),
    ],
)
def test_what_each_bill_says(text: str, charges: list[tuple[str, str, str, str]]) -> None:
    assert charged(text) == [(*named, Decimal(amount)) for *named, amount in charges]


@pytest.mark.parametrize(
    ("text", "start", "hours"),
    [
        pytest.param(OPENAI_CSV, DAY, 24, id="a day of UTC"),
        pytest.param(CONSOLE, DAY, 24, id="a date"),
        pytest.param(
            DEEPSEEK_COST, datetime(2026, 10, 5, tzinfo=timezone(timedelta(hours=8))), 24, id="a day of China"
        ),
        pytest.param(lines(LITELLM), DAY, 24, id="the day of a request"),
        pytest.param(lines(GOOGLE), DAY, 24, id="the day of an hour"),
        pytest.param(OPENAI_CSV.replace("2026-10-06T00", "2026-11-05T00"), DAY, 31 * 24, id="a month stays one"),
    ],
)
def test_a_charge_is_of_a_day_in_its_own_time_zone(text: str, start: datetime, hours: int) -> None:
    charge = read(text).charges[0]
    assert (charge.start, charge.end) == (start, start + timedelta(hours=hours))
    assert charge.start.utcoffset() == start.utcoffset()


@pytest.mark.parametrize(
    ("text", "rounding"),
    [
        pytest.param(CONSOLE, "0.010", id="two amounts of cents"),
        pytest.param(OPENAI_CSV, "5e-10", id="floats are never finer than a billionth"),
        pytest.param(json.dumps(OPENAI_JSON), "0.010", id="a float that drops its zeros has cents all the same"),
        pytest.param(DEEPSEEK_COST, "0.0010", id="the finest digit of the file"),
        pytest.param(DEEPSEEK_COST.replace("CNY", "JPY"), "0.0010", id="yen with digits"),
    ],
)
def test_each_amount_is_rounded_at_the_last_digit_of_its_file(text: str, rounding: str) -> None:
    assert read(text).charges[0].rounding == Decimal(rounding)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        pytest.param("gpt-5.4-2026-03-05, input", ("gpt-5.4-2026-03-05", "input", STANDARD), id="input"),
        pytest.param("gpt-5.4, cached input", ("gpt-5.4", "cache_read", STANDARD), id="cached"),
        pytest.param("gpt-audio-mini audio, input", ("gpt-audio-mini", "input_audio", STANDARD), id="audio"),
        pytest.param("gpt-audio-mini text, output", ("gpt-audio-mini", "output", STANDARD), id="text"),
        pytest.param("gpt-image-2 image, output", ("gpt-image-2", "image output", STANDARD), id="image"),
        pytest.param(
            "priority | gpt-5.6-sol, output, long context",
            ("gpt-5.6-sol", "output", Mode(service_tier="priority")),
            id="tier and context",
        ),
        pytest.param("evals | gpt-5.4, input", ("gpt-5.4", "input", STANDARD), id="surface"),
        pytest.param("batch | gpt-5.4, input", ("gpt-5.4", "input", BATCH), id="batch"),
        pytest.param("web search tool calls", ("", "web_search", STANDARD), id="searches"),
        pytest.param("assistants api | file search", ("", "assistants api | file search", STANDARD), id="a service"),
        pytest.param("mail me@example.com", ("", "(not shown)", STANDARD), id="an address"),
        pytest.param("", ("", "", STANDARD), id="the total"),
    ],
)
def test_line_items_of_openai(text: str, meaning: tuple[str, str, Mode]) -> None:
    assert line_item(text) == meaning


def test_what_a_key_of_the_user_paid_stands_beside_the_credits() -> None:
    (charge,) = read(
        lines({**ROUTER, "cost_total": "0.002", "cost_web_search": "0", "byok_usage_inference": "0.04"})
    ).charges
    assert (charge.amount, charge.own_key, charge.cache_discount) == (
        Decimal("0.042"),
        Decimal("0.04"),
        Decimal("0.004"),
    )


def test_googles_own_rate_is_kept() -> None:
    (charge,) = read(lines(GOOGLE)).charges
    assert (charge.currency, charge.per_usd) == ("EUR", Decimal("0.9"))


def test_the_prices_that_deepseek_tells_are_kept_as_amounts() -> None:
    said = read(DEEPSEEK_AMOUNT, DEEPSEEK_COST)
    start = datetime(2026, 10, 4, 16, tzinfo=UTC)
    assert said.own_prices == tuple(
        OwnPrice(start, start + timedelta(days=1), "deepseek", "deepseek-flash", item, Decimal(amount))
        for item, amount in (("cache_read", "0.000008"), ("input", "0.0006"), ("output", "0.0012"))
    )
    (use,) = said.used
    assert (use.start, use.requests, use.usage) == (start, 12, Usage(600, 400, output_tokens=300))


# Usage


@pytest.mark.parametrize(
    ("text", "use"),
    [
        pytest.param(
            USAGE_CSV.format("FALSE", "default"),
            Used(DAY, NEXT, "OpenAI", "openai", "gpt-5.4", STANDARD, Usage(1000, output_tokens=200), 10, None),
            id="OpenAI",
        ),
        pytest.param(
            USAGE_CSV.format("TRUE", ""),
            Used(DAY, NEXT, "OpenAI", "openai", "gpt-5.4", BATCH, Usage(1000, output_tokens=200), 10, None),
            id="OpenAI, batch",
        ),
        pytest.param(
            USAGE_CSV.format("", "priority"),
            Used(
                *(DAY, NEXT, "OpenAI", "openai", "gpt-5.4"),
                *(Mode(service_tier="priority"), Usage(1000, output_tokens=200), 10, None),
            ),
            id="OpenAI, a tier",
        ),
        pytest.param(
            "usage_date_utc,model_version,usage_type,context_window,usage_input_tokens_no_cache,usage_output_tokens,"
            "inference_geo,speed\n2026-10-05,claude-haiku-4-5,batch,≤ 200k,6000,10,us,fast\n",
            Used(
                *(DAY, NEXT, "Anthropic", "anthropic", "claude-haiku-4-5"),
                *(Mode(processing="batch", speed="fast", region="us"), Usage(6000, output_tokens=10), 1, None),
            ),
            id="Anthropic console",
        ),
        pytest.param(
            lines(LITELLM),
            Used(
                *(DAY + timedelta(hours=12), DAY + timedelta(hours=12.5), "LiteLLM", "", "deepseek/deepseek-v4-pro"),
                *(STANDARD, Usage(1850, output_tokens=310), 1, 0),
            ),
            id="LiteLLM, to the half hour",
        ),
        pytest.param(
            lines({**GOOGLE, "sku": {"description": "Gemini 2.5 Pro Batch Text Output"}}),
            Used(
                *(DAY + timedelta(hours=3), DAY + timedelta(hours=4), "Google Cloud", "google", "gemini-2.5-pro"),
                *(BATCH, Usage(output_tokens=600), 1, None),
            ),
            id="Google, batch",
        ),
        pytest.param(
            "date,model,input,output\n2026-10-05,gpt-5.4,1000,200\n",
            Used(DAY, NEXT, "", "", "gpt-5.4", STANDARD, Usage(1000, output_tokens=200), 1, 0),
            id="a request of a day",
        ),
        pytest.param(
            lines(
                {
                    "start_time_unix_nano": 1791201600000000000,
                    "attributes": {
                        "gen_ai.provider.name": "deepseek",
                        "gen_ai.response.model": "deepseek-flash",
                        "gen_ai.usage.input_tokens": 1850,
                        "gen_ai.usage.output_tokens": 310,
                    },
                }
            ),
            Used(
                *(DAY + timedelta(hours=12), DAY + timedelta(hours=12.5), "", "deepseek", "deepseek-flash"),
                *(STANDARD, Usage(1850, output_tokens=310), 1, 0),
            ),
            id="OpenTelemetry",
        ),
        pytest.param(
            lines(
                {
                    **{"uuid": "a", "sessionId": "s", "requestId": "r", "timestamp": "2026-10-05T12:00:00Z"},
                    "message": {
                        "id": "m",
                        "model": "claude-sonnet-4-6",
                        "usage": {
                            "input_tokens": 2,
                            "cache_read_input_tokens": 0,
                            "output_tokens": 5,
                            "service_tier": "priority",
                        },
                    },
                }
            ),
            Used(
                *(DAY + timedelta(hours=12), DAY + timedelta(hours=12.5), "", "", "claude-sonnet-4-6"),
                *(Mode(service_tier="priority"), Usage(2, output_tokens=5), 1, 0),
            ),
            id="Claude Code",
        ),
    ],
)
def test_what_each_usage_says(text: str, use: Used) -> None:
    assert read(text, OPENAI_CSV).used == (use,)


def test_requests_are_summed_by_half_hour_and_size_band() -> None:
    rows = "\n".join(
        f"2026-10-05T{clock}Z,gpt-5.4,{tokens},1"
        for clock, tokens in (("08:00:00", 10), ("08:29:59", 20), ("08:30:00", 30), ("08:00:01", 200_001))
    )
    said = read(f"time,model,input,output\n{rows}\n", OPENAI_CSV)
    assert [(u.start.minute, u.floor, u.requests, u.usage.total_input_tokens) for u in said.used] == [
        (0, 0, 2, 30),
        (30, 0, 1, 30),
        (0, 200_001, 1, 200_001),
    ]


# Several files


def packed(*files: tuple[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        for path, content in files:
            made.writestr(path, content)
    return data.getvalue()


def test_a_zip_is_its_files() -> None:
    assert read(packed(("amount.csv", DEEPSEEK_AMOUNT), ("cost.csv", DEEPSEEK_COST))) == read(
        DEEPSEEK_AMOUNT, DEEPSEEK_COST
    )


def test_the_same_told_twice_is_counted_once() -> None:
    usage = USAGE_CSV.format("", "")
    once = read(usage, OPENAI_CSV)
    again = read(usage, OPENAI_CSV, usage, usage.replace(",batch,service_tier", ",tier,other"), OPENAI_CSV + "\n")
    assert (again.used, again.charges) == (once.used, once.charges)
    assert again.notes == (
        "A file is there twice: it is counted once.",
        "Two files tell the same lines: they are counted once.",
    )


def test_equal_rows_of_one_file_are_two() -> None:
    row = USAGE_CSV.format("", "").splitlines()[1]
    assert len(read(USAGE_CSV.format("", "") + row + "\n", OPENAI_CSV).used) == 2


def test_the_total_of_a_day_gives_way_to_its_lines() -> None:
    said = read(OPENAI_CSV, json.dumps(OPENAI_JSON))
    assert [(each.item, each.amount) for each in said.charges] == [
        ("input", Decimal("3.25")),
        ("output", Decimal("0.5")),
    ]
    assert "The total of a day is left out where the lines that make it up are there too." in said.notes


def test_what_litellm_answered_itself_is_no_use() -> None:
    said = read(lines(LITELLM, {**LITELLM, "cache_hit": "True", "spend": 0}))
    assert [use.requests for use in said.used] == [1]
    assert any("own cache" in note for note in said.notes)


# What is wrong


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        pytest.param((USAGE_CSV.format("", ""),), "^no file tells what was billed", id="no bill"),
        pytest.param(("",), "^no file tells what was billed", id="nothing"),
        pytest.param((CONSOLE.replace("0.14", "much"),), "0.csv, line 2: cost_usd is 'much'", id="no amount"),
        pytest.param(
            (CONSOLE.replace("0.14", "me@example.com"),), "line 2: cost_usd is '.not shown.'", id="an address"
        ),
        pytest.param((CONSOLE.replace("0.14", "nan"),), "0.csv, line 2: cost_usd is 'nan'", id="no number"),
        pytest.param((CONSOLE.replace("0.14", '"1,000"'),), "line 2: cost_usd is '1,000'", id="separators"),
        pytest.param((CONSOLE.replace("2026-10-05", "5/10"),), "line 2: '5/10' is not a date", id="no date"),
        pytest.param(
            (DEEPSEEK_COST.replace("CNY", "DOGE"),), "line 2: the currency 'DOGE' is not on record", id="currency"
        ),
        pytest.param(
            (DEEPSEEK_COST.replace("2026-10-06", "2026-10-04"),), "line 2: end_time_iso is not after", id="backwards"
        ),
        pytest.param(
            (json.dumps([OPENAI_JSON, {"data": [{"results": [{"amount": 1, "line_item": None}]}]}]),),
            "has no start_time: export it anew",
            id="no time",
        ),
        pytest.param((lines({**LANGFUSE, "cost_details": [1]}),), "cost_details are not an object", id="no object"),
        pytest.param((lines({**LANGFUSE, "cost_details": {"cats": 1}}),), "names neither input nor output", id="cats"),
        pytest.param((lines({**LITELLM, "spend": True}),), "spend is 'True'", id="a truth"),
        pytest.param((lines(LITELLM, {**LITELLM, "prompt_tokens": -1}),), "line 2: prompt_tokens is -1", id="negative"),
        pytest.param(
            (USAGE_CSV.format("", "").replace("2026-10-06", "2026-12-07"), OPENAI_CSV),
            "0.csv, line 2: the row is of more than 62 days",
            id="a long row",
        ),
        pytest.param(
            (save(profile([Record(DAY, Usage(1))], SIZES)), OPENAI_CSV),
            "a saved profile names no models",
            id="a profile",
        ),
        pytest.param(("a,b\n1,2\n", OPENAI_CSV), "0.csv, line 2: it is not known what this is", id="unknown"),
    ],
)
def test_what_is_wrong_is_said(texts: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(*texts)


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        pytest.param("12.50", Decimal("12.50"), id="plain"),
        pytest.param(1e-05, Decimal("0.00001"), id="a small float"),
        pytest.param(-0.5, Decimal("-0.5"), id="a credit"),
        pytest.param(" ", None, id="blank"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_amounts(value: object, amount: Decimal | None) -> None:
    assert money("cost", value) == amount


@pytest.mark.parametrize(
    ("amount", "digits"),
    [("1", 0), ("1.50", 2), ("1E-5", 5), ("1E+2", 0), ("0.000000000000001", 9)],
)
def test_digits_of_an_amount(amount: str, digits: int) -> None:
    assert decimals(Decimal(amount)) == digits


# People


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param((OPENAI_CSV,), id="OpenAI"),
        pytest.param((lines(ROUTER),), id="OpenRouter"),
        pytest.param((lines({**ROUTER, "model_permaslug": "owner@example.com"}),), id="an address for a model"),
        pytest.param((lines(LITELLM),), id="LiteLLM"),
        pytest.param((lines(LANGFUSE),), id="Langfuse"),
        pytest.param((lines(GOOGLE),), id="Google"),
        pytest.param((DEEPSEEK_AMOUNT.replace("bot", "secret"), DEEPSEEK_COST), id="DeepSeek"),
        pytest.param((CONSOLE.replace("Default", "secret"),), id="Anthropic"),
    ],
)
def test_no_person_or_key_is_kept(texts: tuple[str, ...]) -> None:
    kept = repr(read(*texts)).lower()
    assert not [word for word in ("secret", "@", "sk-", "u1", "owner", "proj_") if word in kept]


@pytest.mark.shared
def test_no_person_of_the_sample_exports_is_kept(shared: Path) -> None:
    files = sorted(p for p in (shared / "usage_exports").iterdir() if p.suffix != ".md")
    kept = repr(read_statement([(path.name, path.read_bytes()) for path in files], SIZES))
    assert not [word for word in ("@", "sk-", "SYN", "Bakery", "000000-", "c-17") if word in kept]


# Anything at all

KNOWN = (
    json.dumps(OPENAI_JSON),
    OPENAI_CSV,
    CONSOLE,
    json.dumps(ANTHROPIC_API),
    DEEPSEEK_COST,
    DEEPSEEK_AMOUNT,
    *map(lines, (ROUTER, LITELLM, LANGFUSE, GOOGLE)),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def survives(*texts: str | bytes) -> None:
    """Read and reconciled, or refused in a sentence without anything of a person."""
    said = ""
    try:
        reconcile(read(*texts), catalog())
    except (InputError, PricingError) as error:
        said = str(error)
    assert "owner@" not in said


@given(st.sampled_from(KNOWN), st.data())
def test_damaged_bytes_are_read_or_refused(text: str, data: st.DataObject) -> None:
    broken = bytearray(text.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    survives(bytes(broken))


@given(st.sampled_from([ROUTER, LITELLM, LANGFUSE, GOOGLE]), st.data())
def test_any_value_is_read_or_refused(row: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(row)))
    survives(lines(row, {**row, name: data.draw(VALUES)}))
    survives(lines(row, {key: value for key, value in row.items() if key != name}))
