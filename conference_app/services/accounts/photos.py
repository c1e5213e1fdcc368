"""A person's photo: checked, cut to a small square and encoded anew, so that nothing a camera wrote into it stays."""

from __future__ import annotations

from datetime import UTC, datetime

from conference_app import database
from conference_app.errors import ConferenceError, NotFound
from conference_app.models import Account, AccountPhoto
from conference_app.purposes import INTRODUCE
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.images import decoding
from conference_app.services.limits import rate_limits
from conference_app.texts import n_

MAX_BYTES = 2 * 1024 * 1024
SIDE = 256
"""Pixels of a photo's edge as it is kept."""


async def store(account_id: str, data: bytes, *, now: datetime | None = None) -> None:
    """Keep `data` as the account's photo.

    Raises ConferenceError for what is no picture or too large, TooManyAttempts, and NotFound when the account is gone.
    """
    await rate_limits.count(rate_limits.UPLOAD_PER_ACCOUNT, account_id)
    if len(data) > MAX_BYTES:
        raise ConferenceError(n_("This picture is larger than 2 MB. Choose a smaller one."))
    small = await decoding.square(data, SIDE, owner=account_id)
    now = now or datetime.now(UTC)
    async with database.session() as db:
        if await db.get(Account, account_id, with_for_update=True) is None:
            raise NotFound(n_("This account no longer exists."))
        await db.merge(AccountPhoto(account_id=account_id, image=small, updated_at=now))
        await audit.record(db, AuditTag.PHOTO_CHANGED, account_id=account_id, now=now)


async def remove(account_id: str) -> None:
    """Forget the photo, if there is one."""
    async with database.session() as db:
        if photo := await db.get(AccountPhoto, account_id):
            await db.delete(photo)
            await audit.record(db, AuditTag.PHOTO_REMOVED, account_id=account_id)


async def load(account_id: str) -> bytes | None:
    """The photo as WebP."""
    async with database.reading(INTRODUCE) as db:
        photo = await db.get(AccountPhoto, account_id)
    return photo.image if photo else None


async def version(account_id: str) -> str:
    """Another text for each photo; empty without one."""
    async with database.reading(INTRODUCE) as db:
        photo = await db.get(AccountPhoto, account_id)
    return f"{photo.updated_at.timestamp():.6f}" if photo else ""
