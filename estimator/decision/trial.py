"""A trial: prompts to an endpoint, what was measured beside our estimate, and answers marked blind."""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median
from threading import Event

from estimator.decision.endpoint import (
    LIMITS,
    STOPPED,
    Answer,
    Endpoint,
    Limits,
    NoAnswer,
    Prompt,
    ask,
    client,
    trials_allowed,
)
from estimator.decision.reach import SWITCH
from estimator.tokens import TokenCount, chat_tokens, count_text
from pricing import InputError, Model, PricingError, Usage, price
from pricing.values import add_exactly

_LATE = 0.95


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt with its answer, or with the reason why there is none. `is_final`: nor would others get one."""

    prompt: Prompt
    answer: Answer | None = None
    problem: str = ""
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """What one endpoint did with each prompt, in their order. It holds no key."""

    host: str
    model: str
    asked: tuple[Asked, ...]

    @property
    def name(self) -> str:
        return f"{self.model} at {self.host}"

    @property
    def answers(self) -> tuple[Answer, ...]:
        return tuple(each.answer for each in self.asked if each.answer)

    @property
    def problems(self) -> Mapping[str, int]:
        """How many prompts failed, by the reason."""
        return Counter(each.problem for each in self.asked if each.problem)


def run(
    where: Endpoint,
    prompts: Sequence[Prompt],
    *,
    stop: Event,
    limits: Limits = LIMITS,
    progress: Callable[[float], None] = lambda _: None,
) -> Trial:
    """Every prompt once, a few at a time. What would fail for all stops the rest; so does `stop`.

    Raises InputError where this server sends no prompts.
    """
    if not trials_allowed():
        raise InputError(f"trials are switched off on this server ({SWITCH}).")
    given_up = ""
    asked: dict[int, Asked] = {}
    pool = ThreadPoolExecutor(limits.at_once)
    with client(limits) as http:
        waiting = {pool.submit(ask, http, where, prompt, limits, stop): n for n, prompt in enumerate(prompts)}
        try:
            for done in as_completed(waiting):
                asked[waiting[done]] = each = _outcome(prompts[waiting[done]], done)
                nobody_answers = len(asked) >= limits.at_once and not any(one.answer for one in asked.values())
                if not given_up and (each.is_final or nobody_answers):
                    given_up = each.problem
                    stop.set()
                progress(len(asked) / len(prompts))
        finally:
            stop.set()  # Whatever interrupts this, no further prompt is sent, and nobody waits for one on its way.
            pool.shutdown(wait=False, cancel_futures=True)
    return Trial(where.host, where.model, tuple(_told(asked[n], given_up) for n in range(len(prompts))))


def _outcome(prompt: Prompt, done: Future[Answer]) -> Asked:
    try:
        return Asked(prompt, done.result())
    except NoAnswer as reason:
        return Asked(prompt, problem=str(reason), is_final=reason.is_final)


def _told(each: Asked, given_up: str) -> Asked:
    """A prompt that was not sent because of another's problem has that problem."""
    return Asked(each.prompt, problem=given_up) if each.problem == STOPPED and given_up else each


@dataclass(frozen=True, slots=True)
class Estimate:
    """What we would have said: tokens by our counters, and their cost; None where it cannot be told."""

    input_low: int
    input_tokens: int
    input_high: int
    output_tokens: int
    usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Measured:
    """A trial in figures. Tokens are the endpoint's own count and None where it gives none; times are in seconds."""

    answers: int
    input_tokens: int | None
    output_tokens: int | None
    ttft_s: float
    late_ttft_s: float
    tpot_s: float | None
    usd: Decimal | None
    reason: str
    estimate: Estimate | None

    @property
    def usd_per_thousand(self) -> Decimal | None:
        """For a thousand such prompts."""
        return None if self.usd is None else 1000 * self.usd / self.answers

    @property
    def estimated_usd_per_thousand(self) -> Decimal | None:
        usd = self.estimate.usd if self.estimate else None
        return None if usd is None else 1000 * usd / self.answers


