"""The `report` command: every form, whose it is, its limit, past use as FOCUS, and the same again later."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from estimator.__main__ import main
from estimator.report.forms import FORMS
from tests.test_brands import png
from tests.test_variance import exports

DONE, BAD_INPUT, NEEDS_A_PERSON = 0, 2, 3
CHAT = ("report", "support-chat", "--model", "gpt-5.4", "--at", "2026-11-23")
DAYS = 3


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """The exit code, standard output and standard error of a call."""

    def run(*argv: object) -> tuple[int, str, str]:
        try:
            code = main([str(arg) for arg in argv])
        except SystemExit as stop:
            code = int(stop.code or 0)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def usage(tmp_path: Path) -> list[Path]:
    """Three days of usage, and their bill."""
    files = []
    for name, data in exports(date(2026, 10, 1), DAYS, 1000):
        (tmp_path / name).write_bytes(data)
        files.append(tmp_path / name)
    return files


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_written_whole(say: Any, tmp_path: Path, form: str) -> None:
    file = tmp_path / "out" / f"r.{form}"
    file.parent.mkdir()
    code, out, err = say(*CHAT, "--format", form, "-o", file)
    assert (code, err) == (DONE, "")
    assert out == f"{file}: a comparison of 2 options\n"
    assert list(file.parent.iterdir()) == [file]
    assert file.stat().st_size > 1000


def made(say: Any, file: Path, *argv: object) -> Any:
    assert say(*CHAT, "--format", "json", "-o", file, *argv)[0] == DONE
    return json.loads(file.read_bytes())


def test_it_is_branded_by_a_file(say: Any, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(png())
    brand = tmp_path / "brand.json"
    brand.write_text('{"client": "Ácme", "prepared_by": "A. Consultant", "color": "#8a1c3c", "logo": "logo.png"}')
    found = made(say, tmp_path / "r.json", "--brand", brand, "--title", "For the board")
    assert found["title"] == "For the board"
    assert found["brand"] == {
        "client": "Ácme",
        "prepared_by": "A. Consultant",
        "confidentiality": "",
        "color": "#8a1c3c",
        "second_color": "#4a86e8",
    }


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param("{", "brand.json, line 1: ", id="no JSON"),
        pytest.param('{"colour": "#8a1c3c"}', "brand.json, colour: Extra inputs", id="unknown key"),
        pytest.param('{"color": "red"}', "red is not a colour", id="colour"),
        pytest.param('{"logo": "none.png"}', "none.png: No such file", id="no logo"),
        pytest.param('{"logo": "brand.json"}', "the logo is no PNG or JPEG", id="no picture"),
    ],
)
def test_a_brand_that_is_none_is_refused_and_nothing_written(
    say: Any, tmp_path: Path, content: str, fault: str
) -> None:
    brand = tmp_path / "brand.json"
    brand.write_text(content)
    code, out, err = say(*CHAT, "--format", "json", "-o", tmp_path / "r.json", "--brand", brand)
    assert (code, out) == (BAD_INPUT, "")
    assert fault in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == [brand]


def test_a_limit_and_a_growth_are_held_against_twelve_months(say: Any, tmp_path: Path) -> None:
    # $40.50 a month by hand: 5,000 requests of 1,800 in at $2.50 and 240 out at $15 a million tokens.
    found = made(say, tmp_path / "r.json", "--monthly-usd", "50", "--growth", "0.10")
    months = found["spending"]["months"]
    assert (found["spending"]["limit_usd"], found["spending"]["growth"]) == ("50", "0.10")
    assert [Decimal(month["usd"]) for month in months[:2]] == [Decimal("40.5"), Decimal("44.55")]
    assert [month["over"] for month in months[:4]] == [False, False, False, True]  # 49.01, then 53.91


@pytest.mark.parametrize(
    ("argv", "fault"),
    [
        pytest.param(("--monthly-usd", "0"), "a limit of 0 buys nothing", id="limit"),
        pytest.param(("--growth", "5"), "5 is a growth of 500% a month", id="growth"),
        pytest.param(("--currency", "XXX"), "no rates of XXX are on record", id="currency"),
        pytest.param(("second.csv",), "a report is about one PROFILE", id="two profiles"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(say: Any, tmp_path: Path, argv: tuple[str, ...], fault: str) -> None:
    call = (CHAT[0], CHAT[1], *argv) if argv[0].endswith("csv") else (*CHAT, *argv)
    code, out, err = say(*call, "--format", "json", "-o", tmp_path / "r.json")
    assert (code, out) == (BAD_INPUT, "")
    assert fault in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("form", ["csv", "json"])
def test_made_again_it_is_the_same_to_the_byte(say: Any, tmp_path: Path, form: str) -> None:
    files = [tmp_path / f"{n}.{form}" for n in (1, 2)]
    for file in files:
        assert say(*CHAT, "--format", form, "-o", file)[0] == DONE
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_answer_says_by_what_to_make_it_again(say: Any, tmp_path: Path) -> None:
    answers = [
        json.loads(say(*CHAT[:-2], *at, "--format", "csv", "-o", tmp_path / "r.csv", "--json")[1])
        for at in ((), ("--at", "2026-11-23T00:00Z"), ("--at", "2026-11-23"))
    ]
    assert answers[0]["prices_of"].endswith(":00+00:00")  # To the minute, as the report tells it.
    assert answers[1] == answers[2]
    again = say(*CHAT[:-1], answers[0]["prices_of"], "--format", "csv", "-o", tmp_path / "r.csv", "--json")[1]
    assert json.loads(again) == answers[0]


# Past use as FOCUS


def rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))


def test_past_use_with_its_bill(say: Any, tmp_path: Path, usage: list[Path]) -> None:
    file = tmp_path / "f.csv"
    code, out, err = say("report", *usage, "--format", "focus", "-o", file, "--account", "A-1")
    assert (code, err) == (DONE, "")
    found = rows(file)
    assert out == f"{file}: {len(found)} charges\n"
    assert {row["BillingAccountId"] for row in found} == {"A-1"}
    assert {row["x_Estimated"] for row in found} == {"false"}
    assert len({row["ChargePeriodStart"] for row in found}) == DAYS


def test_use_without_a_bill_is_estimated_and_said(say: Any, tmp_path: Path, usage: list[Path]) -> None:
    file = tmp_path / "f.csv"
    code, out, _ = say("report", usage[0], "--format", "focus", "-o", file)
    assert code == NEEDS_A_PERSON
    assert "estimated: no bill of their day was given" in out
    assert {row["x_Estimated"] for row in rows(file)} == {"true"}
    answer = json.loads(say("report", usage[0], "--format", "focus", "-o", file, "--json")[1])
    assert answer["rows"] == answer["estimated"] == len(rows(file))


def test_a_forecast_is_never_past_use(say: Any, tmp_path: Path) -> None:
    built = tmp_path / "work.json"
    assert say("build", "conversation", "-o", built)[0] == DONE
    for name in ("support-chat", built):
        code, out, err = say("report", name, "--format", "focus", "-o", tmp_path / "f.csv")
        assert (code, out) == (BAD_INPUT, "")
        assert err == f"error: {name} is a forecast or empty, and FOCUS is of past use: give usage and cost exports.\n"
    assert list(tmp_path.iterdir()) == [built]


def test_a_saved_profile_names_no_models(say: Any, tmp_path: Path, usage: list[Path]) -> None:
    profile = tmp_path / "p.json"
    assert say("profile", usage[0], "-o", profile)[0] == DONE
    code, _, err = say("report", profile, "--format", "focus", "-o", tmp_path / "f.csv")
    assert code == BAD_INPUT
    assert "a saved profile names no models" in err
