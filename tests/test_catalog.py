"""Names of models, and data files with a fault in them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pricing import Catalog, InputError, UnknownModel, catalog
from pricing.catalog import load
from pricing.check import problems
from pricing.facts import Source, read_record, read_table


@pytest.mark.parametrize(
    ("name", "provider", "found"),
    [
        pytest.param("gpt-5.4", None, "openai/gpt-5.4", id="id"),
        pytest.param("openai/gpt-5.4", None, "openai/gpt-5.4", id="seller and id"),
        pytest.param("GPT 5.4", None, "openai/gpt-5.4", id="case and blanks"),
        pytest.param("gpt_5_4", "OpenAI", "openai/gpt-5.4", id="underscores"),
        pytest.param("gpt-5.4-2026-03-05", None, "openai/gpt-5.4", id="dated alias"),
        pytest.param("gpt-5.6-luna-2026-07-01", None, "openai/gpt-5.6-luna", id="date not on record"),
        pytest.param("gpt-4o-2024-05-13", None, "openai/gpt-4o-2024-05-13", id="a snapshot with its own price"),
        pytest.param("claude-sonnet-4-6-20260217", None, "anthropic/claude-sonnet-4-6", id="Anthropic's date"),
        pytest.param("claude-haiku-4-5@20251001", None, "anthropic/claude-haiku-4-5", id="Vertex AI's date"),
        pytest.param("claude-sonnet-4.6", None, "anthropic/claude-sonnet-4-6", id="a dot for a hyphen"),
        pytest.param("Claude Sonnet 4.6", None, "anthropic/claude-sonnet-4-6", id="display name"),
        pytest.param("deepseek-v4-pro", None, "deepseek/deepseek-v4-pro", id="the maker's id before hosts' names"),
        pytest.param("DeepSeek V4-Pro", "deepinfra", "deepinfra/deepseek-ai/DeepSeek-V4-Pro-0813", id="at a host"),
        pytest.param("gpt-oss-120b", "groq", "groq/openai/gpt-oss-120b", id="a host's name for it"),
        pytest.param("gemini-flash-latest", None, "google/gemini-3.8-flash", id="latest"),
        pytest.param("deepseek-v4", None, "deepseek/deepseek-v4", id="the projected one is not one that came"),
    ],
)
def test_a_model_by_any_of_its_names(name: str, provider: str | None, found: str) -> None:
    model = catalog().find(name, provider)
    assert f"{model.provider}/{model.id}" == found


@pytest.mark.parametrize(
    ("name", "provider", "message"),
    [
        pytest.param("gpt-oss-120b", None, "is sold by several: say which of .*groq/openai/gpt-oss-120b", id="several"),
        pytest.param("Llama 3.1 8B", None, "is sold by several", id="several by name"),
        pytest.param("gpt-5.44", None, "no model called gpt-5.44 is on record. Did you mean openai/gpt-5.4", id="near"),
        pytest.param("gpt-5.4", "deepseek", "no model called gpt-5.4 at deepseek", id="not there"),
        pytest.param("zzzzzz", None, "`python -m pricing list` shows all", id="nothing near"),
        pytest.param("", None, "no model called", id="empty"),
    ],
)
def test_an_unknown_name_is_answered_with_near_ones(name: str, provider: str | None, message: str) -> None:
    with pytest.raises(UnknownModel, match=message):
        catalog().find(name, provider)


def test_every_model_is_found_by_its_seller_and_id() -> None:
    for (provider, model_id), model in catalog().models.items():
        assert catalog().find(f"{provider}/{model_id}") is model
        assert catalog().find(model_id, provider) is model


def test_size_bands_begin_where_tiers_do() -> None:
    assert catalog().sizes[0] == 0
    assert {100_001, 200_000, 200_001, 272_001} <= set(catalog().sizes)


TABLES = {
    "catalog/providers.csv": "id,name,source\nacme,Acme,s\n",
    "catalog/models.csv": "provider,model,name,tokenizer,source\nacme,m,M,unknown,s\n",
    "catalog/aliases.csv": "alias,provider,model,source\nmm,acme,m,s\n",
    "catalog/items.csv": "id,name,per_token,explanation\ninput,Input,true,In.\noutput,Output,true,Out.\n",
    "catalog/windows.csv": "id,timezone,weekdays,hours,source\npeak,UTC,12345,01:00-04:00,s\n",
    "prices/acme.csv": (
        "provider,model,item,usd,usd_low,usd_high,per,valid_from,valid_to,min_input_tokens,window,status,source,checked_on\n"
        "acme,m,input,2,,,1000000,,,,,listed,s,2026-11-23\n"
        "acme,m,output,8,,,1000000,,,,,listed,s,2026-11-23\n"
    ),
    "sources/prices.csv": "id,publisher,title,locator,accessed_on,licence\ns,P,T,https://example.org,2026-11-23,MIT\n",
}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A small sound catalog on disk, with rows added to some of its files."""

    def make(added: dict[str, str] | None = None) -> Path:
        for name, text in TABLES.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text + (added or {}).get(name, ""), encoding="utf-8")
        return tmp_path

    return make


