"""A report as eight native slides, for the consultant who presents it and the client who edits it."""

import io
from collections.abc import Sequence

from pptx.presentation import Presentation as Deck
from pptx.slide import Slide

from estimator.decision import Option
from estimator.report.citing import assumption_words, day_words, in_full, numbers, source_words
from estimator.report.content import Report
from estimator.report.headlines import (
    GUESS,
    answer_title,
    budget_title,
    gpus_title,
    moves_title,
    options_title,
    range_title,
    rests_title,
)
from estimator.report.letters import short
from estimator.report.own_gpus import crossing, told_curves, volume_words
from estimator.report.slides import charts
from estimator.report.slides.deck import (
    CHART,
    RIGHT_TEXT,
    SOURCES,
    TABLE,
    TEXT,
    add_slide,
    deck,
    put,
    put_logo,
    put_notes,
    put_table,
    remove,
)
from estimator.report.summary import effect_words, findings, named, own_gpus, state_words, volume
from estimator.report.words import count, is_sure
from pricing.currency import rate_words
from pricing.facts import Source

_MOST_BARS = 12
_MOST_RANGES = 6
_MOST_EFFECTS = 8
_MOST_ASSUMED, _MOST_SOURCES = 8, 12
_NAME, _LABEL, _SOURCE, _SMALL_PRINT = 40, 60, 50, 280


def slides(report: Report) -> bytes:
    """The deck as a PPTX file: title, answer, options, range, own GPUs, budget, what moves it, what it rests on."""
    made = deck(report.brand, report.title, report.made_on)
    said = {finding.title: finding.text for finding in findings(report)}
    for each in (_title, _answer, _options, _range, _own_gpus, _budget, _moves, _rests):
        each(made, report, said)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _title(made: Deck, report: Report, said: dict[str, str]) -> None:
    brand = report.brand
    slide = add_slide(made, "Title", report.title, brand.confidentiality or "Breakeven")
    lines = (
        f"For {brand.client}" if brand.client else "",
        f"Prepared by {brand.prepared_by}" if brand.prepared_by else "",
        day_words(report.made_on),
        f"{report.comparison.workload.name}: {volume(report.comparison.workload)}",
    )
    put(slide, TEXT, [line for line in lines if line])
    if brand.logo:
        put_logo(slide, brand.logo, f"Logo of {brand.client}" if brand.client else "Logo")
    put_notes(slide, [report.title, *said.values(), state_words(report), rate_words(report.exchange)])


def _answer(made: Deck, report: Report, said: dict[str, str]) -> None:
    slide = add_slide(made, "Text and table", answer_title(report), _footer(report))
    told = [(name, said[name]) for name in ("The answer", "Why this one", "What to do next") if name in said]
    put(slide, TEXT, [part for pair in told for part in pair], heads=range(0, 2 * len(told), 2))
    landmarks = _landmarks(report)
    if landmarks:
        rows = [(name, report.money(o.usd), report.money_range(o.low_usd, o.high_usd)) for name, o in landmarks]
        head = ("", "A month", "Light to heavy")
        put_table(slide, [head, *rows], (2.2, 1, 1.5), "The cheapest and the dearest ways, with their ranges")
    else:
        remove(slide, TABLE)
    _cite(slide, report, [o for _, o in landmarks])


def _landmarks(report: Report) -> list[tuple[str, Option]]:
    """The cheapest three, the cheapest own GPUs and the dearest, each once."""
    some = [*report.sure[:3], *([report.hosting.option] if report.hosting else []), *report.sure[-1:]]
    return [(short(f"{named(o, report)}{numbers(report, o)}", _LABEL), o) for o in dict.fromkeys(some)]


