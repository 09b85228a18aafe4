"""Text of users in a spreadsheet stays text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.report.cells import safe_cell


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("＝1+1", "'＝1+1"),
        ('=HYPERLINK("http://a.example","b")', '\'=HYPERLINK("http://a.example","b")'),
        ("Acme", "Acme"),
        ("a=b", "a=b"),
        ("'=1", "'=1"),
        ("3 - 2", "3 - 2"),
        ("", ""),
    ],
    ids=repr,
)
def test_a_cell_is_never_a_formula(text: str, cell: str) -> None:
    assert safe_cell(text) == cell


@given(st.text())
def test_a_cell_that_is_safe_stays_as_it_is(text: str) -> None:
    once = safe_cell(text)
    assert safe_cell(once) == once
    assert once.removeprefix("'") == text.removeprefix("'")
