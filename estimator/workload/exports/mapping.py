"""A table in nobody's form: which column is what, by its name in several languages and by its values."""

import csv
import re
import shlex
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, combinations, islice
from typing import Literal

from estimator.workload.exports.cells import (
    decimal_sign,
    is_blank,
    is_total,
    moment_of,
    number_of,
    order_of,
    orders_in,
    sign_of,
)
from estimator.workload.exports.columns import columns_of, counts_of, time_of
from estimator.workload.exports.forms import flat
from estimator.workload.exports.remarks import family_of
from estimator.workload.files.rows import Row, rows_of
from pricing import InputError

SAMPLE = 200
TOKENS = ("input", "output", "total", "cached", "reasoning")
# What can be said of a table, in the order in which it is shown. `cost` is understood so that it is not counted.
ROLES = ("start", "model", "requests", "input", "output", "total", "cached", "reasoning", "cost")

# Beginnings of words without case and accents; shorter ones than four letters are whole words. The first role that
# fits a name has it: "cached input tokens" are cached, "total cost" is a cost.
_WORDS = {
    "cost": "cost kosten preis price prix cout betrag amount montant importe precio prezzo costo coste preco custo "
    "usd eur charge spend spent 费用 金额 价格 料金 金額",
    "cached": "cach zwischenspeicher 缓存 キャッシュ",
    "reasoning": "reason thought thinking denk raisonn razon 推理 思考",
    "requests": "requests request calls call anfragen anfrage aufruf requete appel solicitud llamad peticion chiamat "
    "richiest verzoek pedidos count anzahl nombre numero 请求 次数 调用 リクエスト 回数",
    "total": "total gesamt summe somme suma totale totaal 合计 总 合計",
    "output": "out output complet response receiv answer reply generat "
    "ausgab ausgang antwort sortie reponse salida respuest "
    "saida uscita rispost uitvoer antwoord erzeugt 输出 出力 回答",
    "input": "in input prompt context request sent eingab eingang anfrage entree entrada ingress invoer gesendet "
    "输入 入力 提示",
    "model": "model modell modele modelo modello engine deployment llm 模型 モデル",
    "start": "date time day when timestamp datum zeit tag zeitpunkt fecha hora dia data ora giorno jour heure horodat "
    "created start month monat mois mes mese tijd 日期 时间 日時 日付 月",
}
_COUNTED = "token tok jeton 令牌 トークン"
_AVERAGE = "avg average mean per durchschnitt mittel pro moyen par promedio por media gemiddeld ø 平均"
# Numbers that are no counts of tokens, whatever else their name says.
_OTHER = (
    "id uuid key hash index limit max latency latenz duration dauer duree seconds sec ms rate percent status "
    "temperature score user version"
)
_THOUSANDS = re.compile(r"\(k\)|\bk[- ]?tok|\bktok|thousand|tausend|tsd|millier|\bmiles\b|\bin k\b|千")
_MILLIONS = re.compile(r"\(m\)|\bm[- ]?tok|\bmtok|million|\bmio\b|millon|\bin m\b|百万")

Sure = Literal["sure", "likely", "guess"]


@dataclass(frozen=True)
class Guess:
    """The column that plays a role, why it is thought to, and how sure that is."""

    role: str
    column: str
    why: str
    sure: Sure


def sample_of(text: str, name: str) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """The names of the columns and the first rows. Raises InputError where it is no table."""
    rows = [cells_of(row) for row in islice(rows_of(text, name), SAMPLE)]
    if not rows:
        raise InputError(f"{name}: there are no rows in it.")
    header = tuple(dict.fromkeys(chain.from_iterable(rows)))
    return header, rows


def cells_of(row: Row) -> dict[str, str]:
    """The cells of a row as text, those of nested objects beside the others."""
    return {name: "" if value is None else str(value) for name, value in flat(row.fields).items()}


def guess(header: Sequence[str], rows: Sequence[Mapping[str, str]]) -> tuple[Guess, ...]:
    """What each role is played by, as far as names and values tell; see `missing` for what they do not."""
    columns = {name: [row.get(name, "") for row in rows] for name in header if _is_name(name)}
    counts = {name: sums for name, cells in columns.items() if (sums := _counts(name, cells)) is not None}
    found = _by_name(columns, counts)
    taken = {each.column for each in found.values()}
    if "start" not in found:
        dated = next((name for name in columns if name not in taken and _is_dated(columns[name])), None)
        found |= _one("start", dated, "its values are dates", "likely")
    if "model" not in found:
        named = next((name for name in columns if name not in taken and _names_models(columns[name])), None)
        found |= _one("model", named, "its values are names of models", "likely")
    taken = {each.column for each in found.values()}
    found |= _by_sums(found, {n: c for n, c in counts.items() if n not in taken and not _has(n, _OTHER)}, counts)
    return tuple(found[role] for role in ROLES if role in found)


