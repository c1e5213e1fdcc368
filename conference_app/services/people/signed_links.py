"""Links that open one thing without signing in: stop a mail, choose what comes, see what we hold, go on with a thread.

A token is signed over the address's key (`email_addresses.email_key`), not over an account: it goes on working when the
account is deleted. It names nobody to whoever reads it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.config import settings
from conference_app.errors import NotFound
from conference_app.models import Account, Address
from conference_app.services.people.subjects import Subject, SubjectKind
from conference_app.texts import n_

LinkKind = Literal["unsubscribe", "preferences", "privacy", "contact"]

_KINDS: tuple[LinkKind, ...] = ("unsubscribe", "preferences", "privacy", "contact")
"""A token holds the position, so the order stays."""
_SUBJECTS: tuple[SubjectKind | None, ...] = (None, "account", "address")
_HEAD = struct.Struct(">BBI32s16s")
"""Kind, kind of subject, end in seconds since 1970 (0: none), address key, identifier of the subject."""
_MAC_BYTES = 16
_MAX_LENGTH = 300
_NO_ID = bytes(16)


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """What a genuine token says."""

    kind: LinkKind
    email_key: bytes = field(repr=False)
    purpose: str = ""
    """The purpose of the mail it stood in; empty for all."""
    subject: Subject | None = None
    """Who the mail was sent to; may be gone since."""


def _mac(payload: bytes) -> bytes:
    return hmac.digest(settings().secrets.session_key.encode(), b"signed link\0" + payload, "sha256")[:_MAC_BYTES]


def make(
    kind: LinkKind,
    email_key: bytes,
    purpose: str = "",
    *,
    subject: Subject | None = None,
    life: timedelta | None = None,
    now: datetime | None = None,
) -> str:
    """A token of URL-safe characters, valid for `life` (default for good: mails are kept for years).

    Raises ValueError for a key that has not 32 bytes.
    """
    if len(email_key) != 32:
        raise ValueError("an address key has 32 bytes")
    ends = int(((now or datetime.now(UTC)) + life).timestamp()) if life else 0
    subject_kind, subject_id = (subject.kind, bytes.fromhex(subject.id)) if subject else (None, _NO_ID)
    head = _HEAD.pack(_KINDS.index(kind), _SUBJECTS.index(subject_kind), ends, email_key, subject_id)
    payload = head + purpose.encode("ascii")
    return base64.urlsafe_b64encode(payload + _mac(payload)).rstrip(b"=").decode()


async def make_for(
    db: AsyncSession, kind: LinkKind, subject: Subject, purpose: str = "", *, life: timedelta | None = None
) -> str:
    """`make` for a subject whose key is read from its row. Raises NotFound when it is gone."""
    table = Account if subject.kind == "account" else Address
    key = (await db.exec(select(table.email_key).where(table.id == subject.id))).first()
    if key is None:
        raise not_found()
    return make(kind, key, purpose, subject=subject, life=life)


def read(token: str, kind: LinkKind, *, now: datetime | None = None) -> LinkTarget:
    """What `token` says. Raises NotFound for one that is not ours, not of this kind, or over; never says which."""
    payload = _genuine(token)
    kind_code, subject_code, ends, key, subject_id = _unpacked(payload)
    is_over = ends and (now or datetime.now(UTC)).timestamp() > ends
    if _KINDS[kind_code] != kind or is_over:
        raise not_found()
    subject_kind = _SUBJECTS[subject_code]
    subject = Subject(subject_kind, subject_id.hex()) if subject_kind else None
    return LinkTarget(kind, key, payload[_HEAD.size :].decode("ascii"), subject)


def _unpacked(payload: bytes) -> tuple[int, int, int, bytes, bytes]:
    return _HEAD.unpack_from(payload)


def _genuine(token: str) -> bytes:
    """The payload of a token that we signed, byte for byte as we wrote it."""
    if len(token) > _MAX_LENGTH or not token.isascii():
        raise not_found()
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise not_found() from None
    payload, mac = data[:-_MAC_BYTES], data[-_MAC_BYTES:]
    canonical = base64.urlsafe_b64encode(data).rstrip(b"=").decode() == token
    if len(payload) < _HEAD.size or not hmac.compare_digest(mac, _mac(payload)) or not canonical:
        raise not_found()
    return payload


def not_found() -> NotFound:
    """The one answer to every link that is no good."""
    return NotFound(n_("This link doesn't work. It may be cut off, or too old."))


def unsubscribe_path(token: str) -> str:
    """The plain page and one-click address (RFC 8058) of an "unsubscribe" token."""
    return f"/u/{token}"


def preferences_path(token: str) -> str:
    """The preference page of a "preferences" token, in the default language."""
    return f"/preferences/{token}"
