"""The ways that people go, in a real browser."""

import io
import json
import re
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect
from pypdf import PdfReader

from estimator.dashboard.frame import PAGES
from estimator.decision import month_after, month_of
from pricing import now
from tests.chat_server import Script, serving
from tests.conftest import settle
from tests.test_variance import exports

LOOKS = {"desktop, light": (1280, "light"), "phone, dark": (390, "dark")}

# What the browser refuses to load or to run, by the policy that it was told.
WATCH = """window.refused = []
document.addEventListener("securitypolicyviolation", e => window.refused.push([e.effectiveDirective, e.blockedURI]))"""


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)


def test_from_a_task_to_its_cost_its_sources_and_the_report(page: Page, app_url: str) -> None:
    open_page(page, app_url)
    page.get_by_role("combobox", name="Or search all tasks").click()
    page.get_by_role("option", name="Invoice extraction").click()
    expect(page.get_by_text(re.compile(r"^For 200 invoices a month the best buy is"))).to_be_visible()
    settle(page)
    expect(page.get_by_role("heading", name=re.compile(r"^About .* a month"))).to_be_visible()

    page.get_by_role("combobox", name="Of which model?").fill("GPT-5.4")
    page.get_by_role("option", name="GPT-5.4", exact=True).click()
    settle(page)
    fold = page.get_by_test_id("stExpander").filter(has_text="GPT-5.4 · ")
    fold.locator("summary").click()
    expect(fold.get_by_role("link", name="genai-prices")).to_have_attribute("href", re.compile("^https://github.com/"))

    with page.expect_download() as download:
        page.get_by_role("button", name="Download the report (PDF)").click()
    with open(download.value.path(), "rb") as file:  # noqa: PTH123 - a path from the browser
        text = PdfReader(io.BytesIO(file.read())).pages[0].extract_text()
    assert "Invoice extraction" in text
    assert "GPT-5.4" in text


def test_the_work_goes_along_from_page_to_page(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/?task=Coding+help")
    page.get_by_role("spinbutton", name="How many requests?").fill("5000")
    page.get_by_role("spinbutton", name="How many requests?").press("Enter")
    settle(page)
    page.get_by_role("link", name="Budget", exact=True).first.click()
    settle(page)
    expect(page.get_by_text("Your work: coding help, 5,000 requests a month")).to_be_visible()


def test_a_link_restores_work_and_settings_on_every_page(page: Page, app_url: str) -> None:
    work = "task=E-mail+triage&many-email-triage=90&per-email-triage=a+week&currency=GBP"
    open_page(page, f"{app_url}/selfhost?{work}&weights=gpt-oss-120b&tenure=rented+for+a+term")
    expect(page.get_by_text("Your work: e-mail triage, 90 e-mails a week")).to_be_visible()
    expect(page.get_by_role("combobox", name="Open model")).to_have_value("gpt-oss-120b")
    expect(page.get_by_text(re.compile("own GPUs cost £"))).to_be_visible()
    page.get_by_role("link", name="Budget", exact=True).first.click()
    settle(page)
    page.get_by_role("spinbutton", name="At most (£)").fill("7")
    page.get_by_role("spinbutton", name="At most (£)").press("Enter")
    settle(page)
    page.get_by_role("link", name="Run it yourself", exact=True).first.click()
    settle(page)
    expect(page.get_by_role("combobox", name="Open model")).to_have_value("gpt-oss-120b")
    page.get_by_role("link", name="Budget", exact=True).first.click()
    settle(page)
    page.reload()
    settle(page)
    expect(page.get_by_role("spinbutton", name="At most (£)")).to_have_value("7")
    expect(page.get_by_text("Your work: e-mail triage, 90 e-mails a week")).to_be_visible()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        pytest.param("compare?from=Your+files", "This page needs to know your work first", id="files stay at home"),
        pytest.param(
            "?from=Saved+work&saved=No+%C2%B7+Body", "Nothing is saved yet|Choose one to go on", id="not yours"
        ),
        pytest.param(
            "?task=Nonsense&many-support-chat=-3&currency=XXX", "For 1,000 conversations a month", id="nonsense"
        ),
    ],
)
def test_a_link_that_cannot_restore_all_says_so(page: Page, app_url: str, address: str, said: str) -> None:
    open_page(page, f"{app_url}/{address}")
    expect(page.get_by_text(re.compile(said)).first).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0


