"""What would make it cheaper? The best lever in a sentence, all of them ranked, a mix of models, evidence and risks."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import streamlit as st

from estimator.dashboard.answers import everything, half_hour
from estimator.dashboard.chart import draw
from estimator.dashboard.charts_levers import saving_chart
from estimator.dashboard.evidence import evidence, floor_asked, own_asked
from estimator.dashboard.parts import escaped, seller, sources, table
from estimator.dashboard.purse import Purse, purse
from estimator.dashboard.risk import risk_folds, rules_asked
from estimator.dashboard.summaries import cheaper as summary
from estimator.decision import Option, Scenario
from estimator.decision.demands import Demands, doubt
from estimator.decision.levers import Lever, Levers, levers
from estimator.decision.mix import Holds, Mix, mix
from estimator.decision.quality import SETTINGS, benchmark_name
from estimator.report import status_words
from estimator.workload import Workload
from pricing import InputError, Model, catalog

_FIRST = ("openai", "gpt-5.4")
_ROW_PX = 35


def show(work: Workload) -> None:
    model, can_wait = _present()
    with st.expander("**Your demands**: quality, and rules for your data", icon=":material/tune:", key="demands"):
        own = own_asked()
        floor = floor_asked(model.info.name, own)
        demands = Demands(floor, rules_asked("lever-rules"), own, can_wait)
    scenario, mine = Scenario(half_hour()), purse()
    found = _pulled(work, scenario, (model.provider, model.id), demands)
    summary.show(found, work, mine)
    if found.found:
        draw(saving_chart(found.found, mine), "savings")
        _taken_for_granted(found.found)
    _doubts(found)
    _left_out(found)
    _mixed(work, scenario, demands, found.present, mine)
    options = _options(found)
    st.subheader("How good are they? The evidence")
    st.caption("Published tests and your own. They say how models did there, not how they will do your work.")
    evidence(list(dict.fromkeys(_plain_name(option) for option in options)), own)
    st.subheader("What may go wrong, beside the money")
    risk_folds(options, scenario.mode)


def _present() -> tuple[Model, bool]:
    """The model that the work runs on, and whether answers can wait."""
    book = catalog()
    chosen = [key for key, model in book.models.items() if model.info.featured and _is_sold(model)]
    left, right = st.columns((3, 1), vertical_alignment="bottom")
    key = left.selectbox(
        "What it runs on today, or would",
        chosen,
        index=chosen.index(_FIRST),
        format_func=lambda k: f"{book.models[k].info.name} · {book.providers[k[0]].name}",
        key="lever-model",
        bind="query-params",
    )
    can_wait = right.toggle("Answers can wait", key="lever-wait", bind="query-params", help="Nobody waits for them.")
    return book.models[key], bool(can_wait)


def _is_sold(model: Model) -> bool:
    return model.headline("input", half_hour()) is not None


@st.cache_resource(
    max_entries=64, show_spinner="Working it out …", hash_funcs={Workload: hash, Scenario: hash, Demands: hash}
)
def _pulled(work: Workload, scenario: Scenario, key: tuple[str, str], demands: Demands) -> Levers:
    hosted = [option for option in everything(work).options if option.kind == "selfhost"]
    book = catalog()
    return levers(work, book, scenario, book.models[key], demands=demands, hosted=hosted)


@st.cache_resource(
    max_entries=64, show_spinner="Working it out …", hash_funcs={Workload: hash, Scenario: hash, Demands: hash}
)
def _mix_of(work: Workload, scenario: Scenario, demands: Demands, easy: Fraction, *, each: bool) -> Mix:
    return mix(work, catalog(), scenario, demands, easy_share=easy, each=each)


def _taken_for_granted(found: Sequence[Lever]) -> None:
    st.caption("Amounts are worked out from prices; effort and risk are our judgement.")
    with st.expander("Taken for granted, and sources"):
        every = [a for lever in found for a in lever.assumptions if lever.fact.id != "selfhost"]
        about = dict.fromkeys((a.text, a.status) for a in every)
        st.markdown("\n".join(f"- {escaped(text)} *({status_words(status)})*" for text, status in about))
        cited = [id_ for lever in found for option in lever.options for id_ in (lever.fact.source, *option.sources)]
        sources(tuple(dict.fromkeys(cited)), catalog())


def _high(rows: Sequence[object]) -> int:
    """As high as a table of these rows."""
    return _ROW_PX * (len(rows) + 1) + 3


def _doubts(found: Levers) -> None:
    doubted = [f"- **{escaped(lever.fact.name)}**: {escaped(lever.doubt)}" for lever in found.found if lever.doubt]
    if doubted:
        st.warning("\n".join(["In doubt:", "", *doubted]), icon="⚠️")


def _left_out(found: Levers) -> None:
    if found.left_out:
        with st.expander(f"What does not apply here, and why ({len(found.left_out)})"):
            st.markdown("\n".join(f"- **{escaped(o.fact.name)}**: {escaped(o.reason)}" for o in found.left_out))


def _mixed(work: Workload, scenario: Scenario, demands: Demands, present: Option, mine: Purse) -> None:
    st.subheader("A mix of models")
    if demands.floor is None:
        st.info("A mix needs a floor under quality: choose one in your demands above.")
        return
    floor = demands.floor
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    key = f"mix-{floor.benchmark}-{floor.setting}-{floor.value:g}"
    least = left.slider("The floor of the mix (percent)", 0.0, 100.0, floor.value, 0.5, key=key, bind="query-params")
    easy = middle.slider(
        "Easy requests, which any rated model may take (percent)", 0, 100, 0, 5, key="easy", bind="query-params"
    )
    demands = replace(demands, floor=replace(floor, value=least))
    each = right.toggle(
        "Every other request on a model at the floor",
        key="each",
        bind="query-params",
        help="Off: the floor is for the mean of all requests that are not easy. On: for each of them.",
    )
    try:
        made = _mix_of(work, scenario, demands, Fraction(easy, 100), each=bool(each))
    except InputError as error:
        said = str(error)
        st.info(escaped(said[:1].upper() + said[1:]))
        return
    _mix_said(made, present, mine)
    if said := doubt(work, floor):
        st.caption(f"In doubt: {escaped(said)}")


def _mix_said(made: Mix, present: Option, mine: Purse) -> None:
    about = "each request that is not easy" if made.each else "the mean of the requests that are not easy"
    st.markdown(
        f"**{escaped(mine.written(made.usd))} a month** ({escaped(mine.span(made.low_usd, made.high_usd))}), against "
        f"{escaped(mine.written(present.usd))} on {escaped(present.name)} alone. The floor of {made.floor.value:g} on "
        f"{escaped(benchmark_name(made.floor.benchmark))}, {SETTINGS[made.floor.setting]}, is for {about}; they have "
        f"{made.rating:.1f} on average."
    )
    rows = [
        {
            "Requests": f"{'easy, ' if part.easy else ''}{part.requests}",
            "Share of all": f"{part.share:.1%}",
            "Go to": part.option.name,
            "From": seller(part.option),
            "Score": f"{part.rating:g}",
            "A month": part.usd,
        }
        for part in made.parts
    ]
    table(rows, {"A month": mine.written}, "Which share of the requests goes to which model", _high(rows))
    st.markdown("\n".join(f"- {line}" for line in _sensitivity(made, mine)))
    if not made.each and len({part.requests for part in made.parts}) > 1:
        st.caption(
            "A mean is met most cheaply with the weaker model on the longest prompts. Where those matter, put every "
            "request on a model at the floor."
        )


def _sensitivity(made: Mix, mine: Purse) -> list[str]:
    point = []
    if made.point_usd is not None:
        point = [f"One more point of the floor costs about {escaped(mine.written(made.point_usd))} a month more."]
    return point + [f"The split stays the cheapest while {escaped(h.name)} costs {_held(h)}" for h in made.holds]


def _held(holds: Holds) -> str:
    bounds = [f"at least {holds.least:.2f}"] if holds.least else []
    bounds += [] if holds.most is None else [f"at most {holds.most:.2f}"]
    return f"{' and '.join(bounds)} times what it does today." if bounds else "whatever it may."


def _options(found: Levers) -> list[Option]:
    """The present one and what the levers lead to, each once."""
    every = [found.present, *(option for lever in found.found for option in lever.options)]
    return list({(option.provider, option.model): option for option in every}.values())


def _plain_name(option: Option) -> str:
    return option.name.removesuffix(" on own GPUs")
