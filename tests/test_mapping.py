"""Tables in nobody's form: what is understood of them, how it is said, and that counting follows it."""

import csv
import re
from contextlib import suppress
from datetime import UTC, datetime
from io import StringIO

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from estimator.workload import (
    MONTH,
    Profile,
    Source,
    examples,
    guess,
    missing,
    read_mapped,
    read_or_suggest,
    read_usage,
    sample_of,
)
from estimator.workload.exports.mapping import roles_of, suggestion
from pricing import InputError, Usage

SIZES = (0, 200_001)


def understood(text: str) -> dict[str, str]:
    return {each.role: each.column for each in guess(*sample_of(text, "t.csv"))}


def suggested(data: bytes) -> Profile:
    return read_or_suggest([Source("t.csv", len(data), data=data)], SIZES)


def counted(text: str, **more: str) -> Profile:
    return read_mapped(text.encode(), "t.csv", SIZES, {**understood(text), **more})


@pytest.mark.parametrize(
    ("header", "row", "roles"),
    [
        pytest.param(
            "Datum;Modell;Eingabe-Token;Ausgabe-Token;Kosten (€)",
            "05.10.2026;gpt-5.4;1.234;200;0,01",
            ["start", "model", "input", "output", "cost"],
            id="German",
        ),
        pytest.param(
            "Eingabetoken;Ausgabetoken;Gesamttoken", "5;2;7", ["input", "output", "total"], id="German, in one word"
        ),
        pytest.param(
            "Date;Modèle;Requêtes;Jetons d'entrée;Jetons de sortie;Coût",
            "05/10/2026;m;10;5000;900;1",
            ["start", "model", "requests", "input", "output", "cost"],
            id="French",
        ),
        pytest.param(
            "Fecha;Modelo;Solicitudes;Tokens de entrada;Tokens de salida",
            "05/10/2026;m;10;5000;900",
            ["start", "model", "requests", "input", "output"],
            id="Spanish",
        ),
        pytest.param(
            "日付,モデル,回数,入力トークン,出力トークン",
            "2026-10-05,m,10,5000,900",
            ["start", "model", "requests", "input", "output"],
            id="Japanese",
        ),
        pytest.param(
            "日期,模型,请求次数,输入令牌,输出令牌",
            "2026-10-05,m,10,5000,900",
            ["start", "model", "requests", "input", "output"],
            id="Chinese",
        ),
        pytest.param(
            "When,LLM,No. of calls,Cached prompt tokens,Prompt tokens sent,Reply tokens,Total cost",
            "2026-10-05,m,10,100,5000,900,2",
            ["start", "model", "requests", "cached", "input", "output", "cost"],
            id="English in other words",
        ),
        pytest.param(
            "ts,llm,tokens_sent,tokens_received",
            "2026-10-05T10:00:00Z,gpt-5.4,100,20",
            ["start", "model", "input", "output"],
            id="sent and received",
        ),
        pytest.param(
            "day,max tokens,request tokens,response tokens,latency ms,request id",
            "2026-10-05,4096,100,20,900,17",
            ["start", None, "input", "output", None, None],
            id="what is no count is left out",
        ),
        pytest.param("x,y,z", "2026-10-05,gpt-5.4,7", ["start", "model", None], id="by values: dates and models"),
        pytest.param("a,b,c", "12,5,17", ["input", "output", "total"], id="by values: two make up the third"),
        pytest.param("a,b,c", "5,12,17", ["output", "input", "total"], id="the larger one is input"),
        pytest.param("a,b,total tokens", "5,12,17", ["output", "input", "total"], id="up to a total with a name"),
        pytest.param("a,b,c", "5,12,2026-10-05", ["output", "input", "start"], id="two counts beside dates"),
        pytest.param("a,b", "5,12", [None, None], id="two counts of anything"),
        pytest.param("a,b,c", "5,12,18", [None, None, None], id="three that make up nothing"),
        pytest.param("input,output", "Hello there,Good morning", [None, None], id="texts are no tokens"),
    ],
)
def test_what_is_understood(header: str, row: str, roles: list[str | None]) -> None:
    found = understood(f"{header}\n{row}\n")
    names = re.split("[;,]", header)
    assert found == {role: name for role, name in zip(roles, names, strict=True) if role}


