"""Figures in the reader's own form: separators, the place of a currency's sign, and dates, as CLDR has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_currency, format_decimal, get_territory_currencies

from pricing.currency import currencies

ENGLISH = "en"  # Written here by hand, as most figures are read so and Babel takes ten times as long.
_DOLLARS = "USD"
_SAMPLE = Decimal("1234567.89")
_STRAIGHT, _CURLY = "'", "’"
_FORMS = (ENGLISH, "de", "fr", "de_CH", "en_IN")  # Those that differ, each by one locale that has it.


class _Swiss(Locale):
    """Babel takes the straight apostrophe between thousands for a quote, and drops it from a million on."""

    @property
    def number_symbols(self) -> Any:
        return {"latn": {**super().number_symbols["latn"], "group": _CURLY}}


@cache
def _locale(name: str) -> Locale:
    found = Locale.parse(name)
    is_straight = found.number_symbols.get("latn", {}).get("group") == _STRAIGHT
    return _Swiss(found.language, found.territory, found.script, found.variant) if is_straight else found


@dataclass(frozen=True)
class Reader:
    """How somebody reads figures: the locale of the form, and the currency of the place, dollars if it has no rate."""

    locale: str = ENGLISH
    currency: str = _DOLLARS


@lru_cache(maxsize=256)  # What browsers tell is without bounds.
def reader(language: str | None) -> Reader:
    """By the language that a browser tells, such as `de-CH`; a language without a place is of where most speak it."""
    try:
        told = Locale.parse((language or ENGLISH).replace("-", "_"))
        likely = Locale.parse(get_global("likely_subtags").get(str(told), str(told)))
    except (ValueError, UnknownLocaleError):
        return Reader()
    place = told.territory or likely.territory
    used = get_territory_currencies(place)[:1] if place else []
    locale = ENGLISH if (told.language, place) == (ENGLISH, "US") else str(told)
    return Reader(locale, used[0] if used and used[0] in currencies() else _DOLLARS)


@lru_cache(maxsize=256)
def forms(locale: str) -> Mapping[str, str]:
    """The forms of a number to choose among, each shown by one, with its locale; `locale` itself comes first."""
    found: dict[str, str] = {}
    for each in (locale, *_FORMS):
        found.setdefault(_sample(each), each)
    return found


def _sample(locale: str) -> str:
    """With a plain space between thousands, for which locales have several."""
    return " ".join(in_figures(_SAMPLE, locale).split())


def in_figures(n: Decimal | float, locale: str) -> str:
    """A number with all its digits."""
    if locale == ENGLISH:
        return f"{n:,g}" if isinstance(n, float) else f"{n:,}"
    return format_decimal(n, locale=_locale(locale), decimal_quantization=False)


def in_short(n: float, locale: str) -> str:
    """A million and more in three figures: `1.23M`, `1,23 Mio.`."""
    if locale != ENGLISH:
        return format_compact_decimal(Decimal(f"{n:.3g}"), locale=_locale(locale), fraction_digits=2)
    size, letter = next((s, c) for s, c in ((1e12, "T"), (1e9, "B"), (1e6, "M")) if abs(n) >= 0.9995 * s)
    return f"{n / size:.3g}{letter}" if abs(n) < 999.5 * size else f"{n / size:,.0f}{letter}"


def in_currency(amount: Decimal, currency: str, locale: str) -> str:
    """An amount with as many decimals as it is given with, and the currency's sign where the locale has it."""
    if locale == ENGLISH:
        symbol = currencies()[currency].symbol
        return f"{symbol}\N{NO-BREAK SPACE}{amount:,}" if symbol.isalpha() else f"{symbol}{amount:,}"
    decimals = max(0, -int(amount.as_tuple().exponent))
    return format_currency(amount, currency, _pattern(locale, decimals), _locale(locale), currency_digits=False)


@cache
def _pattern(locale: str, decimals: int) -> str:
    """The locale's own, with so many decimals."""
    usual: str = _locale(locale).currency_formats["standard"].pattern
    return usual.replace(".00", f".{'0' * decimals}" if decimals else "")


def in_full(day: date, locale: str) -> str:
    return f"{day:%-d %B %Y}" if locale == ENGLISH else format_date(day, "long", _locale(locale))


def separators(locale: str) -> str:
    """The sign of the decimals and that between thousands."""
    if locale == ENGLISH:
        return ".,"
    symbols = _locale(locale).number_symbols["latn"]
    return f"{symbols['decimal']}{symbols['group']}"
