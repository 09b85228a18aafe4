"""The best buy for a workload: the cheapest of the models that people ask for, and what is given up by it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from estimator.decision.compare import Option
from estimator.decision.demands import takes
from estimator.decision.quality import grounds, ratings
from estimator.workload import Workload
from pricing import CLAIMS, Catalog, Model

_CLAIMED = {status.value for status in CLAIMS}


@dataclass(frozen=True)
class Rated:
    """The best rated of the models in question, on the first benchmark that rates the best buy too, else the first.

    `benchmark` is its id. `own` is the score of the best buy there, None where none rates it. Scores are in percent.
    """

    option: Option
    benchmark: str
    score: float
    own: float | None


@dataclass(frozen=True)
class BestBuy:
    """The cheapest of `among` models that people ask for, at a seller's price and long enough for every request.

    `cheapest` is the cheapest of all `of` models on record; `dearest` of those asked for; `rated` is None where no
    independent benchmark rates any of them.
    """

    option: Option
    dearest: Option
    cheapest: Option
    rated: Rated | None
    among: int
    of: int


def best_buy(
    options: Sequence[Option], asked_for: Collection[tuple[str, str]], work: Workload, catalog: Catalog
) -> BestBuy | None:
    """Of options, cheapest first, with the models that people ask for by provider and id; None where none fits."""
    listed = [o for o in options if o.kind == "api" and o.status not in _CLAIMED]
    among = [o for o in listed if (o.provider, o.model) in asked_for and takes(_model(o, catalog), work)]
    if not among:
        return None
    return BestBuy(among[0], among[-1], listed[0], _best_rated(among, catalog), len(among), len(listed))


def _model(option: Option, catalog: Catalog) -> Model:
    return catalog.models[option.provider, option.model]


def _best_rated(among: Sequence[Option], catalog: Catalog) -> Rated | None:
    found = [rated for ground in grounds() if (rated := _on(*ground, among, catalog))]
    return next((rated for rated in found if rated.own is not None), found[0] if found else None)


def _on(benchmark: str, setting: str, among: Sequence[Option], catalog: Catalog) -> Rated | None:
    scores = ratings(benchmark, setting, catalog)
    rated = [option for option in among if option.name in scores]
    if not rated:
        return None
    best = max(rated, key=lambda option: scores[option.name])
    return Rated(best, benchmark, scores[best.name], scores.get(among[0].name))
