"""Moves all that is kept about somebody without an account to another e-mail address, and back.

If the other address is known too, the two become one person: nothing is lost, what either of them stopped or restricted
stays so, and an agreement counts that one gave and the other never took back. Back again, each has its own ledger and
rows, and nothing that says what the other agreed to. All of it in the caller's transaction.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import (
    Address,
    AddressChange,
    ContactThread,
    DataExport,
    LegalHold,
    LegalRequest,
    PendingConsent,
    StaffAccess,
)
from conference_app.purposes import LANGUAGE
from conference_app.services.addresses import joins, state_joins
from conference_app.services.addresses.joins import Joined
from conference_app.services.consent import ledger_moves, mail_stops
from conference_app.services.people.email_addresses import email_key
from conference_app.services.people.subjects import Subject

BY_KEY: tuple[type[Any], ...] = (ContactThread, LegalHold, StaffAccess, LegalRequest, AddressChange)
"""Tables whose rows are the person's by the address's key, and simply get another one."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did, so that it can be undone."""

    rows: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Table → numbers of the rows that came along by their key."""
    has_address: bool = False
    """Whether the old one had an `Address`, which has the new address now."""
    own_entries: int = 0
    """How many entries the ledger had of it before."""
    all_entries: int = 0
    """The same with those of the other; what comes later was written by whoever reads the new address."""
    joined: Joined | None = None
    """The `Address` that had the new address before, if there was one beside the old."""
    turn: int = 0
    """The how many-th of the person's moves it is: they are undone from the last on, whatever the clock said."""

    def as_json(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self))

    @staticmethod
    def of_json(text: str) -> Moved:
        """What `as_json` kept."""
        kept = json.loads(text)
        return Moved(**(kept | {"joined": Joined(**kept["joined"]) if kept["joined"] else None}))


async def move(db: AsyncSession, old_key: bytes, new_email: str, *, now: datetime) -> Moved:
    """Keep under `new_email` what is kept under the address of `old_key`."""
    new_key = email_key(new_email)
    old, new = await _address_id(db, old_key), await _address_id(db, new_key)
    await _copy_stops(db, old_key, new_key, now)
    rows = {_name(table): await _rekey(db, table, old_key, new_key) for table in BY_KEY}
    await _readdress(db, rows[_name(ContactThread)], new_email)
    await state_joins.join(db, old_key, new_key, now=now)
    if not old:
        return Moved(rows)
    # Asked for at the old address and confirmed by nobody: a link in its mails must open nothing for the new one.
    await db.exec(delete(PendingConsent).where(col(PendingConsent.address_id) == old))
    own_entries = await ledger_moves.count(db, _subject(old))
    joined = await joins.join(db, new, into=old, now=now) if new else None
    await _give(db, old, new_email)
    return Moved(rows, True, own_entries, await ledger_moves.count(db, _subject(old)), joined)


async def copies(db: AsyncSession, *emails: str) -> list[str]:
    """The numbers of copies that were made of what is kept under these addresses: they tell of one half only."""
    keys = [email_key(email) for email in emails]
    query = select(DataExport.id).where(col(DataExport.email_key).in_(keys), col(DataExport.account_id).is_(None))
    return list((await db.exec(query)).all())


async def move_back(
    db: AsyncSession, moved: Moved, old_email: str, new_email: str, *, since: datetime, now: datetime
) -> None:
    """Give what came along back to `old_email`; what came to be after the move, at `since`, stays with `new_email`.

    What was stopped or restricted meanwhile stays so for both.
    """
    old_key, new_key = email_key(old_email), email_key(new_email)
    await _copy_stops(db, new_key, old_key, now)
    for table in BY_KEY:
        ids = moved.rows.get(_name(table), [])
        mine = col(table.id).in_(ids), col(table.email_key) == new_key
        await db.exec(update(table).where(*mine).values(email_key=old_key))
    await _readdress(db, moved.rows.get(_name(ContactThread), []), old_email)
    if moved.has_address and (both := await _address_id(db, new_key)):
        await _part(db, both, moved, old_email, new_email, since=since, now=now)
    await state_joins.part(db, new_key, old_key)


async def _part(
    db: AsyncSession, both: str, moved: Moved, old_email: str, new_email: str, *, since: datetime, now: datetime
) -> None:
    """Make two of the address `both`, each with the ledger entries that were written by whoever reads its mails."""
    mine = await joins.renumber(db, both)
    await ledger_moves.hand_on(db, _subject(both), _subject(mine), last=moved.own_entries, now=now)
    theirs = await _other(db, mine, moved.joined, new_email, since)
    is_used = await joins.give_later(db, mine, theirs, since) or moved.joined is not None
    await ledger_moves.hand_on(db, _subject(both), _subject(theirs), first=moved.all_entries, now=now)
    if not is_used and not await ledger_moves.count(db, _subject(theirs)):
        await db.exec(delete(Address).where(col(Address.id) == theirs))
    if anew := await _address_id(db, email_key(old_email)):  # somebody signed up with it meanwhile
        await joins.join(db, anew, into=mine, now=now)
    await _give(db, mine, old_email)


async def _other(db: AsyncSession, mine: str, joined: Joined | None, new_email: str, since: datetime) -> str:
    """The number of who reads the new address: the one it had before the move, or a new one."""
    if joined is not None:
        await joins.part(db, joined, mine, new_email)
        return joined.id
    async with database.within(db, LANGUAGE) as own:
        language = (await own.exec(select(Address.language).where(Address.id == mine))).one()
    row = Address(email=new_email, email_key=email_key(new_email), language=language, created_at=since)
    db.add(row)
    await db.flush()
    return row.id


def _subject(address_id: str) -> Subject:
    return Subject("address", address_id)


async def _address_id(db: AsyncSession, key: bytes) -> str:
    return (await db.exec(select(Address.id).where(Address.email_key == key))).first() or ""


async def _give(db: AsyncSession, address_id: str, email: str) -> None:
    mine = update(Address).where(col(Address.id) == address_id)
    await db.exec(mine.values(email=email, email_key=email_key(email)))


def _name(table: type[Any]) -> str:
    return str(table.__tablename__)


async def _rekey(db: AsyncSession, table: type[Any], old_key: bytes, new_key: bytes) -> list[str]:
    statement = update(table).where(col(table.email_key) == old_key).values(email_key=new_key)
    return [row[0] for row in (await db.exec(statement.returning(col(table.id)))).all()]


async def _readdress(db: AsyncSession, thread_ids: list[str], email: str) -> None:
    mine = col(ContactThread.id).in_(thread_ids), col(ContactThread.email_key) == email_key(email)
    await db.exec(update(ContactThread).where(*mine).values(email=email))


async def _copy_stops(db: AsyncSession, source: bytes, target: bytes, now: datetime) -> None:
    for purpose in await mail_stops.of_key(db, source):
        await mail_stops.stop(db, target, purpose, now=now)
