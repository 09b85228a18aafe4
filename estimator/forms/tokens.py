"""Counts of tokens."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from estimator.tokens import TokenCount


def count_json(file: str, models: Sequence[str], counted: TokenCount) -> dict[str, Any]:
    return {"file": file, "models": list(models), **asdict(counted)}
