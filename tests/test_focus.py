"""The FOCUS file: its columns, types and formats by the specification, its sums, and what is refused."""

import csv
import io
import json
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from estimator.decision import itemized
from estimator.report.focus import focus
from estimator.report.focus_rules import check_row, columns
from estimator.workload import Charge, Statement, Used, read_statement
from pricing import Catalog, InputError, Usage, catalog
from pricing.facts import sources
from tests.made_up import PLAIN, model, rule, sold
from tests.test_reconcile import DAY, ONE, charge, used

# The names that FOCUS 1.2 makes mandatory, from the text of the specification.
MANDATORY = [
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ContractedCost",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "ServiceCategory",
    "ServiceName",
]
USE = Usage(uncached_input_tokens=1_820_000, cache_read_tokens=3, output_tokens=100_000, web_searches=4)
RULES = (*PLAIN, rule("cache_read", "0.07"), rule("web_search", "10", per=1000))
BOOK = sold(model(*RULES))


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def made(
    *charges: Charge, uses: tuple[Used, ...] = (used(USE),), book: Catalog = BOOK, account: str = "42"
) -> list[dict[str, str]]:
    return rows_of(focus(itemized(Statement(uses, charges), book), book, account))


def test_columns_are_in_order_and_all_that_must_be_are_there() -> None:
    names = list(made(charge("5"))[0])
    focus_names = [name for name in names if not name.startswith("x_")]
    assert names == [*sorted(focus_names), *sorted(set(names) - set(focus_names))]
    assert set(MANDATORY) <= set(focus_names) <= columns().keys()


def test_a_row_of_use_in_full() -> None:
    row = made(charge("5"))[0]
    assert row["BilledCost"] == row["EffectiveCost"] == re.sub(r"0+$", "", row["BilledCost"])
    expected = {
        "BillingAccountId": "42",
        "BillingAccountName": "",
        "BillingCurrency": "USD",
        "BillingPeriodStart": "2026-10-01T00:00:00Z",
        "BillingPeriodEnd": "2026-11-01T00:00:00Z",
        "ChargePeriodStart": "2026-10-05T00:00:00Z",
        "ChargePeriodEnd": "2026-10-06T00:00:00Z",
        "ChargeCategory": "Usage",
        "ChargeClass": "",
        "ChargeFrequency": "Usage-Based",
        "ConsumedQuantity": "1820000.0",
        "ConsumedUnit": "Tokens",
        "PricingQuantity": "1820000.0",
        "PricingUnit": "Tokens",
        "ListUnitPrice": "0.000002",
        "ListCost": "3.64",
        "ContractedUnitPrice": "0.000002",
        "ContractedCost": "3.64",
        "InvoiceId": "",
        "InvoiceIssuerName": "Acme",
        "ProviderName": "Acme",
        "PublisherName": "Acme",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": "Acme API",
        "SkuId": "acme/m:input",
        "SkuPriceId": "acme/m:input:standard",
        "SkuPriceDetails": "",
        "ResourceId": "acme/m",
        "x_CostBasis": "Bill",
        "x_Estimated": "false",
        "x_PriceSource": "genai-prices",
        "x_PriceCheckedOn": "2026-11-23",
        "x_TokenKind": "input",
    }
    assert {name: row[name] for name in expected} == expected


def test_a_fee_is_counted_in_its_own_unit() -> None:
    (row,) = (row for row in made(charge("5")) if row["x_TokenKind"] == "web_search")
    assert (row["PricingQuantity"], row["PricingUnit"], row["ListUnitPrice"], row["ListCost"]) == (
        "4.0",
        "Searches",
        "0.01",
        "0.04",
    )


def test_billed_cost_adds_up_to_the_bill() -> None:
    rows = made(charge("5.123456789"), charge("-1", item="credit"), charge("0.7", item="output"))
    assert sum(Decimal(row["BilledCost"]) for row in rows) == Decimal("4.823456789")


def test_what_has_no_count_is_an_adjustment_of_equal_costs() -> None:
    (row,) = (row for row in made(charge("5"), charge("3", item="code interpreter")) if not row["PricingQuantity"])
    assert {row[f"{kind}Cost"] for kind in ("Billed", "List", "Contracted", "Effective")} == {"3.0"}
    assert (row["ChargeCategory"], row["SkuId"], row["ListUnitPrice"]) == ("Adjustment", "", "")
    assert row["x_Remark"] == "no price list has an item called code interpreter."


