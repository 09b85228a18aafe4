"""The workbook: recalculated by LibreOffice it equals the engine to the cent, as delivered and after every change."""

import io
import re
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook  # type: ignore[import-untyped]

from estimator.decision import Scenario, compare, hosted_option, hosted_plans, rivalry
from estimator.report import Brand, Report, Terms, count, money, report
from estimator.report.summary import findings
from estimator.report.xlsx import spoken, xlsx
from estimator.report.xlsx.gpus import NEVER
from estimator.selfhost import Plan, ownership
from estimator.selfhost.device import rent
from estimator.workload import Workload, from_template, templates
from pricing import Catalog, PriceRule, catalog
from pricing.currency import Rate, rate
from tests.made_up import AT, model, rule, sold
from tests.spreadsheet import changed, recalculated, table

pytestmark = pytest.mark.xdist_group("workbooks")  # LibreOffice computes them once.
MODELS = ("gpt-5.4", "claude-haiku-5-5", "deepseek-v4-pro", "gemini-2.5-flash", "openai/gpt-oss-120b")
HOSTILE = '=cmd()|"x"!A1'
CENT = 0.005
LEVELS = ("Light month", "Typical month", "Heavy month")
COPIES = ("Copies, low", "Copies, typical", "Copies, high")
ERRORS = re.compile(r"#(NAME|REF|VALUE|DIV/0|N/A|NUM|NULL)|Err:\d+")


@cache
def book() -> Catalog:
    """A few models of every kind: windows, claims beside list prices, open weights."""
    known = catalog()
    kept = {key: each for key, each in known.models.items() if key[1] in MODELS and each.info.featured}
    return replace(known, models=kept)


@cache
def work() -> Workload:
    return from_template(templates()["support-chat"], 2_000_000, catalog().sizes, start=AT)


@cache
def plans() -> tuple[Plan, ...]:
    """Two models on own GPUs, of which the second needs many copies."""
    return hosted_plans(work(), book())[:2]


def terms(**fields: Any) -> Terms:
    brand = Brand(client="Example Ltd", prepared_by="A. Consultant", confidentiality="Confidential", color="#8a1c3c")
    usual: dict[str, Any] = {"brand": brand, "limit_usd": Decimal(5000), "currency": "EUR"}
    return Terms(**usual | fields)


def engine(asked: Workload, known: Catalog, hosted: Sequence[Plan], wanted: Terms, *, caching: bool = False) -> Report:
    made = compare(asked, known, Scenario(AT, caching=caching), None, [hosted_option(plan) for plan in hosted])
    return report(made, known, hosted, wanted)


def at_volume(times: str, unit_times: int = 1) -> tuple[Workload, tuple[Plan, ...]]:
    """So many times the units, each with so many times the requests, on the same GPUs."""
    factor = Fraction(times) * unit_times
    more = replace(
        work(),
        requests_per_month=work().requests_per_month * factor,
        requests_per_unit=work().requests_per_unit * unit_times,
    )
    return more, tuple(plan.at_volume(float(factor)) for plan in plans())


def at_price(provider: str, id: str, item: str, usd: str) -> Catalog:
    """One price of one model changed, at all hours that it is bound to none."""
    each = book().models[provider, id]

    def moved(known: PriceRule) -> PriceRule:
        is_it = (known.item, known.status, known.window) == (item, "listed", "") and known.in_force(AT)
        return known.model_copy(update={"usd": Decimal(usd)}) if is_it and not known.processing else known

    dearer = replace(each, rules=tuple(moved(known) for known in each.rules))
    return replace(book(), models={**book().models, (provider, id): dearer})


@cache
def delivered() -> Report:
    return engine(work(), book(), plans(), terms())


@dataclass(frozen=True)
class Case:
    """Inputs as the client changes them, and the engine's report at those."""

    inputs: dict[str, float]
    expected: Callable[[], Report]
    base: Callable[[], Report] = delivered


@cache
def cached() -> Report:
    return engine(work(), book(), (), terms(currency="JPY", limit_usd=None), caching=True)


@cache
def on_own_gpus() -> Report:
    """Where own GPUs are the cheapest: only dear models beside them."""
    dear = replace(book(), models={key: m for key, m in book().models.items() if key[1] == "gpt-5.4"})
    return engine(work(), dear, plans(), terms(currency="USD", limit_usd=Decimal(20_000)))


