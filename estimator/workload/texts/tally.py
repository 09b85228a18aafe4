"""Chats → a profile: every answer is a request whose input is tools, system prompt and all that was said before it.

What decides how many requests a log holds:
- A row of a conversation is as many requests as it has answers; if it ends without one, one more, which waits.
- A row that is a request itself (it carries a response, or says how to answer) is one.
- A row that goes on from an earlier one, all of whose turns it begins with, adds only what is new: the same
  conversation logged again and again is not grown twice. If the earlier one waited, its answer is found.
- Who speaks before anybody asked is not the model: a greeting is no request.
Reasoning is output of its turn and is not sent again.

Each distinct piece of text is counted once. Texts are held for a batch, then only hashes and counts of them.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain

from estimator.tokens.ratios import BASE, error_of
from estimator.tokens.sampling import Unit
from estimator.tokens.vocabularies import vocabularies
from estimator.workload.counts import METHODS, FamilyCount, Kinds, Span, added_kinds, plus
from estimator.workload.exports.records import NoRequests
from estimator.workload.exports.remarks import Remarks
from estimator.workload.profile import MONTH, Profile, Record, profile
from estimator.workload.reuse import Turns, measure_turns
from estimator.workload.template import defaults
from estimator.workload.texts.chats import TOOLS, Chat
from estimator.workload.texts.families import OTHERS, Counted, around, in_families
from estimator.workload.texts.laid import Laid, Text, Texts, lay, marks_tokens
from estimator.workload.texts.messages import Turn
from pricing import Usage

ASSUMED = datetime(2026, 1, 5, tzinfo=UTC)  # A Monday.
_UNTIMED = "Nothing tells times: all is taken as the work of one month, the one from Monday, 5 January 2026."
_BATCH_CHARACTERS = 2**24
_ASKED = frozenset({"user", "tool"})
_REPLY = (("reply", 1),)
_NONE: Span = (0, 0, 0)


@dataclass
class _Side:
    """What was counted of all input, or of all output. `schemas` are the base tokens of tools, in whatever form."""

    times: Counter[str] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    base: int = 0
    schemas: int = 0
    families: dict[str, Counted] = field(default_factory=dict)
    kinds: Kinds = ()

    def add(self, texts: Mapping[str, Text]) -> None:
        """What was met of the texts of a batch, in all families."""
        units = Counter[tuple[str, int]]()
        for text, n in self.times.items():
            for unit in texts[text].units:
                units[unit] += n
        self.times.clear()
        counted, kinds = in_families([Unit(text, base, n) for (text, base), n in units.items() if n and base])
        self.base += sum(base * n for (_, base), n in units.items())
        self.kinds = added_kinds(self.kinds, kinds)
        for family, (tokens, method, source) in counted.items():
            known, before, _ = self.families.get(family, (_NONE, method, source))
            self.families[family] = plus(known, tokens), max(before, method, key=METHODS.index), source

    def of(self, family: str) -> Counted:
        """All tokens in a family, with the marks around the texts."""
        tokens, method, source = self.families.get(family, (_whole(self.base), METHODS[0], vocabularies()[BASE].source))
        loose = round(error_of("tools") * self.schemas * tokens[1] / self.base) if self.schemas else 0
        return plus(plus(tokens, (-loose, 0, loose)), around(self.marks, family)), method, source


@dataclass
class Tally:
    """One log while it is read."""

    remarks: Remarks
    input: _Side = field(default_factory=_Side)
    output: _Side = field(default_factory=_Side)
    inputs: list[Turns] = field(default_factory=list)
    is_timed: bool | None = None
    unanswered: int = 0
    _last: datetime = ASSUMED
    _texts: Texts = field(default_factory=Texts)
    _ends: set[bytes] = field(default_factory=set)
    _waiting: dict[bytes, list[tuple[datetime, int]]] = field(default_factory=dict)

    def records(self, chats: Iterable[Chat]) -> Iterator[Record]:
        """The requests of all chats; those that no answer was found for come last, with one of the usual size."""
        for batch in _batches(chats):
            self._texts.take(text for one in batch for turn in one.turns for text in _all_texts(turn))
            for one in batch:
                yield from self._requests(one, lay(one.turns, self._texts))
            self.input.add(self._texts.batch)
            self.output.add(self._texts.batch)
        usual = defaults()["output_tokens"].typical
        for at, tokens in chain.from_iterable(self._waiting.values()):
            self.unanswered += 1
            yield Record(at, Usage(tokens, output_tokens=usual))

    def _requests(self, one: Chat, laid: Laid) -> Iterator[Record]:
        turns = one.turns
        begun = next((n for n in range(len(turns) - 1, 0, -1) if laid.hashes[n] in self._ends), 0)
        self._ends.add(laid.hashes[-1])
        places = _places(one, begun)
        if begun and turns[begun].role == "assistant" and (waiting := self._waiting.get(laid.hashes[begun])):
            places = [n for n in places if n != begun]
            yield Record(waiting[-1][0], self._usage(waiting.pop()[1], turns[begun]))
        for n in places:
            at = self._time(one, n)
            tokens = laid.tokens(n) + marks_tokens(_REPLY)
            self.inputs.append(Turns(at, tokens, laid.chain, laid.depths[n]))
            if n < len(turns):
                yield Record(at, self._usage(tokens, turns[n]))
            else:
                self._waiting.setdefault(laid.hashes[n], []).append((at, tokens))
        self._note(one, places)

    def _usage(self, input_tokens: int, answer: Turn) -> Usage:
        self.output.times.update([*answer.texts, *answer.reasoning])
        reasoning = self._texts.tokens(answer.reasoning)
        visible = self._texts.tokens(answer.texts)
        return Usage(input_tokens, output_tokens=visible + reasoning, reasoning_tokens=reasoning)

    def _note(self, one: Chat, places: Sequence[int]) -> None:
        """Count what these requests send: each turn as often as there are requests after it."""
        self.input.marks["reply"] += len(places)
        for n, turn in enumerate(one.turns):
            times = len(places) - bisect_right(places, n)
            for item, count in turn.marks:
                self.input.marks[item] += count * times
            for text in (turn.role, *turn.texts):
                self.input.times[text] += times
            if turn.role == TOOLS:
                self.input.schemas += times * self._texts.tokens(turn.texts)
            if turn.others:
                self.remarks.notes.add("Parts of messages that are no text, such as images, are not counted.")

    def _time(self, one: Chat, place: int) -> datetime:
        """When the request was sent whose answer stands at `place`; a log is timed if its first request is."""
        told = (turn.at for turn in reversed(one.turns[: place + 1]) if turn.at)
        at = next(told, one.at)
        if self.is_timed is None:
            self.is_timed = at is not None
        if self.is_timed:
            self._last = at or self._last
        return self._last


def _places(one: Chat, begun: int) -> list[int]:
    """Where the answers of a chat stand that are new after its first turns; one past the end is still to come."""
    turns = one.turns
    last = len(turns) - (turns[-1].role == "assistant")
    if one.is_request:
        return [last] if last else []
    asked = next((n for n, turn in enumerate(turns) if turn.role in _ASKED), len(turns))
    found = [n for n, turn in enumerate(turns) if turn.role == "assistant" and n > asked and n >= begun]
    return [*found, last] if asked < last == len(turns) else found


def _batches(chats: Iterable[Chat]) -> Iterator[list[Chat]]:
    """Chats that hold about so many characters together."""
    batch: list[Chat] = []
    characters = 0
    for one in chats:
        batch.append(one)
        characters += sum(len(text) for turn in one.turns for text in _all_texts(turn))
        if characters > _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    yield batch


def _all_texts(turn: Turn) -> tuple[str, ...]:
    return (turn.role, *(turn.texts or ("",)), *turn.reasoning)


def _whole(tokens: int) -> Span:
    return tokens, tokens, tokens


def profile_of(chats: Iterable[Chat], name: str, sizes: tuple[int, ...], remarks: Remarks) -> Profile:
    """The profile of the requests in these chats; `sizes` are the catalog's, `name` is for errors.

    Without times, all are laid at the start of one month that is assumed. Raises NoRequests where there are none.
    """
    tally = Tally(remarks)
    records = tally.records(chats)
    first = next(records, None)
    if first is None:
        raise NoRequests(f"{name}: nobody asks anything in it: there are no requests to count.")
    made = profile(chain([first], records), sizes, tokenizers=[BASE], notes=remarks.notes)
    return replace(
        made if tally.is_timed else untimed(made),
        reuse=measure_turns(tally.inputs, timed=bool(tally.is_timed)),
        counts=tuple(sorted((_family(tally, family) for family in (BASE, *OTHERS)), key=lambda count: count.family)),
        contents=tally.input.kinds,
        unanswered=tally.unanswered,
    )


def untimed(made: Profile) -> Profile:
    """The profile of requests that stand at ASSUMED for want of times."""
    return replace(made, ends=ASSUMED + MONTH, notes=tuple(sorted({*made.notes, _UNTIMED})))


def _family(tally: Tally, family: str) -> FamilyCount:
    tokens, method, source = tally.input.of(family)
    out, method_out, source_out = tally.output.of(family)
    weaker = max((method, source), (method_out, source_out), key=lambda found: METHODS.index(found[0]))
    return FamilyCount(family, tokens, out, *weaker)
