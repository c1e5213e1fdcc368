"""Secrets that reach a person by mail or wait for a second step: made once, used once, kept as a hash only.

Tokens have 256 random bits, so a plain SHA-256 keeps them out of the database. All functions work in the caller's
transaction: what a token opens and its end are one act.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import AccountToken
from conference_app.purposes import LINKS
from conference_app.services.people import identity
from conference_app.services.people.email_addresses import email_key


class TokenKind(StrEnum):
    """What a token opens; one of another kind opens nothing."""

    VERIFY_EMAIL = "verify_email"
    CHANGE_EMAIL = "change_email"
    REVOKE_EMAIL = "revoke_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a word, no password
    SECOND_STEP = "second_step"


LIVES = {
    TokenKind.VERIFY_EMAIL: timedelta(hours=24),
    TokenKind.CHANGE_EMAIL: timedelta(hours=24),
    TokenKind.REVOKE_EMAIL: timedelta(days=7),
    TokenKind.RESET_PASSWORD: timedelta(minutes=30),
    TokenKind.SECOND_STEP: timedelta(minutes=10),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a good token stood for."""

    account_id: str
    ref: str


def proof_of(email: str) -> str:
    """The `ref` of a token that is mailed to `email`: whoever has it reads the mail of this address, and of no other."""
    return email_key(email).hex()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


async def make(
    db: AsyncSession, kind: TokenKind, account_id: str, *, ref: str = "", now: datetime | None = None
) -> str:
    """A new token; earlier ones of the same kind and account stay good, since mails may arrive in any order."""
    now = now or datetime.now(UTC)
    token = secrets.token_urlsafe(32)
    db.add(
        AccountToken(
            token_hash=_hash(token),
            kind=kind.value,
            account_id=account_id,
            ref=ref,
            created_at=now,
            expires_at=now + LIVES[kind],
        )
    )
    await db.flush()
    return token


async def take(db: AsyncSession, kind: TokenKind, token: str, *, now: datetime | None = None) -> Taken | None:
    """What `token` stands for, and its end; None if it is unknown, used, too old or of another kind. Of two, one wins.

    The caller's transaction is alone with the account from then on (`accounts.alone`).
    """
    now = now or datetime.now(UTC)
    if (found := await look(db, kind, token, now=now)) is None:
        return None
    await identity.lock(db, found.account_id)
    async with database.within(db, LINKS) as own:
        taken = await own.exec(
            delete(AccountToken)
            .where(
                col(AccountToken.token_hash) == _hash(token),
                col(AccountToken.kind) == kind.value,
                col(AccountToken.expires_at) > now,
            )
            .returning(col(AccountToken.account_id), col(AccountToken.ref))
        )
        row = taken.first()
    return Taken(row[0], row[1]) if row else None


async def look(db: AsyncSession, kind: TokenKind, token: str, *, now: datetime | None = None) -> Taken | None:
    """What `token` stands for, which stays good."""
    query = select(AccountToken).where(
        AccountToken.token_hash == _hash(token),
        AccountToken.kind == kind.value,
        AccountToken.expires_at > (now or datetime.now(UTC)),
    )
    async with database.within(db, LINKS) as own:
        row = (await own.exec(query)).first()
    return Taken(row.account_id, row.ref) if row else None


async def drop(db: AsyncSession, account_id: str, *kinds: TokenKind) -> None:
    """End every token of these kinds that the account has."""
    await db.exec(
        delete(AccountToken).where(
            col(AccountToken.account_id) == account_id, col(AccountToken.kind).in_([kind.value for kind in kinds])
        )
    )
