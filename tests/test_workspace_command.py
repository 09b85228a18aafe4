"""The verbs of `saved`: what they print, and how they end."""

import json
from pathlib import Path

import pytest

from estimator.__main__ import main
from estimator.workspace import workspace
from tests.kept import a_study


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BREAKEVEN_DATABASE_URL", raising=False)
    monkeypatch.setenv("BREAKEVEN_HOME", str(tmp_path / "home"))


def test_what_is_saved_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["saved", "list"]) == 0
    assert "nothing is saved yet" in capsys.readouterr().out
    saved = workspace().save("Acme", "chat", a_study())
    assert main(["saved", "list"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split()[:3] == ["Acme", "chat", "1"]
    assert main(["saved", "list", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert listed == {"client": "Acme", "name": "chat", "version": 1, "saved_at": saved.saved_at.isoformat()}


def test_it_goes_out_and_comes_back_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = workspace().save("Acme", "chat", a_study())
    file = str(tmp_path / "work.zip")
    assert main(["saved", "export", file, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"file": file, "bytes": Path(file).stat().st_size}
    monkeypatch.setenv("BREAKEVEN_HOME", str(tmp_path / "another"))
    assert main(["saved", "import", file]) == 0
    assert capsys.readouterr().out.startswith("added versions: 1, in studies: 1;")
    assert workspace().open("Acme", "chat") == saved
    assert main(["saved", "import", file, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"studies": 0, "versions": 0}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"photo", "not a readable ZIP", id="foreign"),
        pytest.param(None, "No such file", id="not there"),
    ],
)
def test_a_wrong_file_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, said: str
) -> None:
    file = tmp_path / "work.zip"
    if content is not None:
        file.write_bytes(content)
    assert main(["saved", "import", str(file)]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_a_database_that_cannot_ends_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BREAKEVEN_HOME", str(tmp_path / "file"))
    assert main(["saved", "list"]) == 1
    assert "cannot be" in capsys.readouterr().err


def test_a_wrong_address_ends_with_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("BREAKEVEN_DATABASE_URL", "mysql://me:secret@server/work")
    assert main(["saved", "list"]) == 2
    told = capsys.readouterr().err
    assert "BREAKEVEN_DATABASE_URL is no address" in told
    assert "secret" not in told
