"""How fast a deployment serves: one formula a function, over one deployment's work or over many stacked.

A roofline with measured efficiencies, plus the time of launches: a step of small kernels takes as long as they are
many. Constants are fitted to published runs (data/throughput/constants.csv). Left out: the engine's version.
"""

import math
from dataclasses import dataclass

import numpy as np

from estimator.selfhost.capacity import sequences_that_fit
from estimator.selfhost.constants import Constants, bound, constants
from estimator.selfhost.deployment import Deployment
from estimator.selfhost.numbers import Number, in_quadrature, larger, pick, smaller
from estimator.selfhost.work import Work, work
from pricing.errors import InputError

__all__ = ["Range", "Throughput", "decode", "most_at_once", "prefill", "sequences_that_fit", "steady"]

CHUNK_TOKENS = 8192  # Of prompts, that engines put into one step.
DRAFT_LAYERS = 2  # A draft runs one layer and the output head: counted as two layers.
MOST_SEQUENCES = 2048  # That a group of an engine keeps in flight where memory would hold more.


@dataclass(frozen=True, slots=True)
class Range:
    """An estimate and the bounds that four in five measurements lie within."""

    low: float
    typical: float
    high: float


@dataclass(frozen=True, slots=True)
class Throughput:
    """What a replica does with `concurrency` sequences in flight: tokens/s per GPU, times in ms; None: not asked."""

    concurrency: float
    out_tok_s_per_gpu: Range | None = None
    in_tok_s_per_gpu: Range | None = None
    ttft_ms: Range | None = None
    tpot_ms: Range | None = None


def experts_hit(experts: Number, top_k: Number, tokens: Number) -> Number:
    """Experts of a layer that `tokens` tokens reach between them, if each picks `top_k` evenly: E(1 - (1 - k/E)^n)."""
    return experts * (1 - (1 - top_k / larger(experts, 1)) ** tokens)


def batch(w: Work, sequences: Number) -> Number:
    """Sequences that a stage works on at once: a pipeline passes them on in as many parts as it has stages."""
    return larger(sequences / w.stages, 1.0)


def memory_factor(w: Work, c: Constants) -> Number:
    """Of the device's maker; engines for one's own machine make less of a server's memory."""
    return pick(c.memory_factors, w.maker) * c.local_memory ** (w.is_local * w.is_server)


def compute_factor(w: Work, c: Constants) -> Number:
    """Of the device's maker, and of engines for one's own machine."""
    return pick(c.compute_factors, w.maker) * c.local_compute**w.is_local


def skew(w: Work, c: Constants) -> Number:
    """How much longer the busiest GPU takes than the mean one: where experts are spread, some are asked for more."""
    return c.expert_skew**w.is_spread


def weights_s(w: Work, c: Constants, tokens: Number) -> Number:
    """Seconds to read the shared weights and the experts that `tokens` tokens hit: (W + E_hit·w) / (η·bandwidth)."""
    read = w.shared_s + w.expert_s * experts_hit(w.experts, w.top_k, tokens)
    return read / (c.memory_efficiency * memory_factor(w, c))


def memory_s(w: Work, c: Constants, sequences: Number) -> Number:
    """Seconds of a decode step to read weights, and of each sequence what attention looks at of its cache."""
    cache = sequences * w.cache_s / (c.memory_efficiency * memory_factor(w, c))
    return skew(w, c) * (weights_s(w, c, sequences * (1 + w.drafts)) + cache)


def token_s(w: Work, c: Constants, busy: Number = 1.0) -> Number:
    """Seconds to compute one token but for its attention over others: 2·P / (η·F), for experts less of it.

    Each of P weights takes a product and a sum.
    `busy`: the share of the attention groups at work; experts are spread over all GPUs anyway.
    """
    dense = w.dense_s / pick(c.compute_efficiency, w.dense_width) / busy
    routed = w.routed_s / (pick(c.compute_efficiency, w.routed_width) * c.expert_compute)
    return (dense + routed) / compute_factor(w, c)


def attention_rate(w: Work, c: Constants) -> Number:
    """The share of peak 16-bit FLOP/s that attention reaches, dense or sparse."""
    rate = c.attention_efficiency * (c.sparse_attention_efficiency / c.attention_efficiency) ** w.is_sparse
    return rate * compute_factor(w, c)


def activation_s(w: Work, c: Constants, busy: Number = 1.0) -> Number:
    """Seconds to read and write a token's activations between kernels, which tensor ranks each do in full.

    Of the hidden state once a kernel, and of its copies for the experts.
    """
    return c.activation_passes * (w.activation_s / busy + w.expert_activation_s)


def exchange_s(w: Work, c: Constants, tokens: Number) -> Number:
    """Seconds to send `tokens` tokens to their experts and back."""
    return tokens * skew(w, c) * w.exchange_s / c.link_efficiency


def compute_s(w: Work, c: Constants, tokens: Number) -> Number:
    """Seconds to compute a decode step of `tokens` tokens; half of them travel to experts while the rest compute."""
    each = token_s(w, c) + w.attention_s / attention_rate(w, c)
    return in_quadrature(tokens * (skew(w, c) * each + activation_s(w, c)), exchange_s(w, c, tokens))


