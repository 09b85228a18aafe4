"""The pages without a browser: what they ask, what they answer, and how they take bad input."""

import re
from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Expander

from estimator.dashboard import upkeep
from estimator.dashboard.frame import PAGES
from pricing.changes import Change, Kind
from pricing.journal import Review
from tests.made_up import rule

OPENAI_CSV = (
    b"start_time_iso,model,num_model_requests,input_tokens,output_tokens,input_cached_tokens\n"
    b"2026-11-01T00:00:00Z,gpt-5.4,1000,2000000,100000,500000\n"
)


def _page(name: str) -> None:
    from estimator.dashboard.frame import PAGES  # noqa: PLC0415 - the body of a script that Streamlit runs

    PAGES[name].body()


def run(name: str, change: Callable[[AppTest], object] | None = None) -> AppTest:
    """A page as it stands after its first run, or after one change."""
    page = AppTest.from_function(_page, kwargs={"name": name}, default_timeout=60).run()
    if change is not None:
        change(page)
        page.run()
    assert not page.exception, page.exception
    return page


def said(page: AppTest) -> str:
    """All text of a page."""
    kinds = (page.title, page.markdown, page.caption, page.error, page.warning, page.success, page.info)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_a_problem(name: str) -> None:
    page = run(name)
    assert page.title[0].value
    assert not page.error


@pytest.mark.parametrize("model", ["DeepSeek V4-Pro", "GPT-5.4", "Claude Sonnet 4.6", "Gemini 2.5 Flash"])
def test_the_models_that_people_ask_for_are_there(model: str) -> None:
    assert model in run("cost").selectbox(key="behind").options


def behind(page: AppTest, model: str) -> Expander:
    """The fold of one figure on the start."""
    box = page.selectbox(key="behind")
    box.set_value(box.options.index(model)).run()
    assert not page.exception
    return next(fold for fold in page.expander if fold.label.startswith(f"{model} · "))


def test_what_a_known_task_costs_on_gpt_5_4() -> None:
    # 100,000 conversations of 5 calls, each 1,800 tokens in at $2.50 and 240 out at $15 per million.
    page = run("cost", lambda p: p.number_input(key="many-support-chat").set_value(100_000))
    expected = 500_000 * (1_800 * 2.5 + 240 * 15) / 1e6
    assert f"GPT-5.4 · \\${expected:,.0f} a month" in behind(page, "GPT-5.4").label


def test_every_figure_leads_to_its_lines_and_sources() -> None:
    fold = behind(run("cost"), "GPT-5.4")
    assert list(fold.table[0].value["What"]) == ["Input", "Output"]
    assert set(fold.table[0].value["Source"]) == {"genai-prices"}
    text = "\n".join(m.value for m in fold.markdown)
    assert "Sources" in text
    assert "Taken for granted" in text


def test_a_page_remembers_the_work_in_words() -> None:
    page = run("compare", lambda p: p.selectbox(key="task").set_value("email-triage"))
    assert "**Your work**: e-mail triage, 40 e-mails a day" in said(page)


def test_a_text_is_counted() -> None:
    page = run("cost", lambda p: p.segmented_control(key="from").set_value("A text"))
    assert "Paste a text" in said(page)
    page.text_area(key="text").set_value("How many tokens is this? " * 100).run()
    assert not page.exception
    assert "For 3,044 requests a month the best buy is" in said(page)  # 100 a day.


CHAT = (
    b'{"messages": [{"role": "user", "content": "Do you bake on Sunday?"}, {"role": "assistant", "content": "Yes."}]}'
)
GERMAN = b"Datum;Eingabe-Token;Ausgabe-Token\n13.11.2026;1.200;300\n14.11.2026;2.400;310\n"


def given(*files: tuple[str, bytes]) -> AppTest:
    page = run("cost", lambda p: p.segmented_control(key="from").set_value("Your files"))
    uploader = page.file_uploader(key="upload")
    for name, data in files:
        uploader = uploader.upload(name, data, "application/octet-stream")
    return uploader.run()


