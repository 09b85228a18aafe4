"""What the work costs, the best buy and why, and what makes the range wide."""

import streamlit as st

from estimator.dashboard.parts import escaped, seller
from estimator.dashboard.purse import Purse
from estimator.decision.bestbuy import BestBuy, Rated
from estimator.decision.quality import benchmarks
from estimator.decision.spread import Width, widest
from estimator.workload import Workload
from pricing import Catalog

_WHY_WIDE = {
    Width.PROMPTS: "mostly because what you send may be shorter or longer",
    Width.ANSWERS: "mostly because answers may be shorter or longer",
    Width.COUNT: "mostly because models split the same words into more or fewer tokens",
}
_MODEL = "A model is the AI itself. Its maker or others sell it, and bill by what you send and what it writes."


def show(best: BestBuy | None, work: Workload, book: Catalog, mine: Purse) -> None:
    if best is None:
        st.warning("None of the models that people ask for has a list price for this work. All others are below.")
        return
    st.header(f"About {escaped(mine.written(best.option.usd))} a month", anchor=False)
    st.markdown(f"{_why(best, work, mine)} {_given_up(best.rated, best, mine)}", help=_MODEL)
    st.markdown(f"{_range(best, work, book, mine)} {_cheapest(best, mine)}")


def _why(best: BestBuy, work: Workload, mine: Purse) -> str:
    return (
        f"For {mine.count(work.units_per_month)} {escaped(work.units)} a month the best buy is "
        f"**{escaped(best.option.name)} from {escaped(seller(best.option))}**, the cheapest of the "
        f"{best.among} models that most people ask for; the dearest, {escaped(best.dearest.name)}, costs "
        f"{escaped(mine.written(best.dearest.usd))}."
    )


def _given_up(rated: Rated | None, best: BestBuy, mine: Purse) -> str:
    """What independent tests say of it, against the best rated."""
    if rated is None:
        return "None of them is rated by an independent test on record, so try it on your own examples."
    scored = f"{rated.score:.0f} of 100 points on {escaped(benchmarks()[rated.benchmark].name)}"
    if rated.option == best.option:
        return f"It is the best rated of them too: {scored}."
    top = f"{escaped(rated.option.name)}, costs {escaped(mine.written(rated.option.usd))}"
    if rated.own is None:
        return f"What you may give up: no independent test on record rates it. The best rated ({scored}), {top}."
    return f"What you give up: it has {rated.own:.0f} points where the best rated has {scored}. That one, {top}."


def _range(best: BestBuy, work: Workload, book: Catalog, mine: Purse) -> str:
    option, why = best.option, widest(best.option, work, book)
    if why is None or option.low_usd == option.high_usd:
        return "All of this is as recorded, so there is no range."
    low, high = escaped(mine.written(option.low_usd)), escaped(mine.written(option.high_usd))
    return f"A light month costs {low}, a heavy one {high}, {_WHY_WIDE[why]}."


def _cheapest(best: BestBuy, mine: Purse) -> str:
    if best.cheapest == best.option:
        return f"It is the cheapest of all {best.of:,} on record."
    return (
        f"The cheapest of all {best.of:,} on record is {escaped(best.cheapest.name)} at "
        f"{escaped(mine.written(best.cheapest.usd))}."
    )
