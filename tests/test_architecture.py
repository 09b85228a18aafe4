"""Parameters, cache and FLOPs against published figures, and the laws they obey."""

import csv
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.selfhost.architecture import (
    Architecture,
    architectures,
    find_architecture,
    model_json,
)
from estimator.selfhost.attention import Keys
from pricing import InputError
from pricing.facts import DATA, read_record, sources

MODELS = architectures()
COMPLETE = [a for a in MODELS.values() if a.is_complete]
MILLION = 1_048_576
any_model = st.sampled_from(COMPLETE)
contexts = st.integers(0, 2_000_000)


@pytest.mark.parametrize(
    ("model", "published"),
    [
        pytest.param("llama-3.1-8b", 8_030_261_248, id="Llama 3.1 8B"),
        pytest.param("llama-3.1-70b", 70_553_706_496, id="Llama 3.1 70B"),
        pytest.param("llama-3.1-405b", 405_853_388_800, id="Llama 3.1 405B"),
        pytest.param("mixtral-8x7b", 46_702_792_704, id="Mixtral 8x7B"),
        pytest.param("qwen2.5-72b", 72_706_203_648, id="Qwen2.5-72B"),
        pytest.param("qwen3-30b-a3b", 30_532_122_624, id="Qwen3-30B-A3B"),
        pytest.param("gpt-oss-20b", 20_914_757_184, id="gpt-oss-20b"),
        pytest.param("gpt-oss-120b", 116_829_156_672, id="gpt-oss-120b"),
    ],
)
def test_total_is_that_of_the_published_weights(model: str, published: int) -> None:
    assert MODELS[model].total_parameters == published


def test_sparse_attention_reads_the_best_entries_and_the_index() -> None:
    # V4-Flash at 8,192 tokens: windows of 43 layers, 512 entries of 21, 64 of 20, and 2,048 keys of 21 indexes.
    entries = 43 * 128 + 21 * 512 + 20 * 64
    assert MODELS["deepseek-v4-flash"].kv_read_bytes(8192, None) == pytest.approx(entries * 584 + 21 * 2048 * 68)
    # V3.2: 2,048 of 61 layers at most, and an index key of every token.
    at_64k = MODELS["deepseek-v3.2"].kv_read_bytes(65_536, None)
    assert at_64k < MODELS["deepseek-v3.2"].kv_bytes(65_536, None) / 4


@given(any_model, contexts)
def test_no_model_that_owns_its_cache_reads_more_than_it_keeps(model: Architecture, context: int) -> None:
    if all(getattr(a, "owns_entries", True) for a in model.known.attention):
        assert model.kv_read_bytes(context, 1.0) <= model.kv_bytes(context, 1.0)


@pytest.mark.parametrize(
    ("model", "heads"),
    [
        pytest.param("llama-3.1-70b", 8, id="grouped"),
        pytest.param("qwen3-235b-a22b", 4, id="four heads"),
        pytest.param("deepseek-v3", 1, id="latent"),
        pytest.param("deepseek-v4-pro", 1, id="compressed"),
    ],
)
def test_heads_that_tensor_ranks_can_share_out(model: str, heads: int) -> None:
    assert MODELS[model].kv_heads == heads


@pytest.mark.parametrize("model", [pytest.param(a, id=a.id) for a in COMPLETE])
def test_total_is_near_the_stated_one(model: Architecture) -> None:
    # Makers round: 1.6T for 1.573T (V4-Pro), 1T for 1.026T (Kimi K2).
    assert model.total_parameters == pytest.approx(model.stated_total_parameters, rel=0.027)


@pytest.mark.parametrize(
    ("model", "stated_billions"),
    [
        pytest.param("deepseek-v3", 37, id="V3"),
        pytest.param("deepseek-v4-flash", 13, id="V4-Flash"),
        pytest.param("deepseek-v4-pro", 49, id="V4-Pro"),
        pytest.param("deepseek-v4.1-flash", 16, id="V4.1-Flash"),
        pytest.param("kimi-k2", 32, id="Kimi K2"),
        pytest.param("gpt-oss-120b", 5.1, id="gpt-oss-120b"),
        pytest.param("gpt-oss-20b", 3.6, id="gpt-oss-20b"),
    ],
)
def test_active_is_near_the_stated_one(model: str, stated_billions: float) -> None:
    assert MODELS[model].active_parameters / 1e9 == pytest.approx(stated_billions, rel=0.025)


