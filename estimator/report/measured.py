"""Measured systems, their loads and the errors of predictions, in words."""

from estimator.selfhost.accuracy import Point
from estimator.selfhost.architecture import architectures
from estimator.selfhost.calibration.measurements import Measurement
from estimator.selfhost.device import devices
from pricing.facts import sources

PHASES = {"agg": "whole requests", "decode": "writing alone", "prefill": "reading prompts alone"}
QUANTITIES = {
    "tokens": "tokens a second, written",
    "prefill": "tokens a second, read",
    "tpot": "time for each further token",
    "ttft": "time to the first token",
}
MAKERS = {
    "all": "all",
    "nvidia_datacentre": "NVIDIA, data centre",
    "nvidia_card": "NVIDIA, cards and DGX Spark",
    "amd": "AMD",
    "apple": "Apple",
    "other": "others, assumed",
}
SPLITS = {"family": "sources", "model": "models", "device": "GPUs"}


def group_words(split: str, group: str) -> str:
    """The name of a family of sources, a model or a device; `all` is every one in its turn."""
    if split == "model" and group in architectures():
        return architectures()[group].name
    return devices()[group].name if split == "device" and group in devices() else group


def system_words(row: Measurement) -> str:
    """`DeepSeek-V4-Flash (fp8) on 4 × H200`; with multi-token prediction, how many tokens it drafts."""
    drafts = f", {row.drafts} drafted" if row.drafts else ""
    return f"{architectures()[row.model].name} ({row.precision}{drafts}) on {row.gpus} × {devices()[row.device].name}"


def load_words(row: Measurement) -> str:
    """`8,192 in, 1,024 out, 64 at once`; of decoding alone, the tokens in the cache."""
    if row.phase == "agg":
        tokens = f"{row.isl:,.0f} in, {row.osl:,.0f} out"
    elif row.phase == "prefill":
        tokens = f"{row.isl:,.0f} read"
    else:
        tokens = f"{row.context_tokens:,.0f} in the cache"
    if row.concurrency:
        return f"{tokens}, {row.concurrency:,.0f} at once"
    return f"{tokens}, {row.requests:,.0f} sent together" if row.requests else tokens


def date_words(row: Measurement) -> str:
    """The day of the measurement or of its publication; where neither is on record, the day it was read."""
    source = sources()[row.source]
    day = row.measured_on or (f"{source.published_on}" if source.published_on else "")
    return day or f"read {source.accessed_on}"


def source_words(row: Measurement) -> str:
    """Who says so, where, and in which run."""
    source = sources()[row.source]
    return f"{source.publisher}: {source.title}" + (f", {row.run}" if row.run and row.run != source.id else "")


def address(source: str) -> str | None:
    """The page of a source, if it has one."""
    locator = sources()[source].locator.partition(" ")[0]
    return locator if locator.startswith("http") else None


def error_words(error: float) -> str:
    """Predicted over measured, less one: `+12 %`, `−8 %`; from a tripling on, `3.4 times`."""
    if error >= 2:
        return f"{1 + error:.2g} times"
    percent = round(100 * error)
    return f"{percent:+d}\N{NO-BREAK SPACE}%".replace("-", "−") if percent else "0\N{NO-BREAK SPACE}%"


def errors_of(point: Point) -> str:
    """The error of a point, in words."""
    return "" if point.error is None else error_words(point.error)
