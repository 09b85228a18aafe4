"""Speed, as ratios against named peers that do the same work: `python -m tests.bench`. Both must find the same."""

import csv
import os
import random
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib import import_module
from io import BytesIO, StringIO
from statistics import median
from time import perf_counter
from typing import Any, Generic, TypeVar

import genai_prices
import numpy as np
import pandas as pd

from estimator.decision.billing import price_profile
from estimator.tokens import count_text
from estimator.tokens.vocabularies import counter
from estimator.workload import read_usage
from estimator.workload.profile import SLOT
from pricing import Unpriced, Usage, catalog, price
from pricing.values import add_exactly
from tests import bench_scale
from tests.bench_tokens import PEER, contests
from tests.conftest import ROOT, SHARED

TRACE = SHARED / "traces" / "AzureLLMInferenceTrace_code_2023.csv"
TRACE_REQUESTS = 8_819
EVERY_OF_TRACE = 40
LOG_ROWS = 100_000
MILLION = 1_000_000
# The loops would take days over a million requests: they get one in so many, evenly spread.
EVERY_OF_ALL_MODELS = 10_000
EVERY_OF_ONE_MODEL = 200
ONE_MODEL = ("openai", "gpt-5.4")
RUNS = 5
LOOP_RUNS = 3
START = datetime(2026, 11, 19, 18, tzinfo=UTC)  # A Thursday, as the trace's own day was.
HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens"
CACHED = "CachedTokens"

FOLDERS = ("data", "pricing", "estimator", "tests")

Sums = list[tuple[datetime, int, int, int, int]]
Key = tuple[str, str]
Totals = dict[Key, Decimal]
Names = dict[Key, str]
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


def million() -> bytes:
    """Requests of a month, cached in part, from a few hundred tokens to a million: every price tier is reached."""
    chance = np.random.default_rng(20261119)
    seconds = np.sort(chance.integers(30 * 86_400, size=MILLION))
    inputs = np.minimum(chance.lognormal(9, 1.5, MILLION).astype(int), 1_000_000)
    table = pd.DataFrame(
        {
            "TIMESTAMP": pd.Timestamp(START) + pd.to_timedelta(seconds, "s"),
            "ContextTokens": inputs,
            CACHED: (inputs * chance.random(MILLION) ** 2).astype(int),
            "GeneratedTokens": 1 + chance.exponential(300, MILLION).astype(int),
        }
    )
    return table.to_csv(index=False, date_format="%Y-%m-%dT%H:%M:%SZ").encode()


def sample(data: bytes, every: int) -> bytes:
    header, *rows = data.splitlines()
    return b"\n".join([header, *rows[::every], b""])


def our_totals(data: bytes, keys: Collection[Key]) -> Totals:
    """Read once, then priced on every model of these; one without a price is left out."""
    profile = read_usage(data, "trace.csv", catalog().sizes)
    totals: Totals = {}
    for key in keys:
        try:
            totals[key] = price_profile(catalog().models[key], profile).usd
        except Unpriced:
            continue
    return totals


def exact_totals(data: bytes, keys: Collection[Key]) -> Totals:
    """Each request on each model by itself."""
    usages = [(r.at, Usage(r.input - r.cached, r.cached, output_tokens=r.output)) for r in read_rows(data)]
    models = catalog().models
    return {key: add_exactly([price(models[key], usage, at).usd for at, usage in usages]) for key in keys}


@dataclass(frozen=True)
class Row:
    at: datetime
    input: int
    cached: int
    output: int


def read_rows(data: bytes) -> list[Row]:
    """The requests as a loop over the file reads them."""
    return [
        Row(
            at=datetime.fromisoformat(fields["TIMESTAMP"]).replace(tzinfo=UTC),
            input=int(fields["ContextTokens"]),
            cached=int(fields.get(CACHED, 0)),
            output=int(fields["GeneratedTokens"]),
        )
        for fields in csv.DictReader(StringIO(data.decode()))
    ]


