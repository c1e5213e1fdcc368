"""Makes text of a client's such that everything can keep it: PostgreSQL takes no NUL, and UTF-8 no half of a pair.

Browsers put U+FFFD in the place of either in what they show and post; a made-up event or address may hold them still.
"""

from __future__ import annotations

import re
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
_NUL_IN_QUERY, _REPLACEMENT_IN_QUERY = b"%00", b"%EF%BF%BD"


def storable(text: str) -> str:
    """`text`, as long as before, with U+FFFD for each NUL and each half of a surrogate pair."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def make_storable(payload: dict[str, Any]) -> None:
    """Make every text in the arguments of an event storable, in place and at any depth."""
    waiting: list[Any] = [payload]
    while waiting:
        one = waiting.pop()
        for key, value in one.items() if isinstance(one, dict) else enumerate(one):
            if isinstance(value, str):
                one[key] = storable(value)
            elif isinstance(value, dict | list):
                waiting.append(value)


class StorableAddresses:
    """ASGI middleware: what routes find in the path and the query can be kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            query = scope["query_string"].replace(_NUL_IN_QUERY, _REPLACEMENT_IN_QUERY)
            scope = {**scope, "path": storable(scope["path"]), "query_string": query}
        await self._app(scope, receive, send)
