"""Contests of counting many texts against a plain loop of tiktoken, for tests.bench."""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from estimator.tokens import count_texts
from estimator.tokens.vocabularies import openai

PEER = "tiktoken, encode_ordinary in a loop"
DOCUMENT = 8_192  # Characters.
DOCUMENTS = 600
CONVERSATIONS = 40
TURNS = 10
SYSTEM_PROMPT = 1_500  # Characters.
SEED = 20261126


@dataclass(frozen=True)
class Contest:
    """The same counts by us and by a peer."""

    work: str
    ours: Callable[[], list[int]]
    peer: Callable[[], list[int]]


def contests() -> list[Contest]:
    """All-distinct documents; a log of chats, each request with all its messages; the same with whole prompts."""
    texts = documents()
    requests = chats("".join(texts), random.Random(SEED))  # noqa: S311 - no secret
    messages = [message for request in requests for message in request]
    prompts = ["\n\n".join(request) for request in requests]
    return [
        Contest(f"o200k: {len(texts)} distinct documents of 8 KB", lambda: count_texts(texts, "o200k"), loop(texts)),
        Contest(
            f"o200k: {len(requests)} chat requests, messages", lambda: count_texts(messages, "o200k"), loop(messages)
        ),
        Contest(f"o200k: {len(requests)} chat requests, prompts", lambda: count_texts(prompts, "o200k"), loop(prompts)),
    ]


def loop(texts: list[str]) -> Callable[[], list[int]]:
    encoding = openai("o200k_base")
    return lambda: [len(encoding.encode_ordinary(text)) for text in texts]


def documents() -> list[str]:
    """Prose and code: the sources of Python's own library with their explanations, no two alike."""
    paths = sorted(Path(os.__file__).parent.glob("*.py"))
    text = "".join(path.read_text(encoding="utf-8", errors="replace") for path in paths)
    texts = [text[start : start + DOCUMENT] for start in range(0, DOCUMENT * DOCUMENTS, DOCUMENT)]
    return list(dict.fromkeys(filter(None, texts)))


def chats(text: str, chance: random.Random) -> list[list[str]]:
    """Requests of conversations: every turn of a user sends the system prompt and all that was said before."""

    def said(least: int, most: int) -> str:
        start = chance.randrange(len(text) - most)
        return text[start : start + chance.randint(least, most)]

    system, requests = text[:SYSTEM_PROMPT], []
    for _ in range(CONVERSATIONS):
        history = [system]
        for _ in range(TURNS):
            history.append(said(40, 500))
            requests.append(list(history))
            history.append(said(300, 2_000))
    return requests
