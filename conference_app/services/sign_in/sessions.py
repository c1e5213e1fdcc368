"""Sign-ins of browsers: a ticket carries a person from the page to the cookie, a session is a row with a hashed id.

Tokens and tickets have 256 random bits, so a plain SHA-256 of them is enough to keep them out of the database.
"""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.models import Account, SignInSession, SignInTicket
from conference_app.purposes import ACCEPTANCE, DEVICES, INTRODUCE, LANGUAGE, LOCAL_TIMES, SIGN_IN
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.consent import legal_basis
from conference_app.services.documents import acceptance
from conference_app.services.people.one_time_tokens import new_token, token_hash
from conference_app.services.people.subjects import Subject
from conference_app.services.sign_in import known_devices, security_emails, staff_role
from conference_app.services.sign_in.browser_names import UNKNOWN, Device

TICKET_LIFE = timedelta(seconds=60)
SEEN_EVERY = timedelta(minutes=10)
"""`last_seen_at` is written at most this often, so that reading who somebody is seldom writes."""
_noting: dict[bytes, asyncio.Task[None]] = {}
"""Sessions whose `last_seen_at` is being written."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is behind a session cookie."""

    account_id: str
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    username: str = field(repr=False)
    language: str
    time_zone: str
    """As the person has set it, or empty."""
    role: str
    """"" or "staff"."""
    staff_lacks: staff_role.Missing
    """What keeps somebody of the staff from its pages."""
    is_verified: bool
    """Whether the e-mail address is confirmed."""
    must_accept: bool
    """Whether changed terms or policy wait to be accepted; nothing else is open until then."""
    session_hash: str = field(repr=False)
    csrf_token: str = field(repr=False)

    @property
    def may_invite(self) -> bool:
        """Whether this account may let guests into its meetings."""
        return self.is_verified or not settings().require_verified_email

    @property
    def is_staff(self) -> bool:
        """Whether the operator's list holds this account."""
        return self.role == staff_role.STAFF

    @property
    def may_act_as_staff(self) -> bool:
        """Whether this session opens the staff's pages."""
        return self.is_staff and not self.must_accept and not self.staff_lacks


def session_hash(session_token: str) -> str:
    """What names a session inside this process without being good for anything outside it; 64 hex digits."""
    return token_hash(session_token).hex()


async def issue_ticket(account_id: str, *, now: datetime | None = None) -> str:
    """A secret good for one sign-in within 60 seconds. Pages call `session.enter`, which puts it into its cookie.

    Raises nothing for a deleted account: the ticket is then good for nothing.
    """
    now = now or datetime.now(UTC)
    ticket = new_token()
    async with database.session(SIGN_IN) as db:
        if account := await db.get(Account, account_id):
            await staff_role.sync(db, account)
            db.add(SignInTicket(ticket_hash=token_hash(ticket), account_id=account_id, expires_at=now + TICKET_LIFE))
    return ticket


