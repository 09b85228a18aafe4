"""What an option must fulfil before it is proposed, whatever it costs."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from estimator.decision.compare import Option, Scenario, compare
from estimator.decision.quality import Floor, OwnScore, ratings
from estimator.decision.risks import passes
from estimator.workload import MONTH, Workload, conversion
from pricing import CLAIMS, Catalog, Model, Unpriced


@dataclass(frozen=True)
class Demands:
    """A floor under quality, rules on data (ids of RULES), and the person's own scores, which come first.

    `can_wait`: nobody waits for the answers.
    """

    floor: Floor | None = None
    rules: frozenset[str] = frozenset()
    own: tuple[OwnScore, ...] = ()
    can_wait: bool = False

    def rated(self, catalog: Catalog) -> Mapping[str, float]:
        """The scores that the floor looks at, by name; nothing is rated without a floor."""
        floor = self.floor
        return ratings(floor.benchmark, floor.setting, catalog, self.own) if floor else {}


def longest_request(work: Workload, family: str, longest_input: int | None = None) -> int:
    """Tokens of another tokenizer family in the longest prompt (of `longest_input`, if shorter) and answer together.

    Raises Unpriced as conversion does.
    """
    of_input, of_output = conversion(work, family).high
    prompt = work.high.input_sizes.quantile(1)
    prompt = prompt if longest_input is None else min(prompt, longest_input)
    return math.ceil(prompt * of_input + work.high.output_sizes.quantile(1) * of_output)


def takes(model: Model, work: Workload, longest_input: int | None = None) -> bool:
    """Whether its context is known to hold the longest request."""
    try:
        needed = longest_request(work, model.info.tokenizer, longest_input)
    except Unpriced:
        return False
    return model.info.context_tokens is not None and needed <= model.info.context_tokens


def stays(model: Model, scenario: Scenario) -> bool:
    """Whether it is sold for a month more: a saving by the month needs one."""
    retires = model.info.retires_on
    return retires is None or (scenario.at + MONTH).date() < retires


def options_among(
    models: Collection[Model], work: Workload, catalog: Catalog, scenario: Scenario, rules: Collection[str]
) -> tuple[Option, ...]:
    """Those with a listed price that pass the rules and stay on sale, cheapest first. Context is for `takes`."""
    lasting = [model for model in models if stays(model, scenario)]
    compared = compare(work, catalog, scenario, lasting).options
    return tuple(o for o in compared if o.status not in CLAIMS and passes(o, rules, catalog, scenario.mode))


def named(names: Collection[str], catalog: Catalog) -> list[Model]:
    """Every model of these names, at every seller."""
    return [model for model in catalog.models.values() if model.info.name in names]


def reaches(name: str, rated: Mapping[str, float], floor: Floor) -> bool:
    """Whether its score is on record and not below the floor."""
    return name in rated and rated[name] >= floor.value


def doubt(work: Workload, floor: Floor) -> str:
    """Why scores under the floor's setting may not be had for the tokens of this work, if they may not."""
    if floor.setting == "thinking" and not work.typical.usage.reasoning_tokens:
        return "The scores were taken with thinking, which writes many more tokens; this work has none on record."
    return "How much the models thought for these scores is not stated." if floor.setting == "as-served" else ""
