"""Saved work as one file, a ZIP: a table of contents, and each version as the database holds it."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final, Literal
from zipfile import ZIP_DEFLATED, ZipFile

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from estimator.workload.files.archive import files_in
from estimator.workspace.names import clean, iso
from pricing import InputError

FORMAT: Final = "breakeven-work"
VERSION: Final = 1
_CONTENTS = "contents.json"
_AGAIN = "Export it again, or take another file"


@dataclass(frozen=True)
class KeptVersion:
    """A version as it is stored: an instant in ISO form, and a document."""

    saved_at: str
    document: str


@dataclass(frozen=True)
class KeptStudy:
    """A study with all its versions, from number 1 on; or a budget, or a client's brand, as `kind` says."""

    client: str
    name: str
    versions: tuple[KeptVersion, ...]
    kind: str = "study"


def _is_clean(text: str) -> str:
    if clean(text, "name") != text:
        raise ValueError("it is not written as names are here")
    return text


Name = Annotated[str, AfterValidator(_is_clean)]


class _Version(BaseModel):
    model_config = ConfigDict(extra="forbid")

    saved_at: AwareDatetime
    file: str


class _Study(BaseModel):
    model_config = ConfigDict(extra="forbid")

    client: Name
    name: Name
    versions: Annotated[tuple[_Version, ...], Field(min_length=1)]
    kind: Literal["study", "budget", "brand"] = "study"


class _Contents(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal["breakeven-work"]
    version: Literal[1]
    studies: tuple[_Study, ...]


def pack(studies: Iterable[KeptStudy]) -> bytes:
    """The studies as one file."""
    made, listed = io.BytesIO(), []
    with ZipFile(made, "w", ZIP_DEFLATED) as packed:
        for i, study in enumerate(studies, 1):
            versions = []
            for number, version in enumerate(study.versions, 1):
                file = f"{i}/{number}.json"
                packed.writestr(file, version.document)
                versions.append(_Version.model_validate({"saved_at": version.saved_at, "file": file}))
            listed.append(
                _Study.model_validate(
                    {"client": study.client, "name": study.name, "versions": versions, "kind": study.kind}
                )
            )
        contents = _Contents(format=FORMAT, version=VERSION, studies=tuple(listed))
        packed.writestr(_CONTENTS, contents.model_dump_json(indent=1, exclude_defaults=True))
    return made.getvalue()


def unpack(data: bytes, name: str) -> tuple[KeptStudy, ...]:
    """The studies in a file that `pack` made. Raises InputError, with the file's `name`, for any other one."""
    files = dict(files_in(data, name))
    if _CONTENTS not in files:
        raise InputError(f"{name} is not saved work of Breakeven: choose a file that was exported here.")
    try:
        contents = _Contents.model_validate_json(files[_CONTENTS])
        studies = tuple(
            KeptStudy(s.client, s.name, tuple(_kept(version, files) for version in s.versions), s.kind)
            for s in contents.studies
        )
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"])) or "contents"
        raise InputError(f"{name}, {place}: {fault['msg']}. {_AGAIN}.") from None
    except (KeyError, UnicodeDecodeError):
        raise InputError(f"{name}: a version of its table of contents is missing or broken. {_AGAIN}.") from None
    if len({(s.kind, s.client, s.name) for s in studies}) < len(studies):
        raise InputError(f"{name}: the same study stands in it twice. {_AGAIN}.")
    return studies


def _kept(version: _Version, files: dict[str, bytes]) -> KeptVersion:
    return KeptVersion(iso(version.saved_at), files[version.file].decode())
