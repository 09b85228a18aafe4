"""What the columns of an export mean: roles by name, whole numbers, times, and disjoint usage."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from pricing import InputError, Usage

# Names of columns without case and signs, the more telling ones first.
_ROLES = {
    "start": "at timestamp starttimeiso starttime startingat startedat start createdat created createtime datetime "
    "time date day usagedateutc utcdate starttimeunixnano",
    "end": "endtimeiso endtime endingat endedat end",
    "model": "model providedmodelname modelversion modelpermaslug genairesponsemodel genairequestmodel modelid",
    "window": "contextwindow",
    "tier": "usagetype servicetier",
    "speed": "speed",
    "batch": "batch",
}
COUNTS = {
    "requests": "requests nummodelrequests requestcount numrequests calls",
    "input": "inputtokens prompttokens contexttokens tokensprompt tokensinput tokensin inputlength numinputtokens "
    "genaiusageinputtokens input prompt",
    "fresh": "usageinputtokensnocache uncachedinputtokens inputcachemisstokens",
    "cached": "inputcachedtokens cachedinputtokens cachedtokens tokenscached cachereadtokens cacheread "
    "cachereadinputtokens usageinputtokenscacheread inputcachehittokens genaiusagecachereadinputtokens cached",
    "written": "cachewrite5mtokens inputcachewritetokens cachewritetokens ephemeral5minputtokens "
    "usageinputtokenscachewrite5m usageinputtokenscachewrite cachecreationinputtokens "
    "genaiusagecachecreationinputtokens",
    "written_1h": "cachewrite1htokens ephemeral1hinputtokens usageinputtokenscachewrite1h",
    "audio": "inputaudiotokens",
    "cached_audio": "inputcachedaudiotokens cacheaudioreadtokens",
    "output": "outputtokens completiontokens generatedtokens tokenscompletion tokensoutput tokensout outputlength "
    "usageoutputtokens numoutputtokens genaiusageoutputtokens output completion",
    "output_audio": "outputaudiotokens",
    "reasoning": "reasoningtokens tokensreasoning outputreasoningtokens",
    "searches": "websearches websearchrequests websearchcount",
}
_MAKERS = {"nummodelrequests": "gpt-", "usageinputtokensnocache": "claude", "uncachedinputtokens": "claude"}
_WHOLE = re.compile(r"-?[0-9]{1,30}(\.0*)?")
_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}")
_YEARS = range(2000, 2100)
# Seconds since 1970 have 9 to 11 digits in our time; milli-, micro- and nanoseconds three more each.
_EPOCHS = ((10**8, 10**11, 1), (10**11, 10**14, 10**3), (10**14, 10**17, 10**6), (10**17, 10**20, 10**9))


@dataclass(frozen=True)
class Columns:
    """The column that plays each role, and what the names say of the counts: whose they are, and what lies in what.

    `cached_beside`: cached input is no part of input; `written_is_total`: written input includes the 1 hour part.
    """

    names: Mapping[str, str]
    maker: str
    cached_beside: bool
    written_is_total: bool

    @cached_property
    def tell_usage(self) -> bool:
        """Whether a time, input and output are among them."""
        return self.names.keys() >= {"start", "output"} and bool(self.names.keys() & {"input", "fresh"})

    @cached_property
    def input_roles(self) -> tuple[str, ...]:
        """The counts that make up the whole input together."""
        given = "fresh" if "fresh" in self.names else "input"
        beside = ("cached", "written") if self.written_is_total else ("cached", "written", "written_1h")
        return tuple(role for role in (given, *(beside if self.cached_beside else ())) if role in self.names)


def columns_of(names: Iterable[str]) -> Columns:
    """The roles of the columns of these names. One that plays none is left out."""
    by_name = {_plain(name): name for name in names}
    found = {role: next((a for a in known.split() if a in by_name), "") for role, known in (_ROLES | COUNTS).items()}
    written_is_total = found["written"] == "cachecreationinputtokens"
    of_anthropic = found["cached"] == "cachereadinputtokens" or written_is_total
    return Columns(
        names={role: by_name[alias] for role, alias in found.items() if alias},
        maker=next((_MAKERS[alias] for alias in found.values() if alias in _MAKERS), ""),
        cached_beside=bool(found["fresh"]) or (found["input"] == "inputtokens" and of_anthropic),
        written_is_total=written_is_total,
    )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def counts_of(fields: Mapping[str, Any], columns: Columns) -> dict[str, int]:
    """The counts of a row by role. Raises InputError where one is no whole number of 0 or more."""
    return {role: whole(name, fields[name]) for role, name in columns.names.items() if role in COUNTS}


def whole(name: str, value: object) -> int:
    """A count that may be blank, which is 0. Raises InputError where it is no whole number of 0 or more."""
    if value is None or value == "":
        return 0
    text = str(value).strip()
    if isinstance(value, bool) or not _WHOLE.fullmatch(text):
        raise InputError(f"{name} is {text[:40]!r}: write a whole number such as 1200, without separators.")
    number = int(text.partition(".")[0])
    if number < 0:
        raise InputError(f"{name} is {number}: a count starts at 0.")
    return number


def time_of(value: object) -> tuple[datetime, bool, bool]:
    """A time in UTC, whether it named no time zone, and whether it is a whole day. Numbers count from 1970.

    Raises InputError where it is no date, or one outside our century.
    """
    text = str(value).strip()
    found = _epoch(text) or _calendar(text)
    if found is None or found.year not in _YEARS:
        raise InputError(f"{text[:40]!r} is not a date that can be: write it as 2026-10-05T12:00:00Z.")
    is_day = _DAY.fullmatch(text) is not None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC), found.tzinfo is None, is_day


def _epoch(text: str) -> datetime | None:
    if not _NUMBER.fullmatch(text):
        return None
    unit = next((unit for low, high, unit in _EPOCHS if low <= float(text) < high), None)
    return datetime.fromtimestamp(float(text) / unit, UTC) if unit else None


def _calendar(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    except ValueError:
        return None


def usage_of(counts: Mapping[str, int], columns: Columns) -> Usage:
    """Disjoint usage. Raises InvalidUsage where a part exceeds its whole."""
    cached, written, written_1h = counts.get("cached", 0), counts.get("written", 0), counts.get("written_1h", 0)
    if columns.written_is_total:
        written -= written_1h
    return Usage.from_inclusive(
        input_tokens=sum(counts[role] for role in columns.input_roles),
        output_tokens=counts["output"],
        cache_read_tokens=cached,
        cache_write_5m_tokens=written,
        cache_write_1h_tokens=written_1h,
        input_audio_tokens=counts.get("audio", 0),
        cache_audio_read_tokens=counts.get("cached_audio", 0),
        output_audio_tokens=counts.get("output_audio", 0),
        reasoning_tokens=counts.get("reasoning", 0),
        web_searches=counts.get("searches", 0),
    )
