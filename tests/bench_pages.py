"""How fast the pages are: `python -m tests.bench_pages`. Visitors speak Streamlit's protocol to a server of their own.

Server CPU is the processor time of the server's process between two settled pages. Seconds run from an action until
Streamlit says that the script has ended, so all of the page has come; on a machine that does other work meanwhile, the
least CPU is the fairest figure. `--browser` adds a first page in Chromium.
"""

import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median, quantiles

from playwright.sync_api import Error, sync_playwright

from tests.conftest import settle
from tests.visitor import Server, Visitor, served

WARM_UPS, RERUNS = 2, 20
SESSIONS, PAUSE_S, CROWD_S = 30, (8.0, 10.0), 120
_REST_S = 0.1
_MB = 1_000_000
_MODELS = ("DeepSeek-V3.2", "gpt-oss-120b", "GLM-5", "Qwen3-30B-A3B", "Kimi K2", "MiniMax-M2.5")
_CHROMIUM = {"executable_path": "/usr/bin/chromium", "args": ["--no-sandbox", "--disable-dev-shm-usage"]}


@dataclass
class Taken:
    """Of one kind of action: seconds of the server's CPU, and seconds until the page stood."""

    cpu_s: list[float] = field(default_factory=list)
    wall_s: list[float] = field(default_factory=list)

    def row(self, name: str) -> str:
        found = (median(self.cpu_s), min(self.cpu_s), median(self.wall_s), max(self.wall_s))
        return f"{name:<46} {' '.join(f'{1000 * seconds:>10.0f}' for seconds in found)}"


async def reruns(server: Server, act: Callable[[int], Awaitable[float]]) -> Taken:
    """The same kind of action again and again, each with a new value."""
    taken = Taken()
    for i in range(WARM_UPS + RERUNS):
        await asyncio.sleep(_REST_S)
        before = server.cpu_s
        wall = await act(i)
        await asyncio.sleep(_REST_S)  # What the server does after the last message is counted, too.
        if i >= WARM_UPS:
            taken.cpu_s.append(server.cpu_s - before)
            taken.wall_s.append(wall)
    return taken


async def alone() -> None:
    """A visitor who has the server for himself."""
    with served() as server:
        start = time.perf_counter()
        visitor = await Visitor.arrive(server)
        listening = time.perf_counter() - start
        await visitor.open("")
        print(
            f"First page: {time.perf_counter() - start:.2f} s from the start of the process ({server.cpu_s:.2f} s of "
            f"CPU; it listened after {listening:.2f} s); {server.resident_bytes / _MB:.0f} MB."
        )
        print(f"\n{'ms a rerun':<46} {'CPU median':>10} {'CPU least':>10} {'settled':>10} {'at most':>10}")
        print((await reruns(server, lambda i: visitor.set("many-support-chat", 5_001 + i))).row("Start: volume"))
        await visitor.open("compare")
        await visitor.set("which", ["All"])
        for name, act in _on_compare(visitor):
            print((await reruns(server, act)).row(f"Compare, all models: {name}"))
        await visitor.open("budget")
        print((await reruns(server, lambda i: visitor.set("limit", 100 + i))).row("Budget: limit"))
        await visitor.open("selfhost")
        print((await reruns(server, lambda i: visitor.set("weights", _MODELS[i % 6]))).row("Self-host: model"))
        await visitor.leave()


def _on_compare(visitor: Visitor) -> tuple[tuple[str, Callable[[int], Awaitable[float]]], ...]:
    return (
        ("claims on, off", lambda i: visitor.set("claims", bool(i % 2))),
        ("own GPUs on, off", lambda i: visitor.set("hosted", bool(i % 2))),
        ("can wait a day on, off", lambda i: visitor.set("batch", bool(i % 2))),
        ("volume", lambda i: visitor.set("many-support-chat", 7_001 + i)),
    )


async def _busy(visitor: Visitor, chance: random.Random, until: float, seconds: list[float]) -> None:
    """One of many: turns to a page, changes something there, thinks, and goes on."""
    await asyncio.sleep(chance.uniform(0, PAUSE_S[1]))
    while time.monotonic() < until:
        path, key = chance.choice(
            (("", "many-support-chat"), ("compare", "claims"), ("budget", "limit"), ("selfhost", "weights"))
        )
        if visitor.page != path:
            seconds.append(await visitor.open(path))
            await asyncio.sleep(chance.uniform(*PAUSE_S))
        value: object = {
            "many-support-chat": chance.randrange(100, 100_000),
            "claims": chance.random() < 0.5,
            "limit": chance.randrange(10, 10_000),
            "weights": chance.choice(_MODELS),
        }[key]
        seconds.append(await visitor.set(key, value))
        await asyncio.sleep(chance.uniform(*PAUSE_S))


async def crowd() -> None:
    """Many visitors at once, each of whom acts every few seconds."""
    with served() as server:
        visitors = [await Visitor.arrive(server) for _ in range(SESSIONS)]
        for visitor in visitors:
            await visitor.open("")
        seconds: list[float] = []
        until, before = time.monotonic() + CROWD_S, server.cpu_s
        each = enumerate(visitors)
        await asyncio.gather(*(_busy(v, random.Random(seed), until, seconds) for seed, v in each))  # noqa: S311
        p95 = quantiles(seconds, n=20)[-1]
        print(
            f"\n{SESSIONS} sessions, each acting every {PAUSE_S[0]:.0f} to {PAUSE_S[1]:.0f} s for {CROWD_S} s on "
            f"Start, Compare, Budget and Self-host: {len(seconds)} actions. Until the page stands: median "
            f"{median(seconds):.2f} s, p95 {p95:.2f} s, longest {max(seconds):.2f} s.\n"
            f"Server: {(server.cpu_s - before) / len(seconds) * 1000:.0f} ms of CPU an action, "
            f"{server.resident_bytes / _MB:.0f} MB with {SESSIONS} sessions."
        )


def in_browser() -> None:
    """The first page as Chromium sees it, from the start of the server's process."""
    with sync_playwright() as driver, served() as server:
        browser = driver.chromium.launch(**_CHROMIUM)  # type: ignore[arg-type]
        page, start = browser.new_page(), time.perf_counter()
        while True:
            try:
                page.goto(f"http://127.0.0.1:{server.port}")
                break
            except Error:  # It does not listen yet.
                time.sleep(0.01)
        settle(page)
        print(f"First page in Chromium: {time.perf_counter() - start:.2f} s after the server's process began.")
        browser.close()


def main() -> None:
    asyncio.run(alone())
    asyncio.run(crowd())
    if "--browser" in sys.argv:
        in_browser()


if __name__ == "__main__":
    main()
