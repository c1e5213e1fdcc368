"""What a request to one of our plain routes brings along, read no further than it may be long."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

from conference_app.session import storable

FORM_LIMIT = 8192
"""Bytes of a posted form; ours have a few hundred."""
_MAX_FIELDS = 50


async def body_of(request: Request, limit: int = FORM_LIMIT) -> bytes | None:
    """The body, or None when it is larger than `limit` bytes; no more than that is ever read."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


def fields_of(body: bytes) -> list[tuple[str, str]]:
    """The fields of an urlencoded form in their order, storable; nothing for what is none."""
    try:
        found = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        return []
    return [(name, storable(value)) for name, value in found]