def reduce_s(w: Work, c: Constants, tokens: Number) -> Number:
    """Seconds to sum up the slices of `tokens` tokens over the tensor ranks."""
    return tokens * w.reduce_s / c.link_efficiency


def launch_s(w: Work, c: Constants) -> Number:
    """Seconds of a step that grow with neither bytes nor FLOPs: kernels one after another, and exchanges' latency.

    An exchange among n GPUs takes log2(n) hops; one among nodes a time of its own.
    """
    latency = c.collective_s * (c.card_collective_s / c.collective_s) ** w.is_card_link
    kernels = w.kernels * c.kernel_s * pick(c.kernel_factors, w.maker)
    return kernels + w.collectives * latency + w.far_layers * c.far_exchange_s


def draft_s(w: Work, c: Constants) -> Number:
    """Seconds of a step to draft tokens (multi-token prediction), each a few layers' worth of reads and launches."""
    layer = (w.shared_s / c.memory_efficiency + launch_s(w, c)) / w.layers
    return w.drafts * DRAFT_LAYERS * layer


def overhead_s(w: Work, c: Constants, sequences: Number) -> Number:
    """Seconds of a decode step beside the roofline: launches, drafts, sums over tensor ranks, and the host's work."""
    tokens = sequences * (1 + w.drafts)
    host = c.sequence_s * sequences / w.groups
    return host + launch_s(w, c) + draft_s(w, c) + reduce_s(w, c, tokens)


def step_s(w: Work, c: Constants, sequences: Number) -> Number:
    """Seconds of one decode step for `sequences` sequences of a stage: √(memory² + compute²) + overhead.

    After the roofline of Williams, Waterman and Patterson, Communications of the ACM 52 (2009), its corner rounded:
    neither hides behind the other in full.
    """
    roofline = in_quadrature(memory_s(w, c, sequences), compute_s(w, c, sequences * (1 + w.drafts)))
    return roofline + overhead_s(w, c, sequences)


def prompt_s(w: Work, c: Constants, busy: Number = 1.0) -> Number:
    """Seconds that a prompt takes of a stage, in a step that runs anyway.

    `busy`: the share of the attention groups that read prompts meanwhile; the others wait.
    """
    tokens = w.prompt_tokens * w.prompt_share
    attention = w.prompt_attention_s / attention_rate(w, c) / busy
    compute = skew(w, c) * (tokens * token_s(w, c, busy) + attention) + tokens * activation_s(w, c, busy)
    return in_quadrature(compute, exchange_s(w, c, tokens) + reduce_s(w, c, tokens))


def busy_groups(w: Work) -> Number:
    """The share of the attention groups that read prompts at a time when requests come one by one: one of them."""
    return 1 / w.groups


def prefill_s(w: Work, c: Constants, prompts: Number = math.inf) -> Number:
    """Seconds that a prompt takes of a stage that only reads prompts, `prompts` at once or as many as come.

    Each chunk also reads the weights and launches its kernels.
    """
    chunk = CHUNK_TOKENS * w.groups
    tokens = smaller(smaller(prompts, 1e9) * w.prompt_tokens, chunk)
    chunks = w.prompt_tokens / tokens
    return in_quadrature(prompt_s(w, c), chunks * (weights_s(w, c, tokens) + launch_s(w, c)))


def cycle_s(w: Work, c: Constants, sequences: Number, osl: Number, busy: Number) -> Number:
    """Seconds in which each of `sequences` sequences reads its prompt and writes `osl` tokens.

    Steps either alternate with the reading of prompts, or both share a step (chunked prefill; Agrawal et al., OSDI
    2024) and prompts hide behind the step's reads of memory: real engines lie between.
    """
    b, steps = batch(w, sequences), osl / w.accepted
    memory, compute = memory_s(w, c, b), compute_s(w, c, b * (1 + w.drafts))
    prompts = b * prompt_s(w, c, busy)
    rest = steps * overhead_s(w, c, b)
    apart = steps * in_quadrature(memory, compute) + prompts
    together = in_quadrature(steps * memory, steps * compute + prompts)
    return rest + (1 - c.overlap) * apart + c.overlap * together


def first_token_s(w: Work, c: Constants, sequences: Number, cycle: Number) -> Number:
    """Seconds to the first token: one's own prompt, a step, and prompts that came at the same time.

    Of n sequences whose prompts come by chance, about the square root of n come together.
    """
    b = batch(w, sequences)
    ahead = c.first_token_wait * (b**0.5 - 1)
    own = prompt_s(w, c, busy_groups(w)) * (1 + ahead)
    return smaller(c.first_token_s + step_s(w, c, b) + own, cycle / 2)


def tpot_s(osl: Number, cycle: Number, first: Number) -> Number:
    """Seconds a token after the first: what the cycle leaves for them. Of one token alone, the cycle's."""
    return larger(cycle - first * (osl > 1), 0.0) / larger(osl - 1, 1.0)


