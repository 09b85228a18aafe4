"""A small data folder of invented models, and payloads of feeds that speak of them."""

import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path

from pricing.store import RECORD

SELLERS = ("openai", "mistral", "deepseek")
_PRICE_COLUMNS = (
    "provider,model,item,usd,usd_low,usd_high,per,valid_from,valid_to,min_input_tokens,min_is_strict,window,"
    "processing,service_tier,speed,region,status,source,checked_on,note"
)
_SOURCES = "id,publisher,title,locator,version,published_on,accessed_on,licence,note"


def small_data(folder: Path, usd: str = "2") -> Path:
    """Three sellers of two models each, all at `usd` for input and output; sources of two feeds."""
    models = [(seller, model) for seller in SELLERS for model in ("m", "n")]
    tables = {
        "sources/prices.csv": [
            _SOURCES,
            "genai-prices,Pydantic,genai-prices,https://example.com,v0,,2026-11-01,MIT,",
            "litellm,BerriAI,LiteLLM,https://example.com,v0,,2026-11-01,MIT,",
            "llm-prices,Simon,llm-prices,https://example.com,v0,,2026-11-01,none stated,",
        ],
        "catalog/providers.csv": ["id,name,source", *(f"{seller},{seller},genai-prices" for seller in SELLERS)],
        "catalog/models.csv": [
            "provider,model,name,tokenizer,source",
            *(f"{seller},{model},{seller} {model},unknown,genai-prices" for seller, model in models),
        ],
        "catalog/aliases.csv": ["alias,provider,model,source"],
        "catalog/windows.csv": ["id,timezone,weekdays,hours,not_on_holidays_of,source,note"],
        "catalog/items.csv": [
            "id,name,per_token,explanation",
            *(f"{item},{item},true,{item}" for item in ("input", "output", "cache_read")),
        ],
    }
    for seller in SELLERS:
        tables[f"prices/{seller}.csv"] = [
            _PRICE_COLUMNS,
            *(
                f"{seller},{model},{item},{usd},,,1000000,,,,,,,,,,listed,genai-prices,2026-11-01,"
                for model in ("m", "n")
                for item in ("input", "output")
            ),
        ]
    for name, lines in tables.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / RECORD).parent.mkdir(exist_ok=True)
    return folder


def genai(usd: str = "2", *, models: tuple[str, ...] = ("m", "n"), **special: str) -> bytes:
    """What genai-prices publishes: all at `usd`, but `openai_m="3"` at its own."""
    return json.dumps(
        [
            {
                "id": seller,
                "name": seller,
                "models": [
                    {
                        "id": model,
                        "prices": dict.fromkeys(("input_mtok", "output_mtok"), _usd(special, seller, model, usd)),
                    }
                    for model in models
                ],
            }
            for seller in SELLERS
        ]
    ).encode()


def _usd(special: dict[str, str], seller: str, model: str, usd: str) -> float:
    return float(special.get(f"{seller}_{model}", usd))


def litellm(usd: str = "2", *, models: tuple[str, ...] = ("m", "n"), **special: str) -> bytes:
    """What LiteLLM publishes, by the token."""
    return json.dumps(
        {
            f"{seller}/{model}": {
                "litellm_provider": seller,
                "mode": "chat",
                **dict.fromkeys(
                    ("input_cost_per_token", "output_cost_per_token"),
                    float(Decimal(special.get(f"{seller}_{model}", usd)).scaleb(-6)),
                ),
            }
            for seller in SELLERS
            for model in models
        }
    ).encode()


def ecb(*lines: str) -> bytes:
    """What the European Central Bank publishes: these lines as the one CSV in a zip."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("eurofxref-hist.csv", "\n".join(lines) + "\n")
    return made.getvalue()
