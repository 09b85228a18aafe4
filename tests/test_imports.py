"""The walls of the house: imports run downwards only, and each outside library has one door."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# From the top down: a room may import those of a later row, itself, and nothing else of ours.
FLOORS = (
    ("app",),
    ("estimator.__main__",),
    ("estimator.commands",),
    ("estimator.tables",),
    ("estimator.forms",),
    ("estimator.dashboard",),
    ("estimator.workspace",),
    ("estimator.report",),
    ("estimator.decision",),
    ("estimator.selfhost",),
    ("estimator.workload",),
    ("estimator.tokens",),
    ("pricing",),
)

DOORS = {
    # Prices come in, a trial's prompts go to where the person says, alerts go out.
    "httpx": (
        "pricing.refresh",
        "estimator.decision.endpoint",
        "estimator.decision.reach",
        "estimator.workspace.deliver",
    ),
    "tenacity": ("pricing.refresh", "estimator.decision.endpoint"),
    "filelock": ("pricing.store",),
    "genai_prices": ("pricing.feeds.genai",),
    "tiktoken": ("estimator.tokens",),
    "tokenizers": ("estimator.tokens",),
    "ctok": ("estimator.tokens",),
    "quicktok": ("estimator.tokens.quick",),
    "pypdf": ("estimator.tokens.documents",),
    "docx": ("estimator.tokens.documents",),
    "openpyxl": ("estimator.tokens.documents",),
    "pptx": (
        "estimator.tokens.documents",
        "estimator.report.slides.deck",
        "estimator.report.slides.charts",
        "estimator.report.slides",
    ),
    "PIL": ("estimator.tokens.media", "estimator.report.brand"),
    "tinytag": ("estimator.tokens.media",),
    "plotly": ("estimator.dashboard.charts",),
    "streamlit": ("app", "estimator.dashboard"),
    "starlette": ("estimator.dashboard.server",),
    "typst": ("estimator.report",),
    "jinja2": ("estimator.report.page",),
    "markupsafe": ("estimator.report.page",),
    "xlsxwriter": ("estimator.report.xlsx.book",),
    "holidays": ("pricing.windows",),
    "dateutil": ("estimator.workload.exports.cells",),
    "charset_normalizer": ("estimator.tokens.reading",),
    "pyarrow.csv": ("estimator.workload.exports.table",),
    "pyarrow.fs": ("estimator.workload.files.source",),
    "dask": ("estimator.workload.cluster",),
    "distributed": ("estimator.workload.cluster",),
    "tqdm": ("estimator.commands.profiles",),
    "sqlalchemy": ("estimator.workspace",),
    "alembic": ("estimator.workspace",),
    "platformdirs": ("estimator.workspace",),
    "scipy": (
        "estimator.selfhost.fleet",
        "estimator.selfhost.calibration.fit",
        "estimator.decision.trial",
        "estimator.decision.split",
    ),
    "simpy": ("estimator.selfhost.simulate",),
    "babel": ("estimator.report.locales",),
}


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the product by its dotted name."""
    files = [ROOT / "app.py", *(ROOT / "pricing").rglob("*.py"), *(ROOT / "estimator").rglob("*.py")]
    return {_name(file): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def _name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            names |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def within(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


def floor(module: str) -> int | None:
    return next((i for i, rooms in enumerate(FLOORS) for room in rooms if within(module, room)), None)


def room(module: str) -> str | None:
    return next((room for rooms in FLOORS for room in rooms if within(module, room)), None)


@pytest.mark.parametrize("module", sorted(modules()))
def test_imports_run_downwards(module: str) -> None:
    here = floor(module)
    if module == "estimator":
        return
    assert here is not None, f"{module} stands in no room"
    for other in imported(modules()[module]):
        there = floor(other)
        if there is not None and room(other) != room(module):
            assert there > here, f"{module} imports {other}, which is not below it"


@pytest.mark.parametrize("library", DOORS)
def test_a_library_has_one_door(library: str) -> None:
    users = {name for name, tree in modules().items() if any(within(i, library) for i in imported(tree))}
    assert {u for u in users if not any(within(u, door) for door in DOORS[library])} == set()