def test_a_sound_catalog_loads(write: Write) -> None:
    loaded: Catalog = load(write())
    assert [rule.usd for rule in loaded.find("mm").rules] == [2, 8]
    assert problems(loaded) == []


PRICES = "prices/acme.csv"


@pytest.mark.parametrize(
    ("file", "row", "message"),
    [
        pytest.param(PRICES, "acme,m,input,-1,,,1,,,,,listed,s,2026-11-23", "acme.csv, line 4, usd: ", id="negative"),
        pytest.param(PRICES, "acme,m,input", "acme.csv, line 4: expected 14 columns", id="too few columns"),
        pytest.param(PRICES, "acme,m,input" + "," * 12, "acme.csv, line 4: expected 14 columns", id="too many"),
        pytest.param(PRICES, '"acme', "acme.csv, line 4: unexpected end of data", id="a quote left open"),
        pytest.param(
            PRICES,
            "acme,q,input,1,,,1,,,,,listed,s,2026-11-23",
            "data/prices names acme/q, which models.csv does not list",
            id="prices of an unknown model",
        ),
        pytest.param(
            PRICES,
            "acme,m,input,1,,,1,,,,noon,listed,s,2026-11-23",
            "data/prices names noon, which windows.csv does not list",
            id="unknown window",
        ),
        pytest.param(
            "catalog/aliases.csv", "q,acme,q,s", "aliases.csv names acme/q, which models.csv", id="dangling alias"
        ),
        pytest.param("catalog/models.csv", "acme,m,M,unknown,s", "models.csv: acme/m stands in it twice", id="twice"),
        pytest.param("catalog/windows.csv", "x,Mars,1,01:00-02:00,s", "windows.csv, line 3, row: ", id="bad window"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(write: Write, file: str, row: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load(write({file: row + "\n"}))


def test_a_file_in_another_encoding_is_named(write: Write) -> None:
    directory = write()
    (directory / PRICES).write_bytes("provider,preis in €\n".encode("utf-16"))
    with pytest.raises(InputError, match=r"acme\.csv is not UTF-8 text"):
        load(directory)


@pytest.mark.parametrize(
    ("file", "rows", "problem"),
    [
        pytest.param(
            PRICES,
            ["acme,m,input,3,,,1000000,2026-01-01T00:00:00Z,,,,listed,s,2026-11-23"],
            "acme/m, input: two prices hold at once",
            id="overlap",
        ),
        pytest.param(
            PRICES,
            [
                "acme,m,input,3,,,1000000,,2026-01-01T00:00:00Z,,peak,listed,s,2026-11-23",
                "acme,m,input,4,,,1000000,2026-01-02T00:00:00Z,,,peak,listed,s,2026-11-23",
            ],
            "acme/m, input: no price from 2026-01-01 00:00:00+00:00 to 2026-01-02 00:00:00+00:00",
            id="a gap that no note explains",
        ),
        pytest.param(
            PRICES,
            ["acme,m,input,3,,,1000000,,,1000,,listed,s,2026-11-23"],
            "acme/m, standard: from 1001 tokens on output has no price.",
            id="a tier with a hole",
        ),
        pytest.param(
            PRICES, ["acme,m,audio,3,,,1000000,,,,,listed,s,2026-11-23"], "acme/m, audio: no such item.", id="item"
        ),
        pytest.param(
            PRICES, ["acme,m,input,3,,,1000000,,,,peak,listed,t,2026-11-23"], "acme/m, input: no source t.", id="source"
        ),
        pytest.param(
            PRICES,
            ["acme,m,input,3,,,1000,,,,peak,listed,s,2026-11-22"],
            "acme/m, input: checked before its source was read.",
            id="checked too early",
        ),
        pytest.param(
            PRICES,
            ["acme,m,input,3,,,7,,,,peak,listed,s,2026-11-23"],
            "acme/m, input: per 7 is none of 1, 1000 and 1000000.",
            id="an odd unit",
        ),
        pytest.param(
            PRICES,
            ["acme,m,input,,1,2,1000000,,,,peak,listed,s,2026-11-23"],
            "acme/m, input: only a projected or claimed price may be a range.",
            id="a listed range",
        ),
        pytest.param(
            PRICES,
            ["acme,m,input,3,,,1000000,2026-01-01T00:10:00Z,,,peak,listed,s,2026-11-23"],
            "acme/m, input: 2026-01-01T00:10:00+00:00 is not on a half hour.",
            id="off the half hour",
        ),
        pytest.param("catalog/models.csv", ["acme,n,N,unknown,s"], "acme/n: it has no price", id="no price"),
        pytest.param("catalog/models.csv", ["corp,n,N,unknown,s"], "corp/n: no provider corp.", id="no provider"),
        pytest.param(
            "catalog/windows.csv", ["x,UTC,1,01:10-02:00,s"], "window x: its hours must fall on half hours.", id="hours"
        ),
        pytest.param("catalog/aliases.csv", ["x,acme,m,t"], "alias x: no source t.", id="source of an alias"),
    ],
)
def test_the_check_names_each_fault(write: Write, file: str, rows: list[str], problem: str) -> None:
    found = problems(load(write({file: "".join(f"{row}\n" for row in rows)})))
    assert any(each.startswith(problem) for each in found), found


def test_an_ambiguous_alias_is_a_problem(write: Write) -> None:
    added = {
        "catalog/models.csv": "acme,n,N,unknown,s\n",
        "catalog/aliases.csv": "mm,acme,n,s\n",
        PRICES: "acme,n,input,2,,,1000000,,,,,listed,s,2026-11-23\n",
    }
    assert any("mm is sold by several" in each for each in problems(load(write(added))))


def test_periods_that_meet_do_not_overlap(write: Write) -> None:
    turn = "2026-01-01T00:00:00Z"
    rows = (
        f"acme,m,input,3,,,1000000,,{turn},,peak,listed,s,2026-11-23\n"
        f"acme,m,input,4,,,1000000,{turn},,,peak,listed,s,2026-11-23\n"
    )
    assert problems(load(write({PRICES: rows}))) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("{", "s.json, line 1: ", id="not JSON"),
        pytest.param("{}", "s.json, id: Field required", id="a field missing"),
    ],
)
def test_a_record_that_cannot_be_read_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "s.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_record(path, Source)


def test_a_table_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(TABLES["sources/prices.csv"].replace("\n", "\r\n"), encoding="utf-8-sig", newline="")
    assert [source.id for source in read_table(path, Source)] == ["s"]
