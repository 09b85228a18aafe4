"""What the PDF holds: every figure with its range, its source and its date, for eyes and for readers that speak."""

import io
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from estimator.decision import Comparison, NoPrice, Option, Scenario, compare, hosted_option, hosted_plans
from estimator.report import (
    Brand,
    Report,
    Terms,
    count,
    item_words,
    pdf,
    rate,
    report,
    status_words,
    usd,
    usd_range,
)
from estimator.workload import Assumption, Workload, from_template, templates
from pricing import Mode, Usage, catalog
from tests.made_up import AT, PLAIN, model, option, rule, sold, work

CHAT = Usage(uncached_input_tokens=1000, output_tokens=100)
TODAY = Scenario(AT)
NEVER = "never"
BRAND = Brand("Ada & Sons", "B. Advisor", "Not for others", "#8a1c3c", "#00857a")


def reader(made: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(made))


def root(made: bytes) -> Any:
    return reader(made).trailer["/Root"]


def is_accessible(made: bytes) -> bool:
    """Whether it is tagged, in a language, shows its title, and says that it keeps to PDF/UA."""
    whole = root(made)
    said = whole["/Metadata"].get_data().decode()
    tagged = bool(whole["/MarkInfo"]["/Marked"]) and "/StructTreeRoot" in whole and whole["/Lang"] == "en"
    return tagged and whole["/ViewerPreferences"]["/DisplayDocTitle"] and "pdfuaid:part" in said


def tags(node: Any) -> Iterator[Any]:
    """All elements of the structure, in the order of reading."""
    node = node.get_object()
    if isinstance(node, list):
        for each in node:
            yield from tags(each)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from tags(node["/K"])


def squeezed(text: str) -> str:
    """Text without blanks, breaks and the places where a long word may break, for a page sets those as it likes."""
    return re.sub(r"[\s\u200b\u00ad]", "", text)


def text_of(made: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in reader(made).pages))


def png(*size: int, mode: str = "RGB", kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (size[0], size[1])).save(file, kind)
    return file.getvalue()


@cache
def support() -> Report:
    """Ten models and the open weights on own GPUs, with claims beside list prices, against a limit that is passed."""
    known = catalog()
    made = from_template(templates()["support-chat"], 20_000, known.sizes, start=AT)
    featured = [m for m in known.models.values() if m.info.featured][:10]
    plans = hosted_plans(made, known)
    compared = compare(made, known, Scenario(AT), featured, [hosted_option(plan) for plan in plans])
    logo = replace(BRAND, logo=png(300, 100))
    return report(compared, known, plans, Terms(logo, limit_usd=Decimal(50), growth=Decimal("0.1")))


@cache
def support_pdf() -> bytes:
    return pdf(support())


@cache
def support_text() -> str:
    return text_of(support_pdf())


def made_up(*options: Option, terms: Terms | None = None, **fields: object) -> Report:
    compared = replace(Comparison(work(CHAT), TODAY, options), **fields)  # type: ignore[arg-type]
    return report(compared, catalog(), (), terms)


def cited(*ids: str) -> str:
    """The numbers of sources as they stand behind a figure."""
    return f"[{', '.join(map(str, sorted({support().number(id_) for id_ in ids})))}]"


def test_every_amount_is_there_with_its_range_its_status_and_its_sources() -> None:
    assert len(support().options) >= 14
    for each in support().options:
        figures = usd(each.usd) + usd_range(each.low_usd, each.high_usd)
        sources = cited(*(line.source for line in each.lines))
        assert squeezed(figures + status_words(each.status) + sources) in support_text(), each.name
        assert squeezed(each.name) in support_text()
        assert squeezed(each.detail) in support_text()


def test_every_line_is_there_with_its_status_its_day_and_its_source() -> None:
    for line in (line for each in support().options for line in each.lines):
        day = date.fromisoformat(line.checked_on)
        what = f"{item_words(line.name, catalog().items)}{line.applies}"
        how = f"{count(line.quantity)} {line.unit} {rate(line.rate_usd, line.per)} {usd(line.usd)}"
        said = f"{status_words(line.status)}, {day:%-d %B %Y} {cited(line.source)}"
        assert squeezed(what + how + said) in support_text()


