"""How often one address may ask for what costs this server much: a bucket of tokens for each, in memory only."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import ip_address
from threading import Lock

import streamlit as st

from pricing.errors import Failed

_MOST_ADDRESSES = 10_000  # Beyond that, those who asked longest ago are forgotten.


class TooOften(Failed):
    """Asked more often than one address may; `wait_s` is the time after which it may again."""

    def __init__(self, what: str, wait_s: float) -> None:
        self.wait_s = max(1, round(wait_s))
        seconds = "second" if self.wait_s == 1 else "seconds"
        super().__init__(f"{what} came too fast from your address: try again in {self.wait_s} {seconds}.")


@dataclass(frozen=True)
class Rate:
    """`burst` tokens at once, and `per_s` more each second; `what` names in a sentence what takes them."""

    what: str
    burst: float
    per_s: float


class Bucket:
    """The tokens of one kind that each address has left. Safe between threads."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, address: str | None, tokens: float = 1, now_s: float | None = None) -> None:
        """Raises TooOften, and takes none, where fewer tokens are left. `now_s` is a time of a clock in seconds.

        Whoever asks from the very machine that this runs on may use it as they like.
        """
        if address is None or is_here(address):  # Streamlit tells no address of this machine.
            return
        now_s = time.monotonic() if now_s is None else now_s
        tokens = min(tokens, self.rate.burst)  # What takes more than there can be still has its turn.
        with self._lock:
            before, at = self._left.get(address, (self.rate.burst, now_s))
            left = min(self.rate.burst, before + (now_s - at) * self.rate.per_s)
            if left < tokens:
                raise TooOften(self.rate.what, (tokens - left) / self.rate.per_s)
            self._left[address] = left - tokens, now_s
            self._left.move_to_end(address)
            while len(self._left) > _MOST_ADDRESSES:
                self._left.popitem(last=False)


def is_here(address: str) -> bool:
    """Whether an address is of this very machine."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


CONNECTIONS = Bucket(Rate("pages", burst=60, per_s=1))
UPLOADS = Bucket(Rate("files", burst=500, per_s=2))  # A token for each file, and one for each MiB.
REPORTS = Bucket(Rate("reports", burst=30, per_s=0.5))
SEARCHES = Bucket(Rate("searches", burst=120, per_s=4))
TRIALS = Bucket(Rate("trials", burst=5, per_s=1 / 60))


def allow(bucket: Bucket) -> None:
    """One token of whoever is at the page. Raises TooOften where they have none left."""
    bucket.take(st.context.ip_address)
