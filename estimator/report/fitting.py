"""Whether a model runs on some machine, in words: for pages and the prompt."""

from collections.abc import Callable
from decimal import Decimal

from estimator.selfhost import Feasibility, Fit
from estimator.selfhost.memory import precisions

Written = Callable[[Decimal], str]  # Dollars as the reader has them.
_GB = 1e9


def fit_answer(found: Feasibility, written: Written) -> str:
    """Yes or no, why, what is left to do with it, and what does work."""
    fit, small, moved = found.fit, found.smallest, found.moved
    on, name = f"{small.count} × {small.device.name}", small.architecture.name
    if fit is not None and fit.is_real:
        said = f"Yes. {name} fits on {on}, {format_words(fit)}."
    else:
        said = (
            f"No. {name} takes {small.weights_bytes / _GB:,.0f} GB even {format_words(small)}; {on} have "
            f"{small.usable_bytes / _GB:,.0f} GB for it."
        )
        least = found.tried[-1]
        if fit is not None:
            bits = precisions()[fit.precision].bits
            said += f" Only at {bits:g} bits a weight would it fit, and of that no file is on record."
        elif not least.is_real and least is not small:
            bits = precisions()[least.precision].bits
            said += f" At {bits:g} bits a weight, fewer than real files have: {least.weights_bytes / _GB:,.0f} GB."
        if moved is not None:
            said += (
                f" With its experts in the host's memory it runs for one reader at a time, {format_words(moved)}: "
                f"{offload_words(moved)}."
            )
    instead = [fit for fit in dict.fromkeys((found.cheapest, found.cheapest_as_released)) if fit]
    what = "; ".join(machine_words(each, written) for each in instead)
    return (
        f"{said} The least that does hold it: {what}."
        if what
        else f"{said} What would hold it cannot be told: how much its cache takes is unknown."
    )


def machine_words(fit: Fit, written: Written) -> str:
    """`4 × RTX 3090, as released ($497 a month to rent)`."""
    costs = [f"{written(fit.rent_usd)} a month to rent"] if fit.rent_usd is not None else []
    costs += [f"{written(fit.price_usd)} to buy"] if fit.price_usd is not None else []
    return f"{fit.count} × {fit.device.name}, {format_words(fit)} ({', '.join(costs) or 'no price on record'})"


def format_words(fit: Fit) -> str:
    if fit.is_file:
        return f"as the file {fit.precision}"
    return "as released" if fit.is_real else f"at the nominal bits of {fit.precision}"


def offload_words(fit: Fit) -> str:
    """The speed that each host's memory allows at most."""
    return "; ".join(f"at most {o.tokens_per_s:.0f} tokens/s ({o.host.name})" for o in fit.offloads)