def on_own_gpus_at(times: str) -> Report:
    asked, hosted = at_volume(times)
    return engine(asked, on_own_gpus().catalog, hosted, terms(currency="USD", limit_usd=Decimal(20_000)))


def cached_at(times: str) -> Report:
    more = replace(work(), requests_per_month=work().requests_per_month * Fraction(times))
    return engine(more, book(), (), terms(currency="JPY", limit_usd=None), caching=True)


def moved(times: str, unit_times: int = 1) -> Report:
    asked, hosted = at_volume(times, unit_times)
    return engine(asked, book(), hosted, terms())


def at_rent(usd: str) -> Report:
    """The rent of the device that the own GPUs of this report run on, typical, as another seller would ask."""
    kept, device = rent, delivered().hosting.plan.device  # type: ignore[union-attr]
    with pytest.MonkeyPatch.context() as patch:

        def asked(of: Any, *how: Any) -> Any:
            found = kept(of, *how)
            return replace(found, typical=Decimal(usd)) if of == device else found

        patch.setattr(ownership, "rent", asked)
        hosted = tuple(plan.at_volume(1) for plan in plans())
        return engine(work(), book(), hosted, terms())


def in_sizes(sent: float, told: float) -> Report:
    """Requests of another size; own GPUs are not computed at it."""
    low, typical, high = (level.scaled(sent, told) for level in (work().low, work().typical, work().high))
    return engine(replace(work(), low=low, typical=typical, high=high), book(), (), terms())


def per_usd(currency: str) -> float:
    return float(rate(currency, AT.date()).per_usd)


def rented() -> str:
    return "rate_gpu_rent_" + re.sub(r"[^a-z0-9]+", "_", delivered().hosting.plan.device.name.lower())  # type: ignore[union-attr]


def twice_the_rate() -> Report:
    found = delivered()
    dear = Rate("EUR", AT.date(), found.exchange.per_usd * 2, found.exchange.source)
    return replace(found, exchange=dear)


CASES = {
    "as delivered": Case({}, delivered),
    "three tenths of the volume": Case({"volume": 600_000}, lambda: moved("0.3")),
    "twice the volume": Case({"volume": 4_000_000}, lambda: moved("2")),
    "seven times the volume": Case({"volume": 14_000_000}, lambda: moved("7")),
    "twice the requests for each": Case({"requests_per_unit": 10}, lambda: moved("1", 2)),
    "another price": Case(
        {"price_openai_gpt_5_4_output": 0.25},
        lambda: engine(work(), at_price("openai", "gpt-5.4", "output", "0.25"), plans(), terms()),
    ),
    "another rent": Case({rented(): 0.77}, lambda: at_rent("0.77")),
    "another limit and growth": Case(
        {"monthly_limit": 3000 * per_usd("EUR"), "growth_per_month": 0.12},
        lambda: engine(work(), book(), plans(), terms(limit_usd=Decimal(3000), growth=Decimal("0.12"))),
    ),
    "another rate of exchange": Case({"exchange_rate": 2 * per_usd("EUR")}, twice_the_rate),
    "other sizes of requests": Case({"tokens_in_scale": 2, "tokens_out_scale": 1.5}, lambda: in_sizes(2, 1.5)),
    "cached input in yen": Case({}, cached, cached),
    "cached input, twice the volume": Case({"volume": 4_000_000}, lambda: cached_at("2"), cached),
    "own GPUs are the cheapest": Case({}, on_own_gpus, on_own_gpus),
    "own GPUs at twice the volume": Case({"volume": 4_000_000}, lambda: on_own_gpus_at("2"), on_own_gpus),
}


@cache
def expected_of(name: str) -> Report:
    return CASES[name].expected()


@cache
def made(base: Callable[[], Report]) -> bytes:
    return xlsx(base())


