"""What a model is made of, and what follows from it: parameters, KV cache and FLOPs.

Every layer's attention is one of four kinds. Each says how many keys a token looks at and how many the cache keeps;
all arithmetic is a sum over these. Weights of multi-token prediction and of vision towers are left out.
"""

import math
from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_record

Count = Annotated[int, Field(gt=0)]
CountOrNone = Annotated[int, Field(ge=0)]

BF16_BYTES = 2.0
FP32_BYTES = 4.0
QUOTED_CONTEXTS = (4_096, 131_072, 1_048_576)
AVERAGED_OVER = 32_768


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys seen or kept at a context: one for every `ratio` tokens, `most` at most. `each` is what one costs."""

    each: float
    ratio: int = 1
    most: float = math.inf

    def at(self, context_tokens: float) -> float:
        """The cost at this context."""
        return self.each * min(context_tokens / self.ratio, self.most)

    def up_to(self, tokens: float) -> float:
        """The cost of all positions of a prompt: the integral of `at` from 0."""
        growing = min(tokens, self.most * self.ratio)
        level = self.each * self.most * (tokens - growing) if tokens > growing else 0.0
        return self.each * growing**2 / (2 * self.ratio) + level


def _alike(layers: Iterable[tuple[int, Keys]]) -> tuple[Keys, ...]:
    """The keys of all layers together, those that grow alike as one."""
    summed: dict[tuple[int, float], float] = {}
    for count, keys in layers:
        kind = keys.ratio, keys.most
        summed[kind] = summed.get(kind, 0.0) + count * keys.each
    return tuple(Keys(each, ratio, most) for (ratio, most), each in summed.items())


class Indexer(Fact):
    """The small attention that picks the `top_k` keys for the large one. Keys come from `key_projections` matrices."""

    heads: Count
    head_dim: Count
    key_projections: CountOrNone = 1
    most_keys: Count | None = None
    served_key_bytes: Count | None = None

    def parameters(self, hidden: int, q_rank: int) -> int:
        per_token = self.heads + self.key_projections * self.head_dim
        return q_rank * self.heads * self.head_dim + hidden * per_token

    def scores(self, ratio: int) -> Keys:
        """FLOPs of scoring the keys of a context."""
        return Keys(2 * self.heads * self.head_dim, ratio, self.most_keys or math.inf)

    def cache(self, ratio: int, element_bytes: float | None) -> Keys:
        return Keys(_entry_bytes(self.head_dim, element_bytes, self.served_key_bytes), ratio)


class _Attention(Fact):
    """Attention of `layers` equal layers; parameters, FLOPs and bytes are of one of them.

    `other_parameters`: norms, biases, sinks and position tables of one layer.
    """

    layers: Count
    other_parameters: CountOrNone = 0

    @abstractmethod
    def parameters(self, hidden: int) -> int:
        """Of one layer."""

    @abstractmethod
    def core(self) -> tuple[Keys, ...]:
        """FLOPs of one decoded token over its keys, in a layer."""

    def prefill_core(self) -> tuple[Keys, ...]:
        """FLOPs of one prompt token over its keys, in a layer."""
        return self.core()

    @abstractmethod
    def cache(self, element_bytes: float | None) -> tuple[Keys, ...]:
        """Bytes that a layer keeps of a sequence; None stands for the format it is served in."""

    def reads(self, element_bytes: float | None) -> tuple[Keys, ...]:
        """Bytes of the cache that a layer reads for one decoded token: all, where it does not choose."""
        return self.cache(element_bytes)


class Grouped(_Attention):
    """Grouped-query attention, over all tokens or over a sliding (or chunked) `window`."""

    kind: Literal["grouped"]
    heads: Count
    kv_heads: Count
    head_dim: Count
    window: Count | None = None
    is_gated: bool = False
    key_is_value: bool = False

    def parameters(self, hidden: int) -> int:
        heads = self.heads * (2 + self.is_gated) + self.kv_heads * (2 - self.key_is_value)
        return hidden * self.head_dim * heads + self.other_parameters

    def core(self) -> tuple[Keys, ...]:
        return (Keys(4 * self.heads * self.head_dim, most=self.window or math.inf),)

    def cache(self, element_bytes: float | None) -> tuple[Keys, ...]:
        entry = _entry_bytes(2 * self.kv_heads * self.head_dim, element_bytes)
        return (Keys(entry, most=self.window or math.inf),)


class Latent(_Attention):
    """Multi-head latent attention (MLA); with `top_k`, DeepSeek's sparse attention (DSA).

    Layers with `top_k` and no indexer use the choice of a layer before them.
    """

    kind: Literal["latent"]
    heads: Count
    q_rank: Count
    kv_rank: Count
    nope_dim: Count
    rope_dim: Count
    v_dim: Count
    top_k: Count | None = None
    indexer: Indexer | None = None
    served_entry_bytes: Count | None = None

    def parameters(self, hidden: int) -> int:
        query = self.q_rank * (hidden + self.heads * (self.nope_dim + self.rope_dim))
        down = hidden * (self.kv_rank + self.rope_dim)
        up = self.kv_rank * self.heads * (self.nope_dim + self.v_dim)
        index = self.indexer.parameters(hidden, self.q_rank) if self.indexer else 0
        return query + down + up + self.heads * self.v_dim * hidden + index + self.other_parameters

    def core(self) -> tuple[Keys, ...]:
        absorbed = 2 * self.heads * (2 * self.kv_rank + self.rope_dim)
        index = (self.indexer.scores(1),) if self.indexer else ()
        return (Keys(absorbed, most=self.top_k or math.inf), *index)

    def prefill_core(self) -> tuple[Keys, ...]:
        if self.top_k:
            return self.core()
        # A prompt is cheaper with keys and values unfolded from the latent ones than with absorbed matrices.
        return (Keys(2 * self.heads * (self.nope_dim + self.rope_dim + self.v_dim)),)

    def cache(self, element_bytes: float | None) -> tuple[Keys, ...]:
        return (Keys(self._entry(element_bytes)), *self._index(element_bytes))

    def reads(self, element_bytes: float | None) -> tuple[Keys, ...]:
        return (Keys(self._entry(element_bytes), most=self.top_k or math.inf), *self._index(element_bytes))

    def _entry(self, element_bytes: float | None) -> float:
        return _entry_bytes(self.kv_rank + self.rope_dim, element_bytes, self.served_entry_bytes)

    def _index(self, element_bytes: float | None) -> tuple[Keys, ...]:
        return (self.indexer.cache(1, element_bytes),) if self.indexer else ()


class Compressed(_Attention):
    """DeepSeek-V4's attention: a sliding window, and beside it entries that sum up `ratio` tokens each.

    With `top_k` only the best entries are read (CSA), without it all of them (HCA), without `ratio` there are none.
    Layers that do not own their entries read those of a layer before them.
    """

    kind: Literal["compressed"]
    heads: Count
    head_dim: Count
    q_rank: Count
    output_groups: Count
    output_rank: Count
    window: Count
    ratio: Count | None = None
    top_k: Count | None = None
    owns_entries: bool = True
    compressor_projections: CountOrNone = 0
    indexer: Indexer | None = None
    served_entry_bytes: Count | None = None

    def parameters(self, hidden: int) -> int:
        width = self.heads * self.head_dim
        query = self.q_rank * (hidden + width)
        key = hidden * self.head_dim * (1 + self.compressor_projections)
        output = self.output_rank * (width + self.output_groups * hidden)
        index = self.indexer.parameters(hidden, self.q_rank) if self.indexer else 0
        return query + key + output + index + self.other_parameters

    def core(self) -> tuple[Keys, ...]:
        each = 4 * self.heads * self.head_dim
        found = [Keys(each, most=self.window)]
        if self.ratio:
            found.append(Keys(each, self.ratio, self.top_k or math.inf))
            found += [self.indexer.scores(self.ratio)] if self.indexer else []
        return tuple(found)

    def cache(self, element_bytes: float | None) -> tuple[Keys, ...]:
        entry = self._entry(element_bytes)
        kept = [Keys(entry, most=self.window)]
        if self.ratio and self.owns_entries:
            kept += [Keys(entry, self.ratio), *self._index(self.ratio, element_bytes)]
        return tuple(kept)

    def reads(self, element_bytes: float | None) -> tuple[Keys, ...]:
        entry = self._entry(element_bytes)
        found = [Keys(entry, most=self.window)]
        if self.ratio:
            found += [Keys(entry, self.ratio, self.top_k or math.inf), *self._index(self.ratio, element_bytes)]
        return tuple(found)

    def _entry(self, element_bytes: float | None) -> float:
        return _entry_bytes(self.head_dim, element_bytes, self.served_entry_bytes)

    def _index(self, ratio: int, element_bytes: float | None) -> tuple[Keys, ...]:
        return (self.indexer.cache(ratio, element_bytes),) if self.indexer else ()


class Linear(_Attention):
    """Linear attention (gated delta net): a state of fixed size, kept in FP32, in place of a cache."""

    kind: Literal["linear"]
    key_heads: Count
    value_heads: Count
    key_dim: Count
    value_dim: Count
    convolution: Count

    def parameters(self, hidden: int) -> int:
        key, value = self.key_heads * self.key_dim, self.value_heads * self.value_dim
        projections = hidden * (2 * key + 3 * value + 2 * self.value_heads)
        return projections + self.convolution * (2 * key + value) + self.other_parameters

    def core(self) -> tuple[Keys, ...]:
        return (Keys(6 * self._state, most=1),)

    def cache(self, element_bytes: float | None) -> tuple[Keys, ...]:  # noqa: ARG002 - the state's format is fixed
        return (Keys(FP32_BYTES * self._state, most=1),)

    @property
    def _state(self) -> int:
        return self.value_heads * self.key_dim * self.value_dim


AnyAttention = Annotated[Grouped | Latent | Compressed | Linear, Field(discriminator="kind")]


class FeedForward(Fact):
    """Feed-forward part of `layers` equal layers: `width` runs for every token (dense part, shared experts)."""

    layers: Count
    width: CountOrNone = 0
    experts: CountOrNone = 0
    top_k: CountOrNone = 0
    expert_width: CountOrNone = 0
    expert_other_parameters: CountOrNone = 0
    other_parameters: CountOrNone = 0

    def expert_parameters(self, hidden: int) -> int:
        """Of one expert: gate, up and down projection."""
        return 3 * hidden * self.expert_width + self.expert_other_parameters

    def shared_parameters(self, hidden: int) -> int:
        """Of one layer, without its routed experts."""
        return 3 * hidden * self.width + self.experts * hidden + self.other_parameters


class Config(Fact):
    """The shape of a model. `attention` and `feed_forward` each list all layers, in groups of equal ones.

    `prefill_layers`: layers that a prompt runs through, where later ones read the cache of earlier ones.
    `lookup_parameters`: n-gram tables (Engram), of which a token reads a few rows.
    `served_source`: who says in which format the cache is served, where `served_…_bytes` are given.
    """

    vocabulary: Count
    hidden: Count
    tied_embeddings: bool = False
    residual_streams: Count = 1
    lookup_parameters: CountOrNone = 0
    prefill_layers: Count | None = None
    served_source: str | None = None
    attention: tuple[AnyAttention, ...]
    feed_forward: tuple[FeedForward, ...]

    @model_validator(mode="after")
    def _same_layers(self) -> Self:
        if self.layers != sum(f.layers for f in self.feed_forward):
            raise ValueError("attention and feed_forward must have equally many layers")
        return self

    @cached_property
    def layers(self) -> int:
        return sum(a.layers for a in self.attention)

    @property
    def embedding_parameters(self) -> int:
        return self.vocabulary * self.hidden

    @property
    def hyper_connection_parameters(self) -> int:
        """Of one layer: manifold-constrained hyper-connections (mHC) of n residual streams, 2(2+n)·n·n·d."""
        n = self.residual_streams
        return 2 * (2 + n) * n * n * self.hidden if n > 1 else 0

    @cached_property
    def nonrouted_parameters(self) -> int:
        """All but the routed experts: embeddings, attention, norms, routers, dense and shared parts."""
        embeddings = self.embedding_parameters * (1 if self.tied_embeddings else 2)
        every_layer = self.layers * (2 * self.hidden + self.hyper_connection_parameters)
        attention = sum(a.layers * a.parameters(self.hidden) for a in self.attention)
        shared = sum(f.layers * f.shared_parameters(self.hidden) for f in self.feed_forward)
        return embeddings + every_layer + attention + shared + self.hidden

    def routed(self, experts: Iterable[int]) -> int:
        """Parameters of so many routed experts a layer, one number for each group."""
        groups = zip(self.feed_forward, experts, strict=True)
        return sum(f.layers * n * f.expert_parameters(self.hidden) for f, n in groups)


class WeightFile(Fact):
    """A published file of weights and its size: real ones run above their nominal bits."""

    name: str
    bytes: Count
    source: str


class Architecture(Fact):
    """A model as its makers describe it: one file of data/models.

    status: published (read in a configuration), unverified (no file was at hand) or claimed (a rumour, no `config`).
    Without a `config` all arithmetic raises InputError.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    status: Literal["published", "unverified", "claimed"]
    source: str
    config_file: str = ""
    checked_on: date
    licence: str | None = None
    licence_source: str | None = None
    stated_total_parameters: Count
    stated_active_parameters: Count
    native_precision: str | None = None
    max_context_tokens: Count
    note: str = ""
    files: tuple[WeightFile, ...] = ()
    config: Config | None = None

    @property
    def is_complete(self) -> bool:
        return self.config is not None

    @property
    def known(self) -> Config:
        """The configuration. Raises InputError where there is none."""
        if self.config is None:
            raise InputError(
                f"{self.name}: its layers, attention and experts are unknown, so that memory and speed cannot be "
                "computed. Choose a released model."
            )
        return self.config

    @property
    def total_parameters(self) -> int | None:
        """Derived from the configuration, lookup tables apart; the stated count where there is none."""
        if self.config is None:
            return self.stated_total_parameters
        return self.nonrouted_parameters + self.routed_parameters

    @cached_property
    def active_parameters(self) -> int:
        """Parameters that multiply for one token: all without the input embedding, of the experts only `top_k`.

        The output head counts; an embedding that is also the head counts once. The stated count of a rumour.
        """
        if self.config is None:
            return self.stated_active_parameters
        lookup = 0 if self.config.tied_embeddings else self.config.embedding_parameters
        return self.nonrouted_parameters - lookup + self.config.routed(f.top_k for f in self.config.feed_forward)

    @cached_property
    def routed_parameters(self) -> int:
        """All routed experts of all layers."""
        return self.known.routed(f.experts for f in self.known.feed_forward)

    @cached_property
    def expert_parameters(self) -> int:
        """One routed expert of one layer, 3·d·m; 0 for a dense model."""
        return max(f.expert_parameters(self.hidden) for f in self.known.feed_forward)

    @cached_property
    def nonrouted_parameters(self) -> int:
        return self.known.nonrouted_parameters

    @property
    def lookup_parameters(self) -> int:
        """N-gram tables, in no other count: they may live in the host's memory."""
        return self.known.lookup_parameters

    @cached_property
    def layers(self) -> int:
        return self.known.layers

    @cached_property
    def moe_layers(self) -> int:
        return sum(f.layers for f in self.known.feed_forward if f.experts)

    @cached_property
    def hidden(self) -> int:
        return self.known.hidden

    @cached_property
    def experts(self) -> int:
        """Routed experts of a layer, 0 for a dense model."""
        return max(f.experts for f in self.known.feed_forward)

    @cached_property
    def top_k(self) -> int:
        return max(f.top_k for f in self.known.feed_forward)

    @cached_property
    def is_latent_kv(self) -> bool:
        """Whether all heads share one cache, so that tensor parallelism repeats it on every rank."""
        return any(isinstance(a, Latent | Compressed) for a in self.known.attention)

    @cached_property
    def kv_heads(self) -> int:
        """Key-value heads that tensor ranks can share out: 1 for a latent cache, which all heads read."""
        grouped = [a.kv_heads for a in self.known.attention if isinstance(a, Grouped)]
        return 1 if self.is_latent_kv or not grouped else min(grouped)

    @cached_property
    def is_sparse(self) -> bool:
        """Whether some layers read only the best keys."""
        return any(isinstance(a, Latent | Compressed) and a.top_k for a in self.known.attention)

    @cached_property
    def _core(self) -> tuple[Keys, ...]:
        return _alike((a.layers, k) for a in self.known.attention for k in a.core())

    @cached_property
    def _prefill_core(self) -> tuple[Keys, ...]:
        return _alike((a.layers, k) for a in self.known.attention for k in a.prefill_core())

    @cached_property
    def _caches(self) -> dict[tuple[str, float | None], tuple[Keys, ...]]:
        return {}

    def _cache(self, use: Literal["cache", "reads"], element_bytes: float | None) -> tuple[Keys, ...]:
        key = use, element_bytes
        if key not in self._caches:
            found = ((a.layers, k) for a in self.known.attention for k in getattr(a, use)(element_bytes))
            self._caches[key] = _alike(found)
        return self._caches[key]

    def kv_bytes(self, context_tokens: float, element_bytes: float | None) -> float:
        """Bytes of cache of one sequence; None for `element_bytes` takes the published serving format (else BF16)."""
        at = _tokens(context_tokens)
        return sum(k.at(at) for k in self._cache("cache", element_bytes))

    def kv_read_bytes(self, context_tokens: float, element_bytes: float | None) -> float:
        """Bytes of cache that decoding one token reads: of sparse attention, the best entries and the index."""
        at = _tokens(context_tokens)
        return sum(k.at(at) for k in self._cache("reads", element_bytes))

    @property
    def kv_bytes_per_token(self) -> float:
        """Bytes of cache a token in BF16, averaged over a sequence of 32,768 tokens."""
        return self.kv_bytes(AVERAGED_OVER, BF16_BYTES) / AVERAGED_OVER

    def attention_flops(self, context_tokens: float) -> float:
        """Core and indexer FLOPs of one decoded token at this context."""
        at = _tokens(context_tokens)
        return sum(k.at(at) for k in self._core)

    def decode_flops_per_token(self, context_tokens: float) -> float:
        """2·active + attention."""
        return 2.0 * self.active_parameters + self.attention_flops(context_tokens)

    @property
    def prefill_share(self) -> float:
        """The share of the layers that a prompt runs through."""
        return (self.known.prefill_layers or self.layers) / self.layers

    def prefill_attention_flops(self, tokens: float) -> float:
        """Core and indexer FLOPs of a whole prompt, summed over its positions."""
        to = _tokens(tokens)
        return self.prefill_share * sum(k.up_to(to) for k in self._prefill_core)

    def prefill_flops(self, tokens: float) -> float:
        """FLOPs of a whole prompt: 2·active a token, and attention."""
        linear = 2.0 * self.active_parameters * tokens
        return self.prefill_share * linear + self.prefill_attention_flops(tokens)


