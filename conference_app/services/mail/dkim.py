"""Signs emails for the sender's domain (DKIM, RFC 6376), where the operator gave a key; otherwise the relay does."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from conference_app.config import settings

_SIGNED = (
    b"from to reply-to subject date message-id in-reply-to references mime-version content-type auto-submitted "
    b"list-unsubscribe list-unsubscribe-post list-id"
).split()
"""Headers a DKIM signature covers; RFC 8058 section 4 wants both List-Unsubscribe headers among them.

Each is named once more than it stands in the mail, so that nobody adds another and passes the mail on as ours (RFC 6376
section 8.15)."""


@functools.lru_cache(maxsize=2)
def _dkim_key(path: str) -> bytes:
    return Path(path).read_bytes()


def signed(message: bytes) -> bytes:
    """`message` with a DKIM signature (RFC 6376), if the operator gave a key. Takes about 12 ms."""
    mail = settings().mail
    if not mail.dkim_key:
        return message
    import dkim  # pyright: ignore[reportMissingTypeStubs] - brings all of DNS along, which a start would wait for

    head = message.partition(b"\r\n\r\n")[0].lower()
    present = [name for name in _SIGNED if re.search(rb"(?m)^" + re.escape(name) + rb":", head)]
    signature = dkim.sign(  # pyright: ignore[reportUnknownMemberType]
        message,
        selector=mail.dkim_selector.encode(),
        domain=mail.domain.encode(),
        privkey=_dkim_key(mail.dkim_key),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=[*present, *_SIGNED],
    )
    return signature + message
