"""Where a trial may connect to: addresses, names that lead inwards, and the address that was looked up."""

import socket
from ipaddress import ip_address
from threading import Event
from typing import Any

import httpx
import pytest

from estimator.decision.endpoint import Limits, Message, NoAnswer, ask, client, endpoint
from estimator.decision.reach import PublicOnly, is_public
from tests.chat_server import Script, serving

PROMPT = (Message("user", "Count to three."),)
QUICK = Limits(connect_s=1, silence_s=1, total_s=3, first_wait_s=0.01, attempts=1)


@pytest.mark.parametrize(
    ("address", "is_reached"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address, bound to nothing
        ("10.0.0.1", False),
        ("172.15.255.255", True),
        ("172.16.0.0", False),
        ("172.31.255.255", False),
        ("172.32.0.0", True),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("168.63.129.16", False),
        ("192.0.0.192", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("2002:7f00:1::", False),
        ("fe80::1", False),
        ("fec0::1", False),
        ("fd00:ec2::254", False),
        ("ff02::1", False),
    ],
)
def test_what_is_of_the_public_internet(address: str, is_reached: bool) -> None:
    assert is_public(ip_address(address)) is is_reached


def tried(url: str) -> object:
    """The answer of a trial on a server that others use, or the reason why there is none."""
    with client(QUICK) as http:
        try:
            return ask(http, endpoint(url, "m", "sk-test"), PROMPT, QUICK, Event())
        except NoAnswer as reason:
            return reason


@pytest.fixture
def for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BREAKEVEN_TRIALS")


@pytest.mark.usefixtures("for_others")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_nothing_is_sent_inwards_however_it_is_written(host: str) -> None:
    script = Script()
    with serving(script) as url:
        found = tried(url.replace("127.0.0.1", host))
    assert isinstance(found, NoAnswer)
    assert found.is_final
    assert "is not of the public internet" in str(found)
    assert script.seen == []


@pytest.mark.usefixtures("for_others")
def test_one_address_inwards_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    looks_up(monkeypatch, ["8.8.8.8", "10.0.0.1"])
    assert "is not of the public internet" in str(tried("https://api.example.com/v1"))


@pytest.mark.usefixtures("for_others")
def test_a_name_that_is_not_there_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    looks_up(monkeypatch, [])
    assert str(tried("https://api.example.com/v1")) == "api.example.com cannot be reached: check the address."


def test_the_owner_may_allow_it() -> None:
    with serving(Script()) as url:
        assert not isinstance(tried(url), NoAnswer)


def looks_up(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> list[str]:
    """Every name has these addresses; returns the names that are looked up."""
    asked: list[str] = []

    def found(name: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(name)
        if not addresses:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    return asked


class Noting(httpx.BaseTransport):
    """In place of the network: where a request would go. `dead` addresses cannot be reached."""

    def __init__(self, dead: set[str]) -> None:
        self.dead, self.seen = dead, []  # type: ignore[var-annotated]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        told = (str(request.url), request.headers["host"], request.extensions["sni_hostname"])
        self.seen.append(told)
        if request.url.host in self.dead:
            raise httpx.ConnectError("dead", request=request)
        return httpx.Response(200)


@pytest.mark.parametrize(("dead", "last"), [(set(), "8.8.8.8"), ({"8.8.8.8"}, "8.8.4.4")], ids=["first", "second"])
def test_the_address_that_was_looked_up_is_asked_by_the_name(
    monkeypatch: pytest.MonkeyPatch, dead: set[str], last: str
) -> None:
    names = looks_up(monkeypatch, ["8.8.8.8", "8.8.4.4"])
    transport, noting = PublicOnly(), Noting(dead)
    monkeypatch.setattr(transport, "_inner", noting)
    with httpx.Client(transport=transport) as http:
        assert http.post("https://api.example.com:8443/v1").status_code == 200
    assert names == ["api.example.com"]
    assert noting.seen[-1] == (f"https://{last}:8443/v1", "api.example.com:8443", "api.example.com")
