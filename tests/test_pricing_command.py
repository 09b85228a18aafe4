"""The pricing command: its answers, its tables, its exit codes and its sentences."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from pricing.__main__ import main

AT = "2026-11-23T12:00:00Z"
DONE, BAD_INPUT, NEEDS_A_PERSON = 0, 2, 3


def request(**fields: object) -> str:
    plain = {"id": "r", "model": "gpt-5.4", "at": AT, "usage": {"input_tokens": 10_000, "output_tokens": 1000}}
    return json.dumps({k: v for k, v in (plain | fields).items() if v is not None})


@pytest.fixture
def cost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Answers to lines of a file, with the exit code."""

    def run(*lines: str) -> tuple[int, list[dict[str, Any]]]:
        path = tmp_path / "requests.jsonl"
        path.write_text("\n".join(lines), encoding="utf-8")
        code = main(["cost", str(path)])
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def test_a_bill_with_its_lines(cost: Any) -> None:
    code, answers = cost(request())
    assert code == DONE
    assert answers == [
        {
            "id": "r",
            "usd": "0.04",
            "lines": [
                {
                    "item": "input",
                    "quantity": 10_000,
                    "usd_per": "2.5",
                    "per": 1_000_000,
                    "usd": "0.025",
                    "status": "listed",
                    "source": "genai-prices",
                    "checked_on": "2026-11-23",
                },
                {
                    "item": "output",
                    "quantity": 1000,
                    "usd_per": "15",
                    "per": 1_000_000,
                    "usd": "0.015",
                    "status": "listed",
                    "source": "genai-prices",
                    "checked_on": "2026-11-23",
                },
            ],
        }
    ]


@pytest.mark.parametrize(
    ("fields", "usd"),
    [
        pytest.param({"mode": {"processing": "batch"}}, "0.02", id="batch"),
        pytest.param({"mode": {"service_tier": "flex"}}, "0.02", id="flex"),
        pytest.param({"mode": {"service_tier": "default"}}, "0.04", id="default is standard"),
        pytest.param({"mode": {"region": "eu"}}, "0.044", id="EU"),
        pytest.param({"requests": 2}, "0.04", id="two requests"),
        pytest.param({"usage": {"input_tokens": 300_000, "output_tokens": 0}}, "1.5", id="one above the tier"),
        pytest.param(
            {"usage": {"input_tokens": 300_000, "output_tokens": 0}, "requests": 2}, "0.75", id="two below the tier"
        ),
        pytest.param({"note": "kept by the sender"}, "0.04", id="fields of the sender's own"),
        pytest.param({"usage": {}}, "0", id="nothing used"),
        pytest.param({"provider": "openai", "model": "GPT 5.4"}, "0.04", id="seller and another spelling"),
        pytest.param(
            {"model": None, "usage": None, "raw": {"model": "gpt-5.4", "usage": {"prompt_tokens": 1_000_000}}},
            "5",
            id="raw names its model",
        ),
    ],
)
def test_amounts(cost: Any, fields: dict[str, object], usd: str) -> None:
    code, answers = cost(request(**fields))
    assert (code, answers[0]["usd"]) == (DONE, usd)


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        pytest.param(request(model="gpt-99"), "unknown_model", "no model called gpt-99", id="unknown model"),
        pytest.param(request(model=None), "unknown_model", "names no model", id="no model"),
        pytest.param(request(model="gpt-oss-120b"), "unknown_model", "sold by several", id="sold by several"),
        pytest.param(
            request(usage={"input_tokens": 10, "cache_write_5m_tokens": 5}), "unpriced", "cache_write_5m", id="unpriced"
        ),
        pytest.param(request(model="deepseek-v4"), "unpriced", "only a projected price", id="only projected"),
        pytest.param(
            request(usage={"input_tokens": 5, "cache_read_tokens": 6}),
            "invalid_usage",
            "exceed input_tokens",
            id="cached above input",
        ),
        pytest.param(request(usage={"input_tokens": -5}), "invalid_usage", "is negative", id="negative"),
        pytest.param(request(usage={"input_tokens": 10**30}), "invalid_usage", "more than 10^18", id="absurd"),
        pytest.param(request(usage={"input_tokens": 1.5}), "invalid_usage", "usage.input_tokens", id="half a token"),
        pytest.param(request(usage={"input_tokens": "5"}), "invalid_usage", "usage.input_tokens", id="text for number"),
        pytest.param(request(usage={"tokens": 5}), "invalid_usage", "usage.tokens", id="unknown counter"),
        pytest.param(request(usage=None), "invalid_usage", "give either usage or raw", id="neither"),
        pytest.param(request(raw={"usage": {}}), "invalid_usage", "give either usage or raw", id="both"),
        pytest.param(request(at="2026-11-23T12:00:00"), "invalid_usage", "at: ", id="no time zone"),
        pytest.param(request(at="0001-01-01T00:00:00+12:00"), "invalid_usage", "the year 1", id="long ago"),
        pytest.param(request(at="soon"), "invalid_usage", "at: ", id="no time"),
        pytest.param(request(requests=0), "invalid_usage", "at least 1", id="no request"),
        pytest.param(request(requests=1.5), "invalid_usage", "requests: ", id="half a request"),
        pytest.param(request(mode={"colour": "red"}), "invalid_usage", "mode.colour", id="unknown mode"),
        pytest.param("[" * 100_000, "invalid_usage", "not a request", id="brackets without end"),
        pytest.param("id,model,usage", "invalid_usage", "not a request", id="not JSON"),
        pytest.param('{"id": "\\ud800"}', "invalid_usage", "not a request", id="half a character"),
        pytest.param("[1]", "invalid_usage", "not a request", id="not an object"),
    ],
)
def test_a_bad_line_is_answered_and_never_stops_the_others(cost: Any, line: str, code: str, message: str) -> None:
    exit_code, answers = cost(line, "", request(id="next"))
    assert exit_code == NEEDS_A_PERSON
    assert answers[0]["error"]["code"] == code
    assert message in answers[0]["error"]["message"]
    assert "\n" not in answers[0]["error"]["message"]
    assert (answers[1]["id"], answers[1]["usd"]) == ("next", "0.04")


