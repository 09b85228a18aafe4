"""The estimator command: its answers, its tables, its exit codes and its sentences."""

import base64
import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from estimator.__main__ import main
from estimator.workload import merge, read_usage
from pricing import catalog

DONE, BAD_INPUT, NEEDS_A_PERSON = 0, 2, 3
AT = ("--at", "2026-11-23T12:00:00Z")
GPT = ("--model", "gpt-5.4")
COLUMNS = ("model", "hw", "n_gpu", "prec", "phase", "isl", "osl", "concurrency")
ADDED = ("out_tok_s_per_gpu", "in_tok_s_per_gpu", "ttft_ms", "tpot_ms")
GOOD = ("gpt-oss-120b", "h100", "1", "native", "agg", "1024", "1024", "16")
BAD = ("gpt-oss-120b", "h999", "1", "native", "agg", "1024", "1024", "16")


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """The exit code, standard output and standard error of a call."""

    def run(*argv: object) -> tuple[int, str, str]:
        try:
            code = main([str(arg) for arg in argv])
        except SystemExit as stop:
            code = int(stop.code or 0)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def ask(say: Any) -> Callable[..., Any]:
    """The answer in JSON of a call that is done."""

    def run(*argv: object, code: int = DONE) -> Any:
        done, out, err = say(*argv, "--json")
        assert (done, err) == (code, "")
        return json.loads(out)

    return run


# A published smallest PNG.
ONE_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Two requests of GPT-5.4, 10,000 tokens in and 1,000 out each: $0.04 at $2.50 and $15 per 1M."""
    rows = [f"2026-11-02T0{hour}:00:00Z,gpt-5.4,10000,1000" for hour in (8, 9)]
    return written(tmp_path / "log.csv", "timestamp,model,input_tokens,output_tokens", *rows)


@pytest.fixture
def folder(log: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a log and files that cannot be used, named by what is wrong with them."""
    here = log.parent
    monkeypatch.chdir(here)
    (here / "binary").write_bytes(b"\x80\x00\xff\xfe" * 100)
    (here / "empty").touch()
    written(here / "foreign", "a,b", "1,2")
    written(here / "negative", "timestamp,model,input_tokens,output_tokens", "2026-11-02T08:00:00Z,gpt-5.4,-5,1")
    written(here / "headed", "model,hw")
    written(here / "ragged", "model,hw", "a,b", "a,b,c")
    written(here / "twice", "model,hw,isl,isl", "a,b,1,2")
    written(here / "quoted", "model,hw", '"a,b')
    return here


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def deployments(path: Path, *rows: tuple[str, ...]) -> Path:
    return written(path, *(",".join(row) for row in (COLUMNS, *rows)))


def listed(answer: Any) -> Any:
    """The one option at list price."""
    (option,) = (o for o in answer["options"] if o["status"] == "listed")
    return option


def test_tokens_of_each_familys_models(ask: Any, tmp_path: Path) -> None:
    file = written(tmp_path / "a.txt", "hello world")
    by_family = {c["family"]: c for c in ask("tokens", file)}
    assert by_family["o200k"] == {
        "file": str(file),
        "models": ["openai/gpt-5.4", "openai/gpt-5.4-mini", "openai/gpt-6-sol", "groq/openai/gpt-oss-120b"],
        "family": "o200k",
        "tokens": 2,
        "low": 2,
        "high": 2,
        "method": "counted",
        "note": "Counted with OpenAI's own vocabulary.",
        "source": "tiktoken-0.14",
    }
    assert {"claude-4", "claude-5", "gemini", "deepseek", "mistral"} < by_family.keys()
    assert all(c["low"] <= c["tokens"] <= c["high"] for c in by_family.values())


def test_tokens_of_models_that_share_a_tokenizer_are_counted_once(ask: Any, tmp_path: Path) -> None:
    files = [written(tmp_path / name, "hello world") for name in ("a.txt", "b.txt")]
    counts = ask("tokens", *files, *GPT, "--model", "gpt-5.4", "--model", "gpt-5.4-mini")
    assert [(c["file"], c["models"]) for c in counts] == [
        (str(file), ["openai/gpt-5.4", "openai/gpt-5.4-mini"]) for file in files
    ]


