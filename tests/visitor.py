"""A visitor of the pages without a browser, who speaks Streamlit's own protocol, and the server that is visited."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from tests.conftest import ROOT

_MOST_BYTES = 2**28
_DONE = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}
_WAITS_S = 0.01
_PATIENCE_S = 60
_VALUES: dict[type, str] = {bool: "bool_value", int: "double_value", str: "string_value", list: "string_array_value"}


@dataclass
class Server:
    """The app in a process of its own."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.port}/_stcore/stream"

    @property
    def cpu_s(self) -> float:
        """Seconds of processor time that the process has used, all its threads together."""
        return time.clock_gettime((~self.process.pid << 3) | 2)  # Linux's clock of another process.

    @property
    def resident_bytes(self) -> int:
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def served(port: int | None = None) -> Iterator[Server]:
    """The app, started as a user starts it, with an empty workspace; it may not listen yet."""
    port = port or _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    with TemporaryDirectory() as home:
        process = subprocess.Popen(
            [*command, "--server.port", str(port)],
            cwd=ROOT,
            env={**os.environ, "BREAKEVEN_HOME": home},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield Server(port, process)
        finally:
            process.terminate()
            process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Visitor:
    """One session. `ids` are the widgets seen, by key; what was set is sent with each run, as a browser does."""

    wire: ClientConnection
    pages: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    fragments: dict[str, str] = field(default_factory=dict)
    states: dict[str, WidgetState] = field(default_factory=dict)
    page: str = ""
    received_bytes: int = 0
    said: list[str] = field(default_factory=list)
    _hashes: set[str] = field(default_factory=set)

    @classmethod
    async def arrive(cls, server: Server) -> Self:
        """Connect, as soon as the server listens."""
        give_up = time.monotonic() + _PATIENCE_S
        while True:
            try:
                return cls(await connect(server.address, subprotocols=["streamlit"], max_size=_MOST_BYTES))  # type: ignore[list-item]
            except OSError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(_WAITS_S)

    async def leave(self) -> None:
        await self.wire.close()

    async def open(self, path: str) -> float:
        """Turn to a page by the last part of its address. Seconds until it stands."""
        self.page = path
        return await self.run()

    async def set(self, key: str, value: Any) -> float:
        """Give a widget another value. Seconds until the page stands again."""
        id_ = self.ids[key]
        state = WidgetState(id=id_)
        kind = _VALUES[type(value)]
        if kind == "string_array_value":
            state.string_array_value.data.extend(value)
        else:
            setattr(state, kind, value)
        self.states[id_] = state
        return await self.run(self.fragments.get(key, ""))

    async def run(self, fragment: str = "") -> float:
        back = BackMsg()
        ask = back.rerun_script
        ask.page_script_hash, ask.page_name = self.pages.get(self.page, ""), "" if self.pages else self.page
        ask.fragment_id = fragment
        ask.widget_states.widgets.extend(self.states.values())
        ask.cached_message_hashes.extend(self._hashes)
        ask.context_info.timezone, ask.context_info.locale = "Europe/Berlin", "en-GB"
        ask.context_info.url = f"http://127.0.0.1/{self.page}"
        start = time.perf_counter()
        await self.wire.send(back.SerializeToString())
        self.received_bytes, self.said = 0, []
        while True:
            data = await self.wire.recv(decode=False)
            self.received_bytes += len(data)
            message = ForwardMsg.FromString(data)
            if message.metadata.cacheable:
                self._hashes.add(message.hash)
            kind = message.WhichOneof("type")
            if kind == "script_finished" and message.script_finished in _DONE:
                return time.perf_counter() - start
            self._note(kind, message)

    def _note(self, kind: str | None, message: ForwardMsg) -> None:
        if kind == "navigation":
            self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
        elif kind == "session_event" and message.session_event.WhichOneof("type") == "script_compilation_exception":
            raise AssertionError(message.session_event.script_compilation_exception.message)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            kind = element.WhichOneof("type") or ""
            body = getattr(element, kind)
            assert kind != "exception", body
            if kind in {"markdown", "heading", "alert"}:
                self.said.append(body.body)
            self._remember(getattr(body, "id", ""), message.delta.fragment_id)
        elif kind == "delta":
            self._remember(message.delta.add_block.id, message.delta.fragment_id)

    def _remember(self, id_: str, fragment: str) -> None:
        """The id of a widget ends with the key that it has in the code."""
        if id_.startswith("$$"):
            key = id_.split("-", 2)[2]
            self.ids[key] = id_
            self.fragments[key] = fragment
