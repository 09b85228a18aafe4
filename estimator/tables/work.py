"""Work: profiles and templates."""

from estimator.forms.work import QUANTILES, quantiles, unit_json
from estimator.report import count, status_words
from estimator.tables.parts import minute, show_notes
from estimator.workload import Built, Profile, calls, kinds, parameters
from pricing.console import show_table


def show_profile(made: Profile) -> None:
    print(f"{made.requests:,} requests from {minute(made.starts)} to {minute(made.ends)}")
    print(
        f"{count(made.requests_per_month)} a month at this pace; tokenizer: {', '.join(made.tokenizers) or 'unknown'}\n"
    )
    show_table(("all together", "tokens"), [(name, f"{n:,}") for name, n in made.usage.items() if n])
    print()
    sizes = {"input": made.input_sizes, "output": made.output_sizes}
    rows = [(name, *(f"{n:,}" for n in quantiles(sketch).values())) for name, sketch in sizes.items()]
    show_table(("tokens of a request", *QUANTILES), rows)
    show_notes(made.notes)


def show_built(template: Built) -> None:
    kind, known = kinds()[template.kind], parameters(template.kind)
    print(f"{template.name}: {template.units:,} {kind.units} a {template.period}. {kind.description}\n")
    rows = [
        (name, known[name].name, *(f"{n:,}" for n in amount.triple), status_words(amount.status), amount.source)
        for name, amount in template.parameters.items()
    ]
    show_table(("--set", "what", "low", "typical", "high", "is", "source"), rows)
    print()
    levels = [unit_json(calls(template, level)) for level in range(3)]
    totals = [(what.replace("_", " "), *(f"{level[what]:,}" for level in levels)) for what in levels[0]]
    show_table((f"of one {kind.unit}", "low", "typical", "high"), totals)
