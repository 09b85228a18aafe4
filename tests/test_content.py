"""What every form of a report says: its numbers, its sources, its sentences, its brand, its colours."""

import io
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from PIL import Image

from estimator.decision import Scenario, compare, hosted_option, hosted_plans
from estimator.report import Brand, Report, Terms, report
from estimator.report.palette import HOSTED, LIMIT, QUIET, color_of, color_of_model
from estimator.report.summary import answer, budget, findings, own_gpus, state_words
from estimator.workload import from_template, templates
from pricing import InputError, Usage, catalog
from tests.made_up import AT, PLAIN, model, option, rule, sold, work

# 1,000 requests a month of 1,000 tokens in at $2 and 100 out at $10 a million: $3.
WORK = work(Usage(uncached_input_tokens=1_000, output_tokens=100))
DEARER = (rule("input", "4", model="n"), rule("output", "20", model="n"))
CLAIM = (rule("input", "0.1", model="c", status="claimed"), rule("output", "0.1", model="c", status="claimed"))
BOOK = sold(model(*PLAIN), model(*DEARER, id="n"), model(*CLAIM, id="c"))


def made(**terms: object) -> Report:
    return report(compare(WORK, BOOK, Scenario(AT)), BOOK, terms=Terms(**terms))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def real() -> Report:
    """The chats of a support desk on the models that people ask for and on own GPUs."""
    book = catalog()
    chats = from_template(templates()["support-chat"], Fraction(100_000), book.sizes, start=AT)
    plans = hosted_plans(chats, book)
    featured = [m for m in book.models.values() if m.info.featured]
    made = compare(chats, book, Scenario(AT), featured, [hosted_option(plan) for plan in plans])
    return report(made, book, plans, Terms(limit_usd=Decimal(500), currency="EUR"))


def test_the_best_buy_is_the_cheapest_that_somebody_stands_behind() -> None:
    best = made().best
    assert best is not None
    assert (best.model, best.usd) == ("m", Decimal(3))
    assert [o.model for o in made().options] == ["c", "m", "n"]
    assert [o.model for o in made().sure] == ["m", "n"]


def test_nothing_listed_is_said_and_not_made_up() -> None:
    book = sold(model(*CLAIM, id="c"))
    found = report(compare(WORK, book, Scenario(AT)), book)
    assert (found.best, found.spending, found.effects) == (None, None, ())
    assert [f.text for f in findings(found)] == ["No model in this comparison has a listed price for this work."]


def test_own_gpus_without_their_plan_are_not_carried_forward() -> None:
    own = option("1", kind="selfhost", status="derived")
    found = report(compare(WORK, BOOK, Scenario(AT), others=[own]), BOOK)
    assert found.best == own
    assert (found.spending, found.effects) == (None, ())
    assert "The budget" not in {finding.title for finding in findings(found)}


def test_every_cited_source_has_one_number(real: Report) -> None:
    assert [real.number(source.id) for source in real.sources] == list(range(1, len(real.sources) + 1))
    cited = {line.source for o in real.options for line in o.lines} | {a.source for a in real.assumptions if a.source}
    assert {real.number(id_) for id_ in cited} <= set(range(1, len(real.sources) + 1))
    assert real.exchange.source in {source.id for source in real.sources}


def test_the_plan_told_in_full_is_the_cheapest_own_gpus(real: Report) -> None:
    own = [o for o in real.options if o.kind == "selfhost"]
    assert real.hosting is not None
    assert real.hosting.option == own[0]
    assert real.hosting.curves[0].option == own[0]
    assert own[0].detail in own_gpus(real)


