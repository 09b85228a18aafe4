"""The catalog: models, their names, and every price rule with its source."""

import difflib
import re
from bisect import bisect_right
from collections.abc import Callable, Container, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from pricing.errors import InputError, UnknownModel
from pricing.facts import DATA, Fact, Source, sources_by_id
from pricing.store import Snapshot, generation, read_whole
from pricing.values import BILLABLE, CLAIMS, STANDARD, PriceRule
from pricing.windows import Window


class Provider(Fact):
    """A row of data/catalog/providers.csv: who sends the bill."""

    id: str
    name: str
    source: str


class ModelInfo(Fact):
    """A row of data/catalog/models.csv: what is on sale. Blank is unknown."""

    provider: str
    model: str
    name: str
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    released_on: date | None = None
    retires_on: date | None = None
    tokenizer: str
    weights: str = ""
    resold: bool = False
    featured: bool = False
    rival: bool = False
    source: str
    note: str = ""


class Alias(Fact):
    """A row of data/catalog/aliases.csv: another spelling of a model's id."""

    alias: str
    provider: str
    model: str
    source: str


class Item(Fact):
    """A row of data/catalog/items.csv: a thing that is billed. `per_token` is false for fees by call or hour."""

    id: str
    name: str
    per_token: bool
    explanation: str


@dataclass(frozen=True)
class Model:
    """One model at one seller, with its rules in the order of the file."""

    info: ModelInfo
    rules: tuple[PriceRule, ...]
    windows: tuple[Window, ...]
    fees: frozenset[str]

    @property
    def id(self) -> str:
        return self.info.model

    @property
    def provider(self) -> str:
        return self.info.provider

    @cached_property
    def changes(self) -> tuple[datetime, ...]:
        """The instants at which some rule begins or ends."""
        ends = {t for rule in self.rules for t in (rule.valid_from, rule.valid_to) if t}
        return tuple(sorted(ends))

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """The total input, in tokens, from which on some tier applies."""
        return tuple(sorted({rule.smallest_input_tokens for rule in self.rules}))

    @cached_property
    def tariffs(self) -> dict[Hashable, Mapping[str, PriceRule | None]]:
        """Of the moments that were asked for, kept by `price`."""
        return {}

    def headline(self, item: str, at: datetime) -> PriceRule | None:
        """The rule that a price list shows first: standard, smallest tier, off-peak; a claim if nothing is listed."""
        plain = [
            rule
            for rule in self.rules
            if rule.item == item and rule.mode == STANDARD and not rule.window and not rule.min_input_tokens
            if rule.in_force(at) and rule.status in BILLABLE | CLAIMS
        ]
        return min(plain, key=lambda rule: rule.status in CLAIMS, default=None)

    def moment(self, at: datetime, when: datetime, total_input_tokens: int) -> tuple[int, tuple[bool, ...], int]:
        """Two requests of the same moment are billed by the same rules: period of `at`, windows of `when`, tier."""
        return (
            bisect_right(self.changes, at),
            tuple(window.is_open(when) for window in self.windows),
            bisect_right(self.sizes, total_input_tokens),
        )


@dataclass(frozen=True)
class Catalog:
    """Everything on record. Find a model by any of its names with `find`."""

    models: Mapping[tuple[str, str], Model]
    aliases: tuple[Alias, ...]
    providers: Mapping[str, Provider]
    items: Mapping[str, Item]
    windows: Mapping[str, Window]
    sources: Mapping[str, Source]

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Every total input at which some model's tier begins: the size bands of a profile."""
        return tuple(sorted({size for model in self.models.values() for size in model.sizes} | {0}))

    @cached_property
    def _names(self) -> dict[str, list[Model]]:
        names: dict[str, list[Model]] = {}
        for model in self.models.values():
            for name in (model.id, f"{model.provider}/{model.id}", model.info.name):
                _add(names, name, model)
        for alias in self.aliases:
            model = self.models[alias.provider, alias.model]
            _add(names, alias.alias, model)
            _add(names, f"{model.provider}/{alias.alias}", model)
        return names

    def find(self, name: str, provider: str | None = None) -> Model:
        """The model of this id, alias or display name, with or without the date of a snapshot behind it.

        An id goes before another model's alias or name, and whoever makes a model before those who resell it.
        Raises UnknownModel, with the nearest names.
        """
        found = self.matches(name, provider)
        if len(found) == 1:
            return found[0]
        if found:
            sellers = ", ".join(f"{m.provider}/{m.id}" for m in found)
            raise UnknownModel(f"{name} is sold by several: say which of {sellers}.")
        plain, seller = _plain(name), provider and provider.lower()
        near = difflib.get_close_matches(plain, [n for n in self._names if self._sold(n, seller)], n=3)
        ids = dict.fromkeys(f"{m.provider}/{m.id}" for n in near for m in self._sold(n, seller))
        at_seller = f" at {provider}" if provider else ""
        hint = f" Did you mean {', '.join(ids)}?" if ids else " `python -m pricing list` shows all."
        raise UnknownModel(f"no model called {name}{at_seller} is on record.{hint}")

    def matches(self, name: str, provider: str | None = None) -> list[Model]:
        """The models that a name may mean, as `find` reads it: none, the one, or several."""
        plain, seller = _plain(name), provider and provider.lower()
        found = self._sold(plain, seller) or self._sold(_undated(plain), seller)
        in_full = [m for m in found if seller is None and _plain(f"{m.provider}/{m.id}") == plain]
        same_id = [m for m in found if _plain(m.id) == plain]
        makers = [m for m in same_id or found if not m.info.resold]
        return next((few for few in (in_full, same_id, makers) if len(few) == 1), found)

    def _sold(self, plain: str, seller: str | None) -> list[Model]:
        return [m for m in self._names.get(plain, []) if seller is None or m.provider == seller]


