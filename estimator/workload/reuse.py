"""How much input repeats the beginning of an earlier prompt, measured from the hashes of its blocks. It holds no text.

Blocks are all of one size, as engines and traces have them (`Prompt`), or of any size, as chats are cut (`Turns`).

A prompt is found in a cache as far as its blocks have been seen, one after the other, within the cache's life; seeing
a block again keeps it alive. Leaves out eviction under load and routing to another server.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from pricing import InputError

_EVER_S = 10_000 * 366 * 86_400  # Longer than any two dates are apart.
# What is kept of a repeat is rounded up to these, so that a cache between two of them is never credited with too much.
AGES_S = (1, 2, 5, 10, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200,
          86_400, 172_800, 604_800, 2_592_000, _EVER_S)  # fmt: skip
PREFIXES_TOKENS = (0, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768)
_SIZES_TOKENS = tuple(2**n for n in range(4, 13))
_HASH_BYTES = 16
_TOKEN_BYTES = 8


@dataclass(frozen=True, slots=True)
class Prompt:
    """The input of one request: its tokens, and the hash of each block with all that stands before it."""

    at: datetime
    tokens: int
    blocks: tuple[Hashable, ...]


@dataclass(slots=True)
class Chain:
    """The blocks of a conversation, which grows: the hash of each with all before it, and the tokens up to its end."""

    blocks: list[Hashable] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Turns:
    """The input of one request: the first `depth` blocks of a chain, and what of its `tokens` belongs to no block."""

    at: datetime
    tokens: int
    chain: Chain
    depth: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """`tokens` that a cache finds once it keeps prefixes of `min_prefix_tokens` and more for `age_s`, not sooner."""

    min_prefix_tokens: int
    age_s: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Reuse:
    """Of `tokens` of input, what repeats an earlier beginning, in order of least prefix and age; no row twice.

    `tokens` count as the prompts were counted, in blocks of `block_tokens` or less. Not `timed`: the order of the
    prompts is known and their times are not, so that every age is that of for ever.
    """

    tokens: int
    repeats: tuple[Repeat, ...]
    block_tokens: int
    timed: bool = True

    @property
    def by_age(self) -> tuple[tuple[int, int], ...]:
        """(age_s, tokens): repeated tokens by the time since they were last seen, which is at most `age_s`."""
        return tuple((row.age_s, row.tokens) for row in self.repeats if not row.min_prefix_tokens)

    def reused_share(self, life_s: float | None = None, min_prefix_tokens: int = 0) -> float:
        """The share of input that a cache finds, 0 to 1. `life_s` is how long it keeps what is not used, None for ever.

        Exact where both are edges of AGES_S and PREFIXES_TOKENS, else too low by what lies up to the next edge. Above
        the last edge of prefixes nothing is found.
        """
        place = bisect_left(PREFIXES_TOKENS, min_prefix_tokens)
        if place == len(PREFIXES_TOKENS) or not self.tokens:
            return 0.0
        found = sum(
            row.tokens
            for row in self.repeats
            if row.min_prefix_tokens == PREFIXES_TOKENS[place] and (life_s is None or row.age_s <= life_s)
        )
        return found / self.tokens

    def merge(self, other: "Reuse") -> "Reuse":
        """Both together. What one repeats of the other is not seen, so the share is that of the joint work or less."""
        sums = Counter(_sums(self))
        sums.update(_sums(other))
        block_tokens = max(self.block_tokens, other.block_tokens)
        return _reuse(self.tokens + other.tokens, sums, block_tokens, self.timed and other.timed)


def measure(prompts: Iterable[Prompt], block_tokens: int) -> Reuse:
    """The reuse among prompts, in order of time. The last block of each may be shorter than `block_tokens`.

    Raises InputError where a prompt has more blocks than its tokens fill.
    """
    seen: dict[Hashable, datetime] = {}
    sums: Counter[tuple[int, int]] = Counter()
    tokens = 0
    for prompt in sorted(prompts, key=lambda prompt: prompt.at):
        if len(prompt.blocks) > blocks_in(prompt.tokens, block_tokens):
            raise InputError(
                f"{len(prompt.blocks)} blocks of {block_tokens} are too many for a prompt of {prompt.tokens} tokens."
            )
        tokens += prompt.tokens
        ages = _ages(prompt, seen, block_tokens)
        for least in PREFIXES_TOKENS if ages else ():
            sums.update(_found(ages, least))
        seen.update(dict.fromkeys(prompt.blocks, prompt.at))
    return _reuse(tokens, sums, block_tokens)


def measure_turns(inputs: Iterable[Turns], *, timed: bool) -> Reuse:
    """The reuse among inputs in order of time; if not `timed`, in the order given."""
    seen: dict[Hashable, datetime] = {}
    sums: Counter[tuple[int, int]] = Counter()
    tokens = longest = 0
    for one in sorted(inputs, key=lambda one: one.at) if timed else inputs:
        tokens += one.tokens
        known = _known(one, seen)
        ages = _ages_in_chain(one, known, seen, timed)
        whole = sum(ages.values())
        for least in PREFIXES_TOKENS if whole else ():
            if least > whole:
                break
            sums.update(_found(ages, least))
        longest = max([longest, *(_block_tokens(one.chain, n) for n in range(known, one.depth))])
        seen.update(dict.fromkeys(one.chain.blocks[: one.depth], one.at))
    return _reuse(tokens, sums, longest, timed)


def measure_in_equal_blocks(prompts: Sequence[Prompt]) -> Reuse | None:
    """The reuse where some power of two as the size of all blocks fits every prompt, else None."""
    fitting = (size for size in _SIZES_TOKENS if all(len(p.blocks) == blocks_in(p.tokens, size) for p in prompts))
    block_tokens = next(fitting, None)
    return measure(prompts, block_tokens) if block_tokens else None


def blocks_in(tokens: int, block_tokens: int) -> int:
    """How many blocks so many tokens fill, the last one perhaps in part."""
    return -(-tokens // block_tokens)


def block_hashes(token_ids: Sequence[int], block_tokens: int) -> tuple[bytes, ...]:
    """A hash of each block of a prompt and all before it: two are the same where the prompts are, up to there.

    Raises InputError where a block would have no token.
    """
    if block_tokens < 1:
        raise InputError(f"blocks of {block_tokens} tokens cannot be: a block has at least 1.")
    hashes: list[bytes] = []
    before = b""
    for start in range(0, len(token_ids), block_tokens):
        block = b"".join(token.to_bytes(_TOKEN_BYTES) for token in token_ids[start : start + block_tokens])
        before = blake2b(before + block, digest_size=_HASH_BYTES).digest()
        hashes.append(before)
    return tuple(hashes)


def _ages(prompt: Prompt, seen: Mapping[Hashable, datetime], block_tokens: int) -> dict[int, int]:
    """Tokens by the age that a cache must reach to hold them and all before them, in rising order."""
    ages: Counter[int] = Counter()
    age_s = 0.0
    for n, block in enumerate(prompt.blocks):
        if block not in seen:
            break
        age_s = max(age_s, (prompt.at - seen[block]).total_seconds())
        ages[AGES_S[bisect_left(AGES_S, age_s)]] += min(block_tokens, prompt.tokens - n * block_tokens)
    return ages


def _known(one: Turns, seen: Mapping[Hashable, datetime]) -> int:
    """How many blocks were seen: who saw one saw all before it."""
    return bisect_left(range(one.depth), True, key=lambda n: one.chain.blocks[n] not in seen)


def _ages_in_chain(one: Turns, known: int, seen: Mapping[Hashable, datetime], timed: bool) -> dict[int, int]:
    """The same for the `known` first blocks of a chain, along which ages rise."""
    blocks, ends = one.chain.blocks, one.chain.ends

    def age_s(n: int) -> int:
        return AGES_S[bisect_left(AGES_S, (one.at - seen[blocks[n]]).total_seconds())] if timed else _EVER_S

    ages = {}
    start = before = 0
    while start < known:
        age = age_s(start)
        start = bisect_right(range(known), age, lo=start, key=age_s)
        ages[age] = ends[start - 1] - before
        before = ends[start - 1]
    return ages


def _block_tokens(chain: Chain, n: int) -> int:
    return chain.ends[n] - (chain.ends[n - 1] if n else 0)


def _found(ages: Mapping[int, int], least: int) -> dict[tuple[int, int], int]:
    """The same where a prefix counts from `least` tokens on: shorter ones wait for the age that makes them so long."""
    found = {}
    prefix = waiting = 0
    for age_s, tokens in ages.items():
        prefix += tokens
        waiting += tokens
        if prefix >= least:
            found[least, age_s] = waiting
            waiting = 0
    return found


def _sums(reuse: Reuse) -> dict[tuple[int, int], int]:
    return {(row.min_prefix_tokens, row.age_s): row.tokens for row in reuse.repeats}


def _reuse(tokens: int, sums: Mapping[tuple[int, int], int], block_tokens: int, timed: bool = True) -> Reuse:
    return Reuse(tokens, tuple(Repeat(*key, n) for key, n in sorted(sums.items())), block_tokens, timed)