def test_an_estimate_is_never_called_billed() -> None:
    rows = made(charge("5"), uses=(used(USE), used(USE, start=DAY + ONE)))
    estimated = [row for row in rows if row["x_Estimated"] == "true"]
    assert {row["ChargePeriodStart"] for row in estimated} == {"2026-10-06T00:00:00Z"}
    assert {row["x_CostBasis"] for row in estimated} == {"List prices"}
    assert all(row["BilledCost"] == row["ListCost"] for row in estimated)
    assert all(row["ChargeDescription"].startswith("Estimate at list prices: ") for row in estimated)
    assert sum(Decimal(row["BilledCost"]) for row in rows if row not in estimated) == 5


def test_another_currency_has_list_prices_in_it() -> None:
    rows = made(charge("30", currency="CNY", per_usd=Decimal(7)))
    assert {row["BillingCurrency"] for row in rows} == {"CNY"}
    assert (rows[0]["ListUnitPrice"], rows[0]["ListCost"]) == ("0.000014", "25.48")


def test_a_month_is_that_of_the_bills_own_time_zone() -> None:
    start = datetime(2026, 11, 1, tzinfo=timezone(timedelta(hours=8)))
    (row, *_) = made(charge("5", start=start), uses=(used(USE, start=start),))
    assert (row["BillingPeriodStart"], row["BillingPeriodEnd"]) == ("2026-10-31T16:00:00Z", "2026-11-30T16:00:00Z")
    assert row["ChargePeriodStart"] == "2026-10-31T16:00:00Z"


def test_who_made_a_resold_model_is_its_publisher() -> None:
    maker, seller = model(*PLAIN), model(*PLAIN, id="maker/m", provider="shop")
    seller = type(seller)(seller.info.model_copy(update={"name": "M", "resold": True}), seller.rules, (), seller.fees)
    rows = made(
        charge("3", by="Shop", provider="shop", model="maker/m"),
        uses=(used(Usage(output_tokens=5), by="Shop", provider="shop", model="maker/m"),),
        book=sold(maker, seller),
    )
    assert (rows[0]["ProviderName"], rows[0]["PublisherName"], rows[0]["InvoiceIssuerName"]) == ("Shop", "Acme", "Shop")


def test_tiers_tell_what_sets_them_apart() -> None:
    rules = (rule("input", "2"), rule("input", "4", min_input_tokens=200_000))
    rows = made(charge("6"), uses=(used(Usage(uncached_input_tokens=9), floor=200_001),), book=sold(model(*rules)))
    assert json.loads(rows[0]["SkuPriceDetails"]) == {"x_MinimumInputTokens": "200001"}
    assert rows[0]["SkuPriceId"] == "acme/m:input:200001"


def test_text_of_a_file_is_no_formula() -> None:
    (row,) = (row for row in made(charge("5"), charge("1", item="=1+1")) if not row["PricingQuantity"])
    assert row["x_TokenKind"] == "'=1+1"


def test_nothing_to_write_is_said() -> None:
    with pytest.raises(InputError, match=r"^these files hold no use and no charge"):
        focus((), BOOK)


