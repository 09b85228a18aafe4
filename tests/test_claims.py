"""The article, checked: verdicts worked out apart from the code, what moves them, and the data behind them."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from estimator.__main__ import main
from estimator.decision.checking import CHECKS, judge, usual_inputs
from estimator.decision.claims import (
    Case,
    Claim,
    ClaimInput,
    Evidence,
    Finding,
    KnownFact,
    Verdict,
    by_topic,
    claims,
    inputs_of,
)
from estimator.selfhost import find_architecture, find_device
from pricing import InputError, catalog
from pricing.facts import DATA, read_table

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
TRUE, PARTLY, FALSE, UNKNOWN = Verdict.TRUE, Verdict.PARTLY, Verdict.FALSE, Verdict.UNKNOWN


def found(claim: str, at: datetime | None = None, **changed: str) -> Finding:
    return judged(claim, changed, at or AT)


def judged(claim: str, changed: Mapping[str, str], at: datetime = AT) -> Finding:
    named = {claim.id: claim for claim in claims()}
    return judge(named[claim], catalog(), at, {name: Decimal(value) for name, value in changed.items()})


@pytest.mark.parametrize(
    ("claim", "changed", "verdict"),
    [
        # V4-Pro has 1.6 trillion parameters with 49 billion active, V4-Flash 284 and 13 billion (model cards).
        pytest.param("size", {}, FALSE, id="1T of 32B"),
        pytest.param("size", {"total_b": "1600", "active_b": "49"}, PARTLY, id="Pro's size"),
        pytest.param("size", {"total_b": "284", "active_b": "13", "tolerance_pct": "1"}, PARTLY, id="Flash, in all"),
        # V3 has 671 and 37: Pro has more of both, Flash less of both.
        pytest.param("fewer-active", {}, FALSE, id="larger but fewer active"),
        pytest.param("fewer-active", {"total_b": "200"}, PARTLY, id="against a smaller one, Flash would be"),
        pytest.param("larger", {}, FALSE, id="+134 % and -58 %"),
        pytest.param("larger", {"more_pct": "134"}, PARTLY, id="Pro is 134 % larger"),
        pytest.param("context", {}, TRUE, id="a million"),
        pytest.param("context", {"tokens": "1000001"}, FALSE, id="a token more"),
        pytest.param("recall", {}, UNKNOWN, id="no such test at that length"),
        # Of seven pairs of scores, within 2 points: 80.6/80.8, 50.1/51.3, 18/11.8 and 18/18.4 are; -3.5, -5.5, -5.1 and
        # -11.2 are not.
        pytest.param("coding", {}, PARTLY, id="on some tests"),
        pytest.param("coding", {"margin": "11.1"}, PARTLY, id="just below the widest gap"),
        pytest.param("coding", {"margin": "11.2"}, TRUE, id="at the widest gap"),
        pytest.param("licence", {}, FALSE, id="MIT"),
        pytest.param("hyper-connections", {}, TRUE, id="mHC"),
        pytest.param("engram", {}, FALSE, id="none before V4.1"),
        pytest.param("indexer", {}, TRUE, id="in every CSA layer"),
        pytest.param("not-released", {}, TRUE, id="24 April"),
        # Flash is at 0.15 off-peak, Pro at 0.66.
        pytest.param("price-v4", {}, PARTLY, id="Flash is within"),
        pytest.param("price-v4", {"high_usd": "0.66"}, TRUE, id="both are within"),
        pytest.param("price-v4", {"high_usd": "0.14"}, FALSE, id="neither"),
        pytest.param("price-gpt-5.4", {}, PARTLY, id="output is 15"),
        pytest.param("price-gpt-5.4", {"output_usd": "15"}, TRUE, id="as listed"),
        pytest.param("price-sonnet-4.6", {}, TRUE, id="3 and 15"),
        pytest.param("price-gemini-2.5", {}, FALSE, id="0.30 and 2.50"),
        # 2.50/0.15 = 16.7, 3/0.15 = 20, 2.50/0.66 = 3.8, 3/0.66 = 4.5.
        pytest.param("cheaper", {}, PARTLY, id="Flash is, Pro is not"),
        pytest.param("cheaper", {"times": "3.78"}, TRUE, id="just below the least"),
        pytest.param("cheaper", {"times": "3.79"}, PARTLY, id="just above the least"),
        pytest.param("cheaper", {"times": "20"}, PARTLY, id="at the most"),
        pytest.param("cheaper", {"times": "20.1"}, FALSE, id="above the most"),
        # All at peak: 2.50/0.30 = 8.3 and 3/0.30 = 10.
        pytest.param("cheaper", {"peak_pct": "100", "times": "10.1"}, FALSE, id="in peak hours none"),
        # As much out as in: (2.5+15)/(0.15+0.60) = 23.3, (3+15)/0.75 = 24, (2.5+15)/(0.66+1.98) = 6.6.
        pytest.param("cheaper", {"output_pct": "100", "times": "23.4"}, PARTLY, id="with output, against Sonnet alone"),
        pytest.param("new-gpt", {}, TRUE, id="six days before"),
        pytest.param("new-gpt", {"days": "6"}, TRUE, id="at six days"),
        pytest.param("new-gpt", {"days": "5"}, FALSE, id="in five days"),
        # The smallest file of Flash is 83 GB; of two cards with 32 GB each 58 are usable.
        pytest.param("two-gpus", {}, FALSE, id="two of 32 GB"),
        pytest.param("two-gpus", {"memory_gb": "48"}, PARTLY, id="two of 48 GB hold Flash's smallest file"),
        pytest.param("two-gpus", {"gpus": "8", "memory_gb": "192"}, TRUE, id="eight of 192 GB"),
        pytest.param("no-fees", {}, PARTLY, id="when busy"),
        pytest.param("no-fees", {"quiet": "256"}, TRUE, id="if it is always busy"),
        pytest.param("no-fees", {"rent_usd": "100"}, PARTLY, id="never at a hundred dollars: the fees alone go"),
        pytest.param("ascend", {}, PARTLY, id="on both"),
        pytest.param("cambricon", {}, TRUE, id="by its maker's word"),
        pytest.param("distillation", {}, UNKNOWN, id="nobody has settled it"),
    ],
)
def test_a_verdict_follows_its_inputs(claim: str, changed: dict[str, str], verdict: Verdict) -> None:
    assert judged(claim, changed).verdict is verdict


def test_price_does_not_follow_size_alone() -> None:
    # V4-Pro's input was at 0.435, then at 0.66 and, in peak hours, 1.32: 3.03 times the least at the same size.
    over_time = found("active-parameters").evidence[0]
    assert "$0.435 to $1.32" in over_time.figure
    assert over_time.holds is False
    assert found("active-parameters", times="3.03").evidence[0].holds is False
    assert found("active-parameters", times="3.04").evidence[0].holds is True


def test_ratios_are_those_of_the_day() -> None:
    # From 16 August to 10 September 2026 Flash's input was at 0.22: 2.50/0.22 = 11.4.
    told = found("cheaper", datetime(2026, 9, 1, 12, tzinfo=UTC)).sentence
    assert "11.4 times cheaper than GPT-5.4 ($0.22 to $2.50)" in told


def test_before_the_release_there_is_nothing_to_compare() -> None:
    assert found("cheaper", datetime(2026, 3, 11, 12, tzinfo=UTC)).verdict is UNKNOWN


def test_what_one_consumer_card_more_would_change_is_said() -> None:
    told = found("two-gpus").sentence
    assert "takes 83 GB at least, 58 GB are usable" in told
    assert "tokens/s for one reader" in told


def test_own_cost_is_rent_over_speed() -> None:
    # Half the rent, half the cost: 8 GPUs at $r an hour that write t tokens/s each cost r / (3600 t) a token.
    def busy(rent: str) -> float:
        figure = next(e.figure for e in found("no-fees", rent_usd=rent).evidence if e.figure.startswith("busy"))
        return float(figure.partition("cost $")[2].partition(",")[0])

    assert busy("8") == pytest.approx(2 * busy("4"), rel=2e-3)


def test_the_rent_is_that_of_the_day_unless_the_reader_says() -> None:
    usual = usual_inputs(found("no-fees").case.claim)["rent_usd"]
    assert Decimal(3) < usual < Decimal(12)  # What a B200 is rented for in the quotes of 2026.


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        pytest.param({"times": "0"}, "Cheaper by at least is 0: give 1 to 1,000 times", id="too small"),
        pytest.param({"times": "NaN"}, "is NaN", id="no number"),
        pytest.param({"hops": "1"}, "has no number hops", id="unknown"),
    ],
)
def test_a_number_that_cannot_be_is_refused(changed: dict[str, str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        judged("cheaper", changed)


@pytest.mark.parametrize(
    ("claim", "at", "changed", "says"),
    [
        pytest.param("no-fees", AT, {"gpus": "1"}, "weights", id="it does not fit"),
        pytest.param("active-parameters", datetime(2026, 3, 11, tzinfo=UTC), {}, "no input price", id="no price yet"),
    ],
)
def test_a_sum_that_cannot_be_done_decides_nothing(
    claim: str, at: datetime, changed: dict[str, str], says: str
) -> None:
    finding = judged(claim, changed, at)
    assert finding.verdict is UNKNOWN
    assert says in finding.sentence


def made(*holds: bool | None) -> Finding:
    claim = Claim(id="x", topic="T", said="S.", check="evidence", said_on=date(2026, 3, 11), said_by="a")
    each = tuple(Evidence(f"s{n}", f"f{n}.", h, "b", date(2026, 1, 1 + n)) for n, h in enumerate(holds))
    return Finding(Case(claim, {}, AT, catalog()), each)


@pytest.mark.parametrize(
    ("holds", "verdict", "sentence"),
    [
        ((), UNKNOWN, ""),
        ((None,), UNKNOWN, "Nothing on record decides it. Beside it: s0: f0."),
        ((True, None), TRUE, "For it: s0: f0."),
        ((True, False), PARTLY, "For it: s0: f0. Against it: s1: f1."),
        ((False, False, None), FALSE, "Against it: s0: f0 · s1: f1."),
        ((True,) * 5, TRUE, "For it: s0: f0 · s1: f1 · s2: f2 · s3: f3; and 1 more."),
    ],
)
def test_the_verdict_is_that_of_the_evidence(holds: tuple[bool | None, ...], verdict: Verdict, sentence: str) -> None:
    assert (made(*holds).verdict, made(*holds).sentence) == (verdict, sentence)


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim.id)
def test_every_claim_has_its_evidence_sources_and_numbers(claim: Claim) -> None:
    finding = judge(claim, catalog(), AT)
    assert finding.evidence
    assert set(finding.sources) <= catalog().sources.keys()
    assert finding.as_of <= date(2026, 11, 30)
    for row in inputs_of(claim.id):
        usual = usual_inputs(claim)[row.name]
        assert row.least <= usual <= row.most
        assert not row.source or row.source in catalog().sources


def test_the_tables_name_what_there_is() -> None:
    ids = {claim.id for claim in claims()}
    assert len(ids) == len(claims())
    assert {claim.check for claim in claims()} == CHECKS.keys()
    assert {row.claim for row in read_table(DATA / "claims" / "inputs.csv", ClaimInput)} <= ids
    assert {row.claim for row in read_table(DATA / "claims" / "facts.csv", KnownFact)} <= ids
    for claim in claims():
        for name in (*claim.about, *claim.beside):
            assert catalog().find(name) if "/" in name else find_architecture(name)
        if claim.check in {"fits", "own-cost"}:
            assert find_device(claim.against[0])


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*argv: str) -> tuple[int, str, str]:
        return main(argv), *capsys.readouterr()

    return run


def test_the_command_tells_every_claim(say: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = say("claims", "--json")
    answer: list[dict[str, Any]] = json.loads(out)
    assert (code, err) == (0, "")
    assert [each["id"] for each in answer] == [claim.id for claim in claims()]
    size = answer[0]
    assert size["verdict"] == "false"
    assert size["inputs"][0]["value"] == 1000
    assert size["evidence"][0]["holds"] is False
    assert {"article-2026-03-11", "aiconfigurator-configs"} <= {source["id"] for source in size["sources"]}


def test_the_command_in_words(say: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = say("claims")
    assert code == 0
    assert all(claim.said in out for claim in claims())
    assert [line for line in out.splitlines() if line in by_topic(found(c.id) for c in claims())] == [
        "The model",
        "Prices",
        "Running it",
        "Disputes",
    ]
