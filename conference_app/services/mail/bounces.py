"""Mails that came back: each email leaves with an envelope sender of its own, so that what returns names the email.

A permanent failure marks the address by its keyed hash; nothing goes there any more until the person changes it.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from typing import TYPE_CHECKING, cast

from sqlalchemy import ColumnElement, delete, exists
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.config import settings
from conference_app.models import BadAddress
from conference_app.services.consent.live_consents import Bound
from conference_app.services.mail import raw_mail
from conference_app.services.people import email_addresses

if TYPE_CHECKING:
    from conference_app.services.mail.raw_mail import Mail

MAX_BYTES = 262_144
"""A report quotes our email at most; ours have some 20,000 bytes."""
_TOKEN = re.compile(r"bounce\+([0-9a-f]{32})([0-9a-f]{8})([0-9a-f]{16})@")
"""An email's number, where it went to, and our mark of both."""
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})")


@dataclass(frozen=True, slots=True)
class Report:
    """What a delivery report says about one email."""

    email_id: str
    code: str
    """Enhanced status code (RFC 3463), such as 5.1.1."""
    place: str
    """Where the email went to, as `place_of` an address's key."""

    @property
    def is_permanent(self) -> bool:
        return self.code.startswith("5.")


def _digits(what: str, about: bytes, count: int) -> str:
    key = settings().secrets.session_key.encode()
    return hmac.digest(key, f"{what}\0".encode() + about, "sha256").hex()[:count]


def place_of(email_id: str, email_key: bytes) -> str:
    """Tells the address of this key from the next one of the same person, and nothing to anybody else."""
    return _digits("bounce place", email_id.encode() + email_key, 8)


def _mark(email_id: str, place: str) -> str:
    return _digits("bounce", f"{email_id}{place}".encode(), 16)


def envelope_sender(email_id: str, email_key: bytes) -> str:
    """The address reports about this email to the address of this key come back to (VERP); nobody else can make one."""
    place = place_of(email_id, email_key)
    return f"bounce+{email_id}{place}{_mark(email_id, place)}@{settings().mail.domain}"


def email_of(recipient: str) -> tuple[str, str] | None:
    """The email that an envelope sender of ours stands for, and where it went to; None for anything else."""
    found = _TOKEN.search(recipient[:400])
    if found is None or not hmac.compare_digest(_mark(found.group(1), found.group(2)), found.group(3)):
        return None
    return found.group(1), found.group(2)


def read_report(raw: bytes) -> Report | None:
    """The delivery report (RFC 3464) in a mail; None if it is none, or not about an email of ours."""
    message = raw_mail.parsed(raw, MAX_BYTES)
    if message is None:
        return None
    email = _addressed_email(message)
    code = _failure(message)
    return Report(email[0], code, email[1]) if email and code else None


def _addressed_email(message: Mail) -> tuple[str, str] | None:
    for header in ("Delivered-To", "X-Original-To", "To"):
        for value in message.get_all(header, []):
            if email := email_of(str(value)):
                return email
    return None


def _failure(message: Mail) -> str:
    """The status code of the failed recipient; empty if nothing failed."""
    if message.get_content_type() != "multipart/report":
        return ""
    for part in raw_mail.parts(message):
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload():
            if not isinstance(block, Message):
                continue
            block = cast("Mail", block)
            if _field(block, "Action").lower() == "failed":
                found = _STATUS.match(_field(block, "Status"))
                return found.group(1) if found else "5.0.0"
    return ""


def _field(block: Mail, name: str) -> str:
    return str(block.get(name, "")).strip()


def says_unknown(code: str) -> bool:
    """Whether a status code is about the address itself (RFC 3463 section 3.2), not about policy or a full mailbox."""
    return code.startswith("5.1.") or code in ("5.2.1", "5.0.0")


async def mark(db: AsyncSession, email_key: bytes, code: str, now: datetime) -> None:
    """Remember that the address of this key does not exist. Reports about two emails may come at the same moment."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"email_key": email_key, "code": code[:16], "since": now}
    await (await db.connection()).execute(insert(BadAddress).values(row).on_conflict_do_nothing())


async def is_bad(db: AsyncSession, address: str) -> bool:
    """Whether nothing is sent to `address`, since it bounced."""
    return (await db.exec(select(is_marked(email_addresses.email_key(address))))).one()


def is_marked(email_key: Bound[bytes]) -> ColumnElement[bool]:
    """`is_bad` for the address of this key, as a condition of a statement."""
    return exists().where(col(BadAddress.email_key) == email_key)


async def unmark(db: AsyncSession, email_key: bytes) -> None:
    """Send to the address of this key again."""
    await db.exec(delete(BadAddress).where(col(BadAddress.email_key) == email_key))
