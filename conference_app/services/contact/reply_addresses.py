"""Addresses and identifiers of our mails by which an answer finds its conversation; others cannot make one up."""

from __future__ import annotations

import hmac
import re

from conference_app.config import settings
from conference_app.models.columns import lookup_key

_TOKEN = re.compile(r"\b([0-9a-f]{32})([0-9a-f]{16})\b")
MAIL_ID = re.compile(r"<[!-;=?-~]{1,200}>")
"""A Message-ID that may stand in a header of ours."""


def _mark(thread_id: str) -> str:
    key = settings().secrets.session_key.encode()
    return hmac.digest(key, f"contact\0{thread_id}".encode(), "sha256").hex()[:16]


def reply_address(thread_id: str) -> str:
    """Where answers to this thread go; others cannot make one up. 56 characters before the @ (RFC 5321 allows 64)."""
    return f"contact+{thread_id}{_mark(thread_id)}@{settings().mail.domain}"


def mail_id_of(thread_id: str, number: int | str) -> str:
    """The Message-ID of a mail of ours in the thread."""
    return f"<contact.{thread_id}{_mark(thread_id)}.{number}@{settings().mail.domain}>"


def thread_in(text: str) -> str:
    """The thread that an address, a reference or a subject of ours names; empty for anything else."""
    for found in _TOKEN.finditer(text[:4000]):
        if hmac.compare_digest(_mark(found.group(1)), found.group(2)):
            return found.group(1)
    return ""


def mail_key(mail_id: str) -> bytes:
    """The look-up key of a Message-ID, or of a whole mail that has none."""
    return lookup_key("mail id", mail_id)
