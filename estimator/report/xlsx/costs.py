"""Formulas for what an option costs at any volume: in proportion by the token, in whole replicas on own GPUs."""

from estimator.report.xlsx.book import NOT_COMPUTED, quoted
from estimator.report.xlsx.places import FIXED, LOW, PER_REPLICA, PER_REQUEST, Places

_OF_TODAYS_SIZE = "AND(tokens_in_scale=1,tokens_out_scale=1)"


def replicas(starts: str, volume: str, top: str) -> str:
    """How many replicas so many requests a month need."""
    return f"IF(AND({_OF_TODAYS_SIZE},{volume}<={top}),MATCH({volume},{starts},1),{quoted(NOT_COMPUTED)})"


def owned(starts: str, volume: str, top: str, parts: tuple[str, str, str]) -> str:
    """The cost of own GPUs, of what each replica costs, each request, and what is fixed."""
    each_replica, each_request, fixed = parts
    cost = f"exchange_rate*({each_replica}*MATCH({volume},{starts},1)+{each_request}*{volume}+{fixed})"
    return f"IF(AND({_OF_TODAYS_SIZE},{volume}<={top}),{cost},{quoted(NOT_COMPUTED)})"


def of_cheapest(places: Places, volume: str, level: int) -> str:
    """What the cheapest option costs at so many requests a month."""
    bought = f"{places.of_cheapest(LOW + level)}*{volume}/requests"
    if not places.content.hosted:
        return bought
    plan = "cheapest_plan"
    starts = f"INDEX({places.all_starts},0,3*{plan}-{2 - level})"
    columns = (PER_REPLICA + level, PER_REQUEST + level, FIXED + level)
    each_replica, each_request, fixed = (f"INDEX({places.parts(column)},{plan})" for column in columns)
    cost = owned(starts, volume, f"INDEX({places.tops},{plan})", (each_replica, each_request, fixed))
    return f"IF({plan}=0,{bought},IF({plan}<0,{quoted(NOT_COMPUTED)},{cost}))"