def test_guesses_say_why_and_how_sure() -> None:
    found = {g.role: g for g in guess(*sample_of("timestamp,a,b,total tokens\n2026-10-05,12,5,17\n", "t"))}
    assert (found["start"].sure, found["total"].sure, found["input"].sure) == ("sure", "likely", "guess")
    assert found["input"].why == "with another it makes up the total; the larger one is taken as input"


@pytest.mark.parametrize(
    ("roles", "sentence"),
    [
        pytest.param(["start", "model"], "no column counts tokens", id="no tokens"),
        pytest.param(["input"], "no column counts output tokens", id="no output"),
        pytest.param(["output", "start"], "no column counts input tokens", id="no input"),
        pytest.param(["total"], "", id="a total will do"),
        pytest.param(["input", "output"], "", id="both"),
    ],
)
def test_what_is_missing(roles: list[str], sentence: str) -> None:
    assert missing(roles).startswith(sentence)
    assert bool(missing(roles)) is bool(sentence)


def test_examples_show_no_text() -> None:
    cells = ["secret", "2026-10-05", "1,200", "me@example.com", "1,200", "7", "8"]
    assert examples(cells) == ["2026-10-05", "1,200", "7"]


GERMAN = (
    "Datum;Modell;Eingabe-Token;Ausgabe-Token\n"
    "05.10.2026 10:00;gpt-5.4;1.234;200\n\n"
    "13.10.2026 11:00;gpt-5.4;2.500;1.000\n"
    "Summe;;3.734;1.200\n"
)


def test_a_german_table() -> None:
    made = counted(GERMAN)
    assert (made.requests, made.usage) == (2, Usage(3734, output_tokens=1200))
    assert made.starts == datetime(2026, 10, 5, 10, tzinfo=UTC)
    assert made.tokenizer == "o200k"
    assert "A line of totals is left out." in made.notes


def test_a_table_in_nobodys_form_shows_how_to_say_what_it_is() -> None:
    with pytest.raises(InputError) as refused:
        suggested(GERMAN.encode())
    assert str(refused.value).endswith(
        "give --columns start=Datum,model=Modell,input=Eingabe-Token,output=Ausgabe-Token"
    )
    said = str(refused.value).rpartition("--columns ")[2]
    assert read_mapped(GERMAN.encode(), "t.csv", SIZES, said) == counted(GERMAN)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("timestamp,input_tokens,output_tokens\n2026-10-05T10:00,5,-1\n", id="a negative count"),
        pytest.param("name,comment\nx,hello\n", id="no tokens"),
        pytest.param("date,input tokens\n2026-10-05,5\n", id="no output"),
        pytest.param("2026-10-05,5,7\n2026-10-06,5,7\n", id="no header"),
        pytest.param("amount_value,line_item\n5,gpt\n", id="a bill"),
    ],
)
def test_no_columns_are_suggested_where_they_would_not_help(text: str) -> None:
    with pytest.raises(InputError) as plain:
        read_usage(text.encode(), "t.csv", SIZES)
    with pytest.raises(InputError, match=re.escape(str(plain.value))):
        suggested(text.encode())


def test_known_names_with_foreign_dates_are_suggested() -> None:
    text = "timestamp,input_tokens,output_tokens\n05/10/2026,5,1\n"
    assert suggestion(text, "t") == "--columns start=timestamp,input=input_tokens,output=output_tokens,dates=day-first"


@pytest.mark.parametrize(
    ("dates", "said", "first"),
    [
        pytest.param(
            "01/02/2026 00:00,02/02/2026 00:00", {}, datetime(2026, 2, 1, tzinfo=UTC), id="undecided: the day"
        ),
        pytest.param(
            "01/02/2026 00:00,02/02/2026 00:00",
            {"dates": "month-first"},
            datetime(2026, 1, 2, tzinfo=UTC),
            id="as said",
        ),
        pytest.param(
            "01/02/2026 00:00,01/13/2026 00:00", {}, datetime(2026, 1, 2, tzinfo=UTC), id="one decides: the month"
        ),
        pytest.param(
            "01/02/2026 00:00,13/02/2026 00:00", {}, datetime(2026, 2, 1, tzinfo=UTC), id="one decides: the day"
        ),
    ],
)
def test_the_order_of_dates(dates: str, said: dict[str, str], first: datetime) -> None:
    rows = "\n".join(f"{date},5,1" for date in dates.split(","))
    made = counted(f"When,sent tokens,reply tokens\n{rows}\n", **said)
    assert made.starts == first
    assert any("No date tells" in note for note in made.notes) is (dates.endswith("02/02/2026 00:00") and not said)


