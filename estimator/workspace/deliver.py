"""Alerts out of the house: a webhook and an e-mail, each where the environment names one. Nothing of either is stored.

`BREAKEVEN_WEBHOOK_URL` gets a POST of JSON. `BREAKEVEN_SMTP_URL` (smtp://user:password@host:587, smtps://…),
`BREAKEVEN_MAIL_FROM` and `BREAKEVEN_MAIL_TO` (with commas) make an e-mail.
"""

import asyncio
import logging
import os
import smtplib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from estimator.workspace.alerts import Alert
from estimator.workspace.workspace import Entry
from pricing import InputError
from pricing.errors import Failed

for _library in ("httpx", "httpcore"):
    logging.getLogger(_library).setLevel(logging.WARNING)  # They would log addresses, which may hold a key.

PATIENCE_S = 5.0
WEBHOOK, SMTP, SENDER, RECEIVERS = (
    "BREAKEVEN_WEBHOOK_URL",
    "BREAKEVEN_SMTP_URL",
    "BREAKEVEN_MAIL_FROM",
    "BREAKEVEN_MAIL_TO",
)


class Undelivered(Failed):
    """An alert that did not arrive, and why, without address, key or password. It goes out another time."""


@dataclass(frozen=True)
class Notice:
    """What is to be told about one budget."""

    entry: Entry
    alerts: tuple[Alert, ...]

    @property
    def payload(self) -> dict[str, Any]:
        alerts = [asdict(alert) for alert in self.alerts]
        return {"client": self.entry.client, "budget": self.entry.name, "alerts": alerts}

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(f"{self.entry.client}, {self.entry.name}: {alert.words}" for alert in self.alerts)


@dataclass(frozen=True)
class Channel:
    """A way out. `send` raises Undelivered."""

    name: str
    send: Callable[[Sequence[Notice]], None]


def channels(environment: Mapping[str, str] | None = None) -> tuple[Channel, ...]:
    """Those that the environment names. Raises InputError, without any address, where one is named by halves."""
    given = os.environ if environment is None else environment
    made = []
    if url := given.get(WEBHOOK):
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise InputError(f"{WEBHOOK} is no address of a webhook: write https://host/path.")
        made.append(Channel("webhook", lambda notices: post(url, notices)))
    if server := given.get(SMTP):
        sender, receivers = given.get(SENDER, ""), given.get(RECEIVERS, "")
        if urlsplit(server).scheme not in {"smtp", "smtps"} or not urlsplit(server).hostname:
            raise InputError(f"{SMTP} is no address of a mail server: write smtp://user:password@host:587.")
        if "@" not in sender or "@" not in receivers:
            raise InputError(f"{SMTP} is set, so {SENDER} and {RECEIVERS} must be addresses too.")
        made.append(Channel("e-mail", lambda notices: mail(server, sender, receivers, notices)))
    return tuple(made)


def post(url: str, notices: Sequence[Notice]) -> None:
    """All notices as one JSON document. The whole exchange may take PATIENCE_S, however slowly it is answered."""
    import httpx  # noqa: PLC0415 - loaded when first asked for

    try:
        with ThreadPoolExecutor(1) as apart:  # Whether or not a loop runs in the thread that asks.
            status = apart.submit(_posted, url, [notice.payload for notice in notices]).result()
    except (TimeoutError, httpx.TimeoutException):
        raise Undelivered(f"the webhook did not answer within {PATIENCE_S:.0f} seconds: see that it runs.") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise Undelivered(f"the webhook could not be reached ({type(error).__name__}): check {WEBHOOK}.") from None
    if status >= 300:
        raise Undelivered(f"the webhook answered with status {status}: check {WEBHOOK}.")


def _posted(url: str, payload: list[dict[str, Any]]) -> int:
    return asyncio.run(asyncio.wait_for(_post(url, payload), PATIENCE_S))


async def _post(url: str, notices: list[dict[str, Any]]) -> int:
    import httpx  # noqa: PLC0415 - as above

    async with (
        httpx.AsyncClient(timeout=PATIENCE_S, follow_redirects=False) as client,
        client.stream("POST", url, json={"source": "breakeven", "budgets": notices}) as answer,
    ):
        return answer.status_code


def mail(server: str, sender: str, receivers: str, notices: Sequence[Notice]) -> None:
    """All notices as one e-mail in plain text; encrypted where the server can."""
    address = urlsplit(server)
    message = EmailMessage()
    lines = [line for notice in notices for line in notice.lines]
    message["From"], message["To"] = sender, receivers
    message["Subject"] = lines[0][:80] if len(lines) == 1 else f"Breakeven: {len(lines)} alerts on AI budgets"
    message.set_content("\n\n".join(lines) + "\n")
    kind = smtplib.SMTP_SSL if address.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(address.hostname or "", address.port or 0, timeout=PATIENCE_S) as connection:
            if address.scheme == "smtp" and connection.has_extn("starttls"):
                connection.starttls()
            if address.username:
                connection.login(unquote(address.username), unquote(address.password or ""))
            connection.send_message(message)
    except TimeoutError:
        raise Undelivered(
            f"the mail server did not answer within {PATIENCE_S:.0f} seconds: see that it runs."
        ) from None
    except smtplib.SMTPAuthenticationError:
        raise Undelivered(f"the mail server refused the sign-in: check {SMTP}.") from None
    except (smtplib.SMTPException, OSError) as error:
        raise Undelivered(f"the e-mail could not be sent ({type(error).__name__}): check {SMTP}.") from None
