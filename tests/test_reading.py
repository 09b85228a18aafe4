"""Any upload by one door: usage, chats, documents and media, alone and in ZIPs; what other models make of each."""

import contextlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.decision import Scenario, compare
from estimator.decision.compare import recounted
from estimator.tokens import count_text, image_tokens, page_tokens, video_tokens
from estimator.workload import (
    FamilyCount,
    Profile,
    Source,
    Workload,
    conversion,
    from_profile,
    load,
    merge,
    read_any,
    read_usage,
    save,
)
from estimator.workload.conversion import kinds_in_words
from estimator.workload.counts import MEDIA, added
from estimator.workload.reading import _kind
from estimator.workload.template import defaults
from pricing import InputError, PricingError, Unpriced
from tests.made_up import AT, PLAIN, model, rule, sold
from tests.test_documents import a_docx, a_pdf, a_pptx, an_xlsx
from tests.test_media import a_picture, a_sound, box

SIZES = (0, 200_001)
LOW, USUAL, HIGH = defaults()["output_tokens"].triple
TEXT = "Sum up what customers said about our garden chairs last week."
AROUND = 3 + 1 + 3  # A message, its role, and what begins the answer.
SAID = "They like them."
CHAT = json.dumps({"messages": [{"role": "user", "content": TEXT}, {"role": "assistant", "content": SAID}]})
USAGE = "time,input_tokens,output_tokens\n2026-12-01T09:00:00Z,10,5\n"


def a_video(seconds: int = 10) -> bytes:
    header = bytes(12) + (1000).to_bytes(4, "big") + (1000 * seconds).to_bytes(4, "big") + bytes(80)
    return box(b"ftyp", b"isom" + bytes(4)) + box(b"moov", box(b"mvhd", header))


def packed(**files: bytes | str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return made.getvalue()


def read(data: bytes | str, name: str) -> Profile:
    return read_any(data if isinstance(data, bytes) else data.encode(), name, SIZES)


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        pytest.param(USAGE, "usage.csv", "usage", id="usage"),
        pytest.param(USAGE, "usage.txt", "usage", id="usage, whatever its name"),
        pytest.param(CHAT, "log.jsonl", "chats", id="chats"),
        pytest.param(CHAT, "log", "chats", id="chats without an ending"),
        pytest.param(f"[{CHAT}]", "log.json", "chats", id="chats in one document"),
        pytest.param(json.dumps(json.loads(CHAT), indent=1), "log.json", "chats", id="a chat over many lines"),
        pytest.param(f"role,text\nuser,{TEXT}\n", "log.csv", "chats", id="a table of messages"),
        pytest.param(f"prompt;completion\n{TEXT};Yes.\n", "log.csv", "chats", id="a table of prompts"),
        pytest.param('id,messages\n1,"[{""role"": ""user"", ""content"": ""Hi""}]"\n', "log.csv", "chats",
                     id="a table of chats"),
        pytest.param(TEXT, "prompt.txt", "text", id="plain text"),
        pytest.param(TEXT, "prompt", "text", id="plain text without an ending"),
        pytest.param("a,b\n1,2\n", "table", "rows", id="a table without an ending"),
        pytest.param("time,input_tokens,output_tokens\n2026-12-01,-5,1\n", "u.txt", "usage", id="wrong usage"),
        pytest.param("[INST] Be kind. [/INST]", "prompt.txt", "text", id="a text that begins as JSON does"),
        pytest.param("# Title\n\n- one, two\n- three", "a.md", "text", id="Markdown"),
        pytest.param("<html><body>Hello, you</body></html>", "a.html", "text", id="HTML"),
        pytest.param("name,city\nAnn,Rome\n", "people.csv", "rows", id="another table"),
        pytest.param('{"name": "Ann"}', "people.json", "rows", id="other JSON"),
        pytest.param('{"name": ', "people.json", "rows", id="broken JSON"),
    ],
)  # fmt: skip
def test_what_a_file_holds(data: str, name: str, kind: str) -> None:
    content = data.encode()
    assert _kind(content, Source(name, len(content), data=content)) == kind


@pytest.mark.shared
def test_every_export_is_read_as_ever(shared: Path) -> None:
    for path in sorted((shared / "usage_exports").iterdir()):
        data = path.read_bytes()
        if path.suffix == ".md":
            continue
        assert either(read_any, data, path.name) == either(read_usage, data, path.name)


def either(read_one: Callable[[bytes, str, tuple[int, ...]], Profile], data: bytes, name: str) -> Profile | str:
    """The profile or the error."""
    try:
        return read_one(data, name, SIZES)
    except InputError as error:
        return str(error)


