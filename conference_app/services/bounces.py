"""Mails that came back: each letter leaves with an envelope sender of its own, so that what returns names the letter.

A permanent failure marks the address by its keyed hash; nothing goes there any more until the person changes it.
"""

from __future__ import annotations

import email
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage, Message
from typing import cast

from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.config import settings
from conference_app.models import BadAddress
from conference_app.services import addresses

MAX_BYTES = 262_144
"""A report quotes our letter at most; ours have some 20,000 bytes."""
_TOKEN = re.compile(r"bounce\+([0-9a-f]{32})([0-9a-f]{16})@")
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})")


@dataclass(frozen=True, slots=True)
class Report:
    """What a delivery report says about one letter."""

    letter_id: str
    code: str
    """Enhanced status code (RFC 3463), such as 5.1.1."""

    @property
    def is_permanent(self) -> bool:
        return self.code.startswith("5.")


def _mark(letter_id: str) -> str:
    key = settings().secrets.session_key.encode()
    return hmac.digest(key, f"bounce\0{letter_id}".encode(), "sha256").hex()[:16]


def envelope_sender(letter_id: str) -> str:
    """The address reports about this letter come back to (VERP); others cannot make one up."""
    return f"bounce+{letter_id}{_mark(letter_id)}@{settings().mail.domain}"


def letter_of(recipient: str) -> str | None:
    """The letter that an envelope sender of ours stands for; None for anything else."""
    found = _TOKEN.search(recipient[:400])
    if found is None or not hmac.compare_digest(_mark(found.group(1)), found.group(2)):
        return None
    return found.group(1)


def read_report(raw: bytes) -> Report | None:
    """The delivery report (RFC 3464) in a mail; None if it is none, or not about a letter of ours."""
    if len(raw) > MAX_BYTES:
        return None
    message = email.message_from_bytes(raw, policy=policy.default)
    letter_id = _addressed_letter(message)
    code = _failure(message)
    return Report(letter_id, code) if letter_id and code else None


def _addressed_letter(message: EmailMessage) -> str | None:
    for header in ("Delivered-To", "X-Original-To", "To"):
        for value in message.get_all(header, []):
            if letter_id := letter_of(str(value)):
                return letter_id
    return None


def _failure(message: EmailMessage) -> str:
    """The status code of the failed recipient; empty if nothing failed."""
    if message.get_content_type() != "multipart/report":
        return ""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload():
            if not isinstance(block, Message):
                continue
            block = cast("Message[str, str]", block)
            if _field(block, "Action").lower() == "failed":
                found = _STATUS.match(_field(block, "Status"))
                return found.group(1) if found else "5.0.0"
    return ""


def _field(block: Message[str, str], name: str) -> str:
    return str(block.get(name, "")).strip()


def says_unknown(code: str) -> bool:
    """Whether a status code is about the address itself (RFC 3463 section 3.2), not about policy or a full mailbox."""
    return code.startswith("5.1.") or code in ("5.2.1", "5.0.0")


async def mark(db: AsyncSession, address: str, code: str, now: datetime) -> None:
    """Remember that `address` does not exist."""
    key = addresses.email_key(address)
    if await db.get(BadAddress, key) is None:
        db.add(BadAddress(email_key=key, code=code[:16], since=now))
        await db.flush()


async def is_bad(db: AsyncSession, address: str) -> bool:
    """Whether nothing is sent to `address`, since it bounced."""
    return await db.get(BadAddress, addresses.email_key(address)) is not None


async def unmark(db: AsyncSession, address: str) -> None:
    """Try `address` again: for one that the person confirms anew."""
    await db.exec(delete(BadAddress).where(col(BadAddress.email_key) == addresses.email_key(address)))
