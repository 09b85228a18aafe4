"""Brands of clients: kept, changed without writing over another, exported and brought in, in both databases."""

import io
import json
from base64 import b64encode
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import URL, text

from estimator.report import Brand
from estimator.workspace import Brands, StaleBrand, Workspace
from estimator.workspace.brands import read_brand, write_brand
from estimator.workspace.database import reading, writing
from pricing import InputError
from tests.kept import a_study


def png(color: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (2, 2), color).save(out, "PNG")
    return out.getvalue()


ACME = Brand(
    client="Acme Ltd", prepared_by="A. Consultant", confidentiality="Confidential", color="#8a1c3c", logo=png()
)
OTHER = replace(ACME, second_color="#123456", logo=b"")


def test_a_brand_is_kept_for_its_client(database: URL) -> None:
    mine = Brands(database)
    assert mine.of("Acme") is None
    saved = mine.save(" Acme ", ACME)
    assert (saved.client, saved.number) == ("Acme", 1)
    assert mine.of("Acme") == saved
    assert mine.clients() == ("Acme",)


def test_the_next_one_takes_its_place(database: URL) -> None:
    mine = Brands(database)
    mine.save("Acme", ACME)
    assert mine.save("Acme", OTHER, 1).number == 2
    kept = mine.of("Acme")
    assert kept is not None
    assert kept.brand == OTHER
    with reading(database) as connection:
        assert connection.execute(text("SELECT count(*) FROM breakeven_brands")).scalar() == 1


@pytest.mark.parametrize("base", [0, 1, 7])
def test_nobody_writes_over_another_unseen(database: URL, base: int) -> None:
    mine = Brands(database)
    mine.save("Acme", ACME)
    theirs = mine.save("Acme", OTHER, 1)
    fresh = replace(ACME, prepared_by="B")
    with pytest.raises(StaleBrand, match="the brand of Acme was changed on") as caught:
        mine.save("Acme", fresh, base)
    assert (caught.value.mine.brand, caught.value.theirs) == (fresh, theirs)
    assert mine.of("Acme") == theirs
    assert mine.save("Acme", fresh, theirs.number).number == 3


def test_saving_the_very_same_again_finds_it_saved(database: URL) -> None:
    mine = Brands(database)
    saved = mine.save("Acme", ACME)
    assert mine.save("Acme", ACME) == saved


def test_a_brand_that_was_never_there_cannot_be_changed(database: URL) -> None:
    with pytest.raises(InputError, match="the brand of Acme is not there any more"):
        Brands(database).save("Acme", ACME, 3)


def test_people_see_their_own(database: URL) -> None:
    Brands(database, "one").save("Acme", ACME)
    assert Brands(database, "two").of("Acme") is None
    assert Brands(database, "two").save("Acme", OTHER).number == 1


def test_a_client_with_a_brand_alone_is_no_saved_work(database: URL) -> None:
    Brands(database).save("Acme", ACME)
    assert Workspace(database).entries() == ()
    assert Workspace(database).save("Acme", "chat", a_study()).number == 1


def test_it_goes_out_and_comes_in_with_the_rest(database: URL) -> None:
    here, there = Workspace(database, "here"), Workspace(database, "there")
    here.save("Acme", "chat", a_study())
    Brands(database, "here").save("Acme", ACME)
    Brands(database, "here").save("Zebra", OTHER)
    brought = there.bring_in(here.export(), "work.zip")
    assert (brought.studies, brought.versions) == (3, 3)
    found = Brands(database, "there")
    kept = [found.of(client) for client in found.clients()]
    assert [(each.client, each.brand) for each in kept if each] == [("Acme", ACME), ("Zebra", OTHER)]
    assert there.bring_in(here.export(), "work.zip").versions == 0


def test_a_brand_that_is_here_stays(database: URL) -> None:
    here, there = Workspace(database, "here"), Workspace(database, "there")
    Brands(database, "here").save("Acme", ACME)
    kept = Brands(database, "there").save("Acme", OTHER)
    assert there.bring_in(here.export(), "work.zip").versions == 0
    assert Brands(database, "there").of("Acme") == kept


def test_an_export_without_brands_is_as_it_was(database: URL) -> None:
    mine = Workspace(database)
    mine.save("Acme", "chat", a_study())
    assert b"brand" not in mine.export()


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=120)


@given(client=NAMES, by=NAMES, color=st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True))
def test_a_brand_is_read_as_it_was_written(client: str, by: str, color: str) -> None:
    brand = Brand(client=client, prepared_by=by, color=color, logo=png())
    assert read_brand(write_brand(brand), "x") == brand


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        pytest.param({"color": "red"}, "red is not a colour", id="colour"),
        pytest.param({"logo": b64encode(b"GIF").decode()}, "the logo is no PNG or JPEG", id="logo"),
        pytest.param({"logo": "***"}, "logo: ", id="not base64"),
        pytest.param({"format": "other"}, "format: ", id="format"),
        pytest.param({"more": "1"}, "more: ", id="more"),
    ],
)
def test_a_damaged_brand_is_told(database: URL, cells: dict[str, str], fault: str) -> None:
    fields = asdict(OTHER) | {"format": "breakeven-brand", "version": 1, "logo": ""} | cells
    Brands(database).save("Acme", ACME)
    with writing(database) as connection:
        connection.execute(text("UPDATE breakeven_brands SET document = :text"), {"text": json.dumps(fields)})
    with pytest.raises(InputError, match="the brand of Acme") as caught:
        Brands(database).of("Acme")
    assert fault in str(caught.value)
