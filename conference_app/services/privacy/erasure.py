"""Erasing: done after some days to whoever asked for it, or when an account's time is over.

Walks the data map and deletes every row that belongs to the person, except in tables that say why theirs stay; then the
files, and what the database still holds of the deleted bytes. Asks nobody: who may be erased is `erasure_requests`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import Address, Erasure, Job, OutgoingEmail
from conference_app.models.columns import new_id
from conference_app.purposes import RIGHTS
from conference_app.services.jobs import queue
from conference_app.services.mail import outbox
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import export, privacy_requests
from conference_app.services.room import host_rooms
from conference_app.services.room.host_rooms import HostRoom

logger = logging.getLogger(__name__)


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
Still = Callable[[AsyncSession], Awaitable[bool]]
"""Whether somebody is still to be erased."""
_forgetters: list[Forgetter] = []


def also(forgetter: Forgetter) -> Forgetter:
    """Have `forgetter` called with each erasure: for what keeps emails or files outside the database."""
    if forgetter not in _forgetters:
        _forgetters.append(forgetter)
    return forgetter


async def preview(person: DataOwner) -> Preview:
    """What would go and what would stay."""
    known = personal_rows.tables()
    async with database.reading() as db:
        counts = await personal_rows.count(db, person)
    goes = {name: number for name, number in counts.items() if not known[name].stays}
    return Preview(goes, {name: known[name].stays for name in counts if known[name].stays})


@dataclass(frozen=True, slots=True)
class _Gone:
    """What a deleted person's rows led to, for what follows when they are gone."""

    rows: int
    traces: Traces
    files: list[str]
    rooms: list[HostRoom]


async def erase(person: DataOwner, *, now: datetime, still: Still | None = None) -> int:
    """Delete all that belongs to `person`, now; how many rows that were.

    `still` is asked in the transaction that deletes: what was decided before it may have been taken back since.
    """
    async with database.session() as db:
        if still is not None and not await still(db):
            return 0
        gone = await _delete_all(db, person, now)
    await export.remove(gone.files)
    await host_rooms.send_home(gone.rooms)
    for forgetter in _forgetters:
        await forgetter(gone.traces)
    await _wipe()
    logger.info("a person was erased: %d rows", gone.rows)
    return gone.rows


async def _delete_all(db: AsyncSession, person: DataOwner, now: datetime) -> _Gone:
    traces = await _traces(db, person)
    files = await export.files_of(db, person)
    rooms = await host_rooms.of_host(db, person.account_id) if person.account_id else []
    ids, messages = await _ids(db, person), await _messages(db, person)
    await privacy_requests.all_closed(db, person, now=now)
    rows = await _delete_rows(db, person) + await _delete_jobs(db, ids, messages)
    db.add(Erasure(id=new_id(), kind=person.kind, rows=rows, erased_at=now))
    return _Gone(rows, traces, files, rooms)


async def _traces(db: AsyncSession, person: DataOwner) -> Traces:
    """Every address that any row of the person holds, also those of other days."""
    found = set[str]()
    for name, one in personal_rows.tables().items():
        columns = [one.table.columns[column] for column in one.tags if column.split("_")[-1] == "email"]
        if columns:
            async with database.within(db, RIGHTS) as own:
                result = await own.stream(select_columns(*columns).where(personal_rows.filter_of(name, person)))
                found |= {value async for row in result for value in row if value}
    return Traces(tuple(sorted(found)))


async def _ids(db: AsyncSession, person: DataOwner) -> list[str]:
    """Numbers that lead to the person: those of the rows that are the person."""
    found = [person.account_id] if person.account_id else []
    addresses = select(Address.id).where(col(Address.email_key).in_(person.email_keys))
    return [*found, *(await db.exec(addresses)).all()]


async def _messages(db: AsyncSession, person: DataOwner) -> list[str]:
    query = select(OutgoingEmail.id).where(personal_rows.filter_of("outgoing_email", person))
    return list((await db.exec(query)).all())


async def _delete_rows(db: AsyncSession, person: DataOwner) -> int:
    """Children first, since a row is found through those it refers to."""
    known, gone = personal_rows.tables(), 0
    connection = await db.connection()
    filters: list[tuple[str, ColumnElement[bool]]] = [
        (name, personal_rows.filter_of(name, person)) for name in known if not known[name].stays
    ]
    for name, mine in reversed(filters):
        result = await connection.execute(delete(known[name].table).where(mine))
        gone += max(result.rowcount, 0)
    return gone


async def _delete_jobs(db: AsyncSession, ids: list[str], messages: list[str]) -> int:
    """Work that was planned for the person: its payload names their number, or it sends one of their emails."""
    gone = 0
    connection = await db.connection()
    planned = [col(Job.payload).contains(one, autoescape=True) for one in ids]
    for these in (*planned, col(Job.unique_key).in_([outbox.job_key(one) for one in messages])):
        result = await connection.execute(delete(Job).where(these))
        gone += max(result.rowcount, 0)
    return gone


async def _wipe() -> None:
    if not await database.wipe([*personal_rows.tables(), "job"]):
        logger.warning("the database's log could not be emptied now; the next erasure or sweep does it")


@queue.periodic("privacy.wipe", every=timedelta(hours=6))
async def wipe_again(_payload: queue.Payload) -> None:
    """Empty the database's log: an erasure may have met readers, and other deletions leave their bytes there too."""
    await _wipe()
