"""A real nginx with a site's file of ours, in a folder of its own."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_LOG = "$cookie_breakeven_seat|$upstream_addr|$request_method $uri"


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of localhost that nobody signed, and its key."""
    made, key = folder / "made.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "1", "-subj", "/CN=localhost", "-keyout", str(key), "-out", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    return made, key


@contextmanager
def serving(site: Path, folder: Path, changes: Mapping[str, str]) -> Iterator[Path]:
    """nginx with the site's file, in which each of `changes` is made, until the block ends; and its log.

    A line of the log: seat, addresses of the processes that were tried, method and path; a websocket's when it ends.
    """
    text = site.read_text(encoding="utf-8")
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, after)
    (folder / "site.conf").write_text(text, encoding="utf-8")
    main = folder / "nginx.conf"
    kept = "\n".join(
        f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    main.write_text(
        f"{user} daemon off; pid {folder / 'pid'}; error_log {folder / 'error.log'}; events {{}}\n"
        f"http {{ log_format seats '{_LOG}'; access_log {folder / 'access.log'} seats;\n"
        f"{kept}\ninclude {folder / 'site.conf'}; }}\n",
        encoding="utf-8",
    )
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"
    subprocess.run([program, "-t", "-c", str(main)], check=True, capture_output=True)
    running = subprocess.Popen([program, "-c", str(main)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield folder / "access.log"
    finally:
        running.terminate()
        running.wait(timeout=20)
