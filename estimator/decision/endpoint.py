"""The door to an endpoint that speaks OpenAI's chat protocol: one prompt in, a measured answer out.

A user's key is held in memory, is sent as a header and nowhere else. Answers of a server to a refused request are not
repeated to anyone: some hold the key, or the prompt.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from threading import Event
from typing import Annotated, Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from tenacity import (
    Retrying,
    retry_if_exception_type,
    sleep_using_event,
    stop_after_attempt,
    stop_when_event_set,
    wait_random_exponential,
)

from estimator.decision.reach import SWITCH, NotPublic, PublicOnly, switch
from pricing import InputError

_PATH = "/chat/completions"
_DATA, _END = b"data:", b"[DONE]"
STOPPED = "stopped."
_LONGEST_WAIT_S = 10
_OPTIONAL = ("stream_options", "max_tokens")  # What some servers refuse to be told, by name.


@dataclass(frozen=True)
class Limits:
    """How long and how much one answer may take; times are in seconds. `total_s` is for one attempt."""

    connect_s: float = 5
    silence_s: float = 60
    total_s: float = 180
    attempts: int = 3
    first_wait_s: float = 1
    answer_bytes: int = 4_000_000
    output_tokens: int = 2_000
    at_once: int = 4


LIMITS = Limits()


@dataclass(frozen=True)
class Endpoint:
    """Where prompts go. `url` is that of the chat completions; the key is in no repr."""

    url: str
    model: str
    key: SecretStr = field(repr=False)

    @property
    def host(self) -> str:
        """With the port where it is not the usual one."""
        return httpx.URL(self.url).netloc.decode()


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt; its text is in no repr."""

    role: str
    text: str = field(repr=False)


Prompt = tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one prompt. Tokens are the server's own count, None where it gives none.

    `ttft_s` runs to the first token, thoughts included; `total_s` to the last.
    """

    text: str = field(repr=False)
    ttft_s: float
    total_s: float
    input_tokens: int | None = None
    cached_tokens: int = 0
    output_tokens: int | None = None

    @property
    def tpot_s(self) -> float | None:
        """Seconds for each token after the first."""
        if self.output_tokens is None or self.output_tokens < 2:
            return None
        return (self.total_s - self.ttft_s) / (self.output_tokens - 1)


_Tokens = Annotated[int, Field(ge=0, le=10**9)]  # More is no count of one answer.


class _Part(BaseModel):
    """What of an event is read; all else is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Delta(_Part):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None


class _Choice(_Part):
    delta: _Delta | None = None


class _Details(_Part):
    cached_tokens: _Tokens | None = None


class _Usage(_Part):
    prompt_tokens: _Tokens | None = None
    completion_tokens: _Tokens | None = None
    prompt_tokens_details: _Details | None = None
    prompt_cache_hit_tokens: _Tokens | None = None

    @property
    def cached(self) -> int:
        details = self.prompt_tokens_details
        return (details and details.cached_tokens) or self.prompt_cache_hit_tokens or 0


class _Event(_Part):
    choices: tuple[_Choice, ...] | None = None
    usage: _Usage | None = None
    error: object = None


