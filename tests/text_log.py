"""A log of prompts as text, of which workers count the tokens: what a log of chats asks of a cluster."""

import json
from dataclasses import dataclass
from datetime import datetime
from random import Random

from estimator.tokens.many import count_texts
from estimator.workload import Record, Source, profile
from estimator.workload.lines import Block
from estimator.workload.parts import Part
from estimator.workload.rows import Header
from pricing import Usage


@dataclass(frozen=True)
class TextLog:
    sizes: tuple[int, ...]
    header: Header | None = None
    first_line: int = 1

    def part_of_lines(self, block: Block) -> Part:
        rows = [json.loads(line) for line in block.data.splitlines()]
        counts = count_texts([row["prompt"] for row in rows], "o200k")
        records = [
            Record(datetime.fromisoformat(row["at"]), Usage(tokens, output_tokens=1))
            for row, tokens in zip(rows, counts, strict=True)
        ]
        return Part(profile=profile(records, self.sizes) if records else None, rows=len(records))


def text_log(_: Source, sizes: tuple[int, ...]) -> tuple[TextLog, int]:
    return TextLog(sizes), 0


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
