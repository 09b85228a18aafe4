"""The kinds of attention: what each looks at, keeps and reads of the tokens before, and of how many parameters."""

import math
from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from pricing.facts import Fact

Count = Annotated[int, Field(gt=0)]
CountOrNone = Annotated[int, Field(ge=0)]

BF16_BYTES = 2.0
FP32_BYTES = 4.0


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


def alike(layers: Iterable[tuple[int, Keys]]) -> tuple[Keys, ...]:
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


def _entry_bytes(elements: int, element_bytes: float | None, served_bytes: int | None = None) -> float:
    if element_bytes is not None:
        return elements * element_bytes
    return served_bytes if served_bytes is not None else elements * BF16_BYTES
