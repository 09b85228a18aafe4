"""What stands before the pages: headers, names, rates; and that the pages work behind it."""

import asyncio
import base64
import hashlib
import re
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
import streamlit
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from streamlit.testing.v1 import AppTest

from estimator.dashboard import rates, server
from estimator.dashboard.rates import Bucket, Rate, TooOften
from estimator.dashboard.server import headers, middleware

T = TypeVar("T")
OUTSIDE = "203.0.113.7"


def apart(asked: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own, for the loop of a browser may run in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asked).result()


def answer(layers: list[Middleware], **scope: Any) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of the answer to a request, or of a refused websocket, through the layers."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    asked = {"type": "http", "method": "GET", "path": "/", "scheme": "http", "client": (OUTSIDE, 1), "headers": []}
    apart(stacked(layers)({**asked, **scope}, receive, send))
    start, *rest = sent
    lines = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], lines, b"".join(part.get("body", b"") for part in rest).decode()


def stacked(layers: list[Middleware], app: Any = PlainTextResponse("in")) -> Any:  # noqa: B008 - it never changes
    for layer in reversed(layers):
        app = layer.cls(app, *layer.args, **layer.kwargs)
    return app


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buckets that nobody took from."""
    for name in ("CONNECTIONS", "UPLOADS"):
        monkeypatch.setattr(server, name, Bucket(getattr(rates, name).rate))


def test_every_answer_tells_the_browser_what_it_may() -> None:
    status, lines, _ = answer(middleware({}))
    assert status == 200
    assert lines["x-content-type-options"] == "nosniff"
    assert lines["referrer-policy"] == "same-origin"
    assert lines["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in lines["permissions-policy"]
    assert "strict-transport-security" not in lines


def test_behind_https_it_stays_there() -> None:
    assert answer(middleware({}), scheme="https")[1]["strict-transport-security"] == "max-age=31536000"


def test_nothing_is_loaded_from_elsewhere_and_no_text_becomes_a_script() -> None:
    policy = dict(part.split(" ", 1) for part in headers()["Content-Security-Policy"].split("; "))
    assert not re.search(r"https?:|\*", " ".join(policy.values()))
    assert "'unsafe" not in policy["script-src"].replace("'wasm-unsafe-eval'", "")
    assert policy["default-src"] == policy["connect-src"] == policy["frame-ancestors"] == "'self'"


def test_the_one_inline_script_is_streamlits_own() -> None:
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert len(hashes) == 1
    assert f"'sha256-{hashes[0]}'" in headers()["Content-Security-Policy"]


def test_a_host_that_is_named_may_show_the_pages_in_a_frame() -> None:
    policy = answer(middleware({"BREAKEVEN_FRAMES": "https://intranet.example.com"}))[1]["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self' https://intranet.example.com")


@pytest.mark.parametrize(
    ("hosts", "host", "is_in"),
    [
        ("", "anything.example", True),
        ("cost.example.com", "cost.example.com", True),
        ("cost.example.com", "COST.example.com:8501", True),
        ("cost.example.com", "cost.example.com.", True),
        ("cost.example.com", "evil.example", False),
        ("cost.example.com", "cost.example.com.evil.example", False),
        ("cost.example.com", "evil.example@cost.example.com", True),
        ("cost.example.com", "", False),
        ("cost.example.com", "[", False),
        ("cost.example.com, localhost", "localhost:8501", True),
        ("::1", "[::1]:8501", True),
        ("*.example.com", "a.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "aexample.com", False),
        ("*", "anything.example", True),
    ],
)
def test_only_names_of_ours_are_answered(hosts: str, host: str, is_in: bool) -> None:
    status, lines, said = answer(middleware({"BREAKEVEN_HOSTS": hosts}), headers=[(b"host", host.encode())])
    assert (status == 200) is is_in
    assert "content-security-policy" in lines
    if not is_in:
        assert said == "This server does not answer to this name. Its owner can add it to BREAKEVEN_HOSTS."


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("origin", "is_in"),
    [
        (None, True),
        ("https://cost.example.com", True),
        ("https://evil.example", False),
        ("null", False),
    ],
)
def test_no_foreign_page_opens_a_websocket(origin: str | None, is_in: bool) -> None:
    given = [(b"host", b"cost.example.com"), *([(b"origin", origin.encode())] if origin else [])]
    layers = middleware({"BREAKEVEN_HOSTS": "cost.example.com"})
    status, _, _ = answer(layers, type="websocket", scheme="ws", headers=given)
    assert (status == 200) is is_in


def upload(mebibytes: int, address: str = OUTSIDE) -> tuple[int, dict[str, str], str]:
    size = [(b"content-length", str(mebibytes * 2**20).encode())]
    return answer(middleware({}), method="PUT", path="/_stcore/upload_file/a/b", client=(address, 1), headers=size)


@pytest.mark.usefixtures("full")
def test_uploads_of_an_address_are_bounded_by_number_and_size() -> None:
    assert [upload(49)[0] for _ in range(10)] == [200] * 10
    status, lines, said = upload(49)
    assert status == 429
    assert int(lines["retry-after"]) <= 25
    assert re.fullmatch(r"Files came too fast from your address: try again in 2[45] seconds\.", said)
    assert upload(49, "203.0.113.8")[0] == 200
    assert answer(middleware({}))[0] == 200


@pytest.mark.usefixtures("full")
def test_an_upload_that_hides_its_size_counts_as_the_largest() -> None:
    path = "/_stcore/upload_file/a/b"
    found = [answer(middleware({}), method="PUT", path=path)[0] for _ in range(10)]
    assert found == [200] * 9 + [429]


@pytest.mark.usefixtures("full")
def test_pages_of_an_address_are_bounded_in_what_they_open_at_once_and_after_each_other() -> None:
    async def script() -> list[int]:
        statuses: list[int] = []
        end = asyncio.Event()

        async def stays_open(_scope: Any, _receive: Any, send: Any) -> None:
            await send({"type": "websocket.accept"})
            await end.wait()

        async def send(message: Any) -> None:
            statuses.append(message.get("status", 101) if "body" not in message else 0)

        app = stacked(middleware({}), stays_open)
        scope = {"type": "websocket", "scheme": "ws", "path": "/_stcore/stream", "client": (OUTSIDE, 1), "headers": []}
        many = [asyncio.create_task(app(dict(scope), None, send)) for _ in range(61)]
        await asyncio.sleep(0)
        end.set()
        await asyncio.gather(*many)
        return [status for status in statuses if status]

    found = apart(script())
    assert found.count(101) == 60
    assert found.count(429) == 1


@pytest.mark.parametrize(("address", "status"), [(OUTSIDE, 404), ("127.0.0.1", 200), ("::1", 200)])
def test_figures_of_operation_are_for_this_machine_alone(address: str, status: int) -> None:
    assert answer(middleware({}), path="/_stcore/metrics", client=(address, 1))[0] == status


def test_who_sits_at_the_machine_is_not_bounded() -> None:
    assert {upload(49, "127.0.0.1")[0] for _ in range(20)} == {200}


@pytest.mark.parametrize(
    ("at_s", "is_in"), [(0.0, False), (1.9, False), (2.0, True)], ids=["at once", "too soon", "in time"]
)
def test_a_bucket_fills_again(at_s: float, is_in: bool) -> None:
    bucket = Bucket(Rate("reports", burst=3, per_s=0.5))
    for _ in range(3):
        bucket.take(OUTSIDE, now_s=0.0)
    if not is_in:
        with pytest.raises(TooOften, match=r"reports came too fast from your address: try again in \d seconds?\."):
            bucket.take(OUTSIDE, now_s=at_s)
    else:
        bucket.take(OUTSIDE, now_s=at_s)


def test_too_many_trials_are_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def body() -> None:
        import streamlit as st  # noqa: PLC0415 - the body of a script that Streamlit runs

        from estimator.dashboard.parts import told  # noqa: PLC0415
        from estimator.dashboard.rates import TRIALS, allow  # noqa: PLC0415

        with told():
            allow(TRIALS)
            st.success("tried")

    asked_by = SimpleNamespace(context=SimpleNamespace(ip_address=OUTSIDE))
    monkeypatch.setattr(rates, "st", asked_by)
    monkeypatch.setattr(rates, "TRIALS", Bucket(rates.TRIALS.rate))
    pages = [AppTest.from_function(body).run() for _ in range(6)]
    assert [bool(page.success) for page in pages] == [True] * 5 + [False]
    assert re.fullmatch(r"Trials came too fast from your address\\: try again in \d+ seconds.", pages[5].error[0].value)


def test_a_bucket_never_holds_more_than_it_can() -> None:
    bucket = Bucket(Rate("reports", burst=2, per_s=1))
    bucket.take(OUTSIDE, now_s=0.0)
    bucket.take(OUTSIDE, 2, now_s=1_000.0)
    with pytest.raises(TooOften, match="in 1 second"):
        bucket.take(OUTSIDE, now_s=1_000.0)


def test_addresses_that_are_forgotten_take_no_room() -> None:
    bucket = Bucket(Rate("reports", burst=1, per_s=0.001))
    for number in range(10_001):
        bucket.take(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", now_s=0.0)
    bucket.take("10.0.0.0", now_s=0.0)
    with pytest.raises(TooOften):
        bucket.take("10.0.0.2", now_s=0.0)
