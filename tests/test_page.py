"""What the page holds, and how it behaves in a real browser: alone, without scripts, on paper, and at other volumes."""

import io
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from estimator.decision import Comparison, Option, Scenario, hosted_option
from estimator.report import Brand, Report, Terms, report
from estimator.report.page import html
from pricing import Usage
from pricing.facts import Source
from tests.made_up import AT, PLAIN, model, option, sold, work
from tests.reported import BRAND, made_up, support

LOOKS = {
    "desk, light": (1280, "light"),
    "desk, dark": (1280, "dark"),
    "phone, dark": (390, "dark"),
    "phone": (390, "light"),
}
HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}\x00\ud800</title></style><img src=x onerror=alert(2)>"


def saved(made: Report, folder: Path) -> str:
    path = folder / "report.html"
    path.write_bytes(html(made))
    return path.as_uri()


@pytest.fixture
def troubles(page: Page) -> Iterator[list[str]]:
    """What goes wrong on a page, and whom it asks."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("dialog", lambda dialog: found.append(dialog.message))
    page.on("request", lambda r: found.append(r.url) if not r.url.startswith(("file:", "data:")) else None)
    yield found
    assert found == []


def shown(page: Page) -> dict[str, str]:
    """The amount of each option that is in view, by its name and how it is had; top to bottom."""
    rows = page.locator("#options > tbody:not([hidden])").all()
    return {
        f"{row.locator('.name').inner_text()}|{row.locator('.how').first.inner_text()}": (
            f"{row.locator('.range').inner_text()}|{row.locator('.amount').inner_text()}"
        )
        for row in rows
    }


def amounts(options: list[Option], times: int) -> list[str]:
    """As the engine has them at so many times today's volume, cheapest first."""
    plans = {hosted_option(plan): plan for plan in support().plans}

    def at(o: Option) -> tuple[Decimal, Decimal, Decimal]:
        if o in plans:
            moved = hosted_option(plans[o].at_volume(times))
            return moved.low_usd, moved.usd, moved.high_usd
        return o.low_usd * times, o.usd * times, o.high_usd * times

    costs = sorted(map(at, options), key=lambda cost: cost[1])
    return [f"{support().money_range(low, high)}|{support().money(usd)}" for low, usd, high in costs]


def move_to(page: Page, times: int) -> None:
    """Move the slider by keys to a multiple of today's volume."""
    slider = page.get_by_label("How much work?")
    slider.focus()
    for _ in range(20):
        if (slider.get_attribute("aria-valuetext") or "").startswith("Today" if times == 1 else f"{times} times"):
            return
        slider.press("ArrowRight")
    raise AssertionError(f"the slider has no stop at {times}")


@pytest.mark.parametrize(("times", "said"), [(2, "40,000"), (5, "100,000"), (100, "2M")])
def test_at_another_volume_every_amount_is_the_engines(
    page: Page, troubles: list[str], tmp_path: Path, times: int, said: str
) -> None:
    page.goto(saved(support(), tmp_path))
    assert list(shown(page).values()) == amounts(list(support().options), 1)
    move_to(page, times)
    assert list(shown(page).values()) == amounts(list(support().options), times)
    expect(page.locator("#at")).to_contain_text(f"{times} times today's volume: {said} conversations a month")
    assert troubles == []


@pytest.mark.parametrize("currency", ["USD", "JPY", "CHF"])
def test_amounts_are_written_as_everywhere(page: Page, tmp_path: Path, currency: str) -> None:
    usd = ("0", "0.001", "0.0024", "0.0026", "7.25", "49.997", "49.998", "617.3", "123456.7")
    made = made_up(*map(option, usd))
    made = report(made.comparison, made.catalog, (), Terms(currency=currency))
    page.goto(saved(made, tmp_path))
    for times in (1, 2):
        move_to(page, times)
        said = [made.money(Decimal(each) * times) for each in usd]
        assert page.locator("#options .amount").all_text_contents() == said


def test_own_gpus_whose_plan_is_not_at_hand_are_not_made_up(page: Page, troubles: list[str], tmp_path: Path) -> None:
    own = option("50", kind="selfhost", provider="selfhost", name="Own", status="derived")
    page.goto(saved(made_up(option("20"), own), tmp_path))
    move_to(page, 2)
    assert list(shown(page).values()) == ["$40.00|$40.00", "|not computed"]
    assert troubles == []


def test_options_are_sorted_and_filtered(page: Page, troubles: list[str], tmp_path: Path) -> None:
    options = (
        option("1", "1", "9", name="Beta"),
        option("2", "1", "3", name="alpha", status="claimed"),
        option("3", name="Gamma"),
    )
    page.goto(saved(made_up(*options), tmp_path))
    names = page.locator("#options > tbody:not([hidden]) .name")
    expect(names).to_have_text(["Beta", "alpha", "Gamma"])
    page.get_by_role("button", name="USD a month").click()
    expect(names).to_have_text(["Gamma", "alpha", "Beta"])
    page.get_by_role("button", name="Option").click()
    expect(names).to_have_text(["alpha", "Beta", "Gamma"])
    assert page.get_by_role("columnheader", name="Option").get_attribute("aria-sort") == "ascending"
    page.get_by_role("button", name="Light to heavy month").click()
    expect(names).to_have_text(["alpha", "Gamma", "Beta"])
    page.get_by_label("Show").select_option("all but claims")
    expect(names).to_have_text(["Gamma", "Beta"])
    page.get_by_label("Name or seller").fill("BET")
    expect(names).to_have_text(["Beta"])
    expect(page.locator("#at")).to_contain_text("1 of 3 shown.")
    assert troubles == []


