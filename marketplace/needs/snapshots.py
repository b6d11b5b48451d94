"""What of a need its readers see, as one JSON value: kept by every version."""

from typing import Any

from marketplace.needs import queries
from marketplace.needs.models import Need
from marketplace.needs.rules import CONTENT_FIELDS


def content_of(need: Need) -> dict[str, Any]:
    """Everything a reader sees of a need now: `rules.CONTENT_FIELDS` (days and times as ISO texts), and `files`, each with
    title, token, name, size and media_type."""
    told = {name: _plain(getattr(need, name)) for name in CONTENT_FIELDS}
    files = [
        {"title": row.title, "token": file.token, "name": file.name, "size": file.size, "media_type": file.media_type}
        for row, file in queries.files_of(need.id)
    ]
    return {**told, "files": files}


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value) if hasattr(value, "value") else value
