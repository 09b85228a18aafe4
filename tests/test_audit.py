"""The audit of the locked packages, against an advisory service on loopback."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


@contextmanager
def service(known: Mapping[str, str], status: int = 200) -> Iterator[tuple[str, set[str]]]:
    """The address of an OSV that knows an id against each of these packages, and the names that were asked for."""
    names: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = asked["package"]["name"]
            names.add(name)
            body = json.dumps({"vulns": [_advisory(known[name], name)]} if name in known else {}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query", names
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _advisory(id_: str, name: str) -> dict[str, Any]:
    events = [{"introduced": "0"}, {"fixed": "999"}]
    affected = {"package": {"name": name, "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
    return {"id": id_, "summary": "It is not safe.", "affected": [affected]}


def audit(url: str, folder: Path, *options: str) -> tuple[int, str]:
    command = [sys.executable, ".ci/audit.py", "--osv-url", url, "--cache-dir", str(folder), "--timeout", "5", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def locked() -> set[str]:
    lines = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()
    return {line.split("==")[0].split("[")[0] for line in lines if "==" in line and not line.startswith((" ", "#"))}


def test_every_locked_package_is_asked_about(tmp_path: Path) -> None:
    with service({}) as (url, names):
        status, said = audit(url, tmp_path)
    assert (status, said) == (0, f"Audit: {len(names)} packages were looked up, something is known against 0.\n")
    assert {"streamlit", "pandas", "httpx", "pytest"} <= names
    assert len(names) > 100
    assert names <= locked()


def test_what_is_known_fails_and_says_which_version_mends_it(tmp_path: Path) -> None:
    with service({"httpx": "GHSA-test-1234"}) as (url, _):
        status, said = audit(url, tmp_path)
    assert status == 1
    assert "GHSA-test-1234, update to 999." in said
    assert "known against 1." in said


@pytest.mark.parametrize("answers", [True, False], ids=["answers with a fault", "is not there"])
def test_a_service_that_cannot_be_asked_is_never_a_pass(tmp_path: Path, answers: bool) -> None:
    with service({}, status=503) as (url, _):
        if answers:
            status, said = audit(url, tmp_path)
    if not answers:
        status, said = audit(url, tmp_path)
    assert status == 3
    assert said.startswith("Audit: no advisory service could be reached, so nothing is known of any package.")


def test_an_audit_that_fails_of_itself_says_so(tmp_path: Path) -> None:
    status, said = audit("http://127.0.0.1:9/v1/query", tmp_path, "--no-such-option")
    assert status == 2
    assert "no-such-option" in said
