"""What each verb of the estimator command does: read, call the engine, show. No arithmetic here."""

import csv
import io
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from pathlib import Path

from tqdm import tqdm  # type: ignore[import-untyped]

from estimator import decision, forms, tables, workload
from estimator.decision import Comparison, Option, Scenario
from estimator.report import is_sure, pdf
from estimator.selfhost import (
    Plan,
    architectures,
    feasible,
    find_architecture,
    find_device,
    model_json,
    predict_rows,
    service_facts,
    usual_targets,
)
from estimator.tokens import count_content, read_content, read_text
from estimator.workload import (
    Workload,
    from_built,
    from_profile,
    from_template,
    is_template,
    load_template,
    templates,
)
from estimator.workspace import workspace
from pricing import STANDARD, Catalog, InputError, Mode, Model, catalog, now
from pricing.bill import FIRST_YEAR, LAST_YEAR
from pricing.console import DONE, NEEDS_A_PERSON, parse_time, show_json
from pricing.currency import convert, rate, rate_json

_NEEDED = ("model", "hw")
_CONSUMER = ("rtx-4090", "rtx-5090")
_MOST_GROWTH = 2  # Tripled each month; what is above was meant in per cent.


def tokens(args: Namespace) -> int:
    book = catalog()
    families: dict[str, list[str]] = {}
    for model in _models(args.model, book) or _featured(book):
        families.setdefault(model.info.tokenizer, []).append(f"{model.provider}/{model.id}")
    contents = [(file, read_content(Path(file).read_bytes(), file)) for file in args.files]
    counts, unknown = [], []
    for file, content in contents:
        for family, models in families.items():
            try:
                counts.append((file, models, count_content(content, family)))
            except InputError as error:
                unknown.append(f"{file}: {error}")
    if not counts:
        raise InputError(unknown[0])
    if args.json:
        show_json([forms.count_json(*each) for each in counts])
    else:
        tables.show_counts(counts)
    for line in unknown:
        print(line, file=sys.stderr)
    return NEEDS_A_PERSON if unknown else DONE


def profile(args: Namespace) -> int:
    files, sizes = workload.sources(args.inputs), catalog().sizes
    with _bar() as progress:
        if args.columns:
            mapped = (workload.read_mapped(file.whole(), file.name, sizes, args.columns) for file in files)
            made = reduce(workload.merge, mapped)
        elif args.scheduler:
            made = workload.read_on_cluster(files, sizes, args.scheduler, progress)
        else:
            made = workload.read_or_suggest(files, sizes, progress)
    if args.output:
        _write(Path(args.output), workload.save(made).encode())
    if args.json:
        show_json(forms.profile_json(made))
    else:
        tables.show_profile(made)
    return DONE


def build(args: Namespace) -> int:
    if args.kind not in workload.kinds():
        raise InputError(f"no kind of work is called {args.kind[:40]}: give one of {', '.join(workload.kinds())}.")
    template = workload.edited(workload.built(args.kind), workload.settings_of(args.set))
    if args.output:
        _write(Path(args.output), workload.template_json(template).encode())
    if args.json:
        show_json(forms.built_json(template))
    else:
        tables.show_built(template)
    return DONE


@contextmanager
def _bar() -> Iterator[Callable[[float], None]]:
    """A bar on a terminal's standard error, moved by the share that is done."""
    with tqdm(total=1.0, disable=None, leave=False, bar_format="{percentage:3.0f} % {bar} {remaining}") as bar:
        yield lambda share: bar.update(share - bar.n)


def compare(args: Namespace) -> int:
    book = catalog()
    asked = _models(args.model, book)
    compared = _compared(args, book, asked or list(book.models.values()))
    exchange = rate(args.currency, compared.scenario.at.date())
    if args.json:
        show_json(forms.comparison_json(compared, book, exchange))
    else:
        tables.show_comparison(compared, book, exchange)
    return _all_priced(compared, asked)


def report(args: Namespace) -> int:
    book = catalog()
    asked = _models(args.model, book)
    compared = _compared(args, book, asked or _featured(book))
    _write(Path(args.output), pdf(compared, book, currency=args.currency))
    if args.json:
        show_json({"file": args.output, "format": args.format, "options": len(compared.options)})
    else:
        print(f"{args.output}: a comparison of {len(compared.options)} options")
    return _all_priced(compared, asked)


def _compared(args: Namespace, book: Catalog, models: Sequence[Model]) -> Comparison:
    """These models, beside own GPUs unless models were asked for by name."""
    at = _known_time(args.at) if args.at else now()
    mode = Mode(processing="batch") if args.batch else STANDARD
    work = _work(args, book, at)
    hosted = () if args.model else decision.hosted_options(work, book)
    return decision.compare(work, book, Scenario(at, mode, args.caching), models, hosted)


def _known_time(text: str) -> datetime:
    at = parse_time(text)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise InputError(f"{text} lies outside the years {FIRST_YEAR} to {LAST_YEAR}: check the time.")
    return at


