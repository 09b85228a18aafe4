"""Asks the OSV database what is known against each locked package. Takes further options of pip-audit.

Ends with 0 (nothing is known), 1 (something is), 2 (the audit itself failed) or 3 (the database could not be asked, so
nothing is known either way).
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")
NOTHING, FOUND, FAILED, NOT_ASKED = range(4)
_NO_SERVICE = ("requests.exceptions", "ConnectionError", "ServiceError")


def main(options: Sequence[str]) -> int:
    found, problem = audited(options)
    if any(sign in problem for sign in _NO_SERVICE):
        print(
            "Audit: no advisory service could be reached, so nothing is known of any package. Try again with a network."
        )
        return NOT_ASKED
    if problem:
        print(f"Audit: it failed: {problem.splitlines()[-1]}")
        return FAILED
    known = [each for each in found if each.get("vulns")]
    for each in known:
        for vuln in each["vulns"]:
            mend = f"update to {', '.join(vuln['fix_versions'])}" if vuln["fix_versions"] else "no version mends it yet"
            print(f"{each['name']} {each['version']}: {vuln['id']}, {mend}.")
    unknown = sorted(each["name"] for each in found if "skip_reason" in each)
    if unknown:
        print(f"Audit: could not be asked about {', '.join(unknown)}.")
    print(f"Audit: {len(found) - len(unknown)} packages were looked up, something is known against {len(known)}.")
    return FOUND if known else NOT_ASKED if unknown else NOTHING


def audited(options: Sequence[str]) -> tuple[list[dict[str, Any]], str]:
    """What is known of each locked package, or why that cannot be told. Nothing is resolved or installed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
        command += [f"--requirement={ROOT / lock}" for lock in LOCKS]
        command += ["--vulnerability-service", "osv", "--format", "json", "--output", str(report), *options]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - made up above
        if not report.is_file():
            return [], done.stderr.strip() or "it ended without a word."
        return json.loads(report.read_bytes())["dependencies"], ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
