"""How much may be uploaded at once. Larger logs are for the command, which reads files of any size."""

from collections.abc import Sequence
from typing import Protocol

from estimator.workload.files.archive import unpacked_bytes
from pricing import InputError

MOST_FILES = 200
MOST_BYTES = 200 * 2**20  # All files together, unpacked.
BY_COMMAND = (
    "Larger logs are read by the command `python -m estimator profile`. Where a file is refused with 429, too much "
    "came at once: try again in a minute."
)


class Upload(Protocol):
    def getvalue(self) -> bytes: ...


def check_uploads(uploads: Sequence[Upload]) -> None:
    """Raises InputError where they are too many, or together too large, for a page."""
    if len(uploads) > MOST_FILES:
        raise InputError(f"these are {len(uploads):,} files, more than {MOST_FILES}: give them as one ZIP.")
    if sum(unpacked_bytes(upload.getvalue()) for upload in uploads) > MOST_BYTES:
        raise InputError(
            f"the files have more than {MOST_BYTES // 2**20} MiB together, unpacked: give them in parts, or read them "
            "by the command python -m estimator profile."
        )
