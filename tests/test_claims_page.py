"""The page that checks the article: verdicts, open numbers, and the sources behind them."""

from collections.abc import Callable
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from estimator.decision.claims import claims, inputs_of


def _body() -> None:
    from estimator.dashboard.claims import show  # noqa: PLC0415 - the body of a script that Streamlit runs

    show()


def run(change: Callable[[AppTest], object] | None = None) -> AppTest:
    page = AppTest.from_function(_body, default_timeout=120).run()
    if change is not None:
        change(page)
        page.run()
    assert not page.exception, page.exception
    assert not page.error
    return page


def said(page: AppTest) -> str:
    return "\n".join(str(m.value) for m in page.markdown)


def verdict(page: AppTest, claim: str) -> str:
    """The word in the badge below the claim."""
    texts = [str(m.value) for m in page.markdown]
    at = next(i for i, text in enumerate(texts) if claim in text)
    return texts[at + 1].partition("badge[")[2].rstrip("]")


def test_every_claim_stands_there_with_its_numbers() -> None:
    page = run()
    # As tests/test_claims.py has them, with active-parameters among the partly true.
    assert "Of 23 claims: **7** true, **7** partly, **7** false, **2** cannot be told." in said(page)
    keys = {n.key for n in page.number_input}
    assert keys == {f"claim-{c.id}-{row.name}" for c in claims() for row in inputs_of(c.id)}


def test_a_changed_number_changes_the_verdict() -> None:
    claim = "10 to 25 times cheaper"
    assert verdict(run(), claim) == "Partly"
    assert verdict(run(lambda p: p.number_input(key="claim-cheaper-times").set_value(3)), claim) == "True"


def test_a_past_day_has_its_own_prices() -> None:
    page = run(lambda p: p.date_input(key="claims-day").set_value(date(2026, 9, 1)))
    assert "11.4 times cheaper than GPT-5.4" in said(page)


def test_a_day_without_prices_is_no_error() -> None:
    page = run(lambda p: p.date_input(key="claims-day").set_value(date(2026, 3, 11)))
    assert verdict(page, "10 to 25 times cheaper") == "Cannot be told"


@pytest.mark.parametrize("key", ["claim-no-fees-gpus", "claim-two-gpus-gpus"])
def test_one_gpu_is_an_answer(key: str) -> None:
    run(lambda p: p.number_input(key=key).set_value(1))


def test_what_others_found_says_how_sure_it_is() -> None:
    tables = [table.value for table in run().table]
    scores = next(t for t in tables if t["What is known"][0].startswith("MRCR"))
    assert set(scores["How sure"]) == {"medium", "low"}
    assert set(tables[0]["How sure"]) == {"worked out here"}
