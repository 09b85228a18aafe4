"""Asking the feeds: the one place that uses the network. What comes of it is worked out in `runs` and kept by `store`.

A feed that cannot be read, or that is refused, stops no other. genai-prices stands in with its installed package for
as long as it was never read from the network: a package is older than what was read since.
"""

import json
import time
import zlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from pricing.catalog import now
from pricing.errors import InputError
from pricing.facts import DATA
from pricing.feeds import FEEDS, Feed, FeedRefused, packaged
from pricing.journal import FeedState, feed_states
from pricing.runs import Answer, Outcome, conclude
from pricing.store import commit, read_whole, write_file, writing

PACKAGED = "genai-prices"
CACHE = "refresh/cache"
_HOPS = 3


@dataclass(frozen=True)
class Limits:
    """How long and how much a feed may take; times are in seconds. `total_s` is for one attempt."""

    connect_s: float = 5
    read_s: float = 15
    total_s: float = 60
    attempts: int = 3
    first_wait_s: float = 0.5
    compressed_bytes: int = 20_000_000
    expanded_bytes: int = 100_000_000


@dataclass(frozen=True)
class Kept:
    """A payload with what the server called it, so that it need not be sent again."""

    url: str
    etag: str
    last_modified: str
    body: bytes


class _Unreadable(Exception):
    """This feed cannot be read now; the message says why."""


class _Passing(_Unreadable):
    """The same, of a kind that may be over in a moment."""


def refresh(
    feeds: Iterable[Feed] = tuple(FEEDS.values()),
    *,
    directory: Path = DATA,
    offline: bool = False,
    dry_run: bool = False,
    limits: Limits = Limits(),
) -> Outcome:
    """Ask the feeds, accept what is plausible, queue the rest, all in one transaction; `dry_run` writes nothing.

    Raises StoreBusy where another writer does not end, InputError where the catalog on disk is unsound.
    """
    asked = tuple(feeds)
    states = read_whole(directory, feed_states)
    ask = partial(_ask, directory=directory, states=states, offline=offline, limits=limits)
    with ThreadPoolExecutor(len(asked)) as pool:
        asked_and_got = list(pool.map(ask, asked))
    answers = [answer for answer, _ in asked_and_got]
    if dry_run:
        return read_whole(directory, lambda held: conclude(held, answers, now()))
    with writing(directory) as held:
        outcome = conclude(held, answers, now())
        commit(held, outcome.files)
        for answer, got in asked_and_got:
            if got:
                _keep(_file(directory, answer.feed), got)
        return outcome


def _ask(
    feed: Feed, *, directory: Path, states: dict[str, FeedState], offline: bool, limits: Limits
) -> tuple[Answer, Kept | None]:
    """The feed's answer, and its payload where that is to be kept for the next time."""
    asked_at, via, etag, got = now(), "package", "", None
    try:
        if offline:
            raise _Unreadable("offline")
        kept = _kept(_file(directory, feed), feed.url)
        got = _fetch(feed.url, kept, limits)
        via, etag, body = "not modified" if got is kept else "network", got.etag, got.body
    except _Unreadable as reason:
        if feed.id != PACKAGED or (feed.id in states and states[feed.id].via != via):
            return Answer(feed, asked_at, problem=f"not read: {reason}"), None
        body = packaged()
    try:
        return Answer(feed, asked_at, feed.adapt(body), via, etag), got if via == "network" else None
    except FeedRefused as reason:
        return Answer(feed, asked_at, via=via, etag=etag, problem=str(reason), refused=True), None


def _file(directory: Path, feed: Feed) -> Path:
    return directory / CACHE / f"{feed.id}.http"


def _kept(file: Path, url: str) -> Kept | None:
    """The payload of last time; none if it was never kept, or came from elsewhere."""
    try:
        head, _, body = file.read_bytes().partition(b"\n")
        kept = Kept(**json.loads(head), body=body)
    except (OSError, ValueError, TypeError):
        return None
    return kept if kept.url == url else None


def _keep(file: Path, got: Kept) -> None:
    head = json.dumps({"url": got.url, "etag": got.etag, "last_modified": got.last_modified})
    write_file(file, head.encode() + b"\n" + got.body)


