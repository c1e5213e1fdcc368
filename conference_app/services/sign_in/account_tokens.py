"""Secrets that reach a person by mail or wait for a second step: made once, used once, kept as a hash only.

All functions work in the caller's
transaction: what a token opens and its end are one act.
"""

from __future__ import annotations

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
from conference_app.services.people.one_time_tokens import new_token, token_hash


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
class Redeemed:
    """What a good token stood for."""

    account_id: str
    ref: str


def proof_of(email: str) -> str:
    """The `ref` of a token that is mailed to `email`: whoever has it reads the mail of this address, and of no other."""
    return email_key(email).hex()


async def issue(
    db: AsyncSession, kind: TokenKind, account_id: str, *, ref: str = "", now: datetime | None = None
) -> str:
    """Issue a token; earlier ones of the same kind and account stay good, since mails may arrive in any order."""
    now = now or datetime.now(UTC)
    token = new_token()
    db.add(
        AccountToken(
            token_hash=token_hash(token),
            kind=kind.value,
            account_id=account_id,
            ref=ref,
            created_at=now,
            expires_at=now + LIVES[kind],
        )
    )
    await db.flush()
    return token


async def redeem(db: AsyncSession, kind: TokenKind, token: str, *, now: datetime | None = None) -> Redeemed | None:
    """End `token` and say what it stood for; None if it is unknown, used, too old or of another kind. Of two, one wins.

    The caller's transaction holds the account's lock from then on (`identity.lock`).
    """
    now = now or datetime.now(UTC)
    if (found := await peek(db, kind, token, now=now)) is None:
        return None
    await identity.lock(db, found.account_id)
    async with database.within(db, LINKS) as own:
        taken = await own.exec(
            delete(AccountToken)
            .where(
                col(AccountToken.token_hash) == token_hash(token),
                col(AccountToken.kind) == kind.value,
                col(AccountToken.expires_at) > now,
            )
            .returning(col(AccountToken.account_id), col(AccountToken.ref))
        )
        row = taken.first()
    return Redeemed(row[0], row[1]) if row else None


async def peek(db: AsyncSession, kind: TokenKind, token: str, *, now: datetime | None = None) -> Redeemed | None:
    """Say what `token` stands for; it stays good."""
    query = select(AccountToken).where(
        AccountToken.token_hash == token_hash(token),
        AccountToken.kind == kind.value,
        AccountToken.expires_at > (now or datetime.now(UTC)),
    )
    async with database.within(db, LINKS) as own:
        row = (await own.exec(query)).first()
    return Redeemed(row.account_id, row.ref) if row else None


async def revoke(db: AsyncSession, account_id: str, *kinds: TokenKind) -> None:
    """End every token of these kinds that the account has."""
    await db.exec(
        delete(AccountToken).where(
            col(AccountToken.account_id) == account_id, col(AccountToken.kind).in_([kind.value for kind in kinds])
        )
    )
