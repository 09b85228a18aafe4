"""What a model is made of, and what follows from it: parameters, KV cache and FLOPs.

Every layer's attention is one of four kinds. Each says how many keys a token looks at and how many the cache keeps;
all arithmetic is a sum over these. Weights of multi-token prediction and of vision towers are left out.
"""

import math
from collections.abc import Iterable
from datetime import date
from functools import cache, cached_property
from typing import Literal, Self

from pydantic import model_validator

from estimator.selfhost.attention import (
    BF16_BYTES,
    AnyAttention,
    Compressed,
    Count,
    CountOrNone,
    Grouped,
    Keys,
    Latent,
    alike,
)
from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_record

QUOTED_CONTEXTS = (4_096, 131_072, 1_048_576)
AVERAGED_OVER = 32_768


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

    def __hash__(self) -> int:
        return hash(self.id)  # Its layers are many, and it is looked up often.

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
        return alike((a.layers, k) for a in self.known.attention for k in a.core())

    @cached_property
    def _prefill_core(self) -> tuple[Keys, ...]:
        return alike((a.layers, k) for a in self.known.attention for k in a.prefill_core())

    @cached_property
    def _caches(self) -> dict[tuple[str, float | None], tuple[Keys, ...]]:
        return {}

    def _cache(self, use: Literal["cache", "reads"], element_bytes: float | None) -> tuple[Keys, ...]:
        key = use, element_bytes
        if key not in self._caches:
            found = ((a.layers, k) for a in self.known.attention for k in getattr(a, use)(element_bytes))
            self._caches[key] = alike(found)
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


def _tokens(count: float) -> float:
    if not (math.isfinite(count) and count >= 0):
        raise InputError(f"{count} tokens: give a number of 0 or more.")
    return count
