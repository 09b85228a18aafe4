"""A report as a tagged PDF, set in type of its own and drawn without an image but the client's logo."""

import json
from datetime import UTC, datetime, time
from typing import Any

from estimator.report.content import Report
from estimator.report.pdf.printed import printed
from estimator.report.pdf.typeset import typeset


def pdf(report: Report) -> bytes:
    """The report as PDF/UA-1, the same bytes whenever it is made; in a script that no font here has, as plain PDF."""
    content = json.dumps(_printable(printed(report))).encode()
    logo = {"logo": report.brand.logo} if report.brand.logo else {}
    return typeset({"report.json": content, **logo}, datetime.combine(report.made_on, time(), UTC))


def _printable(value: Any) -> Any:
    """The content without control characters, which no font can show."""
    match value:
        case str():
            return "".join(c if c.isprintable() or c == "\N{NO-BREAK SPACE}" else " " for c in value)
        case list():
            return [_printable(each) for each in value]
        case dict():
            return {key: _printable(each) for key, each in value.items()}
    return value
