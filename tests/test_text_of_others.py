"""What people type, upload or import stays text on every page: no HTML, no link, picture, icon or colour of theirs."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from playwright.sync_api import FilePayload, Page, expect
from streamlit.testing.v1 import AppTest

from estimator.dashboard import upkeep
from estimator.dashboard.parts import escaped
from estimator.decision import NoPrice
from estimator.workload import built, template_json
from estimator.workspace import Study, workspace
from pricing.changes import Change, Kind
from pricing.facts import Source
from pricing.journal import Review
from tests.chat_server import Script, serving
from tests.conftest import settle
from tests.made_up import rule
from tests.test_browser import WATCH, open_page
from tests.test_budget_page import saved as budget_saved
from tests.test_dashboard import OPENAI_CSV, run
from tests.test_imports import modules
from tests.test_trial_page import filled, sent
from tests.test_workspace_pages import made, save

BAD = "<img src=x onerror=alert(1)>![x](http://e.example/x):material/home::red[a]$x$"
LIVE = re.compile(r"(?<!\\)<img|(?<!\\)\[x|:material|(?<!\\):red|(?<!\\)\$x")
PLAIN_TEXT = {"text", "dataframe", "code", "json"}  # These show text as it is.


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BREAKEVEN_DATABASE_URL", raising=False)
    monkeypatch.setenv("BREAKEVEN_HOME", str(tmp_path / "home"))


def texts(page: AppTest) -> Iterator[str]:
    """All that a page shows as Markdown: bodies, labels, choices and cells."""
    waiting: list[Any] = list(page._tree.children.values())
    while waiting:
        node = waiting.pop()
        waiting += getattr(node, "children", {}).values()
        if node.type == "table":
            yield from map(str, (*node.value.columns, *node.value.to_numpy().flat))
        elif node.type not in PLAIN_TEXT and (proto := getattr(node, "proto", None)) is not None:
            yield from (str(getattr(proto, name, "")) for name in ("body", "label", "text", "help", "caption"))
            yield from map(str, getattr(proto, "options", ()) if node.type in {"radio", "button_group"} else ())


def live(page: AppTest) -> list[str]:
    """Texts of the page in which something of others would be more than text."""
    assert not page.exception, page.exception
    charts = [chart.proto.spec for chart in page.get("plotly_chart")]
    return [*(text for text in texts(page) if LIVE.search(text)), *(chart for chart in charts if "<img" in chart)]


def shows(page: AppTest) -> bool:
    return any("e.example" in text for text in texts(page))


def uploaded(key: str, name: str, data: bytes, kind: str = "text/csv") -> Callable[[AppTest], object]:
    return lambda page: page.file_uploader(key=key).upload(name, data, kind)


def files(name: str, data: bytes, page: str = "cost") -> AppTest:
    opened = run(page, lambda p: p.segmented_control(key="from").set_value("Your files"))
    uploaded("upload", name, data)(opened)
    return opened.run()


def template(page: str = "cost") -> AppTest:
    opened = run(page, lambda p: p.segmented_control(key="from").set_value("In numbers"))
    uploaded(
        "template",
        "t.json",
        template_json(built("conversation")).replace(f'"{built("conversation").name}"', f'"{BAD}"').encode(),
        "application/json",
    )(opened)
    return opened.run()


def foreign(source: str) -> Study:
    """A study that somebody else wrote, with such text wherever text can be."""
    mine = made()
    lines = tuple(replace(line, name=BAD, unit=BAD, source=BAD, applies=BAD) for line in mine.options[0].lines)
    about = tuple(replace(a, text=BAD, source=BAD) for a in mine.options[0].assumptions)
    option = replace(mine.options[0], name=BAD, detail=BAD, lines=lines, assumptions=about, further_sources=(BAD,))
    told = Source(
        id=BAD, publisher=BAD, title=BAD, locator=source, version=BAD, accessed_on=date(2026, 11, 1), licence=BAD
    )
    return replace(
        mine,
        workload=replace(mine.workload, name=BAD, units=BAD),
        options=(option,),
        unpriced=(NoPrice("m", "p", BAD, BAD),),
        sources=(told,),
    )


def test_the_name_of_a_file_stays_text() -> None:
    page = files(f"{BAD}.csv", OPENAI_CSV)
    assert shows(page)
    assert live(page) == []


@pytest.mark.parametrize("data", [b"", b"\x89PNG", b"a,b\n1,2\n"], ids=["empty", "binary", "strange"])
def test_the_name_of_a_file_that_cannot_be_read_stays_text(data: bytes) -> None:
    page = files(f"{BAD}.csv", data)
    assert shows(page)
    assert live(page) == []


def test_the_columns_of_a_table_stay_text() -> None:
    table = f"Datum;{BAD};Eingabe-Token;Ausgabe-Token\n05.10.2026;{BAD};1234;200\n".encode()
    page = files(f"{BAD}.csv", table)
    next(box for box in page.selectbox if BAD in box.options).set_value(BAD).run()
    assert live(page) == []


def test_the_name_of_described_work_stays_text() -> None:
    page = template()
    assert shows(page)
    assert live(page) == []


def test_clients_and_studies_stay_text() -> None:
    workspace().save(BAD, BAD, made())
    page = run("saved")
    assert live(page) == []
    page.button(key="use").click().run()
    assert live(page) == []
    assert live(save(page, BAD, BAD)) == []


@pytest.mark.parametrize("source", ["https://e.example/a", f"https://e.example/) {BAD}", BAD, "javascript:alert(1)"])
def test_a_study_of_somebody_else_stays_text(source: str) -> None:
    workspace().save("Acme", "theirs", foreign(source))
    page = run("saved")
    assert shows(page)
    assert live(page) == []
    assert not any("](javascript" in text or f") {BAD[:4]}" in text for text in texts(page))


def test_models_and_answers_of_a_trial_stay_text() -> None:
    with serving(Script()) as url:
        page = filled(url)
        page.text_input(key="name-First model").set_value(BAD).run()
        page = sent(page)
    assert shows(page)
    assert live(page) == []


def test_what_feeds_say_stays_text(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = rule("input", "2"), rule("input", "9", source=BAD)
    change = Change(
        kind=Kind.CHANGED, feed=BAD, provider="acme", model=BAD, version=BAD, ours=(ours,), theirs=(theirs,)
    )
    review = Review(id=BAD, reason=BAD, since=date(2026, 11, 1), change=change)
    monkeypatch.setattr(upkeep, "waiting", lambda: (review,))
    page = run("prices")
    assert shows(page)
    assert live(page) == []


def test_budgets_and_their_projects_stay_text() -> None:
    page = budget_saved(run("budget"), BAD, BAD)
    page.text_input(key="project-name").set_value(BAD)
    assert shows(page)
    assert live(page.run()) == []


def test_in_a_browser_it_is_text_too(page: Page, app_url: str) -> None:
    name = BAD.replace("/", "_") + "www.e.example me@e.example.csv"
    page.add_init_script(WATCH)
    page.on("dialog", lambda _: pytest.fail("a script ran"))
    open_page(page, app_url)
    page.get_by_text("Your files").click()
    settle(page)
    for data in (OPENAI_CSV, b"\x89PNG"):
        page.locator('input[type="file"]').set_input_files(FilePayload(name=name, mimeType="text/csv", buffer=data))
        expect(page.get_by_text(re.compile(re.escape("<img src=x onerror=alert(1)>![x]"))).first).to_be_visible()
        settle(page)
        assert page.locator('img[src="x"], a[href*="e.example"]').count() == 0
    assert page.evaluate("window.refused") == []


def test_no_table_gives_a_spreadsheet_a_formula() -> None:
    """A table can be taken away as CSV by Streamlit's own button."""
    formula = "=HYPERLINK(A1)"
    theirs = replace(foreign("https://e.example"), options=(replace(foreign("x").options[0], name=formula),))
    workspace().save(formula, formula, theirs)
    page = run("saved")
    cells = {str(cell) for table in page.dataframe for cell in table.value.to_numpy().flat}
    assert f"'{formula}" in cells
    assert not any(cell.startswith("=") for cell in cells)


@pytest.mark.parametrize("module", sorted(modules()))
def test_no_text_becomes_html(module: str) -> None:
    """Nothing asks Streamlit to take text as HTML or script; what `st.html` is given is a value of the module."""
    tree = modules()[module]
    fixed = {t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
    for node in ast.walk(tree):
        assert not (isinstance(node, ast.keyword) and node.arg in {"unsafe_allow_html", "unsafe_allow_javascript"})
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"st.html", "st.iframe", "components.html"}:
            (given,) = node.args
            assert isinstance(given, ast.Constant) or (isinstance(given, ast.Name) and given.id in fixed)


@given(some.text(min_size=1))
def test_escaped_text_reads_as_it_was(text: str) -> None:
    shown = escaped(text)
    assert "\n" not in shown
    assert re.sub(r"\\(.)", r"\1", shown).replace("\u2060", "") == re.sub(r"\s+", " ", text).replace("\u2060", "")
