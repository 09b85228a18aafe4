"""Names of any length, in any letters."""

import pytest

from estimator.report.letters import printable, short

NAMES = [("abcdef", "abcdef"), ("abcdefg", "abc…fg"), ("a long name 12", "a l…12"), ("ab     12", "ab…12")]


@pytest.mark.parametrize(("text", "cut"), NAMES)
def test_of_a_long_name_the_middle_is_left_out(text: str, cut: str) -> None:
    assert short(text, 6) == cut


TEXTS = {
    "plain": ("a b", "a b"),
    "controls": ("a\x00b\tc\nd", "a b c d"),
    "half a letter": ("a\ud800", "a "),
    "no letter": ("a\ufffe", "a "),
    "a space that does not break": ("CHF\xa05", "CHF\xa05"),
    "joined letters": ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
}


@pytest.mark.parametrize(("text", "kept"), TEXTS.values(), ids=TEXTS)
def test_only_what_can_be_shown_is_kept(text: str, kept: str) -> None:
    assert printable(text) == kept