def test_every_source_is_there_by_its_number_with_its_days() -> None:
    for number, source in enumerate(support().sources, 1):
        start = support_text().index(squeezed(f"[{number}] {source.title}. {source.publisher}."))
        assert squeezed(source.locator) in support_text()[start:]
        for part in (source.version, f"Read {source.accessed_on:%-d %B %Y}", f"Licence: {source.licence}", source.note):
            assert squeezed(part) in support_text()[start:]
        if source.published_on:
            assert squeezed(f"Published {source.published_on:%-d %B %Y}") in support_text()[start:]


def test_every_assumption_is_there_once_by_number_with_its_status_and_source() -> None:
    for number, each in enumerate(support().assumptions, 1):
        source = cited(each.source) if each.source else ""
        assert support_text().count(squeezed(f"{number} {each.text} {status_words(each.status)} {source}")) == 1


def test_what_caching_saves_is_told_with_its_source() -> None:
    known = catalog()
    made = from_template(templates()["support-chat"], 20_000, known.sizes, start=AT)
    some = [m for m in known.models.values() if m.info.featured and m.provider == "anthropic"]
    cached = report(compare(made, known, Scenario(AT, caching=True), some), known)
    found = text_of(pdf(cached))
    savings = [o.saving for o in cached.options if o.saving]
    assert savings
    for saving in savings:
        amounts = f"Saved by caching: {usd(saving.usd)} a month ({usd_range(saving.low_usd, saving.high_usd)})"
        about = f"{saving.assumption.text} (our guess) [{cached.number(saving.assumption.source)}]"
        assert squeezed(f"{amounts}, already taken off above. {about}") in found


def test_own_gpus_are_told_with_every_break_even() -> None:
    hosting = support().hosting
    assert hosting is not None
    assert len(hosting.break_evens) == 5
    assert any(each.latest is None for each in hosting.break_evens)
    for each in hosting.break_evens:
        volumes = (each.earliest, each.typical, each.latest)
        said = "".join(NEVER if volume is None else count(volume) for volume in volumes)
        assert squeezed(f"{each.against.name} from {catalog().providers[each.against.provider].name} {said}") in (
            support_text()
        )
    for swing in hosting.swings:
        ends = ((swing.at_low, swing.low), (swing.at_high, swing.high))
        for said, volume in ends:
            assert squeezed(said + (NEVER if volume is None else count(volume))) in support_text()


def test_twelve_months_are_told_against_the_limit() -> None:
    spending = support().spending
    assert spending is not None
    assert {(month.over, month.may_be_over) for month in spending.months} >= {(False, True), (True, True)}
    for month in spending.months:
        figures = f"{count(month.requests)} {usd(month.usd)} {usd_range(month.low_usd, month.high_usd)}"
        verdict = "over" if month.over else "may be over"
        assert squeezed(f"{month.month:%B %Y} {figures} {verdict}") in support_text()
    assert "Limit$50.00" in support_text()


def test_what_moves_the_cost_is_told_at_both_ends() -> None:
    assert support().effects
    for effect in support().effects:
        for said, amount in ((effect.at_low, effect.low_usd), (effect.at_high, effect.high_usd)):
            assert squeezed(said + usd(amount)) in support_text()


def test_how_the_work_grows_is_an_assumption_with_its_source() -> None:
    usual = report(support().comparison, catalog())
    assert usual.spending is not None
    said = squeezed("The work grows by 5 % a month; prices stay as they are. our guess")
    number = usual.number("breakeven-assumptions")
    assert f"{said}[{number}]" in text_of(pdf(usual))
    assert squeezed("The work grows by 10 % a month; prices stay as they are. your figure") in support_text()


def test_the_state_of_the_prices_is_told() -> None:
    state = support().state
    assert squeezed(f"a price list checked up to {state.on:%-d %B %Y} (state {state.digest[:12]})") in support_text()


