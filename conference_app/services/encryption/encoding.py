"""How browsers and this server write what is signed, and bytes in JSON: the same bytes on both sides."""

from __future__ import annotations

import base64
import binascii
import re

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


def pack(label: str, *fields: bytes | str | int) -> bytes:
    """The label and each field behind its length (32 bits, big-endian): no two lists of fields give the same bytes.

    Texts are UTF-8, integers decimal texts.
    """
    parts = [one if isinstance(one, bytes) else str(one).encode() for one in (label, *fields)]
    return b"".join(len(one).to_bytes(4, "big") + one for one in parts)


def b64(data: bytes) -> str:
    """base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The bytes of `b64`. Raises ValueError for any other text, also for a second way to write the same bytes."""
    if not _BASE64URL.fullmatch(text):
        raise ValueError("not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise ValueError("not base64url") from None
    if b64(data) != text:
        raise ValueError("not base64url")
    return data
