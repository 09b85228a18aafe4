"""Risks beside the money: every fact names its source; only what is known to keep a rule passes it."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from estimator.decision import Option
from estimator.decision.risks import FIELDS, RULES, UNKNOWN, passes, risk_facts, risks
from pricing import STANDARD, Mode, catalog
from pricing.facts import sources
from tests.made_up import option

EU = Mode(region="eu")


def bought(name: str) -> Option:
    provider, _, id_ = name.partition("/")
    info = catalog().models[provider, id_].info
    return option("1", provider=provider, model=id_, name=info.name, weights=info.weights)


OWN_GPUS = option("1", provider="selfhost", kind="selfhost", model="gpt-oss-120b", weights="gpt-oss-120b")


def test_every_fact_is_of_something_on_record_and_names_its_source() -> None:
    book = catalog()
    weights = {model.info.weights for model in book.models.values()}
    for fact in risk_facts():
        assert bool(fact.provider) != bool(fact.weights), fact
        assert not fact.provider or fact.provider in book.providers, fact
        assert not fact.weights or fact.weights in weights, fact
        assert fact.source in sources(), fact
        assert fact.said.strip(), fact
        ids = [m.id for m in book.models.values() if m.provider == fact.provider]
        assert not fact.model_prefix or any(id_.startswith(fact.model_prefix) for id_ in ids), fact


def test_a_fact_stands_there_once() -> None:
    keys = [(f.provider, f.model_prefix, f.weights, f.region, f.field) for f in risk_facts()]
    assert len(set(keys)) == len(keys)


def test_every_field_is_told_of_every_option_and_unknown_is_said() -> None:
    known = risks(bought("groq/openai/gpt-oss-120b"), catalog())
    assert [each.field for each in known] == list(FIELDS)
    told = {each.field: each for each in known}
    assert told["licence"].said == "Apache-2.0"
    assert told["place"].said == told["training"].said == UNKNOWN
    assert told["place"].confidence == "unknown"
    assert "more" in told["sellers"].said


SELLERS = [
    # EU only: the place and the law, both known.
    pytest.param(
        "scaleway/openai/gpt-oss-120b", "eu", STANDARD, True, id="a French seller with its machines in the EU"
    ),
    pytest.param("mistral/mistral-medium-3-5", "eu", STANDARD, False, id="an EU seller at its global endpoint"),
    pytest.param("mistral/mistral-medium-3-5", "eu", EU, True, id="the same at its endpoint in the EU"),
    pytest.param("openai/gpt-5.4", "eu", EU, False, id="in the EU, under US law"),
    pytest.param("openai/gpt-5.4", "eu", STANDARD, False, id="neither"),
    pytest.param("deepseek/deepseek-v4-pro", "eu", STANDARD, False, id="in China"),
    pytest.param("groq/openai/gpt-oss-120b", "eu", STANDARD, False, id="nobody said where"),
    # Training.
    pytest.param("openai/gpt-5.4", "no_training", STANDARD, True, id="no training, says the seller"),
    pytest.param("deepseek/deepseek-v4-pro", "no_training", STANDARD, False, id="training is unclear"),
    pytest.param("groq/openai/gpt-oss-120b", "no_training", STANDARD, False, id="training is unknown"),
    pytest.param("mistral/mistral-medium-3-5", "no_training", STANDARD, False, id="no training, but hearsay"),
    pytest.param("google/gemini-3.8-flash", "no_training", STANDARD, True, id="of the seller's own models"),
    pytest.param("google/claude-opus-4-8", "no_training", STANDARD, False, id="not of those it resells"),
    pytest.param("deepinfra/openai/gpt-oss-120b", "no_training", STANDARD, True, id="of what a host runs itself"),
    pytest.param("deepinfra/anthropic/claude-opus-4-8", "no_training", STANDARD, False, id="not of what it passes on"),
    # Data stays with us.
    pytest.param("scaleway/openai/gpt-oss-120b", "own", STANDARD, False, id="somebody else's machines"),
]


@pytest.mark.parametrize(("name", "rule", "mode", "expected"), SELLERS)
def test_only_what_is_known_passes(name: str, rule: str, mode: Mode, expected: bool) -> None:
    assert passes(bought(name), {rule}, catalog(), mode) is expected


@pytest.mark.parametrize("rule", RULES)
def test_own_gpus_pass_every_rule(rule: str) -> None:
    assert passes(OWN_GPUS, {rule}, catalog())


def test_without_rules_all_pass_and_with_two_both_must_hold() -> None:
    assert passes(bought("groq/openai/gpt-oss-120b"), (), catalog())
    assert not passes(bought("scaleway/openai/gpt-oss-120b"), {"eu", "no_training"}, catalog())


def test_who_is_known_for_nothing_passes_no_rule() -> None:
    stranger = option("1", provider="nobody", model="m")
    assert not any(passes(stranger, {rule}, catalog()) for rule in RULES)
    every = catalog().models
    silent = {p for p, _ in every} - {f.provider for f in risk_facts() if f.field in ("place", "law", "training")}
    assert silent
    for provider, id_ in every:
        if provider in silent:
            assert not any(passes(bought(f"{provider}/{id_}"), {rule}, catalog()) for rule in RULES)


def test_the_end_of_sale_and_a_single_seller_come_from_the_catalog() -> None:
    told = {k.field: k for k in risks(bought("google/gemini-2.5-flash"), catalog())}
    assert told["retirement"].said == "1 December 2026."
    lone = replace(bought("openai/gpt-5.4"), name="A name that nobody else has")
    assert "nobody else" in {k.field: k for k in risks(lone, catalog())}["sellers"].said


@pytest.mark.shared
def test_no_fact_is_surer_than_the_one_collected(shared: Path) -> None:
    names = {"DeepSeek": "deepseek", "OpenAI": "openai", "Anthropic": "anthropic"}
    fields = {"training_default": "training", "retention": "retention", "jurisdiction": "law", "where_stored": "place"}
    with (shared / "risks" / "risks.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if "API" in row["model_or_service"]]
    ours = {(f.provider, str(f.field)): f for f in risk_facts() if not f.region and not f.model_prefix}
    checked = [
        (row, ours[names[row["provider"]], fields[row["field"]]])
        for row in rows
        if row["provider"] in names and row["field"] in fields
    ]
    assert len(checked) >= 8
    assert [fact for row, fact in checked if fact.confidence != row["confidence"]] == []
