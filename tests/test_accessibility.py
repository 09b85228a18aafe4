"""Barriers, in a real browser: axe on every page in four looks, the keyboard, and 200 % zoom."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from estimator.dashboard.frame import PAGES
from tests.conftest import PATIENCE_MS, settle

Scheme = Literal["light", "dark"]

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# A change of theme moves colours only, so the second look at each width asks for contrast alone.
LOOKS: tuple[tuple[int, Scheme, dict[str, object]], ...] = (
    (1280, "light", {"type": "tag", "values": TAGS}),
    (1280, "dark", {"type": "rule", "values": ["color-contrast"]}),
    (390, "dark", {"type": "tag", "values": TAGS}),
    (390, "light", {"type": "rule", "values": ["color-contrast"]}),
)
TABS = ("One model", "What changed", "Then and now", "Claimed and listed", "To decide")
VIEWS = [(name, "") for name in PAGES] + [("prices", tab) for tab in TABS]
FOLDS = 2  # Opened from the top and from the bottom; those between are alike.


class Exempt(NamedTuple):
    """A finding in markup that is Streamlit's own and that no setting of it mends."""

    rule: str
    within: str
    why: str


EXEMPT = (
    Exempt("target-size", '[data-testid="stDateInput"]', "the parts of a date are as wide as their digits"),
    Exempt("list", '[data-testid="stSidebarNavItems"]', "the menu of a phone has its sections within one list"),
    Exempt("listitem", '[data-testid="stSidebarNavItems"]', "as above"),
    Exempt(
        "scrollable-region-focusable", '[data-testid="stTable"]', "browsers let the keys scroll it, as tested below"
    ),
)


@cache
def axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    """One tab for all."""
    context = browser.new_context(viewport={"width": 1280, "height": 2000}, reduced_motion="reduce", bypass_csp=True)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def show(window: Page, url: str, name: str, width: int = 1280, scheme: Scheme = "light") -> None:
    window.set_viewport_size({"width": width, "height": 2000})
    window.emulate_media(color_scheme=scheme)
    window.goto(f"{url}/{'' if name == next(iter(PAGES)) else name}")
    settle(window)
    window.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")


def open_folds(window: Page, most: int = FOLDS) -> None:
    window.evaluate(
        """most => {
            const folds = [...document.querySelectorAll('[data-testid=stExpander] > details:not([open]) > summary')]
            const some = folds.length > 2 * most ? [...folds.slice(0, most), ...folds.slice(-most)] : folds
            some.forEach(fold => fold.click())
        }""",
        most,
    )
    settle(window)


def look_again(window: Page, width: int, scheme: Scheme) -> None:
    """At another width or in another theme, when all has changed over."""
    window.set_viewport_size({"width": width, "height": 2000})
    window.emulate_media(color_scheme=scheme)
    window.wait_for_function("s => getComputedStyle(document.querySelector('.stApp')).colorScheme === s", arg=scheme)
    stand_still(window)


def stand_still(window: Page) -> None:
    js = "document.getAnimations().every(a => a.effect.getComputedTiming().iterations === Infinity)"
    window.wait_for_function(js)


def findings(window: Page, only: dict[str, object]) -> list[str]:
    """What is serious or worse and not exempt. Pictures of charts have a test of their own."""
    window.evaluate(f"window.axe || (() => {{{axe()}}})()")
    options = {"resultTypes": ["violations"], "iframes": False, "runOnly": only}
    js = "options => axe.run({exclude: ['.js-plotly-plot svg']}, options)"
    found: dict[str, Any] = window.evaluate(js, options)
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for violation in found["violations"]
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
        if not _is_exempt(window, violation["id"], node["target"][0])
    ]


def _is_exempt(window: Page, rule: str, target: str) -> bool:
    places = [exempt.within for exempt in EXEMPT if exempt.rule == rule]
    js = "([target, places]) => places.some(place => document.querySelector(target).closest(place))"
    return bool(window.evaluate(js, [target, places]))


