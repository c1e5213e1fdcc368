"""Values of the database in JSON."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any


def plain(value: Any) -> Any:
    """A value as JSON can hold it: times in ISO 8601 (UTC), bytes in base64."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value