def test_a_file_is_priced(page: Page, app_url: str) -> None:
    open_page(page, app_url)
    page.get_by_text("Your files").click()
    settle(page)
    rows = "timestamp,input_tokens,output_tokens\n2026-11-01T09:00:00Z,1000,200\n2026-11-01T10:00:00Z,3000,100\n"
    page.locator('input[type="file"]').set_input_files(
        {"name": "requests.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    expect(page.get_by_text("requests.csv").first).to_be_visible()
    settle(page)
    expect(page.get_by_role("heading", name=re.compile(r"^About .* a month"))).to_be_visible()
    page.get_by_role("link", name="Compare", exact=True).first.click()
    settle(page)
    expect(page.get_by_role("heading", name="Behind the figures")).to_be_visible()


def test_a_chat_log_is_dropped_in_and_priced(page: Page, app_url: str) -> None:
    chats = [
        {
            "messages": [
                {"role": "user", "content": f"Do you have {n} loaves?"},
                {"role": "assistant", "content": "Yes."},
            ]
        }
        for n in range(300)
    ]
    open_page(page, app_url)
    page.get_by_text("Your files").click()
    settle(page)
    log = "\n".join(map(json.dumps, chats))
    page.locator('input[type="file"]').set_input_files(
        {"name": "chats.jsonl", "mimeType": "application/jsonl", "buffer": log.encode()}
    )
    expect(page.get_by_text(re.compile("chats.jsonl: 300 requests")).first).to_be_visible()
    page.get_by_role("spinbutton", name="How many requests like these?").fill("30000")
    page.get_by_role("spinbutton", name="How many requests like these?").press("Enter")
    settle(page)
    expect(page.get_by_role("heading", name=re.compile(r"^About .* a month"))).to_be_visible()
    expect(page.get_by_text(re.compile("^For 30,000 requests a month")).first).to_be_visible()
    fold = page.get_by_test_id("stExpander").filter(has_text=" a month (")
    fold.locator("summary").click()
    expect(fold.get_by_text(re.compile("Answers take|of the input repeats")).first).to_be_visible()


def test_a_budget_is_made_kept_and_held_against_last_months_bill(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/budget")
    page.get_by_role("spinbutton", name="At most ($)").fill("1000")
    page.get_by_role("spinbutton", name="At most ($)").press("Enter")
    settle(page)
    expect(page.get_by_text(re.compile("^It fits")).first).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile(r"What could I afford for \$1,000"))).to_be_visible()

    last = month_after(month_of(now()), -1)
    days = (month_of(now()) - last).days
    page.get_by_test_id("stFileUploader").locator('input[type="file"]').last.set_input_files(
        [FilePayload(name=name, mimeType="text/csv", buffer=data) for name, data in exports(last, days, 500)]
    )
    expect(page.get_by_text(re.compile("more than planned, most of it for more requests")).first).to_be_visible()

    page.get_by_role("textbox", name="Budget for which client?").fill("Acme")
    page.get_by_role("textbox", name="Name of the budget").fill("Next year")
    page.get_by_role("textbox", name="Name of the budget").press("Enter")
    settle(page)
    page.get_by_role("button", name="Save this budget").click()
    expect(page.get_by_text("The budget Next year of Acme is saved, version 1.")).to_be_visible()


def test_reading_a_large_file_can_be_stopped(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/?from=Your+files")
    line = json.dumps({"messages": [{"role": "user", "content": "Do you have any loaves left on Sunday? " * 40}]})
    page.locator('input[type="file"]').set_input_files(
        {"name": "chats.jsonl", "mimeType": "application/jsonl", "buffer": ((line + "\n") * 20_000).encode()}
    )
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Reading was stopped, and nothing was kept.")).to_be_visible()
    expect(page.get_by_role("button", name="Read again")).to_be_visible()


def test_a_trial_can_be_stopped(page: Page, app_url: str) -> None:
    script = Script(first_wait_s=1)
    with serving(script) as url:
        open_page(page, f"{app_url}/trial")
        page.get_by_role("textbox", name="Or type prompts here, one a line").fill(
            "\n".join(f"Is it {n}?" for n in range(20))
        )
        page.get_by_role("textbox", name="Or type prompts here, one a line").press("Control+Enter")
        settle(page)
        for label, text in (("First model: address", url), ("First model: name at that address", "m")):
            page.get_by_role("textbox", name=label).fill(text)
            page.get_by_role("textbox", name=label).press("Enter")
            settle(page)
        page.get_by_text(re.compile("^Send 20 prompts to")).click()
        settle(page)
        page.get_by_role("button", name="Run the trial").click()
        page.get_by_role("button", name="Stop", exact=True).click()
        expect(page.get_by_text(re.compile("^The trial was stopped"))).to_be_visible()
        assert len(script.seen) < 20


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "scheme"), LOOKS.values(), ids=LOOKS)
def test_a_page_stands_at_every_width_and_talks_to_nobody_else(
    browser: Browser, app_url: str, name: str, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 1600}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    asked: set[str | None] = set()
    problems: list[str] = []
    page.add_init_script(WATCH)
    page.on("request", lambda request: asked.add(urlparse(request.url).hostname))
    page.on("pageerror", lambda error: problems.append(str(error)))
    open_page(page, f"{app_url}/{'' if name == 'cost' else name}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0
    assert page.get_by_test_id("stAlertContentError").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert asked <= {"127.0.0.1", None, ""}
    assert problems == []
    assert page.evaluate("window.refused") == []
    context.close()