@pytest.mark.parametrize("name", ["people.csv", "people.json"])
def test_neither_usage_nor_text_is_one_sentence(name: str) -> None:
    data = "name,city\nAnn,Rome\n" if name.endswith("csv") else '{"name": "Ann"}'
    with pytest.raises(InputError, match=r"usage exports.* chats") as caught:
        read(data, name)
    assert str(caught.value).startswith(name)
    assert "Ann" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "name", "text"),
    [
        pytest.param(TEXT.encode(), "a.txt", TEXT, id="plain text"),
        pytest.param(a_pdf("Hello you"), "a.pdf", "Hello you", id="PDF"),
        pytest.param(a_docx(), "a.docx", "Dear customer,\nGPU hours\t12\nGoodbye.", id="DOCX"),
        pytest.param(an_xlsx(("a", "b")), "a.xlsx", "Bills\na\tb", id="XLSX"),
        pytest.param(a_pptx(), "a.pptx", None, id="PPTX"),
        pytest.param(b"name,city\nAnn,Rome\n", "a.md", "name,city\nAnn,Rome\n", id="Markdown"),
    ],
)
def test_a_document_is_one_request(data: bytes, name: str, text: str | None) -> None:
    made = read(data, name)
    assert (made.requests, made.unanswered, made.usage.output_tokens) == (1, 1, USUAL)
    if text is not None:
        assert made.usage.total_input_tokens == AROUND + count_text(text, "o200k").tokens


def test_an_image_in_every_family_that_takes_it() -> None:
    made = read(a_picture("PNG", 640, 480), "a.png")
    assert {c.family: c.input_tokens[1] for c in made.counts} == {
        family: image_tokens(640, 480, family).tokens for family in ("o200k", "claude-4", "claude-5", "gemini")
    }
    assert made.usage.uncached_input_tokens == image_tokens(640, 480, "o200k").tokens
    assert (made.tokenizer, made.contents) == ("o200k", ((MEDIA, image_tokens(640, 480, "o200k").tokens),))


def test_sound_is_audio() -> None:
    usage = read(a_sound(2.0), "a.wav").usage
    assert (usage.uncached_audio_tokens, usage.uncached_input_tokens) == (20, 0)  # 10 a second.


def test_what_openai_does_not_take_is_in_the_tokens_of_who_does() -> None:
    video, scan = read(a_video(), "a.mp4"), read(a_pdf(""), "a.pdf")
    assert (video.tokenizer, video.usage.uncached_input_tokens) == ("gemini", video_tokens(10, "gemini").tokens)
    assert (scan.tokenizer, scan.usage.uncached_input_tokens) == ("claude-4", page_tokens(1, "claude-4").tokens)


def test_a_zip_of_documents_is_a_request_each() -> None:
    made = read(packed(a__docx=a_docx(), b__txt=TEXT, c__pdf=a_pdf("Hello you"), d__txt=TEXT), "all.zip")
    alone = [read(data, name) for data, name in ((a_docx(), "a.docx"), (TEXT, "b.txt"), (a_pdf("Hello you"), "c.pdf"))]
    assert made.requests == 3  # One is there twice.
    assert made.usage.total_input_tokens == sum(one.usage.total_input_tokens for one in alone)
    assert "Pictures in it are not counted." in made.notes


def test_a_zip_of_texts_and_media_is_in_the_tokens_that_fit_all() -> None:
    made = read(packed(a__txt=TEXT, b__mp4=a_video()), "all.zip")
    (text,) = (c.input_tokens[1] for c in read(TEXT, "a.txt").counts if c.family == "gemini")
    assert [c.family for c in made.counts] == ["gemini"]
    assert made.usage.uncached_input_tokens == text + video_tokens(10, "gemini").tokens


def test_files_that_no_model_takes_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("estimator.workload.texts.prompts.FAMILIES", ("o200k", "claude-4"))
    with pytest.raises(InputError, match="no model takes all"):
        read(packed(a__pdf=a_pdf(""), b__wav=a_sound(1.0)), "all.zip")
    with pytest.raises(InputError, match=r"all\.zip, a\.mp4: no rule for its tokens"):
        read(packed(a__mp4=a_video()), "all.zip")


def test_a_zip_of_chats_is_their_chats() -> None:
    made = read(packed(conversations__json=f"[{CHAT}]", chat__html="<p>all again</p>", user__json='{"id": 1}'), "e.zip")
    assert made.usage == read(CHAT, "log.jsonl").usage
    assert "Files in the ZIP that hold no chat are left out." in made.notes


def test_a_zip_with_usage_is_read_as_that() -> None:
    assert read(packed(a__csv=USAGE, b__jsonl=USAGE), "e.zip").usage.output_tokens == 5


