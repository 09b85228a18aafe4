"""The months that were seen, carried on: growth and scatter from a person's own record instead of a guess."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimator.decision.spending import Task, months_between

Array = NDArray[np.float64]
FEWEST_MONTHS = 6  # With fewer, the scatter about a line is itself not known.
_MOST_LOG = 30.0  # e^30 times the work is beyond every volume; heavier tails would only overflow.


@dataclass(frozen=True)
class Trend:
    """A straight line through the logarithms of the months' requests, apart from their seasons, by least squares.

    At `t` months after the first the line is at `level + slope * (t - centre)`. `squares` is the sum of squared
    residuals over `freedom` degrees, `n` the months, `spread` the sum of (t - centre)².
    """

    centre: float
    level: float
    slope: float
    squares: float
    freedom: int
    n: int
    spread: float

    def draws(self, ahead: Sequence[float], n: int, rng: np.random.Generator) -> Array:
        """Requests at months `ahead`, as (n, months), from the predictive distribution of the regression.

        Line and scatter are drawn as they are known: σ² from the scaled inverse χ², level and slope from the normal
        about their estimates, then each month's own scatter (Gelman et al., Bayesian Data Analysis, 14.2).
        """
        sigma = np.sqrt(self.squares / rng.chisquare(self.freedom, (n, 1)))
        level = self.level + sigma / np.sqrt(self.n) * rng.standard_normal((n, 1))
        slope = self.slope + sigma / np.sqrt(self.spread) * rng.standard_normal((n, 1))
        logs = level + slope * (np.asarray(ahead) - self.centre) + sigma * rng.standard_normal((n, len(ahead)))
        requests: Array = np.exp(np.clip(logs, -_MOST_LOG, _MOST_LOG + self.level))
        return requests


def trend(task: Task) -> Trend | None:
    """Through the months that were seen of a task; None where they are too few."""
    seen = [each for each in task.seen if each.requests > 0 and task.season(each.month) > 0]
    if len({each.month for each in seen}) < FEWEST_MONTHS:
        return None
    t = np.array([months_between(task.start, each.month) for each in seen], dtype=float)
    y = np.log([each.requests / float(task.season(each.month)) for each in seen])
    centre, level = float(t.mean()), float(y.mean())
    spread = float(((t - centre) ** 2).sum())
    slope = float(((t - centre) * (y - level)).sum()) / spread
    squares = float(((y - level - slope * (t - centre)) ** 2).sum())
    return Trend(centre, level, slope, squares, len(seen) - 2, len(seen), spread)
