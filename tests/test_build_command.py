"""`estimator build`, and tables whose columns are named at the prompt."""

import json
from pathlib import Path
from typing import Any

import pytest

from estimator.__main__ import main
from estimator.workload import kinds

AT = ("--at", "2026-11-24T12:00:00Z")


def answer(capsys: pytest.CaptureFixture[str], *argv: str) -> dict[str, Any]:
    assert main([*argv, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("kind", kinds())
def test_a_built_template_is_a_profile(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "t.json")
    made = answer(capsys, "build", kind, "--set", "units=10", "-o", file)
    assert made["kind"] == kind
    found = answer(capsys, "compare", file, "--model", "gemini-2.5-flash", "--caching", *AT)
    options = found["options"]
    assert all(o["low_usd"] <= o["monthly_usd"] <= o["high_usd"] for o in options)
    assert {"saving_usd", "saving"} <= options[0].keys()


def test_a_known_conversation_on_gpt_5_4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # 6,750 tokens in at $2.50 and 1,000 out at $15 a million, a thousand times. The last two turns begin with 1,350
    # and 1,700 tokens, long enough to be read at $0.25: ten and thirteen blocks of 128.
    file = str(tmp_path / "t.json")
    answer(capsys, "build", "conversation", "-o", file)
    answers = (answer(capsys, "compare", file, "--model", "gpt-5.4", *more, *AT) for more in ((), ("--caching",)))
    plain, cached = (next(o for o in found["options"] if o["status"] == "listed") for found in answers)
    assert (plain["monthly_usd"], plain["saving_usd"]) == (31.875, None)
    assert cached["monthly_usd"] + cached["saving_usd"] == pytest.approx(31.875)
    exact = (1280 + 1664) * (2.5 - 0.25) / 1000
    assert 0.95 * exact < cached["saving_usd"] <= exact


def test_units_of_the_command_go_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "t.json")
    answer(capsys, "build", "batch", "-o", file)
    found = answer(capsys, "compare", file, "--model", "gpt-5.4", "--units", "3", *AT)["profile"]
    assert found["units_per_month"] == 3


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        pytest.param(("build", "tea"), "no kind of work is called tea: give one of conversation", id="kind"),
        pytest.param(("build", "batch", "--set", "pages"), "--set takes name=value", id="no value"),
        pytest.param(("build", "batch", "--set", "pages=0"), "pages must rise from low to high, within 1", id="zero"),
        pytest.param(("build", "batch", "--set", "turns=3"), "batch has no number of this name", id="another's"),
    ],
)
def test_wrong_calls_say_what_to_do(argv: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    assert message in capsys.readouterr().err


def test_a_broken_template_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "t.json"
    file.write_text('{"format": "breakeven-template", "version": 1}')
    assert main(["compare", str(file)]) == 2
    assert "t.json, kind: Field required." in capsys.readouterr().err


def test_a_table_is_counted_by_the_columns_that_were_suggested(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.csv"
    file.write_text("Datum;Eingabe-Token;Ausgabe-Token\n05.10.2026;1.234;200\n06.10.2026;2.500;1.000\n")
    assert main(["profile", str(file)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    columns = said.strip().rpartition("give --columns ")[2]
    assert columns == "start=Datum,input=Eingabe-Token,output=Ausgabe-Token,dates=day-first"
    made = answer(capsys, "profile", str(file), "--columns", columns)
    assert made["usage"] == {"uncached_input_tokens": 3734, "output_tokens": 1200}
