"""Tokens of images, sound, video and pages: published examples, both sides of every step, and what is not on record."""

import io
import struct
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from estimator.tokens import FAMILIES
from estimator.tokens.documents import Document
from estimator.tokens.files import count_content, read_content
from estimator.tokens.media import (
    Clip,
    MediaRule,
    Picture,
    audio_tokens,
    image_tokens,
    page_tokens,
    read_clip,
    read_picture,
    video_tokens,
    whole_blocks,
)
from pricing.errors import InputError
from pricing.facts import DATA, read_table, sources

WITH_IMAGES = ("o200k", "claude-4", "claude-5", "gemini")


@pytest.mark.parametrize(
    ("width", "height", "family", "tokens"),
    [
        pytest.param(1, 1, "o200k", 1, id="one pixel"),
        pytest.param(32, 32, "o200k", 1, id="one patch"),
        pytest.param(33, 32, "o200k", 2, id="a pixel more"),
        pytest.param(1024, 1024, "o200k", 1024, id="published: 1024 x 1024"),
        pytest.param(1600, 1600, "o200k", 2500, id="all patches of high detail"),
        pytest.param(200, 200, "claude-4", 54, id="published: 0.04 megapixels"),
        pytest.param(1000, 1000, "claude-4", 1334, id="published: 1 megapixel"),
        pytest.param(1092, 1092, "claude-4", 1590, id="published: the largest square"),
        pytest.param(3000, 3000, "claude-4", 1600, id="scaled down by its tokens"),
        pytest.param(3136, 150, "claude-4", 157, id="scaled down by its edge: 1568 x 75"),
        pytest.param(3136, 150, "claude-5", 424, id="scaled down to 2576 x 123.2"),
        pytest.param(100, 100, "gemini", 1120, id="Gemini 3: whatever the size"),
    ],
)
def test_published_examples(width: int, height: int, family: str, tokens: int) -> None:
    count = image_tokens(width, height, family)
    assert abs(count.tokens - tokens) <= 1
    assert count.low <= tokens <= count.high


@pytest.mark.parametrize(
    ("width", "height", "low", "high"),
    [
        pytest.param(384, 384, 258, 1120, id="one tile"),
        pytest.param(768, 768, 258, 1120, id="still one"),
        pytest.param(769, 768, 516, 1120, id="two"),
        pytest.param(1920, 1536, 1120, 1548, id="six"),
    ],
)
def test_both_rules_of_gemini_are_in_its_range(width: int, height: int, low: int, high: int) -> None:
    count = image_tokens(width, height, "gemini")
    assert (count.low, count.high) == (low, high)


@pytest.mark.parametrize(
    ("width", "height", "most", "blocks"),
    [
        pytest.param(1024, 1024, 1536, 1024, id="published: fits"),
        pytest.param(1800, 2400, 1536, 1452, id="published: scaled down to 33 x 44"),
        pytest.param(32 * 1536, 32, 1536, 1536, id="a strip that just fits"),
        pytest.param(32 * 4000, 32, 1536, 1536, id="a strip that does not"),
    ],
)
def test_patches_within_a_limit(width: int, height: int, most: int, blocks: int) -> None:
    assert whole_blocks(width / 32, height / 32, most) == blocks


def test_detail_raises_the_limit() -> None:
    assert image_tokens(3200, 3200, "o200k", detail="high").tokens == 2500
    assert image_tokens(3200, 3200, "o200k", detail="original").tokens == 10_000
    with pytest.raises(InputError, match="no detail 'low' is on record for o200k: use one of high, original"):
        image_tokens(10, 10, "o200k", detail="low")


@pytest.mark.parametrize(
    ("count", "low", "tokens", "high"),
    [
        pytest.param(audio_tokens(60, "gemini"), 1920, 1920, 1920, id="published: a minute of sound"),
        pytest.param(audio_tokens(0.5, "o200k"), 5, 5, 5, id="half a second"),
        pytest.param(video_tokens(10, "gemini"), 700, 2630, 2950, id="ten seconds of video"),
        pytest.param(page_tokens(1, "claude-5"), 1600, 2347, 2481, id="measured: a page, Claude 5"),
        pytest.param(page_tokens(10, "gemini"), 2580, 5610, 5610, id="measured: ten pages, Gemini"),
    ],
)
def test_length_and_pages(count: object, low: int, tokens: int, high: int) -> None:
    assert (count.low, count.tokens, count.high) == (low, tokens, high)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("count", "told"),
    [
        pytest.param(lambda: image_tokens(9, 9, "deepseek"), "no rule for images on models of the", id="image"),
        pytest.param(lambda: audio_tokens(9, "claude-5"), "no rule for sound", id="sound"),
        pytest.param(lambda: video_tokens(9, "o200k"), "no rule for video", id="video"),
        pytest.param(lambda: page_tokens(9, "unknown"), "no rule for PDF pages", id="pages"),
        pytest.param(lambda: image_tokens(9, 9, "gpt"), "gpt", id="no such family"),
        pytest.param(lambda: image_tokens(0, 9, "o200k"), "0 x 9 pixels cannot be", id="no width"),
        pytest.param(lambda: image_tokens(9, 10**6 + 1, "o200k"), "cannot be", id="too high"),
        pytest.param(lambda: audio_tokens(0, "gemini"), "sound of 0 seconds cannot be", id="no length"),
        pytest.param(lambda: audio_tokens(float("nan"), "gemini"), "cannot be", id="not a number"),
        pytest.param(lambda: video_tokens(float("inf"), "gemini"), "cannot be", id="for ever"),
        pytest.param(lambda: page_tokens(0, "gemini"), "a PDF without pages", id="no pages"),
    ],
)
def test_what_is_not_known_is_never_0(count: object, told: str) -> None:
    with pytest.raises(InputError, match=told):
        count()  # type: ignore[operator]


