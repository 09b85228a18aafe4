"""The page of reports: what is asked, what is made and shown, a client's brand kept, past use as FOCUS."""

import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from streamlit.testing.v1 import AppTest

from estimator.dashboard.branding import _STALE
from estimator.report import Brand
from estimator.workspace import StaleBrand, brands, workspace
from tests.conftest import settle
from tests.kept import a_study
from tests.test_brands import png
from tests.test_dashboard import run, said
from tests.test_variance import exports

PLACE = "Acme/0"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BREAKEVEN_DATABASE_URL", raising=False)
    monkeypatch.setenv("BREAKEVEN_HOME", str(tmp_path / "home"))


def then(page: AppTest, change: Callable[[AppTest], object]) -> AppTest:
    change(page)
    page.run()
    assert not page.exception, page.exception
    return page


def made(page: AppTest) -> AppTest:
    return then(page, lambda p: p.button(key="make-report").click())


def of_acme() -> AppTest:
    """The page once the client is chosen, who has saved work."""
    workspace().save("Acme", "chat", a_study())
    return run("report", lambda p: p.selectbox(key="brand-client-").set_value("Acme"))


def file_of(page: AppTest) -> Any:
    return page.session_state["report-made"]


def test_nothing_is_made_before_it_is_asked_for() -> None:
    page = run("report")
    assert page.title[0].value == "What do you want to hand on?"
    assert "make it: what you see here" in said(page)
    assert not page.get("download_button")[:-1]
    assert "report-made" not in page.session_state


def test_a_pdf_is_made_with_its_first_page_and_what_to_make_it_again_by() -> None:
    page = made(run("report"))
    found = file_of(page)
    assert found.data.startswith(b"%PDF")
    assert found.picture.startswith(b"\x89PNG")
    assert found.report.state.digest[:12] in said(page)
    assert "It can be made again with the same figures." in said(page)


def test_the_wishes_are_in_it() -> None:
    page = run("report")
    page.selectbox(key="report-form").set_value("json")
    page.text_input(key="report-title").set_value("For *the* board")
    page.number_input(key="report-limit").set_value(250)
    page.number_input(key="report-growth").set_value(10)
    found = json.loads(file_of(made(page)).data)
    assert found["title"] == "For *the* board"
    assert (found["spending"]["limit_usd"], found["spending"]["growth"]) == ("250", "0.1")
    assert "**The answer.**" in said(page)


def test_a_limit_is_in_the_readers_currency() -> None:
    page = run("report", lambda p: p.selectbox(key="currency").set_value("EUR"))
    page.number_input(key="report-limit").set_value(100)
    found = file_of(made(page)).report
    assert found.exchange.currency == "EUR"
    assert found.amount(found.spending.limit_usd) == pytest.approx(Decimal(100))


def test_what_was_made_before_a_change_is_not_handed_on() -> None:
    page = made(run("report"))
    then(page, lambda p: p.text_input(key="report-title").set_value("Another"))
    assert "Something has changed since: make the report again." in said(page)
    assert "report-made" in page.session_state
    assert "Something has changed" not in said(made(page))


def test_a_brand_is_kept_for_a_client_and_comes_back() -> None:
    page = of_acme()
    page.text_input(key=f"by-{PLACE}").set_value("A. Consultant")
    page.color_picker(key=f"color-{PLACE}").set_value("#8a1c3c")
    page.file_uploader(key=f"logo-{PLACE}").set_value(("logo.png", png(), "image/png"))
    then(page, lambda p: p.button(key="keep-brand").click())
    assert "All reports for Acme look so from now on." in said(page)
    kept = brands().of("Acme")
    assert kept is not None
    assert kept.brand == Brand("Acme", "A. Consultant", color="#8a1c3c", logo=png())

    again = run("report", lambda p: p.selectbox(key="brand-client-").set_value("Acme"))
    assert again.text_input(key="by-Acme/1").value == "A. Consultant"
    assert again.button(key="keep-brand").disabled
    assert file_of(made(again)).report.brand == kept.brand
    then(again, lambda p: p.checkbox(key="no-logo-Acme/1").check())
    assert not again.button(key="keep-brand").disabled


def test_a_brand_that_somebody_changed_is_chosen_between() -> None:
    page = of_acme()
    page.text_input(key=f"by-{PLACE}").set_value("Mine")
    theirs = brands().save("Acme", Brand(client="Acme", prepared_by="Theirs"))
    with pytest.raises(StaleBrand) as caught:
        brands().save("Acme", Brand(client="Acme", prepared_by="Mine"))
    page.session_state[_STALE] = caught.value  # As where the page was open while another saved.
    page.run()
    assert "Not kept yet." in said(page)
    then(page, lambda p: p.button(key="keep-my-brand").click())
    kept = brands().of("Acme")
    assert kept is not None
    assert (kept.number, kept.brand.prepared_by) == (theirs.number + 1, "Mine")
    assert "Not kept yet." not in said(page)


def test_a_logo_that_is_none_is_told_in_one_sentence() -> None:
    page = of_acme()
    page.file_uploader(key=f"logo-{PLACE}").set_value(("logo.png", b"GIF89a", "image/png"))
    page.run()
    assert [error.value for error in page.error] == ["The logo is no PNG or JPEG that can be read\\: save it as one."]


def test_past_use_becomes_focus() -> None:
    page = run("report")
    files = [(name, data, "text/csv") for name, data in exports(date(2026, 10, 1), 2)]
    then(page, lambda p: p.file_uploader(key="focus-files").set_value(files))
    assert "6 charges, 0 of them estimated." in said(page)
    then(page, lambda p: p.file_uploader(key="focus-files").set_value(files[:1]))
    assert "4 charges, 4 of them estimated." in said(page)
    then(page, lambda p: p.file_uploader(key="focus-files").set_value([("a.csv", b"nothing\n", "text/csv")]))
    assert len(page.error) == 1


def test_a_report_is_made_seen_and_taken_along_in_a_browser(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/report?task=Invoice+extraction")
    settle(page)
    page.get_by_text("Whose report is it?").click()
    page.get_by_label("Prepared by").fill("A. Consultant")
    page.get_by_label("Prepared by").press("Enter")
    settle(page)
    page.get_by_role("button", name="Make the report").click()
    picture = page.get_by_role("img", name="First page of the report: What Invoice extraction would cost")
    expect(picture).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the PDF").click()
    assert download.value.suggested_filename.endswith(".pdf")
    with open(download.value.path(), "rb") as file:  # noqa: PTH123 - a path from the browser
        text = PdfReader(io.BytesIO(file.read())).pages[0].extract_text()
    assert "Invoice extraction" in text
    assert "A. Consultant" in text
