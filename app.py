"""Breakeven: what AI work costs, on which model, bought by the token or run on its own GPUs."""

from estimator.dashboard import show

show()