def measured(trial: Trial, priced_as: Model | None, at: datetime) -> Measured:
    """The answers' medians and sums, with their cost by the list price of `priced_as`, beside our estimate.

    Raises InputError where there is no answer.
    """
    answers = trial.answers
    if not answers:
        raise InputError(f"{trial.name} gave no answer, so there is nothing to measure.")
    firsts = sorted(answer.ttft_s for answer in answers)
    paces = [answer.tpot_s for answer in answers if answer.tpot_s is not None]
    usages = [usage for answer in answers if (usage := _usage(answer))]
    is_counted = len(usages) == len(answers)
    usd, reason = _cost(priced_as, usages, at) if is_counted else (None, "the endpoint does not count tokens")
    return Measured(
        answers=len(answers),
        input_tokens=sum(usage.total_input_tokens for usage in usages) if is_counted else None,
        output_tokens=sum(usage.output_tokens for usage in usages) if is_counted else None,
        ttft_s=median(firsts),
        late_ttft_s=firsts[min(len(firsts) - 1, int(_LATE * len(firsts)))],
        tpot_s=median(paces) if paces else None,
        usd=usd,
        reason=reason,
        estimate=_estimate(trial, priced_as, at) if priced_as else None,
    )


def _usage(answer: Answer) -> Usage | None:
    if answer.input_tokens is None or answer.output_tokens is None:
        return None
    return Usage.from_inclusive(
        input_tokens=answer.input_tokens,
        output_tokens=answer.output_tokens,
        cache_read_tokens=min(answer.cached_tokens, answer.input_tokens),
    )


def _cost(model: Model | None, usages: Sequence[Usage], at: datetime) -> tuple[Decimal | None, str]:
    """USD of each request by itself, for tiers go by the request; None with the reason where there is no price."""
    if model is None:
        return None, "no model was chosen to price it as"
    try:
        return add_exactly([price(model, usage, at).usd for usage in usages]), ""
    except PricingError as error:
        return None, str(error)


def _estimate(trial: Trial, model: Model, at: datetime) -> Estimate:
    family = model.info.tokenizer
    pairs = [
        (_prompt_tokens(each.prompt, family), count_text(each.answer.text, family).tokens)
        for each in trial.asked
        if each.answer
    ]
    usages = [Usage(uncached_input_tokens=sent.tokens, output_tokens=told) for sent, told in pairs]
    return Estimate(
        input_low=sum(sent.low for sent, _ in pairs),
        input_tokens=sum(sent.tokens for sent, _ in pairs),
        input_high=sum(sent.high for sent, _ in pairs),
        output_tokens=sum(told for _, told in pairs),
        usd=_cost(model, usages, at)[0],
    )


def _prompt_tokens(prompt: Prompt, family: str) -> TokenCount:
    return chat_tokens([{"role": message.role, "content": message.text} for message in prompt], family)


@dataclass(frozen=True, slots=True)
class Look:
    """The answers of all trials to one prompt, in an order that tells nothing; `order` says whose they are."""

    prompt: Prompt
    texts: tuple[str, ...]
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Answers that were good enough, of those marked; `low` and `high` bound the share by Wilson's interval (95 %)."""

    good: int
    marked: int
    low: float
    high: float

    @property
    def percent(self) -> float:
        return 100 * self.good / self.marked


def blind(trials: Sequence[Trial], seed: int) -> tuple[Look, ...]:
    """The prompts that all trials answered, with the answers shuffled; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - an order, not a secret
    looks = []
    for each in zip(*(trial.asked for trial in trials), strict=True):
        answers = [one.answer for one in each]
        order = chance.sample(range(len(trials)), len(trials))
        texts = tuple(answer.text for i in order if (answer := answers[i]))
        if len(texts) == len(trials):
            looks.append(Look(each[0].prompt, texts, tuple(order)))
    return tuple(looks)


def scores(trials: Sequence[Trial], looks: Sequence[Look], marks: Mapping[tuple[int, int], bool]) -> dict[str, Score]:
    """The score of each trial by its name. `marks`: good enough or not, by number of the look and place of the text."""
    found: dict[str, list[bool]] = {}
    for (number, place), is_good in marks.items():
        found.setdefault(trials[looks[number].order[place]].name, []).append(is_good)
    return {trial.name: _score(found[trial.name]) for trial in trials if trial.name in found}


def _score(marked: Sequence[bool]) -> Score:
    from scipy.stats import binomtest  # type: ignore[import-untyped] # noqa: PLC0415 - takes a second to load

    good = sum(marked)
    interval = binomtest(good, len(marked)).proportion_ci(method="wilson")
    return Score(good, len(marked), float(interval.low), float(interval.high))


def own_scores(found: Mapping[str, Score], models: Mapping[str, str]) -> dict[str, float]:
    """Model → per cent of answers good enough: what a quality floor takes before any public score.

    `models`: the catalog's id of each trial by its name; a trial without one of its own goes by its name.
    """
    often = Counter(models.values())
    ids = {name: id_ for name, id_ in models.items() if id_ and often[id_] == 1}
    return {ids.get(name, name): score.percent for name, score in found.items()}
