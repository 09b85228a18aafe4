"""How accurate the predictions are: what is told of it, where it is weak, and equations that are their code."""

import csv
import inspect
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from estimator.commands.accuracy import add
from estimator.dashboard.charts_accuracy import predicted_against_measured
from estimator.report.equations import chapters
from estimator.report.measured import (
    address,
    date_words,
    error_words,
    group_words,
    load_words,
    source_words,
    system_words,
)
from estimator.selfhost import capacity, fleet, numbers, throughput, work
from estimator.selfhost.accuracy import (
    Point,
    cost_factors,
    coverages,
    error_by_family,
    error_of,
    groups,
    left_out,
    peers,
    points,
    ranges,
    split_errors,
    summary,
    uncounted,
    weak,
)
from estimator.selfhost.calibration.fit import Prediction, sample
from estimator.selfhost.calibration.splits import coverage
from estimator.selfhost.constants import EVERY, table
from pricing.console import Parser
from pricing.facts import sources

NO_EQUATION = {"work.stack", "fleet.service_facts", "fleet.usual_targets"}  # Many in one.
BY_ID = {point.measurement.id: point for point in points()}


def ratios(some: list[Point]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([p.held_out.tok_s_family_out / p.measured for p in some if p.held_out.tok_s_family_out])


def test_a_summary_is_that_of_numpy_over_the_rows_that_count() -> None:
    found = summary(points())
    expected = ratios([p for p in points() if p.measurement.counts])
    assert found is not None
    assert found.rows == len(expected)
    assert found.median_error == pytest.approx(float(np.median(np.abs(expected - 1))))
    assert found.bias == pytest.approx(float(np.median(expected)))
    assert found.beyond_2x == int((np.abs(np.log2(expected)) > 1).sum())
    assert found.within_2x == pytest.approx(1 - found.beyond_2x / found.rows)


def test_nothing_is_said_of_rows_that_do_not_count() -> None:
    assert summary([p for p in points() if not p.counts]) is None
    assert summary([]) is None


def test_each_family_counts_once() -> None:
    counted = [p for p in points() if p.counts and p.measurement.phase != "prefill"]
    by = {p.measurement.family for p in counted}
    medians = [float(np.median(np.abs(ratios([p for p in counted if p.measurement.family == f]) - 1))) for f in by]
    assert error_by_family() == pytest.approx(float(np.median(medians)), abs=1e-3)


def test_what_an_error_costs() -> None:
    half_low, half_high, low, high = cost_factors()
    # GPUs at 0.76 of the predicted speed cost 1 / 0.76 as much; so the four in five of speed turn over.
    bound = next(b for b in ranges() if (b.quantity, b.maker) == ("tokens", EVERY))
    assert (low * bound.high, high * bound.low) == pytest.approx((1, 1))
    assert low < half_low < 1 < half_high < high
    counted = ratios([p for p in points() if p.counts and p.measurement.phase != "prefill"])
    assert float(np.mean((counted >= half_low) & (counted <= half_high))) == pytest.approx(0.5, abs=0.01)
    assert float(np.mean((counted >= low) & (counted <= high))) == pytest.approx(0.8, abs=0.05)


def test_what_is_weak_lies_above_twice_the_error_of_all() -> None:
    limit = 2 * error_of("family", EVERY, "tokens").median_error
    assert {e for e in split_errors() if e.median_error > limit} == set(weak())
    assert [e.median_error for e in weak()] == sorted((e.median_error for e in weak()), reverse=True)
    assert error_of("family", EVERY, "ttft") in weak()  # The time to the first token is told badly, and said to be.
    assert error_of("family", EVERY, "tokens") not in weak()


def test_groups_come_by_their_number_of_measurements() -> None:
    assert groups("family")[0] == "InferenceX"
    assert EVERY not in groups("family")
    assert set(groups("family")) == {p.measurement.family for p in points()}


@pytest.mark.parametrize("quantity", ["tokens", "prefill"])
def test_coverage_on_file_is_that_of_the_ranges_of_other_families(quantity: str) -> None:
    (found,) = [row for row in coverages() if row.quantity == quantity]
    s = sample([p.measurement for p in points()])
    held = np.array([p.held_out.tok_s_family_out or np.nan for p in points()])
    nothing = np.full(len(held), np.nan)
    assert (found.inside, found.inside_weighted) == pytest.approx(
        coverage(s, Prediction(held, nothing, nothing), quantity), abs=0.005
    )
    assert 0.75 <= found.inside <= 0.85


def test_every_row_counts_or_has_its_reason() -> None:
    aside = [p for some in uncounted().values() for p in some]
    assert len(aside) + sum(p.counts for p in points()) == len(points())
    assert all(why for why in uncounted())


def test_what_was_left_out_and_what_peers_do_have_their_sources() -> None:
    assert {row.source for row in left_out()} | {peer.source for peer in peers()} <= sources().keys()


@pytest.mark.shared
def test_rows_left_out_are_those_of_the_facts(shared: Path) -> None:
    with (shared / "throughput" / "measured.csv").open(encoding="utf-8", newline="") as file:
        apart = [row for row in csv.DictReader(file) if row["phase"] == "disagg"]
    assert sum(row.rows or 0 for row in left_out()) == len(apart)


# By hand, from the rows of measurements.csv.
WORDS = [
    pytest.param("m0001", "128 in, 128 out, 30,000 sent together", "read 2026-11-23", True, id="offline"),
]


@pytest.mark.parametrize(("id_", "load", "day", "linked"), WORDS)
def test_a_measurement_in_words(id_: str, load: str, day: str, linked: bool) -> None:
    row = BY_ID[id_].measurement
    assert system_words(row) == "Llama 4 Scout (nvfp4) on 1 × B200"
    assert load_words(row) == load
    assert date_words(row) == day
    assert (address(row.source) is not None) == linked
    assert "TensorRT-LLM" in source_words(row)


def test_an_address_is_a_link_and_nothing_else() -> None:
    found = {address(p.measurement.source) for p in points()}
    assert None in found  # A package has no page.
    assert all(re.fullmatch(r"https://\S+", each) for each in found if each)


@pytest.mark.parametrize(
    ("phase", "says"), [("agg", r"in, .* out"), ("decode", "in the cache"), ("prefill", r"^[\d,]+ read")]
)
def test_a_load_says_what_was_done(phase: str, says: str) -> None:
    rows = [p.measurement for p in points() if p.measurement.phase == phase]
    assert all(re.search(says, load_words(row)) for row in rows)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (0.124, "+12\N{NO-BREAK SPACE}%"),
        (-0.004, "0\N{NO-BREAK SPACE}%"),
        (-0.08, "−8\N{NO-BREAK SPACE}%"),
        (1.99, "+199\N{NO-BREAK SPACE}%"),
        (2.0, "3 times"),
        (15.2, "16 times"),
    ],
)
def test_an_error_in_words(error: float, said: str) -> None:
    assert error_words(error) == said