def offline_s(w: Work, c: Constants, sequences: Number, osl: Number, requests: Number) -> Number:
    """Seconds to serve `requests` requests sent at once, `sequences` in flight: full rounds and the rest."""
    rest = requests % sequences
    full = (requests - rest) / sequences
    last = cycle_s(w, c, larger(rest, 1.0), osl, 1.0)
    return full * cycle_s(w, c, sequences, osl, 1.0) + last * (rest > 0)


def _in_flight(deployment: Deployment, context_tokens: float, concurrency: float) -> float:
    if concurrency <= 0:
        raise InputError(f"concurrency is {concurrency:g}: it must be above 0.")
    fit = sequences_that_fit(deployment, context_tokens)
    if math.isinf(concurrency):
        return min(fit, MOST_SEQUENCES * deployment.dp_attn)
    return min(concurrency, fit)


def _check_cached(isl: float, cached_tokens: float) -> None:
    if not 0 <= cached_tokens <= max(isl - 1, 0):
        raise InputError(f"cached_tokens is {cached_tokens:g}: of {isl:g} tokens the last one at least is read.")


def _rate(value: float, quantity: str, w: Work) -> Range:
    spread = bound(quantity, int(w.maker))
    return Range(value * spread.low, value, value * spread.high)


def _time_ms(seconds: Number, quantity: str, w: Work) -> Range:
    return _rate(float(1e3 * seconds), quantity, w)


def steady(
    deployment: Deployment, isl: float, osl: float, concurrency: float = math.inf, *, cached_tokens: float = 0.0
) -> Throughput:
    """Mixed serving of requests of `isl` tokens in and `osl` out, `concurrency` at once or as many as memory holds.

    The first `cached_tokens` of each prompt are found in a prefix cache. Memory is set aside for each sequence at its
    full length; what does not fit waits. Raises InputError where not one fits.
    """
    if isl < 0 or osl < 1:
        raise InputError(f"isl {isl:g} and osl {osl:g}: at least 0 and 1.")
    _check_cached(isl, cached_tokens)
    sequences = _in_flight(deployment, isl + osl, concurrency)
    w, c = work(deployment, isl + osl / 2, isl, cached_tokens), constants()
    busy = busy_groups(w) if math.isfinite(concurrency) else 1.0  # With a backlog no group ever lacks a prompt.
    cycle = float(cycle_s(w, c, sequences, osl, busy))
    first = float(first_token_s(w, c, sequences, cycle))
    queued = (concurrency / sequences - 1) * cycle if math.isfinite(concurrency) else 0.0
    out = sequences * osl / cycle / deployment.gpus
    return Throughput(
        concurrency=sequences,
        out_tok_s_per_gpu=_rate(out, "tokens", w),
        in_tok_s_per_gpu=_rate(out * isl / osl, "tokens", w),
        ttft_ms=_time_ms(first + queued, "ttft", w),
        tpot_ms=_time_ms(tpot_s(osl, cycle, first), "tpot", w),
    )


def most_at_once(deployment: Deployment, isl: float, osl: float, tpot_ms: float) -> int:
    """The most requests in flight with which a token takes `tpot_ms` at most; 0 where one alone takes longer.

    Raises InputError where not one fits.
    """
    w, c = work(deployment, isl + osl / 2, isl), constants()
    sequences = np.arange(1.0, _in_flight(deployment, isl + osl, math.inf) + 1)
    cycle = cycle_s(w, c, sequences, osl, busy_groups(w))
    each = tpot_s(osl, cycle, first_token_s(w, c, sequences, cycle))
    late = np.flatnonzero(1e3 * each > tpot_ms)
    return int(late[0]) if late.size else len(sequences)


def decode(deployment: Deployment, context_tokens: float, concurrency: float = math.inf) -> Throughput:
    """Decoding only, as on machines that leave prefill to others. Raises InputError where the model does not fit."""
    sequences = _in_flight(deployment, context_tokens, concurrency)
    w, c = work(deployment, context_tokens), constants()
    each = float(step_s(w, c, batch(w, sequences))) / deployment.accepted_tokens
    return Throughput(
        concurrency=sequences,
        out_tok_s_per_gpu=_rate(sequences / each / deployment.gpus, "tokens", w),
        tpot_ms=_time_ms(each, "tpot", w),
    )


def prefill(deployment: Deployment, isl: float, prompts: float = math.inf, *, cached_tokens: float = 0.0) -> Throughput:
    """Reading prompts of `isl` tokens only, `prompts` at once; those found in a prefix cache count as read.

    Raises InputError where the model does not fit.
    """
    if isl < 1:
        raise InputError(f"isl is {isl:g}: a prompt needs at least 1 token.")
    _check_cached(isl, cached_tokens)
    sequences_that_fit(deployment, isl)
    w, c = work(deployment, isl, isl, cached_tokens), constants()
    each = float(prefill_s(w, c, prompts))
    return Throughput(
        concurrency=prompts,
        in_tok_s_per_gpu=_rate(isl / each / deployment.stage_gpus, "prefill", w),
        ttft_ms=_time_ms(each, "ttft", w),
    )
