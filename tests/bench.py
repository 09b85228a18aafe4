"""Speed, as ratios against named peers that do the same work: `python -m tests.bench`. Both must find the same."""

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from statistics import median
from time import perf_counter
from typing import Generic, TypeVar

import genai_prices
import pandas as pd

from estimator.decision.billing import price_profile
from estimator.tokens import count_text
from estimator.tokens.vocabularies import counter
from estimator.workload import read_usage
from estimator.workload.profile import SLOT
from pricing import Model, Unpriced, catalog
from tests.conftest import ROOT, SHARED

TRACE = SHARED / "traces" / "AzureLLMInferenceTrace_code_2023.csv"
TRACE_REQUESTS = 8_819
LOG_ROWS = 100_000
RUNS = 5
LOOP_RUNS = 3  # The loop of the first race takes most of a minute.
START = datetime(2026, 11, 19, 18, tzinfo=UTC)  # A Thursday, as the trace's own day was.
HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens"

FOLDERS = ("data", "pricing", "estimator", "tests")

Sums = list[tuple[datetime, int, int, int, int]]
Totals = dict[tuple[str, str], Decimal]
T = TypeVar("T")


@dataclass(frozen=True)
class Race(Generic[T]):
    """What both found, and the median seconds of runs that took turns."""

    ours: T
    peers: T
    ours_s: float
    peers_s: float


def race(ours: Callable[[], T], peer: Callable[[], T], runs: int = RUNS) -> Race[T]:
    rounds = [(_timed(ours), _timed(peer)) for _ in range(runs)]
    (found, _), (peers, _) = rounds[-1]
    return Race(found, peers, median(own[1] for own, _ in rounds), median(other[1] for _, other in rounds))


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = perf_counter()
    found = work()
    return found, perf_counter() - start


def row(work: str, run: Race[T], peer: str) -> str:
    return f"{work:<46} {run.ours_s:>9.3f} {run.peers_s:>9.3f} {run.peers_s / run.ours_s:>8.2f}  {peer}"