def _options(made: Deck, report: Report, _: dict[str, str]) -> None:
    slide = add_slide(made, "Chart", options_title(report), _footer(report))
    shown = _most_telling(report)
    if not shown:
        _without(slide, "No option could be priced.")
        return
    left = len(report.options) - len(shown)
    put(
        slide,
        TEXT,
        [
            "A typical month, cheapest first. Hatched: a claim that no seller lists."
            + (f" {left} more options are in the notes only." if left else "")
            + _unpriced(report)
        ],
    )
    charts.put_costs(slide, report, [(_bar(report, o), o) for o in shown], _heard(report, shown))
    _cite(slide, report, shown, [in_full(report, option) for option in report.options])


def _most_telling(report: Report) -> list[Option]:
    """The cheapest, and the cheapest own GPUs even where those are dear."""
    cheapest = list(report.options[:_MOST_BARS])
    own = report.hosting.option if report.hosting else None
    if own and own in report.options and own not in cheapest:
        cheapest[-1] = own
    return cheapest


def _unpriced(report: Report) -> str:
    n = len(report.comparison.unpriced)
    return f" {n} more {'has' if n == 1 else 'have'} no price for this work." if n else ""


def _range(made: Deck, report: Report, said: dict[str, str]) -> None:
    slide = add_slide(made, "Chart and table", range_title(report), _footer(report))
    shown = report.sure[:_MOST_RANGES]
    if not shown:
        _without(slide, "A range is told of options with a listed price only.")
        return
    put(slide, TEXT, [f"{said['How sure that is']} The colour changes at a typical month."])
    charts.put_ranges(slide, report, [(short(o.name, _NAME), o) for o in shown], _heard(report, shown))
    rows = [
        (short(f"{o.name}{numbers(report, o)}", _NAME), *map(report.money, (o.low_usd, o.usd, o.high_usd)))
        for o in shown
    ]
    put_table(slide, [("", "Light", "Typical", "Heavy"), *rows], (2.2, 1, 1, 1), "The same figures")
    _cite(slide, report, shown)


def _own_gpus(made: Deck, report: Report, _: dict[str, str]) -> None:
    hosting = report.hosting
    slide = add_slide(made, "Chart and table", gpus_title(report), _footer(report))
    if hosting is None:
        _without(slide, "No open model of the comparison can serve this work on GPUs that are on record.")
        return
    put(slide, TEXT, [own_gpus(report)])
    curves = [(short(named(c.option, report), _NAME), c) for c in told_curves(hosting, report)]
    charts.put_curves(slide, report, curves, crossing(hosting, report), own_gpus(report))
    rows = [
        (short(named(b.against, report), _NAME), *map(volume_words, (b.earliest, b.typical, b.latest)))
        for b in hosting.break_evens
    ]
    head = ("Requests a month from which own GPUs pay against", "earliest", "typical", "latest")
    put_table(slide, [head, *rows], (2.4, 1, 1, 1), "From which volume own GPUs pay against each")
    _cite(slide, report, [hosting.option, *(b.against for b in hosting.break_evens)])


def _budget(made: Deck, report: Report, said: dict[str, str]) -> None:
    spending, best = report.spending, report.best
    slide = add_slide(made, "Chart", budget_title(report), _footer(report))
    if spending is None or best is None:
        _without(slide, "Twelve months are computed for the cheapest option with a listed price; there is none.")
        return
    put(slide, TEXT, [f"{said['The budget']} Computed for {named(best, report)} at today's prices."])
    charts.put_months(slide, report, spending, f"Twelve months of cost. {said['The budget']}")
    months = [
        f"{m.month:%B %Y}: {count(m.requests)} requests, {report.money(m.usd)}, "
        f"{report.money_range(m.low_usd, m.high_usd)} from a light to a heavy month"
        for m in spending.months
    ]
    _cite(slide, report, [best], months)