def test_a_group_has_its_name() -> None:
    assert group_words("model", "deepseek-v4-flash") == "DeepSeek-V4-Flash"
    assert group_words("device", "h100-sxm") == "H100 SXM"
    assert group_words("family", "TRT-LLM") == "TRT-LLM"


def test_the_chart_draws_every_measurement_once_within_its_axes() -> None:
    figure = predicted_against_measured(points(), groups("family"))
    families = [t for t in figure["data"] if t["mode"] == "markers"]
    assert sum(len(t["x"]) for t in families) == len(points())
    assert len({(t["marker"]["color"]) for t in families}) == len(families) == len(groups("family"))
    low, high = (10**end for end in figure["layout"]["xaxis"]["range"])
    assert figure["layout"]["xaxis"]["range"] == figure["layout"]["yaxis"]["range"]
    assert all(low < value < high for t in families for value in (*t["x"], *t["y"]))
    hollow = sum(symbol.endswith("-open") for t in families for symbol in t["marker"]["symbol"])
    assert hollow == sum(not p.counts for p in points())


def test_a_family_keeps_its_look_whatever_is_shown() -> None:
    some = [p for p in points() if p.measurement.family == "llama.cpp"]
    alone = predicted_against_measured(some, groups("family"))["data"][-1]
    among = [t for t in predicted_against_measured(points(), groups("family"))["data"] if "llama.cpp" in t["name"]]
    assert [alone["marker"]["color"]] == [t["marker"]["color"] for t in among]


