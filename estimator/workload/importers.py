"""Usage exports and request logs, also in a ZIP → a profile, whatever known form they have."""

from dataclasses import replace
from functools import reduce
from hashlib import sha256
from itertools import chain

from estimator.tokens import read_text
from estimator.workload.archive import files_in, is_archive
from estimator.workload.forms import instead_of_bill
from estimator.workload.profile import Profile, merge, profile
from estimator.workload.records import UNDERSTOOD, NoRequests, prepared, records
from estimator.workload.remarks import Remarks, family_of
from estimator.workload.rows import rows_of
from estimator.workload.saved import is_saved, load
from estimator.workload.table import MODES, Table, plain_table, profile_of
from pricing import InputError


class _Bill(InputError):
    """A file that tells what was paid but counts no tokens."""


def read_usage(data: bytes, name: str, sizes: tuple[int, ...]) -> Profile:
    """The profile of an export, a log or a ZIP of them, whatever known form they have; `sizes` are the catalog's.

    Raises InputError with the file, the line and what to do.
    """
    remarks = Remarks()
    return _of_archive(data, name, sizes, remarks) if is_archive(data) else _of_file(data, name, sizes, remarks)


def _of_archive(data: bytes, name: str, sizes: tuple[int, ...], remarks: Remarks) -> Profile:
    """All its files together: each once, and without bills and logs that hold no requests."""
    parts = []
    for path, content in files_in(data, name):
        if not content.strip():
            continue
        if not remarks.is_new(sha256(content).digest()):
            remarks.notes.add("The ZIP holds a file twice: it is counted once.")
            continue
        try:
            parts.append(_of_file(content, f"{name}, {path}", sizes, remarks))
        except _Bill:
            remarks.notes.add("The ZIP holds bills too: they count no tokens and are left out.")
        except NoRequests:
            continue
    if not parts:
        raise InputError(f"{name}: no file in it holds requests. {UNDERSTOOD}")
    return _finished(reduce(merge, parts), remarks)


def _of_file(data: bytes, name: str, sizes: tuple[int, ...], remarks: Remarks) -> Profile:
    table = plain_table(data)
    return _of_columns(table, sizes, remarks) if table else _of_rows(read_text(data, name), name, sizes, remarks)


def _of_columns(table: Table, sizes: tuple[int, ...], remarks: Remarks) -> Profile:
    remarks.models |= table.words.get("model", {""})
    remarks.modes(word for mode in MODES for word in table.words.get(mode, ()))
    if table.is_naive:
        remarks.naive()
    return _finished(profile_of(table, sizes), remarks)


def _of_rows(text: str, name: str, sizes: tuple[int, ...], remarks: Remarks) -> Profile:
    rows = rows_of(text, name)
    first = next(rows, None)
    if first is None:
        raise NoRequests(f"{name}: there are no requests in it.")
    if is_saved(first.fields):
        return load(text, name)
    instead = instead_of_bill(first.fields)
    if instead:
        raise _Bill(f"{name}: a bill holds too little to count tokens: {instead}")
    made = records(prepared(first, chain([first], rows), name, remarks), name, remarks)
    return _finished(profile(made, sizes), remarks)


def _finished(made: Profile, remarks: Remarks) -> Profile:
    """With what was learned besides what it told already, as a saved profile does."""
    families = {family_of(model) for model in remarks.models} | set(made.tokenizers)
    return replace(made, tokenizers=tuple(sorted(families)), notes=tuple(sorted({*made.notes, *remarks.notes})))