@pytest.mark.parametrize(
    ("model", "published"),
    [
        pytest.param("deepseek-v3", 70_272, id="latent"),
        pytest.param("qwen2.5-72b", 327_680, id="grouped"),
        pytest.param("llama-3.1-405b", 516_096, id="many layers"),
    ],
)
def test_cache_of_a_token_is_exactly_the_published_one(model: str, published: int) -> None:
    assert MODELS[model].kv_bytes_per_token == published


@pytest.mark.parametrize(
    ("model", "published_gflops", "rel"),
    [pytest.param("deepseek-v3", 250, 0.003, id="V3"), pytest.param("llama-3.1-405b", 2448, 0.011, id="405B")],
)
def test_training_flops_of_a_token(model: str, published_gflops: float, rel: float) -> None:
    # Forward and backward are three times the forward pass, at sequences of 4,096 tokens.
    assert 3 * MODELS[model].prefill_flops(4096) / 4096 / 1e9 == pytest.approx(published_gflops, rel=rel)


@pytest.mark.parametrize(
    ("model", "flops_share", "kv_share"),
    [
        pytest.param("deepseek-v4-pro", 0.27, 0.10, id="V4-Pro"),
        pytest.param("deepseek-v4-flash", 0.10, 0.07, id="Flash"),
    ],
)
def test_v4_against_v32_at_a_million_tokens(model: str, flops_share: float, kv_share: float) -> None:
    # Published shares; Flash's FLOPs count FP8 work at half, which leaves 12 % of the raw ones.
    new, old = MODELS[model], MODELS["deepseek-v3.2"]
    assert new.decode_flops_per_token(MILLION) / old.decode_flops_per_token(MILLION) == pytest.approx(
        flops_share, abs=0.025
    )
    assert new.kv_bytes(MILLION, None) / old.kv_bytes(MILLION, None) == pytest.approx(kv_share, abs=0.006)


def test_v4_pro_saves_almost_nothing_at_short_context() -> None:
    new, old = MODELS["deepseek-v4-pro"], MODELS["deepseek-v3.2"]
    assert new.decode_flops_per_token(4096) / old.decode_flops_per_token(4096) == pytest.approx(0.954, abs=0.002)


def test_v4_flash_layer_by_layer() -> None:
    flash = MODELS["deepseek-v4-flash"]
    assert [a.layers for a in flash.known.attention] == [2, 21, 20]
    # 4·64·512 FLOPs a key: 128 in the window, 512 best of CSA, 4096/128 of HCA; 2·64·128 an indexed key.
    core = 131_072 * (2 * 128 + 21 * (128 + 512) + 20 * (128 + 32))
    assert flash.attention_flops(4096) == core + 21 * 16_384 * 1024
    # Entries of 512 elements and index keys of 128, in BF16.
    entries = 43 * 128 + 21 * 1024 + 20 * 32
    assert flash.kv_bytes(4096, 2) == 2 * (512 * entries + 21 * 1024 * 128)
    assert flash.kv_bytes(4096, None) == 584 * entries + 68 * 21 * 1024


def test_engram_is_apart() -> None:
    new = MODELS["deepseek-v4.1-flash"]
    assert new.total_parameters == pytest.approx(552e9, rel=0.001)
    assert new.lookup_parameters == pytest.approx(196e9, rel=0.004)
    assert MODELS["deepseek-v4-flash"].lookup_parameters == 0


def test_v41_prefill_runs_half_of_the_layers() -> None:
    new = MODELS["deepseek-v4.1-flash"]
    assert new.prefill_flops(1) / 2 == pytest.approx(8e9, rel=0.02)  # 8 billion active in prefill, as stated


def test_peers_overstate_the_cache_of_v3() -> None:
    assert MODELS["deepseek-v3"].kv_bytes(131_072, 2) / 1e9 == pytest.approx(9.2, abs=0.05)


def test_expert_of_a_layer() -> None:
    assert MODELS["deepseek-v3"].expert_parameters == 3 * 7168 * 2048
    assert MODELS["deepseek-v3"].routed_parameters == 58 * 256 * 3 * 7168 * 2048
    assert MODELS["llama-3.1-8b"].expert_parameters == 0