class NoAnswer(Exception):
    """A prompt got no answer; the message says why, in one sentence of ours. `is_final`: nor will others."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


class _Passing(NoAnswer):
    """The same, of a kind that may be over in a moment."""


def trials_allowed() -> bool:
    """Whether this server sends prompts at all: its owner may switch that off."""
    return switch() != "off"


def endpoint(address: str, model: str, key: str) -> Endpoint:
    """Where an address points. Raises InputError for one that is no http(s) address or carries more than a place."""
    try:
        url = httpx.URL(address.strip())
    except httpx.InvalidURL:
        raise InputError("this is no address: write one such as https://api.example.com/v1.") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise InputError("the address must begin with https:// or http://, such as https://api.example.com/v1.")
    if url.userinfo or url.query or url.fragment:
        raise InputError("the address must hold no password, question mark or #: the key has a field of its own.")
    if not model.strip():
        raise InputError("name the model as the endpoint calls it.")
    key = key.strip()
    if not key.isascii() or not key.isprintable():
        raise InputError("the key holds signs that no key has: copy it again.")
    path = url.path.rstrip("/")
    whole = url.copy_with(path=path if path.endswith(_PATH) else path + _PATH)
    return Endpoint(str(whole), model.strip(), SecretStr(key))


def is_open_to_readers(where: Endpoint) -> bool:
    """Whether key and prompts would cross a network unencrypted."""
    url = httpx.URL(where.url)
    try:
        is_here = ip_address(url.host).is_loopback
    except ValueError:
        is_here = url.host == "localhost"
    return url.scheme == "http" and not is_here


def client(limits: Limits) -> httpx.Client:
    """Follows no redirect, so that a key goes to no other host; reaches inwards only where the owner says `local`."""
    timeout = httpx.Timeout(limits.silence_s, connect=limits.connect_s)
    transport = None if switch() == "local" else PublicOnly()
    return httpx.Client(timeout=timeout, follow_redirects=False, transport=transport)


def ask(http: httpx.Client, where: Endpoint, prompt: Prompt, limits: Limits, stop: Event) -> Answer:
    """The measured answer to one prompt; what may pass is tried again. Raises NoAnswer."""
    attempts = Retrying(
        retry=retry_if_exception_type(_Passing),
        stop=stop_after_attempt(limits.attempts) | stop_when_event_set(stop),
        wait=wait_random_exponential(limits.first_wait_s, max=_LONGEST_WAIT_S),
        sleep=sleep_using_event(stop),
        reraise=True,
    )
    return attempts(_ask_adapting, http, where, prompt, limits, stop)


def _ask_adapting(http: httpx.Client, where: Endpoint, prompt: Prompt, limits: Limits, stop: Event) -> Answer:
    """Asked again without what the server refuses to be told, one field after the other."""
    body = _body(where, prompt, limits)
    while not isinstance(found := _attempt(http, where, body, limits, stop), Answer):
        body = _without(body, found)
    return found


def _body(where: Endpoint, prompt: Prompt, limits: Limits) -> dict[str, Any]:
    return {
        "model": where.model,
        "messages": [{"role": message.role, "content": message.text} for message in prompt],
        "max_tokens": limits.output_tokens,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def _without(body: dict[str, Any], field_: str) -> dict[str, Any]:
    """Newer models of OpenAI have another name for the limit of an answer."""
    kept = {name: value for name, value in body.items() if name != field_}
    return {**kept, "max_completion_tokens": body[field_]} if field_ == "max_tokens" else kept


def _attempt(http: httpx.Client, where: Endpoint, body: dict[str, Any], limits: Limits, stop: Event) -> Answer | str:
    """The answer, or the name of the field that the server refuses. Raises NoAnswer."""
    if stop.is_set():
        raise NoAnswer(STOPPED, is_final=True)
    key = where.key.get_secret_value()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    begun = time.monotonic()
    try:
        with http.stream("POST", where.url, json=body, headers=headers) as response:
            if response.status_code != httpx.codes.OK:
                refused = _refused_field(response, body)
                if refused:
                    return refused
                raise _refusal(where, response.status_code)
            return _read(where, response.iter_bytes(), begun, limits, stop)
    except NotPublic:
        said = f"{where.host} is not of the public internet: the owner of this server may allow it by {SWITCH}=local."
        raise NoAnswer(said, is_final=True) from None
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol):
        raise NoAnswer(f"{where.host} cannot be reached: check the address.", is_final=True) from None
    except httpx.TimeoutException:
        raise NoAnswer(f"{where.host} was silent for {limits.silence_s:g} seconds: try again later.") from None
    except httpx.HTTPError:
        raise _Passing(f"{where.host} broke off its answer: try again later.") from None


def _refused_field(response: httpx.Response, body: dict[str, Any]) -> str:
    """The field of ours that a refusal names; blank where it names none."""
    if response.status_code not in {httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY}:
        return ""
    said = b"".join(_first(response.iter_bytes(), 10_000))
    return next((name for name in _OPTIONAL if name in body and name.encode() in said), "")


def _first(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        most -= len(chunk)
        if most <= 0:
            return


def _refusal(where: Endpoint, status: int) -> NoAnswer:
    """What a status means to the person, without a word of the server's."""
    host = where.host
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return NoAnswer(f"{host} does not take the key ({status}): check it.", is_final=True)
    if status == httpx.codes.NOT_FOUND:
        return NoAnswer(f"{host} knows no such address or model ({status}): check both.", is_final=True)
    if status == httpx.codes.PAYMENT_REQUIRED:
        return NoAnswer(f"{host} says that the account has no credit ({status}).", is_final=True)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return _Passing(f"{host} takes no more requests for now ({status}): try fewer prompts, or later.")
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return _Passing(f"{host} has a fault of its own ({status}): try again later.")
    return NoAnswer(f"{host} refused the request ({status}).")


def _read(where: Endpoint, chunks: Iterator[bytes], begun: float, limits: Limits, stop: Event) -> Answer:
    """The stream's text, times and usage."""
    texts: list[str] = []
    usage = _Usage()
    first = last = None
    for event in _events(where, _bounded(where, chunks, begun, limits, stop)):
        usage = event.usage or usage
        for delta in (choice.delta for choice in event.choices or () if choice.delta):
            texts.append(delta.content or "")
            if delta.content or delta.reasoning_content or delta.reasoning:
                last = time.monotonic()
                first = first or last
    if first is None or last is None:
        raise NoAnswer(f"{where.host} sent an answer without text.")
    return Answer(
        text="".join(texts),
        ttft_s=first - begun,
        total_s=last - begun,
        input_tokens=usage.prompt_tokens,
        cached_tokens=usage.cached,
        output_tokens=usage.completion_tokens,
    )


def _bounded(where: Endpoint, chunks: Iterator[bytes], begun: float, limits: Limits, stop: Event) -> Iterator[bytes]:
    """The chunks, as long as they are not too many, too slow, or unwanted."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if stop.is_set():
            raise NoAnswer(STOPPED, is_final=True)
        if size > limits.answer_bytes:
            raise NoAnswer(f"{where.host} sent more than an answer can be.")
        if time.monotonic() - begun > limits.total_s:
            raise NoAnswer(f"{where.host} took longer than {limits.total_s:g} seconds for one answer.")
        yield chunk


def _events(where: Endpoint, chunks: Iterator[bytes]) -> Iterator[_Event]:
    """The events of a stream, line by line, however it is cut into chunks."""
    pending = b""
    for chunk in chunks:
        *lines, pending = (pending + chunk).split(b"\n")
        yield from filter(None, (_event(where, line) for line in lines))
    yield from filter(None, [_event(where, pending)])


def _event(where: Endpoint, line: bytes) -> _Event | None:
    text = line.strip()
    if not text.startswith(_DATA) or text.endswith(_END):
        return None
    try:
        event = _Event.model_validate_json(text.removeprefix(_DATA))
    except ValidationError:  # Its message would repeat the answer.
        reason = f"{where.host} does not speak the chat protocol of OpenAI: check the address."
        raise NoAnswer(reason, is_final=True) from None
    if event.error:
        raise _Passing(f"{where.host} broke off its answer: try again later.")
    return event