def said_by_formula() -> tuple[Workbook, list[tuple[str, str]]]:
    """Amounts and counts at every edge of how they are written, as formulas; and what the pages write."""
    sheet = (sheet_of := Workbook()).active
    euro, yen = rate("EUR", AT.date()), rate("JPY", AT.date())
    amounts = ("0", "0.004", "0.0051", "0.49", "0.5", "7", "99.99", "99.996", "100", "1234.4", "123456789.5")
    counts = (
        "0",
        "1",
        "1.24",
        "9.96",
        "10",
        "12.4",
        "8820",
        "999499",
        "999500",
        "1234567",
        "12345678",
        "999.6e6",
        "5e12",
    )
    pairs: list[tuple[str, str, str]] = []
    for text in amounts:
        for exchange in (euro, yen):
            usd = Decimal(text) / exchange.per_usd
            pairs.append((spoken.money(f"A{len(pairs) + 1}", exchange.currency), money(usd, exchange), text))
    pairs += [(spoken.count(f"A{len(pairs) + i}"), count(Decimal(text)), text) for i, text in enumerate(counts, 1)]
    for row, (formula, _, value) in enumerate(pairs, 1):
        sheet.cell(row, 1).value = float(value)
        sheet.cell(row, 2).value = f"={formula}"
    return sheet_of, [(value, expected) for _, expected, value in pairs]


@pytest.fixture(scope="module")
def results() -> dict[str, Workbook]:
    """Every case, recalculated in one run."""
    books = {name: changed(made(case.base), case.inputs) for name, case in CASES.items()}
    return recalculated({**books, "words": said_by_formula()[0]})


every_case = pytest.mark.parametrize("name", CASES)


def near(value: object, expected: Decimal | None) -> bool:
    return isinstance(value, int | float) and expected is not None and abs(value - float(expected)) < CENT


@every_case
def test_every_amount_equals_the_engine(name: str, results: dict[str, Workbook]) -> None:
    found, expected = results[name], expected_of(name)
    rows = {(row["Option"]): row for row in table(found, "Comparison")}
    assert len(rows) == len(CASES[name].base().options)
    for option in expected.options:
        row = rows[label(option, expected)]
        for head, usd in zip(LEVELS, (option.low_usd, option.usd, option.high_usd), strict=True):
            assert near(row[head], expected.amount(usd)), (option.name, head, row[head], expected.amount(usd))


def label(option: Any, made_of: Report) -> str:
    seller = made_of.catalog.providers.get(option.provider)
    claim = "" if option.status not in {"claimed", "projected"} else " (claim)"
    return f"{option.name} from {seller.name}{claim}" if seller else f"{option.name}{claim}"


@every_case
def test_every_line_equals_the_engine(name: str, results: dict[str, Workbook]) -> None:
    expected = expected_of(name)
    lines = iter_lines(results[name])
    for option in expected.options:
        mine = lines[label(option, expected)]
        assert len([row for row in mine if row["Quantity, typical"]]) == len(option.lines)
        for row, line in zip(mine, option.lines, strict=False):
            assert row["Quantity, typical"] == pytest.approx(float(line.quantity), rel=1e-7)
            assert row["Rate in USD, typical"] == pytest.approx(float(line.rate_usd))
            assert near(row["Typical month"], expected.amount(line.usd)), (option.name, line.name)
            assert row["Source"] == CASES[name].base().number(line.source)


def iter_lines(found: Workbook) -> dict[str, list[dict[str, Any]]]:
    blocks: dict[str, list[dict[str, Any]]] = {}
    for row in table(found, "Lines"):
        if row["For each"] is None:
            blocks[row["Option and part"]] = mine = []
        else:
            mine.append(row)
    return blocks


@every_case
def test_the_cheapest_is_the_engines(name: str, results: dict[str, Workbook]) -> None:
    expected = expected_of(name)
    first = next(row for row in table(results[name], "Comparison") if row["Rank"] == 1)
    assert expected.best is not None
    assert first["Option"] == label(expected.best, expected)


@every_case
def test_twelve_months_equal_the_engine(name: str, results: dict[str, Workbook]) -> None:
    expected = expected_of(name)
    rows = table(results[name], "Budget")[:12]
    assert expected.spending is not None
    limit = expected.spending.limit_usd
    kept = CASES[name].base().spending.limit_usd  # type: ignore[union-attr]
    for row, month in zip(rows, expected.spending.months, strict=True):
        assert row["Month"] == f"{month.month:%B %Y}"
        assert row["Requests"] == pytest.approx(float(month.requests))
        for head, usd in zip(LEVELS, (month.low_usd, month.usd, month.high_usd), strict=True):
            assert near(row[head], expected.amount(usd)), (row, usd)
        if limit is None:
            assert row["Fits?"] == "no limit"
        elif name != "another rate of exchange":  # A limit in euros stays what it is.
            assert row["Fits?"] == ("over" if month.over else "may be over" if month.may_be_over else "fits")
            assert kept is not None


