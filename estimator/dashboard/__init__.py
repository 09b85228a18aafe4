"""The pages: each asks, calls the engine, and shows. No arithmetic here."""

import gc

gc.set_threshold(100_000, 20, 100)  # Prices are many values that stay: looking through them is put off.

from estimator.dashboard.frame import show  # noqa: E402 - it makes many such values

__all__ = ["show"]
