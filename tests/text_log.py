"""A log of prompts as text, of which workers count the tokens."""

import json
from random import Random


def made_up(size: int, seed: int = 4) -> bytes:
    """JSON lines of about so many bytes, each with words at random."""
    chance = Random(seed)  # noqa: S311 - no secret
    words = ["".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 9))) for _ in range(5000)]
    lines, length = [], 0
    while length < size:
        prompt = " ".join(chance.choices(words, k=chance.randint(50, 400)))
        lines.append(json.dumps({"at": f"2026-10-{chance.randint(1, 28):02}T12:00:00Z", "prompt": prompt}))
        length += len(lines[-1]) + 1
    return "\n".join([*lines, ""]).encode()