@pytest.mark.parametrize(
    ("files", "answer"),
    [
        pytest.param([("offer.md", b"# An offer\n\nTen chairs. " * 50)], "**offer.md**: 1 request,", id="a document"),
        pytest.param([("chats.jsonl", CHAT)], "**chats.jsonl**: 1 request,", id="a chat"),
        pytest.param([("a.md", b"# One"), ("b.txt", b"Two words")], "**2 files**: 2 requests", id="two documents"),
    ],
)
def test_files_without_times_ask_how_many_there_are(files: list[tuple[str, bytes]], answer: str) -> None:
    page = given(*files)
    assert not page.exception
    assert answer in said(page)
    page.number_input(key="many-files").set_value(5000).run()
    assert "5,000 requests a month" in said(page)


def test_a_table_in_nobodys_form_is_counted_once_it_is_understood() -> None:
    page = given(("verbrauch.csv", GERMAN))
    assert "is in no form that we know" in said(page)
    assert "Eingabe-Token" in [box.value for box in page.selectbox]
    next(box for box in page.checkbox if box.label == "This is right: count it").check().run()
    assert not page.exception
    assert "**verbrauch.csv**: 2 requests" in said(page)


def test_work_is_described_in_numbers() -> None:
    page = run("cost", lambda p: p.segmented_control(key="from").set_value("In numbers"))
    assert not page.exception
    page.number_input(key="conversation-turns").set_value(12).run()
    assert "1,000 conversations a month" in said(page)


@pytest.mark.parametrize(
    ("name", "data", "answer"),
    [
        pytest.param("usage.csv", OPENAI_CSV, "1,000 requests", id="an export"),
        pytest.param("usage.csv", b"", "empty", id="an empty file"),
        pytest.param("photo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not", id="a picture"),
    ],
)
def test_a_file_is_read_or_refused_in_a_sentence(name: str, data: bytes, answer: str) -> None:
    page = given((name, data))
    assert not page.exception
    assert answer in said(page)


def test_a_claim_can_be_left_out() -> None:
    without = run("compare", lambda p: p.toggle(key="claims").set_value(False))
    # The article's GPT-5.4, Claude Sonnet 4.6 and Gemini 2.5 Flash.
    assert len(options(run("compare"))) - len(options(without)) == 3


def test_what_can_wait_costs_half_on_gpt_5_4() -> None:
    page = run("compare", lambda p: p.toggle(key="batch").set_value(True))
    full = 5_000 * (1_800 * 2.5 + 240 * 15) / 1e6
    rows = options(page)
    listed = rows[(rows["Model"] == "GPT-5.4") & (rows["Price is"] == "list price")].iloc[0]
    assert listed["A month"] == pytest.approx(full / 2)


def test_prices_of_a_past_day_are_those_of_that_day() -> None:
    def choose(page: AppTest) -> None:
        page.segmented_control(key="which").set_value("Chosen").run()
        page.multiselect(key="models").set_value(["openai/gpt-5.6-luna"])
        page.date_input(key="day").set_value(date(2026, 7, 1))

    cost = 5_000 * (1_800 * 1 + 240 * 6) / 1e6  # $1 and $6 a million until 30 July 2026; a fifth of that since.
    assert any(
        fold.label.startswith(f"GPT-5.6 Luna · \\${cost:.2f} a month") for fold in run("compare", choose).expander
    )


def test_the_answer_to_running_it_oneself_comes_first() -> None:
    page = run("selfhost")
    work, first, second = (m.value for m in page.main.markdown[:3])
    assert work == "**Your work**: customer support chat, 1,000 conversations a month"
    assert first == "### No: buy it by the token"
    assert "does this work for" in second
    assert "own GPUs cost" in second


def test_own_gpus_say_how_busy_they_are() -> None:
    page = run("selfhost")
    assert [m.label for m in page.metric] == [
        "Memory it needs",
        "Speed of one answer",
        "A full copy writes",
        "Copies at the busiest hour",
    ]
    assert "and be busy" in said(page)


def test_the_folds_of_running_it_oneself() -> None:
    labels = [fold.label for fold in run("selfhost").expander]
    for label in ("What would change the answer?", "Rented, leased or bought", "Would it run on 2 × RTX 5090?"):
        assert label in labels


