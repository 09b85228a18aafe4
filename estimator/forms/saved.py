"""What a person saved."""

from typing import Any

from estimator.workspace import Entry


def entry_json(entry: Entry) -> dict[str, Any]:
    """The newest version of what is saved under a name."""
    return {
        "client": entry.client,
        "name": entry.name,
        "version": entry.number,
        "saved_at": entry.saved_at.isoformat(),
    }