async def redeem_ticket(ticket: str, device: Device = UNKNOWN, *, now: datetime | None = None) -> str | None:
    """The new session's token, or None if the ticket is unknown, used or too old. Of two at once, one wins.

    `device` is what the list of sessions will show of the browser, unless the person does not want that to be used.
    """
    now = now or datetime.now(UTC)
    token = new_token()
    async with database.session(SIGN_IN, ACCEPTANCE) as db:
        taken = await db.exec(
            delete(SignInTicket)
            .where(col(SignInTicket.ticket_hash) == token_hash(ticket))
            .returning(col(SignInTicket.account_id), col(SignInTicket.expires_at))
        )
        row = taken.first()
        if row is None or row[1] < now:
            return None
        listed = device if await legal_basis.with_basis(db, DEVICES, [Subject("account", row[0])], now=now) else UNKNOWN
        db.add(
            SignInSession(
                token_hash=token_hash(token),
                account_id=row[0],
                created_at=now,
                last_seen_at=now,
                expires_at=now + timedelta(days=settings().session_days),
                browser=listed.browser or None,
                system=listed.system or None,
                time_zone=listed.time_zone or None,
                must_accept=bool(await acceptance.changed_since(db, row[0], now=now)),
            )
        )
        is_strange = await known_devices.note(db, row[0], device, now=now)
        await audit.record(db, AuditTag.SIGNED_IN, account_id=row[0], now=now)
        if is_strange:
            await security_emails.tell(db, row[0], AuditTag.SIGNED_IN_ANEW, now=now, detail=device.families)
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
    async with database.reading(SIGN_IN, INTRODUCE, LANGUAGE, LOCAL_TIMES, ACCEPTANCE) as db:
        row = (await db.exec(query)).first()
    if row is None:
        return None
    kept, account = row
    role, lacks = staff_role.of(account), staff_role.Missing.NOTHING
    if role:
        opened, seen = kept.created_at, kept.last_seen_at
        lacks = await staff_role.missing(account.id, opened_at=opened, seen_at=seen, now=now)
    if now - kept.last_seen_at > SEEN_EVERY and lacks != staff_role.Missing.SIGN_IN:
        _note_seen(key, now)
    return SignedIn(
        account_id=account.id,
        first_name=account.first_name,
        last_name=account.last_name,
        username=account.username,
        language=account.language,
        time_zone=account.time_zone or "",
        role=role,
        staff_lacks=lacks,
        is_verified=account.email_verified_at is not None,
        must_accept=kept.must_accept,
        session_hash=hashed,
        csrf_token=_csrf(hashed),
    )


def _note_seen(key: bytes, now: datetime) -> None:
    """Write it down in a task of its own, one a session: who only reads waits for no write lock."""
    if key not in _noting:
        _noting[key] = task = asyncio.create_task(_write_seen(key, now), name="last seen")
        task.add_done_callback(lambda _task: _noting.pop(key, None))


async def _write_seen(key: bytes, now: datetime) -> None:
    """Left out while nothing can be written: a full disk keeps nobody from what can be read."""
    try:
        async with database.session() as db:
            if kept := await db.get(SignInSession, key):
                kept.last_seen_at = now
    except SQLAlchemyError as err:
        if not database.failure_of(err):
            raise


async def end(session_token: str) -> None:
    """End this session."""
    async with database.session() as db:
        key = bytes.fromhex(session_hash(session_token))
        await db.exec(delete(SignInSession).where(col(SignInSession.token_hash) == key))


async def end_all(account_id: str) -> None:
    """End every session of the account, and every ticket on its way."""
    async with database.session() as db:
        await db.exec(delete(SignInSession).where(col(SignInSession.account_id) == account_id))
        await end_tickets(db, account_id)


async def end_tickets(db: AsyncSession, account_id: str) -> None:
    """End every ticket of the account that is on its way to a session, in the caller's transaction."""
    await db.exec(delete(SignInTicket).where(col(SignInTicket.account_id) == account_id))


async def end_others(db: AsyncSession, account_id: str, keep: str = "") -> int:
    """End every session and ticket of the account but the one with `session_hash` `keep`, in the caller's transaction.

    No browser gets past the throttle of sign-ins by its cookie any more, either. How many sessions were ended.
    """
    await known_devices.distrust(db, account_id)
    kept = bytes.fromhex(keep) if keep else b""
    others = delete(SignInSession).where(
        col(SignInSession.account_id) == account_id, col(SignInSession.token_hash) != kept
    )
    await end_tickets(db, account_id)
    return (await db.exec(others)).rowcount


def _csrf(hashed: str) -> str:
    key = settings().secrets.session_key.encode()
    return hmac.digest(key, f"csrf\0{hashed}".encode(), "sha256").hex()


def csrf_token(session_token: str) -> str:
    """What every form post of this session must carry in its field `csrf_token`; 64 hex digits."""
    return _csrf(session_hash(session_token))


def check_csrf(session_token: str, given: str) -> bool:
    """Whether `given` is this session's CSRF token, compared in constant time."""
    return hmac.compare_digest(csrf_token(session_token).encode(), given.encode("utf-8", "replace"))
