"""Many texts at once: never another count than one by one, and quicktok only where it is tiktoken's equal."""

import importlib
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.tokens import FAMILIES, count_text, count_texts, count_total, many, quick
from estimator.tokens.vocabularies import openai, vocabularies
from pricing.errors import InputError

QUICK = ("o200k", "cl100k")

HARD = [
    pytest.param("Hello, world! " * 40_000, id="English"),
    pytest.param(
        "Где посылка? 包裹在哪里？荷物はどこ？소포는 어디? أين الطرد؟ כאן पार्सल कहाँ है พัสดุ 👩‍👩‍👧‍👦🇩🇪e\u0301 " * 4_000,
        id="scripts",
    ),
    pytest.param("0123456789 1,234.56 ²½Ⅷ ١٢٣ " * 10_000, id="digits"),
    pytest.param("a \n\n\n  \t\t\r\n\r\n   \u00a0\u3000 \x85\u2028 b" * 10_000, id="whitespace"),
    pytest.param(" " * 1_000_000, id="a million spaces"),
    pytest.param("\n" * 300_000 + "x" * 300_000 + "=" * 300_000, id="long runs"),
    pytest.param("broken \ud83d escape \ude00, whole \ud83d\ude00 " * 10_000, id="half characters"),
    pytest.param("<|endoftext|><|fim_prefix|> <|im_start|>user" * 10_000, id="special marks"),
    pytest.param("".join(map(chr, range(0x20))) * 10_000, id="control characters"),
    pytest.param("DON'T don't I'LL x'S 'tis ʼs we’re camelCaseHTTPServer " * 10_000, id="case and apostrophes"),
]


@pytest.mark.parametrize("text", HARD)
@pytest.mark.parametrize("family", QUICK)
def test_hard_texts_count_the_same_at_once(family: str, text: str) -> None:
    pieces = [text, text[1:], text[:100_000], *(text[i : i + 997] for i in range(0, 300_000, 997))]
    assert count_texts(pieces, family) == [count_text(piece, family).tokens for piece in pieces]


@pytest.mark.parametrize("family", QUICK)
def test_every_character_counts_the_same_in_every_place(family: str) -> None:
    codes = [code for code in [*range(0x3_2000), *range(0xE_0000, 0xE_0200)] if not 0xD800 <= code <= 0xDFFF]
    texts = [f"a{c}b {c}{c}Z 1{c}\n{c}'s  {c}." for c in map(chr, codes)]
    count, encoding = quick.quick_counter(family), openai(f"{family}_base")
    assert count is not None
    assert count(texts) == [len(encoding.encode_ordinary(text)) for text in texts]


PIECES = st.text(alphabet="aZé'’sLl 1²½Ⅷ\t\n\r\x1c\x85\u00a0\u0301\u200d.,;/!(_-<中。，？かの한дⅷع😀<|>", max_size=60)


@settings(max_examples=200)
@given(texts=st.lists(st.text(max_size=60) | PIECES, max_size=30))
@pytest.mark.parametrize("family", QUICK)
def test_quick_counts_are_those_of_tiktoken(family: str, texts: list[str]) -> None:
    count, encoding = quick.quick_counter(family), openai(f"{family}_base")
    assert count is not None
    whole = [text.encode("utf-8", "replace").decode() for text in texts]
    assert count(whole) == [len(encoding.encode_ordinary(text)) for text in whole]


# Where quicktok is not to be trusted


class Altered:
    """A tokenizer that differs in one place."""

    def __init__(self, tokenizer: Any, **other: Callable[[Any], Any]) -> None:
        self.tokenizer, self.other = tokenizer, other

    def __getattr__(self, name: str) -> Any:
        return self.other.get(name, getattr(self.tokenizer, name))


@pytest.fixture
def tokenizer() -> Any:
    return importlib.import_module("quicktok").get_encoding("o200k_base")


def test_the_installed_one_is_equal(tokenizer: Any) -> None:
    assert quick.is_equal(tokenizer, openai("o200k_base"))
    assert not quick.is_equal(tokenizer, openai("cl100k_base"))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda t: Altered(t, encode_ordinary=lambda text: t.encode_ordinary(text)[1:]), id="tokens"),
        pytest.param(
            lambda t: Altered(t, decode_single_token_bytes=lambda i: t.decode_single_token_bytes(i ^ (i == 9))),
            id="one entry of the vocabulary",
        ),
    ],
)
def test_one_that_differs_is_refused(tokenizer: Any, change: Callable[[Any], Any]) -> None:
    assert not quick.is_equal(change(tokenizer), openai("o200k_base"))