def missing(roles: Iterable[str]) -> str:
    """What a table lacks to be counted, or nothing."""
    known = set(roles)
    if "total" in known or {"input", "output"} <= known:
        return ""
    if not known & set(TOKENS):
        return "no column counts tokens: give one of input and one of output tokens, or of both together"
    return f"no column counts {'output' if 'input' in known else 'input'} tokens"


def columns_text(guesses: Iterable[Guess], more: Iterable[str] = ()) -> str:
    """The guesses, and what else is to be said, as `--columns` takes them, quoted for a shell."""
    parts = [*(f"{each.role}={each.column}" for each in guesses if each.role != "cost"), *more]
    return f"--columns {shlex.quote(','.join(_quoted(part) for part in parts))}"


def roles_of(text: str, header: Sequence[str]) -> dict[str, str]:
    """Columns by role from `input=Eingabe,output=Ausgabe,start=Datum`; `dates` is `day-first` or `month-first`.

    Raises InputError where a role or a column is unknown.
    """
    roles: dict[str, str] = {}
    for part in next(csv.reader([text]), []):
        role, sign, column = (piece.strip() for piece in part.partition("="))
        if not sign or role not in (*ROLES, "dates") or role in roles:
            raise InputError(f"--columns takes role=column, each once; roles are {', '.join(ROLES)} and dates.")
        if role == "dates" and column not in ("day-first", "month-first"):
            raise InputError("--columns dates is day-first or month-first.")
        if role != "dates" and column not in header:
            raise InputError(f"--columns {role}: no column has this name. {_known(header)}")
        roles[role] = column
    if lacking := missing(roles):
        raise InputError(f"--columns: {lacking}.")
    return roles


def suggestion(text: str, name: str) -> str:
    """The `--columns` that seem right for a table. Raises InputError, with what is missing, where it cannot be."""
    header, rows = sample_of(text, name)
    found = guess(header, rows)
    if lacking := missing(each.role for each in found):
        raise InputError(f"{name}: {lacking}. {_known(header)}")
    dated = next((each.column for each in found if each.role == "start"), "")
    undecided = orders_in(row.get(dated, "") for row in rows) == {"either"}
    return columns_text(found, ("dates=day-first",) if undecided else ())


