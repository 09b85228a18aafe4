"""Prices: the catalog with status, source, date and history, and what was claimed beside what was listed."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import streamlit as st

from estimator.dashboard.answers import half_hour
from estimator.dashboard.chart import draw
from estimator.dashboard.charts_prices import price_chart
from estimator.dashboard.movement import show_changes, show_then_and_now
from estimator.dashboard.parts import escaped, sources, table
from estimator.dashboard.purse import purse
from estimator.dashboard.upkeep import show_upkeep
from estimator.dashboard.work import choose
from estimator.report import rate, status_words
from pricing import BILLABLE, CLAIMS, Model, PriceRule, catalog, now
from pricing.claims import PriceClaim, price_claims
from pricing.disagreements import disagreements

_ARTICLE_DAY = datetime(2026, 3, 11, 12, tzinfo=UTC)
_SHOWN_ITEMS = ("input", "cache_read", "output")
_PRICE_COLUMNS = ("Input", "Repeated input", "Output")
_HISTORY = timedelta(days=365)
_AHEAD = timedelta(days=120)


def show() -> None:
    market, history, changes, moved, article, upkeep = st.tabs(
        ("Prices", "One model", "What changed", "Then and now", "Claimed and listed", "To decide"),
        key="view",
        bind="query-params",
    )
    with market:
        _market()
    with history:
        _history()
    with changes:
        show_changes()
    with moved:
        work = choose(open_=False)
        if work is not None:
            show_then_and_now(work)
    with article:
        _article()
    with upkeep:
        show_upkeep()


def _market() -> None:
    book = catalog()
    left, middle, right = st.columns((3, 3, 2), vertical_alignment="bottom")
    words = left.text_input("Search", placeholder="gpt, flash, llama …", key="search", bind="query-params")
    sellers = middle.multiselect(
        "Sellers",
        tuple(book.providers),
        format_func=lambda i: book.providers[i].name,
        key="sellers",
        bind="query-params",
        placeholder="All",
    )
    day = right.date_input("Prices of", value="today", key="prices-day", bind="query-params")
    at = half_hour() if day == half_hour().date() else datetime.combine(day, time(12), tzinfo=UTC)
    wanted = [m for m in book.models.values() if _is_wanted(m, words, sellers)]
    models = sorted(wanted, key=lambda model: not model.info.featured)
    rows = [row for model in models if (row := _row(model, at))]
    if not rows:
        st.info("No model on record fits: shorten the search, or choose other sellers.")
        return
    st.caption(
        f"{purse().count(len(rows))} models, {_freshness(models)}. US dollars per million tokens (about 750,000 "
        "English words): standard service, short prompts, off-peak."
    )
    written = {**dict.fromkeys(_PRICE_COLUMNS, _per_million), "Longest prompt": purse().count}
    table(rows, written, "Prices of all models with their state, source and date", height=600)


def _is_wanted(model: Model, words: str, sellers: list[str]) -> bool:
    seller = catalog().providers[model.provider].name
    text = f"{model.id} {model.info.name} {seller}".lower()
    return (not sellers or model.provider in sellers) and all(word in text for word in words.lower().split())


def _freshness(models: list[Model]) -> str:
    """How long ago these prices were checked."""
    days = [rule.checked_on for model in models for rule in model.rules]
    newest, oldest = max(days, default=None), min(days, default=None)
    if newest is None or oldest is None:
        return "never checked"
    return f"checked {newest:%-d %B %Y}" if newest == oldest else f"checked {oldest:%-d %B} to {newest:%-d %B %Y}"


def _per_million(amount: Decimal) -> str:
    return rate(amount, 1_000_000).removesuffix(" per 1M")


def _row(model: Model, at: datetime) -> dict[str, object] | None:
    rules = [model.headline(item, at) for item in _SHOWN_ITEMS]
    found = [rule for rule in rules if rule]
    if not found:
        return None
    amounts = (rule.typical if rule else None for rule in rules)
    return {
        "Model": model.info.name,
        "Seller": catalog().providers[model.provider].name,
        **dict(zip(_PRICE_COLUMNS, amounts, strict=True)),
        "Price is": status_words(found[0].status),
        "Source": found[0].source,
        "Checked": found[0].checked_on,
        "Longest prompt": model.info.context_tokens,
        "Retires": model.info.retires_on,
    }


def _history() -> None:
    book = catalog()
    models = {f"{m.provider}/{m.id}": m for m in book.models.values() if m.rules}
    default = next((i for i, m in enumerate(models.values()) if m.id == "deepseek-v4-pro"), 0)
    key = st.selectbox(
        "Model",
        tuple(models),
        index=default,
        format_func=lambda k: f"{models[k].info.name} · {book.providers[models[k].provider].name}",
        key="model",
        bind="query-params",
    )
    model = models[key]
    shown = [
        (_line_name(rule), rule)
        for rule in model.rules
        if rule.item in _SHOWN_ITEMS and str(rule.mode) == "standard" and not rule.min_input_tokens
        if rule.status in BILLABLE | CLAIMS
    ]
    start = min((r.valid_from for _, r in shown if r.valid_from), default=now() - _HISTORY)
    draw(price_chart(model, shown, start - timedelta(days=14), now() + _AHEAD), "history")
    with st.expander(f"All {len(model.rules)} price rules of {model.info.name}"):
        st.dataframe([_rule(rule) for rule in model.rules], hide_index=True, alt="Every price rule with its source")
    sources(tuple(dict.fromkeys(rule.source for rule in model.rules)), book)
    _disagreements(model)


def _disagreements(model: Model) -> None:
    """Where another source says otherwise, and why it is not followed."""
    found = [d for d in disagreements() if (d.provider, d.model) == (model.provider, model.id)]
    per = {rule.item: rule.per for rule in model.rules}
    if found:
        st.markdown("**Another source says otherwise**")
        st.markdown(
            "\n".join(
                f"- {catalog().items[d.item].name}, {d.mode or 'standard'}: we follow "
                f"**{escaped(rate(d.usd_followed, per[d.item]))}** ({escaped(d.source_followed)}); "
                f"{escaped(d.source_other)} says {escaped(rate(d.usd_other, per[d.item]))}. {escaped(d.why)}"
                for d in found
            )
        )


def _line_name(rule: PriceRule) -> str:
    hours = ", peak hours" if rule.window else ""
    claim = ", claimed" if rule.status in CLAIMS else ""
    return f"{catalog().items[rule.item].name}{hours}{claim}"


def _rule(rule: PriceRule) -> dict[str, object]:
    return {
        "What": catalog().items[rule.item].name,
        "Price": _span(rule),
        "From": rule.valid_from,
        "Until": rule.valid_to,
        "When": str(rule.mode),
        "Prompts above": rule.min_input_tokens or None,
        "Hours": rule.window,
        "Price is": status_words(rule.status),
        "Source": rule.source,
        "Checked": rule.checked_on,
        "Note": rule.note,
    }


def _span(rule: PriceRule) -> str:
    return (
        rate(rule.low, rule.per)
        if rule.low == rule.high
        else f"{rate(rule.low, rule.per)} to {rate(rule.high, rule.per)}"
    )


def _article() -> None:
    st.markdown(
        "An article of 11 March 2026 compared DeepSeek V4, then unreleased, with three models on sale. "
        "Its prices are kept here as what they are, beside what the sellers listed that day and list now; the page "
        '"The article, checked" takes all its claims one by one.'
    )
    then, today = price_claims(catalog(), _ARTICLE_DAY), price_claims(catalog(), now())
    st.table([_claim_row(a, b) for a, b in zip(then, today, strict=True)])
    sources(tuple(dict.fromkeys(c.claimed.source for c in then)), catalog())


def _claim_row(then: PriceClaim, today: PriceClaim) -> dict[str, str]:
    return {
        "The article's model": escaped(then.claimed_name),
        "What": catalog().items[then.claimed.item].name,
        "It said": escaped(_span(then.claimed)),
        "It is": status_words(then.claimed.status),
        "On sale as": escaped(then.model.info.name),
        "Listed that day": _listed(then),
        "Listed today": _listed(today),
    }


def _listed(claim: PriceClaim) -> str:
    return escaped(_span(claim.listed)) if claim.listed else "not on sale"
