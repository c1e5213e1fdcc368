"""Secrets in mails about another e-mail address of somebody without an account: made once, used once, kept as a hash.

They have 256 random bits, so a plain SHA-256 keeps them out of the database. All functions work in the caller's
transaction: what a token opens and its end are one act.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.models import AddressToken

Kind = Literal["confirm", "revoke"]
CONFIRM_LIFE = timedelta(hours=24)
LIVES: dict[Kind, timedelta] = {"confirm": CONFIRM_LIFE, "revoke": timedelta(days=7)}


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


async def make(db: AsyncSession, kind: Kind, change_id: str, *, now: datetime) -> str:
    """A new token; earlier ones stay good, since mails may arrive in any order."""
    token = secrets.token_urlsafe(32)
    ends = now + LIVES[kind]
    db.add(AddressToken(token_hash=_hash(token), kind=kind, change_id=change_id, expires_at=ends))
    await db.flush()
    return token


async def take(db: AsyncSession, kind: Kind, token: str, *, now: datetime) -> str | None:
    """The change that `token` is about, and the token's end; None if it is unknown, used, over or of another kind."""
    good = (
        col(AddressToken.token_hash) == _hash(token),
        col(AddressToken.kind) == kind,
        col(AddressToken.expires_at) > now,
    )
    taken = (await db.exec(delete(AddressToken).where(*good).returning(col(AddressToken.change_id)))).first()
    return taken[0] if taken else None