GOOD = made(charge("5"))[0]


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        pytest.param({"BillingCurrency": ""}, "BillingCurrency is empty in a charge of the category Usage", id="null"),
        pytest.param({"PricingQuantity": ""}, "PricingQuantity is empty in a charge", id="null of use"),
        pytest.param({"BilledCost": "5"}, "BilledCost is '5', which is no number", id="no point"),
        pytest.param({"BilledCost": "5.0E3"}, "which is no number", id="exponent"),
        pytest.param({"BilledCost": "1,000.0"}, "which is no number", id="comma"),
        pytest.param({"ChargePeriodEnd": "2026-10-06"}, "ChargePeriodEnd is '2026-10-06', which is no time", id="day"),
        pytest.param({"BillingCurrency": "usd"}, "which is no currency", id="currency"),
        pytest.param({"PricingUnit": "tokens"}, "which is no unit", id="unit"),
        pytest.param({"SkuPriceDetails": "[1]"}, "which is no pairs", id="list"),
        pytest.param({"SkuPriceDetails": '{"x": {}}'}, "which is no pairs", id="nested"),
        pytest.param({"ChargeCategory": "Forecast"}, "is 'Forecast', which is not one of Usage;", id="word"),
        pytest.param({"ChargeCategory": "Tax"}, "is not empty in a charge of the category Tax", id="tax"),
        pytest.param({"Tokens": "1"}, "Tokens is no column of FOCUS", id="column"),
        pytest.param({"ListCost": "3.65"}, "ListCost is not ListUnitPrice × PricingQuantity", id="list cost"),
        pytest.param({"ContractedCost": "3.65"}, "ContractedCost is not ContractedUnitPrice", id="contracted"),
        pytest.param({"ListUnitPrice": "-0.000002", "ListCost": "-3.64"}, "ListUnitPrice is below 0", id="negative"),
        pytest.param({"ChargePeriodEnd": "2026-12-01T00:00:00Z"}, "outside its billing period", id="month"),
        pytest.param({"ChargePeriodEnd": "2026-10-05T00:00:00Z"}, "its charge period is empty", id="no period"),
    ],
)
def test_a_row_that_focus_does_not_allow_is_refused(cells: dict[str, str], fault: str) -> None:
    check_row(GOOD, 7)
    with pytest.raises(InputError, match=f"^row 7 of the FOCUS file is not as FOCUS wants it: .*{re.escape(fault)}"):
        check_row(GOOD | cells, 7)


@pytest.mark.parametrize("name", MANDATORY)
def test_a_row_without_a_column_that_must_be_there_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"the column {name} is missing"):
        check_row({k: v for k, v in GOOD.items() if k != name}, 1)


def test_the_columns_of_the_specification_are_on_record() -> None:
    by_level = {level: [c.column for c in columns().values() if c.level == level] for level in ("mandatory",)}
    assert by_level["mandatory"] == MANDATORY
    assert len(columns()) == 57
    assert {c.source for c in columns().values()} == {"focus-1.2"} <= sources().keys()


@pytest.mark.shared
def test_the_columns_are_those_of_the_collected_facts(shared: Path) -> None:
    with (shared / "focus" / "focus12_columns.csv").open(encoding="utf-8") as file:
        facts = {row["column"]: row for row in csv.DictReader(file)}
    assert facts.keys() == columns().keys()
    for name, column in columns().items():
        fact = facts[name]
        told = (column.kind, column.level, str(column.nulls), column.data_type)
        assert told == (fact["type"].lower(), fact["feature_level"].lower(), fact["nulls"], fact["data_type"]), name


EXPORTS = [
    pytest.param(("openai_usage_completions.csv", "openai_costs.json"), id="OpenAI"),
    pytest.param(("anthropic_console_usage.csv", "anthropic_console_cost.csv"), id="Anthropic"),
    pytest.param(("deepseek_usage_data_2026-10-01_2026-11-01.zip",), id="DeepSeek"),
    pytest.param(("gcp_billing_standard.csv",), id="Google Cloud"),
    pytest.param(("langfuse_observations.jsonl",), id="Langfuse"),
    pytest.param(("litellm_spend_logs.jsonl",), id="LiteLLM"),
    pytest.param(("openrouter_activity.csv",), id="OpenRouter"),
    pytest.param(("otel_genai_spans.jsonl",), id="spans without a bill"),
]


@pytest.mark.shared
@pytest.mark.parametrize("names", EXPORTS)
def test_every_export_makes_a_file_whose_sums_are_those_of_its_bill(shared: Path, names: tuple[str, ...]) -> None:
    files = [(name, (shared / "usage_exports" / name).read_bytes()) for name in names]
    statement = read_statement(files, catalog().sizes, billed=False)
    rows = rows_of(focus(itemized(statement, catalog()), catalog()))
    for n, row in enumerate(rows, 1):
        check_row(row, n)
    told = sum(Decimal(row["BilledCost"]) for row in rows if row["x_CostBasis"] != "List prices")
    assert told == sum(each.amount for each in statement.charges)
    assert all((row["x_Estimated"] == "false") == (row["x_CostBasis"] == "Bill") for row in rows)


def test_numbers_read_as_decimals_by_others() -> None:
    """Whole numbers in a column make readers take it for integers."""
    rows = made(charge("5"))
    for name in ("BilledCost", "PricingQuantity", "ListCost", "ListUnitPrice"):
        assert all(re.fullmatch(r"-?\d+\.\d+", row[name]) for row in rows), name
