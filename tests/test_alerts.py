"""Budgets that are kept: saved with their bills, watched, and told about, each thing once."""

import json
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import URL

from estimator.workspace import (
    Alert,
    Budgets,
    Entry,
    Notice,
    Rules,
    SavedBudget,
    StaleBudget,
    Undelivered,
    Workspace,
    alerts,
    channels,
    deliver,
    look,
    notify,
    saved_budget,
    watch,
)
from pricing import Catalog, InputError, now
from tests.kept import a_study
from tests.made_up import model, rule
from tests.planned import START, bill, book, growth, plan, task

BOOK = book()
TODAY = date(2026, 11, 30)


def kept(limit: str = "3", rules: Rules | None = None, **fields: Any) -> SavedBudget:
    """$3 a month is planned."""
    return saved_budget(plan(limit_usd=Decimal(limit), **fields), BOOK, START, rules)


def causes(saved: SavedBudget, catalog: Catalog = BOOK, today: date = TODAY) -> list[str]:
    return [alert.cause for alert in alerts(look(saved, catalog, today.replace(day=1)), today)]


def test_a_budget_comes_back_exactly_with_its_bills(database: URL) -> None:
    made = kept(rules=Rules((Decimal("0.9"),), Decimal("0.3"), Decimal(5))).with_bills([bill("2.50")])
    saved = Budgets(database).save("Acme", "2027", made)
    assert Budgets(database).open("Acme", "2027") == saved
    assert saved.budget == made
    assert [(e.client, e.name, e.number) for e in Budgets(database).entries()] == [("Acme", "2027", 1)]


def test_a_stale_save_is_refused_with_both_versions(database: URL) -> None:
    mine, first = Budgets(database), kept()
    mine.save("Acme", "2027", first)
    second = mine.save("Acme", "2027", first.with_bills([bill("1")]), 1)
    with pytest.raises(StaleBudget, match="is at version 2") as caught:
        mine.save("Acme", "2027", first.with_bills([bill("2")]), 1)
    assert caught.value.theirs == second
    assert mine.save("Acme", "2027", second.budget, 1) == second


def test_people_see_their_own_budgets_only(database: URL) -> None:
    Budgets(database).save("Acme", "2027", kept())
    assert Budgets(database, "somebody-else").entries() == ()
    with pytest.raises(InputError, match="no budget is saved as Acme, 2027"):
        Budgets(database, "somebody-else").open("Acme", "2027")


def test_one_file_carries_studies_and_budgets(database: URL) -> None:
    Workspace(database).save("Acme", "2027", a_study())
    Budgets(database).save("Acme", "2027", kept())
    Budgets(database).save("Acme", "2027", kept("4"), 1)
    packed, other = Workspace(database).export(), Workspace(database, "other")
    assert other.bring_in(packed, "work.zip").versions == 3
    assert other.bring_in(packed, "work.zip").versions == 0
    assert Budgets(database, "other").open("Acme", "2027").budget == kept("4")
    assert other.open("Acme", "2027").study == a_study()


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        pytest.param(("breakeven-budget", "breakeven-study"), "format", id="another kind"),
        pytest.param(('"limit_usd":"3"', '"limit_usd":"-3"'), "limit of -3 USD is no budget", id="a negative limit"),
        pytest.param(('"months":12', '"months":1200'), "1 to 60 months", id="too long"),
        pytest.param(('"usd":"3.000000"', '"usd":"1e999"'), "too large", id="an amount that overflows"),
        pytest.param(('"low":0', '"low":9'), "it is damaged", id="a profile that is not there"),
        pytest.param(('"start":"2026-11-01"', '"start":"2026-11-31"'), "start", id="no day of the calendar"),
    ],
)
def test_a_damaged_budget_is_one_sentence(damage: tuple[str, str], problem: str) -> None:
    from estimator.workspace.budgets import read_budget, write_budget  # noqa: PLC0415

    text = write_budget(kept())
    assert damage[0] in text
    with pytest.raises(InputError, match=problem) as caught:
        read_budget(text.replace(*damage), "Acme, 2027")
    assert str(caught.value).startswith("Acme, 2027")


@pytest.mark.parametrize(
    ("billed", "expected"),
    [
        pytest.param("0.49", [], id="below the first share"),
        pytest.param("0.5", ["share-0.5"], id="at the first share"),
        pytest.param("0.79", ["share-0.5"], id="below the second"),
        pytest.param("0.8", ["share-0.8"], id="at the second, and of both only that"),
        pytest.param("1", ["share-1"], id="all of it"),
        pytest.param("7", ["share-1"], id="far above"),
    ],
)
def test_shares_of_the_limit(billed: str, expected: list[str]) -> None:
    made = kept("1000").with_bills([bill(str(Decimal(billed) * 1000))])
    assert [cause for cause in causes(made) if cause.startswith("share")] == expected


