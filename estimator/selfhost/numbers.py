"""Arithmetic that takes single numbers as fast as plain Python, and arrays as numpy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Number = float | NDArray[Any]
Index = int | NDArray[np.int64]


def larger(a: Number, b: Number) -> Number:
    """The larger, of each pair."""
    return np.maximum(a, b) if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) else max(a, b)


def smaller(a: Number, b: Number) -> Number:
    """The smaller, of each pair."""
    return np.minimum(a, b) if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) else min(a, b)


def in_quadrature(a: Number, b: Number) -> Number:
    """√(a² + b²): about the larger where they differ much, more where they are alike."""
    return (a * a + b * b) ** 0.5


def pick(values: Sequence[float], place: Index) -> Number:
    """The value at a place, or at each of many."""
    return np.array(values)[place] if isinstance(place, np.ndarray) else values[place]