def _add(names: dict[str, list[Model]], name: str, model: Model) -> None:
    found = names.setdefault(_plain(name), [])
    if model not in found:
        found.append(model)


def _plain(name: str) -> str:
    """Names are compared without case, and with dots, blanks and underscores as hyphens: `GPT 5.4` is `gpt-5-4`."""
    return re.sub(r"[\s._]+", "-", name.strip().lower())


def _undated(plain: str) -> str:
    """The name without the date of a snapshot: `gpt-5-4-2026-03-05` is `gpt-5-4`."""
    return re.sub(r"[-@](\d{8}|\d{4}-\d{2}-\d{2})$", "", plain)


def load(directory: Path = DATA) -> Catalog:
    """Read the whole catalog below `directory`. Raises InputError that names file, line and column."""
    return read_whole(directory, assemble)


def assemble(files: Snapshot) -> Catalog:
    """The catalog that these files make. Raises InputError that names file, line and column."""
    rules = _grouped(rule for name in files.names("prices") for rule in files.table(name, PriceRule))
    infos = _index(files.table("catalog/models.csv", ModelInfo), "models.csv", lambda m: (m.provider, m.model))
    items = _index(files.table("catalog/items.csv", Item), "items.csv", lambda i: i.id)
    windows = _index(files.table("catalog/windows.csv", Window), "windows.csv", lambda w: w.id)
    providers = _index(files.table("catalog/providers.csv", Provider), "providers.csv", lambda p: p.id)
    aliases = files.table("catalog/aliases.csv", Alias)
    _demand(rules, infos, "models.csv", "data/prices")
    _demand({(a.provider, a.model) for a in aliases}, infos, "models.csv", "aliases.csv")
    _demand({r.window for group in rules.values() for r in group if r.window}, windows, "windows.csv", "data/prices")
    fees = frozenset(item.id for item in items.values() if not item.per_token)

    def model(key: tuple[str, str], info: ModelInfo) -> Model:
        own = rules.get(key, ())
        return Model(info, own, tuple(windows[w] for w in _windows_of(own)), fees)

    return Catalog(
        models={key: model(key, info) for key, info in infos.items()},
        aliases=aliases,
        providers=providers,
        items=items,
        windows=windows,
        sources=sources_by_id((Path(name).name, files.table(name, Source)) for name in files.names("sources")),
    )


K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _index(rows: Iterable[V], file: str, key: Callable[[V], K]) -> dict[K, V]:
    found: dict[K, V] = {}
    for row in rows:
        if key(row) in found:
            raise InputError(f"{file}: {_spell(key(row))} stands in it twice.")
        found[key(row)] = row
    return found


def _demand(named: Iterable[Hashable], known: Container[object], file: str, where: str) -> None:
    """Raise InputError for the first name used in `where` that `file` does not list."""
    for name in named:
        if name not in known:
            raise InputError(f"{where} names {_spell(name)}, which {file} does not list.")


def _spell(key: Hashable) -> str:
    return "/".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _grouped(rules: Iterable[PriceRule]) -> dict[tuple[str, str], tuple[PriceRule, ...]]:
    def key(rule: PriceRule) -> tuple[str, str]:
        return rule.provider, rule.model

    return {k: tuple(group) for k, group in groupby(sorted(rules, key=key), key)}


def _windows_of(rules: Iterable[PriceRule]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule.window for rule in rules if rule.window))


def catalog() -> Catalog:
    """The catalog in force: read again as soon as a refresh or a review has changed it."""
    return _of(generation())


@lru_cache(maxsize=1)
def _of(_generation: int) -> Catalog:
    return load()


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)