OVERLAPS_JS = """(() => {
    const shown = [...document.querySelectorAll('[data-testid=stMain] [data-testid=stElementContainer]')].filter(
        el => el.checkVisibility({visibilityProperty: true}) && el.innerText.trim())
    const boxes = shown.map(el => [el, el.getBoundingClientRect()]).filter(([, box]) => box.width && box.height)
    const faults = []
    boxes.forEach(([a, one], n) => boxes.slice(n + 1).forEach(([b, two]) => {
        const wide = Math.min(one.right, two.right) - Math.max(one.left, two.left)
        const high = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top)
        if (wide > 2 && high > 2 && !a.contains(b) && !b.contains(a))
            faults.push(a.innerText.slice(0, 40) + ' / ' + b.innerText.slice(0, 40))
    }))
    const main = document.querySelector('[data-testid=stMain]')
    if (Math.max(main.scrollWidth - main.clientWidth, document.documentElement.scrollWidth - innerWidth) > 0)
        faults.push('scrolls sideways')
    return faults
})()"""


@pytest.mark.parametrize(("name", "tab"), VIEWS)
def test_a_page_has_no_serious_barrier_in_any_look_and_stands_at_200_percent(
    window: Page, app_url: str, name: str, tab: str
) -> None:
    show(window, app_url, name)
    if tab:
        window.get_by_role("tab", name=tab, exact=True).click()
        settle(window)
    open_folds(window)
    for width, scheme, only in LOOKS:
        look_again(window, width, scheme)
        assert findings(window, only) == [], f"{width} {scheme}"
    look_again(window, 640, "light")  # A window of 1,280 pixels at 200 %.
    assert window.evaluate(OVERLAPS_JS) == []


CHARTS = ("cost", "cheaper", "selfhost", "budget", "accuracy")
DRAWN_JS = """(() => {
    const plots = [...document.querySelectorAll('.js-plotly-plot')].filter(plot => plot.checkVisibility())
    return plots.length && plots.every(plot => Math.abs(plot._fullLayout?.width - plot.parentElement.clientWidth) < 2)
})()"""
WORDS_JS = """(() => {
    const faults = []
    for (const plot of document.querySelectorAll('.js-plotly-plot')) {
        if (!plot.checkVisibility()) continue
        const whole = plot.getBoundingClientRect(), boxes = []
        for (const word of plot.querySelectorAll('.annotation-text, .xtick text, .ytick text, .legendtext')) {
            const box = word.getBoundingClientRect()
            if (!box.width) continue
            if (box.left < whole.left - 1 || box.right > whole.right + 1) faults.push('cut: ' + word.textContent)
            for (const [other, name] of boxes) {
                const wide = Math.min(box.right, other.right) - Math.max(box.left, other.left)
                const high = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top)
                if (wide > 1 && high > 3) faults.push('over another: ' + word.textContent + ' / ' + name)
            }
            boxes.push([box, word.textContent])
        }
    }
    return faults
})()"""
INK_JS = """[...document.querySelectorAll('.js-plotly-plot .infolayer text, .js-plotly-plot .xtick text')].filter(
    word => getComputedStyle(word).fill !== getComputedStyle(word.closest('.js-plotly-plot')).color).length"""


@pytest.mark.parametrize("name", CHARTS)
def test_words_in_a_chart_are_whole_apart_and_in_full_ink(window: Page, app_url: str, name: str) -> None:
    show(window, app_url, name)
    if name == "selfhost":
        open_folds(window, 10)
    for width, scheme, _ in LOOKS:
        look_again(window, width, scheme)
        window.wait_for_function(DRAWN_JS)
        assert window.evaluate(WORDS_JS) == [], f"{width} {scheme}"
        assert window.evaluate(INK_JS) == 0, f"{width} {scheme}"