def requests(count: int, span: timedelta, seed: int = 20231116) -> bytes:
    """A table of made-up requests: times at random within `span`, sizes spread as in the Azure code trace."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    starts = sorted(START + span * chance.random() for _ in range(count))
    rows = (
        f"{start:%Y-%m-%d %H:%M:%S.%f},{min(7437, round(chance.lognormvariate(7.2, 0.9)))},"
        f"{1 + round(chance.expovariate(1 / 27))}"
        for start in starts
    )
    return "\n".join([HEADER, *rows, ""]).encode()


def trace() -> tuple[str, bytes]:
    """The Azure trace with its day moved to one with prices on record, or one of its size made up; and which."""
    if TRACE.is_file():
        return "the Azure code trace of 2023", TRACE.read_bytes().replace(b"2023-11-16", f"{START:%Y-%m-%d}".encode())
    return "made-up requests (the Azure trace is not at hand)", requests(TRACE_REQUESTS, timedelta(hours=1))


def our_totals(data: bytes) -> Totals:
    """Read once, then priced on every model; a model without a price is left out."""
    profile = read_usage(data, "trace.csv", catalog().sizes)
    totals: Totals = {}
    for key, model in catalog().models.items():
        try:
            totals[key] = price_profile(model, profile).usd
        except Unpriced:
            continue
    return totals


def peer_totals(data: bytes, names: dict[tuple[str, str], str]) -> Totals:
    """Each request on each model that genai-prices lists, under the name that it knows."""
    rows = csv.DictReader(StringIO(data.decode()))
    usages = [
        (
            datetime.fromisoformat(row["TIMESTAMP"]).replace(tzinfo=UTC),
            genai_prices.Usage(input_tokens=int(row["ContextTokens"]), output_tokens=int(row["GeneratedTokens"])),
        )
        for row in rows
    ]
    return {
        key: sum(
            (
                genai_prices.calc_price(usage, name, provider_id=key[0], genai_request_timestamp=at).total_price
                for at, usage in usages
            ),
            Decimal(0),
        )
        for key, name in names.items()
    }


def peer_names() -> dict[tuple[str, str], str]:
    """The name under which genai-prices finds each of our models, where it does."""
    found = {key: _peer_name(model) for key, model in catalog().models.items()}
    return {key: name for key, name in found.items() if name}


def _peer_name(model: Model) -> str:
    aliases = [a.alias for a in catalog().aliases if (a.provider, a.model) == (model.provider, model.id)]
    for name in (model.id, *aliases):
        try:
            genai_prices.calc_price(genai_prices.Usage(), name, provider_id=model.provider)
        except LookupError:
            continue
        return name
    return ""


def disagreements(run: Race[Totals]) -> Iterator[str]:
    """Each model that does not come to the same total, with the reason."""
    for key, model in catalog().models.items():
        ours, theirs = run.ours.get(key), run.peers.get(key)
        if ours is None:
            yield f"{'/'.join(key)}: no price of ours was in force on {START:%Y-%m-%d}; genai-prices: {_usd(theirs)}."
        elif theirs is None:
            yield f"{'/'.join(key)}: genai-prices does not list it; ours: {_usd(ours)}."
        elif ours != theirs:
            sources = ", ".join(sorted({rule.source for rule in model.rules}))
            yield f"{'/'.join(key)}: genai-prices says {_usd(theirs)}; ours, from {sources}: {_usd(ours)}."


def _usd(amount: Decimal | None) -> str:
    return "none" if amount is None else f"${amount:.2f}"


def our_tables(data: bytes) -> Sums:
    """Requests, input and output tokens by half hour and size band."""
    cells = read_usage(data, "log.csv", catalog().sizes).cells
    return sorted((c.start, c.floor, c.requests, c.usage.total_input_tokens, c.usage.output_tokens) for c in cells)


def pandas_tables(data: bytes) -> Sums:
    """The same by pandas: as little as answers the question, with no checks of the rows."""
    log = pd.read_csv(BytesIO(data), parse_dates=["TIMESTAMP"])
    sizes = pd.Series(catalog().sizes)
    log["start"] = log["TIMESTAMP"].dt.tz_localize(UTC).dt.floor(SLOT)
    log["floor"] = sizes.iloc[sizes.searchsorted(log["ContextTokens"], side="right") - 1].to_numpy()
    groups = log.groupby(["start", "floor"]).agg(
        requests=("ContextTokens", "size"), input=("ContextTokens", "sum"), output=("GeneratedTokens", "sum")
    )
    return [
        (start.to_pydatetime(), int(floor), int(n), int(tokens_in), int(tokens_out))
        for start, floor, n, tokens_in, tokens_out in groups.reset_index().itertuples(index=False)
    ]


def text() -> str:
    """Prose, code and figures: the product's own files."""
    paths = [*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.*"))]
    readable = sorted(path for path in paths if path.suffix in {".md", ".py", ".csv", ".json"})
    return "\n".join(path.read_text(encoding="utf-8") for path in readable)


def main() -> None:
    """Print both tables. The loop takes most of the time."""
    which, requests_csv = trace()
    names, prose, log = peer_names(), text(), requests(LOG_ROWS, timedelta(days=30))
    count = counter("o200k")
    assert count is not None
    count("load the vocabulary")

    priced = race(lambda: our_totals(requests_csv), lambda: peer_totals(requests_csv, names), LOOP_RUNS)
    counted = race(lambda: count_text(prose, "o200k").tokens, lambda: count(prose))
    profiled = race(lambda: our_tables(log), lambda: pandas_tables(log))
    assert counted.ours == counted.peers
    assert profiled.ours == profiled.peers

    equal = sum(priced.peers.get(key) == usd for key, usd in priced.ours.items())
    print(f"Pricing: {which}, at the prices of {START:%Y-%m-%d}.")
    print(f"{equal} of {len(catalog().models)} models come to the same total as genai-prices, to the last digit.")
    print(*(f"  {line}" for line in disagreements(priced)), sep="\n")
    print(f"\n{'':<46} {'ours, s':>9} {'peer, s':>9} {'peer/ours':>8}  peer")
    print(
        row(f"price {TRACE_REQUESTS:,} requests, all models", priced, f"genai-prices, a loop over {len(names)} models")
    )
    print(row(f"count o200k tokens of {len(prose):,} characters", counted, "tiktoken, encode_ordinary"))
    print(row(f"profile {LOG_ROWS:,} rows of CSV", profiled, "pandas, read_csv and groupby"))


if __name__ == "__main__":
    main()