def test_the_band_is_from_half_to_twice() -> None:
    band = predicted_against_measured(points(), groups("family"))["data"][0]
    ratio = [y / x for x, y in zip(band["x"], band["y"], strict=True)]
    assert ratio == pytest.approx([0.5, 0.5, 2, 2])


EQUATIONS = {e.name: e for chapter in chapters() for e in chapter.equations}


def test_every_function_of_the_arithmetic_is_among_the_equations() -> None:
    modules = (work, capacity, throughput, fleet)
    public = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in modules
        for name, each in ((name, inspect.unwrap(each)) for name, each in vars(module).items() if callable(each))
        if inspect.isfunction(each) and each.__module__ == module.__name__
        if not name.startswith("_")
    }
    assert public - NO_EQUATION | {"numbers.in_quadrature"} == EQUATIONS.keys()


@pytest.mark.parametrize("name", EQUATIONS)
def test_an_equation_is_its_code_and_says_what_it_gives(name: str) -> None:
    equation = EQUATIONS[name]
    module, _, function = name.partition(".")
    source = inspect.getsource(getattr({m.__name__.rpartition(".")[2]: m for m in MODULES}[module], function))
    assert equation.code.startswith(source.strip())
    assert equation.gives.endswith(".")


MODULES = (numbers, work, capacity, throughput, fleet)


@pytest.mark.parametrize("name", [n for n in EQUATIONS if n.startswith("throughput.")])
def test_every_term_of_the_roofline_is_explained(name: str) -> None:
    equation = EQUATIONS[name]
    used = set(re.findall(r"\b[wc]\.[a-z_0-9]+", equation.code))
    told = {term.name: term for term in equation.terms}
    assert used <= told.keys()
    assert all(told[term].meaning for term in used)
    assert all(told[term].value for term in used if term.startswith("c."))


def test_a_term_has_the_value_on_file() -> None:
    (term,) = [t for t in EQUATIONS["throughput.weights_s"].terms if t.name == "c.memory_efficiency"]
    assert term.value == f"{table()['memory_efficiency'].value:.4g}, fitted"


def test_helpers_stand_with_the_equation_that_needs_them() -> None:
    assert "def _waits_longer" in EQUATIONS["fleet.late_share"].code
    assert "def _at_rest" in EQUATIONS["work.work"].code


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def run(*argv: str) -> tuple[int, str]:
        parser = Parser()
        add(parser.add_subparsers())
        args = parser.parse_args(["accuracy", *argv])
        return args.command(args), capsys.readouterr().out

    return run


def test_the_command_tells_the_error_first(say: Callable[..., tuple[int, str]]) -> None:
    code, out = say()
    error = error_of("family", EVERY, "tokens").median_error
    assert code == 0
    assert out.startswith(f"Predictions come within {error:.1%} of published measurements")
    assert "DeepSeek-V4-Flash" in out
    assert "aiconfigurator" in out


def test_the_command_gives_every_point_to_machines(say: Callable[..., tuple[int, str]]) -> None:
    code, out = say("--json")
    found = json.loads(out)
    assert code == 0
    assert found["median_error"] == error_of("family", EVERY, "tokens").median_error
    assert len(found["points"]) == len(points())
    first = found["points"][0]
    assert first["error"] == pytest.approx(first["predicted_family_out"] / first["measured"] - 1)
    assert {p["source"] for p in found["points"]} <= found["sources"].keys()