@pytest.mark.parametrize(
    ("header", "row", "usage", "requests"),
    [
        pytest.param("when,in tokens (k),out tokens (k)", "1.5,0.2", (1500, 0, 200), 1, id="in thousands"),
        pytest.param("when;tokens in (M);tokens out (M)", "1,5;2", (1_500_000, 0, 2_000_000), 1, id="in millions"),
        pytest.param("when,total tokens", "1000", (937, 0, 63), 1, id="a total alone"),
        pytest.param("when,total tokens,prompt tokens", "100,90", (90, 0, 10), 1, id="a total and input"),
        pytest.param(
            "when,sent tokens,cached sent tokens,reply tokens", "100,60,5", (40, 60, 5), 1, id="cached inside"
        ),
        pytest.param("when,sent tokens,cached sent tokens,reply tokens", "9,60,5", (9, 60, 5), 1, id="cached beside"),
        pytest.param("day,calls,avg input tokens,avg output tokens", "10,100.5,20", (1005, 0, 200), 10, id="averages"),
        pytest.param("month,sent tokens,reply tokens", "12000000,5", (12_000_000, 0, 5), 2000, id="whole months"),
        pytest.param("day,sent tokens,reply tokens", "99996,5", (99_996, 0, 5), 16, id="days that sum up"),
        pytest.param("day,sent tokens,reply tokens", "99995,5", (99_995, 0, 5), 1, id="a long request"),
    ],
)
def test_how_rows_count(header: str, row: str, usage: tuple[int, int, int], requests: int) -> None:
    times = {"when": "2026-10-05T10:00", "day": "2026-10-05", "month": "2026-10"}
    sign = ";" if ";" in header else ","
    made = counted(f"{header}\n{times[header.split(sign, maxsplit=1)[0]]}{sign}{row}\n")
    fresh, cached, output = usage
    assert (made.usage, made.requests) == (Usage(fresh, cached, output_tokens=output), requests)


def test_averages_of_an_unknown_number_are_said_to_be() -> None:
    made = counted("day,avg input tokens,avg output tokens\n2026-10-05,100.4,20\n")
    assert (made.usage, made.requests) == (Usage(100, output_tokens=20), 1)
    assert any("no number of requests" in note for note in made.notes)


def test_a_table_without_times_is_a_month() -> None:
    made = counted("use,requests per month,avg tokens in,avg tokens out\nchat,1000,1500,200\nmail,500,800,60\n")
    assert made.requests == made.requests_per_month == 1500
    assert (made.starts, made.ends) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC) + MONTH)
    assert counted("in tokens,out tokens\n5,1\n7,2\n").requests_per_month == 2


TIME = "2026-10-05T10:00"


@pytest.mark.parametrize(
    ("third", "rows", "message"),
    [
        pytest.param("output", [f"{TIME},5,1", "", f"{TIME},x,1"], "line 4, input", id="a word"),
        pytest.param("output", [f"{TIME},5,1", "never,5,1"], "line 3, start", id="no date"),
        pytest.param("output", [f"{TIME},5,1", f"{TIME},-5,1"], "line 3, input", id="negative"),
        pytest.param("output", [f"{TIME},5,1", f"{TIME},5.5,1"], "line 3, input", id="no whole number"),
        pytest.param("output", ["13/01/2026,5,1", "01/13/2026,5,1"], "some dates have the day first", id="orders"),
        pytest.param("total", [f"{TIME},5,1"], "line 2: input is more than the total", id="more than the total"),
    ],
)
def test_what_cannot_be_names_its_line(third: str, rows: list[str], message: str) -> None:
    header = ["when", "a", "b", "c"][: rows[0].count(",") + 1]
    text = "\n".join([",".join(header), *rows, ""])
    roles = dict(zip(("start", "input", third, "reasoning"), header, strict=False))
    with pytest.raises(InputError, match=f"t.csv.*{message}") as refused:
        read_mapped(text.encode(), "t.csv", SIZES, roles)
    assert "\n" not in str(refused.value)