def test_tokens_of_an_image_name_the_models_that_have_no_rule(say: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(ONE_PIXEL)
    code, out, err = say("tokens", file, *GPT, "--model", "deepseek/deepseek-v4-pro", "--json")
    (count,) = json.loads(out)
    assert code == NEEDS_A_PERSON
    assert (count["family"], count["tokens"], count["method"]) == ("o200k", 1, "estimated")
    assert err == f"{file}: no rule for images on models of the family deepseek is on record: choose other models.\n"


def test_tokens_of_an_image_that_no_model_has_a_rule_for(say: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(ONE_PIXEL)
    refused(say("tokens", file, "--model", "deepseek/deepseek-v4-pro"), "no rule for images on models")


def test_a_profile_of_two_files_is_their_merged_one(ask: Any, log: Path, tmp_path: Path) -> None:
    other = written(
        tmp_path / "b.csv", "timestamp,model,input_tokens,output_tokens", "2026-11-02T10:00:00Z,gpt-5.4,5,7"
    )
    saved = tmp_path / "saved.json"
    answer = ask("profile", log, other, "-o", saved)
    assert answer["requests"] == 3
    assert answer["usage"] == {"uncached_input_tokens": 20_005, "output_tokens": 2007}
    assert (answer["starts"], answer["ends"]) == ("2026-11-02T08:00:00+00:00", "2026-11-02T10:00:00+00:00")
    assert answer["requests_per_month"] == 3 * 730.5 / 2
    assert answer["input_tokens"]["p50"] == pytest.approx(10_000, rel=0.01)
    assert answer["tokenizers"] == ["o200k"]
    sizes = catalog().sizes
    parts = [read_usage(path.read_bytes(), path.name, sizes) for path in (log, other)]
    assert read_usage(saved.read_bytes(), "saved", sizes) == merge(*parts)


def test_a_saved_profile_costs_what_its_log_costs(ask: Any, log: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    ask("profile", log, "-o", saved)
    first, second = (ask("compare", file, *GPT, *AT)["options"] for file in (log, saved))
    assert first == second


def test_saving_replaces_the_file_and_leaves_nothing_else(say: Any, log: Path, tmp_path: Path) -> None:
    saved = written(tmp_path / "saved.json", "old")
    assert say("profile", log, "-o", saved)[0] == DONE
    assert json.loads(saved.read_text(encoding="utf-8"))["format"] == "breakeven-profile"
    assert set(tmp_path.iterdir()) == {log, saved}


def test_compare_in_the_form_of_the_contract(ask: Any, log: Path) -> None:
    answer = ask("compare", log, *GPT, *AT, "--units", 1000)
    option = listed(answer)
    assert (option["model"], option["provider"], option["kind"]) == ("gpt-5.4", "openai", "api")
    assert (option["low_usd"], option["monthly_usd"], option["high_usd"]) == (40, 40, 40)
    assert option["lines"] == [
        {
            "name": name,
            "quantity": tokens,
            "unit": "tokens",
            "rate_usd": rate,
            "per": 1_000_000,
            "usd": usd,
            "status": "listed",
            "source": "genai-prices",
            "checked_on": "2026-11-23",
            "applies": "",
        }
        for name, tokens, rate, usd in (("input", 10_000_000, 2.5, 25), ("output", 1_000_000, 15, 15))
    ]
    assert option["assumptions"] == [{"text": "1,000 requests a month.", "status": "user", "source": ""}]
    assert option["sources"] == ["genai-prices"]
    assert "genai-prices" in answer["sources"]
    assert answer["profile"]["name"] == "log.csv"
    assert answer["profile"]["requests_per_month"] == 1000
    assert answer["scenario"] == {"at": "2026-11-23T12:00:00+00:00", "mode": "standard", "caching": False}
    assert answer["unpriced"] == []


def test_compare_without_models_takes_all_and_own_gpus(ask: Any) -> None:
    answer = ask("compare", "support-chat", *AT)
    options = answer["options"]
    assert len(options) > 100
    assert {o["kind"] for o in options} == {"api", "selfhost"}
    assert [o["monthly_usd"] for o in options] == sorted(o["monthly_usd"] for o in options)
    assert all(0 < o["low_usd"] <= o["monthly_usd"] <= o["high_usd"] for o in options)
    assert all(o["lines"] and o["sources"] for o in options)
    assert {id_ for o in options for id_ in o["sources"]} == set(answer["sources"])
    assert all(no["reason"] for no in answer["unpriced"])


def test_units_are_of_the_templates_task(ask: Any) -> None:
    # A conversation takes 5 calls of 1,800 tokens in and 240 out: $0.0405 at $2.50 and $15 per 1M.
    answer = ask("compare", "support-chat", *GPT, *AT, "--units", 200)
    assert answer["profile"]["requests_per_month"] == 1000
    assert answer["profile"]["units_per_month"] == 200
    assert listed(answer)["monthly_usd"] == pytest.approx(8.1)


def test_terms(ask: Any) -> None:
    def cost(*terms: str) -> float:
        return float(listed(ask("compare", "support-chat", *GPT, *AT, *terms))["monthly_usd"])

    assert cost("--batch") == pytest.approx(cost() / 2)
    assert cost("--caching") < cost()


def test_a_day_is_its_first_instant(ask: Any) -> None:
    assert ask("compare", "support-chat", *GPT, "--at", "2026-11-24")["scenario"]["at"] == "2026-11-24T00:00:00+00:00"


def test_an_asked_model_without_a_price_is_for_a_person(ask: Any, say: Any) -> None:
    answer = ask("compare", "support-chat", *GPT, "--model", "deepseek/deepseek-v4", *AT, code=NEEDS_A_PERSON)
    assert [no["model"] for no in answer["unpriced"]] == ["deepseek-v4"]
    assert listed(answer)["model"] == "gpt-5.4"
    code, out, _ = say("compare", "support-chat", "--model", "deepseek/deepseek-v4", *AT)
    assert code == NEEDS_A_PERSON
    assert "Without an honest figure:\n- DeepSeek V4 (projected) at DeepSeek: no price for output" in out


def test_models_in_the_form_of_the_contract(ask: Any) -> None:
    (answer,) = ask("model", "deepseek-v3")
    # 671B parameters, 37B active (arXiv 2412.19437); the cache keeps 576 numbers of 2 bytes in each of 61 layers.
    assert answer["total_parameters"] == pytest.approx(671e9, rel=0.001)
    assert answer["active_parameters"] == pytest.approx(37e9, rel=0.02)
    assert answer["kv_bytes_per_token"] == 576 * 2 * 61
    assert list(answer["decode_flops_per_token"]) == ["4096", "131072", "1048576"]


def test_all_models_a_rumour_among_them(ask: Any, say: Any) -> None:
    by_id = {m["model"]: m for m in ask("model")}
    assert len(by_id) > 30
    assert by_id["deepseek-v4-rumour"]["kv_bytes_per_token"] is None
    assert "unknown" in say("model", "deepseek-v4-rumour")[1]


def test_throughput_adds_columns_behind_the_inputs_own(say: Any, tmp_path: Path) -> None:
    code, out, _ = say("throughput", deployments(tmp_path / "d.csv", GOOD))
    (row,) = csv.DictReader(io.StringIO(out))
    assert code == DONE
    assert tuple(row)[: len(COLUMNS)] == COLUMNS
    assert tuple(row[c] for c in COLUMNS) == GOOD
    assert {f"{name}{end}" for name in ADDED for end in ("", "_low", "_high")} | {"error"} == set(row) - set(COLUMNS)
    for name in ADDED:
        assert 0 < float(row[f"{name}_low"]) <= float(row[name]) <= float(row[f"{name}_high"])
    assert row["error"] == ""


def test_a_bad_deployment_stops_no_other(ask: Any, tmp_path: Path) -> None:
    bad, good = ask("throughput", deployments(tmp_path / "d.csv", BAD, GOOD), code=NEEDS_A_PERSON)
    assert bad["error"].startswith("no device called h999 is on record.")
    assert bad["tpot_ms"] is None
    assert good["error"] == ""
    assert good["tpot_ms"] > 0
    assert good["isl"] == "1024"


def test_throughput_from_standard_input(say: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = deployments(tmp_path / "d.csv", GOOD)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    assert say("throughput", "-") == say("throughput", path)


def test_a_table_with_blanks_and_a_column_without_a_name(say: Any, tmp_path: Path) -> None:
    """As spreadsheets and data frames write them."""
    text = [
        "\ufeff, model ,hw,n_gpu,concurrency,isl,osl",
        "0,gpt-oss-120b,h100,1,8,1024,1024",
        "",
        "1,gpt-oss-120b,h100",
    ]
    code, out, _ = say("throughput", written(tmp_path / "d.csv", *text))
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == NEEDS_A_PERSON
    assert [row["error"] for row in rows] == ["", "n_gpu is blank or 0: the prediction needs it."]


def test_selfhost_on_a_chosen_device(ask: Any) -> None:
    answer = ask("selfhost", "support-chat", "--model", "gpt-oss-120b", "--device", "h100")
    plan, option = answer["plan"], answer["option"]
    assert (plan["model"], plan["device"]) == ("gpt-oss-120b", "h100-sxm")
    assert plan["memory"]["fits"] is True
    assert plan["gpus"] == plan["replicas"] * plan["gpus_per_replica"]
    assert 0 < plan["utilisation"] <= 1
    assert {"out_tok_s_per_gpu", "ttft_ms", "tpot_ms"} < plan["throughput"].keys()
    assert [line["name"] for line in option["lines"]] == ["gpu_rent", "storage", "egress", "staff"]
    assert len(plan["replicas_by_hour"]) == 168
    assert plan["targets"]["tpot_ms"] == 50
    assert len(answer["swings"]) == 7
    assert option["monthly_usd"] == pytest.approx(sum(line["usd"] for line in option["lines"]))
    assert option["low_usd"] <= option["monthly_usd"] <= option["high_usd"]
    assert set(option["sources"]) <= set(answer["sources"])
    against = {(each["provider"], each["model"]) for each in answer["break_even"]}
    assert {("openai", "gpt-5.4"), ("groq", "openai/gpt-oss-120b"), ("together", "openai/gpt-oss-120b")} <= against
    for each in answer["break_even"]:
        found = [each[k] for k in ("earliest", "typical", "latest") if each[k] is not None]
        assert found == sorted(found)


def test_selfhost_compares_with_the_same_weights_first(ask: Any) -> None:
    found = ask("selfhost", "support-chat", "--model", "gpt-oss-120b", "--device", "h100")["break_even"]
    same = ["gpt-oss-120b" in each["model"] for each in found]
    assert same[0]
    assert same == sorted(same, reverse=True)


def test_growth_says_when_it_pays(ask: Any) -> None:
    call = ("selfhost", "support-chat", "--model", "gpt-oss-120b", "--device", "h100", "--growth")
    slow, fast = (ask(*call, growth)["break_even"] for growth in ("0", "0.15"))
    for a, b in zip(slow, fast, strict=True):
        assert (a["months"] is None) or a["months"] == 0
        assert (b["months"] is None) == (b["typical"] is None)


def test_own_gpus_may_be_bought(ask: Any) -> None:
    call = ("selfhost", "support-chat", "--model", "gpt-oss-120b", "--device", "h100", "--tenure", "buy")
    names = [line["name"] for line in ask(*call)["option"]["lines"]]
    assert names == ["hardware", "failures", "power", "rack", "storage", "egress", "staff"]


def test_a_stricter_promise_never_needs_fewer_gpus(ask: Any) -> None:
    call = ("selfhost", "support-chat", "--model", "gpt-oss-120b", "--device", "h100", "--units", 10_000_000)
    usual, strict = (ask(*call, *more)["plan"]["gpus"] for more in ((), ("--tpot", "20", "--ttft", "1")))
    assert strict > usual


def test_does_it_fit(ask: Any) -> None:
    found = ask("fits", "deepseek-v4-flash", "gpt-oss-20b")
    assert [(each["model"], each["device"], each["fits"]) for each in found] == [
        ("deepseek-v4-flash", "rtx-4090", False),
        ("deepseek-v4-flash", "rtx-5090", False),
        ("gpt-oss-20b", "rtx-4090", True),
        ("gpt-oss-20b", "rtx-5090", True),
    ]
    assert found[0]["answer"].startswith("No. ")
    assert found[0]["instead"][0]["rent_usd_per_month"] > 0
    assert found[0]["formats"][0]["offloads"]


def test_own_gpus_are_the_cheapest_unless_one_is_chosen(ask: Any) -> None:
    call = ("selfhost", "support-chat", "--model", "gpt-oss-120b")
    assert ask(*call)["option"]["monthly_usd"] <= ask(*call, "--device", "h100")["option"]["monthly_usd"]


def test_utilisation_follows_the_requests(ask: Any) -> None:
    call = ("selfhost", "support-chat", "--model", "gpt-oss-120b", "--device", "h100", "--units")
    few, more = (ask(*call, units)["plan"] for units in (1000, 2000))
    assert few["replicas"] == more["replicas"] == 1
    assert more["utilisation"] == pytest.approx(2 * few["utilisation"], rel=0.01)


def test_budget(ask: Any, log: Path) -> None:
    # $0.04 a request: 1,000 of them are $40 and, 10 % more each month, $44, $48.40 and, over $50, $53.24.
    answer = ask("budget", log, *GPT, "--units", 1000, "--monthly-usd", 50, "--growth", "0.1")
    months = answer["months"]
    assert len(months) == 12
    assert [m["usd"] for m in months[:4]] == pytest.approx([40, 44, 48.4, 53.24])
    assert [m["over"] for m in months[:4]] == [False, False, False, True]
    assert answer["first_over"] == months[3]["month"]
    assert answer["buys"]["per_month"] == 1250
    assert answer["buys"]["unit"] == "request"
    assert answer["option"]["status"] == "listed"
    assert (answer["limit_usd"], answer["growth"]) == (50, 0.1)


def test_a_budget_that_lasts(ask: Any, say: Any, log: Path) -> None:
    call = ("budget", log, *GPT, "--units", 1000, "--monthly-usd", "40")
    assert ask(*call, "--growth", 0)["first_over"] is None
    assert "No month of 12 is over the limit." in say(*call, "--growth", "-0.05")[1]
    assert "Over the limit from " in say(*call)[1]


def test_report(ask: Any, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    answer = ask("report", "support-chat", *GPT, *AT, "--format", "pdf", "-o", file)
    assert answer["file"] == str(file)
    assert (answer["format"], answer["options"], answer["prices_of"]) == ("pdf", 2, "2026-11-23T12:00:00+00:00")
    text = "".join(page.extract_text() for page in PdfReader(file).pages)
    assert "GPT-5.4" in text
    assert "$40.50" in text
    assert set(tmp_path.iterdir()) == {file}


def test_a_report_without_models_takes_the_featured_ones_and_own_gpus(ask: Any, tmp_path: Path) -> None:
    answer = ask("report", "support-chat", *AT, "--format", "pdf", "-o", tmp_path / "r.pdf")
    assert answer["options"] > 12


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        pytest.param(("tokens", "{log}"), ("tokenizer", "o200k", "openai/gpt-5.4", "counted"), id="tokens"),
        pytest.param(("profile", "{log}"), ("2 requests from 2026-11-02 08:00Z", "20,000", "p99"), id="profile"),
        pytest.param(
            ("compare", "support-chat", *GPT, *AT),
            ("Customer support chat: 1,000 conversations a month", "$40.50", "list price", "2026-11-23", "Taken for"),
            id="compare",
        ),
        pytest.param(("model",), ("deepseek-v3", "671B", "KV bytes a token"), id="model"),
        pytest.param(
            ("selfhost", "support-chat", "--model", "gpt-oss-120b"),
            ("replicas at the busiest hour", "GPUs, rented", "instead of", "GPT-5.4"),
            id="selfhost",
        ),
        pytest.param(
            ("fits", "deepseek-v4-flash", "--device", "rtx-4090"),
            ("No. DeepSeek-V4-Flash takes 83 GB even as the file 0731-UD-IQ1_S", "usable, GB", "nominal"),
            id="fits",
        ),
        pytest.param(
            ("budget", "support-chat", *GPT, "--monthly-usd", "50"),
            ("a heavy month is over", "The limit buys 1,234 conversations a month"),
            id="budget",
        ),
    ],
)
def test_tables_for_people(say: Any, log: Path, argv: tuple[str, ...], expected: tuple[str, ...]) -> None:
    code, out, err = say(*(arg.format(log=log) for arg in argv))
    assert (code, err) == (DONE, "")
    for text in expected:
        assert text in out


PROFILES = (
    "compare",
    "selfhost --model gpt-oss-120b",
    "budget --model gpt-5.4 --monthly-usd 9",
    "report --format pdf -o o",
)
CHAT = "support-chat"


@pytest.mark.parametrize("call", PROFILES, ids=lambda call: call.split()[0])
@pytest.mark.parametrize(
    ("profile", "told"),
    [
        pytest.param(
            "nope", "no file or template is called nope: give a file, or one of review-replies,", id="unknown"
        ),
        pytest.param("empty", "empty is empty", id="empty"),
        pytest.param("binary", "binary is not text", id="binary"),
        pytest.param("foreign", "foreign, line 2: it is not known what this is: found columns a, b.", id="foreign"),
        pytest.param("negative", "negative, line 2", id="negative-tokens"),
        pytest.param(".", "error: .: Is a directory.", id="folder"),
        pytest.param(f"{CHAT} --units -5", "a workload needs more than 0 units a month.", id="negative-units"),
        pytest.param(f"{CHAT} --units 0", "a workload needs more than 0 units a month.", id="no-units"),
        pytest.param("log.csv --units -1", "a workload needs more than 0 requests a month.", id="negative-requests"),
        pytest.param(f"{CHAT} --units 999999999999999", "no whole number of at most 12 digits", id="absurd-units"),
        pytest.param(f"{CHAT} --units 1.5", "1.5 is no whole number", id="units-in-parts"),
    ],
)
def test_a_profile_that_cannot_be_used(say: Any, folder: Path, call: str, profile: str, told: str) -> None:
    before = contents(folder)
    refused(say(*call.split(), *profile.split()), told)
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("call", "told"),
    [
        pytest.param(
            f"compare {CHAT} --model gpt-5.44", "no model called gpt-5.44 is on record. Did you mean", id="model"
        ),
        pytest.param(f"compare {CHAT} --model openai/gpt-oss-120b", "is sold by several: say which of", id="sellers"),
        pytest.param(f"compare {CHAT} --at soon", "soon is no date: write 2026-11-23", id="date"),
        pytest.param(f"compare {CHAT} --at 2026-11-31", "2026-11-31 is no date", id="day"),
        pytest.param(f"compare {CHAT} --at 2026-11-01T10:00", "has no time zone: add Z for UTC.", id="zone"),
        pytest.param(f"compare {CHAT} --at 9999-12-31", "outside the years 2000 to 2199", id="last-year"),
        pytest.param(f"compare {CHAT} --at 1999-12-31", "outside the years 2000 to 2199", id="first-year"),
        pytest.param("compare", "the following arguments are required: PROFILE", id="no-profile"),
        pytest.param("", "the following arguments are required: VERB", id="no-verb"),
        pytest.param("guess", "invalid choice: 'guess'", id="verb"),
        pytest.param("tokens binary", "binary is not text", id="tokens-binary"),
        pytest.param("tokens empty", "empty is empty: there is nothing to count.", id="tokens-empty"),
        pytest.param("tokens gone", "error: gone: No such file or directory.", id="tokens-missing"),
        pytest.param("tokens log.csv --model gpt-x", "no model called gpt-x is on record.", id="tokens-model"),
        pytest.param("profile gone", "error: gone: No such file or directory.", id="profile-missing"),
        pytest.param(
            "profile log.csv foreign -o o", "foreign, line 2: it is not known what this is", id="profile-foreign"
        ),
        pytest.param("profile log.csv -o gone/o", "gone/o cannot be written: No such file or directory.", id="output"),
        pytest.param("profile log.csv -o .", ". is not a plain file: name another.", id="output-folder"),
        pytest.param("profile log.csv -o /dev/null", "/dev/null is not a plain file", id="output-device"),
        pytest.param(
            f"report {CHAT} --model gpt-5.4 --format pdf -o gone/o", "gone/o cannot be written", id="report-output"
        ),
        pytest.param(f"report {CHAT} --format doc -o o", "invalid choice: 'doc' (choose from", id="report-format"),
        pytest.param(
            f"report {CHAT} --format pdf", "the following arguments are required: -o/--output", id="report-to"
        ),
        pytest.param("model gpt-5.4", "No architecture of 'gpt-5.4' is on file. There are:", id="architecture"),
        pytest.param("throughput binary", "binary is not text", id="throughput-binary"),
        pytest.param("throughput empty", "empty is empty", id="throughput-empty"),
        pytest.param("throughput gone", "error: gone: No such file or directory.", id="throughput-missing"),
        pytest.param(
            "throughput foreign", "foreign, line 1: no column is called model or hw.", id="throughput-foreign"
        ),
        pytest.param("throughput headed", "headed: there are no deployments in it.", id="throughput-no-rows"),
        pytest.param("throughput ragged", "ragged, line 3: there are more cells than columns.", id="throughput-ragged"),
        pytest.param("throughput twice", "twice, line 1: two columns have the same name.", id="throughput-twice"),
        pytest.param("throughput quoted", "quoted, line 2: this is not CSV", id="throughput-quotes"),
        pytest.param(f"selfhost {CHAT}", "the following arguments are required: --model", id="selfhost-which"),
        pytest.param(
            f"selfhost {CHAT} --model gpt-5.4", "No architecture of 'gpt-5.4' is on file.", id="selfhost-closed"
        ),
        pytest.param(
            f"selfhost {CHAT} --model deepseek-v4-rumour", "its layers and experts are unknown", id="selfhost-rumour"
        ),
        pytest.param(f"selfhost {CHAT} --model gpt-oss-120b --gpus 2", "name it with --device", id="gpus-of-what"),
        pytest.param(f"selfhost {CHAT} --model gpt-oss-120b --device h100 --gpus 0", "must be above 0", id="no-gpus"),
        pytest.param(
            f"selfhost {CHAT} --model gpt-oss-120b --device mi300x --tenure reserved", "for a term", id="no-such-rent"
        ),
        pytest.param("fits gpt-9", "No architecture of 'gpt-9' is on file.", id="fits-unknown"),
        pytest.param("fits gpt-oss-20b --device h999", "no device called h999", id="fits-device"),
        pytest.param("fits gpt-oss-20b --context 131073", "takes at most 131,072 tokens", id="fits-context"),
        pytest.param("fits gpt-oss-20b --count 0", "give at least 1 of each", id="fits-none"),
        pytest.param(
            f"selfhost {CHAT} --model gpt-oss-120b --device h999", "no device called h999 is on record.", id="device"
        ),
        pytest.param(
            f"selfhost {CHAT} --model deepseek-v4-pro --device l4", "L4 has no fast link: 64 of them", id="does-not-fit"
        ),
        pytest.param(f"budget {CHAT} --model gpt-5.4 --monthly-usd 0", "a budget of 0 buys nothing", id="no-budget"),
        pytest.param(f"budget {CHAT} --model gpt-5.4 --monthly-usd -1", "a budget of -1 buys nothing", id="less"),
        pytest.param(f"budget {CHAT} --model gpt-5.4 --monthly-usd NaN", "NaN is no plain number", id="not-a-number"),
        pytest.param(f"budget {CHAT} --model gpt-5.4 --monthly-usd 1e99", "1e99 is no plain number", id="too-much"),
        pytest.param(f"budget {CHAT} --model gpt-5.4", "required: --monthly-usd", id="no-limit"),
        pytest.param(
            f"budget {CHAT} --model gpt-5.4 --monthly-usd 9 --growth 5", "write 0.05 for 5 %.", id="growth-in-per-cent"
        ),
        pytest.param(
            f"budget {CHAT} --model gpt-5.4 --monthly-usd 9 --growth -1",
            "a month leaves no work",
            id="growth-to-nothing",
        ),
        pytest.param(
            f"budget {CHAT} --model deepseek/deepseek-v4 --monthly-usd 9",
            "deepseek-v4 has no price for this work: no price for output",
            id="unpriced",
        ),
    ],
)
def test_a_call_that_cannot_be_used(say: Any, folder: Path, call: str, told: str) -> None:
    before = contents(folder)
    refused(say(*call.split()), told)
    assert contents(folder) == before


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refused(answer: tuple[int, str, str], told: str) -> None:
    """Bad input: exit code 2, nothing on standard output, one line on standard error."""
    code, out, err = answer
    assert (code, out) == (BAD_INPUT, "")
    assert told in err
    assert err.startswith("error: ")
    assert err.count("\n") == 1


def test_what_stood_in_a_file_stays_where_a_new_one_fails(say: Any, log: Path) -> None:
    kept = written(log.parent / "kept.json", "kept")
    assert say("profile", log, log.parent / "gone.csv", "-o", kept)[0] == BAD_INPUT
    assert kept.read_text(encoding="utf-8") == "kept"


@pytest.mark.shared
def test_a_real_trace_on_every_model(ask: Any, shared: Path) -> None:
    trace = shared / "traces" / "AzureLLMInferenceTrace_code_2023.csv"
    answer = ask("compare", trace, *AT)
    rows = list(csv.DictReader(io.StringIO(trace.read_text(encoding="utf-8"))))
    tokens_in = sum(int(row["ContextTokens"]) for row in rows)
    tokens_out = sum(int(row["GeneratedTokens"]) for row in rows)
    assert answer["profile"]["requests"] == len(rows)
    assert answer["profile"]["usage"] == {"uncached_input_tokens": tokens_in, "output_tokens": tokens_out}
    assert len(answer["options"]) > 100
    assert all(0 < o["low_usd"] <= o["monthly_usd"] <= o["high_usd"] for o in answer["options"])


@pytest.mark.shared
def test_every_published_measurement_gets_a_prediction_or_a_reason(say: Any, shared: Path) -> None:
    measured = shared / "throughput" / "measured.csv"
    code, out, err = say("throughput", measured)
    before = list(csv.DictReader(io.StringIO(measured.read_text(encoding="utf-8-sig"))))
    after = list(csv.DictReader(io.StringIO(out)))
    assert (code, err) == (NEEDS_A_PERSON, "")
    assert [row["row"] for row in after] == [row["row"] for row in before]
    assert list(after[0])[: len(before[0])] == list(before[0])
    for row in after:
        assert (row["error"] == "") == any(row[name] for name in ADDED)
    assert sum(row["error"] == "" for row in after) > 2000
