"""Accelerators: names, rates, rents and the sources behind them."""

from decimal import Decimal

import pytest

from estimator.selfhost.device import Device, devices, find_device, rent, rentals
from pricing.errors import InputError
from pricing.facts import sources


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        pytest.param("H100-SXM", "h100-sxm", id="id in capitals"),
        pytest.param(" h100_sxm ", "h100-sxm", id="underscore and blanks"),
        pytest.param("H100", "h100-sxm", id="alias"),
        pytest.param("RTX PRO 6000 BSE", "rtx-pro-6000-bse", id="name"),
        pytest.param("GB10", "dgx-spark", id="chip of a desktop"),
    ],
)
def test_found_by_any_of_its_names(name: str, id_: str) -> None:
    assert find_device(name).id == id_


def test_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match=r"no device called H201 .*h200"):
        find_device("H201")


@pytest.mark.parametrize(
    ("name", "bits", "flops_per_s"),
    [
        pytest.param("b200", 4, 9e15, id="fp4 native"),
        pytest.param("b200", 8, 4.5e15, id="fp8"),
        pytest.param("b200", 5, 4.5e15, id="above four bits runs at the eight-bit rate"),
        pytest.param("b200", 16, 2.25e15, id="bf16"),
        pytest.param("h100-sxm", 4, 1979e12, id="no fp4: the fp8 rate"),
        pytest.param("a100-80g-sxm", 4, 312e12, id="only bf16"),
        pytest.param("atlas-350", 16, 780e12, id="no bf16: the widest there is"),
    ],
)
def test_rate_by_width_of_weights(name: str, bits: float, flops_per_s: float) -> None:
    assert find_device(name).flops_per_s(bits) == pytest.approx(flops_per_s)


def test_unknown_rate_is_an_error_and_not_a_zero() -> None:
    with pytest.raises(InputError, match="no compute rate on record"):
        find_device("m5-max").flops_per_s(16)


def test_units_are_converted_at_the_door() -> None:
    h200 = find_device("h200")
    assert (h200.hbm_bytes, h200.hbm_bytes_per_s, h200.link_bytes_per_s) == pytest.approx((141e9, 4.8e12, 450e9))


@pytest.mark.parametrize("device", devices().values(), ids=lambda d: d.id)
def test_every_figure_has_its_source(device: Device) -> None:
    groups = (
        (device.bf16_tflops or device.fp8_tflops, device.compute_source),
        (device.memory_gb, device.memory_source),
        (device.link_gb_per_s, device.link_source),
        (device.watts, device.power_source),
    )
    assert all(source in sources() for figure, source in groups if figure)
    if "datasheet-recalled" in (device.compute_source, device.memory_source):
        assert device.certainty not in ("checked", "one source") or device.note


def test_every_quote_names_a_device_and_a_source() -> None:
    assert all(q.device in devices() and q.source in sources() for q in rentals())


@pytest.mark.parametrize(
    ("name", "typical"),
    [
        # Medians worked out by hand from the rows of rentals.csv.
        pytest.param("h200", "4.545", id="middle of sixteen"),
        pytest.param("b200", "6.69", id="one of nine"),
        pytest.param("gb200", "4.54", id="a single quote"),
        pytest.param("l4", "0.44", id="undated, for want of others"),
    ],
)
def test_rent_is_the_median_of_fresh_quotes(name: str, typical: str) -> None:
    assert rent(find_device(name)).typical == Decimal(typical)


def test_rent_of_h200_leaves_out_quotes_older_than_half_a_year() -> None:
    h200 = rent(find_device("h200"))
    assert h200.quotes == 16
    assert h200.first_on is not None
    assert h200.first_on.isoformat() == "2026-08-26"


@pytest.mark.parametrize("device", devices().values(), ids=lambda d: d.id)
def test_rent_is_a_range_in_order_or_an_error(device: Device) -> None:
    if not any(q.device == device.id for q in rentals()):
        with pytest.raises(InputError, match="no rental quote"):
            rent(device)
        return
    price = rent(device)
    assert Decimal(0) < price.low <= price.typical <= price.high