def genai_totals(data: bytes, names: Names) -> Totals:
    """Each request on each model by genai-prices, under the name that it knows."""
    usages = [
        (r.at, genai_prices.Usage(input_tokens=r.input, cache_read_tokens=r.cached, output_tokens=r.output))
        for r in read_rows(data)
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


def is_in_genai(name: str, provider: str) -> bool:
    try:
        genai_prices.calc_price(genai_prices.Usage(), name, provider_id=provider)
    except LookupError:
        return False
    return True


@cache
def litellm() -> Any:
    """LiteLLM, with the prices in its package, where somebody has installed it; else None."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    try:
        return import_module("litellm")
    except ImportError:
        return None


def litellm_totals(data: bytes, names: Names) -> Totals:
    """Each request on each model by LiteLLM, at its prices of today: it knows no others."""
    cost, rows = litellm().cost_per_token, read_rows(data)

    def usd(name: str, seller: str, r: Row) -> float:
        counts = {"prompt_tokens": r.input, "cache_read_input_tokens": r.cached, "completion_tokens": r.output}
        return float(sum(cost(name, custom_llm_provider=seller, **counts)))

    return {key: Decimal(sum(usd(name, seller_in_litellm(key[0]), r) for r in rows)) for key, name in names.items()}


def seller_in_litellm(provider: str) -> str:
    return {"google": "gemini", "x-ai": "xai", "moonshotai": "moonshot", "fireworks": "fireworks_ai"}.get(
        provider, provider
    )


def is_in_litellm(name: str, provider: str) -> bool:
    try:
        litellm().cost_per_token(name, custom_llm_provider=seller_in_litellm(provider), prompt_tokens=1)
    except Exception:  # noqa: BLE001 - it has several of its own for a model that it does not know
        return False
    return True


def listed(is_known: Callable[[str, str], bool]) -> Names:
    """The name under which a peer finds each of our models, where it does."""
    spelt: dict[Key, list[str]] = {key: [key[1], "/".join(key)] for key in catalog().models}
    for alias in catalog().aliases:
        spelt[alias.provider, alias.model].append(alias.alias)
    found = {key: next((name for name in names if is_known(name, key[0])), "") for key, names in spelt.items()}
    return {key: name for key, name in found.items() if name}


def race_by_sample(
    data: bytes, every: int, names: Names, peer_totals: Callable[[bytes, Names], Totals]
) -> Race[Totals]:
    """Ours over all requests against a peer's loop over a sample, its time scaled up; what both found in the sample."""
    few = sample(data, every)
    run = race(lambda: our_totals(data, names), lambda: peer_totals(few, names), LOOP_RUNS)
    found = our_totals(few, names)
    assert found == exact_totals(few, names)
    return Race(found, run.peers, run.ours_s, run.peers_s * every)


def disagreements(run: Race[Totals]) -> Iterator[str]:
    """Each model of the peer that does not come to the same total, with the reason."""
    for key, theirs in run.peers.items():
        ours, model = run.ours.get(key), catalog().models[key]
        if ours is None:
            yield f"{'/'.join(key)}: no price of ours was in force on {START:%Y-%m-%d}; genai-prices: {_usd(theirs)}."
        elif ours != theirs:
            sources = ", ".join(sorted({rule.source for rule in model.rules}))
            yield f"{'/'.join(key)}: genai-prices says {_usd(theirs)}; ours, from {sources}: {_usd(ours)}."


def _usd(amount: Decimal) -> str:
    return f"${amount:.4f}"


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


def print_million() -> None:
    """The last table: a month of a large customer."""
    log = million()
    every = our_totals(log, catalog().models)
    peers = [("genai-prices", listed(is_in_genai), genai_totals)]
    if litellm():
        peers.append(("LiteLLM", listed(is_in_litellm), litellm_totals))
    else:
        print("LiteLLM is left out: it is not installed (pip install litellm).")
    for peer, known, totals in peers:
        names = {key: name for key, name in known.items() if key in every}
        many = race_by_sample(log, EVERY_OF_ALL_MODELS, names, totals)
        one = race_by_sample(log, EVERY_OF_ONE_MODEL, {ONE_MODEL: names[ONE_MODEL]}, totals)
        equal = sum(round(many.peers[key], 9) == round(usd, 9) for key, usd in many.ours.items())
        where = f"{peer}, 1 in {EVERY_OF_ALL_MODELS:,} scaled up; {equal} of {len(names)} totals of it equal"
        print(row(f"read and price {MILLION:,}, {len(names)} models", many, where))
        print(
            row(
                f"read and price {MILLION:,}, {'/'.join(ONE_MODEL)}",
                one,
                f"{peer}, 1 in {EVERY_OF_ONE_MODEL} scaled up",
            )
        )


def print_tokens() -> None:
    """Many texts at once."""
    for contest in contests():
        contest.ours()  # Loads and checks the vocabulary.
        run = race(contest.ours, contest.peer, LOOP_RUNS)
        assert run.ours == run.peers
        print(row(contest.work, run, PEER))


def main() -> None:
    """Print all. The peers' loops take most of the time."""
    which, whole = trace()
    requests_csv = sample(whole, EVERY_OF_TRACE)
    count_of_requests = len(read_rows(requests_csv))
    names, prose, log = listed(is_in_genai), text(), requests(LOG_ROWS, timedelta(days=30))
    count = counter("o200k")
    assert count is not None
    count("load the vocabulary")

    priced = race(lambda: our_totals(requests_csv, names), lambda: genai_totals(requests_csv, names), LOOP_RUNS)
    counted = race(lambda: count_text(prose, "o200k").tokens, lambda: count(prose))
    profiled = race(lambda: our_tables(log), lambda: pandas_tables(log))
    assert counted.ours == counted.peers
    assert profiled.ours == profiled.peers

    equal = sum(priced.peers.get(key) == usd for key, usd in priced.ours.items())
    print(f"Pricing: one in {EVERY_OF_TRACE} of {which}, at the prices of {START:%Y-%m-%d}.")
    print(f"{equal} of the {len(names)} models that genai-prices lists come to its total, to the last digit.")
    print(*(f"  {line}" for line in disagreements(priced)), sep="\n")
    print(f"\n{'':<46} {'ours, s':>9} {'peer, s':>9} {'peer/ours':>8}  peer")
    print(
        row(
            f"read and price {count_of_requests:,} requests, {len(names)} models",
            priced,
            "genai-prices, a loop",
        )
    )
    print(row(f"count o200k tokens of {len(prose):,} characters", counted, "tiktoken, encode_ordinary"))
    print_tokens()
    print(row(f"profile {LOG_ROWS:,} rows of CSV", profiled, "pandas, read_csv and groupby"))
    print_million()
    bench_scale.main()


if __name__ == "__main__":
    main()
