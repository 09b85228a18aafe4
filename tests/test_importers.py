"""Exports and logs in every known form; what is wrong with the others is said with file and line."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from estimator.workload import Profile, read_usage, save
from estimator.workload.exports.remarks import family_of
from pricing import InputError, Usage

SIZES = (0, 200_001)
DAY = datetime(2026, 10, 5, tzinfo=UTC)


def read(text: str, name: str = "usage.txt") -> Profile:
    return read_usage(text.encode(), name, SIZES)


OPENAI_CSV = """start_time,end_time,project_id,num_model_requests,model,input_tokens,input_cached_tokens,output_tokens
1791158400,1791244800,proj_x,10,gpt-5.4-2026-03-05,1000,400,300
1791244800,1791331200,proj_x,0,,0,0,0
"""
OPENAI_JSON = json.dumps(
    {
        "object": "page",
        "data": [
            {
                "object": "bucket",
                "start_time": 1791158400,
                "end_time": 1791244800,
                "results": [
                    {
                        "input_tokens": 1000,
                        "output_tokens": 300,
                        "input_cached_tokens": 400,
                        "input_audio_tokens": 0,
                        "num_model_requests": 10,
                        "api_key_id": "key_secret",
                        "model": None,
                        "batch": True,
                        "service_tier": "default",
                    }
                ],
            },
            {"object": "bucket", "start_time": 1791244800, "end_time": 1791331200, "results": []},
        ],
        "has_more": True,
    }
)
_CONSOLE = "usage_date_utc,model_version,api_key,usage_type,context_window,usage_input_tokens_no_cache,"
ANTHROPIC_CSV = (
    _CONSOLE
    + "usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,"
    + """usage_output_tokens,web_search_count
2026-10-05,claude-sonnet-4-6,Secret Bot,standard,≤ 200k,600,100,50,400,300,2
"""
)
ANTHROPIC_OLD_CSV = (
    _CONSOLE
    + """usage_input_tokens_cache_write,usage_input_tokens_cache_read,usage_output_tokens
