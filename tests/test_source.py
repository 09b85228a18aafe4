"""Files by name, by pattern, and in an object store."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3  # type: ignore[import-untyped]
import pytest
from moto.server import ThreadedMotoServer

from estimator.workload import read_files, read_usage, sources
from estimator.workload.files import source as module
from estimator.workload.files.source import Source
from pricing import InputError

SIZES = (0, 1001)
ROWS = "time,input,output\n" + "2026-10-05T12:00:00Z,1000,300\n" * 9
KEY = "AKIDSECRET"


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """The end of an address in an object store on loopback, which holds a bucket `logs`."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client: Any = boto3.client(
        "s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1", aws_access_key_id=KEY,
        aws_secret_access_key="secret",  # noqa: S106 - of nothing
    )  # fmt: skip
    client.create_bucket(Bucket="logs")
    for key in ("a.csv", "2026/b.csv", "2026/c.jsonl"):
        body = ROWS if key.endswith("csv") else '{"at": "2026-10-05T12:00:00Z", "input": 1, "output": 1}'
        client.put_object(Bucket="logs", Key=key, Body=body.encode())
    yield f"?region=us-east-1&scheme=http&endpoint_override={quote(f'{host}:{port}')}"
    server.stop()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("a.csv", "b.csv", "c.txt", "logs/d.csv", "logs/deep/e.csv", "odd[1].csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(ROWS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("inputs", "found"),
    [
        pytest.param(["a.csv"], ["a.csv"], id="a name"),
        pytest.param(["a.csv", "./a.csv"], ["./a.csv"], id="twice"),
        pytest.param(["?.csv"], ["a.csv", "b.csv"], id="a sign"),
        pytest.param(["*.csv", "a.csv"], ["a.csv", "b.csv", "odd[1].csv"], id="a pattern and one of it"),
        pytest.param(["odd[1].csv"], ["odd[1].csv"], id="a name like a pattern"),
        pytest.param(["logs/*.csv"], ["logs/d.csv"], id="in a folder"),
        pytest.param(["logs/**/*.csv"], ["logs/d.csv", "logs/deep/e.csv"], id="in all folders"),
        pytest.param(["*/*/*.csv"], ["logs/deep/e.csv"], id="in folders of folders"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_names_and_patterns(inputs: list[str], found: list[str]) -> None:
    assert [source.name for source in sources(inputs)] == found
    assert all(source.size == len(ROWS) for source in sources(inputs))


def test_a_pattern_from_the_root(folder: Path) -> None:
    assert [source.name for source in sources([f"{folder}/logs/*.csv"])] == [f"{folder}/logs/d.csv"]


@pytest.mark.usefixtures("folder")
def test_what_is_not_there_is_said() -> None:
    with pytest.raises(FileNotFoundError):
        sources(["none.csv"])
    with pytest.raises(IsADirectoryError):
        sources(["logs"])
    with pytest.raises(InputError, match=r"x\*\.csv fits no file"):
        sources(["x*.csv"])


def test_a_file_that_is_gone_is_said(folder: Path) -> None:
    found = sources(["a.csv"])
    (folder / "a.csv").unlink()
    with pytest.raises(InputError, match=r"a\.csv cannot be read"):
        read_files(found, SIZES)


@pytest.mark.parametrize(
    ("path", "requests"),
    [("a.csv", 9), ("2026/*.csv", 9), ("2026/*", 10), ("**/*.csv", 18)],
)
def test_an_object_store(path: str, requests: int, store: str) -> None:
    found = sources([f"s3://{KEY}:secret@logs/{path}{store}"])
    assert read_files(found, SIZES).requests == requests
    assert all(source.name.startswith("s3://logs/") for source in found)
    assert KEY not in repr(found)


def test_an_object_that_is_not_there_is_said_without_the_key(store: str) -> None:
    with pytest.raises(InputError, match=r"^s3://logs/none\.csv cannot be read") as caught:
        sources([f"s3://{KEY}:secret@logs/none.csv{store}"])
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("address", ["foo://x/y.csv", "s3://", "file:///none/at/all.csv"])
def test_an_address_that_leads_nowhere_is_said(address: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        sources([address])


def test_what_must_be_held_whole_is_bounded_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    document = b'[\n{"at": "2026-10-05T12:00:00Z", "input": 1, "output": 1}]'
    monkeypatch.setattr(module, "MOST_WHOLE_BYTES", len(document))
    assert read_usage(document, "u.json", SIZES).requests == 1
    monkeypatch.setattr(module, "MOST_WHOLE_BYTES", len(document) - 1)
    with pytest.raises(InputError, match=r"u\.json: has 0 MiB, and a ZIP or a single JSON document may have"):
        read_usage(document, "u.json", SIZES)
    with pytest.raises(InputError, match=r"u\.zip: has"):
        Source("u.zip", 2**31, "/none").whole()
