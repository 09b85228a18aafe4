"""The refresh against a real server on loopback that plays the feeds and their faults, and the review after it."""

import gzip
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pricing import InputError, UnknownModel, currency, upkeep
from pricing import refresh as refresh_module
from pricing import review as review_module
from pricing.__main__ import main
from pricing.catalog import load, now
from pricing.check import problems
from pricing.facts import DATA
from pricing.feeds import FEEDS, Feed
from pricing.journal import read_runs
from pricing.refresh import Limits, demand_webhook, refresh
from pricing.review import accept, reject, waiting
from pricing.runs import Outcome
from pricing.store import generation, read_whole, snapshot
from tests.small import SELLERS, ecb, genai, litellm, small_data

QUICK = Limits(
    connect_s=1, read_s=0.3, total_s=0.5, attempts=3, first_wait_s=0.01, compressed_bytes=50_000, expanded_bytes=500_000
)
LATER = now().replace(year=2090)


@dataclass
class Server:
    """Answers by path; each answer is given once, the last for good. Keeps what was asked."""

    url: str
    answers: dict[str, list[Callable[[BaseHTTPRequestHandler], None]]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def play(self, path: str, *answers: Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.answers[path] = list(answers)

    def feed(self, id_: str, *answers: Callable[[BaseHTTPRequestHandler], None]) -> Feed:
        self.play(f"/{id_}", *answers)
        return replace(FEEDS[id_], url=f"{self.url}/{id_}")


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            played.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            answers = played.answers[self.path]
            (answers.pop(0) if len(answers) > 1 else answers[0])(self)

        do_GET = do_POST = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played = Server(f"http://127.0.0.1:{listening.server_address[1]}")
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield played
    listening.shutdown()
    thread.join()
    listening.server_close()


def answer(body: bytes = b"", status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def give(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in ({"content-length": str(len(body))} | headers).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return give


def breaking_off(body: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    return answer(body[: len(body) // 2], content_length=str(len(body)))


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, each in time, all together never done."""
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(40):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        pass  # The reader has had enough.


def silent(_: BaseHTTPRequestHandler) -> None:
    time.sleep(0.6)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return small_data(tmp_path / "data")


def run(data: Path, *feeds: Feed, **options: Any) -> Outcome:
    return refresh(feeds, directory=data, limits=QUICK, **options)


def usd(data: Path, model: str = "openai/m", item: str = "input") -> str:
    """The one price that holds from now on."""
    rules = load(data).find(model).rules
    (found,) = [r for r in rules if r.item == item and r.status == "listed" and r.in_force(LATER)]
    return str(found.usd)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_plausible_change_is_closed_and_added(data: Path, server: Server) -> None:
    outcome = run(data, server.feed("genai-prices", answer(genai(openai_m="3"), etag='"a"')))
    assert usd(data) == "3"
    assert usd(data, "openai/n") == "2"
    (before, after) = (r for r in load(data).find("openai/m").rules if r.item == "input")
    assert before.valid_to == after.valid_from
    assert after.source == f"genai-prices@{outcome.run.feeds[0].version}"
    assert load(data).sources[after.source].locator == f"{server.url}/genai-prices"
    assert problems(load(data)) == []
    changed = snapshot(data).text("prices/openai.csv").splitlines()
    assert len(changed) == 7
    (line,) = outcome.run.feeds
    assert (line.via, line.etag, line.confirmed, line.added, line.closed, line.waiting) == (
        "network",
        '"a"',
        10,
        2,
        2,
        0,
    )


def test_every_run_leaves_a_line(data: Path, server: Server) -> None:
    feed = server.feed("genai-prices", answer(genai(openai_m="3")), answer(genai(openai_m="3", mistral_m="9")))
    run(data, feed)
    run(data, feed)
    first, second = read_whole(data, read_runs)
    assert (first.added, first.closed, first.waiting, len(first.accepted)) == (2, 2, 0, 2)
    assert (second.added, second.closed, second.waiting, second.feeds[0].waiting) == (0, 0, 2, 2)
    assert [json.loads(line)["verb"] for line in (data / "refresh/runs.jsonl").read_text().splitlines()] == [
        "refresh"
    ] * 2


def test_a_dry_run_shows_the_same_and_writes_nothing(data: Path, server: Server) -> None:
    feed = server.feed("genai-prices", answer(genai(openai_m="3", mistral_m="9")))
    before = tree(data)
    shown = run(data, feed, dry_run=True)
    assert tree(data) == before
    done = run(data, feed)
    assert shown.accepted == done.accepted
    assert [r.change for r in shown.waiting] == [r.change for r in done.waiting]
    assert tree(data) != before


def test_what_has_not_changed_is_not_sent_again(data: Path, server: Server) -> None:
    feed = server.feed(
        "genai-prices",
        answer(genai(), etag='"a"', last_modified="Mon, 23 Nov 2026 00:00:00 GMT"),
        answer(status=304),
    )
    assert run(data, feed).run.feeds[0].via == "network"
    again = run(data, feed).run.feeds[0]
    assert (again.via, again.etag, again.confirmed) == ("not modified", '"a"', 12)
    asked = server.asked[1][1]
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('"a"', "Mon, 23 Nov 2026 00:00:00 GMT")
    (data / "refresh/cache/genai-prices.http").write_bytes(b"spoiled")
    server.play("/genai-prices", answer(genai()))
    run(data, feed)
    assert "if-none-match" not in server.asked[2][1]


def test_a_packed_payload_is_unpacked(data: Path, server: Server) -> None:
    feed = server.feed("genai-prices", answer(gzip.compress(genai(openai_m="3")), content_encoding="gzip"))
    run(data, feed)
    assert usd(data) == "3"


BOMB = gzip.compress(b" " * 20_000_000)
FAULTS = [
    pytest.param([answer(b"<html>Service unavailable</html>")], True, "not JSON", id="an error page with 200"),
    pytest.param([answer(b'{"error": "rate limited"}')], True, "expected", id="an error body with 200"),
    pytest.param([answer(genai()[:200])], True, "not JSON", id="truncated JSON"),
    pytest.param([answer(b"[" * 40_000)], True, "deep|not JSON", id="hostile JSON"),
    pytest.param([answer(b"[]")], True, "no price", id="an empty list"),
    pytest.param([answer(genai().replace(b"2.0", b"NaN"))], True, "NaN", id="NaN"),
    pytest.param([answer(genai(openai_m="-3"))], True, "negative", id="negative"),
    pytest.param([answer(genai("2000"))], True, "moved more than 500-fold", id="thousandfold"),
    pytest.param([answer(genai().replace(b"input_mtok", b"input_furlong"))], True, "unit", id="an unknown unit"),
    pytest.param([breaking_off(genai())], False, "connection failed", id="a connection that breaks off"),
    pytest.param([answer(gzip.compress(genai())[:-9], content_encoding="gzip")], False, "breaks off", id="half a gzip"),
    pytest.param([answer(b"no gzip", content_encoding="gzip")], False, "packed wrongly", id="no gzip"),
    pytest.param([answer(b"?", content_encoding="br")], False, "packed as br", id="packed as was not asked"),
    pytest.param([answer(BOMB, content_encoding="gzip")], False, "larger than", id="a gzip bomb"),
    pytest.param([answer(b" " * 60_000)], False, "larger than", id="too large"),
    pytest.param([dripping], False, "no answer in time", id="dripping"),
    pytest.param([silent], False, "no answer in time", id="silent"),
    pytest.param([answer(status=404)], False, "answered 404", id="gone"),
    pytest.param([answer(status=503)], False, "answered 503", id="down"),
    pytest.param([answer(status=304)], False, "answered 304", id="not modified, unasked"),
    pytest.param(
        [answer(status=302, location="https://elsewhere.example/x")], False, "elsewhere", id="redirected elsewhere"
    ),
    pytest.param([answer(status=302, location="/litellm")], False, "circle", id="redirected in a circle"),
    pytest.param([answer(status=302, location="file:///etc/passwd")], False, "elsewhere", id="redirected to a file"),
]


@pytest.mark.parametrize(("answers", "refused", "reason"), FAULTS)
def test_a_faulty_feed_is_left_out_and_the_others_go_on(
    data: Path, server: Server, answers: list[Any], refused: bool, reason: str
) -> None:
    bad = replace(server.feed("litellm", *answers), adapt=FEEDS["genai-prices"].adapt)
    good = server.feed("genai-prices", answer(genai(openai_m="3")))
    outcome = run(data, bad, good)
    line = outcome.run.feeds[0]
    assert line.refused == refused
    assert any(each in line.problem for each in reason.split("|")), line.problem
    assert usd(data) == "3"
    assert problems(load(data)) == []


def test_the_last_good_catalog_stays_where_all_are_refused(data: Path, server: Server) -> None:
    before = tree(data / "prices")
    outcome = run(data, server.feed("genai-prices", answer(b"oops")), server.feed("litellm", answer(b"{}")))
    assert [feed.refused for feed in outcome.run.feeds] == [True, True]
    assert tree(data / "prices") == before


def test_a_server_that_recovers_is_asked_again(data: Path, server: Server) -> None:
    run(data, server.feed("genai-prices", answer(status=500), answer(status=429), answer(genai(openai_m="3"))))
    assert len(server.asked) == 3
    assert usd(data) == "3"


def test_retries_are_bounded_and_a_refusal_is_not_retried(data: Path, server: Server) -> None:
    run(data, server.feed("litellm", answer(status=500)))
    assert len(server.asked) == QUICK.attempts
    run(data, server.feed("models-dev", answer(status=404)))
    assert len(server.asked) == QUICK.attempts + 1


def test_a_redirect_on_the_same_host_is_followed(data: Path, server: Server) -> None:
    feed = server.feed("genai-prices", answer(status=301, location="/moved"))
    server.play("/moved", answer(genai(openai_m="3")))
    run(data, feed)
    assert usd(data) == "3"


def test_plain_http_is_for_loopback_alone(data: Path) -> None:
    feed = replace(FEEDS["litellm"], url="http://feeds.example/x")
    assert run(data, feed).run.feeds[0].problem == "not read: http://feeds.example is not a safe address"


def test_a_feed_that_has_shrunk_is_refused(data: Path, server: Server) -> None:
    feed = server.feed("genai-prices", answer(genai(models=("m", "n", "o", "p", "q"))), answer(genai()))
    run(data, feed)
    line = run(data, feed).run.feeds[0]
    assert (line.refused, line.problem) == (True, "it has 6 models, and had 15.")


def test_the_package_stands_in_until_the_network_was_read(
    data: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh_module, "packaged", lambda: genai(openai_m="2.5"))
    feed = server.feed("genai-prices", answer(status=404), answer(genai(openai_m="3")), answer(status=404))
    assert run(data, feed).run.feeds[0].via == "package"
    assert usd(data) == "2.5"
    assert run(data, feed).run.feeds[0].via == "network"
    assert usd(data) == "3"
    assert run(data, feed).run.feeds[0].problem == "not read: the server answered 404"
    assert run(data, feed, offline=True).run.feeds[0].problem == "not read: offline"
    assert usd(data) == "3"


def test_a_source_without_a_licence_is_compared_with_not_copied(data: Path, server: Server) -> None:
    adapt = FEEDS["genai-prices"].adapt
    other = replace(server.feed("llm-prices", answer(genai(openai_m="9"))), adapt=adapt)
    outcome = run(data, server.feed("genai-prices", answer(genai(openai_m="3"))), other)
    assert [(r.change.feed, r.reason) for r in outcome.waiting] == [
        ("genai-prices", "sources disagree: llm-prices says 9 for 1000000")
    ] * 2


def test_two_sources_that_disagree_wait(data: Path, server: Server) -> None:
    outcome = run(
        data, server.feed("genai-prices", answer(genai(openai_m="3"))), server.feed("litellm", answer(litellm()))
    )
    assert usd(data) == "2"
    assert {r.reason for r in outcome.waiting} == {"sources disagree: LiteLLM says 2 for 1000000"}


def test_a_disagreement_that_is_on_record_is_not_asked_about(data: Path, server: Server) -> None:
    columns = "provider,model,item,mode,usd_followed,source_followed,usd_other,source_other,why,checked_on"
    rows = [f"openai,m,{item},standard,2,genai-prices,2.5,litellm,why,2026-11-23" for item in ("input", "output")]
    (data / "catalog/disagreements.csv").write_text("\n".join([columns, *rows]) + "\n")
    ours = server.feed("genai-prices", answer(genai()), answer(genai(openai_m="3")))
    other = server.feed("litellm", answer(litellm(openai_m="2.5")))
    assert run(data, ours, other).waiting == ()
    assert run(data, ours, other).run.added == 2  # Nor does it contradict.
    assert usd(data) == "3"


def test_a_new_model_of_two_sources_is_added(data: Path, server: Server) -> None:
    more = ("m", "n", "o")
    ours = server.feed("genai-prices", answer(genai()), answer(genai(models=more)))
    other = server.feed("litellm", answer(litellm()), answer(litellm(models=more)))
    run(data, ours, other)
    with pytest.raises(UnknownModel):
        load(data).find("openai/o")
    run(data, ours, other)
    assert {usd(data, f"{seller}/o") for seller in SELLERS} == {"2"}
    assert problems(load(data)) == []


def test_what_would_leave_a_fault_waits(data: Path, server: Server) -> None:
    listed = json.loads(genai(mistral_m="3"))
    listed[0]["models"][0]["prices"]["input_mtok"] = {"base": 2, "tiers": [{"start": 1000, "price": 3}]}
    outcome = run(data, server.feed("genai-prices", answer(json.dumps(listed).encode())))
    (review,) = outcome.waiting
    assert review.reason.startswith(
        "it would leave a fault: openai/m, standard: from 1001 tokens on output has no price"
    )
    assert usd(data, "mistral/m") == "3"
    with pytest.raises(InputError, match="it would leave a fault"):
        accept([review.id], data)
    assert problems(load(data)) == []


def test_two_refreshes_at_once_do_not_mix(data: Path, server: Server) -> None:
    feed = server.feed("genai-prices", answer(genai("3")))
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: run(data, feed), range(4)))
    assert sorted(len(outcome.accepted) for outcome in outcomes) == [0, 0, 0, 12]
    assert problems(load(data)) == []
    assert len(read_whole(data, read_runs)) == 4
    assert {usd(data, f"{seller}/{model}") for seller in SELLERS for model in ("m", "n")} == {"3"}


def test_an_older_answer_does_not_undo_a_later_one(data: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = server.feed("genai-prices", answer(genai(openai_m="3")), answer(genai(openai_m="2")))
    run(data, feed)
    long_ago = now().replace(year=2020)
    times = iter([long_ago])
    monkeypatch.setattr(refresh_module, "now", lambda: next(times, now()))
    assert run(data, feed).run.feeds[0].problem == "a later reading of it is already in"
    assert usd(data) == "3"


# --- exchange rates --------------------------------------------------------------------------------------------------

ON_RECORD = "date,currency,per_eur\n2026-10-29,USD,1.1\n2026-10-30,USD,1.1172\n"
RATES_FEED = ("Date,USD,JPY,", "2026-11-02,1.1180,175.68,", "2026-10-30,1.1172,175,", "2026-10-29,1.1,174,")


@pytest.fixture
def with_rates(data: Path) -> Path:
    (data / "rates").mkdir()
    (data / "rates/currencies.csv").write_text("currency,name,symbol,decimals,source\nUSD,US dollar,$,2,cldr-en\n")
    (data / "rates/ecb.csv").write_text(ON_RECORD)
    return data


def test_rates_are_kept_in_the_same_run_as_prices(with_rates: Path, server: Server) -> None:
    prices = server.feed("genai-prices", answer(genai(openai_m="3")))
    rates = server.feed("ecb", answer(ecb(*RATES_FEED), etag='"e"'), answer(status=304))
    first = generation(with_rates)
    outcome = run(with_rates, prices, rates)
    assert (with_rates / "rates/ecb.csv").read_text() == f"{ON_RECORD}2026-11-02,USD,1.1180\n"
    assert usd(with_rates) == "3"
    assert generation(with_rates) == first + 1
    line = outcome.run.feeds[1]
    assert (line.via, line.version, line.confirmed, line.added, line.problem) == ("network", "2026-11-02", 2, 1, "")
    assert (outcome.run.added, outcome.run.closed) == (3, 2)
    again = run(with_rates, rates).run.feeds[0]
    assert (again.via, again.etag, again.confirmed, again.added) == ("not modified", '"e"', 3, 0)


def test_a_dry_run_adds_no_rate(with_rates: Path, server: Server) -> None:
    before = tree(with_rates)
    assert run(with_rates, server.feed("ecb", answer(ecb(*RATES_FEED))), dry_run=True).run.added == 1
    assert tree(with_rates) == before


@pytest.mark.parametrize(
    ("given", "refused", "reason"),
    [
        pytest.param(answer(b"<html>Busy</html>"), True, "not a sound zip", id="an error page"),
        pytest.param(answer(ecb(*RATES_FEED)[:-40]), True, "not a sound zip", id="truncated"),
        pytest.param(breaking_off(ecb(*RATES_FEED)), False, "connection failed", id="breaks off"),
        pytest.param(answer(b"0" * 60_000), False, "larger than", id="too large"),
        pytest.param(answer(ecb(RATES_FEED[0], "2026-11-02,3,1,", *RATES_FEED[2:])), True, "2×", id="a jump"),
        pytest.param(answer(ecb("Date,USD,", "2026-11-02,1.1,")), True, "last day on record", id="a gap"),
        pytest.param(answer(status=404), False, "answered 404", id="gone"),
    ],
)
def test_a_faulty_feed_of_rates_changes_none_and_stops_no_other(
    with_rates: Path, server: Server, given: Any, refused: bool, reason: str
) -> None:
    outcome = run(with_rates, server.feed("ecb", given), server.feed("genai-prices", answer(genai(openai_m="3"))))
    line = outcome.run.feeds[0]
    assert (line.refused, line.added) == (refused, 0)
    assert reason in line.problem
    assert (with_rates / "rates/ecb.csv").read_text() == ON_RECORD
    assert usd(with_rates) == "3"


def test_a_running_app_takes_up_new_rates(with_rates: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(currency, "generation", lambda: generation(with_rates))
    monkeypatch.setattr(currency, "DATA", with_rates)
    currency._of.cache_clear()
    try:
        before = currency.rates()
        assert currency.rates() is before
        assert [each.on.isoformat() for each in before["EUR"]] == ["2026-10-29", "2026-10-30"]
        run(with_rates, server.feed("ecb", answer(ecb(*RATES_FEED))))
        newest = currency.rates()["EUR"][-1]
        assert (newest.on.isoformat(), newest.per_usd) == ("2026-11-02", 1 / Decimal("1.1180"))
    finally:
        currency._of.cache_clear()


# --- review ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def queue(data: Path, server: Server) -> Feed:
    """A price of 9 in place of 2 waits."""
    feed = server.feed("genai-prices", answer(genai(openai_m="9")))
    run(data, feed)
    return feed


def test_both_sides_are_shown_with_their_sources(data: Path, queue: Feed) -> None:
    assert queue.id == "genai-prices"
    review = next(r for r in waiting(data) if r.change.theirs[0].item == "input")
    (ours,), (theirs,) = review.change.ours, review.change.theirs
    assert (str(ours.usd), ours.source, str(theirs.usd), theirs.source) == ("2", "genai-prices", "9", "genai-prices")
    assert review.reason == "it is a change of more than 2×"


def test_what_is_accepted_holds_from_the_next_half_hour_on(data: Path, queue: Feed) -> None:
    before = [r for r in load(data).find("openai/m").rules if r.in_force(now())]
    accept([r.id for r in waiting(data)], data)
    assert usd(data) == "9"
    assert waiting(data) == ()
    assert [r.usd for r in load(data).find("openai/m").rules if r.in_force(now())] == [r.usd for r in before]
    assert problems(load(data)) == []
    assert len(run(data, queue).waiting) == 0
    last = read_whole(data, read_runs)[1]
    assert (last.verb, last.added, last.closed, len(last.accepted)) == ("review", 2, 2, 2)


def test_what_is_rejected_is_asked_again_only_when_the_figure_changes(data: Path, server: Server, queue: Feed) -> None:
    reject([r.id for r in waiting(data)], data)
    assert run(data, queue).waiting == ()
    assert usd(data) == "2"
    server.play("/genai-prices", answer(genai(openai_m="8")))
    assert len(run(data, queue).waiting) == 2


def test_what_a_feed_takes_back_waits_no_more(data: Path, server: Server, queue: Feed) -> None:
    other = server.feed("litellm", answer(litellm()))
    assert len(run(data, other).waiting) == 2
    server.play("/genai-prices", answer(genai()))
    assert run(data, queue).waiting == ()


@pytest.mark.parametrize("decide", [accept, reject])
def test_an_id_that_does_not_wait_is_named(data: Path, queue: Feed, decide: Any) -> None:
    assert queue
    first = waiting(data)[0].id
    before = tree(data)
    with pytest.raises(InputError, match="no change 00000000 waits"):
        decide([first, "00000000"], data)
    assert tree(data) == before


# --- commands --------------------------------------------------------------------------------------------------------


@pytest.fixture
def command(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The pricing command over the small data, with its exit code and what it printed."""
    monkeypatch.setattr(refresh_module, "refresh", lambda feeds, **options: run(data, *feeds, **options))
    for name in ("accept", "reject"):
        decide = getattr(review_module, name)
        monkeypatch.setattr(upkeep, name, lambda ids, decide=decide: decide(ids, data))
    monkeypatch.setattr(upkeep, "waiting", lambda: waiting(data))

    def call(*args: str) -> tuple[int, str, str]:
        code = main(list(args))
        out, err = capsys.readouterr()
        return code, out, err

    return call


def with_feeds(monkeypatch: pytest.MonkeyPatch, *feeds: Feed) -> None:
    monkeypatch.setattr(upkeep, "FEEDS", {feed.id: feed for feed in feeds})


def test_exit_codes(command: Any, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    good = server.feed("genai-prices", answer(genai()), answer(genai(openai_m="3")), answer(genai(openai_m="30")))
    other = server.feed("litellm", answer(status=404), answer(status=404), answer(status=404), answer(b"oops"))
    with_feeds(monkeypatch, good, other)
    assert command("refresh")[0] == 0
    code, out, _ = command("refresh")
    assert code == 0
    assert "Accepted:" in out
    assert "not read: the server answered 404" in out
    code, out, _ = command("refresh", "--feed", "genai-prices")
    assert code == 3
    assert "2 wait for a person" in out
    assert command("refresh", "--feed", "litellm")[0] == 1
    ids = [review["id"] for review in json.loads(command("review", "--json")[1])]
    assert command("review")[0] == 3
    code, out, _ = command("review", "accept", *ids)
    assert code == 0
    assert "accepted" in out
    assert command("review") == (0, "Nothing waits.\n", "")
    code, out, _ = command("refresh", "--feed", "litellm")
    assert code == 3
    assert "refused" in out


def test_nothing_could_be_read(command: Any, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with_feeds(monkeypatch, server.feed("litellm", answer(status=404)))
    code, _, err = command("refresh")
    assert (code, err) == (1, "error: no feed could be read; nothing was changed.\n")


def test_the_command_asks_for_rates_alone(
    command: Any, with_rates: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    corrected = answer(ecb(*RATES_FEED[:3], "2026-10-29,1.2,174,"))
    with_feeds(
        monkeypatch,
        server.feed("ecb", answer(ecb(*RATES_FEED)), corrected, answer(b"oops")),
        server.feed("litellm", answer(status=404)),
    )
    code, out, err = command("refresh", "--feed", "ecb")
    assert (code, err) == (0, "")
    assert out.split("\n")[2].split() == ["ecb", "network", "2", "1", "0", "0"]
    code, out, err = command("refresh", "--feed", "ecb")
    assert (code, err) == (0, "")
    assert "the latest USD of 2026-10-29: 1.1 on record, 1.2 in the feed." in out
    code, out, _ = command("refresh", "--feed", "ecb")
    assert code == 3
    assert "refused: the payload is not a sound zip" in out
    code, out, err = command("refresh", "--feed", "ecb", "--offline")
    assert (code, err) == (1, "error: no feed could be read; nothing was changed.\n")
    assert "not read: offline" in out
    assert (with_rates / "rates/ecb.csv").read_text() == f"{ON_RECORD}2026-11-02,USD,1.1180\n"


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        pytest.param(("review", "accept"), "say what to accept", id="accept nothing"),
        pytest.param(("review", "reject", "nope"), "no change nope waits", id="an unknown id"),
        pytest.param(("refresh", "--webhook", "http://example.com/x"), "not a safe address", id="an unsafe webhook"),
    ],
)
def test_wrong_calls(command: Any, args: tuple[str, ...], sentence: str) -> None:
    code, _, err = command(*args)
    assert code == 2
    assert sentence in err


def test_the_webhook_gets_the_changes(command: Any, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with_feeds(monkeypatch, server.feed("genai-prices", answer(genai(openai_m="3", mistral_m="9"))))
    server.play("/hook", answer(status=204), answer(status=500))
    code, out, err = command("refresh", "--json", "--webhook", f"{server.url}/hook")
    path, _, body = server.asked[-1]
    assert (code, path, err) == (3, "/hook", "")
    sent = json.loads(body)
    assert sent == json.loads(out)
    assert {c["theirs"][0]["usd"] for c in sent["changes"]} == {"3"}
    assert {r["change"]["theirs"][0]["usd"] for r in sent["reviews"]} == {"9"}
    code, _, err = command("refresh", "--json", "--webhook", f"{server.url}/hook")
    assert (code, err) == (3, "warning: the webhook answered 500.\n")


def test_an_address_of_another_kind_is_no_webhook() -> None:
    for url in ("ftp://127.0.0.1/x", "http://10.0.0.1/x", "nonsense"):
        with pytest.raises(InputError, match="--webhook"):
            demand_webhook(url)
    demand_webhook("https://example.com/x")


def test_the_catalog_that_ships_stands_up_to_the_installed_package(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for part in ("catalog", "prices", "sources"):
        shutil.copytree(DATA / part, folder / part)
    command = [sys.executable, "-m", "pricing", "refresh", "--offline", "--feed", "genai-prices", "--json"]
    ran = subprocess.run(
        command, env=os.environ | {"BREAKEVEN_DATA": str(folder)}, capture_output=True, text=True, check=False
    )
    told = json.loads(ran.stdout)
    assert ran.returncode == (3 if told["waiting"] else 0), ran.stderr
    assert told["feeds"][0]["via"] == "package"
    assert told["feeds"][0]["confirmed"] > 1000
    assert told["closed"] == 0
    assert told["waiting"] < 10
    assert problems(load(folder)) == []
