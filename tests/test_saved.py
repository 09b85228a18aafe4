"""A saved profile comes back exactly; an altered one is refused in one sentence."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.workload import Profile, Record, load, profile, save
from pricing import InputError, Usage

SIZES = (0, 1001, 200_001)
START = datetime(2026, 12, 1, 9, 41, 7, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))

profiles = st.builds(
    lambda records, families, notes: profile(records, SIZES, tokenizers=families, notes=notes),
    st.lists(
        st.builds(
            lambda minutes, counts, n: Record(START + timedelta(minutes=minutes), Usage(*counts), n),
            st.integers(0, 10**5),
            st.tuples(*[st.integers(0, 10**12)] * 8),
            st.integers(1, 10**6),
        ),
        min_size=1,
        max_size=10,
    ),
    st.sets(st.sampled_from(["o200k", "claude-4"])),
    st.lists(st.text(max_size=20), max_size=3),
)


@given(profiles)
def test_a_profile_comes_back_exactly(made: Profile) -> None:
    assert load(save(made), "p.json") == made


@given(profiles)
def test_saving_again_writes_the_same(made: Profile) -> None:
    assert save(load(save(made), "p.json")) == save(made)


def altered(**fields: Any) -> str:
    made = profile([Record(START, Usage(10, output_tokens=3), 2)], SIZES)
    return json.dumps(json.loads(save(made)) | fields)


def cell(**fields: Any) -> dict[str, Any]:
    return {"start": "2026-12-01T04:00:00Z", "floor": 0, "requests": 2, "usage": {"output_tokens": 3}} | fields


def test_an_unaltered_one_loads() -> None:
    assert load(altered(cells=[cell()]), "p.json").starts == START.astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "p.json, profile: Invalid JSON", id="empty"),
        pytest.param("[]", "p.json", id="not an object"),
        pytest.param(altered(version=2), "version", id="a later version"),
        pytest.param(altered(format="other"), "format", id="another format"),
        pytest.param(altered(colour="red"), "colour", id="an unknown field"),
        pytest.param(altered(starts="2026-12-01T00:00:00"), "starts", id="no time zone"),
        pytest.param(altered(ends="2020-01-01T00:00:00Z"), "ends before it starts", id="backwards"),
        pytest.param(altered(sizes=[1]), "sizes must begin with 0", id="sizes from 1"),
        pytest.param(altered(sizes=[0, 5, 5]), "and rise", id="sizes twice"),
        pytest.param(altered(cells=[]), "no requests", id="no cells"),
        pytest.param(altered(cells=[cell(floor=7)]), "cells must be in order", id="an unknown band"),
        pytest.param(altered(cells=[cell(), cell()]), "cells must be in order", id="a cell twice"),
        pytest.param(altered(cells=[cell(requests=0)]), "requests", id="no requests"),
        pytest.param(altered(cells=[cell(usage={"output_tokens": -1})]), "output_tokens", id="negative"),
        pytest.param(altered(cells=[cell(usage={"output_tokens": 10**18 + 1})]), r"10\^18", id="absurd"),
        pytest.param(
            altered(cells=[cell(usage={"reasoning_tokens": 1})]), "exceed output", id="a part above its whole"
        ),
        pytest.param(altered(cells=[cell(usage={"other": 1})]), "other is not a bucket", id="an unknown bucket"),
    ],
)
def test_an_altered_one_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        load(text, "p.json")
    assert str(caught.value).startswith("p.json")
    assert "\n" not in str(caught.value)