def test_answers_that_are_not_on_record_make_a_range() -> None:
    work = from_profile(read(TEXT, "a.txt"), "texts", 1000)
    assert [p.usage.output_tokens for p in (work.low, work.typical, work.high)] == [
        1000 * n for n in (LOW, USUAL, HIGH)
    ]
    given = from_profile(read(TEXT, "a.txt"), "texts", 1000, output_tokens=(1, 2, 3))
    assert [p.usage.output_tokens for p in (given.low, given.typical, given.high)] == [1000, 2000, 3000]
    both = from_profile(merge(read(TEXT, "a.txt"), read(CHAT, "log.jsonl")), "both", 1000)
    said = count_text(SAID, "o200k").tokens
    assert both.high.usage.output_tokens == pytest.approx(500 * (HIGH + said), rel=1e-3)
    assert "Each of 1 answers not on record takes 211 tokens (129 to 424)." in {a.text for a in both.assumptions}


def test_work_without_times_is_spread_over_a_month() -> None:
    made = read(packed(**{f"t{n}__txt": f"{n} {TEXT}" for n in range(30)}), "all.zip")
    work = from_profile(made, "texts")
    assert work.requests_per_month == 30 == work.typical.requests
    assert len({cell.start for cell in work.typical.cells}) == 30
    assert work.typical.usage.total_input_tokens == pytest.approx(made.usage.total_input_tokens, abs=15)
    assert from_profile(made, "texts", 3).typical.requests == 30
    assert from_profile(made, "texts", 3000).typical.requests == 3000


def test_what_repeats_without_times_is_a_range() -> None:
    log = "\n".join([json.dumps({"prompt": f"{'Be kind. ' * 800}{n}", "completion": "Yes."}) for n in range(9)])
    work = from_profile(read(log, "log.jsonl"), "log")
    assert work.repeated_share is not None
    least, typical, most = work.repeated_share
    assert least == 0 < typical == most == pytest.approx(8 / 9, abs=0.06)  # A piece is a twentieth of these prompts.
    cached = sold(model(*PLAIN, rule("cache_read", "0.2"), provider="openai"))
    (plain,) = compare(work, cached, Scenario(AT)).options
    (found,) = compare(work, cached, Scenario(AT, caching=True)).options
    assert found.low_usd <= found.usd < plain.usd
    assert found.high_usd == plain.high_usd


GERMAN = "Unsere Gartenstühle werden überall geschätzt, weil sie bequem und außergewöhnlich haltbar sind. "


def work_of(text: str) -> Workload:
    return from_profile(read(text, "a.txt"), "text", 100)


@pytest.mark.parametrize("family", ["cl100k", "deepseek"])
def test_a_family_is_counted_on_this_text(family: str) -> None:
    work = work_of(GERMAN * 50)
    by, own = conversion(work, family), count_text(GERMAN * 50, family).tokens
    expected = (own + AROUND) / (count_text(GERMAN * 50, "o200k").tokens + AROUND)
    assert by.typical[0] == pytest.approx(expected, rel=0.002)
    assert by.low[0] <= by.typical[0] <= by.high[0]
    assert "counted on this text with" in by.note
    assert recounted(work, family).typical.usage.total_input_tokens == pytest.approx(
        work.typical.usage.total_input_tokens * by.typical[0], rel=1e-3
    )


def test_a_family_without_a_counter_goes_by_the_kinds_of_this_text() -> None:
    code = "def add(a, b):\n    return {'sum': [a + b], 'of': (a, b)}\n" * 60
    german, mixed = conversion(work_of(GERMAN * 50), "gemini"), read(packed(a__txt=GERMAN * 50, b__txt=code), "a.zip")
    alike = conversion(work_of(code), "gemini")
    both = conversion(from_profile(mixed, "both"), "gemini")
    assert "by ratio for text like this (european)" in german.note
    assert german.typical[0] < both.typical[0] < alike.typical[0]
    assert "code" in both.note
    assert "european" in both.note


def test_input_and_output_have_factors_of_their_own() -> None:
    lines = json.dumps({"prompt": GERMAN * 20, "completion": "I see. This is a plain answer in plain words. " * 20})
    by = conversion(from_profile(read(lines, "log.jsonl"), "log"), "cl100k")
    assert by.typical[0] > 1.1 > by.typical[1]


def test_what_a_family_has_no_rule_for_has_no_price() -> None:
    work = from_profile(read(a_picture("PNG", 640, 480), "a.png"), "image", 100)
    with pytest.raises(Unpriced, match="no rule for its images"):
        conversion(work, "mistral")
    found = compare(work, sold(model(*PLAIN), model(*PLAIN, id="blind", tokenizer="mistral")), Scenario(AT))
    assert [o.model for o in found.options] == ["m"]
    assert [(n.model, "no rule for its images" in n.reason) for n in found.unpriced] == [("blind", True)]
    # 100 images of 300 patches, and 211 tokens each.
    assert found.options[0].usd == Decimal(100 * (300 * 2 + USUAL * 10)) / 10**6


