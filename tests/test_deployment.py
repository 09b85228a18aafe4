"""A team's deployment on loopback, from the files that the notes quote: nginx, two processes, one PostgreSQL."""

import os
import re
import shlex
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import URL

from tests import nginx, postgres
from tests.conftest import PATIENCE_MS, settle
from tests.serving import READY, wait_for

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / ".github" / "deploy"
ROWS = b"timestamp,input_tokens,output_tokens\n2026-11-01T09:00:00Z,1000,200\n2026-11-01T10:00:00Z,3000,100\n"


@dataclass(frozen=True)
class Site:
    """The deployment as it runs: its address, its processes by port, and the log of nginx."""

    url: str
    processes: dict[int, subprocess.Popen[bytes]]
    log: Path

    def ports_of(self, seat: str, path: str = "") -> set[int]:
        """The processes that answered what this seat asked for."""
        lines = [line.split("|") for line in self.log.read_text(encoding="utf-8").splitlines()]
        return {int(tried.split(":")[-1]) for whose, tried, asked in lines if whose == seat and path in asked}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def command(port: int) -> list[str]:
    """How systemd would start the process of a port."""
    unit = (DEPLOY / "breakeven@.service").read_text(encoding="utf-8")
    found = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    assert found
    return shlex.split(found[1].replace("/opt/breakeven", str(ROOT)).replace("%i", str(port)))


@contextmanager
def process(port: int, database: URL, home: Path) -> Iterator[subprocess.Popen[bytes]]:
    settings = {
        "BREAKEVEN_HOSTS": "localhost",
        "BREAKEVEN_HOME": str(home),
        "BREAKEVEN_DATABASE_URL": database.render_as_string(hide_password=False),
        "STREAMLIT_SERVER_COOKIE_SECRET": "of-the-test",
    }
    quiet = subprocess.DEVNULL
    running = subprocess.Popen(command(port), cwd=ROOT, env={**os.environ, **settings}, stdout=quiet, stderr=quiet)
    try:
        yield running
    finally:
        running.kill()
        running.wait(timeout=20)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, postgres_server: URL) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    first, second, plain, encrypted = (free_port() for _ in range(4))
    made, key = nginx.certificate(folder)
    changes = {
        "127.0.0.1:8501": f"127.0.0.1:{first}",
        "127.0.0.1:8502": f"127.0.0.1:{second}",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl;": f"listen 127.0.0.1:{encrypted} ssl;",
        "cost.example.com/": "",
        "server_name cost.example.com": "server_name localhost",
        "/etc/letsencrypt/live/fullchain.pem": str(made),
        "/etc/letsencrypt/live/privkey.pem": str(key),
    }
    with ExitStack() as stack:
        database = postgres.new_schema(postgres_server)
        running = {port: stack.enter_context(process(port, database, folder)) for port in (first, second)}
        log = stack.enter_context(nginx.serving(DEPLOY / "nginx.conf", folder, changes))
        for port in running:
            wait_for(f"http://localhost:{port}/_stcore/health")
        yield Site(f"https://localhost:{encrypted}", running, log)


@pytest.fixture
def someone(browser: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """A person with a browser of their own, which takes the certificate that nobody signed."""
    with ExitStack() as stack:

        def comes() -> BrowserContext:
            context = browser.new_context(viewport={"width": 1280, "height": 1800}, ignore_https_errors=True)
            context.set_default_timeout(PATIENCE_MS)
            stack.callback(context.close)
            return context

        yield comes


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(READY, timeout=3 * PATIENCE_MS)  # Each process starts anew, and reads what it needs once.
    return page


def seat(context: BrowserContext) -> str:
    return next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "breakeven_seat")


def at_another(context: BrowserContext, site: Site, port: int, url: str) -> None:
    """Give the browser a seat that is not at the process of this port."""
    page = context.new_page()
    for number in range(100):
        context.add_cookies([{"name": "breakeven_seat", "value": f"seat-{number}", "url": url}])
        page.goto(f"{url}/_stcore/health")
        if site.ports_of(f"seat-{number}") - {port}:
            page.close()
            return
    raise AssertionError("all seats are at one process")