def is_foreign(header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bool:
    """Whether a table's columns are known by no name, or hold numbers or dates that are written in another way."""
    names = columns_of(header).names
    if not columns_of(header).tell_usage:
        return True
    try:
        for row in rows:
            time_of(row.get(names["start"], ""))
            counts_of({name: row.get(name, "") for name in header}, columns_of(header))
    except InputError:
        return True
    return False


def factor_of(column: str) -> int:
    """What one of this column stands for, by its name: `tokens (k)` are thousands."""
    name = column.lower()
    return 1_000_000 if _MILLIONS.search(name) else 1_000 if _THOUSANDS.search(name) else 1


def is_average(column: str) -> bool:
    """Whether this column tells tokens of one request, by its name."""
    return _has(column, _AVERAGE)


def examples(cells: Iterable[str], most: int = 3) -> list[str]:
    """Values to recognise a column by: numbers and dates only, never other text."""
    telling = (cell.strip() for cell in cells if _is_number(cell) or _is_date(cell))
    return list(islice(dict.fromkeys(telling), most))


def _known(header: Iterable[str]) -> str:
    named = [name for name in header if _is_name(name) and len(name) <= 40][:12]
    return f"Found columns {', '.join(named)}." if named else "The first line must name the columns."


def _quoted(part: str) -> str:
    return f'"{part}"' if "," in part else part


def _is_name(name: str) -> bool:
    """Whether it may name a column: a line of values is no header, and long texts are nobody's names."""
    return bool(name.strip()) and len(name) <= 80 and not _is_number(name) and not _is_date(name)


def _one(role: str, column: str | None, why: str, sure: Sure) -> dict[str, Guess]:
    return {} if column is None else {role: Guess(role, column, why, sure)}


def _by_name(columns: Mapping[str, list[str]], counts: Mapping[str, Decimal]) -> dict[str, Guess]:
    known = {name: role for role, name in columns_of(columns).names.items()}
    fits: dict[str, Callable[[str], bool]] = dict.fromkeys(ROLES, lambda name: name in counts)
    fits |= {"start": lambda name: _is_dated(columns[name], serial=True)}
    fits |= {"model": lambda name: name not in counts and any(map(str.strip, columns[name]))}
    fits |= {"cost": lambda _: True}
    found: dict[str, Guess] = {}
    ways: tuple[tuple[Sure, Callable[[str], str | None]], ...] = (("sure", known.get), ("likely", _role_by_words))
    for sure, role_of in ways:
        for name in columns:
            role = role_of(name) or ""
            is_free = role in ROLES and role not in found and name not in {each.column for each in found.values()}
            if is_free and fits[role](name):
                found[role] = Guess(role, name, "its name says so", sure)
    return found


def _role_by_words(name: str) -> str | None:
    """The first role whose words are in a name. A request's tokens are input; a count of requests has no tokens."""
    has_tokens, is_other = _has(name, _COUNTED), _has(name, _OTHER)
    for role, words in _WORDS.items():
        is_ruled_out = (has_tokens and role == "requests") or (is_other and role in (*TOKENS, "requests"))
        if not is_ruled_out and _has(name, words):
            return role
    return "total" if has_tokens and not is_other else None


def _by_sums(
    found: Mapping[str, Guess], free: Mapping[str, Decimal], counts: Mapping[str, Decimal]
) -> dict[str, Guess]:
    """Input and output among columns whose names do not tell: the two that make up a total, the larger one as input."""
    if found.keys() & {"input", "output"}:
        return {}
    total = found.get("total")
    # Two columns of numbers may be anything: only beside dates or models are they taken for tokens.
    is_a_pair = not total and len(free) == 2 and bool(found.keys() & {"start", "model"})
    for a, b in combinations(free, 2):
        whole = [total.column] if total else [name for name in free if name not in (a, b)]
        if any(counts[a] + counts[b] == counts[name] for name in whole) or is_a_pair:
            large, small = (a, b) if counts[a] >= counts[b] else (b, a)
            made = next((name for name in whole if counts[a] + counts[b] == counts[name]), None)
            why = "with another it makes up the total" if made else "one of two counts"
            return {
                "input": Guess("input", large, f"{why}; the larger one is taken as input", "guess"),
                "output": Guess("output", small, f"{why}; the smaller one is taken as output", "guess"),
                **({} if total else _one("total", made, "it is the sum of two others", "guess")),
            }
    return {}


def _counts(name: str, cells: Iterable[str]) -> Decimal | None:
    """The sum of a column of numbers; None where it holds anything else."""
    filled = [cell for cell in cells if not is_blank(cell)]
    if not filled or not all(map(_is_number, filled)):
        return None
    try:
        decimal = decimal_sign({sign_of(cell) for cell in filled}, whole=factor_of(name) == 1 and not is_average(name))
        return sum((number_of(cell, decimal) for cell in filled), Decimal(0))
    except InputError:
        return None


def _is_number(cell: str) -> bool:
    try:
        number_of(cell, sign_of(cell).removeprefix("?") or ".")
    except InputError:
        return False
    return not is_blank(cell)


def _is_date(cell: str, serial: bool = False) -> bool:
    try:
        moment_of(cell, day_first=order_of(cell) != "month", serial=serial)
    except InputError:
        return False
    return True


def _is_dated(cells: Iterable[str], serial: bool = False) -> bool:
    """Whether most filled cells are dates."""
    filled = [cell for cell in cells if not is_blank(cell) and not is_total(cell)]
    return bool(filled) and sum(_is_date(cell, serial) for cell in filled) > 0.8 * len(filled)


def _names_models(cells: Iterable[str]) -> bool:
    filled = {cell.strip() for cell in cells if not is_blank(cell)}
    return bool(filled) and sum(family_of(cell) != "unknown" for cell in filled) > 0.5 * len(filled)


def _has(name: str, words: str) -> bool:
    """Whether any of the words, or of the beginnings from four letters on, is in a name."""
    plain = _words(name)

    def is_there(word: str) -> bool:
        if not word.isascii():
            return word in name
        return word in plain if len(word) < 4 else any(each.startswith(word) for each in plain)

    return any(map(is_there, words.split()))


def _words(name: str) -> tuple[str, ...]:
    """The words of a name, without case and accents: `promptTokens` are prompt and tokens."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    plain = unicodedata.normalize("NFKD", parted).encode("ascii", "ignore").decode().lower()
    return tuple(_parts(plain))


def _parts(plain: str) -> Iterator[str]:
    for word in re.findall(r"[a-z0-9]+", plain):
        yield word
        # German and Dutch write one word: Eingabetoken, Gesamttokens.
        if "token" in word and not word.startswith("token"):
            yield "token"
