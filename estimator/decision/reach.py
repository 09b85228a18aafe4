"""Where a trial may connect to: on a server that others use, never to what that server alone can reach.

A name is looked up once, each address that it has must be of the public internet, and the connection goes to that very
address, so that no second look-up leads elsewhere.
"""

import os
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx

SWITCH = "BREAKEVEN_TRIALS"
_UNICAST = IPv6Network("2000::/3")  # All of IPv6 that is handed out to the public.
_TRANSLATED = IPv6Network("64:ff9b::/96")  # An IPv4 address in its last four bytes (RFC 6052).
_OF_CLOUDS = {IPv4Address("168.63.129.16"), IPv4Address("192.0.0.192")}  # Azure's and Oracle's own, in public ranges.


def switch() -> str:
    """What the owner of this server says of trials: `off`, `local` for any address, else for public ones only."""
    return os.environ.get(SWITCH, "").strip().lower()


class NotPublic(httpx.ConnectError):
    """A name or address that is not of the public internet."""


class PublicOnly(httpx.BaseTransport):
    """Sends requests to public addresses only. Raises NotPublic for others, httpx.ConnectError where there is none."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url, name = request.url, request.url.raw_host.decode("ascii")
        addresses = _public(name, request)
        request.extensions = {**request.extensions, "sni_hostname": name}  # The certificate is that of the name.
        for address in addresses[:-1]:
            try:
                return self._to(address, url, request)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # The same host may answer at another address.
        return self._to(addresses[-1], url, request)

    def _to(self, address: str, url: httpx.URL, request: httpx.Request) -> httpx.Response:
        request.url = url.copy_with(host=address)
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


def _public(name: str, request: httpx.Request) -> tuple[str, ...]:
    """The addresses of a name, at least one. Raises NotPublic where any of them is not public."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise httpx.ConnectError("no such name", request=request) from None
    addresses = tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    if not all(is_public(ip_address(address)) for address in addresses):
        raise NotPublic("not public", request=request)
    return addresses


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether everybody on the internet may reach an address, so that to reach it gives nothing away."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or (IPv4Address(address.packed[-4:]) if address in _TRANSLATED else None)
        if inner:
            return is_public(inner)
        return address in _UNICAST and address.is_global and address.sixtofour is None
    return address.is_global and not address.is_multicast and address not in _OF_CLOUDS
