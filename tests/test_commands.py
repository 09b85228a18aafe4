"""How the estimator command is put together: every verb is found, and none loads what only others need."""

import argparse
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import estimator.commands
from estimator.__main__ import VERBS, main
from pricing.console import Parser
from tests.conftest import ROOT

MODULES = {path.stem for path in Path(estimator.commands.__file__).parent.glob("*.py")}
SHARED_BY_VERBS = {"__init__", "asked", "profiles", "terms"}
HEAVY = {"alembic", "dask", "distributed", "pyarrow", "scipy", "simpy", "sqlalchemy", "streamlit", "typst"}
LOADED = f"""
import sys
from estimator.__main__ import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(*sorted({HEAVY} & sys.modules.keys()))
"""


def test_every_module_of_verbs_is_named() -> None:
    assert set(VERBS.values()) == MODULES - SHARED_BY_VERBS


@pytest.mark.parametrize("module", sorted(MODULES - SHARED_BY_VERBS))
def test_a_module_adds_the_verbs_it_is_named_for(module: str) -> None:
    verbs: argparse._SubParsersAction[Parser] = Parser().add_subparsers()
    import_module(f"estimator.commands.{module}").add(verbs)
    assert set(verbs.choices) == {verb for verb, name in VERBS.items() if name == module}


def test_help_lists_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    out = capsys.readouterr().out
    assert re.findall(r"^    (\w+)", out, re.MULTILINE) == list(VERBS)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param("tokens --help", set(), id="tokens-help"),
        pytest.param("tokens README.md --model gpt-5.4", set(), id="tokens"),
        pytest.param("profile --help", {"pyarrow", "scipy"}, id="profile"),
        pytest.param("compare support-chat --model gpt-5.4", {"pyarrow", "scipy"}, id="compare"),
    ],
)
def test_a_verb_loads_only_what_it_needs(call: str, expected: set[str]) -> None:
    command = [sys.executable, "-c", LOADED, *call.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(done.stdout.splitlines()[-1].split()) == expected
