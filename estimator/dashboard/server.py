"""What stands before the pages: which names they answer to, how often, and what a browser may do with them."""

import os
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

from estimator.dashboard.rates import CONNECTIONS, UPLOADS, TooOften, is_here

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

HOSTS, FRAMES = "BREAKEVEN_HOSTS", "BREAKEVEN_FRAMES"
MOST_OPEN = 100  # Pages that one address may have open at once.
_UPLOAD, _METRICS = "/_stcore/upload_file/", "/_stcore/metrics"
_ASKED = {"http", "websocket"}
_INLINE_SCRIPT = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"  # Of Streamlit's index.html.

_POLICY = {
    "default-src": "'self'",
    "script-src": f"'self' 'wasm-unsafe-eval' {_INLINE_SCRIPT}",  # Its protocol's numbers are read by WebAssembly.
    "style-src": "'self' 'unsafe-inline'",  # Streamlit's parts write their styles into the page.
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "worker-src": "'none'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_STAY_ENCRYPTED = (b"strict-transport-security", b"max-age=31536000")


def middleware(environment: Mapping[str, str] | None = None) -> list[Middleware]:
    """What every request goes through, the outermost first, as the environment sets it."""
    given = os.environ if environment is None else environment
    return [
        Middleware(Guarded, frames=_listed(given.get(FRAMES, ""))),
        Middleware(Named, hosts=_listed(given.get(HOSTS, ""))),
        Middleware(Paced),
    ]


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").lower().split())


def headers(frames: tuple[str, ...] = ()) -> dict[str, str]:
    """The headers of every answer; `frames` are the origins that may show the pages in a frame beside our own."""
    policy = {**_POLICY, "frame-ancestors": " ".join(("'self'", *frames))}
    return {"Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()), **_HEADERS}


class Guarded:
    """Tells the browser to load from here only, to run no foreign script, and to show the pages in no foreign frame."""

    def __init__(self, app: Asgi, frames: tuple[str, ...] = ()) -> None:
        self.app = app
        self.lines = [(name.lower().encode(), value.encode()) for name, value in headers(frames).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        lines = [*self.lines, _STAY_ENCRYPTED] if scope.get("scheme") in {"https", "wss"} else self.lines

        async def send_guarded(message: Message) -> None:
            if message["type"].endswith("http.response.start"):  # Of a request, or of a refused websocket.
                message = {**message, "headers": [*message.get("headers", ()), *lines]}
            await send(message)

        await self.app(scope, receive, send_guarded)


class Named:
    """Answers to the names in `hosts` only, or to any where there are none; `*.example.com` are all names below it.

    So no page of somebody else, whose name was made to lead here, reads what is here.
    """

    def __init__(self, app: Asgi, hosts: tuple[str, ...] = ()) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in _ASKED and self.hosts:
            given = Headers(scope=scope)
            asked = [f"//{given.get('host', '')}"]
            if scope["type"] == "websocket" and "origin" in given:
                asked.append(given["origin"])
            if not all(map(self._is_ours, asked)):
                said = f"This server does not answer to this name. Its owner can add it to {HOSTS}."
                await PlainTextResponse(said, 400)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _is_ours(self, address: str) -> bool:
        try:
            name = (urlsplit(address).hostname or "").rstrip(".")
        except ValueError:
            return False
        return any(
            host in {"*", name} or (host.startswith("*.") and name.endswith(host.removeprefix("*")))
            for host in self.hosts
        )


class Paced:
    """Bounds what one address may upload and have open, and keeps the figures of operation for this machine alone.

    What costs much on a page is bounded there.
    """

    def __init__(self, app: Asgi) -> None:
        self.app = app
        self.open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = (scope.get("client") or ("",))[0]
        if scope["type"] == "http" and scope["path"].endswith(_METRICS) and not is_here(address):
            await PlainTextResponse("Not found", 404)(scope, receive, send)
            return
        try:
            if scope["type"] == "websocket":
                CONNECTIONS.take(address)
            elif scope["type"] == "http" and scope["method"] == "PUT" and _UPLOAD in scope["path"]:
                UPLOADS.take(address, 1 + _mebibytes(scope))
        except TooOften as refused:
            await _too_many(str(refused), refused.wait_s)(scope, receive, send)
            return
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
        elif self.open[address] >= MOST_OPEN:
            await _too_many(f"{MOST_OPEN} pages are open from your address: close some.", 60)(scope, receive, send)
        else:
            await self._while_open(address, scope, receive, send)

    async def _while_open(self, address: str, scope: Scope, receive: Receive, send: Send) -> None:
        self.open[address] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.open[address] -= 1
            if not self.open[address]:
                del self.open[address]


def _too_many(said: str, wait_s: int) -> PlainTextResponse:
    return PlainTextResponse(said[:1].upper() + said[1:], 429, {"Retry-After": str(wait_s)})


def _mebibytes(scope: Scope) -> float:
    """The size of an upload; the largest that is taken where it does not say."""
    said = Headers(scope=scope).get("content-length", "")
    return int(said) / 2**20 if said.isdecimal() else float(st.get_option("server.maxUploadSize"))
