"""What tests share: the collected facts where they are at hand, the running app, and a real browser."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import URL

from estimator.workspace.database import FILE, engine, sqlite_url
from tests import postgres

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("BREAKEVEN_FACTS", ROOT.parent / "shared" / "facts"))
os.environ["BREAKEVEN_HOME"] = tempfile.mkdtemp()  # No test touches what the user has saved.
settings.register_profile("here", deadline=None)  # How long a case takes is for the bench to say.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

PATIENCE_MS = 45_000  # A busy machine is slow, not wrong.
expect.set_options(timeout=PATIENCE_MS)
READY = '[data-testid="stApp"][data-test-script-state="notRunning"]'


@pytest.hookimpl(tryfirst=True)  # Before xdist reads the groups.
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, and say so, the tests against the collected facts where those are not at hand; keep one browser."""
    for item in items:
        if "app_url" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("browser"))
    if not SHARED.is_dir():
        without = [item for item in items if item.get_closest_marker("shared")]
        items[:] = [item for item in items if not item.get_closest_marker("shared")]
        config.hook.pytest_deselected(items=without)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of collected facts: tests that use it are marked `shared`."""
    return SHARED


@pytest.fixture(scope="session")
def app_url() -> Iterator[str]:
    """The app, served on loopback as `make app` serves it."""
    with served() as url:
        yield url


@contextmanager
def served(**environment: str) -> Iterator[str]:
    """The app on loopback, with these settings beside those of the tests."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet, env=os.environ | environment)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/_stcore/health")
        yield url
    finally:
        server.terminate()
        server.wait(timeout=60)


def _wait_for(url: str, patience_s: float = 60) -> None:
    deadline = time.monotonic() + patience_s
    while True:
        try:
            with urlopen(url, timeout=2):  # noqa: S310 - loopback
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh tab, tall because Streamlit scrolls an inner box."""
    context = browser.new_context(viewport={"width": 1280, "height": 1800}, accept_downloads=True)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def settle(page: Page) -> None:
    """Wait until the script has run."""
    page.wait_for_timeout(300)  # A click needs a moment before the run that it causes shows.
    page.wait_for_selector(READY, timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """A real PostgreSQL, started for the tests."""
    with postgres.server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """An empty database of each kind that saved work may be in."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / FILE)
    else:
        url = postgres.new_schema(request.getfixturevalue("postgres_server"))
    yield url
    engine(url).dispose()