def test_a_year_counts_its_bills_together_and_is_told_once_for_the_year() -> None:
    december = date(2026, 12, 1)
    made = kept("1000", period="year").with_bills([bill("300"), bill("250", december)])
    (alert,) = alerts(look(made, BOOK, december), date(2026, 12, 31))
    assert (alert.cause, alert.month) == ("share-0.5", "2026-11")
    assert "55% of the budget of the year from November 2026 on is spent: 550.00 USD of 1,000.00 USD" in alert.words


def test_the_last_day_of_a_month_belongs_to_it() -> None:
    made = kept("1000").with_bills([bill("900")])
    assert causes(made, today=date(2026, 11, 30)) == ["share-0.8"]
    assert causes(made, today=date(2026, 12, 1)) == []


def test_a_forecast_above_the_limit_is_told() -> None:
    (alert,) = alerts(look(kept("2"), BOOK, START), TODAY)
    assert alert.cause == "forecast"
    assert "The limit of 2.00 USD a month will be passed with a chance of 100%" in alert.words
    assert causes(kept("1000")) == []


@pytest.mark.parametrize(("price", "is_told"), [("11.99", False), ("12", True), ("0", False)])
def test_a_price_change_that_matters(price: str, is_told: bool) -> None:
    # Input at $12 instead of $2: a million tokens a month cost $10 more.
    dearer = book(model(rule("input", price), rule("output", "10")))
    found = alerts(look(kept("1000"), dearer, START), TODAY)
    assert bool(found) == is_told
    if is_told:
        assert (
            found[0].words
            == "Prices of m moved: chat costs 10.00 USD more in November 2026 than when the budget was saved."
        )


def test_a_model_that_goes_is_told_before_and_never_passes() -> None:
    going = model(rule("input", "2"), rule("output", "10"))
    going = replace(going, info=going.info.model_copy(update={"retires_on": date(2027, 3, 1)}))
    (alert,) = alerts(look(kept("1000"), book(going), START), TODAY)
    assert alert.cause == "unpriced-chat"
    assert (
        "no price from March 2027 on, so the budget cannot be checked: M is on sale until 1 March 2027" in alert.words
    )


def test_amounts_are_in_the_currency_of_the_budget() -> None:
    (alert,) = alerts(look(kept("2", currency="EUR"), BOOK, START), TODAY)
    assert "EUR a month" in alert.words


def test_each_alert_fires_once_a_month(database: URL) -> None:
    mine = Budgets(database)
    mine.save("Acme", "2027", kept("2"))
    first, again = watch(mine, BOOK, TODAY), watch(mine, BOOK, TODAY)
    assert [a.cause for a in first[0].fired] == ["forecast"]
    assert (again[0].standing, again[0].fired) == (first[0].standing, ())
    december = watch(mine, BOOK, date(2026, 12, 1))
    assert [a.month for a in december[0].fired] == ["2026-12"]


def test_a_budget_that_cannot_be_looked_at_leaves_the_others(database: URL) -> None:
    mine = Budgets(database)
    mine.save("Acme", "odd", kept("2", currency="EUR"))
    mine.save("Acme", "good", kept("2"))
    found = {each.entry.name: each for each in watch(mine, BOOK, date(1998, 1, 1))}
    assert "no rate of EUR before" in found["odd"].problem
    assert found["good"].problem == ""


ALERT = Alert("forecast", "2026-11", "The limit will be passed.")
NOTICE = Notice(Entry("Acme", "2027", 1, now()), (ALERT,))


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])  # type: ignore[index]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def webhook(status: int = 204) -> Iterator[tuple[str, list[Any]]]:
    """A server that takes down what is posted."""
    got: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"http://127.0.0.1:{port}/hook", got


@contextmanager
def mail_server() -> Iterator[tuple[str, list[str]]]:
    """A server that speaks enough SMTP to take a message, and keeps what it is told."""
    got: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline().decode().strip():
                verb = line[:4].upper()
                got.append(line)
                if verb == "DATA":
                    self.say("354 go on")
                    while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                        got.append(line)
                self.say("221 bye" if verb == "QUIT" else "250 ok")

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"smtp://127.0.0.1:{port}", got


@contextmanager
def silent() -> Iterator[str]:
    """A server that takes a connection and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def dripping() -> Iterator[str]:
    """A server whose answer never comes to an end, a byte at a time."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                while True:
                    self.wfile.write(b"H")
                    time.sleep(0.05)
            except OSError:
                return

    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"http://127.0.0.1:{port}"


def mail_settings(server: str) -> dict[str, str]:
    return {
        "BREAKEVEN_SMTP_URL": server,
        "BREAKEVEN_MAIL_FROM": "app@example.com",
        "BREAKEVEN_MAIL_TO": "boss@example.com, cfo@example.com",
    }


def test_a_webhook_gets_json_and_its_address_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"), webhook() as (url, got):
        deliver.post(url, [NOTICE])
    assert "hook" not in caplog.text
    alert = {"cause": "forecast", "month": "2026-11", "words": "The limit will be passed."}
    assert got == [{"source": "breakeven", "budgets": [{"client": "Acme", "budget": "2027", "alerts": [alert]}]}]


