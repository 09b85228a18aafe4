"""What the PDF holds: every figure with its range, its source and its date, and no more than that."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from estimator.decision import Comparison, NoPrice, Option, Scenario, compare, hosted_options
from estimator.report import count, pdf, rate, usd, usd_range
from estimator.report.pdf import _place
from estimator.workload import Assumption, Workload, from_template, templates
from pricing import Mode, Usage, catalog
from tests.made_up import AT, PLAIN, model, option, rule, sold, work

CHAT = Usage(uncached_input_tokens=1000, output_tokens=100)
TODAY = Scenario(AT)


def reader(made: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(made))


def root(made: bytes) -> Any:
    return reader(made).trailer["/Root"]


def is_accessible(made: bytes) -> bool:
    """Whether it is tagged and says that it keeps to PDF/UA."""
    said = root(made)["/Metadata"].get_data().decode()
    return bool(root(made)["/MarkInfo"]["/Marked"]) and "/StructTreeRoot" in root(made) and "pdfuaid:part" in said


def squeezed(text: str) -> str:
    """Text without blanks, breaks and the places where a long word may break, for a page sets those as it likes."""
    return re.sub(r"[\s\u200b\u00ad]", "", text)


def text_of(made: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in reader(made).pages))


@cache
def support() -> Comparison:
    """Ten models and the open weights on own GPUs, with claims beside list prices."""
    known = catalog()
    made = from_template(templates()["support-chat"], 20_000, known.sizes, start=AT)
    featured = [m for m in known.models.values() if m.info.featured][:10]
    return compare(made, known, Scenario(AT, caching=True), featured, hosted_options(made, known))


@cache
def support_text() -> str:
    return text_of(pdf(support(), catalog()))


def test_every_amount_is_there_with_its_range() -> None:
    assert len(support().options) >= 14
    for each in support().options:
        how = squeezed(usd(each.usd) + usd_range(each.low_usd, each.high_usd))
        assert how in support_text(), each.name
        assert squeezed(each.name) in support_text()
        assert squeezed(each.detail) in support_text()


def test_every_line_is_there() -> None:
    for line in (line for each in support().options for line in each.lines):
        how = f"{count(line.quantity)} {line.unit} {rate(line.rate_usd, line.per)} {usd(line.usd)}"
        assert squeezed(how) in support_text()
        assert squeezed(line.applies) in support_text()


def test_every_source_is_there_with_its_dates() -> None:
    for id in {id for each in support().options for id in each.sources}:
        source = catalog().sources[id]
        for part in (source.title, source.publisher, source.locator, source.version, source.licence):
            assert squeezed(part) in support_text()
        assert squeezed(f"Read {source.accessed_on:%-d %B %Y}") in support_text()


def test_every_assumption_is_there_once() -> None:
    for said in {a.text for each in support().options for a in each.assumptions}:
        assert support_text().count(squeezed(said)) == 1, said


def test_pages_are_tagged_titled_and_numbered() -> None:
    written = pdf(support(), catalog(), author="Ada & Sons")
    assert is_accessible(written)
    made = reader(written)
    assert made.metadata is not None
    assert (made.metadata.title, made.metadata.author) == ("What Customer support chat would cost", "Ada & Sons")
    for number, page in enumerate(made.pages, 1):
        assert f"{number} / {len(made.pages)}" in page.extract_text()


def made_up(*options: Option, **fields: object) -> Comparison:
    return replace(Comparison(work(CHAT), TODAY, options), **fields)  # type: ignore[arg-type]


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
            (option("2", "1", "3"),), "M from Acme costs $2.00 in a typical month ($1.00 – $3.00).", id="one way"
        ),
        pytest.param(
            (option("1", status="projected"), option("2", name="A"), option("50", name="B"), option("900", name="C")),
            "The cheapest of 3 ways, A from Acme, costs $2.00 in a typical month ($2.00). "
            "The dearest, C from Acme, costs $900.",
            id="several, a claim left out",
        ),
        pytest.param(
            (option("2", provider="selfhost", kind="selfhost", name="M on own GPUs"),),
            "M on own GPUs costs $2.00",
            id="on own GPUs",
        ),
    ],
)
def test_the_answer_comes_first(options: tuple[Option, ...], answer: str) -> None:
    assert squeezed(answer) in text_of(pdf(made_up(*options), sold(model(*PLAIN))))


def test_choices_are_told() -> None:
    scenario = Scenario(datetime(2026, 2, 3, tzinfo=UTC), Mode(processing="batch"), caching=True)
    found = text_of(pdf(made_up(scenario=scenario), catalog()))
    assert squeezed("1,000 requests a month. Prices of 3 February 2026, processing batch service") in found
    assert squeezed("repeated input cached") in found
    assert squeezed("repeated input not cached") in text_of(pdf(made_up(), catalog()))


def test_volume_is_told_in_the_units_of_the_work() -> None:
    chats = replace(work(CHAT), unit="chat", units="chats", requests_per_unit=4)
    assert squeezed("250 chats a month, which take 1,000 requests.") in text_of(pdf(made_up(workload=chats), catalog()))


def test_a_claim_is_told_apart() -> None:
    claims = (rule("input", "1", status="claimed"), rule("output", "4", status="claimed"))
    on_sale = sold(model(*PLAIN, *claims))
    found = text_of(pdf(compare(work(CHAT), on_sale, TODAY), on_sale))
    assert squeezed("by the token, claimed, not confirmed") in found
    assert squeezed("by the token, list price") in found


def test_what_has_no_price_is_named_with_its_reason() -> None:
    missing = (NoPrice("m", "acme", "Mystery", "no price for output is on record."),)
    assert squeezed("Mystery: no price for output is on record.") in text_of(
        pdf(made_up(option("1"), unpriced=missing), catalog())
    )


@pytest.mark.parametrize(
    ("amount", "place"),
    [
        pytest.param("0", 0, id="nothing stands at the start"),
        pytest.param("0.1", 0, id="first"),
        pytest.param("10", 0.5, id="middle"),
        pytest.param("1000", 1, id="last"),
    ],
)
def test_place_on_the_scale(amount: str, place: float) -> None:
    assert _place(Decimal(amount), -1, 3) == pytest.approx(place)


@pytest.mark.parametrize(
    "amounts",
    [
        pytest.param(("0", "0", "0"), id="nothing"),
        pytest.param(("0", "5", "7"), id="from nothing"),
        pytest.param(("1", "1", "1"), id="one power of ten"),
        pytest.param(("0.000000001", "1", "1000000000000"), id="from hardly anything to a trillion"),
    ],
)
def test_any_amount_can_be_drawn(amounts: tuple[str, str, str]) -> None:
    low, usual, high = amounts
    found = text_of(pdf(made_up(option(usual, low, high)), catalog()))
    assert squeezed(usd(Decimal(usual)) + usd_range(Decimal(low), Decimal(high))) in found


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


def named(name: str) -> Comparison:
    """A comparison with this name wherever a name may stand."""
    workload: Workload = replace(work(CHAT), name=name)
    said = (Assumption(name, "user", ""),)
    return made_up(option("1", name=name, assumptions=said), workload=workload, unpriced=(NoPrice("", "", name, name),))


@pytest.mark.parametrize("name", HOSTILE)
def test_names_come_out_as_they_went_in(name: str) -> None:
    made = pdf(named(name), catalog(), title=name, author=name)
    # The title; the option in the answer, the table and its lines; the assumption; the model without a price, twice.
    assert text_of(made).count(squeezed(name)) >= 7
    assert is_accessible(made)


@pytest.mark.parametrize("name", ["x" * 600, "many words " * 60], ids=["one word", "many words"])
def test_long_names_stay_on_the_page(name: str) -> None:
    for page in reader(pdf(named(name), catalog(), title=name, author=name)).pages:
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
    assert shown in text_of(pdf(named(name), catalog(), title=name))


@pytest.mark.parametrize("name", ["日本語の会社", "한국어", "שלום", "مرحبا", "😀 & 👩‍🚀"])
def test_a_name_in_any_script_makes_a_report(name: str) -> None:
    made = pdf(named(name), catalog(), title=name)
    assert "/StructTreeRoot" in root(made)
    metadata = reader(made).metadata
    assert metadata is not None
    assert metadata.title == name.replace("\u200d", " ")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_name_makes_a_report(name: str) -> None:
    assert pdf(named(name), catalog(), title=name, author=name).startswith(b"%PDF")


def test_a_fault_of_the_template_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> bytes:
        raise typst.TypstError("unknown variable", "")

    monkeypatch.setattr(typst, "compile", broken)
    with pytest.raises(typst.TypstError, match="unknown variable"):
        pdf(made_up(), catalog())
