"""How accurate is this? Each published measurement beside what was predicted without it, and every equation."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache, partial
from itertools import groupby

import streamlit as st

from estimator.dashboard import equations
from estimator.dashboard.chart import draw
from estimator.dashboard.charts import Chart, Figure, Row
from estimator.dashboard.charts_accuracy import predicted_against_measured
from estimator.dashboard.parts import escaped, source_line
from estimator.dashboard.purse import purse
from estimator.report import cash
from estimator.report.measured import (
    MAKERS,
    PHASES,
    QUANTITIES,
    SPLITS,
    address,
    date_words,
    errors_of,
    group_words,
    load_words,
    source_words,
    system_words,
)
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
from estimator.selfhost.constants import EVERY
from pricing.facts import sources

Choice = tuple[str, str, str, str]  # Model, device, family and phase; an empty one is any.
ANY = ""
_STAKE = 1000  # Of the user's own money, for an example.
_WORST = 5
_FEWEST = 2  # Measurements behind a weakness that is worth a sentence.


def show() -> None:
    _answer()
    chosen = _filters()
    found = _selected(*chosen)
    _chart(chosen, found)
    _weak()
    st.subheader("How far off, by what was left out")
    _splits()
    with st.expander("How often the range holds the truth"):
        _ranges()
    with st.expander("How far off others are"):
        _peers()
    with st.expander("What was left out, and why"):
        _left_out()
    equations.show()
    with st.expander("Sources of the measurements"):
        _sources()


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", "\N{NO-BREAK SPACE}%")


def _answer() -> None:
    rate = error_of("family", EVERY, "tokens")
    first, read = (error_of("family", EVERY, quantity) for quantity in ("ttft", "prefill"))
    st.markdown(
        f"### Predictions come within {_percent(rate.median_error)} of published measurements, in the median, when all "
        "measurements of that source were left out of the fit"
    )
    st.markdown(escaped(_in_money()))
    st.caption(
        f"Tokens a second per GPU, {rate.rows:,} measurements, {_percent(rate.within_2x)} within a factor of 2; "
        f"{_percent(error_by_family())} where each group of sources counts once. Weaker: reading prompts "
        f"{_percent(read.median_error)}, time to the first token {_percent(first.median_error)}."
    )


def _in_money() -> str:
    currency = purse().exchange.currency
    stake, less, more, least, most = (cash(Decimal(round(_STAKE * f)), currency) for f in (1, *cost_factors()))
    return (
        f"Where we say that busy GPUs cost {stake}, expect {less} to {more} in one case of two and {least} to {most} "
        "in four of five, for their speed alone."
    )


def _filters() -> Choice:
    rows = [p.measurement for p in points()]
    families = groups("family")
    with st.container(horizontal=True):
        return (
            _filter("Model", {m: group_words("model", m) for m in sorted({row.model for row in rows})}),
            _filter("GPU", {d: group_words("device", d) for d in sorted({row.device for row in rows})}),
            _filter("Measured by", {f: f for f in families}),
            _filter("Phase", PHASES),
        )


def _filter(label: str, among: dict[str, str]) -> str:
    return st.selectbox(
        label,
        (ANY, *among),
        format_func=lambda i: among[i] if i else "all",
        key=f"accuracy-{label}",
        bind="query-params",
        width=165,
    )


@cache
def _selected(model: str, device: str, family: str, phase: str) -> tuple[Point, ...]:
    """The measurements that a choice leaves, the worst predicted first; an empty choice leaves all."""
    wanted = {"model": model, "device": device, "family": family, "phase": phase}
    found = [p for p in points() if all(v in (ANY, getattr(p.measurement, k)) for k, v in wanted.items())]
    return tuple(sorted(found, key=lambda p: -abs(p.error or 0)))


@st.cache_resource(max_entries=32, show_spinner=False)
def _figure(chosen: Choice) -> Figure:
    return predicted_against_measured(_selected(*chosen), groups("family"))


def _chart(chosen: Choice, found: Sequence[Point]) -> None:
    if not found:
        st.info("Nobody on record measured that: choose “all” in one of the fields above.")
        return
    about = summary(found)
    if about is None:
        said = "In none of these is everything stated that moves its speed, so none counts in the errors."
    else:
        said = (
            f"{about.rows:,} that count: {_percent(about.median_error)} off in the median, "
            f"{_percent(about.within_2x)} within a factor of 2, predicted over measured {about.bias:.2f}."
        )
    question = "How close do predictions come to what was measured?"
    draw(Chart(question, _figure(chosen), f"Predicted against measured. {said}", partial(_rows, chosen)), "accuracy")
    st.caption(
        f"{len(found):,} measurements are shown. {said} Hollow signs are shown only. Each was "
        "predicted by a fit without its group of sources."
    )


def _rows(chosen: Choice) -> list[Row]:
    return [_row(p) for p in _selected(*chosen)]


def _row(point: Point) -> dict[str, object]:
    row = point.measurement
    return {
        "System": system_words(row),
        "Load": load_words(row),
        "Phase": PHASES[row.phase],
        "Measured": row.tok_s_per_gpu,
        "Predicted": point.predicted,
        "Error, %": None if point.error is None else round(100 * point.error),
        "Counts": "yes" if point.counts else "no",
        "Engine": row.engine,
        "Source": source_words(row),
        "Page": address(row.source),
        "Date": date_words(row),
        "Note": row.note,
    }


def _weak() -> None:
    st.subheader("Where it is weak")
    rate = error_of("family", EVERY, "tokens")
    badly = [e for e in weak() if e.quantity == "tokens" and e.rows >= _FEWEST]
    st.markdown("\n".join(f"- {line}" for line in (*_weak_quantities(), *_weak_tokens(badly), *_worst())))
    with st.expander(f"All {len(weak())} errors above twice that {_percent(rate.median_error)}"):
        st.dataframe(
            [
                {
                    "Left out": group_words(e.split, e.group),
                    "Predicted": QUANTITIES[e.quantity],
                    "Error, %": 100 * e.median_error,
                    "Mostly": _leaning(e.bias),
                    "Measurements": e.rows,
                }
                for e in weak()
            ],
            hide_index=True,
            alt="What is predicted badly, the worst first",
            column_config={"Error, %": st.column_config.NumberColumn(format="%.0f")},
        )


def _weak_quantities() -> Iterable[str]:
    for e in weak():
        if (e.split, e.group) == ("family", EVERY):
            said = QUANTITIES[e.quantity].capitalize()
            yield (
                f"**{said}: {_percent(e.median_error)} off** in the median, mostly {_leaning(e.bias)} "
                f"({e.rows:,} measurements, {_percent(e.within_2x)} within a factor of 2)."
            )


def _weak_tokens(badly: Sequence[object]) -> Iterable[str]:
    for split, errors in groupby(sorted(weak(), key=lambda e: e.split), key=lambda e: e.split):
        mine = [e for e in errors if e in badly]
        if mine:
            told = ", ".join(
                f"{escaped(group_words(split, e.group))} {_percent(e.median_error)} ({e.rows})" for e in mine
            )
            yield f"Tokens a second, {SPLITS[split]} left out: {told}."


def _worst() -> Iterable[str]:
    counted = [p for p in _selected(ANY, ANY, ANY, ANY) if p.counts]
    about = summary(counted)
    if about is not None:
        told = "; ".join(
            f"{system_words(p.measurement)}, {load_words(p.measurement)}: {errors_of(p)}" for p in counted[:_WORST]
        )
        beyond = f"{about.beyond_2x} of {about.rows:,} measurements are off by more than a factor of 2."
        yield escaped(f"{beyond} The farthest: {told}.")


def _leaning(bias: float) -> str:
    return "too high" if bias > 1 else "too low"


def _splits() -> None:
    tabs = st.tabs([f"{name.capitalize() if name.islower() else name} left out" for name in SPLITS.values()])
    for tab, split in zip(tabs, SPLITS, strict=True):
        with tab:
            st.table([_split_row(split, group) for group in (EVERY, *groups(split))], hide_index=True)
    st.caption(
        "Median of the absolute error, and in brackets how many measurements are behind it. Each row was predicted "
        "by a fit to all others; time to the first token is told by few sources."
    )


def _split_row(split: str, group: str) -> dict[str, str]:
    mine = {e.quantity: e for e in split_errors() if (e.split, e.group) == (split, group)}
    told = {q: f"{_percent(mine[q].median_error)} ({mine[q].rows:,})" if q in mine else "–" for q in QUANTITIES}
    name = "each in turn" if group == EVERY else escaped(group_words(split, group))
    return {"Left out": name, **{QUANTITIES[q].capitalize(): words for q, words in told.items()}}


def _ranges() -> None:
    held = {row.quantity: row for row in coverages()}
    told = "; ".join(
        f"{QUANTITIES[q]}: {_percent(row.inside)} of the measurements, {_percent(row.inside_weighted)} where many "
        "alike count as fewer"
        for q, row in held.items()
    )
    st.markdown(f"A range is made to hold four in five. Of sources that had no part in it, it holds, of {told}.")
    st.table([_range_row(maker) for maker in MAKERS], hide_index=True)
    st.caption(
        "Measured over predicted, and in brackets how many measurements are behind it. Where there are none, those of "
        "all stand in."
    )


def _range_row(maker: str) -> dict[str, str]:
    mine = {bound.quantity: bound for bound in ranges() if bound.maker == maker}
    told = {q: f"{mine[q].low:.2f} to {mine[q].high:.2f} ({mine[q].rows:,})" if q in mine else "–" for q in QUANTITIES}
    return {"GPUs of": MAKERS[maker], **{QUANTITIES[q].capitalize(): words for q, words in told.items()}}


def _peers() -> None:
    rate = error_of("family", EVERY, "tokens")
    st.table(
        [
            {
                "Predictor": escaped(f"{peer.name} {peer.version}".strip()),
                "Median error": _percent(peer.median_error),
                "Within a factor of 2": "–" if peer.within_2x is None else _percent(peer.within_2x),
                "Measurements": "–" if peer.rows is None else f"{peer.rows:,}",
                "By whose account": escaped(sources()[peer.source].publisher),
                "Note": escaped(peer.note),
            }
            for peer in peers()
        ],
        hide_index=True,
    )
    st.caption(
        f"Breakeven itself: {_percent(rate.median_error)} on {rate.rows:,} measurements, sources left out. The others "
        "were run by us on the measurements counted there, not on all of these, so the figures are not of one race."
    )


def _left_out() -> None:
    shown = [
        {
            "What": "Shown, but not counted in the errors",
            "Why": escaped(why[:1].upper() + why[1:]),
            "Measurements": f"{len(mine):,}",
            "Weight in the fit": ", ".join(f"{w:g}" for w in sorted({p.measurement.weight for p in mine})),
            "Source": escaped(", ".join(sorted({p.measurement.source for p in mine}))),
        }
        for why, mine in uncounted().items()
    ]
    absent = [
        {
            "What": escaped(row.what),
            "Why": escaped(row.why),
            "Measurements": "not counted" if row.rows is None else f"{row.rows:,}",
            "Weight in the fit": "none",
            "Source": escaped(row.source),
        }
        for row in left_out()
    ]
    st.table([*shown, *absent], hide_index=True)


def _sources() -> None:
    named = sorted({p.measurement.source for p in points()})
    st.markdown("\n".join(f"- `{id_}`: {source_line(sources()[id_])}" for id_ in named))