@pytest.mark.parametrize(
    ("model", "counts", "is_latent", "is_sparse"),
    [
        pytest.param("deepseek-v3", (61, 58, 256, 8), True, False, id="latent"),
        pytest.param("deepseek-v3.2", (61, 58, 256, 8), True, True, id="latent, sparse"),
        pytest.param("deepseek-v4-pro", (61, 61, 384, 6), True, True, id="compressed"),
        pytest.param("llama-4-maverick", (48, 24, 128, 1), False, False, id="experts in every other layer"),
        pytest.param("qwen3-next-80b-a3b", (48, 48, 512, 10), False, False, id="linear"),
        pytest.param("llama-3.1-8b", (32, 0, 0, 0), False, False, id="dense"),
    ],
)
def test_shape(model: str, counts: tuple[int, ...], is_latent: bool, is_sparse: bool) -> None:
    found = MODELS[model]
    assert (found.layers, found.moe_layers, found.experts, found.top_k) == counts
    assert (found.is_latent_kv, found.is_sparse) == (is_latent, is_sparse)


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        pytest.param(0, 0, id="nothing"),
        pytest.param(4, 10, id="still growing"),
        pytest.param(8, 20, id="full at 2 keys of 4 tokens"),
        pytest.param(9, 20, id="beyond"),
    ],
)
def test_keys_at(tokens: int, expected: float) -> None:
    assert Keys(10, ratio=4, most=2).at(tokens) == expected


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        pytest.param(0, 0, id="nothing"),
        pytest.param(8, 80, id="a triangle of 8 by 20"),
        pytest.param(10, 120, id="and two more at 20"),
    ],
)
def test_keys_up_to(tokens: int, expected: float) -> None:
    assert Keys(10, ratio=4, most=2).up_to(tokens) == expected


@given(any_model, contexts, contexts)
def test_more_context_never_costs_less(model: Architecture, one: int, other: int) -> None:
    short, long = sorted((one, other))
    for cost in (
        lambda n: model.kv_bytes(n, 2),
        lambda n: model.kv_bytes(n, None),
        model.attention_flops,
        model.decode_flops_per_token,
        model.prefill_flops,
    ):
        assert cost(short) <= cost(long)


@given(any_model, contexts)
def test_cache_never_outgrows_its_first_token(model: Architecture, context: int) -> None:
    assert model.kv_bytes(context, 2) <= context * model.kv_bytes(1, 2) * (1 + 1e-9)


@given(any_model, st.integers(1, 100_000), st.integers(1, 100_000))
def test_prefill_of_a_whole_is_more_than_of_its_parts(model: Architecture, one: int, other: int) -> None:
    parts = model.prefill_flops(one) + model.prefill_flops(other)
    assert model.prefill_flops(one + other) >= parts * (1 - 1e-9)


@pytest.mark.parametrize("model", [pytest.param(a, id=a.id) for a in COMPLETE])
def test_parts_of_a_model(model: Architecture) -> None:
    total = model.total_parameters
    assert total == model.routed_parameters + model.nonrouted_parameters
    assert total is not None
    assert 0 < model.active_parameters <= total


class TestRumour:
    rumour = MODELS["deepseek-v4-rumour"]

    def test_says_what_was_claimed(self) -> None:
        assert model_json(self.rumour) == {
            "model": "deepseek-v4-rumour",
            "name": self.rumour.name,
            "status": "claimed",
            "total_parameters": 10**12,
            "active_parameters": 32 * 10**9,
            "kv_bytes_per_token": None,
            "decode_flops_per_token": {"4096": None, "131072": None, "1048576": None},
        }

    @pytest.mark.parametrize(
        "field",
        ["layers", "hidden", "experts", "routed_parameters", "expert_parameters", "kv_bytes_per_token", "is_sparse"],
    )
    def test_names_what_is_unknown(self, field: str) -> None:
        with pytest.raises(InputError, match="layers, attention and experts are unknown"):
            getattr(self.rumour, field)

    def test_has_no_speed(self) -> None:
        with pytest.raises(InputError, match="unknown"):
            self.rumour.decode_flops_per_token(4096)


def test_model_json_is_json() -> None:
    found = json.loads(json.dumps(model_json(MODELS["llama-3.1-8b"])))
    assert found["kv_bytes_per_token"] == 131_072
    assert list(found["decode_flops_per_token"]) == ["4096", "131072", "1048576"]
    assert found["decode_flops_per_token"]["4096"] == 2 * found["active_parameters"] + 32 * 4 * 32 * 128 * 4096


@pytest.mark.parametrize(
    ("name", "model"),
    [
        pytest.param("deepseek-v3", "deepseek-v3", id="id"),
        pytest.param("deepseek-r1", "deepseek-v3", id="alias"),
        pytest.param("DeepSeek-V4-Flash", "deepseek-v4-flash", id="capitals"),
    ],
)
def test_find(name: str, model: str) -> None:
    assert find_architecture(name).id == model


def test_find_nothing() -> None:
    with pytest.raises(InputError, match="No architecture of 'gpt-9' is on file"):
        find_architecture("gpt-9")


