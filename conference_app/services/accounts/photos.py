"""A person's photo: checked, cut to a small square and encoded anew, so that nothing a camera wrote into it stays."""

from __future__ import annotations

import asyncio
import io
from datetime import UTC, datetime

from PIL import Image, ImageOps, UnidentifiedImageError

from conference_app import database
from conference_app.errors import ConferenceError, NotFound
from conference_app.models import Account, AccountPhoto
from conference_app.purposes import INTRODUCE
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.limits import rate_limits
from conference_app.texts import n_

MAX_BYTES = 2 * 1024 * 1024
MAX_PIXELS = 40_000_000
"""Of a JPEG, which is made smaller while it is read: more than any phone takes."""
MAX_PIXELS_WHOLE = 16_000_000
"""Of other pictures, which are read whole, with 12 bytes for each pixel: a small file can claim many to eat our memory."""
SIDE = 256
_FORMATS = ("JPEG", "PNG", "WEBP")
_one_at_a_time = asyncio.Semaphore(1)
"""However many are posted at once, the memory of one picture is used."""


def _small(data: bytes) -> bytes:
    """The picture as a WebP square of 256 pixels, upright, without metadata. Raises ConferenceError."""
    problem = ConferenceError(n_("This is not a picture we can read. Use JPEG, PNG or WebP."))
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            most = MAX_PIXELS if opened.format == "JPEG" else MAX_PIXELS_WHOLE
            if opened.width * opened.height > most:
                raise problem
            opened.draft("RGB", (2 * SIDE, 2 * SIDE))
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise problem from None
    square = Image.new("RGB", upright.size, "white")
    square.paste(upright, mask=upright)
    out = io.BytesIO()
    ImageOps.fit(square, (SIDE, SIDE)).save(out, "WEBP", quality=82)
    return out.getvalue()


async def store(account_id: str, data: bytes, *, now: datetime | None = None) -> None:
    """Keep `data` as the account's photo.

    Raises ConferenceError for what is no picture or too large, TooManyAttempts, and NotFound when the account is gone.
    """
    await rate_limits.count(rate_limits.UPLOAD_PER_ACCOUNT, account_id)
    if len(data) > MAX_BYTES:
        raise ConferenceError(n_("This picture is larger than 2 MB. Choose a smaller one."))
    async with _one_at_a_time:
        small = await asyncio.to_thread(_small, data)
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
