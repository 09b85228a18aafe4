"""Text in a cell of a CSV or XLSX that no spreadsheet takes for a formula."""

_SIGNS = tuple("=+-@\t\r\n＝＋－＠")  # The wide forms count as the narrow ones in some spreadsheets.


def safe_cell(text: str) -> str:
    """Text as it is, with a leading ' where a spreadsheet would compute it. Numbers are not for it."""
    return f"'{text}" if text.startswith(_SIGNS) else text
