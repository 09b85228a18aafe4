"""Exports that need more than their columns: ZIPs, Langfuse, Gemini, Google Cloud billing, sessions, bills."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.workload import Profile, read_usage, save
from estimator.workload.exports.google_billing import LEFT_OUT, Sku, sku_of
from estimator.workload.exports.langfuse import usage_of_details
from estimator.workload.files import archive
from pricing import InputError, Usage

SIZES = (0, 200_001)
AT = "2026-10-05T12:00:00Z"
LOG = f"time,input,output\n{AT},1000,300\n"
AMOUNT = """user_id,start_time_iso,end_time_iso,model,api_key_name,api_key,type,price,amount
u1,2026-10-05T00:00:00+08:00,2026-10-06T00:00:00+08:00,deepseek-flash,bot,sk-x,request_count,,12
u1,2026-10-05T00:00:00+08:00,2026-10-06T00:00:00+08:00,deepseek-flash,bot,sk-x,input_cache_hit_tokens,0.1,400
u1,2026-10-05T00:00:00+08:00,2026-10-06T00:00:00+08:00,deepseek-flash,bot,sk-x,input_cache_miss_tokens,0.1,600
u1,2026-10-05T00:00:00+08:00,2026-10-06T00:00:00+08:00,deepseek-flash,bot,sk-x,output_tokens,0.4,300
"""
OLD_AMOUNT = """user_id,utc_date,model,api_key_name,api_key,type,price,amount
u1,2026-05-13,deepseek-v4-flash,bot,sk-1****7,output_tokens,0.1,300
u1,2026-05-13,deepseek-v4-flash,bot,sk-1****7,request_count,,12
u1,2026-05-13,deepseek-v4-flash,bot,sk-1****7,input_cache_hit_tokens,0.1,400
u1,2026-05-13,deepseek-v4-flash,bot,sk-1****7,input_cache_miss_tokens,0.1,600
u1,2026-05-13,deepseek-v4-flash,other,sk-1****7,output_tokens,0.1,7
"""
COST = """user_id,start_time_iso,end_time_iso,model,wallet_type,cost,currency
u1,2026-10-05T00:00:00+08:00,2026-10-06T00:00:00+08:00,deepseek-flash,Paid,3.564,CNY
"""
GOOGLE = (
    "billing_account_id,service.description,sku.description,usage_start_time,usage_end_time,project.id,cost,"
    "usage.amount,usage.unit\n"
)


def google(sku: str, amount: object, unit: str = "count", hour: int = 0) -> str:
    start, end = (f"2026-10-05 {h:02}:00:00 UTC" for h in (hour, hour + 1))
    return f"0000-SECRET,Vertex AI,{sku},{start},{end},secret-project,0.5,{amount},{unit}\n"


def read(data: str | bytes, name: str = "u.csv") -> Profile:
    return read_usage(data if isinstance(data, bytes) else data.encode(), name, SIZES)


def refusal(data: bytes, name: str) -> str:
    """What is said of it; blank where it can be read."""
    try:
        read(data, name)
    except InputError as error:
        return str(error)
    return ""


def packed(*files: tuple[str, str | bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for path, content in files:
            made.writestr(path, content)
    return data.getvalue()


def lines(*objects: object) -> str:
    return "\n".join(map(json.dumps, objects))


def answer(n: int, output: int = 100, **message: object) -> dict[str, object]:
    usage = {"input_tokens": 2, "cache_read_input_tokens": 1000, "output_tokens": output}
    said = {"id": f"msg_{n}", "model": "claude-sonnet-4-6", "usage": usage, "content": "secret", **message}
    return {"uuid": f"a{n}", "sessionId": "s", "requestId": f"r{n}", "timestamp": AT, "message": said}


INCLUSIVE = Usage(600, 400, output_tokens=300)


# ZIPs


def test_deepseeks_zip_is_its_amounts_on_its_local_day() -> None:
    made = read(packed(("amount-2026-10.csv", AMOUNT), ("cost-2026-10.csv", COST)), "u.zip")
    assert (made.usage, made.requests, made.tokenizers) == (INCLUSIVE, 12, ("deepseek",))
    start = datetime(2026, 10, 4, 16, tzinfo=UTC)
    assert (made.starts, made.ends) == (start, start + timedelta(days=1))
    assert made.notes == ("The ZIP holds bills too: they count no tokens and are left out.",)


def test_deepseeks_older_amounts_are_of_utc_days_and_two_keys_may_look_alike() -> None:
    made = read(OLD_AMOUNT + "u1,2026-05-13,deepseek-v4-flash,other,sk-1****7,request_count,,1\n")
    assert (made.usage, made.requests) == (Usage(600, 400, output_tokens=307), 13)
    assert (made.starts, made.ends) == (datetime(2026, 5, 13, tzinfo=UTC), datetime(2026, 5, 14, tzinfo=UTC))


def test_a_zip_is_the_sum_of_its_files() -> None:
    session = lines(answer(1))
    data = packed(("a/", ""), ("a/log.csv", LOG), ("b/s.jsonl", session), ("__MACOSX/x", "\0"), (".DS_Store", "\0"))
    made = read(data, "u.zip")
    assert (made.requests, made.usage) == (2, Usage(1002, 1000, output_tokens=400))
    assert made.tokenizers == ("claude-4", "unknown")


def test_a_file_twice_counts_once() -> None:
    made = read(packed(("a.csv", LOG), ("b.csv", LOG)), "u.zip")
    assert made.requests == 1
    assert made.notes == ("The ZIP holds a file twice: it is counted once.",)


def test_a_session_that_goes_on_from_another_repeats_nothing() -> None:
    files = ("1.jsonl", lines(answer(1), answer(2))), ("2.jsonl", lines(answer(1), answer(2), answer(3)))
    assert read(packed(*files), "u.zip").requests == 3
    assert read(packed(*files, ("3.jsonl", lines(answer(3), {"uuid": "x", "sessionId": "s"}))), "u.zip").requests == 3


def test_a_saved_profile_in_a_zip_keeps_what_it_tells() -> None:
    saved = read(AMOUNT)
    assert read(packed(("p.json", save(saved))), "u.zip") == saved


def encrypted() -> bytes:
    data = bytearray(packed(("a.csv", LOG)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


def damaged() -> bytes:
    data = bytearray(packed(("a.csv", LOG)))
    data[data.index(b"a.csv") + 5] ^= 255
    return bytes(data)


def with_method(method: int) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as made:
        made.writestr("a.csv", LOG)
    return data.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(packed, "no file in it holds requests", id="empty"),
        pytest.param(lambda: packed(("c.csv", COST)), "no file in it holds requests", id="only bills"),
        pytest.param(lambda: packed(("a.csv", LOG))[:40], "not a readable ZIP", id="cut"),
        pytest.param(lambda: packed(("b.zip", packed(("a.csv", LOG)))), "an archive inside an archive", id="nested"),
        pytest.param(lambda: packed(("../a.csv", LOG)), "leads out of the archive", id="upwards"),
        pytest.param(lambda: packed(("a/../../a.csv", LOG)), "leads out of the archive", id="upwards inside"),
        pytest.param(lambda: packed(("a.csv", LOG)).replace(b"a.csv", b"\0.csv"), "leads out", id="no name"),
        pytest.param(lambda: packed(("/a.csv", LOG)), "leads out of the archive", id="absolute"),
        pytest.param(lambda: packed(("c:a.csv", LOG)), "leads out of the archive", id="a drive"),
        pytest.param(lambda: packed(("a\\b.csv", LOG)), "leads out of the archive", id="backslash"),
        pytest.param(lambda: packed(("a\nb.csv", LOG)), "leads out of the archive", id="a line break"),
        pytest.param(lambda: packed(("a.csv", LOG), ("a.csv", LOG)), "two files of the same name", id="same name"),
        pytest.param(lambda: packed(("[Content_Types].xml", "x")), "save its table as CSV", id="Office"),
        pytest.param(encrypted, r"u\.zip, a\.csv: locked with a password", id="encrypted"),
        pytest.param(damaged, r"u\.zip, a\.csv: broken inside the ZIP", id="damaged"),
        pytest.param(lambda: with_method(zipfile.ZIP_LZMA), "packed in a way that is not read", id="LZMA"),
        pytest.param(
            lambda: packed(("a.csv", LOG.splitlines()[0] + f"\n{AT},-1,1\n")),
            r"u\.zip, a\.csv, line 2: input is -1",
            id="a bad line",
        ),
        pytest.param(lambda: packed(("a.csv", LOG), ("b.pdf", b"\0")), r"u\.zip, b\.pdf is not text", id="other file"),
    ],
)
def test_what_is_wrong_with_a_zip_is_said(make: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(make(), "u.zip")  # type: ignore[operator]


def test_a_zip_is_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    data = packed(("a.csv", LOG), ("b.csv", LOG + LOG.splitlines()[1]))
    size = 2 * len(LOG) + len(LOG.splitlines()[1])
    monkeypatch.setattr(archive, "MOST_BYTES", size)
    assert read(data, "u.zip").requests == 3
    monkeypatch.setattr(archive, "MOST_BYTES", size - 1)
    with pytest.raises(InputError, match="unpacked"):
        read(data, "u.zip")


def test_a_zip_that_lies_about_its_sizes_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(packed(("a.csv", LOG * 100)))
    monkeypatch.setattr(archive, "MOST_BYTES", len(LOG))
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (1).to_bytes(4, "little")
    with pytest.raises(InputError, match="broken inside the ZIP"):
        read(bytes(data), "u.zip")


def test_a_zip_is_bounded_in_files(monkeypatch: pytest.MonkeyPatch) -> None:
    data = packed(("a.csv", LOG), ("b.csv", LOG + LOG.splitlines()[1]))
    monkeypatch.setattr(archive, "MOST_FILES", 2)
    assert read(data, "u.zip").requests == 3
    monkeypatch.setattr(archive, "MOST_FILES", 1)
    with pytest.raises(InputError, match="holds 2 files, more than 1"):
        read(data, "u.zip")


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_no_damage_to_a_zip_escapes(at: int, noise: bytes) -> None:
    data = packed(("amount.csv", AMOUNT), ("log.csv", LOG))
    at %= len(data)
    said = refusal(data[:at] + noise + data[at + len(noise) :], "u.zip")
    assert not said or said.startswith("u.zip")


# Langfuse


@pytest.mark.parametrize(
    ("details", "usage"),
    [
        pytest.param({"input": 1000, "output": 300}, Usage(1000, output_tokens=300), id="plain"),
        pytest.param({"input": 600, "input_cached_tokens": 400, "output": 300}, INCLUSIVE, id="disjoint, no total"),
        pytest.param(
            {"input": 600, "input_cached_tokens": 400, "output": 300, "total": 1300}, INCLUSIVE, id="disjoint by total"
        ),
        pytest.param(
            {"input": 1000, "input_cached_tokens": 400, "output": 300, "total": 1300}, INCLUSIVE, id="inside by total"
        ),
        pytest.param(
            {"input": 600, "input_cached_tokens": 400, "output": 300, "output_reasoning_tokens": 100, "total": 1300},
            Usage(600, 400, output_tokens=300, reasoning_tokens=100),
            id="input beside, output inside",
        ),
        pytest.param(
            {"input": 1000, "input_cached_tokens": 400, "output": 200, "output_reasoning_tokens": 100, "total": 1300},
            Usage(600, 400, output_tokens=300, reasoning_tokens=100),
            id="input inside, output beside",
        ),
        pytest.param(
            {"input": 600, "cache_read_input_tokens": 400, "cache_creation_input_tokens": 50, "output": 300},
            Usage(600, 400, 50, output_tokens=300),
            id="Anthropic's words",
        ),
        pytest.param(
            {"input": 5, "input_audio_tokens": 3, "input_cache_creation_1h": 2, "output": 4, "output_audio": 1},
            Usage(5, cache_write_1h_tokens=2, uncached_audio_tokens=3, output_tokens=4, output_audio_tokens=1),
            id="audio",
        ),
        pytest.param('{"promptTokens": 7, "completionTokens": 2}', Usage(7, output_tokens=2), id="a cell"),
        pytest.param({}, None, id="nothing"),
        pytest.param("", None, id="empty cell"),
        pytest.param(None, None, id="null"),
        pytest.param({"total": 0, "input": 0}, None, id="zeros"),
    ],
)
def test_langfuses_details(details: object, usage: Usage | None) -> None:
    assert usage_of_details(details) == usage


@pytest.mark.parametrize(
    ("details", "message"),
    [
        pytest.param({"input": 1, "output": 1, "total": 3}, "the total of usage_details is 3", id="total"),
        pytest.param({"seconds": 1}, "'seconds', which names neither", id="unknown kind"),
        pytest.param({"input": -1}, "is -1", id="negative"),
        pytest.param({"input": []}, r"is '\[\]'", id="a list for a count"),
        pytest.param([1], "not an object", id="list"),
        pytest.param("{", "not an object", id="broken"),
        pytest.param("[" * 100_000, "not an object", id="deep"),
    ],
)
def test_langfuses_details_that_cannot_be(details: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        usage_of_details(details)


def observation(n: int, **more: object) -> dict[str, object]:
    details = {"input": 600, "input_cached_tokens": 400, "output": 300}
    return {
        "id": f"o{n}", "type": "GENERATION", "start_time": AT, "provided_model_name": "gpt-5.4", "model_id": "x",
        "usage_details": details, "user_id": "owner@example.com", **more,
    }  # fmt: skip


def test_langfuse_counts_an_observation_once_and_leaves_spans_out() -> None:
    span = observation(2, type="SPAN", usage_details={})
    made = read(lines(observation(1), span, observation(1)))
    assert (made.requests, made.usage, made.tokenizers) == (1, INCLUSIVE, ("o200k",))
    assert made.notes == ("Observations that tell no tokens, such as spans, are left out.",)
    assert made.cells[0].start == datetime(2026, 10, 5, 12, tzinfo=UTC)


def test_langfuses_table() -> None:
    header = "id,startTime,input,output,model,usageDetails\n"
    row = f'1,{AT},,,gpt-5.4,"{{""input"": 600, ""input_cached_tokens"": 400, ""output"": 300}}"\n'
    assert read(header + row).usage == INCLUSIVE


def test_an_observation_needs_a_time() -> None:
    with pytest.raises(InputError, match=r"line 1: the observation tells no time.* 2 of its 2 rows"):
        read('{"usage_details": {"input": 1}}\n{"usage_details": {"input": 1}}')


# Gemini

METADATA = {
    "promptTokenCount": 1000,
    "cachedContentTokenCount": 400,
    "candidatesTokenCount": 200,
    "thoughtsTokenCount": 100,
}
SNAKE = {
    "prompt_token_count": 1000,
    "cached_content_token_count": 400,
    "candidates_token_count": 200,
    "thoughts_token_count": 100,
    "prompt_tokens_details": [{"modality": "AUDIO", "token_count": 30}],
}
THOUGHT = Usage(600, 400, output_tokens=300, reasoning_tokens=100)


@pytest.mark.parametrize(
    ("response", "usage", "families"),
    [
        pytest.param({"modelVersion": "gemini-2.5-flash", "usageMetadata": METADATA}, THOUGHT, "gemini", id="whole"),
        pytest.param(METADATA, THOUGHT, "unknown", id="alone"),
        pytest.param(
            {"model_version": "gemini-2.5-flash", "usage_metadata": SNAKE},
            Usage(570, 400, uncached_audio_tokens=30, output_tokens=300, reasoning_tokens=100),
            "gemini",
            id="Python client",
        ),
    ],
)
def test_geminis_responses_without_a_time(response: object, usage: Usage, families: str) -> None:
    made = read(lines(response))
    assert (made.requests, made.usage, made.tokenizers) == (1, usage, (families,))
    assert made.cells[0].start == datetime(2026, 1, 5, tzinfo=UTC)
    assert any("tell no time" in note for note in made.notes)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"usageMetadata": {"promptTokenCount": 10**400}}, id="huge count"),
        pytest.param({"usage_metadata": {"prompt_token_count": "x"}}, id="no count"),
        pytest.param({"id": [], "usage_details": {"input": 1}, "start_time": []}, id="lists"),
        pytest.param(
            {"sku.description": "x 2 input", "usage_start_time": {}, "usage_end_time": [], "usage.amount": 1}
            | {"usage.unit": "count"},
            id="no times",
        ),
    ],
)
def test_values_of_another_kind_are_refused(row: object) -> None:
    assert refusal(lines(row).encode(), "u.json").startswith("u.json")


def test_geminis_responses_with_a_time() -> None:
    made = read(lines({"createTime": AT, "usageMetadata": METADATA}))
    assert made.cells[0].start == datetime(2026, 10, 5, 12, tzinfo=UTC)
    assert made.notes == ()


# Google Cloud billing


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        pytest.param(
            "Gemini 2.5 Flash GA Text Input - Predictions",
            Sku("gemini-2.5-flash", ("uncached_input_tokens",), "", ""),
            id="input",
        ),
        pytest.param(
            "Gemini 3.7 Flash Global Text Output - Predictions",
            Sku("gemini-3.7-flash", ("output_tokens",), "", ""),
            id="output",
        ),
        pytest.param(
            "Gemini 2.5 Flash GA Thinking Text Output - Predictions",
            Sku("gemini-2.5-flash", ("output_tokens", "reasoning_tokens"), "", ""),
            id="thinking",
        ),
        pytest.param(
            "Gemini 3 Flash Text Input Caching", Sku("gemini-3-flash", ("cache_read_tokens",), "", ""), id="cached"
        ),
        pytest.param(
            "Gemini 2.5 Pro Long Text Input - Batch Predictions",
            Sku("gemini-2.5-pro", ("uncached_input_tokens",), "batch", "> 200k"),
            id="long, in a batch",
        ),
        pytest.param(
            "Vertex AI: Gemini 2.5 Flash Audio Input",
            Sku("gemini-2.5-flash", ("uncached_input_tokens", "input_audio_tokens"), "", ""),
            id="audio",
        ),
        pytest.param(
            "Gemini 2.5 Flash Audio Input Caching",
            Sku("gemini-2.5-flash", ("cache_read_tokens", "input_audio_tokens", "cache_audio_read_tokens"), "", ""),
            id="cached audio",
        ),
        pytest.param(
            "Gemini 2.5 Flash Live Audio Output",
            Sku("gemini-2.5-flash", ("output_tokens", "output_audio_tokens"), "", ""),
            id="spoken",
        ),
        pytest.param(
            "Claude Sonnet 4.5 Input Tokens", Sku("claude-sonnet-4.5", ("uncached_input_tokens",), "", ""), id="Claude"
        ),
        pytest.param("Gemini 3 Flash Text Input Caching Storage", None, id="storage"),
        pytest.param("Gemini 2.5 Flash Image Output - Predictions", None, id="image output"),
        pytest.param("Gemini Embedding 2 Text Input", None, id="embedding"),
        pytest.param("N1 Predefined Instance Core", None, id="machine"),
        pytest.param("Text Input - Predictions", None, id="no model"),
        pytest.param("Gemini 2.5 Flash Text", None, id="no direction"),
    ],
)
def test_skus(text: str, meaning: Sku | None) -> None:
    assert sku_of(text) == meaning


def test_google_cloud_billing_by_hour_and_model() -> None:
    text = (
        GOOGLE
        + google("Gemini 2.5 Flash GA Text Input - Predictions", 600)
        + google("Gemini 2.5 Flash GA Text Input Caching", "4E+2", "requests")
        + google("Gemini 2.5 Flash GA Text Output - Predictions", 200.0)
        + google("Gemini 2.5 Flash GA Thinking Text Output - Predictions", 100)
        + google("Gemini 2.5 Pro Long Text Input - Predictions", 900_000, hour=5)
        + google("N1 Predefined Instance Core", 3600, "seconds")
    )
    made = read(text)
    assert made.usage == Usage(900_600, 400, output_tokens=300, reasoning_tokens=100)
    assert [(c.start.hour, c.floor, c.requests) for c in made.cells] == [(0, 0, 1), (5, 200_001, 4)]
    assert made.tokenizers == ("gemini",)
    assert LEFT_OUT in made.notes
    assert any("counts no requests" in note for note in made.notes)


def test_google_cloud_billing_as_bigquery_nests_it() -> None:
    row = {
        "sku": {"description": "Gemini 2.5 Flash GA Text Input - Predictions"},
        "service": {"description": "Vertex AI"},
        "usage_start_time": "2026-10-05 00:00:00 UTC",
        "usage_end_time": "2026-10-05 01:00:00 UTC",
        "usage": {"amount": 600.0, "unit": "count"},
    }
    assert read(lines(row, row)).usage == Usage(1200)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param(google("N1 Core", 1, "seconds"), "no SKU in this Google Cloud bill", id="only machines"),
        pytest.param(google("Gemini 2 Text Input", 1.5), "line 2: usage.amount is '1.5'", id="a fraction"),
        pytest.param(google("Gemini 2 Text Input", -1), "line 2: usage.amount is '-1'", id="negative"),
        pytest.param(google("Gemini 2 Text Input", "1E999999999"), "line 2: usage.amount", id="absurd"),
        pytest.param(google("Gemini 2 Text Input", "sNaN"), "line 2: usage.amount", id="no number"),
        pytest.param(google("Gemini 2 Text Input", "x"), "line 2: usage.amount is 'x'", id="no amount"),
    ],
)
def test_google_cloud_billing_that_cannot_be_read(row: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(GOOGLE + row)


# Claude Code


@pytest.mark.parametrize(
    "before",
    [
        {"type": "summary", "summary": "x", "leafUuid": "u"},
        {"type": "file-history-snapshot", "messageId": "m", "snapshot": {}},
        {"type": "queue-operation", "operation": "enqueue", "sessionId": "s", "timestamp": AT},
    ],
    ids=["summary", "snapshot", "queue"],
)
def test_what_a_session_may_begin_with(before: object) -> None:
    made = read(lines(before, answer(1), answer(2, model="<synthetic>")))
    assert (made.requests, made.usage) == (1, Usage(2, 1000, output_tokens=100))


# LiteLLM


@pytest.mark.parametrize(
    ("logged", "usage"),
    [
        pytest.param(
            {
                "prompt_tokens_details": {"cached_tokens": 400, "cache_creation_tokens": 50},
                "completion_tokens_details": {"reasoning_tokens": 100},
            },
            Usage(550, 400, 50, output_tokens=300, reasoning_tokens=100),
            id="details",
        ),
        pytest.param(
            {"cache_read_input_tokens": 400, "cache_creation_input_tokens": 50, "prompt_tokens_details": None},
            Usage(550, 400, 50, output_tokens=300),
            id="Anthropic's words",
        ),
        pytest.param({}, Usage(1000, output_tokens=300), id="nothing"),
    ],
)
def test_litellm_tells_the_parts_of_its_prompts(logged: object, usage: Usage) -> None:
    request = {"startTime": AT, "prompt_tokens": 1000, "completion_tokens": 300, "metadata": {"usage_object": logged}}
    assert read(lines(request)).usage == usage


# Bills


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        pytest.param(
            "start_time,end_time,amount_value,amount_currency,line_item,user_email\n1,2,,,,owner@example.com\n",
            "of OpenAI, export Usage",
            id="OpenAI CSV",
        ),
        pytest.param(
            lines(
                {
                    "data": [
                        {
                            "start_time": 1,
                            "end_time": 2,
                            "results": [{"amount": {"value": 1, "currency": "usd"}, "line_item": None}],
                        }
                    ]
                }
            ),
            "of OpenAI, export Usage",
            id="OpenAI JSON",
        ),
        pytest.param(
            "usage_date_utc,model,workspace,token_type,cost_usd\n2026-10-05,Claude,Default,output,1\n",
            "of Anthropic, export Usage",
            id="Anthropic console",
        ),
        pytest.param(
            lines({"data": [{"starting_at": AT, "results": [{"amount": "1", "cost_type": "tokens"}]}]}),
            "of Anthropic, export the usage report",
            id="Anthropic API",
        ),
        pytest.param(COST, "of DeepSeek, give the amount file", id="DeepSeek"),
    ],
)
def test_a_bill_says_what_to_export_instead(text: str, instead: str) -> None:
    with pytest.raises(InputError, match=f"^u.csv: a bill holds too little to count tokens: {instead}") as caught:
        read(text)
    assert "@" not in str(caught.value)


# People


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(packed(("owner@example.com/amount.csv", AMOUNT.replace("bot", "secret"))), id="ZIP"),
        pytest.param(lines(observation(1, name="secret", session_id="secret")).encode(), id="Langfuse"),
        pytest.param((GOOGLE + google("Gemini 2 Text Input", 5)).encode(), id="Google Cloud"),
        pytest.param(lines(answer(1)).encode(), id="Claude Code"),
        pytest.param(lines({"responseId": "secret", "usageMetadata": METADATA}).encode(), id="Gemini"),
    ],
)
def test_no_name_or_key_is_kept(data: bytes) -> None:
    made = read(data, "secret.txt")
    kept = (save(made) + repr(made)).lower()
    assert not [secret for secret in ("secret", "@", "sk-", "u1", "owner") if secret in kept]


@pytest.mark.shared
def test_no_person_of_the_real_exports_is_kept(shared: Path) -> None:
    read_ones = 0
    for path in sorted((shared / "usage_exports").glob("*.*")):
        said = refusal(path.read_bytes(), path.name)
        assert bool(said) == ("cost" in path.name or path.suffix == ".md")
        assert "@" not in said
        if said:
            continue
        read_ones += 1
        made = read(path.read_bytes(), path.name)
        kept = save(made) + repr(made)
        assert not [word for word in ("@", "sk-", "SYN", "Bakery", "000000-", "c-17") if word in kept]
    assert read_ones == 14
