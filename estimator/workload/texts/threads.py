"""Rows of single messages, with the conversation that each belongs to → chats."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from estimator.workload.exports.remarks import Remarks
from estimator.workload.files.rows import Row
from estimator.workload.texts.chats import Chat
from estimator.workload.texts.messages import ROLES, TEXTS, Turn, joined, plain, role_of, turns_of

_CONVERSATIONS = (
    "conversationid", "convid", "chatid", "sessionid", "threadid", "dialogueid", "dialogid", "ticketid",
    "conversation", "chat", "session", "thread",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Names:
    """The columns that tell who speaks, what, and in which conversation; the last is blank where none does."""

    role: str
    text: str
    conversation: str


def is_message(fields: Mapping[str, Any]) -> bool:
    """Whether a row is one message of a chat: somebody of a known role says something."""
    names = _names(tuple(fields))
    return names is not None and role_of(_word(fields[names.role])) is not None


def chats_in(rows: Iterable[Row], remarks: Remarks) -> Iterator[Chat]:
    """The chats, in order of their first messages; those of a chat by time where all tell it.

    The messages of a chat may lie anywhere, so that all are held until the last is read. Where no column tells the
    conversation, a new one begins with each system prompt.
    """
    threads: dict[object, list[Turn]] = {}
    begun = 0
    for row in rows:
        names = _names(tuple(row.fields))
        if names is None:
            remarks.notes.add("Rows that hold no message are left out.")
            continue
        message = {name: value for name, value in row.fields.items() if name not in (names.role, names.text)}
        message |= {"role": _word(row.fields[names.role]), "content": row.fields[names.text]}
        turns = list(turns_of([message], remarks))
        begun += any(turn.role == "system" for turn in turns) and begun in threads
        key = str(row.fields[names.conversation]) if names.conversation else begun
        if turns:
            threads.setdefault(key, []).extend(turns)
    while threads:
        yield Chat(tuple(joined(_in_order(threads.pop(next(iter(threads)))))))


@lru_cache(maxsize=1024)
def _names(fields: tuple[str, ...]) -> _Names | None:
    known = {plain(str(name)): name for name in fields}
    role, text, conversation = (
        next((known[name] for name in names if name in known), None) for names in (ROLES, TEXTS, _CONVERSATIONS)
    )
    return _Names(role, text, conversation or "") if role is not None and text is not None else None


def _word(role: object) -> object:
    """A role may be an object that has it."""
    return role.get("role") if isinstance(role, Mapping) else role


def _in_order(turns: list[Turn]) -> list[Turn]:
    """By time, where all tell it."""
    times = {id(turn): turn.at for turn in turns if turn.at is not None}
    return sorted(turns, key=lambda turn: times[id(turn)]) if len(times) == len(turns) else turns
