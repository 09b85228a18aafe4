"""Data and templates → pages, set in a process that takes its memory along when it ends."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

_HERE = Path(__file__).parent
_TEMPLATES, _FONTS, _SETTER = _HERE / "typst", _HERE / "fonts", _HERE / "setter.py"


def typeset(data: Mapping[str, bytes], at: datetime) -> bytes:
    """The pages of `report.typ`, which reads these files beside itself and nothing else, as a PDF made at `at`.

    Raises RuntimeError for a fault of the templates.
    """
    with TemporaryDirectory(prefix="breakeven-") as place:
        folder = Path(place)
        shutil.copytree(_TEMPLATES, folder, dirs_exist_ok=True)
        for name, content in data.items():
            (folder / name).write_bytes(content)
        # Isolated, so that no module of ours stands before one of Python's.
        call = [sys.executable, "-I", str(_SETTER), str(folder), str(_FONTS), at.isoformat()]
        done = subprocess.run(call, capture_output=True, check=False)  # noqa: S603 - none of it is anybody's text
        if done.returncode:
            raise RuntimeError(f"the pages could not be set: {done.stderr.decode(errors='replace')}")
        return (folder / "report.pdf").read_bytes()