@cache
def hosting_of(name: str) -> Any:
    """The engine's rivalry of the same plan with the same rivals, at the inputs of a case."""
    case, expected = CASES[name], expected_of(name)
    base = case.base().hosting
    if base is None:
        return None
    key = (base.plan.architecture.id, base.plan.device.id)
    plan = next(p for p in expected.plans if (p.architecture.id, p.device.id) == key)
    by_name = {label(option, expected): option for option in expected.options}
    rivals = [by_name[label(found.against, case.base())] for found in base.break_evens]
    known = expected.hosting
    if known and known.plan == plan and [found.against for found in known.break_evens] == rivals:
        return known
    return rivalry(plan, rivals, expected.comparison.workload.requests_per_month)


WITH_GPUS = [name for name, case in CASES.items() if case.base is not cached and "sizes" not in name]


@pytest.mark.parametrize("name", WITH_GPUS)
def test_copies_equal_the_engine(name: str, results: dict[str, Workbook]) -> None:
    rows = {row["Own GPUs"]: row for row in table(results[name], "Own GPUs")}
    for plan in expected_of(name).plans:
        row = rows[hosted_option(plan).name]
        assert [row[head] for head in COPIES] == [fleet.peak_replicas for fleet in plan.fleets]


@pytest.mark.parametrize("name", WITH_GPUS)
def test_break_evens_equal_the_engine(name: str, results: dict[str, Workbook]) -> None:
    found = hosting_of(name)
    in_view = CASES[name].base().hosting.curves[0].points[-1].requests_per_month  # type: ignore[union-attr]
    rows = section(results[name], "Own GPUs", "Cheaper than")
    for row, pays in zip(rows, found.break_evens, strict=True):
        for value, volume in zip(row[2:5], (pays.earliest, pays.typical, pays.latest), strict=True):
            if volume is None or volume > in_view:
                assert value == NEVER, row
            elif volume == expected_of(name).comparison.workload.requests_per_month / 100:
                assert value <= volume, row  # They pay at all volumes that the engine looked at.
            else:
                assert value == pytest.approx(float(volume), rel=1e-5), row


@pytest.mark.parametrize("name", ["as delivered", "another rent", "another price"])
def test_curves_equal_the_engine(name: str, results: dict[str, Workbook]) -> None:
    found, expected = hosting_of(name), expected_of(name)
    rows = section(results[name], "Own GPUs", "Requests a month")
    assert len(rows) == len(found.curves[0].points)
    for row, points in zip(rows, zip(*(curve.points for curve in found.curves), strict=True), strict=True):
        mine = points[0]
        amounts = (mine.low_usd, mine.usd, mine.high_usd, *(point.usd for point in points[1:]))
        assert row[0] == pytest.approx(float(mine.requests_per_month))
        assert all(near(value, expected.amount(usd)) for value, usd in zip(row[2:], amounts, strict=False)), row


def section(found: Workbook, sheet: str, head: str) -> list[list[Any]]:
    """The rows below a head that begins so."""
    rows: Iterator[tuple[Any, ...]] = iter(found[sheet].iter_rows(values_only=True))
    next(row for row in rows if row[0] == head)
    kept = []
    for row in rows:
        if row[0] is None:
            break
        kept.append(list(row))
    return kept


@every_case
def test_what_moves_the_cost_equals_the_engine(name: str, results: dict[str, Workbook]) -> None:
    expected = expected_of(name)
    rows = {row["Input"]: list(row.values()) for row in table(results[name], "Sensitivity")}
    for effect in expected.effects:
        low, high = sensitivity_row(results[name], effect.name)
        if effect.name in {"Time to answer", "Repeated text"} and CASES[name].inputs:
            assert (low, high) == ("not computed", "not computed") or effect.name not in rows
        else:
            assert near(low, expected.amount(effect.low_usd)), effect
            assert near(high, expected.amount(effect.high_usd)), effect