def test_an_e_mail_arrives_at_everybody() -> None:
    with mail_server() as (url, got):
        (channel,) = channels(mail_settings(url))
        channel.send([NOTICE])
    assert [line for line in got if line.startswith("rcpt")] == [
        "rcpt TO:<boss@example.com>",
        "rcpt TO:<cfo@example.com>",
    ]
    assert "Acme, 2027: The limit will be passed." in got


def test_nothing_is_sent_where_nothing_is_set() -> None:
    assert channels({}) == ()


@pytest.mark.parametrize("server", [silent, dripping], ids=["silent", "dripping"])
def test_a_webhook_that_hangs_is_one_sentence(server: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "PATIENCE_S", 0.5)
    begun = time.monotonic()
    with server() as url, pytest.raises(Undelivered, match=r"did not answer|could not be reached"):
        deliver.post(url, [NOTICE])
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_refuses_is_told(status: int) -> None:
    with webhook(status) as (url, _), pytest.raises(Undelivered, match=f"answered with status {status}"):
        deliver.post(url, [NOTICE])


def test_no_address_and_no_password_is_told() -> None:
    with pytest.raises(Undelivered) as caught:
        deliver.post("http://127.0.0.1:1/T0P/s3cret", [NOTICE])
    server = mail_settings("smtp://me:s3cret@127.0.0.1:1")
    with pytest.raises(Undelivered) as by_mail:
        channels(server)[0].send([NOTICE])
    for said in (str(caught.value), str(by_mail.value)):
        assert not any(part in said for part in ("s3cret", "127.0.0.1", "example.com", "me:"))


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        pytest.param({"BREAKEVEN_WEBHOOK_URL": "file:///etc/s3cret"}, "BREAKEVEN_WEBHOOK_URL is no address", id="file"),
        pytest.param({"BREAKEVEN_SMTP_URL": "s3cret"}, "BREAKEVEN_SMTP_URL is no address", id="no server"),
        pytest.param({"BREAKEVEN_SMTP_URL": "smtp://host"}, "must be addresses too", id="nobody to write to"),
    ],
)
def test_a_setting_that_cannot_be_is_told(settings: dict[str, str], problem: str) -> None:
    with pytest.raises(InputError, match=problem) as caught:
        channels(settings)
    assert "s3cret" not in str(caught.value)


def test_one_channel_that_hangs_does_not_keep_the_other(database: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "PATIENCE_S", 0.5)
    mine = Budgets(database)
    mine.save("Acme", "2027", kept("2"))
    with silent() as hook, mail_server() as (server, mails):
        out = channels({"BREAKEVEN_WEBHOOK_URL": hook} | mail_settings(server))
        problems = notify(mine, watch(mine, BOOK, TODAY), out)
    assert len(problems) == 1
    assert "webhook did not answer" in problems[0]
    assert mails.count("data") == 1
    with webhook() as (hook, got), mail_server() as (server, mails):
        out = channels({"BREAKEVEN_WEBHOOK_URL": hook} | mail_settings(server))
        assert notify(mine, watch(mine, BOOK, TODAY), out) == ()
        assert notify(mine, watch(mine, BOOK, TODAY), out) == ()
    assert len(got) == 1  # What did not arrive goes out again, and then no more.
    assert mails == []


def test_of_many_who_watch_at_once_one_fires(database: URL) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    mine = Budgets(database)
    mine.save("Acme", "2027", kept("2"))
    with ThreadPoolExecutor(6) as pool:
        fired = list(pool.map(lambda _: len(watch(mine, BOOK, TODAY)[0].fired), range(6)))
    assert sorted(fired) == [0, 0, 0, 0, 0, 1]


def test_months_that_were_billed_stand_as_billed() -> None:
    made = kept("1000", months=4).with_bills([bill("50")])
    month = look(made, BOOK, date(2026, 12, 1)).forecast.months[0]
    assert (month.p10, month.p90, month.is_known) == (Decimal(50), Decimal(50), True)
    part = kept("1000", months=4).with_bills([bill("50", days=10)])
    assert not look(part, BOOK, date(2026, 12, 1)).forecast.months[0].is_known


def test_six_months_of_bills_carry_the_volume_on() -> None:
    start = date(2026, 1, 1)
    months = [date(2026, m, 1) for m in range(1, 9)]
    bills = [bill(str(3 * 1.1**i), m, requests=round(1000 * 1.1**i), days=31) for i, m in enumerate(months)]
    rising = task(start=start, growth=growth("0"))
    made = saved_budget(plan(rising, start=start, months=12, limit_usd=Decimal(9)), BOOK, start).with_bills(bills)
    band = look(made, BOOK, date(2026, 9, 1)).forecast.months[11]
    assert float(band.p50) == pytest.approx(3 * 1.1**11, rel=0.01)