def model_json(architecture: Architecture) -> dict[str, object]:
    """The figures of `estimator model --json`; None where the makers have not said enough."""
    known = architecture if architecture.is_complete else None
    return {
        "model": architecture.id,
        "name": architecture.name,
        "status": architecture.status,
        "total_parameters": architecture.total_parameters,
        "active_parameters": architecture.active_parameters,
        "kv_bytes_per_token": known and known.kv_bytes_per_token,
        "decode_flops_per_token": {str(n): known and known.decode_flops_per_token(n) for n in QUOTED_CONTEXTS},
    }


@cache
def architectures() -> dict[str, Architecture]:
    """All models of data/models by id. Raises InputError for a file that cannot be read."""
    found = (read_record(path, Architecture) for path in sorted((DATA / "models").glob("*.json")))
    return {architecture.id: architecture for architecture in found}


def find_architecture(name: str) -> Architecture:
    """A model by id or alias. Raises InputError with the ids there are."""
    for architecture in architectures().values():
        if name.lower() in (architecture.id, *architecture.aliases):
            return architecture
    raise InputError(f"No architecture of {name!r} is on file. There are: {', '.join(architectures())}.")


def _entry_bytes(elements: int, element_bytes: float | None, served_bytes: int | None = None) -> float:
    if element_bytes is not None:
        return elements * element_bytes
    return served_bytes if served_bytes is not None else elements * BF16_BYTES


def _tokens(count: float) -> float:
    if not (math.isfinite(count) and count >= 0):
        raise InputError(f"{count} tokens: give a number of 0 or more.")
    return count
