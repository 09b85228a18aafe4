"""Every equation of self-hosting in reading order, with its terms, taken from the code that computes it."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from types import FunctionType
from typing import Any, get_type_hints

from estimator.selfhost import capacity, fleet, numbers, throughput, work
from estimator.selfhost.constants import Constant, Constants, constants, table
from estimator.selfhost.work import Work

_MODULES = (numbers, work, capacity, throughput, fleet)
_CHAPTERS: tuple[tuple[str, tuple[Callable[..., Any], ...]], ...] = (
    (
        "What a model asks of its GPUs",
        (
            work.weight_bits,
            work.arithmetic_bits,
            work.kernels,
            work.maker,
            work.link_bytes_per_s,
            work.reduce_s,
            work.exchange_s,
            work.work,
        ),
    ),
    ("How many requests fit", (capacity.replica_weight_bytes, capacity.sequences_that_fit)),
    (
        "One step of writing",
        (
            numbers.in_quadrature,
            throughput.experts_hit,
            throughput.batch,
            throughput.memory_factor,
            throughput.compute_factor,
            throughput.skew,
            throughput.weights_s,
            throughput.memory_s,
            throughput.token_s,
            throughput.attention_rate,
            throughput.activation_s,
            throughput.exchange_s,
            throughput.compute_s,
            throughput.reduce_s,
            throughput.launch_s,
            throughput.draft_s,
            throughput.overhead_s,
            throughput.step_s,
        ),
    ),
    ("Reading prompts", (throughput.prompt_s, throughput.busy_groups, throughput.prefill_s)),
    (
        "Whole requests",
        (
            throughput.cycle_s,
            throughput.first_token_s,
            throughput.tpot_s,
            throughput.offline_s,
            throughput.steady,
            throughput.most_at_once,
            throughput.decode,
            throughput.prefill,
        ),
    ),
    (
        "How many copies",
        (
            fleet.arrivals_per_s,
            fleet.prompt_spread,
            fleet.hopeless_share,
            fleet.wait_probability,
            fleet.late_share,
            fleet.slow_share,
            fleet.keeps_promise,
            fleet.replicas_needed,
            fleet.rates_kept,
            fleet.fleet,
            fleet.serve,
            fleet.replicas_of,
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Term:
    """A name in an equation and what it stands for; `value` where it is a constant, fitted or set."""

    name: str
    meaning: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Equation:
    """A function that is an equation: what it gives, more of it and its source, its terms, and its code as it runs."""

    name: str
    gives: str
    more: str
    terms: tuple[Term, ...]
    code: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """Equations that belong together, each after those it uses."""

    title: str
    equations: tuple[Equation, ...]


@cache
def chapters() -> tuple[Chapter, ...]:
    """All equations, from a model's weights to the number of copies."""
    return tuple(Chapter(title, tuple(_equation(each) for each in functions)) for title, functions in _CHAPTERS)


def _equation(function: Callable[..., Any]) -> Equation:
    parts = (function, *_helpers(function))
    first, _, more = inspect.cleandoc(function.__doc__ or "").partition("\n\n")
    terms = {term.name: term for part in parts for term in _terms(part)}
    return Equation(
        name=f"{function.__module__.rpartition('.')[2]}.{function.__name__}",
        gives=" ".join(first.split()),
        more=more,
        terms=tuple(terms.values()),
        code="\n\n".join(inspect.getsource(part).strip() for part in parts),
    )


def _helpers(function: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Functions of its module that it alone needs: those of a name with an underscore."""
    for name in _names(function):
        found = inspect.unwrap(inspect.getmodule(function).__dict__.get(name))  # type: ignore[arg-type]
        if name.startswith("_") and isinstance(found, FunctionType) and found.__module__ == function.__module__:
            yield found


def _terms(function: Callable[..., Any]) -> Iterator[Term]:
    """Constants that stand above it, and what it takes from the values that it is given."""
    yield from (_set()[name] for name in _names(function) if name in _set())
    given: dict[str, Any] = {name: kind for name, kind in get_type_hints(function).items() if inspect.isclass(kind)}
    given.pop("return", None)
    for name, kind in given.items():
        if kind.__module__.startswith("estimator.") and kind not in (Work, Constants):
            yield Term(name, _told(kind))
    for node in ast.walk(_tree(function)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in given:
            kind = given[node.value.id]
            meaning = _meanings(kind).get(node.attr)
            if meaning:
                yield Term(f"{node.value.id}.{node.attr}", meaning, _fitted(node.attr) if kind is Constants else "")


def _names(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n.id for n in ast.walk(_tree(function)) if isinstance(n, ast.Name)))


@cache
def _tree(function: Callable[..., Any]) -> ast.Module:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


@cache
def _set() -> dict[str, Term]:
    """Constants of the modules, with the comment beside each."""
    lines = re.compile(r"^([A-Z_]+) = (.+?)  # (.+)$", re.MULTILINE)
    found = [each for module in _MODULES for each in lines.findall(inspect.getsource(module))]
    return {name: Term(name, meaning, value) for name, value, meaning in found}


@cache
def _meanings(kind: Any) -> dict[str, str]:
    """Of a class's fields by the comments beside them, and of its properties by their docstrings."""
    fields = dict(re.findall(r"^ +(\w+): [^=#\n]+?(?: = [^#\n]+)?  # (.+)$", inspect.getsource(kind), re.MULTILINE))
    documented = {
        name: _told(member)
        for name, member in vars(kind).items()
        if isinstance(member, property | cached_property) and member.__doc__
    }
    fitted = {name: f"{row.note or name.replace('_', ' ')} ({row.unit})" for name, row in _file().items()}
    return (fitted if kind is Constants else {}) | documented | fields


def _told(documented: object) -> str:
    """A docstring as one line."""
    return " ".join((inspect.getdoc(documented) or "").split())


@cache
def _file() -> dict[str, Constant]:
    return table()


def _fitted(name: str) -> str:
    """The value of a constant, and how it came about; of several, their values."""
    value = getattr(constants(), name)
    if isinstance(value, tuple):
        return ", ".join(f"{each:.4g}" for each in value)
    row = _file()[name]
    return f"{value:.4g}, {'fitted' if row.spread else 'assumed'}"
