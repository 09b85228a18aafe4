"""One colour for each maker of models, on every page and in every report, so that the same model always looks the same.

The colours are mid-tones of Okabe and Ito's set, told apart by people who do not see red or green, and legible on white
and on near-black. What no seller stands behind is told apart by its pattern, not by its colour.
"""

from estimator.decision import Option

HOSTED = "#4a86e8"  # Own GPUs, whatever runs on them.
LIMIT = "#d1493f"
QUIET = "#7b8894"
OTHER = "#7b8894"
_MAKERS = (  # A part of a model's id or weights, in the order of asking, and its maker's colour.
    (("gpt-oss", "gpt", "o1", "o3", "o4", "davinci"), "#0f8f72"),
    (("claude",), "#c26a1b"),
    (("gemini", "gemma"), "#2f7fc1"),
    (("deepseek",), "#9a5fb0"),
    (("mistral", "mixtral", "ministral", "codestral", "magistral", "devstral", "pixtral"), "#a8862a"),
    (("llama",), "#5577aa"),
    (("qwen", "qwq", "qvq"), "#b8578f"),
    (("grok",), "#6f7f2f"),
    (("kimi", "moonshot"), "#3c8d95"),
    (("glm",), "#8a6d4b"),
    (("minimax",), "#c0504d"),
)


def color_of(option: Option) -> str:
    """The colour of an option, as #rrggbb."""
    return HOSTED if option.kind == "selfhost" else color_of_model(option.model)


def color_of_model(model: str) -> str:
    """The colour of a model's maker; others share one grey."""
    name = model.lower().rpartition("/")[2]
    return next((color for parts, color in _MAKERS if any(part in name for part in parts)), OTHER)