@pytest.mark.parametrize("family", QUICK)
def test_without_quicktok_the_counts_are_the_same(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    texts = [f"Parcel {n} is on its way to you. " * 30 for n in range(500)]
    expected = count_texts(texts, family)
    quick.quick_counter.cache_clear()
    monkeypatch.setattr(importlib, "import_module", missing)
    assert quick.quick_counter(family) is None
    assert count_texts(texts, family) == expected
    quick.quick_counter.cache_clear()


# Repeats


@settings(max_examples=50)
@given(texts=st.lists(st.text(max_size=30), max_size=12))
@pytest.mark.parametrize("family", FAMILIES)
def test_each_text_is_counted_as_alone(family: str, texts: list[str]) -> None:
    again = [*texts, *reversed(texts)]
    assert count_texts(again, family) == [count_text(text, family).tokens for text in again]


def test_what_comes_again_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counter_of(_: str) -> quick.ManyCounter:
        return lambda texts: [asked.append(text) or len(text) for text in texts]  # type: ignore[func-returns-value]

    monkeypatch.setattr("estimator.tokens.count.count_all", counter_of)
    turns = [f"Turn {n}: " + "we said this and that. " * 100 for n in range(40)]
    prompts = ["".join(turns[: n + 1]) for n in range(40)]
    assert count_texts([*prompts, *prompts], "o200k") == [len(prompt) for prompt in [*prompts, *prompts]]
    assert len(asked) == len(set(asked))
    assert sum(map(len, asked)) < sum(map(len, prompts)) / 5


def test_nothing_and_unknown_families() -> None:
    assert count_texts([], "o200k") == []
    for count in (lambda: count_texts(["a"], "gpt"), lambda: count_total({"a": 1}, "gpt")):
        with pytest.raises(InputError, match="no tokenizer family is called gpt"):
            count()


# Totals

TIMES = st.dictionaries(st.text(max_size=30), st.integers(1, 10**6), max_size=8)


@settings(max_examples=50)
@given(times=TIMES)
@pytest.mark.parametrize("family", ["o200k", "cl100k", "deepseek", "mistral", "qwen3"])
def test_a_total_of_few_texts_is_exact(family: str, times: dict[str, int]) -> None:
    found = count_total(times, family)
    expected = sum(count_text(text, family).tokens * n for text, n in times.items())
    assert (found.low, found.tokens, found.high, found.method) == (expected, expected, expected, "counted")


@settings(max_examples=50)
@given(times=TIMES)
@pytest.mark.parametrize("family", ["gemini", "llama3", "unknown"])
def test_a_total_by_ratio_is_the_sum_of_its_parts(family: str, times: dict[str, int]) -> None:
    found = count_total(times, family)
    parts = [(count_text(text, family), n) for text, n in times.items()]
    assert found.tokens == pytest.approx(sum(c.tokens * n for c, n in parts), abs=sum(n for _, n in parts))
    assert found.low <= found.tokens <= found.high
    assert found.method == "estimated"


def test_a_slow_tokenizer_counts_a_sample_and_says_so() -> None:
    chance = random.Random(3)  # noqa: S311 - no secret
    said = [
        "Where is my parcel?",
        "It will be with you on Monday.",
        "def total(rows):\n    return sum(rows)\n",
        "1234 ",
    ]
    times = {" ".join(chance.choices(said, k=60)): chance.randint(1, 40) for _ in range(800)}
    found = count_total(times, "deepseek")
    true = sum(n * count_text(text, "deepseek").tokens for text, n in times.items())
    assert found.method == "sampled"
    assert found.low <= true <= found.high
    assert found.low < found.tokens < found.high < 1.03 * found.low
    assert " of 1,6" in found.note or " parts of the texts" in found.note
    assert found == count_total(times, "deepseek")
    assert found.source == vocabularies()["deepseek"].source


def test_a_reconstruction_adds_its_own_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "error_of", lambda _: 0.1)
    times = {f"Parcel {n} is on its way to you. " * 20: 1 for n in range(2000)}
    found = count_total(times, "deepseek")
    assert found.low <= 0.9 * found.tokens
    assert found.high >= 1.1 * found.tokens
    assert "10% off" in found.note


def test_kinds_of_a_long_log_are_sampled() -> None:
    english = {f"Parcel {n} is on its way to you and will be there on Monday. " * 10: 1 for n in range(2000)}
    found = count_total(english, "gemini")
    base = count_total(english, "o200k").tokens
    assert found.method == "estimated"
    assert found.tokens == pytest.approx(
        base * count_text(next(iter(english)), "gemini").tokens / count_text(next(iter(english)), "o200k").tokens,
        rel=0.01,
    )
    assert "of 2,000 parts" in found.note