def _fetch(url: str, kept: Kept | None, limits: Limits) -> Kept:
    """The payload at `url`: `kept` itself where the server says that it has not changed."""
    attempts = Retrying(
        stop=stop_after_attempt(limits.attempts),
        wait=wait_random_exponential(multiplier=limits.first_wait_s, min=limits.first_wait_s),
        retry=retry_if_exception_type(_Passing),
        reraise=True,
    )
    return attempts(_get, url, kept, limits)


def _get(url: str, kept: Kept | None, limits: Limits) -> Kept:
    deadline = time.monotonic() + limits.total_s
    headers = {"Accept-Encoding": "gzip", "User-Agent": "breakeven"}
    if kept and kept.etag:
        headers["If-None-Match"] = kept.etag
    if kept and kept.last_modified:
        headers["If-Modified-Since"] = kept.last_modified
    timeout = httpx.Timeout(limits.read_s, connect=limits.connect_s)
    here = httpx.URL(url)
    try:
        with httpx.Client(timeout=timeout, follow_redirects=False) as client:
            for _ in range(_HOPS):
                _demand_safe(here)
                with client.stream("GET", here, headers=headers) as response:
                    if response.has_redirect_location:
                        here = _onward(here, response.headers["location"])
                        continue
                    if response.status_code == httpx.codes.NOT_MODIFIED and kept:
                        return kept
                    _demand_ok(response.status_code)
                    body = _body(response, limits, deadline)
                    told = response.headers
                    return Kept(url, told.get("etag", ""), told.get("last-modified", ""), body)
    except httpx.TimeoutException:
        raise _Passing("no answer in time") from None
    except httpx.TransportError as error:
        raise _Passing(f"the connection failed ({str(error) or type(error).__name__})") from None
    except httpx.InvalidURL as error:
        raise _Unreadable(f"its address is not one ({error})") from None
    raise _Unreadable("it redirects in a circle")


def _demand_safe(url: httpx.URL) -> None:
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host)):
        raise _Unreadable(f"{url.scheme}://{url.host} is not a safe address")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _onward(here: httpx.URL, location: str) -> httpx.URL:
    there = here.join(location)
    if (there.host, there.port, there.scheme) != (here.host, here.port, here.scheme):
        raise _Unreadable(f"it redirects elsewhere, to {there.host}")
    return there


def _demand_ok(status: int) -> None:
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise _Passing(f"the server answered {status}")
    if status != httpx.codes.OK:
        raise _Unreadable(f"the server answered {status}")


def _body(response: httpx.Response, limits: Limits, deadline: float) -> bytes:
    """The payload, expanded here so that a small one cannot become a great one before it is measured."""
    encoding = response.headers.get("content-encoding", "identity")
    if encoding not in ("identity", "gzip"):
        raise _Unreadable(f"it is packed as {encoding}, which was not asked for")
    unpack = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    body = bytearray()
    received = 0
    try:
        for chunk in response.iter_raw():
            received += len(chunk)
            body += unpack.decompress(chunk, limits.expanded_bytes + 1 - len(body)) if unpack else chunk
            if received > limits.compressed_bytes or len(body) > limits.expanded_bytes:
                raise _Unreadable("it is larger than a price list can be")
            if time.monotonic() > deadline:
                raise _Passing("no answer in time")
    except zlib.error:
        raise _Passing("it is packed wrongly") from None
    if unpack and not unpack.eof:
        raise _Passing("it breaks off")
    return bytes(body)


def demand_webhook(url: str) -> None:
    """Raise InputError for an address that a message should not be sent to."""
    try:
        _demand_safe(httpx.URL(url))
    except (_Unreadable, httpx.InvalidURL) as error:
        raise InputError(f"--webhook {url}: {error}.") from None


def post(url: str, message: object) -> str:
    """Send JSON to a webhook; a sentence where that fails, else nothing."""
    try:
        answer = httpx.post(url, json=message, timeout=10, follow_redirects=False)
    except httpx.HTTPError as error:
        return f"the webhook could not be told: {error}."
    return "" if answer.is_success else f"the webhook answered {answer.status_code}."
