"""Rows of usage exports and request logs → records, recognised by their columns. Nothing of persons is kept."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from estimator.workload.exports import google_billing
from estimator.workload.exports.columns import Columns, counts_of, time_of, usage_of, whole
from estimator.workload.exports.forms import flat, in_googles_words, with_litellms_parts
from estimator.workload.exports.langfuse import DETAILS, usage_of_details
from estimator.workload.exports.remarks import Remarks
from estimator.workload.exports.table import MODES
from estimator.workload.files.rows import Row, pivoted
from estimator.workload.profile import Record
from estimator.workload.template import defaults
from pricing import InputError, Mode, PricingError, Usage
from pricing.cost import InclusiveUsage, Request
from pricing.raw import model_from_raw, usage_from_raw

_DAY = timedelta(days=1)
_TRACE_START = datetime(2026, 1, 5, tzinfo=UTC)  # A Monday.
_RESPONSES = frozenset({"raw", "usage", "usageMetadata"})
_DEEPSEEK = {"user_id", "model", "api_key", "type", "amount"}
_DEEPSEEK_SPAN = ("start_time_iso", "end_time_iso", "utc_date")
# A line of a Claude Code session: a message, or one of the lines that may come before the first.
_CLAUDE_CODE = (
    {"uuid", "sessionId"},
    {"leafUuid", "summary"},
    {"messageId", "snapshot"},
    {"operation", "sessionId"},
)
_NO_MODEL = "<synthetic>"  # Claude Code's own messages, such as "interrupted".
_PROVIDERS = ("provider_name", "gen_ai.provider.name", "gen_ai.system", "custom_llm_provider", "provider")
_ORDINARY = frozenset({"on_demand", "false"})  # Besides the words that `Mode` knows.
_NAME = re.compile(r"[\w .:/@,+()|&'-]{1,80}")
_ADDRESS = re.compile(r"@[^@\s]*\.|\bsk-")
UNDERSTOOD = (
    "Understood are usage exports of OpenAI, Anthropic, DeepSeek, OpenRouter, LiteLLM, Langfuse, Google Cloud billing "
    "and Claude Code, ZIPs of these, saved profiles, "
    "and tables or JSON lines of requests with a time, input tokens and output tokens, or of chats as messages."
)


@dataclass(frozen=True, slots=True)
class Served:
    """Who answered, in the words of the file, and how. `start` is the time as it stands there."""

    provider: str
    model: str
    start: object
    mode: Mode


class NoRequests(InputError):
    """A file of a known form without a single request."""


def prepared(first: Row, rows: Iterator[Row], name: str, remarks: Remarks) -> Iterator[Row]:
    """Where one request is not one row, or has no date, the rows brought to such a form."""
    names = first.fields.keys()
    if names >= _DEEPSEEK and names & set(_DEEPSEEK_SPAN):
        span = tuple(column for column in _DEEPSEEK_SPAN if column in names)
        whole_rows = pivoted(rows, ("user_id", *span, "model", "api_key_name", "api_key"), "type", "amount")
        return (_of_all_types(row) for row in whole_rows)
    if any(names >= known for known in _CLAUDE_CODE):
        return _answers(rows, remarks)
    if names & set(DETAILS):
        return (row for row in rows if "id" not in row.fields or remarks.is_new("observation", str(row.fields["id"])))
    if google_billing.is_google_billing(first.fields):
        return google_billing.hours(rows, name, remarks.notes)
    if names >= {"hash_ids", "timestamp"}:
        remarks.notes.add("The trace tells no date: it is taken to begin on Monday, 5 January 2026, at 00:00 UTC.")
        return (_dated(row) for row in rows)
    return rows


def _of_all_types(row: Row) -> Row:
    """DeepSeek may leave out a type of which there was nothing."""
    fresh = {} if "input_tokens" in row.fields else {"input_cache_miss_tokens": 0}
    return Row(row.place, {"output_tokens": 0, **fresh, **row.fields})


def _answers(rows: Iterator[Row], remarks: Remarks) -> Iterator[Row]:
    """Claude Code writes a line for each block of an answer, all with the same usage: the last one counts.

    A session that goes on from another one begins with a copy of its lines.
    """
    answers: dict[tuple[str, str], Row] = {}
    for row in rows:
        message = row.fields.get("message")
        if isinstance(message, Mapping) and "usage" in message and message.get("model") != _NO_MODEL:
            raw = {name: message[name] for name in ("type", "model", "usage") if name in message}
            fields = {"timestamp": row.fields.get("timestamp"), "raw": raw}
            answers[str(message.get("id")), str(row.fields.get("requestId"))] = Row(row.place, fields)
    return iter([row for key, row in answers.items() if remarks.is_new(*key)])


def _dated(row: Row) -> Row:
    """Mooncake's traces count milliseconds from their beginning."""
    try:
        since = timedelta(milliseconds=whole("timestamp", row.fields.get("timestamp")))
        return Row(row.place, {**row.fields, "timestamp": (_TRACE_START + since).isoformat()})
    except (ValueError, OverflowError):
        raise InputError(f"{row.place}: the timestamp is not a number of milliseconds since the start.") from None


