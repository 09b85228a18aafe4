"""Where GPU-hours meet money."""

from datetime import date
from decimal import Decimal

import pytest

from estimator.selfhost.device import Rent, find_device, rent
from estimator.selfhost.ownership import gpu_line, ownership_facts, staff_line, to_usd
from pricing.facts import sources

RENT = Rent(
    low=Decimal(2), typical=Decimal("3.5"), high=Decimal(6), quotes=3,
    first_on=date(2026, 9, 1), last_on=date(2026, 10, 1), sources=("silybench",),
)  # fmt: skip


@pytest.mark.parametrize(
    ("quantity", "rate", "usd"),
    [
        pytest.param(0.1, "3", "0.3", id="no binary dust"),
        pytest.param(5844.0, "3.49", "20395.56", id="eight GPUs for a month"),
        pytest.param(1 / 3, "1", "0.333333333", id="to a billionth"),
        pytest.param(0.0, "3.49", "0", id="nothing used"),
    ],
)
def test_physics_becomes_money(quantity: float, rate: str, usd: str) -> None:
    assert to_usd(quantity, Decimal(rate)) == Decimal(usd)


def test_gpu_line_takes_the_least_at_the_least_and_the_most_at_the_most() -> None:
    line = gpu_line((100, 200, 400), RENT)
    assert (line.low_usd, line.usd, line.high_usd) == (Decimal(200), Decimal(700), Decimal(2400))
    assert line.quantity * line.rate_usd == line.usd
    assert (line.status, line.sources, line.checked_on) == ("derived", ("silybench",), "2026-10-01")


def test_an_undated_quote_has_no_date() -> None:
    assert gpu_line((1, 1, 1), rent(find_device("l4"))).checked_on == ""


def test_staff_by_hand() -> None:
    # A tenth of 130,000 × 1.25; a quarter of 150,000 × 1.4; half of 210,000 × 1.5; a twelfth of each.
    line = staff_line()
    assert line.low_usd == Decimal("1354.166666667")
    assert line.usd == Decimal(4375)
    assert line.high_usd == Decimal(13125)
    assert line.quantity * line.rate_usd == line.usd


def test_every_figure_has_its_source() -> None:
    assert all(fact.source in sources() for fact in ownership_facts().values())
