"""The catalog: models, their names, and every price rule with its source."""

import difflib
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path

from pricing.errors import UnknownModel
from pricing.facts import DATA, Fact, Source, read_table, sources
from pricing.values import PriceRule
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
    featured: bool = False
    source: str
    note: str = ""


class Alias(Fact):
    """Another spelling of a model's id; `provider` blank means whoever asks."""

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
        """The model of this id, alias or display name. Raises UnknownModel, with the nearest names."""
        found = [m for m in self._names.get(_plain(name), []) if provider is None or m.provider == provider.lower()]
        if len(found) == 1:
            return found[0]
        if found:
            sellers = ", ".join(f"{m.provider}/{m.id}" for m in found)
            raise UnknownModel(f"{name} is sold by several: say which of {sellers}.")
        known = [
            n for n, models in self._names.items() if provider is None or any(m.provider == provider for m in models)
        ]
        near = difflib.get_close_matches(_plain(name), known, n=3)
        ids = dict.fromkeys(f"{m.provider}/{m.id}" for n in near for m in self._names[n])
        at_seller = f" at {provider}" if provider else ""
        hint = f" Did you mean {', '.join(ids)}?" if ids else " `python -m pricing list` shows all."
        raise UnknownModel(f"no model called {name}{at_seller} is on record.{hint}")


def _add(names: dict[str, list[Model]], name: str, model: Model) -> None:
    found = names.setdefault(_plain(name), [])
    if model not in found:
        found.append(model)


def _plain(name: str) -> str:
    """Names are compared without case, and with dots, blanks and underscores as hyphens: `GPT 5.4` is `gpt-5-4`."""
    return re.sub(r"[\s._]+", "-", name.strip().lower())


def load(directory: Path = DATA) -> Catalog:
    """Read the whole catalog below `directory`. Raises InputError that names file, line and column."""
    catalog, prices = directory / "catalog", directory / "prices"
    rules = [rule for path in sorted(prices.glob("*.csv")) for rule in read_table(path, PriceRule)]
    items = {item.id: item for item in read_table(catalog / "items.csv", Item)}
    windows = {window.id: window for window in read_table(catalog / "windows.csv", Window)}
    fees = frozenset(item.id for item in items.values() if not item.per_token)
    by_model = _grouped(rules)
    models = {
        (info.provider, info.model): Model(info, own, tuple(windows[w] for w in _windows_of(own)), fees)
        for info in read_table(catalog / "models.csv", ModelInfo)
        for own in [by_model.get((info.provider, info.model), ())]
    }
    return Catalog(
        models=models,
        aliases=read_table(catalog / "aliases.csv", Alias),
        providers={p.id: p for p in read_table(catalog / "providers.csv", Provider)},
        items=items,
        windows=windows,
        sources=sources(),
    )


def _grouped(rules: Iterable[PriceRule]) -> dict[tuple[str, str], tuple[PriceRule, ...]]:
    def key(rule: PriceRule) -> tuple[str, str]:
        return rule.provider, rule.model

    return {k: tuple(group) for k, group in groupby(sorted(rules, key=key), key)}


def _windows_of(rules: Iterable[PriceRule]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule.window for rule in rules if rule.window))


@cache
def catalog() -> Catalog:
    """The catalog that ships with the product."""
    return load()


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)