def records(rows: Iterable[Row], remarks: Remarks) -> Iterator[Record]:
    """The requests of the rows; a row that cannot be one is left out and remembered."""
    for row in rows:
        if row.partial:
            remarks.notes.add("The export says that it has more pages: these are only a part of the requests.")
        try:
            record = record_of(row, row.number, remarks)
        except (PricingError, InputError) as error:
            remarks.lose(row.place, str(error))
            continue
        if record is not None:
            yield record


def record_of(row: Row, n: int, remarks: Remarks) -> Record | None:
    """The n-th row as a record; None where nothing was used. Raises InputError or InvalidUsage, without the place."""
    details = next((row.fields[name] for name in DETAILS if name in row.fields), None)
    if details is not None:
        return _of_observation(row.fields, details, n, remarks)
    fields = in_googles_words(row.fields)
    if any(isinstance(fields[name], Mapping) for name in _RESPONSES & fields.keys()):
        return _of_response(fields, n, remarks)
    return _of_table(flat(with_litellms_parts(fields)), n, remarks)


def _of_observation(fields: Mapping[str, Any], details: object, n: int, remarks: Remarks) -> Record | None:
    """A generation that Langfuse observed; None for what uses no tokens, such as a span."""
    usage = usage_of_details(details)
    if usage is None:
        remarks.notes.add("Observations that tell no tokens, such as spans, are left out.")
        return None
    names = remarks.columns(fields).names
    if "start" not in names:
        raise InputError("the observation tells no time: export its start_time too.")
    _remark(fields, remarks.columns(fields), remarks)
    return Record(_start(fields[names["start"]], n, remarks), usage)


def _of_response(fields: Mapping[str, Any], n: int, remarks: Remarks) -> Record:
    """A request with a provider's own response, or with the usage of `pricing cost`."""
    raw = fields["raw"] if isinstance(fields.get("raw"), Mapping) else fields
    timed = {**raw, **fields}
    names = remarks.columns(timed).names
    usage = _usage_in(fields, raw)
    model = (timed[names["model"]] if "model" in names else None) or model_from_raw(raw)
    remarks.models.add(str(model or ""))
    return Record(_time_of_response(timed, names, n, remarks), usage, whole("requests", fields.get("requests", 1)))


def _time_of_response(timed: Mapping[str, Any], names: Mapping[str, str], n: int, remarks: Remarks) -> datetime:
    if "start" in names:
        return _start(timed[names["start"]], n, remarks)
    if "usageMetadata" not in timed:
        raise InputError("the response tells no time: add it as `at`, such as 2026-10-05T12:00:00Z.")
    remarks.notes.add("Gemini's responses tell no time: they are taken to be of one hour, 5 January 2026, 00:00 UTC.")
    return _TRACE_START


def _usage_in(fields: Mapping[str, Any], raw: Mapping[str, Any]) -> Usage:
    usage = fields.get("usage")
    is_ours = isinstance(usage, Mapping) and usage.keys() <= InclusiveUsage.model_fields.keys()
    if isinstance(usage, Mapping) and is_ours and fields.get("type") != "message":
        return Request(at=_TRACE_START, usage=dict(usage)).to_usage()
    return usage_from_raw(raw)


def _of_table(fields: Mapping[str, Any], n: int, remarks: Remarks) -> Record | None:
    """A row of named counts: one request, or the sum of several. None for a row of zeros, such as an idle day."""
    columns = remarks.columns(fields)
    names = columns.names
    if not columns.tell_usage:
        raise InputError(_unknown(fields))
    counts = counts_of(fields, columns)
    usage = usage_of(counts, columns)
    is_sum = "requests" in names or "fresh" in names
    if is_sum and not counts.get("requests") and not any(n for _, n in usage.items()):
        return None
    _remark(fields, columns, remarks)
    if not is_sum:
        return Record(_start(fields[names["start"]], n, remarks), usage, blocks=_blocks(fields))
    start, naive, is_day = time_of(fields[names["start"]])
    end = time_of(fields[names["end"]])[0] if "end" in names else start + _DAY if is_day else None
    if naive and not is_day:
        remarks.naive()
    requests = counts["requests"] if "requests" in names else _guess_requests(fields, names, usage, remarks)
    return Record(start, usage, requests, end)


