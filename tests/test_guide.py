"""What README and guides tell to run, runs; the code they name is there; the figures they quote are those on record."""

import csv
import re
import shlex
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import estimator.__main__
import pricing.__main__
from estimator.dashboard.handbook import GUIDES, Code, pieces
from estimator.decision import Scenario
from estimator.workload import from_template, templates
from estimator.workspace import study, workspace
from pricing import catalog, now
from tests.conftest import ROOT
from tests.test_variance import exports

FOLDER = ROOT / "estimator" / "dashboard" / "guide"
TEXTS = (ROOT / "README.md", ROOT / ".github" / "CONTRIBUTING.md", *sorted(FOLDER.glob("*.md")))
MAINS = {"pricing": pricing.__main__.main, "estimator": estimator.__main__.main}


_COMMAND = r"(?: {4})?python -m (?:pricing|estimator) .*\n"


def examples() -> Iterator[tuple[str, ...]]:
    """The command lines of the texts; those that stand together need one another."""
    for path in TEXTS:
        for block in re.findall(rf"^((?:{_COMMAND})+)", path.read_text("utf-8"), re.MULTILINE):
            yield tuple(re.split(r"\s{2,}|\s#", line.strip())[0] for line in block.splitlines())


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with the files that the examples speak of, and a client's work saved."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BREAKEVEN_HOME", str(tmp_path / "home"))
    models = [key for key, model in catalog().models.items() if model.info.rival]
    chats = from_template(templates()["support-chat"], Fraction(20_000), catalog().sizes, start=now())
    workspace().save("Example Ltd", "Chats", study(chats, Scenario(now()), models, catalog()), 0)
    for name, data in exports(date(2026, 10, 1), 31):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "prompt.txt").write_text("How many tokens is this?")
    (tmp_path / "requests.jsonl").write_text(
        '{"id": "1", "provider": "openai", "model": "gpt-5.4", "at": "2026-11-01T00:00:00Z", '
        '"usage": {"input_tokens": 10, "output_tokens": 5}}\n'
    )


def test_the_texts_show_commands() -> None:
    assert sum(map(len, examples())) > 30


@pytest.mark.parametrize("lines", tuple(examples()), ids=lambda lines: lines[0])
@pytest.mark.usefixtures("desk")
def test_the_commands_in_the_texts_run(lines: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    for line in lines:
        _, _, module, *words = shlex.split(line)
        assert MAINS[module](words) in {0, 3}, capsys.readouterr().err
        assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_files_that_a_text_names_are_there(path: Path) -> None:
    named = re.findall(r"]\((?!https?:|#)([^)]+)\)", path.read_text("utf-8"))
    assert [each for each in named if not (path.parent / each).exists()] == []


def test_the_readme_counts_models_and_sellers_as_they_are() -> None:
    book = catalog()
    assert f"a thousand models of {len(book.providers)} sellers" in (ROOT / "README.md").read_text("utf-8")
    assert 1_000 <= len(book.models) < 1_500


def test_the_code_that_the_method_names_is_there() -> None:
    named = re.findall(r"`((?:pricing|estimator)\.[a-z_.]+)`", (FOLDER / "method.md").read_text("utf-8"))
    assert len(named) > 20
    for name in named:
        module, _, function = name.rpartition(".")
        assert callable(getattr(import_module(module), function)), name


def test_the_errors_that_the_method_quotes_are_those_on_record() -> None:
    with (ROOT / "data" / "throughput" / "errors.csv").open(encoding="utf-8") as file:
        on_record = {
            (r["split"], r["quantity"]): float(r["median_error"]) for r in csv.DictReader(file) if r["group"] == "all"
        }
    names = {"tokens a second": "tokens", "time for a further token": "tpot", "time to read a prompt": "prefill",
             "time to the first token": "ttft"}  # fmt: skip
    found = re.findall(r"^\| (t[a-z ]+) \|(.+)\|$", (FOLDER / "method.md").read_text("utf-8"), re.MULTILINE)
    assert {name for name, _ in found} == set(names)
    for name, cells in found:
        quoted = [int(cell.strip(" %")) for cell in cells.split("|")]
        assert quoted == [round(100 * on_record[split, names[name]]) for split in ("family", "model", "device")]


def _page() -> None:
    from estimator.dashboard import handbook  # noqa: PLC0415 - the body of a script that Streamlit runs

    handbook.show()


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_opens(guide: str) -> None:
    page = AppTest.from_function(_page, default_timeout=30).run()
    page.segmented_control(key="guide").set_value(guide).run()
    assert not page.exception
    assert len("".join(m.value for m in page.markdown)) > 1_000


def test_a_guide_is_shown_whole() -> None:
    found = pieces("deployment.md")
    first, last = (piece for piece in found if isinstance(piece, Code))
    assert first.text.startswith("map $cookie_breakeven_seat")
    assert len(last.text.splitlines()) == 3
    assert str(found[-1]).rstrip().endswith("| and by mail |")