def test_it_is_tagged_titled_and_numbered() -> None:
    assert is_accessible(support_pdf())
    made = reader(support_pdf())
    assert made.metadata is not None
    assert (made.metadata.title, made.metadata.author) == ("What Customer support chat would cost", "B. Advisor")
    for number, page in enumerate(made.pages, 1):
        assert f"Page {number} of {len(made.pages)}" in page.extract_text()
        assert "Not for others" in page.extract_text()


def test_what_is_drawn_is_told_in_words() -> None:
    found = list(tags(root(support_pdf())["/StructTreeRoot"]))
    told = [str(each["/Alt"]) for each in found if each["/S"] == "/Figure"]
    assert told[0] == "Logo of Ada & Sons"
    assert [each.split(".")[0].split(",")[0].split(" ahead")[0] for each in told[1:]] == [
        "Chart of what a month costs",
        "Chart of what a month costs over its requests",
        "Chart of the requests a month from which on own GPUs pay",
        "Chart of the months",
        "Chart of what moves the cost of a month",
    ]
    for each in support().sure[:18]:
        assert f"{usd(each.usd)}, {usd_range(each.low_usd, each.high_usd)}" in told[1]
    images = [image for page in reader(support_pdf()).pages for image in page.images]
    assert len(images) == 1, "charts are lines, not pixels"


def test_headings_tables_and_links_can_be_walked() -> None:
    found = Counter(each["/S"] for each in tags(root(support_pdf())["/StructTreeRoot"]))
    assert found["/Title"] == 1
    assert found["/H1"] == 10
    assert found["/THead"] == found["/Table"] > len(support().options)
    assert found["/TOCI"] == 8
    links = [a.get_object() for page in reader(support_pdf()).pages for a in page.get("/Annots", [])]
    assert all(link["/Contents"] for link in links)
    addresses = {link["/A"]["/URI"] for link in links if "/A" in link}
    assert addresses == {s.locator for s in support().sources if s.locator.startswith("http")}


def test_its_letters_are_its_own() -> None:
    used: list[Any] = [page["/Resources"] for page in reader(support_pdf()).pages]
    fonts = [font.get_object() for each in used for font in each["/Font"].values()]
    assert {re.sub(r"^/\w+\+", "", font["/BaseFont"]).partition("-")[0] for font in fonts} == {"Inter"}


def test_it_is_the_same_whenever_it_is_made() -> None:
    assert pdf(support()) == support_pdf()


def test_it_is_made_in_no_time() -> None:
    before = os.times()
    pdf(support())
    spent = [after - start for start, after in zip(before[:4], os.times()[:4], strict=True)]
    assert sum(spent) < 2, "seconds of CPU, of this process and of the one that sets the pages"


def test_what_sets_it_is_not_loaded_here() -> None:
    code = "import sys, estimator.report.pdf; print('typst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False\n"


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        pytest.param((), "No model in this comparison has a listed price for this work.", id="none"),
        pytest.param(
            (option("1", status="claimed"),),
            "No model in this comparison has a listed price for this work.",
            id="only a claim",
        ),
        pytest.param(
            (option("2", "1", "3"),),
            "made up, 1,000 requests a month, costs about $2.00 a month with M, $1.00 – $3.00 from a light",
            id="one way",
        ),
        pytest.param(
            (option("1", status="projected"), option("2", name="A"), option("50", name="B"), option("900", name="C")),
            "It is the cheapest of 3 ways with a price that somebody stands behind. The next is B at $50.00, "
            "the dearest C at $900.",
            id="several, a claim left out",
        ),
        pytest.param(
            (option("2", provider="selfhost", kind="selfhost", name="M on own GPUs"),),
            "costs about $2.00 a month with M on own GPUs",
            id="on own GPUs",
        ),
    ],
)
def test_the_answer_comes_first(options: tuple[Option, ...], answer: str) -> None:
    made = pdf(made_up(*options))
    assert squeezed(answer) in squeezed("".join(page.extract_text() for page in reader(made).pages[:2]))
    assert is_accessible(made)


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        pytest.param(TODAY, "1,000 requests a month, standard service, repeated input not cached.", id="as usual"),
        pytest.param(
            Scenario(AT, Mode(processing="batch"), caching=True),
            "processing batch service, repeated input cached.",
            id="batch and cached",
        ),
    ],
)
def test_choices_are_told(scenario: Scenario, said: str) -> None:
    assert squeezed(said) in text_of(pdf(made_up(scenario=scenario)))