def _moves(made: Deck, report: Report, _: dict[str, str]) -> None:
    best, effects = report.best, report.effects[:_MOST_EFFECTS]
    slide = add_slide(made, "Chart and table", moves_title(report), _footer(report))
    if best is None or not effects:
        _without(slide, "What moves the cost is computed for the cheapest option with a listed price.")
        return
    put(
        slide,
        TEXT,
        [
            f"A month with {named(best, report)} costs {report.money(best.usd)} today, where the "
            "colour changes; each bar moves one input and leaves all others."
        ],
    )
    charts.put_effects(slide, report, effects, best.usd, " ".join(f"{effect_words(e, report)}." for e in effects))
    rows = [
        (e.name, f"{e.at_low}: {report.money(e.low_usd)}", f"{e.at_high}: {report.money(e.high_usd)}") for e in effects
    ]
    put_table(slide, [("", "At one end", "At the other"), *rows], (1.1, 1.2, 1.2), "The same figures")
    _cite(slide, report, [best])


def _rests(made: Deck, report: Report, said: dict[str, str]) -> None:
    slide = add_slide(made, "Two texts", rests_title(report), _footer(report))
    assumed = sorted(report.assumptions, key=lambda a: a.status != GUESS)
    taken = [assumption_words(report, a) for a in assumed]
    cited = [_source(i, source) for i, source in enumerate(report.sources, 1)]
    put(slide, TEXT, ["What is taken for granted", *_some(taken, _MOST_ASSUMED)], heads=(0,))
    told = ["What to do next", said["What to do next"]] if "What to do next" in said else []
    heads = (0, len(told)) if told else (0,)
    put(slide, RIGHT_TEXT, [*told, "Sources", *_some(cited, _MOST_SOURCES)], heads=heads)
    put(slide, SOURCES, [" ".join(filter(None, (state_words(report), rate_words(report.exchange))))])
    in_words = [source_words(i, source) for i, source in enumerate(report.sources, 1)]
    put_notes(slide, ["What is taken for granted", *taken, "Sources", *in_words])


def _some(texts: Sequence[str], most: int) -> list[str]:
    left = len(texts) - most
    return [*texts] if left <= 0 else [*texts[:most], f"… and {left} more, in the notes of this slide"]


def _without(slide: Slide, why: str) -> None:
    """Say why there is no chart."""
    put(slide, TEXT, [why])
    remove(
        slide, *(p for p in (CHART, TABLE, SOURCES) if any(s.placeholder_format.idx == p for s in slide.placeholders))
    )


def _footer(report: Report) -> str:
    brand, day = report.brand, day_words(report.made_on)
    parts = (brand.confidentiality, brand.client, day, report.comparison.workload.name)
    return " · ".join(filter(None, parts))


def _bar(report: Report, option: Option) -> str:
    return (
        short(named(option, report), _LABEL) + numbers(report, option) + ("" if is_sure(option.status) else ", a claim")
    )


def _heard(report: Report, options: Sequence[Option]) -> str:
    return " ".join(
        f"{named(o, report)}: {report.money(o.usd)}, {report.money_range(o.low_usd, o.high_usd)}." for o in options
    )


def _cite(slide: Slide, report: Report, options: Sequence[Option], notes: Sequence[str] = ()) -> None:
    """The sources of what these cost in small print, and in full in the notes behind what else is to be said."""
    cited = sorted({report.number(line.source) for option in options for line in option.lines})
    found = [(n, report.sources[n - 1]) for n in cited]
    put(slide, SOURCES, [_small_print(found)] if found else [])
    behind = notes or [in_full(report, option) for option in options]
    put_notes(slide, [*behind, "", "Sources", *(source_words(n, s) for n, s in found)])


def _small_print(found: Sequence[tuple[int, Source]]) -> str:
    """As many sources as fit two lines, the rest counted."""
    told = [f"[{n}] {short(source.title, _SOURCE)}, read {day_words(source.accessed_on)}" for n, source in found]
    fit = next((n for n in range(len(told), 0, -1) if len("; ".join(told[:n])) <= _SMALL_PRINT), 1)
    rest = f"; {len(told) - fit} more in the notes" if fit < len(told) else ""
    return f"Sources: {'; '.join(told[:fit])}{rest}."


def _source(number: int, source: Source) -> str:
    return f"[{number}] {short(source.title, _SOURCE)}, {day_words(source.accessed_on)}"