def test_a_usage_export_goes_by_general_ratios() -> None:
    by = conversion(from_profile(read(USAGE, "u.csv"), "u"), "gemini")
    assert by.source == "breakeven-ratios"


ONE = FamilyCount("a", (1, 2, 3), (4, 5, 6), "counted", "s")


def test_counts_add_where_both_know_them() -> None:
    other = replace(ONE, method="estimated", source="r")
    assert added((ONE, replace(ONE, family="b")), (other,)) == (
        FamilyCount("a", (2, 4, 6), (8, 10, 12), "estimated", "r"),
    )
    assert merge(read(TEXT, "a.txt"), read(USAGE, "u.csv")).counts == ()


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        pytest.param((), "no text", id="none"),
        pytest.param((("english", 9),), "english", id="one"),
        pytest.param((("code", 1), ("english", 3)), "english 75%, code 25%", id="two"),
        pytest.param((("", 5), ("code", 4), ("json", 191)), "json", id="a share too small to name"),
    ],
)
def test_kinds_in_words(contents: tuple[tuple[str, int], ...], said: str) -> None:
    assert kinds_in_words(contents) == said


def test_counts_are_saved_and_older_profiles_load() -> None:
    made = read(CHAT, "log.jsonl")
    assert load(save(made), "p.json") == made
    older = json.loads(save(made))
    for field in ("counts", "contents"):
        del older[field]
    assert load(json.dumps(older), "p.json") == replace(made, counts=(), contents=())
    assert "counts" not in json.loads(save(read(USAGE, "u.csv")))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        pytest.param("counts", [["a"]], "counts", id="no count"),
        pytest.param("counts", 2, "in order, one for each family", id="twice"),
        pytest.param("contents", [["b", 1], ["a", 1]], "contents must be in order", id="contents out of order"),
        pytest.param("contents", [["a", 0]], "contents", id="an empty kind"),
        pytest.param("unanswered", 2, "more requests are unanswered", id="more than there are"),
        pytest.param("unanswered", -1, "unanswered", id="fewer than none"),
    ],
)
def test_altered_counts_are_refused(field: str, value: object, message: str) -> None:
    saved = json.loads(save(read(CHAT, "log.jsonl")))
    saved[field] = saved[field][:1] * 2 if value == 2 and field == "counts" else value
    with pytest.raises(InputError, match=message):
        load(json.dumps(saved), "p.json")


def test_a_span_out_of_order_is_refused() -> None:
    saved = json.loads(save(read(CHAT, "log.jsonl")))
    saved["counts"][0]["input_tokens"] = [3, 2, 1]
    with pytest.raises(InputError, match="must rise"):
        load(json.dumps(saved), "p.json")


def test_a_rate_may_be_a_fraction() -> None:
    assert from_profile(read(TEXT, "a.txt"), "text", Fraction(1, 3)).requests_per_month == Fraction(1, 3)


NAMES = ["messages", "role", "content", "type", "text", "parts", "input", "output", "prompt", "completion", "request",
         "response", "body", "tools", "system", "mapping", "message", "parent", "author", "from", "value", "timestamp",
         "thinking", "tool_result", "usage", "choices", "conversations", "name", "current_node", "user"]  # fmt: skip
anything = st.recursive(
    st.one_of(st.sampled_from([*NAMES, "", "12", "user", "assistant"]), st.none(), st.booleans(), st.integers()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    ),
    max_leaves=30,
)  # fmt: skip
messages = st.lists(st.dictionaries(st.sampled_from(NAMES), anything, max_size=4), max_size=3)
lines = st.dictionaries(st.sampled_from(NAMES), st.one_of(messages, anything), min_size=1, max_size=5)


@given(st.lists(lines, min_size=1, max_size=3), st.sampled_from(["log.jsonl", "log.txt"]))
def test_nothing_strange_escapes(log: list[object], name: str) -> None:
    with contextlib.suppress(InputError, PricingError):
        assert read("\n".join(map(json.dumps, log)), name).requests > 0


@pytest.mark.parametrize("key", ["input", "request", "message", "content"])
def test_depth_never_escapes(key: str) -> None:
    deep = '{"prompt": "Hello you", ' + f'"{key}": {{' * 300 + '"a": 1' + "}" * 301
    with contextlib.suppress(InputError):
        assert read(deep, "log.jsonl").requests == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_large_file_is_recognised_in_any_encoding(encoding: str) -> None:
    row = "2026-10-05T12:00:00Z,gpt-5.4,7,5\n"
    data = ("time,model,input,output\n" + row * 40_000).encode(encoding)
    assert len(data) > 2**20
    assert read_any(data, "x.csv", SIZES).requests == 40_000
