"""Scores as evidence: every row holds, a floor rests on one benchmark and setting, a missing score is not rated."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from scipy.stats import binomtest  # type: ignore[import-untyped]

from estimator.decision.demands import Demands, doubt, reaches
from estimator.decision.quality import (
    OWN,
    SETTINGS,
    Floor,
    OwnScore,
    benchmarks,
    checked_scores,
    floors_for,
    grounds,
    own_scores,
    ratings,
    scores,
    scores_of,
)
from pricing import InputError, Usage, catalog
from pricing.facts import sources
from tests.made_up import work

LIVE = "livebench-2026-06-25"


def test_every_score_is_of_a_model_on_record_and_names_its_source() -> None:
    book = catalog()
    for score in scores():
        assert (score.provider, score.model) in book.models, score
        assert score.benchmark in benchmarks(), score
        assert score.source in sources(), score
        assert score.locator, score
    assert {b.source for b in benchmarks().values()} <= set(sources())


def test_a_model_has_one_score_for_each_benchmark_and_setting() -> None:
    book = catalog()
    names = Counter(
        (book.models[s.provider, s.model].info.name, s.benchmark, s.setting)
        for s in scores()
        if s.setting != "as-stated"
    )
    assert [key for key, n in names.items() if n > 1] == []


def test_nothing_stands_in_it_whose_licence_forbids_it() -> None:
    cited = {score.source for score in scores()}
    assert {sources()[id_].licence for id_ in cited} == {"MIT", "none stated; single figures cited"}
    unlicensed = [s for s in scores() if sources()[s.source].licence != "MIT"]
    assert {s.benchmark for s in unlicensed} == {LIVE, "livebench-2026-01-08"}  # Overall means alone.


@pytest.mark.parametrize(
    ("name", "benchmark", "setting", "expected"),
    [
        pytest.param("GPT-5.4", LIVE, "thinking", 78.0, id="rated"),
        pytest.param("GPT-5.4", LIVE, "plain", None, id="not under this setting"),
        pytest.param("Claude Haiku 4.5", "livebench-2026-01-08", "thinking", 61.3, id="with thinking"),
        pytest.param("Claude Haiku 4.5", "livebench-2026-01-08", "plain", 45.3, id="without it"),
        pytest.param("Claude Haiku 5.5", LIVE, "thinking", None, id="not rated at all"),
        pytest.param("DeepSeek V4-Pro", LIVE, "as-served", None, id="a later snapshot than the one tested"),
        pytest.param("GPT-5.2", "tau-retail-1", "plain", 75.0, id="service without thinking"),
    ],
)
def test_a_score_counts_under_its_own_setting_only(
    name: str, benchmark: str, setting: str, expected: float | None
) -> None:
    assert ratings(benchmark, setting, catalog()).get(name) == expected


def test_what_makers_say_of_themselves_is_shown_and_bears_no_floor() -> None:
    claimed = {b.id for b in benchmarks().values() if not b.independent}
    assert claimed
    assert not claimed & {benchmark for benchmark, _ in grounds()}
    assert {s.benchmark for s in scores_of("DeepSeek V4.1-Flash", catalog())} <= claimed
    assert floors_for("DeepSeek V4.1-Flash", catalog()) == ()


def test_the_persons_own_scores_come_first() -> None:
    own = (OwnScore("GPT-5.4", 41, 50),)
    first, second, *_ = floors_for("GPT-5.4", catalog(), own)
    assert first == Floor(OWN, OWN, 82.0)
    assert second == Floor(LIVE, "thinking", 73.0)  # 78, less the 5 points that mean little.
    assert ratings(OWN, OWN, catalog(), own) == {"GPT-5.4": 82.0}
    assert grounds(own)[0] == (OWN, OWN)
    assert grounds()[0] == (LIVE, "thinking")
    assert set(SETTINGS) >= {setting for _, setting in grounds(own)}


@pytest.mark.parametrize(("value", "expected"), [(73.1, False), (73.0, True), (72.9, True)])
def test_a_floor_is_reached_at_its_own_value(value: float, expected: bool) -> None:
    assert reaches("M", {"M": 73.0}, Floor(OWN, OWN, value)) is expected
    assert not reaches("N", {"M": 73.0}, Floor(OWN, OWN, 0.0))


def test_the_interval_of_a_small_test() -> None:
    low, high = OwnScore("M", 40, 50).interval
    assert (round(low), round(high)) == (67, 89)


@pytest.mark.parametrize(("right", "of"), [(0, 1), (1, 1), (0, 50), (25, 50), (50, 50), (999, 1000)])
def test_the_interval_is_wilsons(right: int, of: int) -> None:
    theirs = binomtest(right, of).proportion_ci(method="wilson")
    assert OwnScore("M", right, of).interval == pytest.approx((100 * theirs.low, 100 * theirs.high), abs=1e-4)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("name,right,of\n", "line 1: it needs the columns", id="no such column"),
        pytest.param("", "line 1: it needs the columns", id="empty"),
        pytest.param("model,right,of\ngpt-5.4,51,50\n", "line 2: 51 right of 50", id="more right ones than cases"),
        pytest.param("model,right,of\ngpt-5.4,0,0\n", "line 2: 0 right of 0", id="no cases"),
        pytest.param("model,right,of\ngpt-5.4,-1,50\n", "line 2: right and of are whole", id="below 0"),
        pytest.param("model,right,of\ngpt-5.4,4.5,50\n", "line 2: right and of are whole", id="half a case"),
        pytest.param("model,right,of\ngpt-5.4,41\n", "line 2: right and of are whole", id="a cell is missing"),
        pytest.param("model,right,of\ngpt-5.4,41,50\nGPT-5.4,40,50\n", "line 3: GPT-5.4 has a row", id="twice"),
        pytest.param("model,right,of\nsecret@example.com,1,2\n", "line 2: no one model", id="no such model"),
        pytest.param(f"model,right,of\ngpt-5.4,{'9' * 5000},50\n", "line 2: right and of are whole", id="endless"),
        pytest.param("model,right,of\ngpt-5.4,1,2000000\n", "line 2: 1 right of 2000000", id="absurd"),
    ],
)
def test_a_bad_table_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        own_scores(text, "mine.csv", catalog())
    assert str(error.value).startswith(f"mine.csv, {said}")
    assert "secret" not in str(error.value)


def test_what_is_no_csv_is_said() -> None:
    before = csv.field_size_limit(50)
    try:
        with pytest.raises(InputError, match=r"^mine\.csv, line 1: this is not CSV"):
            own_scores(f"model,right,of\n{'x' * 60},1,2\n", "mine.csv", catalog())
    finally:
        csv.field_size_limit(before)


def test_a_table_of_own_scores() -> None:
    text = "note,model,right,of\nx,gpt-5.4,41,50\ny,DeepSeek V4-Pro,38,50\n"
    assert own_scores(text, "mine.csv", catalog()) == (OwnScore("GPT-5.4", 41, 50), OwnScore("DeepSeek V4-Pro", 38, 50))


def test_every_name_of_the_price_list_can_be_scored() -> None:
    names = sorted({model.info.name for model in catalog().models.values()})
    lost = []
    for name in names:
        try:
            (score,) = checked_scores([("row 1", name, "1", "2")], catalog())
        except InputError:
            lost.append(name)
        else:
            assert score.name == name
    assert lost == []


@pytest.mark.parametrize(
    ("setting", "reasoning", "doubted"),
    [
        pytest.param("thinking", 0, True, id="scores with thinking, work without"),
        pytest.param("thinking", 5, False, id="both with"),
        pytest.param("plain", 0, False, id="both without"),
        pytest.param("as-served", 5, True, id="not stated"),
        pytest.param("own", 0, False, id="the person's own"),
    ],
)
def test_scores_with_thinking_are_in_doubt_for_work_without(setting: str, reasoning: int, doubted: bool) -> None:
    of = work(Usage(uncached_input_tokens=10, output_tokens=10, reasoning_tokens=reasoning))
    assert bool(doubt(of, Floor("b", setting, 50))) is doubted
    assert Demands().rated(catalog()) == {}


@pytest.mark.shared
def test_every_score_stands_in_the_collected_facts(shared: Path) -> None:
    with (shared / "quality" / "quality.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = {(float(row["score"]), row["date"]) for row in rows if "Artificial" not in row["licence"]}
    assert [s for s in scores() if (s.value, s.measured_on) not in known] == []
    forbidden = {row["benchmark"] for row in rows if "not verified" in row["licence"]}
    assert not {b.name for b in benchmarks().values()} & forbidden