def _all_priced(compared: Comparison, asked: Sequence[Model]) -> int:
    """A model that was asked for by name and has no price is for a person to look at."""
    return NEEDS_A_PERSON if (asked and compared.unpriced) or not compared.options else DONE


def model(args: Namespace) -> int:
    chosen = [find_architecture(name) for name in args.models] or list(architectures().values())
    if args.json:
        show_json([model_json(architecture) for architecture in chosen])
    else:
        tables.show_architectures(chosen)
    return DONE


def throughput(args: Namespace) -> int:
    name = "standard input" if args.file == "-" else args.file
    data = sys.stdin.buffer.read() if args.file == "-" else Path(args.file).read_bytes()
    rows = list(predict_rows(_deployments(read_text(data, name), name)))
    if args.json:
        show_json([forms.prediction_json(row) for row in rows])
    else:
        table = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    return NEEDS_A_PERSON if any(row["error"] for row in rows) else DONE


def _deployments(text: str, name: str) -> list[dict[str, str]]:
    """The rows of a table of deployments. Raises InputError with the file and the line."""
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="", strict=True)
    try:
        reader.fieldnames = columns = [column.strip() for column in reader.fieldnames or ()]
        missing = [column for column in _NEEDED if column not in columns]
        if missing:
            raise InputError(
                f"{name}, line 1: no column is called {' or '.join(missing)}. Give the columns their names."
            )
        if len(set(columns)) < len(columns):
            raise InputError(f"{name}, line 1: two columns have the same name. Name each differently.")
        rows = []
        for row in reader:
            if None in row:
                raise InputError(
                    f"{name}, line {reader.line_num}: there are more cells than columns. Quote the commas."
                )
            rows.append(row)
    except csv.Error as error:
        raise InputError(f"{name}, line {reader.reader.line_num}: this is not CSV ({error}).") from None
    if not rows:
        raise InputError(f"{name}: there are no deployments in it. Write one a line below the names of the columns.")
    return rows


def selfhost(args: Namespace) -> int:
    book, exchange = catalog(), rate(args.currency, now().date())
    weights, work = find_architecture(args.model).id, _work(args, book, now())
    plan, growth = _hosted(args, weights, work, book), _growth(args)
    cost, view = decision.by_gpus(plan), decision.volumes_in_view(plan)
    rivals = _rivals(work, weights, book)
    found = [decision.break_even(cost, rival, work.requests_per_month, view) for rival in rivals]
    watched = decision.worth_watching(found) if found else None
    swings = decision.tornado(plan, watched.against, work.requests_per_month, view) if watched else ()
    option = decision.hosted_option(plan)
    if args.json:
        answer = {
            "profile": forms.workload_json(work),
            "plan": forms.plan_json(plan),
            **rate_json(exchange),
            "option": forms.option_json(option, exchange),
            "growth": growth,
            "break_even": [forms.break_even_json(each, exchange, work, growth) for each in found],
            "swings": [asdict(swing) for swing in swings],
            "sources": forms.sources_json([option, *rivals], book, exchange),
        }
        show_json(answer)
    else:
        tables.show_plan(plan, option, work=work, book=book, exchange=exchange)
        tables.show_break_evens(found, work, growth, book=book, exchange=exchange)
        tables.show_swings(swings, watched, option, book)
    return DONE


def _hosted(args: Namespace, weights: str, work: Workload, book: Catalog) -> Plan:
    """The plan that was asked for: on one device and under a promise of its own, or the cheapest."""
    own = (args.gpus, args.ttft, args.tpot)
    if not args.device and (args.hourly or any(each is not None for each in own)):
        raise InputError("--gpus, --hourly, --ttft and --tpot are for one device: name it with --device.")
    if not args.device:
        return decision.cheapest_hosting(weights, work, book, args.tenure)
    if any(each is not None and each <= 0 for each in own):
        raise InputError("--gpus, --ttft and --tpot must be above 0.")
    usual = usual_targets()
    targets = replace(
        usual,
        ttft_s=usual.ttft_s if args.ttft is None else float(args.ttft),
        tpot_ms=usual.tpot_ms if args.tpot is None else float(args.tpot),
    )
    made = decision.hosting(weights, args.device, work, book, gpus=args.gpus, targets=targets, hourly=args.hourly)
    return made.held(args.tenure)


def _growth(args: Namespace) -> Decimal:
    growth: Decimal = service_facts()["volume_growth_per_month"].typical if args.growth is None else args.growth
    return _in_reach(growth)


def _in_reach(growth: Decimal) -> Decimal:
    if growth > _MOST_GROWTH:
        raise InputError(f"{growth} is a growth of {growth:.0%} a month: write 0.05 for 5 %.")
    return growth


