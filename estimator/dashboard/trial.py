"""Try it on your own prompts: a sample to one or two endpoints, measured beside our estimate, and marked blind."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from threading import Event

import streamlit as st

from estimator.dashboard.parts import escaped
from estimator.dashboard.purse import purse
from estimator.dashboard.rates import TRIALS, allow
from estimator.decision.endpoint import (
    Endpoint,
    Prompt,
    endpoint,
    is_open_to_readers,
    trials_allowed,
)
from estimator.decision.prompts import MOST_PROMPTS, read_prompts, sample
from estimator.decision.reach import SWITCH
from estimator.decision.trial import Look, Measured, Score, Trial, blind, measured, own_scores, run, scores
from pricing import InputError, Model, catalog, now

OWN_SCORES = "own-scores"  # Where a quality floor finds them: model → per cent good enough.
_ROUND, _RUNS, _PROBLEM = "trial-round", "trial-runs", "trial-problem"
_SIDES = ("First model", "Second model")
_USUAL = 20
_NO_PRICE = ""
_MILLI = 1000
_FORGOTTEN = "Nothing is sent before you say so below, and nothing is stored."


@dataclass(frozen=True)
class Run:
    """A trial, and the model whose price list it is billed by."""

    trial: Trial
    priced_as: str


def show() -> None:
    if not trials_allowed():
        st.info(f"Trials are switched off on this server: its owner set {SWITCH}=off.")
        return
    st.markdown(
        "Send a sample of your own prompts to a model, with your own key, and see what it takes and costs beside our "
        "estimate. With two models you can mark their answers without knowing whose they are."
    )
    try:
        prompts = _prompts()
        if prompts:
            _ask(prompts)
        else:
            st.info("Choose a file, or type a few prompts, to go on. A prompt is what you would send to a model.")
    except InputError as error:
        st.error(escaped(_sentence(error)))
    if problem := st.session_state.get(_PROBLEM):
        st.error(escaped(problem))
    if runs := st.session_state.get(_RUNS):
        _results(runs)


def _sentence(error: Exception) -> str:
    said = str(error)
    return said[:1].upper() + said[1:]


def _prompts() -> tuple[Prompt, ...]:
    """The sample that will be sent."""
    upload = st.file_uploader("A chat log, or a text with one prompt a line", key="trial-file", help=_FORGOTTEN)
    typed = st.text_area("Or type prompts here, one a line", key="trial-text")
    size = st.slider("How many to send", 1, MOST_PROMPTS, _USUAL, key="trial-size")
    if upload is None and not typed.strip():
        return ()
    found = read_prompts(upload.getvalue(), upload.name) if upload else read_prompts(typed.encode(), "your text")
    chosen = sample(found.all, int(size))
    left_out = f" {found.left_out:,} entries have no question of plain text and are left out." if found.left_out else ""
    st.caption(f"{len(chosen):,} of {len(found.all):,} prompts, short and long ones alike.{left_out}")
    return chosen


def _ask(prompts: tuple[Prompt, ...]) -> None:
    sides = _SIDES if st.toggle("Compare two models", key="trial-two") else _SIDES[:1]
    asked = [_endpoint(side, column) for side, column in zip(sides, st.columns(len(sides)), strict=True)]
    known = [(where, priced_as) for where, priced_as in asked if where]
    if len(known) < len(sides):
        return
    if len({(where.host, where.model) for where, _ in known}) < len(known):
        raise InputError("both are the same model at the same address: change one of them.")
    hosts = " and ".join(dict.fromkeys(f"**{escaped(where.host)}**" for where, _ in known))
    for where, _ in known:
        if is_open_to_readers(where):
            st.warning(
                f"{escaped(where.host)} is asked without encryption: others on the way can read key and prompts."
            )
    is_sure = st.checkbox(  # Asked anew for every run and every address.
        f"Send {len(prompts)} prompts to {hosts}. Whoever runs it sees them, and bills the key.",
        key=f"trial-sure-{st.session_state.get(_ROUND, 0)}-{hosts}",
    )
    if st.button("Run the trial", type="primary", disabled=not is_sure, key="trial-run"):
        _run(known, prompts)


def _endpoint(side: str, column: "st.delta_generator.DeltaGenerator") -> tuple[Endpoint | None, str]:
    """Where one side's prompts go; the key's field is a new one after each run, so that no state keeps the key."""
    address = column.text_input(f"{side}: address", placeholder="https://api.example.com/v1", key=f"address-{side}")
    model = column.text_input(f"{side}: name at that address", key=f"name-{side}")
    models = {f"{m.provider}/{m.id}": m for m in catalog().models.values() if m.rules}
    priced_as = column.selectbox(
        f"{side}: priced as",
        (_NO_PRICE, *models),
        format_func=lambda key: _label(models[key]) if key else "no price list",
        key=f"priced-{side}",
    )
    number = st.session_state.get(_ROUND, 0)
    key = column.text_input(
        f"{side}: key (held in memory for this run only)", type="password", key=f"key-{side}-{number}"
    )
    return (endpoint(address, model, key) if address and model else None), priced_as


def _label(model: Model) -> str:
    return f"{model.info.name} · {catalog().providers[model.provider].name}"


def _run(known: list[tuple[Endpoint, str]], prompts: tuple[Prompt, ...]) -> None:
    """One side after the other. Any click runs the page anew, which interrupts the bar, and with it the rest.

    Raises TooOften.
    """
    allow(TRIALS)
    with st.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0)
        st.button("Stop", on_click=_stop, key="trial-stop", icon=":material/stop_circle:")
    for key in (_PROBLEM, _RUNS, OWN_SCORES):
        st.session_state.pop(key, None)
    try:
        st.session_state[_RUNS] = tuple(
            Run(run(where, prompts, stop=Event(), progress=partial(_show, bar, where.model)), priced_as)
            for where, priced_as in known
        )
    except InputError as error:
        st.session_state[_PROBLEM] = _sentence(error)
    finally:
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.rerun()


def _stop() -> None:
    st.session_state[_PROBLEM] = "The trial was stopped. What was sent before may be billed; no answer was kept."


def _show(bar: "st.delta_generator.DeltaGenerator", model: str, share: float) -> None:
    bar.progress(share, f"Asking {escaped(model)} …")


def _results(runs: tuple[Run, ...]) -> None:
    st.subheader("What was measured")
    answered = [each for each in runs if each.trial.answers]
    for each in runs:
        for problem, count in each.trial.problems.items():
            st.error(escaped(f"{each.trial.name}: {count} of {len(each.trial.asked)} prompts failed. {problem}"))
    if answered:
        found = {escaped(r.trial.name): _rows(measured(r.trial, _priced(r), now())) for r in answered}
        st.table([{"": row, **{name: rows[row] for name, rows in found.items()}} for row in next(iter(found.values()))])
        st.caption(
            "Tokens and times are as the endpoint counts them and as they came here; output includes hidden thoughts, "
            "which our count of the text cannot see. Prices are list prices."
        )
        _marking(answered)


def _priced(each: Run) -> Model | None:
    return catalog().find(each.priced_as) if each.priced_as else None


def _rows(found: Measured) -> dict[str, str]:
    guess = found.estimate
    return {
        "Answers": str(found.answers),
        "First token, median": f"{found.ttft_s:.2f} s",
        "First token, slowest in twenty": f"{found.late_ttft_s:.2f} s",
        "Each further token": f"{found.tpot_s * _MILLI:.1f} ms" if found.tpot_s is not None else "–",
        "Input tokens": _count(found.input_tokens),
        "Input tokens, our estimate": f"{guess.input_low:,} to {guess.input_high:,}" if guess else "–",
        "Output tokens": _count(found.output_tokens),
        "Tokens of the answers' text, our count": _count(guess.output_tokens if guess else None),
        "A thousand such prompts": _money(found.usd_per_thousand) or escaped(f"not told: {found.reason}"),
        "A thousand, our estimate": _money(found.estimated_usd_per_thousand) or "–",
    }


def _count(tokens: int | None) -> str:
    return "–" if tokens is None else f"{tokens:,}"


def _money(usd: Decimal | None) -> str:
    return "" if usd is None else escaped(purse().written(usd))


def _marking(runs: list[Run]) -> None:
    st.subheader("Good enough?")
    number, trials = st.session_state[_ROUND], [each.trial for each in runs]
    looks = blind(trials, seed=number)
    if not looks:
        st.info("No prompt was answered by all, so there is nothing to mark.")
        return
    st.caption("The order is shuffled for each prompt; whose answers they are is told at the end.")
    marks: dict[tuple[int, int], bool] = {}
    for i, look in enumerate(looks):
        with st.expander(f"Prompt {i + 1}", expanded=True):
            marks |= {(i, place): mark == "Yes" for place, mark in _look(look, f"{number}-{i}") if mark}
    expected = len(looks) * len(trials)
    if len(marks) < expected:
        st.caption(f"{len(marks)} of {expected} answers are marked.")
        return
    found = scores(trials, looks, marks)
    st.session_state[OWN_SCORES] = own_scores(found, {each.trial.name: each.priced_as for each in runs})
    st.markdown("\n".join(f"- {escaped(_score_words(name, score))}" for name, score in found.items()))


def _look(look: Look, key: str) -> list[tuple[int, str | None]]:
    st.text(look.prompt[-1].text)
    found = []
    for place, (text, column) in enumerate(zip(look.texts, st.columns(len(look.texts)), strict=True)):
        column.container(height=200, border=True).text(text)
        mark = column.segmented_control("Good enough?", ("Yes", "No"), key=f"mark-{key}-{place}")
        found.append((place, mark))
    return found


def _score_words(name: str, score: Score) -> str:
    return (
        f"{name}: {score.good} of {score.marked} good enough, {score.percent:.0f} %; "
        f"for prompts like these between {score.low:.0%} and {score.high:.0%}."
    )