@pytest.mark.xdist_group("browser")
def test_a_team_works_on_through_the_end_of_a_process(site: Site, someone: Callable[[], BrowserContext]) -> None:
    ann, ben = someone(), someone()
    hers = opened(ann, site.url)
    hers.get_by_text("Your files").click()
    settle(hers)
    hers.locator('input[type="file"]').set_input_files({"name": "requests.csv", "mimeType": "text/csv", "buffer": ROWS})
    expect(hers.get_by_role("heading", name=re.compile(r"^About .* a month"))).to_be_visible()
    hers.get_by_role("button", name="Save").click()
    hers.get_by_role("textbox", name="For which client?").fill("Acme")
    hers.get_by_role("button", name="Save it").click()
    expect(hers.get_by_text(re.compile("Saved for Acme as requests.csv, version 1"))).to_be_visible()
    (her_port,) = site.ports_of(seat(ann))
    assert site.ports_of(seat(ann), "/_stcore/upload_file/") == {her_port}

    at_another(ben, site, her_port, site.url)
    his = opened(ben, f"{site.url}/saved")
    expect(his.get_by_role("combobox", name="Look at")).to_have_value("Acme · requests.csv")
    (his_port,) = site.ports_of(seat(ben))
    assert his_port != her_port

    site.processes[her_port].send_signal(signal.SIGKILL)
    site.processes[her_port].wait(timeout=20)
    hers.wait_for_timeout(1_000)
    settle(hers)
    hers.get_by_role("link", name="Report", exact=True).first.click()
    settle(hers)
    hers.get_by_role("link", name=re.compile("save it for a client")).click()
    expect(hers.get_by_role("combobox", name="Look at")).to_have_value("Acme · requests.csv")
    hers.close()
    his.close()
    assert in_time(lambda: site.ports_of(seat(ann), "/_stcore/stream") == {her_port, his_port})
    assert site.ports_of(seat(ben)) == site.ports_of(seat(ben), "/_stcore/stream") == {his_port}


def in_time(is_so: Callable[[], bool]) -> bool:
    """Whether it is so within a few seconds."""
    deadline = time.monotonic() + 10
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.1)
    return is_so()


def answer(url: str, method: str = "GET", **given: str) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers of an answer behind the certificate that nobody signed."""
    trusting = ssl._create_unverified_context()  # noqa: S323 - loopback
    try:
        with urlopen(Request(url, headers=given, method=method), context=trusting, timeout=20) as found:  # noqa: S310 - loopback
            return found.status, found.read().decode(), {k.lower(): v for k, v in found.headers.items()}
    except HTTPError as refused:
        return refused.code, refused.read().decode(), {k.lower(): v for k, v in refused.headers.items()}


def test_behind_encryption_the_browser_is_told_to_stay_there(site: Site) -> None:
    status, _, headers = answer(site.url)
    assert status == 200
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert "Secure; HttpOnly; SameSite=Lax" in headers["set-cookie"]


def test_another_name_is_not_answered(site: Site) -> None:
    status, said, _ = answer(site.url, Host="evil.example")
    assert (status, said) == (400, "This server does not answer to this name. Its owner can add it to BREAKEVEN_HOSTS.")


def test_nobody_claims_another_address(site: Site) -> None:
    """The figures of operation, which are for this machine alone, tell whom the app takes one for."""
    elsewhere = {"X-Forwarded-For": "203.0.113.7"}
    assert answer(f"{site.url}/_stcore/metrics", **elsewhere)[0] == 200
    port = next(iter(site.processes))
    assert answer(f"http://localhost:{port}/_stcore/metrics", **elsewhere)[0] == 404


def test_a_file_that_is_too_large_goes_no_further_than_nginx(site: Site) -> None:
    headers = {"Content-Length": str(52 * 2**20)}
    assert answer(f"{site.url}/_stcore/upload_file/a/b", "PUT", **headers)[0] == 413