def sensitivity_row(found: Workbook, name: str) -> tuple[Any, Any]:
    rows = found["Sensitivity"].iter_rows(min_row=5, values_only=True)
    return next(((row[3], row[4]) for row in rows if row[0] == name), ("not computed", "not computed"))


SAME_WORDS = [name for name in CASES if "sizes" not in name and "exchange" not in name]


@pytest.mark.parametrize("name", SAME_WORDS)
def test_sentences_say_what_every_other_form_says(name: str, results: dict[str, Workbook]) -> None:
    expected = expected_of(name)
    rows = {row[0]: row[1] for row in results[name]["Summary"].iter_rows(min_row=4, values_only=True)}
    told = {finding.title: finding.text for finding in findings(expected)}
    rivals = CASES[name].base().hosting is None or hosting_of(name).watched == expected.hosting.watched  # type: ignore[union-attr]
    for title, text in told.items():
        if title == "What moves it most" and CASES[name].inputs and {"Time", "Repeated"} & set(text.split()):
            continue  # By the engine, for the inputs as delivered.
        if title != "Own GPUs" or rivals:
            assert rows[title] == text


def test_own_gpus_are_not_computed_for_other_sizes_of_requests(results: dict[str, Workbook]) -> None:
    rows = table(results["other sizes of requests"], "Comparison")
    owned = [row for row in rows if row["Status"].startswith("worked out from rents")]
    assert len(owned) == len(plans())
    for row in owned:
        assert {row[head] for head in LEVELS} == {"not computed"}
        assert row["Rank"] in (None, "")


@every_case
def test_no_cell_is_an_error(name: str, results: dict[str, Workbook]) -> None:
    for sheet in results[name]:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "e", (sheet.title, cell.coordinate, cell.value)
                assert not ERRORS.search(str(cell.value)), (sheet.title, cell.coordinate, cell.value)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.inputs])
def test_readers_that_do_not_compute_show_the_same(name: str, results: dict[str, Workbook]) -> None:
    """Each formula holds its result as delivered: what LibreOffice makes of it."""
    shown = load_workbook(io.BytesIO(made(CASES[name].base)), data_only=True)
    for sheet in shown:
        for row in sheet.iter_rows():
            for cell in row:
                computed = results[name][sheet.title][cell.coordinate].value
                if isinstance(cell.value, int | float):
                    assert computed == pytest.approx(cell.value, rel=1e-6, abs=1e-9), (sheet.title, cell.coordinate)
                else:
                    assert (computed or "") == (cell.value or ""), (sheet.title, cell.coordinate)


def test_figures_in_words_are_written_as_everywhere(results: dict[str, Workbook]) -> None:
    written = [row[1] for row in results["words"].active.iter_rows(values_only=True)]
    assert written == [expected for _, expected in said_by_formula()[1]]


def opened(base: Callable[[], Report] = delivered) -> Workbook:
    return load_workbook(io.BytesIO(made(base)))


def test_every_result_is_a_formula() -> None:
    for sheet, heads in (("Comparison", LEVELS), ("Lines", (*LEVELS, "Quantity, light", "Rate in USD, high"))):
        for row in table(opened(), sheet):
            if sheet == "Comparison" or row["For each"]:
                assert all(str(row[head]).startswith("=") for head in heads), row
    assert all(str(row["Typical month"]).startswith("=") for row in table(opened(), "Budget")[:12])


def test_inputs_are_named_open_checked_and_told() -> None:
    found = opened()
    page = found["Inputs"]
    open_cells = {c.coordinate for row in page.iter_rows(min_row=5) for c in row if not c.protection.locked}
    checked = {cell for each in page.data_validations.dataValidation for cell in str(each.sqref).split()}
    named = {place.replace("$", "") for name in found.defined_names.values() for _, place in name.destinations}
    assert open_cells <= checked & named
    assert len(open_cells) > 20
    for coordinate in open_cells:
        row = page[coordinate].row
        assert page.cell(row, 6).value
        assert page.cell(row, 9).value
        assert page[coordinate].fill.fgColor.rgb != "00000000"
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in found.defined_names if not name.startswith("_"))
    prices = [row for row in table(found, "Inputs") if str(row["Unit"]).startswith("USD")]
    assert all(row["Source"] and row["Read on"] for row in prices)


