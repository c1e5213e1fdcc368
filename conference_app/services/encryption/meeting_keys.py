"""The public keys of a meeting: only its organizer sets them, everybody in its room is told them.

Browsers do not believe us: the link holds a hash of the root key, and the root key has signed the link's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, NotFound
from conference_app.models import EncryptionGroup, Meeting, MeetingKeys
from conference_app.purposes import ENCRYPTION
from conference_app.services.encryption.encoding import pack, unb64
from conference_app.texts import n_

VERSION = 1
_KEY_BYTES, _SIGNATURE_BYTES = 32, 64
_CERTIFICATE = "conference_app/link-certificate/v1"


class BadKeys(ConferenceError):
    """A key has another length, or the certificate is not the root's over this link key."""

    code = "bad_keys"
    status = 422


class KeysInUse(ConferenceError):
    """People are in the meeting's room, whose group is bound to another root key."""

    code = "keys_in_use"
    status = 409


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """Ed25519 keys and a signature, base64url without padding."""

    root_public: str
    link_public: str
    link_certificate: str = ""
    """The root's signature over the link's key; empty when the host lets in everybody in person."""


async def get(account_id: str, meeting_id: str) -> PublicKeys | None:
    """The keys of the account's own meeting; None before it has some. NotFound for a stranger's meeting as for none."""
    async with database.reading(ENCRYPTION) as db:
        await _check_own(db, account_id, meeting_id)
        return await of_meeting(db, meeting_id)


async def put(account_id: str, meeting_id: str, keys: PublicKeys, *, now: datetime | None = None) -> None:
    """Set the keys of the account's own meeting, in place of any before: all may have been lost.

    Raises BadKeys; KeysInUse for another root while a group is bound to the one before; NotFound for a stranger's meeting
    as for none.
    """
    _check(keys)
    async with database.session(ENCRYPTION) as db:
        await _check_own(db, account_id, meeting_id)
        await _check_unused(db, meeting_id, keys.root_public)
        row = MeetingKeys(
            meeting_id=meeting_id,
            version=VERSION,
            root_public=keys.root_public,
            link_public=keys.link_public,
            link_certificate=keys.link_certificate,
            created_at=now or datetime.now(UTC),
        )
        await db.merge(row)


async def of_meeting(db: AsyncSession, meeting_id: str) -> PublicKeys | None:
    """The keys of any meeting, for who is in its room; None before it has some. `db` reads for ENCRYPTION."""
    row = await db.get(MeetingKeys, meeting_id)
    return PublicKeys(row.root_public, row.link_public, row.link_certificate) if row is not None else None


async def _check_own(db: AsyncSession, account_id: str, meeting_id: str) -> None:
    query = select(Meeting.id).where(col(Meeting.id) == meeting_id, col(Meeting.account_id) == account_id)
    if (await db.exec(query.with_for_update())).first() is None:
        raise NotFound(n_("There is no such meeting. Check the link with the person who sent it."))


async def _check_unused(db: AsyncSession, meeting_id: str, root: str) -> None:
    known = await of_meeting(db, meeting_id)
    is_used = col(EncryptionGroup.meeting_id) == meeting_id, col(EncryptionGroup.epoch) >= 0
    used = (await db.exec(select(EncryptionGroup.room).where(*is_used))).first()
    if known is not None and known.root_public != root and used is not None:
        raise KeysInUse(n_("This meeting is running with its keys. End it before you give it new ones."))


def _check(keys: PublicKeys) -> None:
    try:
        root, link = _bytes(keys.root_public, _KEY_BYTES), _bytes(keys.link_public, _KEY_BYTES)
        verifier = Ed25519PublicKey.from_public_bytes(root)
        if keys.link_certificate:
            signature = _bytes(keys.link_certificate, _SIGNATURE_BYTES)
            verifier.verify(signature, pack(_CERTIFICATE, root, link))
    except (InvalidSignature, ValueError):
        raise BadKeys(n_("Those keys do not fit together. Reload the page and try again.")) from None


def _bytes(text: str, length: int) -> bytes:
    data = unb64(text) if len(text) <= 2 * length else b""
    if len(data) != length:
        raise ValueError("another length")
    return data