def test_volume_is_told_in_the_units_of_the_work() -> None:
    chats = replace(work(CHAT), unit="chat", units="chats", requests_per_unit=4)
    assert squeezed("250 chats a month, which take 1,000 requests,") in text_of(pdf(made_up(workload=chats)))


def test_a_claim_is_told_apart() -> None:
    claims = (rule("input", "1", status="claimed"), rule("output", "4", status="claimed"))
    on_sale = sold(model(*PLAIN, *claims))
    found = text_of(pdf(report(compare(work(CHAT), on_sale, TODAY), on_sale)))
    where = found.rindex(squeezed("Nobody sells at these prices."))
    # 1,000 requests of 1,000 tokens at $1 and 100 at $4 a million.
    assert (
        squeezed("M Acme, by the token, a claim and no list price $1.40 $1.40 claimed, not confirmed") in found[where:]
    )
    # And at $2 and $10.
    assert squeezed("Acme, by the token $3.00 $3.00 list price") in found[:where]


def test_what_has_no_price_is_named_with_its_reason() -> None:
    missing = (NoPrice("m", "acme", "Mystery", "no price for output is on record."),)
    found = text_of(pdf(made_up(option("1"), unpriced=missing)))
    assert squeezed("Without an honest figure • Mystery: no price for output is on record.") in found


def test_without_a_limit_no_month_is_over() -> None:
    found = text_of(pdf(made_up(option("1"))))
    assert "Limit" not in found
    assert squeezed("November 2026 1,000 $1.00 $1.00 December 2026") in found


def many(number: int) -> Report:
    return made_up(*(option(str(n), str(n / 2), str(n * 3), name=f"Way {n}") for n in range(1, number + 1)))


@pytest.mark.parametrize(
    ("number", "in_full"), [pytest.param(40, 40, id="40"), pytest.param(60, 60, id="60"), pytest.param(61, 60, id="61")]
)
def test_many_options(number: int, in_full: int) -> None:
    made = pdf(many(number))
    found = text_of(made)
    assert is_accessible(made)
    assert squeezed(f"The 18 cheapest of {number}; all of them stand in the comparison.") in found
    assert f"Way{number}bythetoken" in found
    assert f"Way{in_full},${in_full}.00amonth" in found
    left_out = squeezed(f"Only the 60 cheapest of {number} are told here")
    assert (left_out in found) == (number > in_full)


@pytest.mark.parametrize(
    "amounts",
    [
        pytest.param(("0", "0", "0"), id="nothing"),
        pytest.param(("0", "5", "7"), id="from nothing"),
        pytest.param(("1", "1", "1"), id="one amount"),
        pytest.param(("0.000000001", "1", "1000000000000"), id="from hardly anything to a trillion"),
    ],
)
@pytest.mark.parametrize("limit", [None, "0.01", "1000000000"])
def test_any_amount_can_be_drawn(amounts: tuple[str, str, str], limit: str | None) -> None:
    low, usual, high = amounts
    made = pdf(made_up(option(usual, low, high), terms=Terms(limit_usd=Decimal(limit) if limit else None)))
    assert is_accessible(made)
    assert squeezed(usd(Decimal(usual)) + usd_range(Decimal(low), Decimal(high))) in text_of(made)


