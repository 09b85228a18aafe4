"""The thirty hard cases, each with an answer worked out by others."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from pricing.__main__ import main

TOLERANCE_USD = Decimal("1e-9")


@pytest.mark.shared
def test_the_hard_cases(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = shared / "prices" / "cases.jsonl"
    cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    main(["cost", str(path)])
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    wrong = [
        (case["id"], case["expected_usd"], answer)
        for case, answer in zip(cases, answers, strict=True)
        if not _agrees(case, answer)
    ]
    assert len(cases) == 30
    assert wrong == []


def _agrees(case: dict[str, str], answer: dict[str, dict[str, str]]) -> bool:
    if case["expected_usd"] is None:
        return answer["error"]["code"] == case["expected_error"]
    return "usd" in answer and abs(Decimal(str(answer["usd"])) - Decimal(case["expected_usd"])) <= TOLERANCE_USD
