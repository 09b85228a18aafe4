"""A server on loopback that speaks OpenAI's chat protocol, and can be told to speak it badly."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WORDS = ("One ", "two ", "three.")


@dataclass
class Script:
    """How to answer. `statuses`: of the first requests, then 200; `events`: the stream, in place of the usual one."""

    statuses: list[int] = field(default_factory=list)
    body: str = ""
    events: list[str] | None = None
    usage: dict[str, Any] | None = field(default_factory=lambda: {"prompt_tokens": 12, "completion_tokens": 3})
    thoughts: int = 0
    first_wait_s: float = 0.0
    wait_s: float = 0.0
    refuses: tuple[str, ...] = ()
    location: str = ""
    seen: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    most_at_once: int = 0
    _now: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def usual(script: Script) -> list[str]:
    """Thoughts, words, usage, the end."""
    thought = [json.dumps({"choices": [{"delta": {"reasoning_content": "hm"}}]})] * script.thoughts
    words = [json.dumps({"choices": [{"index": 0, "delta": {"content": word}}]}) for word in WORDS]
    usage = [json.dumps({"choices": [], "usage": script.usage})] if script.usage else []
    return [*thought, *words, *usage, "[DONE]"]


class _Handler(BaseHTTPRequestHandler):
    script: Script
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        script = self.script
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with script.lock:
            script.seen.append({"path": self.path, **sent})
            script.keys.append(self.headers.get("Authorization", ""))
            script._now += 1
            script.most_at_once = max(script.most_at_once, script._now)
            status = script.statuses.pop(0) if script.statuses else 200
            refused = next((name for name in script.refuses if name in sent), "")
        try:
            if refused:
                self._say(400, f"Unsupported parameter: {refused}")
            elif status != 200:
                self._say(status, script.body)
            else:
                self._stream(script)
        except OSError:
            pass  # The reader went away.
        finally:
            with script.lock:
                script._now -= 1

    def _say(self, status: int, body: str) -> None:
        self.send_response(status)
        if self.script.location:
            self.send_header("Location", self.script.location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def _stream(self, script: Script) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        time.sleep(script.first_wait_s)
        for event in usual(script) if script.events is None else script.events:
            self.wfile.write(f"data: {event}\n\n".encode())
            self.wfile.flush()
            time.sleep(script.wait_s)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving(script: Script) -> Iterator[str]:
    """The address of a server that follows the script."""
    handler = type("Handler", (_Handler,), {"script": script})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
