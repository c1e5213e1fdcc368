"""Secrets in mails about another e-mail address of somebody without an account: made once, used once, kept as a hash.

All functions work in the caller's
transaction: what a token opens and its end are one act.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.models import AddressToken
from conference_app.services.people.one_time_tokens import new_token, token_hash

Kind = Literal["confirm", "revoke"]
CONFIRM_LIFE = timedelta(hours=24)
LIVES: dict[Kind, timedelta] = {"confirm": CONFIRM_LIFE, "revoke": timedelta(days=7)}


async def issue(db: AsyncSession, kind: Kind, change_id: str, *, now: datetime) -> str:
    """Issue a token; earlier ones stay good, since mails may arrive in any order."""
    token = new_token()
    ends = now + LIVES[kind]
    db.add(AddressToken(token_hash=token_hash(token), kind=kind, change_id=change_id, expires_at=ends))
    await db.flush()
    return token


async def redeem(db: AsyncSession, kind: Kind, token: str, *, now: datetime) -> str | None:
    """End `token` and give the change that it is about; None if it is unknown, used, over or of another kind."""
    good = (
        col(AddressToken.token_hash) == token_hash(token),
        col(AddressToken.kind) == kind,
        col(AddressToken.expires_at) > now,
    )
    taken = (await db.exec(delete(AddressToken).where(*good).returning(col(AddressToken.change_id)))).first()
    return taken[0] if taken else None