2026-10-05,claude-sonnet-4-6,Secret Bot,batch,≤ 200k,600,150,400,300
"""
)
ANTHROPIC_JSON = json.dumps(
    {
        "data": [
            {
                "starting_at": "2026-10-05T00:00:00Z",
                "ending_at": "2026-10-06T00:00:00Z",
                "results": [
                    {
                        "uncached_input_tokens": 600,
                        "cache_creation": {"ephemeral_1h_input_tokens": 50, "ephemeral_5m_input_tokens": 100},
                        "cache_read_input_tokens": 400,
                        "output_tokens": 300,
                        "server_tool_use": {"web_search_requests": 2},
                        "context_window": "0-200k",
                    }
                ],
            }
        ],
        "has_more": False,
    }
)
DEEPSEEK_CSV = """user_id,start_time_iso,end_time_iso,model,api_key_name,api_key,type,price,amount
u1,2026-10-05T08:00:00+08:00,2026-10-06T08:00:00+08:00,deepseek-flash,bot,sk-x,request_count,,10
u1,2026-10-05T08:00:00+08:00,2026-10-06T08:00:00+08:00,deepseek-flash,bot,sk-x,input_cache_hit_tokens,0.1,400
u1,2026-10-05T08:00:00+08:00,2026-10-06T08:00:00+08:00,deepseek-flash,bot,sk-x,input_cache_miss_tokens,0.1,600
u1,2026-10-05T08:00:00+08:00,2026-10-06T08:00:00+08:00,deepseek-flash,bot,sk-x,output_tokens,0.4,300
"""
OPENROUTER_JSON = json.dumps(
    {
        "data": [
            {
                "date": "2026-10-05",
                "model": "openai/gpt-4.1",
                "usage": 0.015,
                "requests": 10,
                "prompt_tokens": 1000,
                "completion_tokens": 300,
                "reasoning_tokens": 25,
            }
        ]
    }
)
PLAIN = Usage(1000, output_tokens=300)
INCLUSIVE = Usage(uncached_input_tokens=600, cache_read_tokens=400, output_tokens=300)
ANTHROPIC = Usage(600, 400, 100, 50, output_tokens=300, web_searches=2)


@pytest.mark.parametrize(
    ("text", "usage", "requests", "families"),
    [
        pytest.param(OPENAI_CSV, INCLUSIVE, 10, ("o200k",), id="OpenAI CSV, and an idle day"),
        pytest.param(OPENAI_JSON, INCLUSIVE, 10, ("o200k",), id="OpenAI JSON"),
        pytest.param(ANTHROPIC_CSV, ANTHROPIC, 1, ("claude-4",), id="Anthropic console"),
        pytest.param(
            ANTHROPIC_OLD_CSV, Usage(600, 400, 150, output_tokens=300), 1, ("claude-4",), id="Anthropic console, old"
        ),
        pytest.param(ANTHROPIC_JSON, ANTHROPIC, 1, ("claude-4",), id="Anthropic usage report"),
        pytest.param(DEEPSEEK_CSV, INCLUSIVE, 10, ("deepseek",), id="DeepSeek amounts"),
        pytest.param(
            OPENROUTER_JSON, Usage(1000, output_tokens=300, reasoning_tokens=25), 10, ("o200k",), id="OpenRouter days"
        ),
    ],
)
def test_exports(text: str, usage: Usage, requests: int, families: tuple[str, ...]) -> None:
    made = read(text)
    assert (made.usage, made.requests, made.tokenizers) == (usage, requests, families)
    assert (made.starts, made.ends) == (DAY, DAY + timedelta(days=1))


AT = "2026-10-05T12:00:00Z"


def line(**fields: object) -> str:
    return json.dumps(fields)


@pytest.mark.parametrize(
    ("text", "usage"),
    [
        pytest.param(f"timestamp,input,output\n{AT},1000,300\n", PLAIN, id="plain"),
        pytest.param(f"Time;Prompt Tokens;Completion\n{AT};1000;300\n", PLAIN, id="semicolons"),
        pytest.param(f"date\tin_x\tTokens In\tTokens Out\n{AT}\t\t1000\t300\n", PLAIN, id="tabs"),
        pytest.param(
            "TIMESTAMP,ContextTokens,GeneratedTokens\n2026-10-05 12:00:00.1234567,1000,300\n",
            PLAIN,
            id="Azure trace",
        ),
        pytest.param(
            f"at,input_tokens,cached_tokens,output_tokens\n{AT},1000,400,300\n", INCLUSIVE, id="cached inside"
        ),
        pytest.param(
            f"created_at,tokens_prompt,tokens_cached,tokens_completion,model_permaslug\n{AT},1000,400,300,x/y\n",
            INCLUSIVE,
            id="OpenRouter activity",
        ),
        pytest.param(
            f"at,input_tokens,cache_read_input_tokens,output_tokens\n{AT},600,400,300\n", INCLUSIVE, id="cached beside"
        ),
        pytest.param(
            line(at=AT, usage={"input_tokens": 1000, "cache_read_tokens": 400, "output_tokens": 300}),
            INCLUSIVE,
            id="pricing cost",
        ),
        pytest.param(
            line(
                created=1791201600,
                model="gpt-5.4",
                usage={
                    "prompt_tokens": 1000,
                    "completion_tokens": 300,
                    "total_tokens": 1300,
                    "prompt_tokens_details": {"cached_tokens": 400},
                },
            ),
            INCLUSIVE,
            id="OpenAI answer",
        ),
        pytest.param(
            line(
                at=AT,
                raw={
                    "type": "message",
                    "usage": {"input_tokens": 600, "cache_read_input_tokens": 400, "output_tokens": 300},
                },
            ),
            INCLUSIVE,
            id="Anthropic answer",
        ),
        pytest.param(
            line(
                at=AT,
                modelVersion="gemini-2.5-flash",
                usageMetadata={
                    "promptTokenCount": 1000,
                    "cachedContentTokenCount": 400,
                    "candidatesTokenCount": 200,
                    "thoughtsTokenCount": 100,
                },
            ),
            Usage(600, 400, output_tokens=300, reasoning_tokens=100),
            id="Gemini answer",
        ),
        pytest.param(
            line(
                start_time_unix_nano=1791201600000000000,
                attributes={
                    "gen_ai.usage.input_tokens": 1000,
                    "gen_ai.usage.cache_read.input_tokens": 400,
                    "gen_ai.usage.output_tokens": 300,
                },
            ),
            INCLUSIVE,
            id="OpenTelemetry span",
        ),
        pytest.param(
            line(startTime=AT, endTime=AT, prompt_tokens=1000, completion_tokens=300, model="deepseek/deepseek-v4"),
            PLAIN,
            id="LiteLLM log",
        ),
        pytest.param(f"[{line(time=AT, input_tokens=1000, output_tokens=300)}]", PLAIN, id="list"),
    ],
)
def test_requests(text: str, usage: Usage) -> None:
    made = read(text)
    assert (made.usage, made.requests) == (usage, 1)
    assert made.cells[0].start == datetime(2026, 10, 5, 12, tzinfo=UTC)


def test_claude_code_repeats_an_answer_on_each_line() -> None:
    def answer(n: int, output: int) -> str:
        usage = {"input_tokens": 2, "cache_read_input_tokens": 1000, "output_tokens": output}
        message = {"id": f"msg_{n}", "model": "claude-sonnet-4-6", "usage": usage}
        return line(type="assistant", uuid="a", sessionId="s", requestId=f"r{n}", timestamp=AT, message=message)

    user = line(type="user", uuid="u", sessionId="s", timestamp=AT, message={"role": "user", "content": "secret"})
    made = read("\n".join([user, answer(1, 20), answer(1, 100), answer(2, 50)]))
    assert (made.requests, made.usage) == (2, Usage(4, 2000, output_tokens=150))


def test_a_saved_profile_comes_back() -> None:
    made = read(OPENAI_CSV)
    assert read(save(made)) == made


def test_days_without_hours_are_spread_over_the_day() -> None:
    made = read("date,input,output\n" + "2026-10-05,10,1\n" * 48)
    assert made.requests_by_hour == (2,) * 24


@pytest.mark.parametrize(
    ("text", "note"),
    [
        pytest.param("time,input,output\n2026-10-05 12:00,1,1\n", "taken as UTC", id="no time zone"),
        pytest.param("time,input,output\n2026-10-05,1,1\n", "days but no hours", id="no hours"),
        pytest.param(ANTHROPIC_CSV, "counts no requests", id="no request counts"),
        pytest.param(ANTHROPIC_OLD_CSV, "another way than standard", id="batch"),
        pytest.param(OPENAI_JSON, "more pages", id="more pages"),
    ],
)
def test_what_was_taken_for_granted_is_noted(text: str, note: str) -> None:
    assert any(note in said for said in read(text).notes)


def test_an_aware_table_needs_no_note() -> None:
    assert read(f"time,input,output\n{AT},1,1\n").notes == ()


@pytest.mark.parametrize(
    ("window", "tokens", "requests", "band"),
    [
        pytest.param("≤ 200k", 900_000, 150, 0, id="usual size"),
        pytest.param("> 200k", 900_000, 4, 200_001, id="above"),
        pytest.param("200k-1M", 900_000, 4, 200_001, id="above, as a range"),
        pytest.param("0-200k", 5_999, 1, 0, id="less than one"),
    ],
)
def test_requests_of_an_export_that_counts_none(window: str, tokens: int, requests: int, band: int) -> None:
    made = read(ANTHROPIC_OLD_CSV.replace("≤ 200k", window).replace(",600,150,400,", f",{tokens},0,0,"))
    assert made.requests == requests
    assert {cell.floor for cell in made.cells} == {band}


@pytest.mark.parametrize("text", [OPENAI_JSON, ANTHROPIC_CSV, DEEPSEEK_CSV], ids=["OpenAI", "Anthropic", "DeepSeek"])
def test_no_name_or_key_is_kept(text: str) -> None:
    kept = save(read(text))
    assert not any(secret in kept for secret in ("secret", "Secret", "sk-x", "u1", "key_"))


H = "time,input,output\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(H, r"u\.csv: there are no requests", id="only a header"),
        pytest.param(H + f"{AT},-5,1\n", r"u\.csv, line 2: input is -5", id="negative"),
        pytest.param(H + f"{AT},1.5,1\n", r"line 2: input is '1\.5': write a whole number", id="a fraction"),
        pytest.param(H + f'{AT},"1,234",1\n', r"line 2: input is '1,234'", id="a separator"),
        pytest.param(H + f"{AT},{10**18 + 1},1\n", r"line 2: .* 10\^18", id="absurd"),
        pytest.param(H + f"{AT},{'9' * 5000},1\n", r"line 2: input is '9{40}'", id="very absurd"),
        pytest.param(H + "05/10/2026,1,1\n", r"line 2: '05/10/2026' is not a date", id="not ISO"),
        pytest.param(H + "0,1,1\n", r"line 2: '0' is not a date", id="no epoch"),
        pytest.param(H + "0001-01-01,1,1\n", r"line 2: '0001-01-01' is not a date that can be", id="long ago"),
        pytest.param(H + ",1,1\n", r"line 2: '' is not a date", id="no time"),
        pytest.param(H + f"{AT},1\n", r"line 2: has 2 cells, its header 3", id="short row"),
        pytest.param(
            f"time,input,cached,output\n{AT},5,6,1\n", r"line 2: .* exceed input_tokens", id="cached above input"
        ),
        pytest.param("a,b\n1,2\n", r"found columns a, b\. Understood are", id="unknown columns"),
        pytest.param("usage_date_utc,cost_usd\n2026-10-05,1\n", r"A bill holds too little", id="a bill"),
        pytest.param("me@example.com,5\nyou@example.com,6\n", r"no names of columns were found", id="no header"),
        pytest.param('{"a": 1', r"line 1: not readable as JSON", id="broken JSON"),
        pytest.param(
            f'{line(at=AT, input=1, output=1)}\n{{"a"\n{{',
            r"line 2: not readable as JSON.* 2 of its 3 rows",
            id="broken lines",
        ),
        pytest.param("[" * 100_000, r"not readable as JSON", id="deep JSON"),
        pytest.param("[1, 2]", r"entry 1: not a JSON object", id="not objects"),
        pytest.param(line(usage={"prompt_tokens": 1}), r"tells no time", id="an answer without a time"),
        pytest.param(line(at=AT, usage={"input_tokens": "x"}), r"input_tokens", id="not a count"),
        pytest.param(line(at=AT, input=True, output=1), r"input is 'True'", id="a truth value"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read(text, "u.csv")
    assert "@" not in str(caught.value)
    assert str(caught.value).startswith("u.csv")


@pytest.mark.parametrize(
    "data",
    [b"", b"  \n", b"\x00\x01\x02", b"\xff\xfe\xfa", b"time\xe9,input"],
    ids=["empty", "blank", "nul", "cut", "latin"],
)
def test_what_is_no_text_is_said(data: bytes) -> None:
    with pytest.raises(InputError, match=r"u\.csv"):
        read_usage(data, "u.csv", SIZES)


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-5.4-2026-03-05", "o200k"),
        ("gpt-4o-mini", "o200k"),
        ("gpt-4-turbo", "cl100k"),
        ("claude-sonnet-4-6", "claude-4"),
        ("claude-opus-4-7", "claude-5"),
        ("anthropic/claude-sonnet-5", "claude-5"),
        ("something-else", "unknown"),
    ],
)
def test_family_of_a_model(model: str, family: str) -> None:
    assert family_of(model) == family


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "requests", "inputs", "outputs"),
    [
        ("traces/AzureLLMInferenceTrace_code_2023.csv", 8_819, 18_059_974, 245_896),
        ("traces/mooncake_synthetic_trace.jsonl", 3_993, 61_194_628, 595_432),
        ("usage_exports/openai_usage_completions.csv", 3_132, 2_810_400, 530_220),
        ("usage_exports/openai_usage_completions.json", 1_630, 1_820_400, 410_220),
        ("usage_exports/anthropic_console_usage.csv", 168, 1_014_150, 18_932),
        ("usage_exports/anthropic_usage_report_messages.json", 160, 964_150, 16_932),
        ("usage_exports/deepseek_amount.csv", 412, 7_020_000, 410_000),
        ("usage_exports/openrouter_activity.csv", 2, 4_250, 590),
        ("usage_exports/deepseek_usage_data_2026-10-01_2026-11-01.zip", 412, 7_020_000, 410_000),
        ("usage_exports/openrouter_activity_api.json", 5, 50, 125),
        ("usage_exports/claude_code_session.jsonl", 1, 1_502, 100),
        ("usage_exports/litellm_spend_logs.jsonl", 1, 1_850, 310),
        ("usage_exports/langfuse_observations.jsonl", 1, 1_850, 310),
        ("usage_exports/gemini_usage_metadata.json", 1, 1_850, 310),
        ("usage_exports/gcp_billing_standard.csv", 308, 1_850_000, 0),
        ("usage_exports/otel_genai_spans.jsonl", 1, 1_850, 310),
    ],
)
def test_real_traces_and_export_forms(shared: Path, name: str, requests: int, inputs: int, outputs: int) -> None:
    made = read_usage((shared / name).read_bytes(), name, SIZES)
    assert (made.requests, made.usage.total_input_tokens, made.usage.output_tokens) == (requests, inputs, outputs)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("anthropic_console_cost.csv", "of Anthropic, export Usage"),
        ("openai_costs.json", "of OpenAI, export Usage"),
        ("openai_cost_dashboard.csv", "of OpenAI, export Usage"),
        ("deepseek_cost.csv", "of DeepSeek, give the amount file"),
    ],
)
def test_bills_are_refused(shared: Path, name: str, instead: str) -> None:
    with pytest.raises(InputError, match=f"a bill holds too little to count tokens: {instead}"):
        read_usage((shared / "usage_exports" / name).read_bytes(), name, SIZES)