def _blocks(fields: Mapping[str, Any]) -> tuple[int | str, ...] | None:
    """The hashes of the blocks of the input, where a trace lists them."""
    hashes = fields.get("hash_ids")
    if not isinstance(hashes, list):
        return None
    if not all(isinstance(block, int | str) for block in hashes):
        raise InputError("hash_ids holds something that is no hash of a block: write whole numbers or texts.")
    return tuple(hashes)


def _start(value: object, n: int, remarks: Remarks) -> datetime:
    """The time of the n-th request; if only its day is known, an hour of it, such that many spread over all hours."""
    start, naive, is_day = time_of(value)
    if naive and not is_day:
        remarks.naive()
    if not is_day:
        return start
    remarks.notes.add("The file tells days but no hours: its requests are spread over the day, in UTC.")
    return start + timedelta(hours=n * 7 % 24)  # 7 and 24 have no common divisor.


def _guess_requests(fields: Mapping[str, Any], names: Mapping[str, str], usage: Usage, remarks: Remarks) -> int:
    """Anthropic's exports count no requests: as many as there would be of usual size in the stated window."""
    usual = defaults()["request_input_tokens"].typical
    window = re.match(r">\s*(\d+)k|(\d+)k\s*-", str(fields.get(names.get("window", ""), "")))
    above = int(window[1] or window[2]) * 1000 if window else 0
    remarks.notes.add(
        f"The export counts no requests: they are taken to have {usual:,} input tokens each, "
        "or just above the stated context window."
    )
    return max(1, usage.total_input_tokens // max(usual, above + 1))


def served(row: Row, remarks: Remarks) -> Served:
    """By whom and how the requests of a row were served, as far as it tells."""
    fields = in_googles_words(row.fields)
    inner = [fields[name] for name in ("raw", "usage") if isinstance(fields.get(name), Mapping)]
    inner += [raw["usage"] for raw in inner if isinstance(raw.get("usage"), Mapping)]
    told = flat(with_litellms_parts({**{k: v for each in reversed(inner) for k, v in each.items()}, **fields}))
    names = remarks.columns(told).names
    return Served(
        provider=next((word(told[name]) for name in _PROVIDERS if told.get(name)), ""),
        model=word(told[names["model"]]) if "model" in names else "",
        start=told[names["start"]] if "start" in names else None,
        mode=_mode(word(told.get("inference_geo")), *(word(told.get(names.get(role, ""))) for role in MODES)),
    )


def _mode(region: str, tier: str, speed: str, batch: str) -> Mode:
    is_batch = "batch" in tier.lower() or batch.lower() == "true"
    return Mode(
        processing="batch" if is_batch else "",
        service_tier="" if is_batch or tier.lower() in _ORDINARY else tier,
        speed="" if speed.lower() in _ORDINARY else speed,
        region=region,
    )


def word(value: object) -> str:
    """A short name out of a file, without what could be an address or a text."""
    text = str(value if value is not None else "").strip()
    return text if _NAME.fullmatch(text) and not _ADDRESS.search(text) else "(not shown)" if text else ""


def _remark(fields: Mapping[str, Any], columns: Columns, remarks: Remarks) -> None:
    names = columns.names
    remarks.models.add(str(("model" in names and fields[names["model"]]) or columns.maker))
    remarks.modes(fields[names[mode]] for mode in MODES if mode in names)


def _unknown(fields: Mapping[str, Any]) -> str:
    """What was found and what is understood. Only what looks like the name of a column is shown, never a value."""
    named = [str(name) for name in fields if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_. ()/-]{0,39}", str(name))]
    found = f"found columns {', '.join(named[:12])}" if named else "no names of columns were found"
    money = " A bill holds too little: export the usage." if any(map(_is_money, named)) else ""
    return f"it is not known what this is: {found}.{money} {UNDERSTOOD}"


def _is_money(name: str) -> bool:
    return any(word in name.lower() for word in ("cost", "amount", "currency"))