@pytest.mark.parametrize(
    ("limit", "growth", "said"),
    [
        # $3 a month, 10 % more each: 3.00, 3.30, 3.63 in January, ... 3 × 1.1^11 = 8.56 in October.
        pytest.param("3.50", "0.1", "passes $3.50 a month in January 2027", id="passed in the third month"),
        pytest.param("8.60", "0.1", "all twelve months stay within $8.60, the last at $8.56", id="never passed"),
        pytest.param("8.55", "0.1", "passes $8.55 a month in October 2027", id="passed in the last month"),
        pytest.param("2.99", "0", "$2.99 a month is not enough", id="passed at once"),
        pytest.param("3", "0", "all twelve months stay within $3.00", id="spent to the cent"),
        pytest.param(None, "0.1", "a month comes to $8.56 in October 2027", id="no limit"),
    ],
)
def test_a_budget_is_told_in_a_sentence(limit: str | None, growth: str, said: str) -> None:
    assert said in budget(made(limit_usd=Decimal(limit) if limit else None, growth=Decimal(growth)))


def test_amounts_are_in_the_currency_of_the_report_at_the_rate_of_its_day(real: Report) -> None:
    assert real.best is not None
    assert "€" in answer(real)
    assert real.amount(real.best.usd) == real.best.usd * real.exchange.per_usd


def test_a_report_names_the_state_of_the_price_list() -> None:
    assert state_words(made()) == (
        f"Prices of 24 November 2026, from a price list checked up to 23 November 2026 "
        f"(state {made().state.digest[:12]})."
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"color": "red"}, "red is not a colour", id="a name of a colour"),
        pytest.param({"color": "#12345"}, "#12345 is not a colour", id="five digits"),
        pytest.param({"second_color": "#12345g"}, "#12345g is not a colour", id="a letter too far"),
        pytest.param({"client": "x" * 121}, "longer than 120", id="a long name"),
        pytest.param({"logo": b"<svg/>"}, "no PNG or JPEG", id="a drawing"),
        pytest.param({"logo": b"\x89PNG\r\n\x1a\n" + b"x" * 40}, "no PNG or JPEG", id="a broken picture"),
        pytest.param({"logo": b"x" * 2_000_001}, "larger than 2 MB", id="a huge file"),
    ],
)
def test_what_is_no_brand_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Brand(**fields)  # type: ignore[arg-type]


def test_a_logo_may_be_as_wide_as_4000_pixels() -> None:
    def logo(width: int) -> bytes:
        file = io.BytesIO()
        Image.new("RGB", (width, 1)).save(file, "PNG")
        return file.getvalue()

    assert Brand(logo=logo(4_000)).logo
    with pytest.raises(InputError, match="4,000 pixels"):
        Brand(logo=logo(4_001))


@pytest.mark.parametrize("color", ["#0f6b5c", "#ffff00", "#ffffff", "#000000", "#4a86e8"])
def test_text_in_the_clients_colour_can_be_read_on_white(color: str) -> None:
    brand = Brand(color=color)
    assert contrast(brand.ink, "#ffffff") >= 4.5
    assert contrast(brand.on_color, color) >= 4.5


@pytest.mark.parametrize("color", sorted({color_of_model(m.id) for m in catalog().models.values()}))
@pytest.mark.parametrize("ground", ["#ffffff", "#10171d"])
def test_a_makers_colour_stands_out_on_light_and_dark(color: str, ground: str) -> None:
    assert contrast(color, ground) >= 3


@pytest.mark.parametrize("color", [HOSTED, LIMIT, QUIET])
@pytest.mark.parametrize("ground", ["#ffffff", "#10171d"])
def test_other_colours_stand_out_too(color: str, ground: str) -> None:
    assert contrast(color, ground) >= 3


def test_the_same_model_looks_the_same_from_every_seller() -> None:
    models = ("deepseek-v4-pro", "deepseek-ai/DeepSeek-V4-Pro", "us.deepseek.v4-pro")
    assert len({color_of_model(m) for m in models}) == 1
    assert color_of_model("openai/gpt-oss-120b") == color_of_model("gpt-5.4")
    assert color_of(replace(option("1"), kind="selfhost", model="gpt-oss-120b")) == HOSTED


def contrast(one: str, other: str) -> float:
    """By the formula of WCAG 2.2, written down apart."""

    def luminance(color: str) -> float:
        channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = max(map(luminance, (one, other))), min(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)