def test_a_chart_says_its_answer_and_its_table_opens_and_can_be_taken_along(window: Page, app_url: str) -> None:
    show(window, app_url, "cost")
    expect(window.get_by_role("figure", name=re.compile("^Monthly cost of .* cheapest .* at "))).to_be_visible()
    window.locator("summary").filter(has_text="The figures as a table").focus()
    window.keyboard.press("Enter")
    settle(window)
    expect(window.get_by_test_id("stDataFrame").first).to_be_visible()
    with window.expect_download() as download:
        window.get_by_role("button", name="Download as CSV", exact=True).press("Enter")
    header, *rows = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert header.startswith("Model,A month ($),")
    assert any(row.startswith("GPT-5.4,40.5,") for row in rows)


LIST_JS = """(() => {
    const all = 'a[href], button, input, textarea, summary, [tabindex="0"], [contenteditable="true"]'
    const up = (el, steps) => steps ? [el, ...up(el.parentElement, steps - 1)] : [el]
    const near = el => [...up(el, 3), el.nextElementSibling, el.previousElementSibling].filter(Boolean)
    window.look = el => near(el).map(e => { const s = getComputedStyle(e)
        return [s.outlineStyle, s.boxShadow, s.borderColor, s.backgroundColor].join() }).join('|')
    const shown = el => el.tabIndex >= 0 && !el.disabled && el.checkVisibility({visibilityProperty: true})
    const own = el => el.tagName !== 'MAIN' && !el.closest('[data-testid=stDataFrame], .modebar')
    const first = el => (el.closest('[role=radiogroup], [data-testid=stMultiSelect] [role=grid]') ?? el)
    const seen = new Set()
    window.controls = [...document.querySelectorAll(all)].filter(shown).filter(own).filter(
        el => !seen.has(first(el)) && seen.add(first(el)))
    window.before = window.controls.map(window.look)
    return window.controls.length
})()"""
AT_JS = """(() => {
    const el = document.activeElement, place = window.controls.indexOf(el)
    const name = (el.ariaLabel || el.innerText || el.tagName).slice(0, 60)
    return [place, name, place < 0 || window.look(el) !== window.before[place]]
})()"""


@pytest.mark.parametrize("name", ["cost", "compare"])
def test_the_tab_key_reaches_every_control_in_order_and_shows_where_it_is(
    window: Page, app_url: str, name: str
) -> None:
    show(window, app_url, name)
    many = window.evaluate(LIST_JS)
    reached: list[int] = []
    for _ in range(2 * many):
        window.keyboard.press("Tab")
        place, said, is_shown = window.evaluate(AT_JS)
        if not is_shown:
            stand_still(window)
            assert window.evaluate(AT_JS)[2], f"nothing shows that {said} has the focus"
        if place >= 0:
            reached.append(place)
        if len(reached) == many:
            break
    assert reached == list(range(many))


def test_the_keys_open_a_fold_change_an_input_and_scroll_a_table(window: Page, app_url: str) -> None:
    show(window, app_url, "cost", 390, "dark")
    many = window.get_by_role("spinbutton", name="How many conversations?")
    many.focus()
    window.keyboard.press("Control+A")
    window.keyboard.type("2000")
    window.keyboard.press("Enter")
    settle(window)
    expect(window.get_by_text("2,000 conversations a month").first).to_be_visible()
    fold = window.locator("summary").filter(has_text=" a month (").first
    fold.focus()
    window.keyboard.press("Space")
    table = window.locator("details[open]").filter(has=fold).get_by_test_id("stTable")
    expect(table).to_be_visible()
    window.wait_for_timeout(1500)  # The fold unrolls.
    window.keyboard.press("Tab")
    for _ in range(5):
        window.keyboard.press("ArrowRight")
        window.wait_for_timeout(300)
    at = "(el => [el.outerHTML.slice(0, 200), el.closest('.stTable').querySelector('table').parentElement.scrollLeft])"
    said, scrolled = window.evaluate(f"{at}(document.activeElement)")
    assert scrolled > 0, said
