"""What may go wrong beside the money: facts with their sources and days, and rules that only a known fact passes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from pydantic import Field

from estimator.decision.compare import Option
from pricing import STANDARD, Catalog, Mode
from pricing.facts import DATA, Fact, read_table

Name = Literal["licence", "place", "law", "training", "retention", "zero_retention", "government", "notice"]
FIELDS: Mapping[str, str] = {
    "place": "Where your data goes",
    "law": "Which law holds",
    "training": "Training on your inputs",
    "retention": "How long it is kept",
    "zero_retention": "Keeping nothing",
    "licence": "Licence of the weights",
    "government": "Bans and export control",
    "notice": "Notice before the end",
    "retirement": "End of sale",
    "sellers": "Other sellers",
}
RULES: Mapping[str, str] = {
    "own": "Data stays with us",
    "eu": "EU only",
    "no_training": "No training on our data",
}
UNKNOWN = "unknown"
_WEAK = ("low", "unknown")
_YOURS = "It is yours to choose: the machines are."


class RiskFact(Fact):
    """A row of data/risks/facts.csv, about a seller (and its models whose id begins so, in a region) or weights.

    `value` is what rules look at: `eu`, `us`, `cn`, `any` of a place or law; `no`, `may`, `unclear` of training.
    """

    provider: str = ""
    model_prefix: str = ""
    weights: str = ""
    region: str = ""
    field: Name
    value: str = ""
    said: str
    source: str
    as_of: str = Field(pattern=r"^\d{4}(-\d{2}){0,2}$")
    confidence: Literal["high", "medium", "low"]
    checked_on: date


@dataclass(frozen=True)
class Known:
    """What is on record of one field of an option: a sentence, who says so, of when, and how sure that is."""

    field: str
    said: str
    value: str = ""
    source: str = ""
    as_of: str = ""
    confidence: str = UNKNOWN


@cache
def risk_facts() -> tuple[RiskFact, ...]:
    return read_table(DATA / "risks" / "facts.csv", RiskFact)


def risks(option: Option, catalog: Catalog, mode: Mode = STANDARD) -> tuple[Known, ...]:
    """Every field of FIELDS in its order; what nobody said is unknown."""
    return tuple(_known(field, option, catalog, mode) for field in FIELDS)


def passes(option: Option, rules: Collection[str], catalog: Catalog, mode: Mode = STANDARD) -> bool:
    """Whether all of the rules (ids of RULES) are known to hold. What is unknown or doubtful never passes.

    `own`: own GPUs. `eu`: processed in the EU, by a seller under its law. `no_training`: the seller says so. Own GPUs
    pass all three, as far as the person puts them there.
    """
    return all(_holds(rule, option, catalog, mode) for rule in rules)


def _holds(rule: str, option: Option, catalog: Catalog, mode: Mode) -> bool:
    if option.kind == "selfhost" or rule == "own":
        return option.kind == "selfhost"
    needed = {"eu": {"place": "eu", "law": "eu"}, "no_training": {"training": "no"}}[rule]
    known = {field: _known(field, option, catalog, mode) for field in needed}
    return all(known[f].value == value and known[f].confidence not in _WEAK for f, value in needed.items())


def _known(field: str, option: Option, catalog: Catalog, mode: Mode) -> Known:
    if field == "retirement":
        return _retirement(option, catalog)
    if field == "sellers":
        return _sellers(option, catalog)
    if option.kind == "selfhost" and field != "licence":
        own = field in ("place", "law", "training", "retention", "zero_retention")
        return Known(field, _YOURS, confidence="high") if own else Known(field, UNKNOWN)
    fact = _fact(field, option, mode)
    if fact is None:
        return Known(field, UNKNOWN)
    return Known(field, fact.said, fact.value, fact.source, fact.as_of, fact.confidence)


def _fact(field: str, option: Option, mode: Mode) -> RiskFact | None:
    """The fact that speaks most closely of this option."""
    fitting = [
        fact
        for fact in risk_facts()
        if fact.field == field and fact.region in ("", mode.region)
        if (fact.weights and fact.weights == option.weights)
        or (fact.provider and fact.provider == option.provider and option.model.startswith(fact.model_prefix))
    ]
    return max(fitting, key=lambda fact: (bool(fact.region), len(fact.model_prefix)), default=None)


def _retirement(option: Option, catalog: Catalog) -> Known:
    model = catalog.models.get((option.provider, option.model))
    if option.kind == "selfhost":
        return Known("retirement", "Weights that you have stay.", confidence="high")
    if model is None or model.info.retires_on is None:
        return Known("retirement", UNKNOWN)
    return Known("retirement", f"{model.info.retires_on:%-d %B %Y}.", source=model.info.source, confidence="medium")


def _sellers(option: Option, catalog: Catalog) -> Known:
    """How many others sell the same model, by its name."""
    named = [m for m in catalog.models.values() if m.info.name == option.name and m.provider != option.provider]
    others = sorted({catalog.providers[m.provider].name for m in named})
    if option.kind == "selfhost":
        return Known("sellers", "You run it yourself.", confidence="high")
    said = f"{len(others)} more: {', '.join(others[:3])}{' …' if len(others) > 3 else ''}." if others else ""
    return Known("sellers", said or "None on record: if this one ends it, nobody else has it.", confidence="medium")
