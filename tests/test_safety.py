"""What is kept from strangers: faults in full, secrets, and more room than a page has."""

import ast
import io
import logging
import re
import tomllib
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from estimator.dashboard import upload_limits
from estimator.dashboard.failures import WithoutMessages, tell
from estimator.dashboard.upload_limits import check_uploads
from estimator.workload.files.archive import unpacked_bytes
from pricing import InputError
from tests.test_imports import modules

ROOT = Path(__file__).parent.parent
TYPED = "what somebody typed"


def packed(size: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.csv", b"0" * size)
    return made.getvalue()


def test_a_fault_is_logged_with_its_place_and_without_its_message(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("of-the-test")
    quiet = WithoutMessages()
    logger.addFilter(quiet)
    try:
        raise ValueError(TYPED)
    except ValueError:
        logger.exception("Uncaught app execution")
    assert "Uncaught app execution: ValueError" in caplog.text
    assert "test_safety.py" in caplog.text
    assert TYPED not in caplog.text.replace("raise ValueError(TYPED)", "")


def test_a_fault_is_told_in_a_sentence() -> None:
    def body() -> None:
        from estimator.dashboard.failures import tell  # noqa: PLC0415 - the body of a script that Streamlit runs

        tell(ValueError("x"))

    assert "a fault of its own" in AppTest.from_function(body).run().error[0].value
    assert tell.__annotations__["return"] is bool


def test_the_app_is_set_up_for_strangers() -> None:
    set_up = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert set_up["client"]["showErrorDetails"] == "none"
    assert set_up["client"]["showErrorLinks"] is False
    assert set_up["browser"]["gatherUsageStats"] is False
    assert set_up["logger"]["enableRich"] is False
    assert set_up["server"]["maxUploadSize"] == set_up["server"]["maxMessageSize"] == 50
    assert set_up["server"]["enableXsrfProtection"] is set_up["server"]["enableCORS"] is True
    assert set_up["server"]["enableAgentApi"] is False


@pytest.mark.parametrize("module", sorted(modules()))
def test_secrets_come_from_the_environment_only(module: str) -> None:
    for node in ast.walk(modules()[module]):
        assert not (isinstance(node, ast.Attribute) and ast.unparse(node) == "st.secrets")
        assert not (isinstance(node, ast.Constant) and str(node.value).endswith(("secrets.toml", ".env")))


def test_every_setting_stands_in_the_guide() -> None:
    named = {
        found
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for found in re.findall(r"BREAKEVEN_[A-Z_]+[A-Z]", node.value)
    }
    told = "".join(
        (ROOT / name).read_text(encoding="utf-8")
        for name in ("estimator/dashboard/guide/deployment.md", "data/README.md")
    )
    assert {name for name in named if name not in told} == set()


def test_nothing_that_git_keeps_looks_like_a_key() -> None:
    looks = re.compile(r"sk-[A-Za-z0-9]{20}|AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY")
    files = [*ROOT.glob("*.*"), *(ROOT / "estimator").rglob("*.py"), *(ROOT / ".github").rglob("*.*")]
    found = [f.name for f in files if f.is_file() and looks.search(f.read_text(encoding="utf-8", errors="replace"))]
    assert found == []


class Upload:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def getvalue(self) -> bytes:
        return self.data


@pytest.mark.parametrize(
    ("data", "size"),
    [
        pytest.param(b"abc", 3, id="a file"),
        pytest.param(packed(5_000_000), 5_000_000, id="a ZIP"),
        pytest.param(packed(50)[:-10], 0, id="a damaged ZIP"),
    ],
)
def test_a_zip_counts_as_what_is_in_it(data: bytes, size: int) -> None:
    assert unpacked_bytes(data) == (size or len(data))


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        pytest.param([b"a"] * 200, "", id="as many as may be"),
        pytest.param([b"a"] * 201, "201 files, more than 200", id="one too many"),
        pytest.param([b"a" * 600, b"b" * 424], "", id="as large as may be"),
        pytest.param([b"a" * 600, b"b" * 425], "in parts", id="one byte too large"),
        pytest.param([packed(1025)], "in parts", id="a small ZIP of much"),
    ],
)
def test_uploads_are_bounded_together(monkeypatch: pytest.MonkeyPatch, files: list[bytes], problem: str) -> None:
    monkeypatch.setattr(upload_limits, "MOST_BYTES", 1024)
    given = [Upload(data) for data in files]
    if problem:
        with pytest.raises(InputError, match=problem):
            check_uploads(given)
    else:
        check_uploads(given)


def test_the_threat_model_names_tests_that_are_there() -> None:
    model = (ROOT / "estimator" / "dashboard" / "guide" / "threat-model.md").read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+\.py)(?:::(\w+))?`", model)
    assert len(named) > 30
    for file, test in named:
        text = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in text, f"{file}::{test}"


@pytest.mark.parametrize("quoted", ["map $cookie_breakeven_seat $seat {", "hash $seat consistent;"])
def test_the_notes_quote_the_file_that_is_tested(quoted: str) -> None:
    guide = (ROOT / "estimator" / "dashboard" / "guide" / "deployment.md").read_text(encoding="utf-8")
    site = (ROOT / ".github" / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    lines = [line.strip() for line in guide.splitlines() if re.match(r" {4}(?!\d)", line)]  # Not those of cron.
    assert quoted in lines
    assert all(line in site for line in lines)