def test_a_row_that_contradicts_itself_is_left_out_by_its_line() -> None:
    text = f"when,a,b,c\n{TIME},5,5,1\n\n{TIME},5,1,5\n"
    roles = {"start": "when", "input": "a", "output": "b", "reasoning": "c"}
    made = read_mapped(text.encode(), "t.csv", SIZES, roles)
    assert made.requests == 1
    assert "1 of 2 rows could not be read and is left out (50.0 %): line 4." in made.notes


@pytest.mark.parametrize(
    ("said", "message"),
    [
        pytest.param("input", "role=column", id="no column"),
        pytest.param("tea=a", "role=column", id="an unknown role"),
        pytest.param("input=a,input=b", "each once", id="twice"),
        pytest.param("input=c,output=b", "no column has this name. Found columns a, b.", id="an unknown column"),
        pytest.param("input=a", "no column counts output tokens", id="half of it"),
        pytest.param("input=a,output=b,dates=year-first", "day-first or month-first", id="an unknown order"),
    ],
)
def test_columns_that_cannot_be(said: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        roles_of(said, ("a", "b"))


def test_a_column_is_one_thing() -> None:
    with pytest.raises(InputError, match="cannot be two things"):
        read_mapped(b"a,b\n1,2\n", "t.csv", SIZES, "input=a,output=a")


def test_names_with_commas_are_quoted() -> None:
    text = 'when,"tokens, in","tokens, out"\n2026-10-05T10:00,5,1\n'
    said = suggestion(text, "t").removeprefix("--columns ").strip("'")
    assert read_mapped(text.encode(), "t.csv", SIZES, said).usage == Usage(5, output_tokens=1)


plain = st.lists(
    st.tuples(
        st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 28)).map(lambda t: t.replace(second=0, microsecond=0)),  # noqa: DTZ001
        st.integers(0, 10**6),
        st.integers(0, 10**5),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60)
@given(plain, st.sampled_from(",.' "), st.sampled_from(["%d.%m.%Y %H:%M", "%m/%d/%Y %I:%M %p"]))
def test_a_table_in_another_hand_is_the_same_table(
    rows: list[tuple[datetime, int, int]], sign: str, written: str
) -> None:
    usual, other = StringIO(), StringIO()
    usual_rows, other_rows = csv.writer(usual), csv.writer(other, delimiter=";")
    usual_rows.writerow(("timestamp", "input_tokens", "output_tokens"))
    other_rows.writerow(("Zeitpunkt", "Eingabe", "Ausgabe"))
    for at, i, o in rows:
        usual_rows.writerow((at.isoformat(), i, o))
        other_rows.writerow((at.strftime(written), *(f"{n:,}".replace(",", sign) for n in (i, o))))
    roles = {"start": "Zeitpunkt", "input": "Eingabe", "output": "Ausgabe"}
    roles["dates"] = "month-first" if written.startswith("%m") else "day-first"
    made = read_mapped(other.getvalue().encode(), "t.csv", SIZES, roles)
    assert made == read_usage(usual.getvalue().encode(), "t.csv", SIZES)


@settings(max_examples=300)
@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=5), min_size=1, max_size=6))
def test_any_table_is_counted_or_refused_in_a_sentence(cells: list[list[str]]) -> None:
    assume(any(cell.strip() for cell in cells[0]))
    table = StringIO()
    csv.writer(table).writerows(cells)
    data = table.getvalue().encode(errors="replace")
    with suppress(InputError):
        suggested(data)
    with suppress(InputError):
        counted(data.decode())
    with suppress(InputError):
        read_mapped(data, "t.csv", SIZES, {"input": cells[0][0], "output": cells[0][-1], "start": "x"})
