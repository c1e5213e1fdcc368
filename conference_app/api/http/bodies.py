"""What a request to one of our plain routes brings along, read no further than it may be long."""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser
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


def fields_of(body: bytes, content_type: str = "") -> list[tuple[str, str]]:
    """The fields of a form in their order, storable: urlencoded, or in parts (RFC 7578); nothing for what is none."""
    if content_type.lower().startswith("multipart/form-data"):
        return _fields_in_parts(body, content_type)
    try:
        found = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        return []
    return [(name, storable(value)) for name, value in found]


def _fields_in_parts(body: bytes, content_type: str) -> list[tuple[str, str]]:
    """Whatever headers of its own each part has besides its name, and however its lines end."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    parts = BytesParser().parsebytes(head + body).get_payload()
    if not isinstance(parts, list):
        return []
    forms = [part for part in parts[:_MAX_FIELDS] if isinstance(part, Message)]
    named = [(part.get_param("name", header="content-disposition"), part) for part in forms]
    return [(name, storable(_text_of(part))) for name, part in named if isinstance(name, str)]


def _text_of(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace").strip() if isinstance(content, bytes) else ""
