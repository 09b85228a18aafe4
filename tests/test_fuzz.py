"""Whatever is dropped in becomes a profile or is refused in a sentence: every form of export, mutated.

BREAKEVEN_FUZZ=200000 tries so many mutations.
"""

import json
import os
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.workload import Profile, load, read_usage, save
from pricing import InputError, PricingError
from tests import test_exports as exports
from tests import test_importers as importers
from tests.conftest import SHARED

SIZES = (0, 1001, 200_001)
TRIES = int(os.environ.get("BREAKEVEN_FUZZ", "20000"))
AT = "2026-10-05T12:00:00Z"
_MOST_BYTES = 4096  # Of a sample: the beginning of a long one has its form.
ODD = (
    b'"', b'""', b"'", b"\0", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n", b",", b";", b"\t", b"|",
    b"{", b"}", b"[", b"]", b"[" * 300, b":", b"-1", b"-0", b"1e999", b"1.5", b"1_000", b"9" * 25, b"9" * 5000,
    b"1" + b"0" * 18, b"NaN", b"Infinity", b"null", b"true", b"0x1F", b"=1+1", b"@SUM(A1)", b"2026-13-01",
    b"0001-01-01",
    b"9999-12-31T23:59Z", b"1791158400", b"+14:00", b"\xe2\x80\xa8", "٣".encode(), "²".encode(), "İ".encode(),
    b"\xed\xa0\x80", b"\\ud800", b"PK\x03\x04", b'"data": [', b'"results": 5', b'"usage": {}', b'"hash_ids": [1]',
    b'"format": "breakeven-profile"', b"%PDF-", b" " * 99,
)  # fmt: skip
NAMES = (
    "usage", "data", "results", "input_tokens", "output_tokens", "timestamp", "at", "raw", "usageMetadata", "id", "sku",
    "model", "hash_ids", "attributes", "usage_details", "metadata", "usage_object", "message", "uuid", "sessionId",
    "type", "format", "prompt_tokens", "promptTokenCount", "usage_metadata", "prompt_token_count", "cache_creation",
)  # fmt: skip


def samples() -> list[bytes]:
    """Small ones of every form, and the collected ones where they are at hand."""
    spans = [{"attributes": {"gen_ai.usage.input_tokens": 5, "gen_ai.usage.output_tokens": 1}, "start_time": AT}] * 3
    gemini = [{"at": AT, "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 2}}]
    details = [{"id": n, "startTime": AT, "usageDetails": {"input": 6, "output": 3, "total": 9}} for n in range(3)]
    trace = [{"timestamp": n, "input_length": 600, "output_length": 1, "hash_ids": [1, n]} for n in range(3)]
    texts = [
        importers.OPENAI_CSV, importers.OPENAI_JSON, importers.ANTHROPIC_CSV, importers.ANTHROPIC_OLD_CSV,
        importers.ANTHROPIC_JSON, importers.DEEPSEEK_CSV, importers.OPENROUTER_JSON, exports.LOG * 2, exports.COST,
        exports.GOOGLE + exports.google("Gemini 2.5 Flash GA Text Input - Predictions", 5),
        exports.lines(*map(exports.answer, range(3))), exports.lines(*spans), json.dumps(gemini),
        exports.lines(*details), exports.lines(*trace), save(read_usage(exports.LOG.encode(), "u.csv", SIZES)),
    ]  # fmt: skip
    packed = exports.packed(("a.csv", exports.LOG), ("b/s.jsonl", exports.lines(exports.answer(1))))
    folder = SHARED / "usage_exports"
    files = [file for file in sorted(folder.iterdir()) if file.suffix != ".md"] if folder.is_dir() else []
    own = [*(text.encode() for text in texts), exports.LOG.encode("utf-16"), packed]
    return [*own, *(_start(file.read_bytes()) for file in files)]


def _start(data: bytes) -> bytes:
    if len(data) <= _MOST_BYTES or data.startswith(b"PK"):
        return data
    return data[: data.rfind(b"\n", 0, _MOST_BYTES) + 1 or None]


def outcome(data: bytes) -> str:
    """What became of it. Anything but a profile and a sentence is raised."""
    try:
        made = read_usage(data, "u", SIZES)
    except (InputError, PricingError) as refusal:
        return sentence(str(refusal))
    assert isinstance(made, Profile)
    assert made.requests > 0
    assert load(save(made), "u") == made
    return "left out in part" if any("left out" in note for note in made.notes) else "read"


def sentence(text: str) -> str:
    assert text
    assert text.isprintable()
    return "refused"


def flip(data: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]


def insert(data: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.choice(ODD) + data[place + chance.choice((0, 0, 1, 4)) :]


def cut(data: bytes, chance: Random) -> bytes:
    a, b = sorted(chance.choices(range(len(data) + 1), k=2))
    return data[:a] + data[min(b, a + chance.choice((1, 10, 1000))) :]


def repeat(data: bytes, chance: Random) -> bytes:
    a, b = sorted(chance.choices(range(len(data) + 1), k=2))
    return data[:b] + data[a : min(b, a + 1000)] + data[b:]


def swap(data: bytes, chance: Random) -> bytes:
    """A cell or value in the place of another."""
    words = data.replace(b":", b",").split(b",")
    return data.replace(chance.choice(words) or b"0", chance.choice(words), chance.choice((1, 99)))


CHANGES: tuple[Callable[[bytes, Random], bytes], ...] = (flip, insert, insert, cut, repeat, swap)


def mutated(all_samples: list[bytes], chance: Random) -> bytes:
    data = chance.choice(all_samples)
    if chance.random() < 0.05:
        data += chance.choice(all_samples)
    for _ in range(chance.choice((1, 1, 2, 4))):
        data = chance.choice(CHANGES)(data, chance)
    return data[: 4 * _MOST_BYTES]


def test_mutated_exports() -> None:
    chance, all_samples = Random(20261126), samples()  # noqa: S311 - no secret
    found: Counter[str] = Counter()
    for n in range(TRIES):
        data = mutated(all_samples, chance)
        try:
            found[outcome(data)] += 1
        except Exception as error:
            raise AssertionError(f"mutation {n} escaped: {data[:2000]!r}") from error
    print(dict(found))
    assert all(found[kind] > TRIES // 100 for kind in ("read", "left out in part", "refused"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(AT),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(st.lists(json_values, min_size=1, max_size=4), st.booleans())
def test_json_of_known_names(values: list[object], as_lines: bool) -> None:
    outcome(("\n".join(map(json.dumps, values)) if as_lines else json.dumps(values)).encode("utf-8", "surrogatepass"))


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(
    st.binary(max_size=100), st.sampled_from([b"", b"time,input,output\n", b"{", b"PK\x03\x04", b"\xff\xfe", b"%PDF-"])
)
def test_any_bytes(data: bytes, start: bytes) -> None:
    outcome(start + data)


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf", b"{}", b"[]", b"null", b"0", b'""', b"PK\x05\x06"])
def test_hardly_anything(data: bytes) -> None:
    with pytest.raises(InputError):
        read_usage(data, "u", SIZES)
