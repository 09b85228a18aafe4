"""What kind of text a text is, by counting its characters: enough to choose a ratio."""

import re

_LOOKED_AT = 20_000  # Characters: a kind shows early, and a long text must not be slow.

# The first script whose share of all letters reaches its bound; Japanese mixes kana into Han.
_SCRIPTS = (
    ("japanese", re.compile(r"[\u3040-\u30ff]"), 0.05),
    ("korean", re.compile(r"[\u1100-\u11ff\uac00-\ud7af]"), 0.2),
    ("chinese", re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]"), 0.2),
    ("arabic", re.compile(r"[\u0600-\u06ff]"), 0.3),
    ("russian", re.compile(r"[\u0400-\u04ff]"), 0.3),
)
_VISIBLE = re.compile(r"\S")
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_ACCENTED = re.compile(r"[À-ɏ]")
_DIGIT = re.compile(r"\d")
_CODE_MARK = re.compile(r"[{}()\[\];=<>_\\]")
_JSON_START = re.compile(r'\s*[\[{]\s*["\[{\]}\d]')
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_MARKDOWN_LINE = re.compile(r"^(?:#{1,6} |```|[ \t]*(?:[-*]|\d+\.) \S|\|)", re.MULTILINE)
_LINE = re.compile(r"^.*\S", re.MULTILINE)
_WORD = re.compile(r"[^\W\d_]+")
_EUROPEAN_WORD = re.compile(
    r"\b(?:der|die|das|und|el|la|los|de|que|et|les|des|le|di|il|che|het|een|van|em|para|por|um)\b"
)


def content_of(text: str) -> str:
    """One of `contents()`, or "" where none fits, by the first 20,000 characters. The first rule that holds decides.

    Script: kana from 5 % of all letters, Hangul and Han from 20 %, Arabic and Cyrillic from 30 %. Digits: 30 % of all
    that is not space. JSON: begins as an object or a list does. HTML: begins with < and one tag in 200 characters.
    Code: 5 % of brackets, semicolons, underscores and signs. Markdown: one line in ten is a heading, an item, a fence
    or a table. European: 1 % of accented letters, or 8 % of the commonest words of six languages. Else English, where
    at least half of the letters are Latin.
    """
    head = text[:_LOOKED_AT]
    letters = _count(_LETTER, head)
    visible = _count(_VISIBLE, head)
    for script, pattern, share in _SCRIPTS:
        if letters and _count(pattern, head) >= share * letters:
            return script
    return _marked_up(head, visible) or _latin(head, letters)


def _marked_up(head: str, visible: int) -> str:
    if visible and _count(_DIGIT, head) >= 0.3 * visible:
        return "digits"
    if _JSON_START.match(head) and '"' in head:
        return "json"
    if head.lstrip().startswith("<") and _count(_TAG, head) >= len(head) / 200:
        return "html"
    if visible and _count(_CODE_MARK, head) >= 0.05 * visible:
        return "code"
    if 0 < _count(_LINE, head) <= 10 * _count(_MARKDOWN_LINE, head):
        return "markdown"
    return ""


def _latin(head: str, letters: int) -> str:
    if not letters or _count(_LATIN, head) < letters / 2:
        return ""
    words = _count(_WORD, head)
    if _count(_ACCENTED, head) >= 0.01 * letters or _count(_EUROPEAN_WORD, head) >= 0.08 * words:
        return "european"
    return "english"


def _count(pattern: re.Pattern[str], text: str) -> int:
    return sum(1 for _ in pattern.finditer(text))
