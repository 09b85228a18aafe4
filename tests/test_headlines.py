"""The sentences above the parts of a report: each says what was found, on both sides of each boundary."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from estimator.decision import Effect, Rivalry
from estimator.report import Report, Terms, headlines, report
from estimator.report.own_gpus import Crossing, crossing, volume_words
from estimator.workload import Assumption
from tests.made_up import option
from tests.reported import made_up, support

TWO = made_up(option("2", "1", "3", name="Cheap"), option("9", name="Dear"))
NOTHING = made_up(option("1", status="claimed"))


def watched(typical: str | None) -> Report:
    """The support chat, 100,000 requests a month, where own GPUs pay from so many on."""
    hosting = support().hosting
    assert isinstance(hosting, Rivalry)
    assert hosting.watched is not None
    found = replace(hosting.watched, typical=None if typical is None else Decimal(typical))
    return replace(support(), hosting=replace(hosting, watched=found))


def limited(limit: str | None, growth: str = "0.05") -> Report:
    """$2 a month that grows, under a limit."""
    terms = Terms(limit_usd=None if limit is None else Decimal(limit), growth=Decimal(growth))
    return report(TWO.comparison, TWO.catalog, (), terms)


CASES: dict[str, tuple[str, str]] = {
    "the answer": (headlines.answer_title(TWO), "Cheap from Acme costs least: about $2.00 a month"),
    "no answer": (headlines.answer_title(NOTHING), "Nothing here has a listed price for this work"),
    "the ways": (headlines.options_title(TWO), "2 ways have a price: from $2.00 to $9.00 a month"),
    "one way": (headlines.options_title(made_up(option("2"))), "One way has a price: $2.00 a month"),
    "no way": (headlines.options_title(NOTHING), "No way has a listed price"),
    "the range": (headlines.range_title(TWO), "A light month may cost $1.00, a heavy one $3.00"),
    "no range": (headlines.range_title(NOTHING), "No range: nothing has a listed price"),
    "no own GPUs": (headlines.gpus_title(TWO), "Own GPUs were not computed for this work"),
    "own GPUs never pay": (headlines.gpus_title(watched(None)), "At no volume in view do own GPUs cost less"),
    "own GPUs pay today": (
        headlines.gpus_title(watched("100000")),
        "Own GPUs cost less than Claude Haiku 5.5 from Anthropic already today",
    ),
    "own GPUs pay later": (
        headlines.gpus_title(watched("100001")),
        "Own GPUs cost less than Claude Haiku 5.5 from Anthropic from 100,001 requests a month on",
    ),
    "no budget": (headlines.budget_title(NOTHING), "No budget: nothing has a listed price"),
    "no limit": (headlines.budget_title(limited(None)), "In October 2027 a month comes to $3.42"),
    "within": (headlines.budget_title(limited("3.43")), "Twelve months stay within $3.43 a month"),
    "at once over": (headlines.budget_title(limited("1.99")), "$1.99 a month is not enough"),
    "over later": (headlines.budget_title(limited("2.00")), "The work passes $2.00 a month in December 2026"),
    "nothing moves it": (headlines.moves_title(NOTHING), "Nothing is known that would move the cost"),
    "a saving moves it": (
        headlines.moves_title(replace(TWO, effects=(Effect("Wait", "now", "later", Decimal(4), Decimal(3)),))),
        "Wait moves the cost most: $3.00 to $4.00 a month",
    ),
    "no guess": (headlines.rests_title(replace(TWO, spending=None)), "What these figures rest on"),
}


@pytest.mark.parametrize(("said", "expected"), CASES.values(), ids=CASES)
def test_a_headline_says_what_was_found(said: str, expected: str) -> None:
    assert said == expected


def test_guesses_are_counted_once() -> None:
    assumed = (Assumption("a", "guess", ""), Assumption("b", "guess", ""), Assumption("c", "measured", ""))
    made = made_up(option("1", assumptions=assumed), option("2", assumptions=assumed[:1]))
    # Two of these three, and by how much the work grows.
    assert headlines.rests_title(made) == "3 of 4 assumptions are guesses: replace those first"


def test_own_gpus_cross_where_the_bill_is_as_high() -> None:
    made: Any = watched("200000")
    against = made.hosting.watched.against
    assert crossing(made.hosting, made) == Crossing(against, Decimal(200_000), 2 * against.usd)
    never: Any = watched(None)
    assert crossing(never.hosting, never) is None


def test_a_volume_that_is_not_in_view_is_never() -> None:
    assert [volume_words(None), volume_words(Decimal(1500))] == ["never", "1,500"]
