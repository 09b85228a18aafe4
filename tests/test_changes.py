"""From what a feed says to changes, verdicts and amended rules: invented prices, expected values worked out by hand."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing import BILLABLE, Catalog, InputError, Mode, PriceRule, Status
from pricing.amend import accepted, faults, next_slot, put
from pricing.changes import Change, Kind, View, propose, refuse, view
from pricing.feeds import Feed, FeedRefused, Listing, Quote, Reading
from pricing.judge import Verdict, decide, figures
from pricing.windows import Window
from tests.made_up import AT, MTOK, NIGHT, model, rule, sold

BEFORE, AFTER = AT - timedelta(days=30), AT + timedelta(days=30)
OWN, OTHER = "genai-prices", "litellm"


def feed(id_: str = OWN, *, mute: bool = False) -> Feed:
    return Feed(id_, id_.title(), "https://example.com", id_, lambda _: reading(), lambda _: not mute)


def quote(item: str = "input", usd: str = "2", name: str = "m", provider: str = "acme", **fields: object) -> Quote:
    return replace(Quote(provider, name, item, Decimal(usd), MTOK), **fields)  # type: ignore[arg-type]


def reading(*quotes: Quote, listings: Sequence[Listing] = ()) -> Reading:
    return Reading("v1", quotes, tuple(listings), ())


def seen(catalog: Catalog, *quotes: Quote, by: str = OWN, listings: Sequence[Listing] = (), mute: bool = False) -> View:
    return view(catalog, feed(by, mute=mute), reading(*quotes, listings=listings), AT)


def told(changes: Iterable[Change]) -> list[tuple[str, list[str], list[str]]]:
    """Kind, and the figures of both sides with their periods."""
    return [(c.kind.value, [*map(_spelled, c.ours)], [*map(_spelled, c.theirs)]) for c in changes]


def _spelled(r: PriceRule) -> str:
    period = [f"{t:%m-%d}" if t else "" for t in (r.valid_from, r.valid_to)]
    return f"{r.item} {r.usd}" + (f" {period[0]}..{period[1]}" if any(period) else "")


BOTH = (rule("input", "2"), rule("output", "10"))
SAME = (quote(), quote("output", "10"))


@pytest.mark.parametrize(
    ("rules", "quotes", "expected", "confirmed"),
    [
        pytest.param(BOTH, SAME, [], 2, id="nothing new"),
        pytest.param(BOTH, (quote(usd="2.000", per=MTOK), SAME[1]), [], 2, id="another spelling of the figure"),
        pytest.param(BOTH, (quote(usd="0.002", per=1000), SAME[1]), [], 2, id="the same for another unit"),
        pytest.param(
            BOTH, (quote(usd="3"), SAME[1]), [("changed price", ["input 2"], ["input 3"])], 1, id="changed"
        ),
        pytest.param(
            BOTH, (*SAME, quote("cache_read", "0.2")), [("new price", [], ["cache_read 0.2"])], 2, id="a new item"
        ),
        pytest.param(
            BOTH,
            (*SAME, quote(usd="1", processing="batch")),
            [("new price", [], ["input 1"])],
            2,
            id="a new mode",
        ),
        pytest.param(
            (rule("input", "2", min_input_tokens=200_000, min_is_strict=False), *BOTH),
            (quote(min_input_tokens=200_000), *SAME),
            [],
            3,
            id="feeds leave open whether a tier's edge is inside",
        ),
        pytest.param(
            BOTH,
            (quote(valid_to=AFTER), quote(usd="4", valid_from=AFTER), SAME[1]),
            [("scheduled price", ["input 2"], ["input 4 12-24.."])],
            2,
            id="scheduled",
        ),
        pytest.param(
            (rule("input", "2", valid_to=AFTER), rule("input", "4", valid_from=AFTER, status="scheduled"), BOTH[1]),
            (quote(valid_to=AFTER), quote(usd="4", valid_from=AFTER), SAME[1]),
            [],
            2,
            id="scheduled already",
        ),
        pytest.param(
            (rule("input", "2", valid_to=AFTER), rule("input", "4", valid_from=AFTER, status="scheduled"), BOTH[1]),
            SAME,
            [("revoked", ["input 4 12-24.."], ["input 2 12-24.."])],
            2,
            id="revoked",
        ),
        pytest.param(
            (rule("input", "2", valid_to=AFTER), rule("input", "4", valid_from=AFTER, status="scheduled"), BOTH[1]),
            (quote(usd="3"), SAME[1]),
            [
                ("changed price", ["input 2 ..12-24"], ["input 3 ..12-24"]),
                ("revoked", ["input 4 12-24.."], ["input 3 12-24.."]),
            ],
            1,
            id="a change leaves what is scheduled to its own",
        ),
        pytest.param(
            BOTH,
            (quote(usd="5", valid_from=BEFORE, valid_to=AT), quote(valid_from=AT), SAME[1]),
            [("the past differs", ["input 2"], ["input 5 10-25..11-24"])],
            2,
            id="the past differs",
        ),
        pytest.param(
            BOTH,
            (quote(usd="3", valid_from=BEFORE), SAME[1]),
            [("the past differs", ["input 2"], ["input 3 10-25..11-24"]), ("changed price", ["input 2"], ["input 3"])],
            1,
            id="a change that is dated back is two: of the past, and from now on",
        ),
        pytest.param(
            BOTH, (quote(usd="5", valid_to=BEFORE), *SAME), [], 2, id="a past of unknown beginning says nothing"
        ),
        pytest.param(
            (rule("input", "2", valid_to=BEFORE), rule("output", "10", valid_to=BEFORE)),
            SAME,
            [],
            0,
            id="feeds go on naming what is no longer sold",
        ),
        pytest.param(
            (rule("input", "2", valid_to=BEFORE), rule("output", "10", valid_to=BEFORE)),
            (quote(valid_from=AT),),
            [("new price", [], ["input 2"])],
            0,
            id="sold again, with a date",
        ),
        pytest.param(
            (
                *BOTH,
                rule("input", "9", status="cancelled"),
                rule("input", None, usd_low="1", usd_high="2", status="claimed"),
            ),
            SAME,
            [],
            2,
            id="claims and cancelled prices are nobody's business",
        ),
    ],
)  # fmt: skip
def test_differences(
    rules: tuple[PriceRule, ...], quotes: tuple[Quote, ...], expected: list[object], confirmed: int
) -> None:
    changes, same = propose(seen(sold(model(*rules)), *quotes), ())
    assert told(changes) == expected
    assert same == confirmed


@pytest.mark.parametrize(
    ("rules", "quotes", "mute", "expected"),
    [
        pytest.param(BOTH, SAME[:1], False, [("vanished price", ["output 10"], [])], id="one price"),
        pytest.param(BOTH, SAME[:1], True, [], id="that the feed cannot express"),
        pytest.param((BOTH[0], rule("output", "10", source=OTHER)), SAME[:1], False, [], id="that another source has"),
        pytest.param(
            (BOTH[0], rule("output", "10", source=f"{OWN}@v0")),
            SAME[:1],
            False,
            [("vanished price", ["output 10"], [])],
            id="of an earlier reading of the feed",
        ),
        pytest.param(
            BOTH, (quote(name="n"),), False, [("vanished model", ["input 2", "output 10"], [])], id="the model"
        ),
        pytest.param((rule("input", "2", valid_to=BEFORE),), (quote(name="n"),), False, [], id="that had ended"),
    ],
)
def test_absence(rules: tuple[PriceRule, ...], quotes: tuple[Quote, ...], mute: bool, expected: list[object]) -> None:
    assert told(propose(seen(sold(model(*rules)), *quotes, mute=mute), None)[0]) == expected


def test_a_model_that_is_listed_without_a_price_has_not_vanished() -> None:
    listing = Listing("acme", "m", "M")
    assert propose(seen(sold(model(*BOTH)), quote(name="n"), listings=[listing]), None)[0] == []


def test_hours_are_told_by_the_clock_alone() -> None:
    catalog = replace(sold(model(*BOTH, rule("input", "1", window="night"))), windows={"night": NIGHT})
    hours = Window(id="x", timezone="UTC", weekdays="12345", hours=NIGHT.hours, source="")
    assert propose(seen(catalog, *SAME, quote(usd="1", window=hours)), ()) == ([], 3)
    ((change,), _) = propose(seen(catalog, *SAME, quote(usd="1.5", window=hours)), ())
    assert (change.theirs[0].window, change.windows) == ("night", ())
    other = hours.model_copy(update={"hours": "08:00-09:00"})
    changes, _ = propose(seen(catalog, *SAME, quote(usd="1.5", window=other)), None)
    ((new,), (night,)) = ([c for c in changes if c.kind is k] for k in (Kind.NEW_PRICE, Kind.VANISHED_PRICE))
    assert (new.windows[0].id, new.windows[0].source, night.ours[0].window) == ("x", OWN, "night")


def test_a_snapshot_stands_for_a_model_only_where_its_own_id_is_missing() -> None:
    catalog = sold(model(*BOTH))
    dated = quote(usd="5", name="m-2026-01-01")
    assert told(propose(seen(catalog, *SAME, dated), ())[0]) == []
    assert told(propose(seen(catalog, dated), None)[0])[0] == ("changed price", ["input 2"], ["input 5"])
    apart = seen(catalog, dated, quote(usd="6", name="m-2026-02-02"))
    assert propose(apart, None) == ([], 0)


@pytest.mark.parametrize(
    ("known", "provider", "items", "expected"),
    [
        pytest.param(("acme/m",), "acme", ("input", "output"), 1, id="new since last time"),
        pytest.param(("acme/n",), "acme", ("input", "output"), 0, id="left out before"),
        pytest.param(None, "acme", ("input", "output"), 0, id="first reading"),
        pytest.param((), "nobody", ("input", "output"), 0, id="a seller that is not on record"),
        pytest.param((), "acme", ("input",), 0, id="no output: not a model of text"),
    ],
)
def test_new_models(known: tuple[str, ...] | None, provider: str, items: tuple[str, ...], expected: int) -> None:
    quotes = [quote(item, name="n", provider=provider) for item in items]
    listing = Listing(provider, "n", "N", 1000, 100)
    changes, _ = propose(seen(sold(model(*BOTH)), *SAME, *quotes, listings=[listing]), known)
    assert len(changes) == expected
    for change in changes:
        assert change.info is not None
        assert (change.kind, change.info.name, change.info.context_tokens) == (Kind.NEW_MODEL, "N", 1000)
        assert change.info.tokenizer == "unknown"


def test_an_id_stays_until_the_figure_changes() -> None:
    def ids(usd: str, ours: str = "2") -> list[str]:
        catalog = sold(model(rule("input", ours), BOTH[1]))
        return [change.id for change in propose(seen(catalog, quote(usd=usd), SAME[1]), ())[0]]

    assert ids("3") == ids("3.00") == ids("3", ours="4")
    assert ids("3") != ids("3.5")


# --- whole feeds -----------------------------------------------------------------------------------------------------


def many(n: int, usd: str = "2") -> list[Quote]:
    return [quote(usd=usd, name=f"m{i}") for i in range(n)]


MANY = sold(*(model(rule("input", "2", model=f"m{i}"), id=f"m{i}") for i in range(40)))


@pytest.mark.parametrize(
    ("quotes", "known", "reason"),
    [
        pytest.param([], 0, "no price", id="empty"),
        pytest.param(many(19), 40, "has 19 models, and had 40", id="shrunk"),
        pytest.param(many(20), 40, "", id="half is still there"),
        pytest.param(many(40, "2000"), 40, "40 of 40 prices moved", id="all thousandfold"),
        pytest.param(many(40, "0.002"), 40, "40 of 40 prices moved", id="all thousandth"),
        pytest.param([*many(38), *many(40, "2000")[38:]], 40, "2 of 40 prices", id="a twentieth"),
        pytest.param([*many(39), *many(40, "2000")[39:]], 40, "", id="one alone waits in the queue"),
        pytest.param([*many(39), quote(usd="NaN", name="m39")], 40, "NaN is not a price", id="NaN"),
        pytest.param([*many(39), quote(usd="-1", name="m39")], 40, "-1 is not a price", id="negative"),
    ],
)
def test_a_feed_that_cannot_be_true_is_refused(quotes: list[Quote], known: int, reason: str) -> None:
    names = [f"acme/m{i}" for i in range(known)]
    found = seen(MANY, *quotes)
    if reason:
        with pytest.raises(FeedRefused, match=reason):
            refuse(found, names)
    else:
        refuse(found, names)


# --- verdicts --------------------------------------------------------------------------------------------------------


def verdicts(
    catalog: Catalog, own: Sequence[Quote], other: Sequence[Quote] = (), *, overruled: Iterable[str] = ()
) -> list[Verdict]:
    views = {OWN: seen(catalog, *own)} | ({OTHER: seen(catalog, *other, by=OTHER)} if other else {})
    changes = [change for each in views.values() for change in propose(each, ())[0]]
    return decide(changes, views, frozenset(overruled))


@pytest.mark.parametrize(
    ("usd", "reason"),
    [
        pytest.param("4", "", id="double"),
        pytest.param("4.000001", "more than 2×", id="above double"),
        pytest.param("1", "", id="half"),
        pytest.param("0.999999", "more than 2×", id="below half"),
        pytest.param("0", "more than 2×", id="free"),
    ],
)
def test_up_to_double_is_plausible(usd: str, reason: str) -> None:
    (verdict,) = verdicts(sold(model(*BOTH)), (quote(usd=usd), SAME[1]))
    assert verdict.reason.endswith(reason)
    assert bool(verdict.reason) == bool(reason)


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        pytest.param((quote(usd="3"), SAME[1]), (quote(usd="3"),), [""], id="agreed"),
        pytest.param((quote(usd="3"), SAME[1]), (quote("output", "10"),), [""], id="silent"),
        pytest.param(
            (quote(usd="3"), SAME[1]),
            (quote(usd="2"),),
            ["sources disagree: Litellm says 2 for 1000000"],
            id="the other still has the old one",
        ),
        pytest.param(
            (quote(usd="3"), SAME[1]),
            (quote(usd="2.5"),),
            ["sources disagree: Litellm says 2.5 for 1000000", "sources disagree: Genai-Prices says 3 for 1000000"],
            id="both have new ones",
        ),
        pytest.param(
            SAME, (quote(usd="3"),), ["sources disagree: Genai-Prices says 2 for 1000000"], id="only the other moved"
        ),
        pytest.param(
            (SAME[1],),
            (quote(usd="3"),),
            ["Genai-Prices no longer has it", "we have this price from genai-prices, which has not said so"],
            id="a price that we follow another for",
        ),
        pytest.param((*SAME, quote("cache_read", "0.1")), SAME, [""], id="a new price"),
        pytest.param(
            (*SAME, quote("cache_read", "0")), SAME, ["no such item is on record at such a price"], id="new and free"
        ),
        pytest.param(
            (quote(valid_to=AFTER), quote(usd="3", valid_from=AFTER), SAME[1]),
            (quote(),),
            [""],
            id="announced by one, and the other knows no future",
        ),
        pytest.param(
            (quote(valid_to=AFTER), quote(usd="3", valid_from=AFTER), SAME[1]),
            (quote(valid_to=AFTER), quote(usd="4", valid_from=AFTER)),
            ["sources disagree: Litellm says 4 for 1000000", "sources disagree: Genai-Prices says 3 for 1000000"],
            id="announced otherwise",
        ),
        pytest.param(
            (quote(valid_to=AT, usd="3", valid_from=BEFORE), quote(valid_from=AT), SAME[1]),
            (),
            ["it is about the past"],
            id="the past",
        ),
        pytest.param((SAME[0],), (), ["Genai-Prices no longer has it"], id="vanished"),
        pytest.param(
            (quote(usd="3"), quote("output", "50")),
            (),
            ["another price of this model waits", "it is a change of more than 2×"],
            id="a price list changes as a whole",
        ),
    ],
)
def test_verdicts(own: tuple[Quote, ...], other: tuple[Quote, ...], expected: list[str]) -> None:
    catalog = sold(model(*BOTH), model(rule("cache_read", "0.1", model="k"), id="k"))
    found = verdicts(catalog, (*own, quote("cache_read", "0.1", name="k")), other)
    assert [verdict.reason for verdict in found] == expected


def test_what_was_overruled_contradicts_nobody() -> None:
    catalog = sold(model(*BOTH))
    (standing,) = verdicts(catalog, SAME, (quote(usd="2.5"),))
    memory = figures(standing.change, catalog)
    own, other = (quote(usd="3"), SAME[1]), (quote(usd="2.5"),)
    assert [bool(v.reason) for v in verdicts(catalog, own, other, overruled=memory)] == [False, True]
    moved = (quote(usd="2.6"),)
    assert [bool(v.reason) for v in verdicts(catalog, own, moved, overruled=memory)] == [True, True]


def test_the_same_from_two_is_asked_once() -> None:
    catalog = sold(model(*BOTH))
    found = verdicts(catalog, (quote(usd="9"), SAME[1]), (quote(usd="9"),))
    assert [(v.change.feed, v.reason) for v in found] == [(OWN, "it is a change of more than 2×")]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        pytest.param((quote(),), "no second source has it", id="alone"),
        pytest.param((quote(name="N"), quote("output", "10", name="N")), "", id="confirmed"),
        pytest.param(
            (quote(usd="3", name="N"), quote("output", "10", name="N")), "sources disagree: Litellm", id="contradicted"
        ),
        pytest.param((quote(name="N"),), "no second source has it", id="half confirmed"),
    ],
)
def test_a_new_model_needs_two_sources(other: tuple[Quote, ...], reason: str) -> None:
    new = (quote(name="n"), quote("output", "10", name="n"))
    first = verdicts(sold(model(*BOTH)), (*SAME, *new), other)[0]
    assert first.change.kind is Kind.NEW_MODEL
    assert first.reason.startswith(reason)
    assert bool(first.reason) == bool(reason)


# --- amended rules ---------------------------------------------------------------------------------------------------


def spelled(rules: Iterable[PriceRule]) -> list[str]:
    return [f"{_spelled(r)}{'' if r.status in BILLABLE else ' ' + r.status.value}" for r in rules]


@pytest.mark.parametrize(
    ("rules", "new", "expected"),
    [
        pytest.param(
            (rule("input", "2"),),
            rule("input", "3", valid_from=AT),
            ["input 2 ..11-24", "input 3 11-24.."],
            id="closed and added below",
        ),
        pytest.param(
            (rule("input", "2"), rule("output", "10")),
            rule("input", "3", valid_from=AT),
            ["input 2 ..11-24", "input 3 11-24..", "output 10"],
            id="below its own place",
        ),
        pytest.param(
            (rule("input", "2"),),
            rule("input", "3", valid_from=AT, valid_to=AFTER),
            ["input 2 ..11-24", "input 3 11-24..12-24", "input 2 12-24.."],
            id="within: what is left goes on in a row of its own",
        ),
        pytest.param(
            (rule("input", "4", valid_from=AFTER),),
            rule("input", "2", valid_from=AFTER),
            ["input 4 12-24.. cancelled", "input 2 12-24.."],
            id="in its place: cancelled, not deleted",
        ),
        pytest.param(
            (rule("input", "2", valid_to=BEFORE),),
            rule("input", "3", valid_from=AT),
            ["input 2 ..10-25", "input 3 11-24.."],
            id="what had ended stays",
        ),
        pytest.param(
            (rule("input", "1", processing="batch"), rule("input", "2", min_input_tokens=5)),
            rule("input", "3", valid_from=AT),
            ["input 1", "input 2", "input 3 11-24.."],
            id="other modes and tiers stay",
        ),
        pytest.param((), rule("input", "3", valid_from=AT), ["input 3 11-24.."], id="the first"),
    ],
)  # fmt: skip
def test_put(rules: tuple[PriceRule, ...], new: PriceRule, expected: list[str]) -> None:
    assert spelled(put(rules, new)) == expected


@pytest.mark.parametrize(
    ("at", "slot"),
    [
        pytest.param("2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z", id="on the half hour"),
        pytest.param("2026-11-24T10:00:00.000001Z", "2026-11-24T10:30:00Z", id="just after"),
        pytest.param("2026-11-24T23:45:01Z", "2026-11-25T00:00:00Z", id="over midnight"),
    ],
)
def test_a_price_begins_on_a_half_hour(at: str, slot: str) -> None:
    assert next_slot(datetime.fromisoformat(at)) == datetime.fromisoformat(slot)


def test_what_vanished_is_closed() -> None:
    ((change,), _) = propose(seen(sold(model(*BOTH)), SAME[0]), ())
    assert spelled(accepted(BOTH, change, OWN, AT)) == ["input 2", "output 10 ..11-24"]


def test_a_price_whose_time_is_over_is_not_accepted() -> None:
    quotes = (quote(usd="3", valid_to=AFTER), SAME[1])
    ((change,), _) = propose(seen(sold(model(*BOTH)), *quotes), ())
    with pytest.raises(InputError, match="has ended on 2026-12-24"):
        accepted(BOTH, change, OWN, AFTER)


def test_what_is_added_names_its_reading_and_its_day() -> None:
    quotes = (quote(valid_to=AFTER), quote(usd="3", valid_from=AFTER), SAME[1])
    ((change,), _) = propose(seen(sold(model(*BOTH)), *quotes), ())
    later = AT + timedelta(days=3, minutes=5)
    new = accepted(BOTH, change, "genai-prices@v2", later)[1]
    assert (new.source, new.checked_on, new.status) == ("genai-prices@v2", later.date(), Status.SCHEDULED)
    assert new.valid_from == AFTER


def test_a_tier_for_one_item_alone_would_leave_a_fault() -> None:
    catalog = sold(model(*BOTH))
    ((change,), _) = propose(seen(catalog, *SAME, quote(usd="4", min_input_tokens=1000)), ())
    assert "output has no price" in faults(catalog, change, accepted(BOTH, change, OWN, AT))[0]


# --- laws ------------------------------------------------------------------------------------------------------------

ITEMS = ("input", "output")
DAYS = st.integers(-60, 60).map(lambda days: AT + timedelta(days=days))
PRICES = st.sampled_from(["0", "1", "2", "3", "4", "100"])


@st.composite
def timelines(draw: st.DrawFn) -> list[tuple[str, datetime | None, datetime | None]]:
    """Prices one after the other, perhaps with gaps."""
    edges: list[datetime | None] = [None, *sorted(draw(st.sets(DAYS, max_size=4))), None]
    spans = [*pairwise(edges)]
    kept = draw(st.lists(st.booleans(), min_size=len(spans), max_size=len(spans)))
    return [(draw(PRICES), a, b) for (a, b), keep in zip(spans, kept, strict=True) if keep]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[tuple[PriceRule, ...], list[Quote]]:
    rules = tuple(
        rule(item, usd, valid_from=a, valid_to=b, status="scheduled" if a and a > AT else "listed")
        for item in ITEMS
        for usd, a, b in draw(timelines())
    )
    quotes = [quote(item, usd, valid_from=a, valid_to=b) for item in ITEMS for usd, a, b in draw(timelines())]
    return rules, quotes


def price_at(rules: Iterable[PriceRule], item: str, at: datetime) -> list[Decimal | None]:
    return [r.usd for r in rules if r.item == item and r.status in BILLABLE and r.in_force(at)]


@given(worlds())
def test_whatever_is_accepted_alone_leaves_the_past_as_it_was(world: tuple[tuple[PriceRule, ...], list[Quote]]) -> None:
    rules, quotes = world
    after = rules
    for verdict in verdicts(sold(model(*rules)), quotes):
        if not verdict.reason:
            after = accepted(after, verdict.change, OWN, AT)
    for item in ITEMS:
        for day in range(-70, 0, 3):
            at = AT + timedelta(days=day, hours=12)
            assert price_at(after, item, at) == price_at(rules, item, at)
        for day in range(-70, 70, 3):
            assert len(price_at(after, item, AT + timedelta(days=day))) <= 1
    assert {(r.item, r.usd, r.valid_from) for r in rules} <= {(r.item, r.usd, r.valid_from) for r in after}


@given(worlds())
def test_after_all_is_accepted_nothing_is_left_to_say(world: tuple[tuple[PriceRule, ...], list[Quote]]) -> None:
    rules, quotes = world
    after = rules = (*rules, rule("request", "1", source=OTHER))  # The model is still sold.
    for _ in range(2):  # What vanishes today may be announced for tomorrow, and is news once it is closed.
        for change in propose(seen(sold(model(*after)), *quotes), ())[0]:
            after = accepted(after, change, OWN, AT)
    left, _ = propose(seen(sold(model(*after)), *quotes), ())
    assert told(left) == []


def test_modes_are_kept_apart() -> None:
    batch = quote(usd="1.5", processing="batch")
    rules = (*BOTH, rule("input", "1", processing="batch"))
    ((change,), _) = propose(seen(sold(model(*rules)), *SAME, batch), ())
    assert change.theirs[0].mode == Mode(processing="batch")
    assert spelled(accepted(rules, change, OWN, AT)) == ["input 2", "output 10", "input 1 ..11-24", "input 1.5 11-24.."]