def test_what_would_change_the_answer_is_found_when_it_is_asked() -> None:
    def open_fold(page: AppTest) -> None:
        page.session_state["swings-fold"] = True

    assert "each input at both ends of its range" not in said(run("selfhost"))
    assert "each input at both ends of its range" in said(run("selfhost", open_fold))


def test_where_the_same_weights_are_never_dearer_another_model_is_named() -> None:
    page = run("selfhost", lambda p: p.selectbox(key="weights").set_value("gpt-oss-120b"))
    verdict = page.main.markdown[2].value
    assert "The answer holds at every volume in view. Against" in verdict
    assert "requests a month on" in verdict


@pytest.mark.parametrize("tenure", ["reserved", "buy"])
def test_own_gpus_may_be_leased_or_bought(tenure: str) -> None:
    page = run("selfhost", lambda p: p.selectbox(key="tenure").set_value(tenure))
    assert not page.error
    assert "own GPUs cost" in said(page)


def test_two_consumer_cards_do_not_hold_it() -> None:
    def choose(page: AppTest) -> None:
        page.selectbox(key="device").set_value("rtx-5090").run()
        page.selectbox(key="gpus").set_value(2)

    page = run("selfhost", choose)
    assert "**No.**" in page.error[0].value
    assert "GB" in page.error[0].value
    assert "With its experts in the host's memory it runs for one reader at a time" in said(page)
    assert "The least that does hold it" in said(page)


def test_a_rumour_is_not_computed() -> None:
    page = run("selfhost", lambda p: p.selectbox(key="weights").set_value("deepseek-v4-rumour"))
    assert "unknown" in page.error[0].value
    assert "What would hold it cannot be told" in said(page)


def test_own_gpus_that_pay_say_down_to_which_volume() -> None:
    def choose(page: AppTest) -> None:
        page.number_input(key="many-support-chat").set_value(5_000_000)
        page.selectbox(key="weights").set_value("kimi-k2.5")

    told = said(run("selfhost", choose))
    assert "### Yes: own GPUs cost less" in told
    assert re.search(r"The answer holds unless volume falls below \d\d % of today's, [\d.]+M requests a month\.", told)


def test_a_switch_says_what_it_saves() -> None:
    def choose(page: AppTest) -> None:
        page.segmented_control(key="which").set_value("Chosen").run()
        page.multiselect(key="models").set_value(["openai/gpt-5.4", "openai/gpt-5.6-luna"])

    # 5,000 calls of 1,800 tokens in and 240 out: at $2.50 and $15 a million, and at $0.20 and $1.20.
    saved = 5_000 * (1_800 * (2.5 - 0.2) + 240 * (15 - 1.2)) / 1e6
    told = said(run("compare", choose))
    assert f"to GPT-5.6 Luna · OpenAI saves about \\${saved:.2f} a month" in told
    assert "The answer holds at any volume, until GPT-5.6 Luna costs 12.5 times what it does." in told


def test_a_switch_to_own_gpus_says_down_to_which_volume() -> None:
    def choose(page: AppTest) -> None:
        page.number_input(key="many-support-chat").set_value(5_000_000)
        page.segmented_control(key="which").set_value("Chosen").run()
        page.multiselect(key="models").set_value(["openai/gpt-5.4"])

    assert re.search(
        r"Switching from GPT-5.4 · OpenAI to .* on own GPUs saves about .* The answer holds unless volume falls below "
        r"\d+ % of today's\.",
        said(run("compare", choose)),
    )


def test_the_cheapest_has_nothing_to_switch_to() -> None:
    def choose(page: AppTest) -> None:
        page.segmented_control(key="which").set_value("Chosen").run()
        page.multiselect(key="models").set_value(["openai/gpt-5.4"])

    assert "GPT-5.4 · OpenAI is the cheapest of the" in said(run("compare", choose))


def test_a_page_without_its_work_says_where_to_give_it() -> None:
    page = run("compare", lambda p: p.segmented_control(key="from").set_value("Your files"))
    assert "This page needs to know your work first" in said(page)
    assert "**Your work**: your files, still to be given" in said(page)