def test_a_claim_is_never_the_cheapest_with_a_listed_price(page: Page, tmp_path: Path) -> None:
    page.goto(saved(made_up(option("1", name="Rumour", status="claimed"), option("2", name="Sold")), tmp_path))
    expect(page.locator("#at")).to_contain_text("Cheapest with a listed price: Sold at $2.00 a month.")
    expect(page.locator(".span.claim")).to_have_count(1)


def test_all_of_it_reads_without_scripts(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(saved(support(), tmp_path))
    expect(page.locator("#controls")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_text("What Customer support chat would cost")
    assert list(shown(page).values()) == amounts(list(support().options), 1)
    page.locator("summary").first.click()
    expect(page.locator("#options details").first.get_by_role("cell").first).to_be_visible()
    page.context.close()


@pytest.mark.parametrize(("width", "scheme"), LOOKS.values(), ids=LOOKS)
def test_everyone_can_use_it(browser: Browser, tmp_path: Path, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(saved(support(), tmp_path))
    page.locator("summary").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = [v for v in Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"}]
    assert [(v["id"], [node["target"] for node in v["nodes"]]) for v in found] == []
    context.close()


@pytest.mark.parametrize("color", ["#ffd400", "#000000", "#ffffff", "#8a1c3c", "#4a86e8"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_any_clients_colour_can_be_read(browser: Browser, tmp_path: Path, color: str, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(saved(made_up(option("1"), option("2"), brand=Brand(color=color)), tmp_path))
    found = Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
    assert [node["target"] for v in found for node in v["nodes"]] == []
    context.close()


def test_on_paper_all_folds_are_open(page: Page, tmp_path: Path) -> None:
    page.goto(saved(support(), tmp_path))
    printed = "".join(p.extract_text() for p in PdfReader(io.BytesIO(page.pdf())).pages)
    squeezed = re.sub(r"\s", "", printed)
    for each in support().options:
        for line in each.lines:
            assert re.sub(r"\s", "", support().money(line.usd)) in squeezed
    assert "AgainstAttheearliestTypicallyAtthelatest" in squeezed
    assert "Nameorseller" not in squeezed


def test_what_a_client_types_is_text(page: Page, troubles: list[str], tmp_path: Path) -> None:
    book = sold(model(*PLAIN))
    bad = Source(
        id="bad",
        publisher=HOSTILE,
        title=HOSTILE,
        locator="javascript:alert(3)",
        accessed_on=date(2026, 1, 1),
        licence=HOSTILE,
    )
    book = replace(book, sources={**book.sources, "bad": bad})
    brand = replace(BRAND, client=HOSTILE[:120], prepared_by=HOSTILE[:120], confidentiality=HOSTILE[:120])
    options = (option("1", name=HOSTILE, further_sources=("bad",)), option("2"))
    made = report(
        Comparison(work(Usage(output_tokens=1)), Scenario(AT), options), book, (), Terms(brand, title=HOSTILE)
    )
    page.goto(saved(made, tmp_path))
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>alert(1)</script>\"'&{{7*7}}")
    assert page.locator("script").count() == 1
    assert page.locator("img:not(.logo)").count() == 0
    assert page.locator('a[href^="javascript"]').count() == 0
    assert troubles == []


CASES = {
    "nothing is priced": (made_up(), "Nothing here has a listed price for this work"),
    "only a claim": (made_up(option("1", status="claimed")), "No way has a listed price"),
    "no own GPUs": (made_up(option("2", "1", "3")), "No open model of the comparison can serve this work"),
    "costs nothing": (made_up(option("0")), "costs least: about $0 a month"),
}


@pytest.mark.parametrize(("made", "said"), CASES.values(), ids=CASES)
def test_what_was_not_computed_is_said_in_words(
    page: Page, troubles: list[str], tmp_path: Path, made: Report, said: str
) -> None:
    page.goto(saved(made, tmp_path))
    expect(page.locator("main")).to_contain_text(said)
    assert troubles == []


def test_every_source_and_assumption_is_there_and_every_citation_leads_to_one(page: Page, tmp_path: Path) -> None:
    page.goto(saved(support(), tmp_path))
    items = page.locator("#sources li")
    assert items.count() == len(support().sources)
    for number, source in enumerate(support().sources, 1):
        expect(page.locator(f"#source-{number}")).to_contain_text(f"{source.title}. {source.publisher}.")
    assert page.locator("#rests li").count() == len(support().assumptions)
    leads = "[...document.querySelectorAll('.cite')].every(a => document.querySelector(a.getAttribute('href')))"
    assert page.evaluate(leads)


def test_charts_are_told_to_those_who_do_not_see_them() -> None:
    charts = re.findall(r'<svg role="img".*?</svg>', html(support()).decode(), re.DOTALL)
    assert len(charts) == 6
    for chart in map(ElementTree.fromstring, charts):
        ids = chart.attrib["aria-labelledby"].split()
        told = {each.attrib["id"]: each.text for each in chart if each.tag in {"title", "desc"}}
        assert all(told[id] for id in ids)


def test_a_page_is_small_and_soon_made_and_always_the_same() -> None:
    first = html(support())
    begun = time.process_time()
    assert html(support()) == first
    assert time.process_time() - begun < 1
    assert len(first) < 300_000


@settings(max_examples=25)
@given(st.text(max_size=120), st.text(max_size=200))
def test_any_name_makes_a_page(client: str, name: str) -> None:
    assert html(made_up(option("1", name=name), brand=Brand(client=client))).endswith(b"</html>")
