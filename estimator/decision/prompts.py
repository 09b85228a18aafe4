"""A user's own prompts, from a chat log or a plain text, and a fair sample of them. Held in memory, never kept."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from estimator.decision.endpoint import Message, Prompt
from estimator.tokens import read_text
from estimator.workload.exports.remarks import Remarks
from estimator.workload.files.rows import is_json, rows_of
from estimator.workload.texts.chats import Chat, chat_of
from pricing import InputError

MOST_PROMPTS = 100  # A trial is a look, not a load test.
_SENT = frozenset({"system", "user", "assistant"})


@dataclass(frozen=True)
class Prompts:
    """What can be sent, and how many entries cannot: without a question, or with tools and pictures."""

    all: tuple[Prompt, ...]
    left_out: int = 0


def read_prompts(data: bytes, name: str) -> Prompts:
    """Each line of a text as a prompt, or each chat of a log up to its last question. Raises InputError."""
    text = read_text(data, name)
    if not is_json(text):
        lines = filter(None, map(str.strip, text.splitlines()))
        return Prompts(tuple((Message("user", line),) for line in lines))
    found = [_of_chat(chat_of(row.fields, Remarks())) for row in rows_of(text, name)]
    prompts = tuple(prompt for prompt in found if prompt)
    if not prompts:
        raise InputError(f"{name}: there is no chat in it that ends in a question of text. Give one prompt a line.")
    return Prompts(prompts, len(found) - len(prompts))


def _of_chat(chat: Chat | None) -> Prompt:
    """The messages up to the last question; none where some are no plain text."""
    turns = chat.turns if chat else ()
    if any(turn.role not in _SENT or turn.others for turn in turns):
        return ()
    asked = max((number for number, turn in enumerate(turns, 1) if turn.role == "user"), default=0)
    return tuple(Message(turn.role, "\n".join(turn.texts)) for turn in turns[:asked])


def sample(prompts: Sequence[Prompt], size: int, seed: int = 0) -> tuple[Prompt, ...]:
    """`size` prompts, one drawn from each of as many equal strata by length; the same for the same seed.

    All of them where there are no more. Raises InputError for a size below 1 or above MOST_PROMPTS.
    """
    if not 1 <= size <= MOST_PROMPTS:
        raise InputError(f"{size} prompts: a trial takes 1 to {MOST_PROMPTS}.")
    by_length = sorted(prompts, key=_length)
    if len(by_length) <= size:
        return tuple(by_length)
    return tuple(_drawn(by_length, size, random.Random(seed)))  # noqa: S311 - a sample, not a secret


def _drawn(ordered: Sequence[Prompt], size: int, chance: random.Random) -> Iterator[Prompt]:
    edges = [len(ordered) * i // size for i in range(size + 1)]
    for low, high in pairwise(edges):
        yield ordered[chance.randrange(low, high)]


def _length(prompt: Prompt) -> int:
    return sum(len(message.text) for message in prompt)