@pytest.mark.parametrize("tokens", [-1, float("nan"), float("inf")])
def test_no_such_context(tokens: float) -> None:
    with pytest.raises(InputError, match="0 or more"):
        MODELS["llama-3.1-8b"].kv_bytes(tokens, 2)


def test_layers_must_agree(tmp_path: Path) -> None:
    record = json.loads((DATA / "models" / "llama-3.1-8b.json").read_text(encoding="utf-8"))
    record["config"]["feed_forward"][0]["layers"] = 31
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError, match=r"wrong\.json, config: .*equally many layers"):
        read_record(path, Architecture)


class TestData:
    def test_file_is_named_after_its_model(self) -> None:
        assert {path.stem for path in (DATA / "models").glob("*.json")} == set(MODELS)

    def test_names_are_given_once(self) -> None:
        names = list(itertools.chain.from_iterable((a.id, *a.aliases) for a in MODELS.values()))
        assert len(names) == len(set(names))

    @pytest.mark.parametrize("model", [pytest.param(a, id=a.id) for a in MODELS.values()])
    def test_sources_exist(self, model: Architecture) -> None:
        named = {model.source, model.licence_source or model.source, *(file.source for file in model.files)}
        served = model.config.served_source if model.config else None
        assert named | ({served} - {None}) <= set(sources())
        assert ('"served_' in model.model_dump_json(exclude_none=True)) == (served is not None)
        assert (model.licence is None) == (model.licence_source is None)


# The model's name in the fact folder, where it is not our name.
_FACT_NAMES = {
    "DeepSeek-V3/R1/V3.1": "deepseek-v3",
    "Kimi-K2-Instruct": "kimi-k2",
    "GLM-4.5/4.6": "glm-4.6",
    "Mistral-Large-3-675B": "mistral-large-3",
}


def _fact_rows(shared: Path, table: str) -> list[tuple[Architecture, dict[str, str]]]:
    with (shared / "models" / table).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(MODELS[_FACT_NAMES.get(row["model"], row["model"].lower())], row) for row in rows]


@pytest.mark.shared
def test_parameters_of_every_model(shared: Path) -> None:
    rows = _fact_rows(shared, "params_check.csv")
    assert len(rows) == 31
    for model, row in rows:
        assert model.total_parameters == pytest.approx(float(row["total_B"]) * 1e9, rel=0.001), model.id
        # The table's heading "active_B(no,input,emb)" is not quoted, so its first part names the column.
        assert model.active_parameters == pytest.approx(float(row["active_B(no"]) * 1e9, rel=0.002), model.id


@pytest.mark.shared
def test_cache_and_flops_of_every_model(shared: Path) -> None:
    rows = _fact_rows(shared, "kv_flops.csv")
    assert len(rows) == 31
    for model, row in rows:
        assert model.kv_bytes_per_token == float(row["kv_bf16_B_per_tok@32k"]), model.id
        assert model.kv_bytes(131_072, 2) / 1e9 == pytest.approx(float(row["kv_bf16_GB@128k"]), abs=0.001), model.id
        assert model.kv_bytes(MILLION, 2) / 1e9 == pytest.approx(float(row["kv_bf16_GB@1M"]), abs=0.006), model.id
        assert 2 * model.active_parameters / 1e9 == pytest.approx(float(row["linear_GFLOP/tok"]), abs=0.06), model.id
        for context, core, indexer in ((131_072, "@128k", "indexer_GFLOP@128k"), (MILLION, "@1M", "indexer@1M")):
            expected = float(row[core]) + float(row[indexer])
            assert model.attention_flops(context) / 1e9 == pytest.approx(expected, abs=0.011), model.id


@pytest.mark.shared
def test_v4_against_v32_at_every_context(shared: Path) -> None:
    for model, row in _fact_rows(shared, "v4_vs_v32.csv"):
        context = int(row["context"])
        attention = float(row["core_GF"]) + float(row["indexer_GF"])
        assert model.attention_flops(context) / 1e9 == pytest.approx(attention, abs=0.11), (model.id, context)
        ratio = model.decode_flops_per_token(context) / MODELS["deepseek-v3.2"].decode_flops_per_token(context)
        # The table counts the input embedding as active, which shifts the ratio by up to 1 %.
        assert ratio == pytest.approx(float(row["ratio_raw_vs_V3.2"]), abs=0.011), (model.id, context)
        if row["kv_ratio"]:
            kv = model.kv_bytes(context, None) / MODELS["deepseek-v3.2"].kv_bytes(context, None)
            assert kv == pytest.approx(float(row["kv_ratio"]), abs=0.0006), (model.id, context)