SIDE = st.integers(1, 10**6)


@given(width=SIDE, height=SIDE, family=st.sampled_from(WITH_IMAGES))
def test_every_image_has_tokens_whichever_way_it_lies(width: int, height: int, family: str) -> None:
    count = image_tokens(width, height, family)
    turned = image_tokens(height, width, family)
    assert 0 <= count.low <= count.tokens <= count.high
    assert count.tokens >= 1
    assert (count.low, count.tokens, count.high) == (turned.low, turned.tokens, turned.high)


@given(columns=st.floats(0.01, 1e5), rows=st.floats(0.01, 1e5), most=st.integers(1, 10_000))
def test_patches_never_pass_their_limit(columns: float, rows: float, most: int) -> None:
    assert 1 <= whole_blocks(columns, rows, most) <= most


def test_every_rule_names_its_family_and_source() -> None:
    rules = read_table(DATA / "tokens" / "media.csv", MediaRule)
    assert {rule.family for rule in rules} <= set(FAMILIES)
    assert {rule.source for rule in rules} <= set(sources())
    assert len({(rule.family, rule.item, rule.detail) for rule in rules}) == len(rules)


# Files


def a_picture(kind: str, width: int = 40, height: int = 30) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, kind)
    return file.getvalue()


def a_sound(seconds: float) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\0" * int(8000 * seconds))
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_size_of_every_format(kind: str) -> None:
    assert read_picture(a_picture(kind), "a") == Picture(40, 30)


@pytest.mark.parametrize("seconds", [0.25, 1, 12.5])
def test_length_of_a_sound(seconds: float) -> None:
    clip = read_clip(a_sound(seconds), "a.wav")
    assert clip.seconds == pytest.approx(seconds)
    assert not clip.is_video


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def test_length_of_a_video() -> None:
    header = struct.pack(">5I", 0, 0, 0, 1000, 12_500) + bytes(80)  # Ticks a second, and ticks.
    data = box(b"ftyp", b"isom\0\0\0\0isom") + box(b"moov", box(b"mvhd", header))
    assert read_clip(data, "a.mp4") == Clip(12.5, is_video=True)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        pytest.param("a.png", b"", "cannot be read as an image", id="empty image"),
        pytest.param("a.png", b"\x89PNG\r\n\x1a\n1234", "cannot be read as an image", id="half an image"),
        pytest.param("a.wav", b"", "does not say how long it is", id="empty sound"),
        pytest.param("a.mp3", b"hello" * 99, "does not say how long it is", id="no sound"),
        pytest.param("a.mp4", b"\0\0\0\x08ftyp", "does not say how long it is", id="half a video"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(name: str, data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=f"^{name} {told}"):
        read_content(data, name)


def test_an_image_with_too_many_pixels_is_refused_unread() -> None:
    data = bytearray(a_picture("BMP"))
    data[18:26] = (60_000).to_bytes(4, "little") * 2
    with pytest.raises(InputError, match="too many pixels"):
        read_picture(bytes(data), "a.bmp")


@pytest.mark.parametrize(
    ("content", "family", "tokens"),
    [
        pytest.param(Picture(64, 64), "o200k", 4, id="image"),
        pytest.param(Clip(2, is_video=False), "gemini", 64, id="sound"),
        pytest.param(Clip(2, is_video=True), "gemini", 526, id="video"),
        pytest.param(Document("hello world", None, "text"), "o200k", 2, id="text"),
        pytest.param(Document("hello world", 9, "pdf"), "o200k", 2, id="pages with text count by their text"),
        pytest.param(Document("", 2, "pdf", "Scans."), "claude-5", 4694, id="scans count by their pages"),
    ],
)
def test_content_of_each_kind(content: Document | Picture | Clip, family: str, tokens: int) -> None:
    count = count_content(content, family)
    assert count.tokens == tokens
    assert count.note.endswith(".")


def test_the_ending_tells_media_from_text() -> None:
    assert read_content(a_picture("PNG"), "A.PNG") == Picture(40, 30)
    assert read_content(b"hello", "a.txt") == Document("hello", None, "txt")
