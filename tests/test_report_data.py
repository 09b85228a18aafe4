"""A report as plain data: every line and its source in the table, all of it in the JSON, and no digit lost."""

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from estimator.decision import Scenario, compare, hosted_option, hosted_plans
from estimator.report import Brand, Report, Terms, report
from estimator.report.cells import safe_cell
from estimator.report.data import document, table
from estimator.report.forms import FORMS
from estimator.report.summary import findings
from estimator.workload import from_template, templates
from pricing import Usage, catalog
from tests.made_up import AT, PLAIN, model, rule, sold, work

TERMS = Terms(Brand(client="=Acme"), title="A title", currency="EUR", limit_usd=Decimal(500), growth=Decimal("0.05"))
CHAT = Usage(uncached_input_tokens=1000, output_tokens=100)


@cache
def real() -> Report:
    """Support chat on a few models that people ask for and on own GPUs."""
    book = catalog()
    made = from_template(templates()["support-chat"], Fraction(20_000), book.sizes, start=AT)
    plans = hosted_plans(made, book)
    some = [m for m in book.models.values() if m.info.featured][:4]
    return report(compare(made, book, Scenario(AT), some, [hosted_option(p) for p in plans]), book, plans, TERMS)


@cache
def small() -> Report:
    """A month of 1,000 requests: $2 of input and $1 of output on m, nothing listed on n."""
    book = sold(model(*PLAIN), model(rule("input", "2", status="claimed"), id="n"))
    return report(compare(work(CHAT), book, Scenario(AT)), book, terms=TERMS)


def rows(made: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table(made).decode("utf-8-sig"), newline="")))


def read(made: Report) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document(made))
    return found


def test_every_line_is_a_row_with_its_source_and_its_date() -> None:
    found = rows(real())
    assert len(found) == sum(len(option.lines) for option in real().options)
    for row in found:
        assert row["source_number"] == str(real().number(row["source"]))
        assert row["source_title"]
        assert row["checked_on"]
        assert row["line_status"]


def test_lines_add_up_to_their_option_exactly() -> None:
    found = rows(real())
    for rank, option in enumerate(real().options, 1):
        mine = [row for row in found if row["rank"] == str(rank)]
        assert sum(Decimal(row["line_usd"]) for row in mine) == option.usd == Decimal(mine[0]["month_usd"])
        assert Decimal(mine[0]["month"]) == real().amount(option.usd)


def test_a_row_in_full() -> None:
    expected = {
        "client": "'=Acme",
        "title": "A title",
        "prices_of": "2026-11-24T00:00:00+00:00",
        "rank": "1",
        "model": "m",
        "month_usd": "3.00",
        "currency": "EUR",
        "item": "input",
        "quantity": "1000000",
        "rate_usd": "2",
        "per": "1000000",
        "line_usd": "2.00",
        "line_status": "list price",
        "checked_on": "2026-11-23",
        "source": "genai-prices",
        "source_number": "1",
    }
    row = rows(small())[0]
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t1", "\r1"])
def test_a_cell_is_no_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "'=1", "1-1"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


def test_json_loses_no_digit() -> None:
    found = read(real())
    for told, option in zip(found["options"], real().options, strict=True):
        assert Decimal(told["usd"]) == option.usd
        assert [Decimal(line["usd"]) for line in told["lines"]] == [line.usd for line in option.lines]
    assert Fraction(found["work"]["units_per_month"]) == 20_000
    assert Decimal(found["exchange"]["per_usd"]) == real().exchange.per_usd


def test_json_has_all_that_a_report_shows() -> None:
    found = read(real())
    assert (found["format"], found["version"], found["title"]) == ("breakeven-report", 1, "A title")
    assert found["prices_of"] == "2026-11-24T00:00:00+00:00"
    assert found["state"] == {"on": real().state.on.isoformat(), "digest": real().state.digest}
    assert found["best"] == 0
    assert [each["title"] for each in found["findings"]] == [each.title for each in findings(real())]
    assert len(found["spending"]["months"]) == 12
    assert found["hosting"]["break_evens"]
    assert [each["number"] for each in found["sources"]] == list(range(1, len(real().sources) + 1))
    cited = {line["source"] for option in found["options"] for line in option["lines"]}
    assert cited <= {each["id"] for each in found["sources"]}
    assert "logo" not in found["brand"]


def test_a_report_without_a_listed_price_is_still_data() -> None:
    book = sold(model(rule("input", "2", status="claimed"), rule("output", "1", status="claimed")))
    made = report(compare(work(CHAT), book, Scenario(AT)), book)
    found = read(made)
    assert (found["best"], found["spending"], found["effects"]) == (None, None, [])
    assert rows(made)[0]["option_status"] == "claimed, not confirmed"


def test_a_model_without_a_price_is_a_row_that_says_why() -> None:
    row = rows(small())[-1]
    assert (row["model"], row["month_usd"], row["rank"]) == ("n", "", "")
    assert "output" in row["no_price_because"]


def test_no_option_leaves_a_header() -> None:
    empty = replace(small(), comparison=replace(small().comparison, options=(), unpriced=()))
    assert table(empty).decode("utf-8-sig").startswith("client,title,prices_of,")
    assert rows(empty) == []


@pytest.mark.parametrize("name", FORMS)
def test_each_form_is_made(name: str) -> None:
    form = FORMS[name]
    assert form.make(small())
    assert form.extension.isalnum()
    assert "/" in form.mime
