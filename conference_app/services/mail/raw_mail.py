"""Mails as they come from outside: raw, hostile, and read within bounds.

The old, forgiving parser of the standard library is used on purpose: the newer one raises on some broken headers, and
takes seconds for some long ones.
"""

from __future__ import annotations

import email
from collections.abc import Iterator
from email.message import Message
from email.policy import compat32
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Mail = Message[str, str]

MAX_PARTS = 40


def parsed(raw: bytes, most_bytes: int) -> Mail | None:
    """The mail, or None if it is larger than `most_bytes`, or nested to take the parser's memory."""
    if len(raw) > most_bytes or raw.lower().count(b"boundary") > MAX_PARTS:
        return None
    try:
        return email.message_from_bytes(raw, policy=compat32)
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def parts(mail: Mail) -> Iterator[Mail]:
    """The mail's parts in their order, itself first, and no more of them than a mail of a person has."""
    for number, part in enumerate(mail.walk()):
        if number >= MAX_PARTS:
            return
        yield part
