"""The forms that a report can be handed on in: what each is called, and what makes it, loaded when it is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from estimator.report.content import Report


@dataclass(frozen=True)
class Form:
    """`label` is for people, `extension` comes without its dot; `make` gives the whole file."""

    label: str
    extension: str
    mime: str
    make: Callable[[Report], bytes]


def _by(module: str, function: str) -> Callable[[Report], bytes]:
    def make(report: Report) -> bytes:
        made: bytes = getattr(import_module(f"estimator.report.{module}"), function)(report)
        return made

    return make


_OFFICE = "application/vnd.openxmlformats-officedocument."

FORMS: Mapping[str, Form] = {
    "pdf": Form("PDF, to read and print", "pdf", "application/pdf", _by("pdf", "pdf")),
    "xlsx": Form("Workbook, to change and work on with", "xlsx", _OFFICE + "spreadsheetml.sheet", _by("xlsx", "xlsx")),
    "pptx": Form("Slides, to present", "pptx", _OFFICE + "presentationml.presentation", _by("slides", "slides")),
    "html": Form("Web page, one file", "html", "text/html", _by("page", "html")),
    "csv": Form("CSV, every line as a table", "csv", "text/csv", _by("data", "table")),
    "json": Form("JSON, all of it for programs", "json", "application/json", _by("data", "document")),
}
