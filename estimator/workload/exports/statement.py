"""Usage and bills, read together: what was used and what was billed for it, each as the files tell it."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import chain

from estimator.tokens import read_text
from estimator.workload.exports.charges import Charge, Form, OwnPrice, decimals, form_of, own_price
from estimator.workload.exports.columns import time_of
from estimator.workload.exports.records import prepared, record_of, served
from estimator.workload.exports.remarks import Remarks
from estimator.workload.files.archive import files_in, is_archive
from estimator.workload.files.rows import Row, rows_of
from estimator.workload.profile import SLOT, Record
from estimator.workload.saved import is_saved
from pricing import InputError, Mode, PricingError, Usage
from pricing.currency import currencies

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_LONGEST = timedelta(days=62)  # Whoever wants longer spans checked has no bill by the day.


@dataclass(frozen=True, slots=True)
class Used:
    """What was used in a span, half-open, in the file's own words for seller and model; `by` is whose export says so.

    `floor`: the input of each single request lies in the size band that begins there; None where only a mean is known.
    """

    start: datetime
    end: datetime
    by: str
    provider: str
    model: str
    mode: Mode
    usage: Usage
    requests: int
    floor: int | None


@dataclass(frozen=True)
class Statement:
    """All files together. `notes` say what was taken for granted."""

    used: tuple[Used, ...]
    charges: tuple[Charge, ...]
    own_prices: tuple[OwnPrice, ...] = ()
    notes: tuple[str, ...] = ()


class _Remarks(Remarks):
    def modes(self, modes: Iterable[object]) -> None:
        """Each line keeps how it was served, so there is nothing to remark."""


@dataclass
class _Read:
    """What is gathered while the files of one statement are read. `seen` remembers which file a sum came from."""

    sizes: tuple[int, ...]
    remarks: Remarks = field(default_factory=_Remarks)
    requests: dict[Used, tuple[Usage, int]] = field(default_factory=dict)
    sums: list[Used] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    own_prices: list[OwnPrice] = field(default_factory=list)
    seen: dict[Used | Charge, str] = field(default_factory=dict)

    def is_repeated(self, line: Used | Charge, name: str) -> bool:
        """Whether another file told the same: one period exported in two formats."""
        repeated = self.seen.setdefault(line, name) != name
        if repeated:
            self.remarks.notes.add("Two files tell the same lines: they are counted once.")
        return repeated


def read_statement(files: Iterable[tuple[str, bytes]], sizes: tuple[int, ...], *, billed: bool = True) -> Statement:
    """Usage and bills from named files, ZIPs among them; `sizes` are the catalog's.

    Raises InputError with the file, the line and the mend; also where no file tells what was billed, unless `billed`
    says that usage alone will do.
    """
    read = _Read(sizes)
    for name, data in chain.from_iterable(map(_unpacked, files)):
        if not data.strip():
            continue
        if not read.remarks.is_new(sha256(data).digest()):
            read.remarks.notes.add("A file is there twice: it is counted once.")
            continue
        _read_file(data, name, read)
    if billed and not read.charges:
        raise InputError("no file tells what was billed: add the cost export of your provider to its usage export.")
    single = (replace(line, usage=usage, requests=n) for line, (usage, n) in read.requests.items())
    charges = _without_totals(read.charges, read.remarks)
    return Statement((*single, *read.sums), charges, tuple(read.own_prices), tuple(sorted(read.remarks.notes)))


def _unpacked(file: tuple[str, bytes]) -> Iterator[tuple[str, bytes]]:
    name, data = file
    if is_archive(data):
        return ((f"{name}, {path}", content) for path, content in files_in(data, name))
    return iter([file])


def _read_file(data: bytes, name: str, read: _Read) -> None:
    rows = rows_of(read_text(data, name), name)
    first = next(rows, None)
    if first is None:
        return
    if is_saved(first.fields):
        raise InputError(f"{name}: a saved profile names no models: give the export that it was made from.")
    form = form_of(first.fields)
    charges: list[Charge] = []
    tapped = _tapped(chain([first], rows), form, charges, read)
    if form.only:
        for _ in tapped:
            continue
    else:
        _read_uses(prepared(first, tapped, name, read.remarks), name, form, read)
    read.charges += [line for line in _summed(charges) if not read.is_repeated(line, name)]


def _tapped(rows: Iterable[Row], form: Form, charges: list[Charge], read: _Read) -> Iterator[Row]:
    """The rows as they pass by, with what they tell of money taken down."""
    for row in rows:
        try:
            charges += form.charges(row.fields) if form.charges else ()
            own = own_price(row.fields) if "price" in row.fields and form.by == "DeepSeek" else None
        except (InputError, KeyError) as error:
            said = f"has no {error.args[0]}: export it anew" if isinstance(error, KeyError) else error
            raise InputError(f"{row.place}: {said}") from None
        read.own_prices += [own] if own else []
        if row.partial:
            read.remarks.notes.add("The export says that it has more pages: these are only a part.")
        yield row


def _summed(charges: Sequence[Charge]) -> list[Charge]:
    """One charge for each span, model and item. Each amount is taken to be rounded at the last digit of its file."""
    finest = max((decimals(charge.amount) for charge in charges), default=0)
    sums: dict[object, list[Charge]] = {}
    nothing = Decimal(0)
    for each in charges:
        named = (each.start, each.end, each.provider, each.model, each.item, each.currency, each.mode, each.per_usd)
        sums.setdefault(named, []).append(each)
    return [
        replace(
            same[0],
            amount=sum((each.amount for each in same), nothing),
            own_key=sum((each.own_key for each in same), nothing),
            cache_discount=sum((each.cache_discount for each in same), nothing),
            rounding=len(same) * Decimal(5).scaleb(-1 - max(finest, currencies()[same[0].currency].decimals)),
        )
        for same in sums.values()
    ]


def _without_totals(charges: Sequence[Charge], remarks: Remarks) -> tuple[Charge, ...]:
    """Where one export lists the lines of a day and another only its total, the lines alone."""
    listed = {(line.by, line.start, line.end) for line in charges if line.model or line.item}
    kept = tuple(line for line in charges if line.model or line.item or (line.by, line.start, line.end) not in listed)
    if len(kept) < len(charges):
        remarks.notes.add("The total of a day is left out where the lines that make it up are there too.")
    return kept


def _read_uses(rows: Iterator[Row], name: str, form: Form, read: _Read) -> None:
    for n, row in enumerate(rows):
        if form.by == "LiteLLM" and str(row.fields.get("cache_hit")).lower() == "true":
            read.remarks.notes.add("What LiteLLM answered from its own cache was bought from nobody and is left out.")
            continue
        try:
            record = record_of(row, n, read.remarks)
            if record is not None:
                _take(_used(record, row, form, read), record, name, read)
        except (PricingError, InputError) as error:
            raise InputError(f"{row.place}: {error}") from None


def _used(record: Record, row: Row, form: Form, read: _Read) -> Used:
    """A row as a line without its counts. Single requests are told to the half hour, as far as their time is known."""
    told = served(row, read.remarks)
    start, end, floor = record.start, record.end, None
    if end is None and record.requests == 1:
        start = _EPOCH + (start - _EPOCH) // SLOT * SLOT
        floor = read.sizes[bisect_right(read.sizes, record.usage.total_input_tokens) - 1]
        if told.start is not None and time_of(told.start)[2]:
            start, end = time_of(told.start)[0], time_of(told.start)[0] + _DAY
    end = end or start + SLOT
    if end - start > _LONGEST:
        raise InputError(f"the row is of more than {_LONGEST.days} days: export the usage by day.")
    return Used(start, end, form.by, form.provider or told.provider, told.model, told.mode, Usage(), 1, floor)


def _take(line: Used, record: Record, name: str, read: _Read) -> None:
    if line.floor is not None:
        usage, requests = read.requests.get(line, (Usage(), 0))
        read.requests[line] = usage + record.usage, requests + 1
        return
    summed = replace(line, usage=record.usage, requests=record.requests)
    if not read.is_repeated(summed, name):
        read.sums.append(summed)