def test_a_line_that_is_json_keeps_its_id(cost: Any) -> None:
    _, answers = cost(request(id="mine", at="soon"))
    assert answers[0]["id"] == "mine"


def test_a_separator_inside_a_name_does_not_break_a_line(cost: Any) -> None:
    code, answers = cost('{"id": "a\u2028b", "model": "gpt-5.4", "at": "2026-11-23T12:00:00Z", "usage": {}}')
    assert (code, answers[0]["id"]) == (DONE, "a\u2028b")


def test_requests_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(request().encode())))
    assert main(["cost"]) == DONE
    assert json.loads(capsys.readouterr().out)["usd"] == "0.04"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "holds no request", id="empty"),
        pytest.param(b"\n \n", "holds no request", id="blank"),
        pytest.param("{}".encode("utf-16"), "is not UTF-8 text", id="UTF-16"),
        pytest.param(None, "No such file", id="missing"),
    ],
)
def test_a_file_that_cannot_be_used_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, message: str
) -> None:
    path = tmp_path / "requests.jsonl"
    if content is not None:
        path.write_bytes(content)
    assert main(["cost", str(path)]) == BAD_INPUT
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err
    assert "requests.jsonl" in printed.err
    assert printed.err.count("\n") == 1


def test_the_mark_of_a_windows_editor_is_no_matter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_text(request() + "\r\n", encoding="utf-8-sig", newline="")
    assert main(["cost", str(path)]) == DONE
    assert json.loads(capsys.readouterr().out)["usd"] == "0.04"


def listed(capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    assert main(["list", "--json", *more]) == DONE
    return {f"{m['provider']}/{m['model']}": m for m in json.loads(capsys.readouterr().out)}


def test_list_as_json_is_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    models = listed(capsys, "--at", AT)
    model = models["openai/gpt-5.4"]
    assert (model["status"], model["name"]) == ("listed", "GPT-5.4")
    assert {"item", "usd", "per", "source", "checked_on", "status"} <= set(model["prices"][0])
    standard = {p["item"]: p["usd"] for p in model["prices"] if not set(p) - STANDARD_FIELDS}
    assert standard == {"input": "2.5", "cache_read": "0.25", "output": "15", "web_search": "10"}
    assert models["deepseek/deepseek-v4"]["status"] == "projected"
    assert models["deepseek/deepseek-v4"]["prices"][0]["usd"] is None
    assert models["deepseek/deepseek-chat"]["status"] == "unpriced"


STANDARD_FIELDS = {"item", "usd", "per", "status", "source", "checked_on"}


def test_list_is_of_one_time(capsys: pytest.CaptureFixture[str]) -> None:
    def output(at: str) -> set[str]:
        prices = listed(capsys, "--at", at)["google/gemini-3.8-flash"]["prices"]
        return {p["usd"] for p in prices if p["item"] == "output" and "processing" not in p and "service_tier" not in p}

    assert output("2026-12-31") == {"3.75"}
    assert output("2027-01-01") == {"7.5"}


def test_list_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--at", "2026-11-23"]) == DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["provider", "model", "status", "input", "cached", "read", "output"]
    row = next(line.split() for line in lines if " claude-sonnet-4-6 " in line)
    assert row == ["anthropic", "claude-sonnet-4-6", "listed", "3", "0.3", "15"]
    assert lines[-1].startswith("USD per 1M tokens at 2026-11-23 00:00Z")


def test_history_shows_past_future_cancelled_and_claimed(capsys: pytest.CaptureFixture[str]) -> None:
    for model, status in (
        ("deepseek-v4-pro", "cancelled"),
        ("gemini-3.8-flash", "scheduled"),
        ("gpt-5.4", "claimed"),
        ("claude-sonnet-4-6", "derived"),
    ):
        assert main(["history", model]) == DONE
        assert f" {status} " in capsys.readouterr().out
        assert main(["history", model, "--json"]) == DONE
        assert status in {p["status"] for p in json.loads(capsys.readouterr().out)["prices"]}


def test_check_counts_and_finds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == DONE
    assert capsys.readouterr().out.endswith(", 0 problems\n")
    assert main(["check", "--json"]) == DONE
    assert json.loads(capsys.readouterr().out)["problems"] == []


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param(["list", "--at", "soon"], "soon is no date", id="no date"),
        pytest.param(["list", "--at", "2026-11-23T12:00"], "has no time zone", id="no time zone"),
        pytest.param(["list", "--at", "9999-12-31T23:00:00-12:00"], "is no date", id="beyond all calendars"),
        pytest.param(["history", "gpt-99"], "no model called gpt-99", id="unknown model"),
        pytest.param(["history", "gpt-oss-120b"], "sold by several", id="several sellers"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], args: list[str], message: str
) -> None:
    assert main(args) == BAD_INPUT
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize(
    "args",
    [pytest.param([], id="no verb"), pytest.param(["guess"], id="unknown"), pytest.param(["history"], id="bare")],
)
def test_a_wrong_call_ends_with_2(args: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(args)
    assert stop.value.code == BAD_INPUT
