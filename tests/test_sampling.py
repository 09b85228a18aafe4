"""The interval of a sample holds the true count as often as it says, on texts of many kinds."""

import os
from collections.abc import Callable
from math import sqrt
from pathlib import Path
from random import Random
from sysconfig import get_path

import pytest

from estimator.tokens.many import _units
from estimator.tokens.sampling import Interval, Sample, Unit, _student, draw, sum_of_strata
from estimator.tokens.vocabularies import counter
from pricing.facts import DATA

DRAWS = 200
CHARACTERS = 60_000  # As many as the slowest counter gets.
# At 95 %, 200 samples hold the truth less often than this once in a thousand runs (normal approximation).
LEAST_HELD = 0.95 * DRAWS - 3.1 * sqrt(DRAWS * 0.95 * 0.05)

Population = dict[str, int]


def chance(seed: int = 0) -> Random:
    return Random(seed)  # noqa: S311 - no secret


def chunks(paths: list[Path], most: int = 250) -> list[str]:
    texts = [path.read_text(encoding="utf-8", errors="replace")[:30_000] for path in sorted(paths)]
    return [text[start : start + 2_500] for text in texts for start in range(0, len(text), 2_500)][:most]


def code() -> list[str]:
    return chunks(list(Path(os.__file__).parent.glob("*.py")))


def readmes() -> list[str]:
    return chunks(list(Path(get_path("purelib")).glob("*/METADATA")))


def tables() -> list[str]:
    return chunks(list(DATA.rglob("*.csv")))


def made_up() -> list[str]:
    """Words at random of eight scripts, and digits: each text in one of them."""
    draws = chance(5)
    starts = (
        (0x61, 26),
        (0x3B1, 24),
        (0x430, 32),
        (0x5D0, 26),
        (0x627, 36),
        (0x915, 36),
        (0x3042, 80),
        (0x4E00, 900),
        (0x30, 10),
    )
    alphabets = ["".join(map(chr, range(start, start + size))) for start, size in starts]
    return [_words(draws.choice(alphabets), draws) for _ in range(250)]


def _words(alphabet: str, draws: Random) -> str:
    return " ".join("".join(draws.choices(alphabet, k=draws.randint(1, 8))) for _ in range(draws.randint(5, 200)))


def even(texts: list[str]) -> Population:
    return dict.fromkeys(texts, 1)


def skewed(texts: list[str]) -> Population:
    """A few texts come thousands of times, as system prompts do."""
    draws = chance(7)
    return {text: int(draws.paretovariate(0.7)) for text in texts}


def one_giant(texts: list[str]) -> Population:
    return {**even(texts), texts[0]: 50_000}


def everything() -> list[str]:
    return [*code(), *readmes(), *tables(), *made_up()]


POPULATIONS = [
    pytest.param(shape, texts, id=f"{texts.__name__}, {shape.__name__}")
    for texts in (code, readmes, tables, made_up, everything)
    for shape in (even, skewed, one_giant)
]


@pytest.mark.parametrize(("shape", "texts"), POPULATIONS)
def test_the_interval_holds_as_often_as_it_says(
    shape: Callable[[list[str]], Population], texts: Callable[[], list[str]]
) -> None:
    count = counter("mistral")
    assert count is not None
    units = _units(shape(texts()))
    tokens = {unit: count(unit.text) for unit in units}
    true = sum(tokens[unit] * unit.times for unit in units) / sum(unit.weight for unit in units)
    held, widths = 0, []
    for seed in range(DRAWS):
        found = draw(units, CHARACTERS, chance(seed)).rate(lambda unit: tokens[unit] / unit.base)
        held += found.low <= true <= found.high
        widths.append((found.high - found.low) / true)
    assert held >= LEAST_HELD
    assert sum(widths) / DRAWS < 0.1  # So an interval that holds everything would not do.


# Drawing


def units(*weights: int) -> list[Unit]:
    return [Unit(f"{place}" * weight, weight, 1) for place, weight in enumerate(weights)]


def test_a_tiny_population_is_taken_whole() -> None:
    sample = draw(units(5, 1, 3), 1, chance())
    assert sorted(unit.base for unit in sample.units) == [1, 3, 5]
    assert sample.strata == ()
    assert sample.rate(lambda unit: unit.base) == Interval(35 / 9, 35 / 9, 35 / 9)


def test_the_large_are_taken_for_certain() -> None:
    sample = draw(units(1_000_000, *[1] * 900), 10, chance())
    assert [unit.base for unit in sample.certain] == [1_000_000]
    assert sum(stratum.share for stratum in sample.strata) == pytest.approx(900 / 1_000_900)
    assert 118 <= 2 * len(sample.strata) <= 120


def test_units_without_base_tokens_are_left_out() -> None:
    assert draw([Unit("", 0, 9), Unit("a", 1, 1)], 10, chance()).units == [Unit("a", 1, 1)]


@pytest.mark.parametrize(
    ("characters", "strata"), [(0, 60), (40_000, 60), (64_000, 80), (400_000, 500), (40_000_000, 1_000)]
)
def test_more_characters_make_more_strata(characters: int, strata: int) -> None:
    population = [Unit(f"{number:04}" * 100, 100, 1) for number in range(5_000)]
    assert len(draw(population, characters, chance()).strata) == pytest.approx(strata, rel=0.02)


def test_a_stratum_is_of_one_script() -> None:
    russian, hindi = [[Unit(f"{word}{n}", 10, 1) for n in range(507)] for word in ("посылка", "पार्सल")]
    sample = draw([*russian, *hindi], 0, chance())
    assert all((stratum.first in russian) == (stratum.second in russian) for stratum in sample.strata)
    assert sum(stratum.share for stratum in sample.strata) == pytest.approx(1)


# The interval


def test_the_sum_of_strata() -> None:
    """Worked by hand: variances (0.5 x 1 / 2)^2 twice, so 0.125 in all; two degrees of freedom, t = 4.303."""
    found = sum_of_strata([(0.5, 11.0, 12.0), (0.5, 12.0, 11.0)])
    assert found.typical == 11.5
    assert found.high - 11.5 == pytest.approx(4.303 * sqrt(0.125), rel=0.04)
    assert found.low == pytest.approx(23 - found.high)


def test_an_interval_does_not_go_below_nothing() -> None:
    assert sum_of_strata([(1.0, 0.1, 2.0)]).low == 0.0


def test_strata_without_spread_have_no_interval() -> None:
    assert sum_of_strata([(0.25, 1.0, 1.0), (0.75, 2.0, 2.0)]) == Interval(1.75, 1.75, 1.75)
    assert sum_of_strata([]) == Interval(0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("freedom", "table"), [(3, 3.182), (4, 2.776), (5, 2.571), (10, 2.228), (20, 2.086), (60, 2.000), (120, 1.980)]
)
def test_students_t_is_that_of_the_tables(freedom: int, table: float) -> None:
    assert _student(freedom) == pytest.approx(table, rel=0.01)


def test_a_sample_with_certain_units_alone() -> None:
    sample = Sample(4, (Unit("a", 1, 3), Unit("b", 1, 1)), ())
    assert sample.rate(lambda unit: 2.0 if unit.text == "a" else 4.0).typical == 2.5
