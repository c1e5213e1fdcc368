"""Browsers that somebody has signed in with before: a strange one is told of by mail, a known one is not kept out.

A browser is known again by the secret in its cookie; whether it is told of is decided by its families alone, so that
who deletes cookies is not written to at each sign-in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import AuditEntry, KnownDevice
from conference_app.models.sign_in import KNOWN_DAYS
from conference_app.purposes import SIGN_IN
from conference_app.services.audit import AuditTag
from conference_app.services.people.one_time_tokens import token_hash
from conference_app.services.sign_in.browser_names import Device

MOST = 20
"""Browsers kept for one account: the last used."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def is_token(text: str) -> bool:
    """Whether `text` has the form of the secret in a device's cookie (256 bits)."""
    return _TOKEN.fullmatch(text) is not None


def device_hash(token: str) -> str:
    """What names the cookie inside this process without being good for anything outside it; 64 hex digits."""
    return token_hash(token).hex()


async def note(db: AsyncSession, account_id: str, device: Device, *, now: datetime) -> bool:
    """Remember that the account has just been opened with `device`, in the caller's transaction (for SIGN_IN).

    Whether its families are strange to an account that has been used before. Call it before the sign-in is recorded.
    """
    kept = await _kept(db, account_id, now)
    families = {(row.browser, row.system) for row in kept}
    is_strange = (device.browser, device.system) not in families and bool(kept or await _was_used(db, account_id))
    row = _same(kept, device) or KnownDevice(account_id=account_id, browser="", system="", last_used_at=now)
    row.token_hash = token_hash(device.token) if device.token else None
    row.browser, row.system, row.last_used_at = device.browser, device.system, now
    db.add(row)
    for old in [one for one in kept if one is not row][MOST - 1 :]:
        await db.delete(old)
    return is_strange


async def _kept(db: AsyncSession, account_id: str, now: datetime) -> Sequence[KnownDevice]:
    query = (
        select(KnownDevice)
        .where(KnownDevice.account_id == account_id, KnownDevice.last_used_at > now - timedelta(days=KNOWN_DAYS))
        .order_by(col(KnownDevice.last_used_at).desc())
    )
    return (await db.exec(query)).all()


async def _was_used(db: AsyncSession, account_id: str) -> bool:
    """Whether anybody has signed in before; told by the account's history, which outlives the list of browsers."""
    query = select(AuditEntry.id).where(AuditEntry.account_id == account_id, AuditEntry.tag == AuditTag.SIGNED_IN.value)
    return (await db.exec(query.limit(1))).first() is not None


def _same(kept: Sequence[KnownDevice], device: Device) -> KnownDevice | None:
    """The row of this very browser; without a cookie, one of its families that has none either."""
    wanted = token_hash(device.token) if device.token else None
    for row in kept:
        if row.token_hash == wanted and (
            wanted is not None or (row.browser, row.system) == (device.browser, device.system)
        ):
            return row
    return None


async def knows(account_ids: Sequence[str], hashed: str, *, now: datetime | None = None) -> bool:
    """Whether one of the accounts was opened before with the browser whose cookie's hash is `hashed`."""
    since = (now or datetime.now(UTC)) - timedelta(days=KNOWN_DAYS)
    query = select(KnownDevice.id).where(
        col(KnownDevice.account_id).in_(account_ids),
        KnownDevice.token_hash == bytes.fromhex(hashed),
        KnownDevice.last_used_at > since,
    )
    async with database.reading(SIGN_IN) as db:
        return (await db.exec(query.limit(1))).first() is not None


async def distrust(db: AsyncSession, account_id: str) -> None:
    """No browser of the account gets past its throttle any more; their families stay known. In the caller's transaction."""
    await db.exec(update(KnownDevice).where(col(KnownDevice.account_id) == account_id).values(token_hash=None))