def test_other_sheets_are_locked_without_a_password() -> None:
    for sheet in opened():
        assert sheet.protection.sheet
        assert not sheet.protection.password
        if sheet.title != "Inputs":
            assert all(cell.protection.locked for row in sheet.iter_rows() for cell in row)


def test_sheets_print_on_landscape_pages() -> None:
    for sheet in opened():
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.title == "Summary" or sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows
        assert sheet.freeze_panes
        assert "Confidential" in sheet.oddFooter.left.text


def test_charts_are_native_ask_a_question_and_follow_the_cells() -> None:
    packed = zipfile.ZipFile(io.BytesIO(made(delivered)))
    charts = [packed.read(name).decode() for name in packed.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 4
    for chart in charts:
        assert re.search(r"<a:t>[^<]+\?</a:t>", chart)
        assert "<c:numRef>" in chart
        assert "<c:numLit>" not in chart
    drawings = [packed.read(name).decode() for name in packed.namelist() if name.startswith("xl/drawings/drawing")]
    said = re.findall(r'<xdr:cNvPr [^>]*descr="([^"]+)"', "".join(drawings))
    assert len(said) == 4
    assert all(len(text) > 40 for text in said)


def hostile() -> Report:
    """Formulas wherever a user's text may stand."""
    brand = Brand(client=HOSTILE, prepared_by="@SUM(1)", confidentiality="+1&2", color="#ffcc00")
    named = replace(work(), name=HOSTILE, unit="-1+1", units=HOSTILE)
    return engine(named, book(), (), terms(brand=brand, title=HOSTILE))


def test_no_text_of_a_user_becomes_a_formula() -> None:
    found = load_workbook(io.BytesIO(xlsx(hostile())))
    formulas = [str(c.value) for sheet in found for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert formulas
    assert not any("cmd()" in text or "SUM(1)" in text for text in formulas)
    texts = [str(c.value) for sheet in found for row in sheet.iter_rows() for c in row if c.data_type == "s"]
    assert sum(text == f"'{HOSTILE}" for text in texts) >= 4
    assert not any(text.startswith(("=", "+", "@")) for text in texts)


@pytest.mark.parametrize("text", ["\ud800", "a\x00b\x07", "x" * 120, "日本語の会社", "&A&P \u202e"])
def test_any_name_makes_a_workbook(text: str) -> None:
    brand = Brand(client=text, prepared_by=text, confidentiality=text)
    named = replace(work(), name=text, units=text)
    found = load_workbook(io.BytesIO(xlsx(engine(named, sold(), (), terms(brand=brand, title=text)))))
    assert found["Summary"]["A1"].value == "".join(c if c.isprintable() else " " for c in text)


def test_without_any_price_the_workbook_says_so() -> None:
    found = load_workbook(io.BytesIO(xlsx(engine(work(), sold(model(rule("input", "2"))), (), terms()))))
    assert "No model in this comparison has a listed price" in str(found["Summary"]["B5"].value)
    assert found["Comparison"]["B5"].value == "Without a price"
    assert found["Own GPUs"]["A5"].value.startswith("No open model on record")


def test_claims_alone_are_shown_and_never_the_cheapest() -> None:
    ranged = {"usd_low": "1", "usd_high": "3", "status": "projected"}
    known = sold(model(rule("input", None, **ranged), rule("output", None, **ranged)))
    found = engine(work(), known, (), terms(currency="USD"))
    books = {"claims": changed(xlsx(found), {"price_acme_m_input_claimed_high": 5})}
    row = table(recalculated(books)["claims"], "Comparison")[0]
    option = found.options[0]
    sent = next(line.quantity for line in option.lines if line.name == "input")
    assert near(row["Typical month"], option.usd + sent / 10**6)  # The middle of 1 to 5 is 3, one more than of 1 to 3.
    assert near(row["Light month"], option.low_usd)
    assert row["Rank"] in (None, "")


def test_it_is_made_in_time() -> None:
    found = delivered()
    begun = time.process_time()
    xlsx(found)
    assert time.process_time() - begun < 2
