"""Asking to be erased: planned for some days ahead, taken back until then, and done by a job after a last email."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.models import Account, PrivacyState
from conference_app.purposes import WISHES
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.consent import person_state
from conference_app.services.jobs import queue
from conference_app.services.personal_data import legal_holds, personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import erasure, privacy_emails, privacy_requests
from conference_app.services.room import host_rooms
from conference_app.services.sign_in import account_passwords

HOLD_LOOK = timedelta(days=1)
"""How often an erasure that a hold keeps looks whether it is lifted."""
FAREWELL_LOOK = timedelta(seconds=5)
"""How often an erasure looks whether its last email has left."""


async def ask(account_id: str, password: str, *, address: str, now: datetime | None = None) -> datetime:
    """Have the account and all that belongs to it erased in some days; when that is.

    Until then it is deactivated. Raises InvalidInput for a wrong password, TooManyAttempts.
    """
    await account_passwords.confirm_password(account_id, password, address=address)
    now = now or datetime.now(UTC)
    async with database.session(WISHES) as db:
        due = await _plan(db, DataOwner(account_id), now)
        await audit.record(db, AuditTag.ERASURE_ASKED, account_id=account_id, now=now)
        rooms = await host_rooms.of_host(db, account_id)
    await host_rooms.send_home(rooms)
    return due


async def ask_by_link(person: DataOwner, *, now: datetime | None = None) -> datetime:
    """The same for somebody without an account, who has shown by a link that the address is theirs."""
    async with database.session(WISHES) as db:
        return await _plan(db, person, now or datetime.now(UTC))


async def undo(person: DataOwner, *, now: datetime | None = None) -> None:
    """Take back an erasure that was asked for: the person's own, and that of the account of this address.

    Keeping data for somebody who reads the address's mail opens nothing to them.
    """
    async with database.session(WISHES) as db:
        of_account = select(Account.id).where(col(Account.email_key).in_(person.email_keys))
        mine = or_(
            person_state.of_person(PrivacyState, person),
            col(PrivacyState.account_id).in_(of_account),
        )
        for row in (await db.exec(select(PrivacyState).where(mine))).all():
            await take_back(db, row, now=now or datetime.now(UTC))


async def account_to_be_erased(email_key: bytes) -> tuple[datetime | None, bool]:
    """When the account of this address is erased, if that was asked for; and whether a hold stands against it."""
    query = select(PrivacyState).where(PrivacyState.account_id == Account.id, Account.email_key == email_key)
    async with database.reading(WISHES) as db:
        row = (await db.exec(query)).first()
        if row is None or row.erase_due_at is None:
            return None, False
        person = await personal_rows.of_account(db, row.account_id or "")
        return row.erase_due_at, person is not None and await legal_holds.is_held(db, person)


async def _plan(db: AsyncSession, person: DataOwner, now: datetime) -> datetime:
    row = await person_state.row_of(db, person)
    if row.erase_due_at is None:
        row.erase_asked_at, row.erase_due_at = now, now + timedelta(days=settings().erasure_days)
    await queue.enqueue(db, "privacy.erase", {"state_id": row.id}, key=f"erase:{row.id}", run_at=row.erase_due_at)
    await privacy_requests.opened(db, "erase", person, status="in_progress", now=now)
    await privacy_emails.tell_planned(db, row, person)
    return row.erase_due_at


@queue.periodic("privacy.plan_erasures", every=timedelta(hours=6))
async def plan_anew(_payload: queue.Payload) -> None:
    """Plan what waits and has no work any more: work that fails too often is given up, and forgotten in the end."""
    waiting = select(PrivacyState).where(col(PrivacyState.erase_due_at).is_not(None))
    async with database.session(WISHES) as db:
        rows = [
            queue.row(
                "privacy.erase", {"state_id": row.id}, key=f"erase:{row.id}", run_at=row.erase_due_at or queue.now()
            )
            for row in (await db.exec(waiting)).all()
        ]
        await queue.enqueue_many(db, rows)


async def take_back(db: AsyncSession, row: PrivacyState, *, now: datetime) -> None:
    """Plan nothing any more, in the caller's transaction; an email says so."""
    if row.erase_due_at is None:
        return
    person = _person_behind(row)
    if row.account_id is not None:
        await audit.record(db, AuditTag.ERASURE_UNDONE, account_id=row.account_id, now=now)
    row.erase_asked_at = row.erase_due_at = None
    await privacy_requests.closed(db, "erase", person, now=now)
    await queue.cancel(db, f"erase:{row.id}")
    await privacy_emails.tell_taken_back(db, row, person, now=now)


def _person_behind(row: PrivacyState) -> DataOwner:
    return DataOwner(row.account_id or "", (row.email_key,) if row.email_key else ())


@queue.handler("privacy.erase")
async def carry_out(payload: queue.Payload) -> None:
    """Erase who asked for it, if the time has come, no hold keeps the rows, and the last email is out of the way."""
    async with database.session(WISHES) as db:
        row = await db.get(PrivacyState, str(payload["state_id"]))
        if row is None or row.erase_due_at is None:
            return
        if row.erase_due_at > queue.now():
            raise queue.Postponed(row.erase_due_at)
        person = await personal_rows.of_account(db, row.account_id) if row.account_id else _person_behind(row)
        if person is None:
            return
        is_held = await legal_holds.is_held(db, person)
        is_told = not is_held and await privacy_emails.has_said_farewell(db, row, person)
    if is_held:
        raise queue.Postponed(queue.now() + HOLD_LOOK)
    if not is_told:
        raise queue.Postponed(queue.now() + FAREWELL_LOOK)
    await erasure.erase(person, now=queue.now(), still=functools.partial(_is_still_due, row.id, person))


async def _is_still_due(state_id: str, person: DataOwner, db: AsyncSession) -> bool:
    """Whether the erasure was neither taken back nor held since it was looked at."""
    async with database.within(db, WISHES) as own:
        row = await own.get(PrivacyState, state_id, with_for_update=True)
        is_due = row is not None and row.erase_due_at is not None and row.erase_due_at <= queue.now()
    return is_due and not await legal_holds.is_held(db, person)
