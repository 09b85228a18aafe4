"""Accelerators: names, rates, rents and the sources behind them."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from estimator.selfhost.device import (
    Device,
    dated_rents,
    devices,
    find_device,
    price,
    purchases,
    rent,
    rent_by_month,
    rentals,
)
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


def test_rent_for_a_term_is_asked_apart() -> None:
    h100 = find_device("h100")
    assert rent(h100, "reserved").typical == Decimal("2.72")
    with pytest.raises(InputError, match="no rental quote for a term for MI300X"):
        rent(find_device("mi300x"), "reserved")


def test_rents_by_month_by_hand() -> None:
    # The quotes of h200: 4.54 in March 2026; 3.99 in August; 3.59, 4.45, 4.5 and 4.59 in September; eleven in October.
    months = {month.month: month for month in rent_by_month(find_device("h200"))}
    assert [m.isoformat() for m in months] == ["2026-03-01", "2026-08-01", "2026-09-01", "2026-10-01"]
    september = months[date(2026, 9, 1)]
    assert (september.quotes, september.median) == (4, Decimal("4.475"))
    assert (september.lower, september.upper) == (Decimal("4.2350"), Decimal("4.5225"))
    assert months[date(2026, 8, 1)].lower == months[date(2026, 8, 1)].upper == Decimal("3.99")


def test_rents_have_risen_in_2026() -> None:
    first, *_, last = rent_by_month(find_device("h100"))
    assert last.median > first.median
    same_seller = [q.usd_per_gpu_hour for q in dated_rents(find_device("h100")) if q.provider == "Nebius"]
    assert same_seller == sorted(same_seller)
    assert len(same_seller) >= 2


def test_dated_rents_are_in_order_and_on_demand() -> None:
    found = dated_rents(find_device("h100"))
    assert [q.as_of for q in found] == sorted(q.as_of for q in found if q.as_of)
    assert {q.commitment for q in found} == {"on_demand"}


@pytest.mark.parametrize(
    ("name", "low", "typical", "high", "condition"),
    [
        pytest.param("h100", 25_000, 30_000, 40_000, "new", id="used ones are left out"),
        pytest.param("h200", 28_000, 31_000, 35_000, "new", id="three quotes"),
        pytest.param("rtx-5090", 1999, 1999, 1999, "new", id="one quote"),
    ],
)
def test_price_is_the_median_of_new_ones(name: str, low: int, typical: int, high: int, condition: str) -> None:
    found = price(find_device(name))
    assert [found.low, found.typical, found.high] == [low, typical, high]
    assert found.condition == condition


def test_what_nobody_sells_has_no_price() -> None:
    with pytest.raises(InputError, match="no price for buying GB300"):
        price(find_device("gb300"))


def test_every_purchase_names_a_device_and_a_source() -> None:
    assert all(q.device in devices() and q.source in sources() for q in purchases())


_COLUMNS = {
    "bf16_dense_tflops": "bf16_tflops",
    "fp8_dense_tflops": "fp8_tflops",
    "fp4_dense_tflops": "fp4_tflops",
    "mem_gb": "memory_gb",
    "mem_bw_tbs": "memory_tb_per_s",
    "interconnect_gbs_unidir": "link_gb_per_s",
    "tdp_w": "watts",
}
_NOTHING_KNOWN = "MLU690"


@pytest.mark.shared
def test_every_collected_device_is_there_with_every_cell(shared: Path) -> None:
    with (shared / "devices" / "devices.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["name"] != _NOTHING_KNOWN]
    for row in rows:
        device = find_device(row["name"].split(" (")[0])
        for theirs, ours in _COLUMNS.items():
            if row[theirs]:
                assert getattr(device, ours) == pytest.approx(float(row[theirs])), (device.id, ours)


@pytest.mark.shared
def test_every_collected_rent_of_a_device_on_record_is_there(shared: Path) -> None:
    with (shared / "devices" / "rentals.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["commitment"] != "tco_owner"]
    ours = {(q.provider, q.usd_per_gpu_hour, q.region) for q in rentals()}
    quotes = [(row["device"], (row["provider"], Decimal(row["usd_per_gpu_hour"]), row["region"])) for row in rows]
    known = {device for device, quote in quotes if quote in ours}
    assert [quote for device, quote in quotes if device in known and quote not in ours] == []


@pytest.mark.parametrize("device", devices().values(), ids=lambda d: d.id)
def test_rent_is_a_range_in_order_or_an_error(device: Device) -> None:
    if not any(q.device == device.id for q in rentals()):
        with pytest.raises(InputError, match="no rental quote"):
            rent(device)
        return
    price = rent(device)
    assert Decimal(0) < price.low <= price.typical <= price.high
