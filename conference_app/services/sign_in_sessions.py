"""Sign-ins of browsers: a ticket carries a person from the page to the cookie, a session is a row with a hashed id.

Tokens and tickets have 256 random bits, so a plain SHA-256 of them is enough to keep them out of the database.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col, select

from conference_app import database
from conference_app.config import settings
from conference_app.models import Account, SignInSession, SignInTicket

TICKET_LIFE = timedelta(seconds=60)
SEEN_EVERY = timedelta(minutes=10)
"""`last_seen_at` is written at most this often, so that reading who somebody is seldom writes."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is behind a session cookie."""

    account_id: str
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    username: str = field(repr=False)
    language: str
    session_hash: str = field(repr=False)
    csrf_token: str = field(repr=False)


def session_hash(session_token: str) -> str:
    """What names a session inside this process without being good for anything outside it; 64 hex digits."""
    return hashlib.sha256(session_token.encode("utf-8", "replace")).hexdigest()


def _ticket_hash(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode("utf-8", "replace")).digest()


async def issue_ticket(account_id: str, *, now: datetime | None = None) -> str:
    """A secret good for one sign-in within 60 seconds. Pages call `session.enter`, which puts it into its cookie.

    Raises nothing for a deleted account: the ticket is then good for nothing.
    """
    now = now or datetime.now(UTC)
    ticket = secrets.token_urlsafe(32)
    async with database.session() as db:
        await db.exec(delete(SignInTicket).where(col(SignInTicket.expires_at) < now))
        await db.exec(delete(SignInSession).where(col(SignInSession.expires_at) < now))
        if await db.get(Account, account_id):
            db.add(SignInTicket(ticket_hash=_ticket_hash(ticket), account_id=account_id, expires_at=now + TICKET_LIFE))
    return ticket


async def redeem_ticket(ticket: str, *, now: datetime | None = None) -> str | None:
    """The new session's token, or None if the ticket is unknown, used or too old. Of two at once, one wins."""
    now = now or datetime.now(UTC)
    token = secrets.token_urlsafe(32)
    async with database.session() as db:
        taken = await db.exec(
            delete(SignInTicket)
            .where(col(SignInTicket.ticket_hash) == _ticket_hash(ticket))
            .returning(col(SignInTicket.account_id), col(SignInTicket.expires_at))
        )
        row = taken.first()
        if row is None or row[1] < now:
            return None
        db.add(
            SignInSession(
                token_hash=bytes.fromhex(session_hash(token)),
                account_id=row[0],
                created_at=now,
                last_seen_at=now,
                expires_at=now + timedelta(days=settings().session_days),
            )
        )
    return token


async def resolve(session_token: str, *, now: datetime | None = None) -> SignedIn | None:
    """Who holds `session_token`; None if it is unknown, ended or expired."""
    return await resolve_hash(session_hash(session_token), now=now) if session_token else None


async def resolve_hash(hashed: str, *, now: datetime | None = None) -> SignedIn | None:
    """Who holds the session with `session_hash` `hashed`."""
    now = now or datetime.now(UTC)
    try:
        key = bytes.fromhex(hashed)
    except ValueError:
        return None
    query = select(SignInSession, Account).where(
        SignInSession.token_hash == key,
        SignInSession.account_id == Account.id,
        SignInSession.expires_at > now,
    )
    async with database.reading() as db:
        row = (await db.exec(query)).first()
    if row is None:
        return None
    kept, account = row
    if now - kept.last_seen_at > SEEN_EVERY:
        await _note_seen(key, now)
    return SignedIn(
        account_id=account.id,
        first_name=account.first_name,
        last_name=account.last_name,
        username=account.username,
        language=account.language,
        session_hash=hashed,
        csrf_token=_csrf(hashed),
    )


async def _note_seen(key: bytes, now: datetime) -> None:
    async with database.session() as db:
        if kept := await db.get(SignInSession, key):
            kept.last_seen_at = now


async def end(session_token: str) -> None:
    """End this session."""
    async with database.session() as db:
        key = bytes.fromhex(session_hash(session_token))
        await db.exec(delete(SignInSession).where(col(SignInSession.token_hash) == key))


async def end_all(account_id: str) -> None:
    """End every session of the account, and every ticket on its way."""
    async with database.session() as db:
        await db.exec(delete(SignInSession).where(col(SignInSession.account_id) == account_id))
        await db.exec(delete(SignInTicket).where(col(SignInTicket.account_id) == account_id))


def _csrf(hashed: str) -> str:
    key = settings().secrets.session_key.encode()
    return hmac.digest(key, f"csrf\0{hashed}".encode(), "sha256").hex()


def csrf_token(session_token: str) -> str:
    """What every form post of this session must carry in its field `csrf_token`; 64 hex digits."""
    return _csrf(session_hash(session_token))


def check_csrf(session_token: str, given: str) -> bool:
    """Whether `given` is this session's CSRF token, compared in constant time."""
    return hmac.compare_digest(csrf_token(session_token).encode(), given.encode("utf-8", "replace"))