@pytest.mark.parametrize(
    "logo",
    [
        pytest.param(png(400, 100), id="PNG"),
        pytest.param(png(1, 1, mode="1"), id="one bit"),
        pytest.param(png(50, 4000, mode="P"), id="tall, of a palette"),
        pytest.param(png(4000, 30, mode="RGBA"), id="wide, see-through"),
        pytest.param(png(90, 90, mode="I;16"), id="of sixteen bits"),
        pytest.param(png(90, 90, mode="L", kind="JPEG"), id="grey JPEG"),
        pytest.param(png(90, 90, mode="CMYK", kind="JPEG"), id="JPEG for print"),
    ],
)
def test_any_logo_is_shown(logo: bytes) -> None:
    made = pdf(made_up(option("1"), terms=Terms(Brand("Ada", logo=logo))))
    assert is_accessible(made)
    assert len(reader(made).pages[0].images) == 1


HOSTILE = [
    pytest.param('#import "/etc/passwd": *', id="code"),
    pytest.param('#read("report.typ")', id="reading a file"),
    pytest.param("$x^2$ and $ alone", id="mathematics"),
    pytest.param("*bold* _italic_ `raw` = heading", id="markup"),
    pytest.param("<b>html</b> &amp; <script>alert(1)</script>", id="HTML"),
    pytest.param("[link](javascript:alert(1)) @ref <label>", id="links and labels"),
    pytest.param('"quoted" \\backslash\\ {json: "yes"}', id="quotes"),
    pytest.param("- list // comment /* comment */ ~ -- ---", id="comments and dashes"),
    pytest.param("Müller & Søn, Ελλάδα, Київ", id="letters of Europe"),
    pytest.param("x" * 600, id="a word longer than the page is wide"),
    pytest.param("many words " * 60, id="many words"),
]


def named(name: str) -> Report:
    """A report with this name wherever a name may stand."""
    workload: Workload = replace(work(CHAT), name=name)
    said = (Assumption(name, "user", ""),)
    options = (option("1", name=name, assumptions=said), option("2", name=name, status="claimed"))
    terms = Terms(Brand(name[:120], name[:120], name[:120]), title=name)
    return made_up(*options, workload=workload, unpriced=(NoPrice("", "", name, name),), terms=terms)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_come_out_as_they_went_in(name: str) -> None:
    made = pdf(named(name))
    # The title; the work and the option in the answer; the table, twice; the lines, twice; the budget; the effects;
    # the assumption; the claim; the model without a price, twice.
    assert text_of(made).count(squeezed(name)) >= 13
    assert is_accessible(made)


@pytest.mark.parametrize("name", ["x" * 600, "many words " * 60], ids=["one word", "many words"])
def test_long_names_stay_on_the_page(name: str) -> None:
    for page in reader(pdf(named(name))).pages:
        lines = page.extract_text().splitlines()
        assert max(map(len, lines)) < 250


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("a\x00b\x07c\x7f", id="control characters"),
        pytest.param("right\u202eleft", id="turned text"),
        pytest.param("\ud800", id="half a character"),
        pytest.param("\uffff\ue000", id="no characters"),
        pytest.param("", id="empty"),
        pytest.param("two\nlines\tand a tab", id="lines"),
    ],
)
def test_what_cannot_be_shown_is_left_out(name: str) -> None:
    shown = squeezed("".join(c for c in name if c.isprintable()))
    assert shown in text_of(pdf(named(name)))


@pytest.mark.parametrize("name", ["日本語の会社", "한국어", "שלום", "مرحبا", "😀 & 👩‍🚀"])
def test_a_name_in_any_script_makes_a_report(name: str) -> None:
    made = pdf(named(name))
    assert "/StructTreeRoot" in root(made)
    metadata = reader(made).metadata
    assert metadata is not None
    assert metadata.title == name.replace("\u200d", " ")


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=60))
def test_any_name_makes_a_report(name: str) -> None:
    assert pdf(named(name)).startswith(b"%PDF")


def test_a_fault_of_the_template_is_not_hidden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "report.typ").write_text("#unheard-of")
    monkeypatch.setattr(import_module("estimator.report.pdf.typeset"), "_TEMPLATES", tmp_path)
    with pytest.raises(RuntimeError, match="unknown variable: unheard-of"):
        pdf(made_up())


def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pdf(made_up())
    assert not list(tmp_path.iterdir())
