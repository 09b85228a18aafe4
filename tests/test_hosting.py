"""Own GPUs as options beside those bought by the token."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest

from estimator.decision import (
    Scenario,
    break_even,
    by_gpus,
    by_token,
    carried,
    cheapest_hosting,
    compare,
    hosted_option,
    hosted_options,
    hosting,
    longest_context,
    per_million_output_usd,
    volumes_in_view,
)
from estimator.selfhost import Plan, devices, plan
from estimator.workload import Workload
from pricing import InputError, Usage, catalog
from pricing.facts import sources
from tests.made_up import AT, option, work

WEIGHTS = "gpt-oss-120b"
CHAT = Usage(uncached_input_tokens=2000, output_tokens=300)


@cache
def chats() -> Workload:
    return work(CHAT, requests_per_month=1_000_000, sizes=catalog().sizes)


@cache
def hosted(device: str = "h100") -> Plan:
    return hosting(WEIGHTS, device, chats(), catalog())


def test_an_option_says_what_its_plan_says() -> None:
    found, planned = hosted_option(hosted()), hosted()
    assert (found.low_usd, found.usd, found.high_usd) == (planned.low_usd, planned.usd, planned.high_usd)
    assert (found.kind, found.provider, found.model, found.status) == ("selfhost", "selfhost", WEIGHTS, "derived")
    assert found.usd == sum(line.usd for line in found.lines)
    assert all(line.usd == (line.quantity * line.rate_usd).quantize(Decimal("1e-9")) for line in found.lines)


def test_an_option_names_every_source_of_its_plan() -> None:
    found = hosted_option(hosted())
    assert set(hosted().sources) <= set(found.sources) <= sources().keys()


@pytest.mark.parametrize(
    ("times", "start"), [pytest.param(1, "", id="one replica"), pytest.param(100, "{n} × ", id="many replicas")]
)
def test_the_hardware_is_named(times: int, start: str) -> None:
    found = hosted().at_volume(times)
    replicas = start.format(n=found.fleet.peak_replicas)
    assert hosted_option(found).detail == f"{replicas}{found.deployment.gpus} × {found.device.name}"


def test_each_featured_model_is_there_once_on_data_centre_gpus() -> None:
    found = hosted_options(chats(), catalog())
    featured = {m.info.weights for m in catalog().models.values() if m.info.featured and m.info.weights}
    assert sorted(o.model for o in found) == sorted(featured)
    names = {d.name for d in devices().values() if d.class_ == "datacentre"}
    assert all(o.detail.split(" × ")[-1] in names for o in found)


def test_options_take_their_place_in_a_comparison() -> None:
    found = compare(chats(), catalog(), Scenario(AT), others=hosted_options(chats(), catalog()))
    assert [o.usd for o in found.options] == sorted(o.usd for o in found.options)
    assert {o.kind for o in found.options} == {"api", "selfhost"}


def test_the_cheapest_costs_no_more_than_any_that_is_chosen() -> None:
    least = cheapest_hosting(WEIGHTS, chats(), catalog()).usd
    assert all(least <= hosted(device).usd for device in ("h100", "h200", "b200"))


def test_the_work_is_counted_by_the_tokenizer_of_the_weights() -> None:
    assert carried(chats(), WEIGHTS, catalog()).tokenizer == "o200k"
    assert carried(chats(), "deepseek-v4-flash", catalog()).tokenizer == "deepseek"
    assert carried(chats(), "nobody-sells-this", catalog()).tokenizer == "unknown"


@pytest.mark.parametrize(
    ("weights", "device", "message"),
    [
        pytest.param("gpt-9", "h100", "No architecture of 'gpt-9'", id="unknown model"),
        pytest.param(WEIGHTS, "h9000", "no device called h9000", id="unknown device"),
    ],
)
def test_what_cannot_be_hosted_says_why(weights: str, device: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        hosting(weights, device, chats(), catalog())


def test_the_cheapest_may_be_bought() -> None:
    rented, bought = (cheapest_hosting(WEIGHTS, chats(), catalog(), tenure) for tenure in ("rent", "buy"))
    assert rented.tenure == "rent"
    assert bought.tenure == "buy"
    assert hosted_option(bought).detail.endswith(", bought")


def test_the_longest_context_is_that_of_one_request_in_a_hundred() -> None:
    assert longest_context(chats(), WEIGHTS) == pytest.approx(2300, rel=0.02)
    endless = work(Usage(uncached_input_tokens=5_000_000, output_tokens=1))
    assert longest_context(endless, WEIGHTS) == 131_072


def test_a_choice_of_gpus_is_kept() -> None:
    assert hosting(WEIGHTS, "h100", chats(), catalog(), gpus=8).deployment.gpus == 8


def test_cost_over_volume_is_that_of_the_plan_there() -> None:
    cost = by_gpus(hosted())
    assert cost(Fraction(1)) == (hosted().low_usd, hosted().usd, hosted().high_usd)
    at_seven = hosted().at_volume(7)
    assert cost(Fraction(7)) == (at_seven.low_usd, at_seven.usd, at_seven.high_usd)


def test_more_volume_never_costs_less() -> None:
    cost = by_gpus(hosted())
    for level in range(3):
        costs = [cost(volume)[level] for volume in volumes_in_view(hosted())]
        assert costs == sorted(costs)


def test_the_view_ends_where_one_replica_more_hardly_matters() -> None:
    seen = volumes_in_view(hosted())
    assert hosted().at_volume(float(seen[-1])).fleet.peak_replicas >= 30
    assert seen[-1] >= 10
    assert 1 in seen


def test_gpus_break_even_with_a_dear_price_and_never_with_a_free_one() -> None:
    seen, monthly = volumes_in_view(hosted()), chats().requests_per_month
    dear, free = option("20000"), option("0")
    crossing = break_even(by_gpus(hosted()), dear, monthly, seen).typical
    assert crossing is not None
    volume = Fraction(crossing) / monthly
    assert by_gpus(hosted())(volume)[1] == pytest.approx(by_token(dear)(volume)[1], rel=Decimal("0.001"))
    assert break_even(by_gpus(hosted()), free, monthly, seen).typical is None


def test_a_million_output_tokens_by_hand() -> None:
    # A million requests of 300 tokens are 300 million.
    assert per_million_output_usd(hosted(), chats()) == pytest.approx(hosted().usd / 300)
    silent = replace(chats(), typical=work(Usage(uncached_input_tokens=1)).typical)
    assert per_million_output_usd(hosted(), silent) is None


def test_few_requests_on_record_stand_for_many() -> None:
    ten_times = replace(chats(), requests_per_month=chats().requests_per_month * 10)
    once, more = (per_million_output_usd(hosted(), w) for w in (chats(), ten_times))
    assert once is not None
    assert more == pytest.approx(once / 10)


def test_a_plan_and_an_option_agree_on_the_same_tokens() -> None:
    # o200k is both the tokenizer of these weights and that of the workload.
    assert plan(WEIGHTS, "h100", chats()).usd == hosted().usd
