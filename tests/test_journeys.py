"""What three people do from start to end, in a real browser: an owner on a phone, a consultant, an administrator."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pypdf import PdfReader

from pricing import catalog, now
from pricing.changes import Change, Kind
from pricing.journal import Review, Run, records
from pricing.store import commit, writing
from tests.conftest import PATIENCE_MS, ROOT, settle
from tests.serving import served

PHONE: ViewportSize = {"width": 390, "height": 844}


def opened(browser: Browser, address: str, *, phone: bool = False, locale: str = "en-US") -> Page:
    """A new session of somebody else: nothing is shared with other tabs."""
    size: ViewportSize = PHONE if phone else {"width": 1280, "height": 1800}
    context = browser.new_context(
        viewport=size, color_scheme="dark" if phone else "light", locale=locale, accept_downloads=True
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(address)
    settle(page)
    return page


def link_of(page: Page) -> str:
    """The address that the page offers."""
    page.get_by_role("button", name="Link", exact=True).click()
    address = page.get_by_test_id("stPopoverBody").locator("code").inner_text()
    page.keyboard.press("Escape")
    return address


def fill(page: Page, label: str, value: str) -> None:
    field = page.get_by_role("spinbutton", name=label)
    field.fill(value)
    field.press("Enter")
    settle(page)


def test_an_owner_on_a_phone_learns_whether_it_fits_and_passes_it_on(browser: Browser, app_url: str) -> None:
    page = opened(browser, app_url, phone=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("What do you want AI to do?")
    page.get_by_test_id("stButtonGroup").get_by_text("Invoice extraction").click()
    settle(page)
    fill(page, "How many invoices?", "90000")
    answer = page.get_by_role("heading", name=re.compile(r"^About \$[\d,.]+ a month$"))
    expect(answer).to_be_visible()
    expect(
        page.get_by_text(re.compile("^For 90,000 invoices a month the best buy is .*the cheapest of the"))
    ).to_be_visible()
    expect(page.get_by_text(re.compile("A light month costs .*, a heavy one .*, mostly because"))).to_be_visible()

    page.get_by_role("link", name="Fit a budget").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Does it fit the budget?")
    settle(page)
    fill(page, "At most ($)", "20")
    verdict = page.get_by_test_id("stAlert").first
    expect(verdict).to_contain_text("It does not fit.")
    expect(page.get_by_text("Your work: invoice extraction, 90,000 invoices a month")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    other = opened(browser, link_of(page), locale="de-DE")
    expect(other.get_by_text("Your work: invoice extraction, 90,000 invoices a month")).to_be_visible()
    expect(other.get_by_test_id("stAlert").first).to_have_text(verdict.inner_text())
    other.context.close()
    page.context.close()


def test_a_reader_has_figures_in_the_form_of_the_place(browser: Browser, app_url: str) -> None:
    page = opened(browser, f"{app_url}/?task=Invoice+extraction&many-invoice-extraction=2000000", locale="de-DE")
    expect(page.get_by_role("heading", name=re.compile(r"^About [\d.]+\s€ a month$"))).to_be_visible()
    page.get_by_role("button", name="EUR").click()
    page.get_by_role("combobox", name="Numbers are written as").click()
    page.get_by_role("option", name="1,234,567.89", exact=True).click()
    settle(page)
    expect(page.get_by_role("heading", name=re.compile(r"^About €[\d,]+ a month$"))).to_be_visible()
    assert parse_qs(urlparse(page.url).query)["numbers"] == ["1,234,567.89"]
    page.context.close()


def usage_of_a_client() -> bytes:
    """A month of GPT-5.4 as OpenAI exports it."""
    head = "start_time_iso,model,num_model_requests,input_tokens,output_tokens,input_cached_tokens\n"
    rows = (f"2026-10-{day:02d}T00:00:00Z,gpt-5.4,1000,2000000,100000,500000\n" for day in range(1, 31))
    return (head + "".join(rows)).encode()


def test_a_consultant_brings_an_export_and_hands_on_a_report(browser: Browser, app_url: str) -> None:
    page = opened(browser, app_url)
    page.get_by_text("Your files", exact=True).click()
    settle(page)
    expect(page.get_by_text(re.compile("^Choose files to see what"))).to_be_visible()
    page.locator('input[type="file"]').set_input_files(
        {"name": "acme-usage.csv", "mimeType": "text/csv", "buffer": usage_of_a_client()}
    )
    expect(page.get_by_text(re.compile("acme-usage.csv: 30,000 requests")).first).to_be_visible()
    settle(page)
    expect(page.get_by_role("heading", name=re.compile(r"^About \$"))).to_be_visible()

    page.get_by_role("link", name="Compare models").click()
    settle(page)
    expect(page.get_by_text("Your work: acme-usage.csv")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^Switching from GPT-5.4 .* saves about \$[\d,.]+ a month"))).to_be_visible()
    page.get_by_role("button", name="Link", exact=True).click()
    expect(page.get_by_text(re.compile("^Files and texts stay with you"))).to_be_visible()
    page.keyboard.press("Escape")

    page.get_by_role("link", name="Report", exact=True).first.click()
    settle(page)
    page.get_by_role("button", name="Make the report").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the PDF").click()
    assert "acme-usage.csv" in PdfReader(download.value.path()).pages[0].extract_text()

    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("textbox", name="For which client?").fill("Acme Journeys")
    page.get_by_role("textbox", name="Under which name?").fill("October")
    page.get_by_role("textbox", name="Under which name?").press("Enter")
    settle(page)
    page.get_by_role("button", name="Save it").click()
    expect(page.get_by_text("Saved for Acme Journeys as October, version 1.")).to_be_visible()

    again = opened(browser, f"{app_url}/compare?from=Saved+work&saved=Acme+Journeys+%C2%B7+October")
    expect(again.get_by_text("Your work: Acme Journeys · October")).to_be_visible()
    expect(again.get_by_text(re.compile(r"^Switching from GPT-5.4 .* saves about"))).to_be_visible()
    again.context.close()
    page.context.close()


@pytest.fixture(scope="module")
def app_with_a_queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over a copy of the data in which a price change waits for a person."""
    data = tmp_path_factory.mktemp("facts") / "data"
    shutil.copytree(ROOT / "data", data)
    ours = next(
        rule for rule in catalog().models["openai", "gpt-5.4"].rules if rule.item == "input" and rule.valid_to is None
    )
    theirs = ours.model_copy(update={"usd": ours.typical * 4, "source": "litellm"})
    change = Change(
        kind=Kind.CHANGED,
        feed="litellm",
        provider="openai",
        model="gpt-5.4",
        version="1",
        ours=(ours,),
        theirs=(theirs,),
    )
    review = Review(id="abcd1234", reason="it is four times the old price", since=date(2026, 11, 20), change=change)
    with writing(data) as held:
        commit(held, records(held, Run(at=now(), verb="refresh", waiting=1), [review]))
    with served(BREAKEVEN_DATA=str(data)) as url:
        yield url


def test_an_administrator_sees_what_changed_what_waits_and_what_to_run(browser: Browser, app_with_a_queue: str) -> None:
    page = opened(browser, app_with_a_queue)
    page.get_by_role("link", name="Prices", exact=True).first.click()
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("What do models cost, and who says so?")
    expect(page.get_by_text(re.compile(r"^\d[\d,]* models, checked \d"))).to_be_visible()

    page.get_by_role("tab", name="What changed").click()
    expect(page.get_by_text(re.compile("What is announced comes first"))).to_be_visible()
    page.get_by_role("tab", name=re.compile("To decide")).click()
    expect(page.get_by_role("heading", name="1 change waits for a person")).to_be_visible()
    page.get_by_test_id("stExpander").filter(has_text="abcd1234").locator("summary").click()
    expect(page.get_by_text("it is four times the old price")).to_be_visible()
    expect(page.get_by_text("python -m pricing review accept abcd1234")).to_be_visible()
    expect(page.get_by_role("tabpanel", name="To decide").get_by_text("$10.00 per 1M")).to_be_visible()
    page.context.close()