def _rivals(work: Workload, weights: str, book: Catalog) -> list[Option]:
    """The same weights at every seller, then the featured models, each cheapest first, at today's list prices."""
    models = [m for m in book.models.values() if m.info.featured or m.info.weights == weights]
    sure = [o for o in decision.compare(work, book, Scenario(now()), models).options if is_sure(o.status)]
    return sorted(sure, key=lambda option: option.weights != weights)


def fits(args: Namespace) -> int:
    chosen = [find_architecture(name) for name in args.models]
    on = [find_device(name) for name in args.device or _CONSUMER]
    found = [feasible(model, device, args.count, args.context) for model in chosen for device in on]
    if args.json:
        show_json([forms.feasibility_json(each) for each in found])
    else:
        tables.show_feasible(found)
    return DONE


def budget(args: Namespace) -> int:
    book, exchange = catalog(), rate(args.currency, now().date())
    chosen, work, limit = book.find(args.model), _work(args, book, now()), args.monthly_usd
    if limit <= 0:
        raise InputError(f"a budget of {limit} buys nothing: give more than 0.")
    if args.growth > _MOST_GROWTH:
        raise InputError(f"{args.growth} is a growth of {args.growth:.0%} a month: write 0.05 for 5 %.")
    compared = decision.compare(work, book, Scenario(now()), [chosen])
    if not compared.options:
        raise InputError(f"{chosen.id} has no price for this work: {compared.unpriced[0].reason}")
    option = min(compared.options, key=lambda o: not is_sure(o.status))  # A claim only where nothing is listed.
    cost = decision.by_token(option)
    ahead = decision.months_ahead(cost, work.requests_per_month, limit, args.growth, start=now())
    over, bought = decision.first_over(ahead), decision.buys(option, work.units_per_month, limit)
    if args.json:
        answer = {
            "profile": forms.workload_json(work),
            **rate_json(exchange),
            "limit_usd": limit,
            "limit": convert(limit, exchange),
            "growth": args.growth,
            "option": forms.option_json(option, exchange),
            "months": [forms.month_json(month, exchange) for month in ahead],
            "first_over": over and forms.month_name(over),
            "buys": forms.purchase_json(bought, work),
            "sources": forms.sources_json([option], book, exchange),
        }
        show_json(answer)
    else:
        tables.show_budget(ahead, over, bought, limit_usd=limit, work=work, book=book, exchange=exchange)
    return DONE


def reconcile(args: Namespace) -> int:
    book = catalog()
    files = [(name, Path(name).read_bytes()) for name in args.files]
    found = decision.reconcile(workload.read_statement(files, book.sizes), book)
    exchange = rate(args.currency, max(line.start.date() for line in found.lines))
    if args.json:
        show_json(forms.reconciliation_json(found, book, exchange))
    else:
        tables.show_reconciliation(found, book, exchange)
    return NEEDS_A_PERSON if found.open else DONE


def saved_list(args: Namespace) -> int:
    entries = workspace().entries()
    if args.json:
        show_json([forms.entry_json(entry) for entry in entries])
    else:
        tables.show_saved(entries)
    return DONE


def saved_export(args: Namespace) -> int:
    data = workspace().export()
    _write(Path(args.file), data)
    if args.json:
        show_json({"file": args.file, "bytes": len(data)})
    else:
        print(f"{args.file}: all saved work, {len(data):,} bytes")
    return DONE


def saved_import(args: Namespace) -> int:
    brought = workspace().bring_in(Path(args.file).read_bytes(), args.file)
    if args.json:
        show_json(asdict(brought))
    else:
        print(f"added versions: {brought.versions:,}, in studies: {brought.studies:,}; what was here stays as it is")
    return DONE


def _work(args: Namespace, book: Catalog, at: datetime) -> Workload:
    """The workload that PROFILE names; a template's is laid over the month of `at`."""
    template = templates().get(args.profile)
    if template is not None:
        units = template.default_units_per_month if args.units is None else Fraction(args.units)
        return from_template(template, units, book.sizes, start=_month_of(at))
    path = Path(args.profile)
    if not path.exists():
        raise InputError(f"no file or template is called {path}: give a file, or one of {', '.join(templates())}.")
    if is_template(data := path.read_bytes()):
        built = load_template(data, str(path))
        units = built.units_per_month if args.units is None else Fraction(args.units)
        return from_built(built, units, book.sizes, start=_month_of(at))
    with _bar() as progress:
        made = workload.read_or_suggest(workload.sources([str(path)]), book.sizes, progress)
    return from_profile(made, path.name, args.units)


def _month_of(at: datetime) -> datetime:
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _models(names: Sequence[str], book: Catalog) -> list[Model]:
    """The models asked for, each once."""
    return list({(model.provider, model.id): model for model in map(book.find, names)}.values())


def _featured(book: Catalog) -> list[Model]:
    return [model for model in book.models.values() if model.info.featured]


def _write(path: Path, data: bytes) -> None:
    """The whole file or nothing: what stood there stays until all is written."""
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise InputError(f"{path} is not a plain file: name another.")
    part = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        part.write_bytes(data)
        part.replace(target)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)
