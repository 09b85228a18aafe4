"""The pages: each asks, calls the engine, and shows. No arithmetic here."""

from estimator.dashboard.frame import show

__all__ = ["show"]