@pytest.mark.parametrize(
    ("limit", "verdict"),
    [
        pytest.param(1_000, "It fits.", id="ample"),
        pytest.param(100, "It fits in a typical month.", id="heavy months pass it"),
        pytest.param(45, "It fits until", id="growth passes it"),
        pytest.param(1_000, "The answer holds unless everything costs", id="room that is left"),
        pytest.param(10, "the work would have to shrink to", id="no room"),
        pytest.param(10, "It does not fit.", id="too small"),
    ],
)
def test_a_budget_has_a_verdict(limit: int, verdict: str) -> None:
    # GPT-5.4 costs $40.50 in a typical month, and the work grows by 5 % a month.
    page = run("budget", lambda p: p.number_input(key="limit").set_value(limit))
    assert verdict in said(page)


def test_a_limit_buys_so_many_conversations() -> None:
    page = run("budget")
    bought = next(table.value for table in page.dataframe if "A month" in table.value)
    row = bought[bought["Model"] == "GPT-5.4"].iloc[0]
    each = 5 * (1_800 * 2.5 + 240 * 15) / 1e6
    assert row["A month"] == int(100 / each)


def test_the_article_stands_beside_the_list_prices() -> None:
    table = next(t.value for t in run("prices").table if "The article's model" in t.value)
    output = table[(table["The article's model"] == "GPT-5.4") & (table["What"] == "Output")].iloc[0]
    assert (output["It said"], output["Listed that day"]) == (r"\$10.00 per 1M", r"\$15.00 per 1M")
    rumour = table[table["On sale as"] == "DeepSeek V4-Pro"].iloc[0]
    assert (rumour["It is"], rumour["Listed that day"]) == ("projected, never listed", "not on sale")


def test_where_sources_disagree_both_are_shown() -> None:
    page = run("prices", lambda p: p.selectbox(key="model").set_value("deepseek/deepseek-v3.2"))
    assert "we follow" in said(page)
    assert "genai-prices says" in said(page)


def test_what_waits_is_shown_with_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = rule("input", "2"), rule("input", "9")
    change = Change(
        kind=Kind.CHANGED, feed="litellm", provider="acme", model="m", version="1", ours=(ours,), theirs=(theirs,)
    )
    review = Review(id="abcd1234", reason="it is more than twice the old price", since=date(2026, 11, 1), change=change)
    monkeypatch.setattr(upkeep, "waiting", lambda: (review,))
    page = run("prices")
    assert "1 change waits for a person" in said(page)
    assert [t.value["Price"].tolist() for t in page.table if "From" in t.value] == [
        [r"\$2.00 per 1M"],
        [r"\$9.00 per 1M"],
    ]


def test_amounts_in_another_currency_say_at_which_rate() -> None:
    page = AppTest.from_file("../estimator/dashboard/main.py", default_timeout=60).run()
    page.selectbox(key="currency").set_value("EUR").run()
    assert not page.exception
    assert "€" in page.header[0].value
    assert "1 USD = " in said(page)


def test_a_limit_is_in_the_chosen_currency() -> None:
    def choose(page: AppTest) -> None:
        page.session_state["currency"] = "JPY"
        page.number_input(key="limit").set_value(1_000)  # About six dollars: less than the $40.50 that it takes.

    assert "It does not fit." in said(run("budget", choose))


def options(page: AppTest) -> pd.DataFrame:
    """The table that compares."""
    return next(table.value for table in page.dataframe if "At most" in table.value)


def test_all_models_are_compared_and_the_chosen_row_explained() -> None:
    def choose(page: AppTest) -> None:
        page.segmented_control(key="which").set_value("All").run()
        page.multiselect(key="sellers").set_value(["openai"]).run()
        row = options(page)["Model"].tolist().index("GPT-5.4")
        page.session_state["compared-table"] = {"selection": {"rows": [row], "columns": [], "cells": []}}

    page = run("compare", choose)
    everybody = run("compare", lambda p: p.segmented_control(key="which").set_value("All"))
    assert len(options(everybody)) > 1_000
    assert set(options(page)["From"]) == {"OpenAI", "selfhost"}
    assert any(fold.label.startswith("GPT-5.4 · ") for fold in page.expander)
