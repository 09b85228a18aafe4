"""The `pricing cost` contract: a request as a JSON line in, its bill as a JSON line out."""

import json
from decimal import Decimal
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from pricing.bill import price
from pricing.catalog import Catalog
from pricing.errors import InvalidUsage, PricingError, UnknownModel
from pricing.raw import model_from_raw, usage_from_raw
from pricing.values import EXACT, STANDARD, BillLine, Mode, Usage


class InclusiveUsage(BaseModel):
    """Counts as in OpenTelemetry: input includes cached, written and audio tokens, output includes reasoning."""

    model_config = ConfigDict(extra="forbid", strict=True)

    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    input_audio_tokens: int = 0
    cache_audio_read_tokens: int = 0
    output_audio_tokens: int = 0
    web_searches: int = 0


class Request(BaseModel):
    """One line. Fields beyond these (a note, an expected amount) are the sender's own and left alone."""

    id: str | int | None = None
    provider: str | None = None
    model: str | None = None
    at: AwareDatetime
    usage: dict[str, Any] | None = None
    raw: dict[str, Any] | None = None
    mode: Mode = STANDARD
    requests: int = Field(default=1, strict=True)

    def to_usage(self) -> Usage:
        """Raises InvalidUsage where there is none, or it cannot be."""
        if self.raw is not None and self.usage is None:
            return usage_from_raw(self.raw)
        if self.usage is None or self.raw is not None:
            raise InvalidUsage("give either usage or raw.")
        try:
            counts = InclusiveUsage.model_validate(self.usage)
        except ValidationError as error:
            raise InvalidUsage(f"usage.{_first(error)}") from None
        return Usage.from_inclusive(**counts.model_dump())

    def model_name(self) -> str:
        name = self.model or (model_from_raw(self.raw) if self.raw is not None else None)
        if name is None:
            raise UnknownModel("the line names no model.")
        return name


def cost_line(line: str, catalog: Catalog) -> dict[str, Any]:
    """The answer to one JSON line: a bill, or an error with its code."""
    try:
        request = Request.model_validate_json(line)
    except ValidationError as error:
        return _error(_id(line), InvalidUsage.code, f"not a request: {_first(error)}")
    try:
        usage = request.to_usage()
        model = catalog.find(request.model_name(), request.provider)
        bill = price(model, usage, request.at, mode=request.mode, requests=request.requests)
    except PricingError as error:
        return _error(request.id, error.code, str(error))
    return {"id": request.id, "usd": plain(bill.usd), "lines": [line_json(bill_line) for bill_line in bill.lines]}


def _error(request_id: object, code: str, message: str) -> dict[str, Any]:
    return {"id": request_id, "error": {"code": code, "message": message}}


def _first(error: ValidationError) -> str:
    """The first complaint, with its field."""
    fault = error.errors()[0]
    return ": ".join(filter(None, [".".join(map(str, fault["loc"])), fault["msg"]]))


def _id(line: str) -> object:
    """The id of a line that is JSON but no request, so that its sender can find it."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return fields.get("id") if isinstance(fields, dict) else None


def line_json(line: BillLine) -> dict[str, Any]:
    """A line of a bill with the rule behind it."""
    rule = line.rule
    return {
        "item": line.item,
        "quantity": line.quantity,
        "usd_per": plain(rule.typical),
        "per": rule.per,
        "usd": plain(line.usd),
        "status": rule.status.value,
        "source": rule.source,
        "checked_on": rule.checked_on.isoformat(),
    }


def plain(amount: Decimal) -> str:
    """A Decimal without exponent or trailing zeros: 1.382505, 0, 1200."""
    return f"{EXACT.normalize(amount):f}"
