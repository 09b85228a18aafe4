"""Texts cut into pieces that are counted once and known by their hashes, and turns laid end to end as a prompt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

from estimator.tokens import count_texts, overheads
from estimator.tokens.ratios import BASE
from estimator.tokens.splitting import pieces
from estimator.workload.reuse import Chain
from estimator.workload.texts.messages import Marks, Turn

_PIECE = 400  # Characters, about 100 tokens: how finely repeated beginnings are seen.
_PIECES_OF_UNIT = 16  # A sample draws parts as long as to show their kind.
_HASH_BYTES = 16


class Text(NamedTuple):
    """A text by its pieces: hash and tokens of each, and the parts with their tokens that samples draw from."""

    hashes: list[bytes]
    tokens: list[int]
    units: list[tuple[str, int]]


@dataclass
class Texts:
    """The texts of a batch, and the tokens of every piece that was ever met, by its hash."""

    known: dict[bytes, int] = field(default_factory=dict)
    batch: dict[str, Text] = field(default_factory=dict)

    def take(self, texts: Iterable[str]) -> None:
        """A new batch; that before is forgotten."""
        self.batch = {}
        cut = {text: list(pieces(text, _PIECE)) for text in texts}
        hashes = {text: [_hash(piece) for piece in found] for text, found in cut.items()}
        new = {
            hash_: piece
            for text, found in cut.items()
            for hash_, piece in zip(hashes[text], found, strict=True)
            if hash_ not in self.known
        }
        self.known.update(zip(new, count_texts(list(new.values()), BASE), strict=True))
        for text, found in cut.items():
            tokens = [self.known[hash_] for hash_ in hashes[text]]
            self.batch[text] = Text(hashes[text], tokens, _units(found, tokens))

    def tokens(self, texts: Iterable[str]) -> int:
        """Of texts of the batch, together."""
        return sum(sum(self.batch[text].tokens) for text in texts)


def _hash(piece: str) -> bytes:
    return blake2b(piece.encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).digest()


def _units(found: Sequence[str], tokens: Sequence[int]) -> list[tuple[str, int]]:
    return [
        ("".join(found[n : n + _PIECES_OF_UNIT]), sum(tokens[n : n + _PIECES_OF_UNIT]))
        for n in range(0, len(found), _PIECES_OF_UNIT)
    ]


@dataclass
class Laid:
    """Turns as one prompt: after n of them, `depths[n]` blocks of the chain and all that `marks_hash[n]` stands for."""

    chain: Chain
    depths: list[int]
    hashes: list[bytes]

    def tokens(self, turns: int) -> int:
        """Of so many turns, and the marks around them."""
        return self.chain.ends[self.depths[turns] - 1] if turns else 0


def lay(turns: Sequence[Turn], texts: Texts) -> Laid:
    """The turns end to end. The marks and the role of each count with its first block."""
    made = Laid(Chain(), [0], [b""])
    before, end = b"", 0
    for turn in turns:
        end += marks_tokens(turn.marks) + texts.tokens([turn.role])
        head = turn.role.encode() + b"\0"
        for text in turn.texts or ("",):
            found = texts.batch[text]
            for hash_, tokens in zip(found.hashes, found.tokens, strict=True):
                before = blake2b(before + head + hash_, digest_size=_HASH_BYTES).digest()
                end += tokens
                head = b""
                made.chain.blocks.append(before)
                made.chain.ends.append(end)
            head = b"\1"  # Two texts are not the same as one that holds both.
        made.depths.append(len(made.chain.blocks))
        made.hashes.append(before)
    return made


def marks_tokens(marks: Marks) -> int:
    """Tokens of what stands around texts, in the base family."""
    return sum(overheads(BASE)[item].tokens * n for item, n in marks)
