"""The verbs `levers` and `mix`: what they print, what they say as JSON, and how they take a wrong call."""

import json
from pathlib import Path

import pytest

from estimator.__main__ import main
from pricing.console import BAD_INPUT, DONE


def call(*words: str) -> int:
    return main(words)


FLOOR = "livebench-2026-06-25:thinking:74"


def test_levers_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("levers", "support-chat", "--model", "gpt-5.4", "--units", "5000") == DONE
    out = capsys.readouterr().out
    assert "On GPT-5.4 a month costs $203; each change for itself:" in out
    assert "Let answers wait a day" in out
    assert "What does not apply here:\n- Send what can wait" in out


def test_levers_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("levers", "support-chat", "--model", "gpt-5.4", "--json") == DONE
    answer = json.loads(capsys.readouterr().out)
    assert {"lever", "saving_usd", "low_usd", "high_usd", "effort", "risk", "doubt"} <= set(answer["levers"][0])
    savings = [lever["saving_usd"] for lever in answer["levers"]]
    assert savings == sorted(savings, reverse=True)
    assert answer["floor"] == {"benchmark": "livebench-2026-06-25", "setting": "thinking", "value": 73.0}
    assert [each["field"] for each in answer["risks"]["openai/gpt-5.4"]][:2] == ["place", "law"]
    assert "genai-prices" in answer["sources"]


def test_a_mix(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("mix", "support-chat", "--floor", FLOOR, "--easy", "20", "--json") == DONE
    answer = json.loads(capsys.readouterr().out)
    assert sum(part["share"] for part in answer["parts"]) == pytest.approx(1)
    assert sum(part["share"] for part in answer["parts"] if part["easy"]) == pytest.approx(0.2)
    assert answer["rating"] == pytest.approx(74)
    assert answer["point_usd"] > 0
    assert call("mix", "support-chat", "--floor", FLOOR) == DONE
    assert "the mean score is 74.0" in capsys.readouterr().out


def test_own_scores_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("model,right,of\ngpt-5.4,45,50\ndeepseek-flash,41,50\n", encoding="utf-8")
    assert call("mix", "support-chat", "--floor", "own:own:80", "--scores", str(file), "--json") == DONE
    assert {part["rating"] for part in json.loads(capsys.readouterr().out)["parts"]} == {82.0}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("mix", "support-chat"), "a mix needs a floor", id="no floor"),
        pytest.param(
            ("mix", "support-chat", "--floor", "iq:high:9"), "a floor rests on one of livebench", id="no such test"
        ),
        pytest.param(("mix", "support-chat", "--floor", "own:own:80"), "a floor rests on one of", id="no own scores"),
        pytest.param(("mix", "support-chat", "--floor", FLOOR + "0"), "740 is no number of per cent", id="above 100"),
        pytest.param(
            ("mix", "support-chat", "--floor", FLOOR, "--easy", "1e9"), "1e9 is no number", id="no plain number"
        ),
        pytest.param(
            ("mix", "support-chat", "--floor", FLOOR, "--rule", "eu"), "no model that is rated", id="no model left"
        ),
        pytest.param(("levers", "support-chat", "--model", "gpt-99"), "no model called gpt-99", id="no such model"),
    ],
)
def test_a_wrong_call_is_said_in_one_line(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*words) == BAD_INPUT
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
