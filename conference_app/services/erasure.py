"""Pausing an account and erasing a person: asked for, taken back, and done after some days by a job.

Erasing walks the data map and deletes every row that belongs to the person, except in tables that say why theirs stay;
then the files, and what the database still holds of the deleted bytes.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.errors import NotFound, Unavailable
from conference_app.models import Account, Address, Erasure, Job, Meeting, PrivacyState
from conference_app.models.columns import new_id
from conference_app.services import (
    account_passwords,
    audit,
    bus,
    export,
    jobs,
    mail,
    meetings,
    personal_rows,
    privacy_letters,
    privacy_requests,
    privacy_state,
    sign_in_sessions,
)
from conference_app.services.audit import AuditTag
from conference_app.services.letters import AccountRecipient, AddressRecipient
from conference_app.services.personal_rows import Person
from conference_app.services.room_admin import room_admin

logger = logging.getLogger(__name__)

HOLD_LOOK = timedelta(days=1)
"""How often an erasure that a hold keeps looks whether it is lifted."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What else may hold the person, beside the database: for those who keep files."""

    emails: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an erasure would do: rows that go and rows that stay, by table."""

    goes: dict[str, int]
    stays: dict[str, str]
    """Table → why (a msgid)."""


Forgetter = Callable[[Traces], Awaitable[None]]
_forgetters: list[Forgetter] = []


def also(forgetter: Forgetter) -> Forgetter:
    """Have `forgetter` called with each erasure: for what keeps letters or files outside the database."""
    if forgetter not in _forgetters:
        _forgetters.append(forgetter)
    return forgetter


async def preview(person: Person) -> Preview:
    """What would go and what would stay."""
    known = personal_rows.tables()
    async with database.reading() as db:
        counts = await personal_rows.count(db, person)
    goes = {name: number for name, number in counts.items() if not known[name].stays}
    return Preview(goes, {name: known[name].stays for name in counts if known[name].stays})


async def deactivate(account_id: str, password: str, *, address: str, now: datetime | None = None) -> None:
    """Let the account rest: its links stop, nobody is signed in, no mail but necessary ones. Signing in offers to go on.

    Raises InvalidInput for a wrong password, TooManyAttempts.
    """
    await account_passwords.confirm_password(account_id, password, address=address)
    async with database.session() as db:
        row = await privacy_state.row_of(db, Person(account_id))
        row.deactivated_at = row.deactivated_at or now or datetime.now(UTC)
        await audit.record(db, AuditTag.DEACTIVATED, account_id=account_id, now=now)
        rooms = await _open_rooms(db, account_id)
    await sign_in_sessions.end_all(account_id)
    await _send_home(rooms)


async def reactivate(account_id: str) -> None:
    """End the pause; an erasure that was asked for is taken back with it."""
    async with database.session() as db:
        row = await privacy_state.row_of(db, Person(account_id))
        row.deactivated_at = None
        await _take_back(db, row)
        await audit.record(db, AuditTag.REACTIVATED, account_id=account_id)


async def ask(account_id: str, password: str, *, address: str, now: datetime | None = None) -> datetime:
    """Have the account and all that belongs to it erased in some days; when that is.

    Until then it rests as if deactivated. Raises InvalidInput for a wrong password, TooManyAttempts.
    """
    await account_passwords.confirm_password(account_id, password, address=address)
    now = now or datetime.now(UTC)
    async with database.session() as db:
        row = await privacy_state.row_of(db, Person(account_id))
        due = await _plan(db, row, now)
        await privacy_requests.opened(db, "erase", Person(account_id), status="in_progress", now=now)
        await audit.record(db, AuditTag.ERASURE_ASKED, account_id=account_id, now=now)
        letter = privacy_letters.ERASURE_PLANNED.letter(AccountRecipient(account_id), state_id=row.id)
        await mail.send(db, letter, key=f"erasure-planned:{row.id}:{int(now.timestamp())}")
        rooms = await _open_rooms(db, account_id)
    await _send_home(rooms)
    return due


async def ask_by_link(person: Person, *, now: datetime | None = None) -> datetime:
    """The same for somebody without an account, who has shown by a link that the address is theirs."""
    now = now or datetime.now(UTC)
    async with database.session() as db:
        row = await privacy_state.row_of(db, person)
        due = await _plan(db, row, now)
        await privacy_requests.opened(db, "erase", person, status="in_progress", now=now)
        address = (await db.exec(select(Address.id).where(col(Address.email_key).in_(person.email_keys)))).first()
        if address is not None:
            letter = privacy_letters.ERASURE_PLANNED.letter(AddressRecipient(address), state_id=row.id)
            await mail.send(db, letter, key=f"erasure-planned:{row.id}:{int(now.timestamp())}")
    return due


async def undo(person: Person) -> None:
    """Take back an erasure that was asked for: the person's own, and that of the account of this address.

    Keeping data for somebody who reads the address's mail opens nothing to them.
    """
    async with database.session() as db:
        of_account = select(Account.id).where(col(Account.email_key).in_(person.email_keys))
        mine = or_(
            privacy_state.of_person(PrivacyState, person),
            col(PrivacyState.account_id).in_(of_account),
        )
        for row in (await db.exec(select(PrivacyState).where(mine))).all():
            await _take_back(db, row)


async def account_to_be_erased(email_key: bytes) -> datetime | None:
    """When the account of this address is erased, if that was asked for."""
    query = select(PrivacyState.erase_due_at).where(
        PrivacyState.account_id == Account.id, Account.email_key == email_key
    )
    async with database.reading() as db:
        return (await db.exec(query)).first()


async def _plan(db: AsyncSession, row: PrivacyState, now: datetime) -> datetime:
    if row.erase_due_at is None:
        row.erase_asked_at, row.erase_due_at = now, now + timedelta(days=settings().erasure_days)
    await jobs.enqueue(db, "privacy.erase", {"state_id": row.id}, key=f"erase:{row.id}", run_at=row.erase_due_at)
    return row.erase_due_at


async def _take_back(db: AsyncSession, row: PrivacyState) -> None:
    if row.erase_due_at is not None and row.account_id is not None:
        await audit.record(db, AuditTag.ERASURE_UNDONE, account_id=row.account_id)
    row.erase_asked_at = row.erase_due_at = None
    await privacy_requests.closed(db, "erase", Person(row.account_id or "", (row.email_key,) if row.email_key else ()))
    await jobs.cancel(db, f"erase:{row.id}")


@dataclass(frozen=True, slots=True)
class _Room:
    topic: str
    room: str
    is_open: bool


async def _open_rooms(db: AsyncSession, account_id: str) -> list[_Room]:
    found = (await db.exec(select(Meeting).where(Meeting.account_id == account_id))).all()
    return [_Room(meetings.topic_of(one), one.room, meetings.state_of(one) in ("open", "locked")) for one in found]


async def _send_home(rooms: list[_Room]) -> None:
    for one in rooms:
        bus.publish(one.topic)
        if one.is_open:
            try:
                await room_admin().end(one.room)
            except (Unavailable, NotFound):
                logger.warning("a room of a resting account could not be ended now")


@jobs.handler("privacy.erase")
async def carry_out(payload: jobs.Payload) -> None:
    """Erase who asked for it, if the time has come and no hold keeps the rows."""
    async with database.reading() as db:
        row = await db.get(PrivacyState, str(payload["state_id"]))
        if row is None or row.erase_due_at is None:
            return
        if row.erase_due_at > jobs.now():
            raise jobs.Postponed(row.erase_due_at)
        if row.account_id is not None:
            person = await personal_rows.of_account(db, row.account_id)
        else:
            person = personal_rows.of_email(row.email_key or b"")
        held = person is not None and await privacy_state.is_held(db, person)
    if held:
        raise jobs.Postponed(jobs.now() + HOLD_LOOK)
    if person is not None:
        await erase(person, now=jobs.now())


async def erase(person: Person, *, now: datetime) -> int:
    """Delete all that belongs to `person`, now; how many rows that were. Asks no more whether it may."""
    async with database.session() as db:
        traces = await _traces(db, person)
        files = await export.files_of(db, person)
        rooms = await _open_rooms(db, person.account_id) if person.account_id else []
        ids = await _ids(db, person)
        await privacy_requests.closed(db, "erase", person, now=now)
        rows = await _delete_rows(db, person) + await _delete_jobs(db, ids)
        db.add(Erasure(id=new_id(), kind=person.kind, rows=rows, erased_at=now))
    await export.remove(files)
    await _send_home(rooms)
    for forgetter in _forgetters:
        await forgetter(traces)
    await _wipe()
    logger.info("a person was erased: %d rows", rows)
    return rows


async def _traces(db: AsyncSession, person: Person) -> Traces:
    accounts = select(Account.email).where(Account.id == person.account_id)
    addresses = select(Address.email).where(col(Address.email_key).in_(person.email_keys))
    return Traces(tuple({*(await db.exec(accounts)).all(), *(await db.exec(addresses)).all()}))


async def _ids(db: AsyncSession, person: Person) -> list[str]:
    """Numbers that lead to the person: those of the rows that are the person, and of their planned erasure."""
    found = [person.account_id] if person.account_id else []
    addresses = select(Address.id).where(col(Address.email_key).in_(person.email_keys))
    return [*found, *(await db.exec(addresses)).all()]


async def _delete_rows(db: AsyncSession, person: Person) -> int:
    """Children first, since a row is found through those it refers to."""
    known, gone = personal_rows.tables(), 0
    connection = await db.connection()
    filters: list[tuple[str, ColumnElement[bool]]] = [
        (name, personal_rows.filter_of(name, person, known=known)) for name in known if not known[name].stays
    ]
    for name, mine in reversed(filters):
        result = await connection.execute(delete(known[name].table).where(mine))
        gone += max(result.rowcount, 0)
    return gone


async def _delete_jobs(db: AsyncSession, ids: list[str]) -> int:
    """Work that was planned for the person: its payload names their number."""
    gone = 0
    connection = await db.connection()
    for one in ids:
        result = await connection.execute(delete(Job).where(col(Job.payload).contains(one, autoescape=True)))
        gone += max(result.rowcount, 0)
    return gone


async def _wipe() -> None:
    if not await database.wipe([*personal_rows.tables(), "job"]):
        logger.warning("the database's log could not be emptied now; the next erasure or sweep does it")


@jobs.periodic("privacy.wipe", every=timedelta(hours=6))
async def wipe_again(_payload: jobs.Payload) -> None:
    """Empty the database's log: an erasure may have met readers, and other deletions leave their bytes there too."""
    await _wipe()
