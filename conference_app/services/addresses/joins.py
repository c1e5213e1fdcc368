"""Two rows of `Address` that turn out to be one person: joined under one number, and parted again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import Address, AuditEntry, Case, MeetingMailGrant, OutgoingEmail, PendingConsent
from conference_app.models.columns import new_id
from conference_app.purposes import CONSENT_PROOF, FIND_ADDRESS, LANGUAGE
from conference_app.services.consent import ledger_moves
from conference_app.services.mail import outbox
from conference_app.services.people.email_addresses import email_key
from conference_app.services.people.subjects import Subject

BY_NUMBER: tuple[tuple[type[Any], str, str], ...] = (
    (OutgoingEmail, "address_id", "created_at"),
    (AuditEntry, "address_id", "at"),
    (PendingConsent, "address_id", "asked_at"),
    (Case, "subject_id", "opened_at"),
)
"""Tables whose rows name an `Address` in a column, and simply get another number; and when a row was made."""
_GRANTS = (MeetingMailGrant, "address_id", "created_at")
"""The same of a table where an address has one row for each meeting."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The `Address` that is no more, and what it brought."""

    id: str
    language: str
    created_at: str
    """ISO 8601."""
    rows: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Table → numbers of its rows."""
    meetings: list[str] = field(default_factory=list[str])
    """Those it takes part in."""
    shared: list[str] = field(default_factory=list[str])
    """Of these, those where the other one takes part too."""


async def join(db: AsyncSession, gone: str, *, into: str, now: datetime) -> Joined:
    """Give the address `into` all that belongs to the address `gone`, which ends to exist."""
    async with database.within(db, LANGUAGE, FIND_ADDRESS) as own:
        row = (await own.exec(select(Address).where(Address.id == gone))).one()
    await ledger_moves.take_over(db, Subject("address", gone), Subject("address", into), now=now)
    await _drop_doubles(db, gone, into)
    rows = {table.__tablename__: await _renumber(db, table, name, gone, into) for table, name, _at in BY_NUMBER}
    meetings, shared = await _join_grants(db, gone, into)
    await db.exec(delete(Address).where(col(Address.id) == gone))
    return Joined(gone, row.language, row.created_at.isoformat(), rows, meetings, shared)


async def renumber(db: AsyncSession, number: str) -> str:
    """Give the address `number` another number, to which its ledger does not come along; the new one.

    Its e-mail address is free then, and has to be given anew.
    """
    async with database.within(db, LANGUAGE, FIND_ADDRESS) as own:
        row = (await own.exec(select(Address).where(Address.id == number))).one()
    nobodys_key = secrets.token_bytes(32)
    new = Address(id=new_id(), email="", email_key=nobodys_key, language=row.language, created_at=row.created_at)
    db.add(new)
    await db.flush()
    for table, name, _at in (*BY_NUMBER, _GRANTS):
        await db.exec(update(table).where(col(getattr(table, name)) == number).values({name: new.id}))
    await db.exec(delete(Address).where(col(Address.id) == number))
    return new.id


async def part(db: AsyncSession, joined: Joined, kept: str, email: str) -> None:
    """Make the address again that was joined into the address `kept`, as `email`, with the rows it had brought."""
    created_at = datetime.fromisoformat(joined.created_at)
    key = email_key(email)
    db.add(Address(id=joined.id, email=email, email_key=key, language=joined.language, created_at=created_at))
    await db.flush()
    for table, name, _at in BY_NUMBER:
        mine = col(table.id).in_(joined.rows.get(table.__tablename__, [])), col(getattr(table, name)) == kept
        await db.exec(update(table).where(*mine).values({name: joined.id}))
    await _part_grants(db, joined, kept)


async def give_later(db: AsyncSession, kept: str, other: str, since: datetime) -> bool:
    """Give the address `other` what came to be under the number `kept` after `since`; whether there was anything."""
    given = False
    for table, name, at in BY_NUMBER:
        later = col(getattr(table, name)) == kept, col(getattr(table, at)) > since
        given = (await db.exec(update(table).where(*later).values({name: other}))).rowcount > 0 or given
    return await _give_later_grants(db, kept, other, since) or given


async def _give_later_grants(db: AsyncSession, kept: str, other: str, since: datetime) -> bool:
    """Of a meeting where both take part, the other has its grant already."""
    both = select(MeetingMailGrant.meeting_id).where(MeetingMailGrant.address_id == other)
    later = col(MeetingMailGrant.address_id) == kept, col(MeetingMailGrant.created_at) > since
    of_kept = update(MeetingMailGrant).where(*later, col(MeetingMailGrant.meeting_id).not_in(both))
    return (await db.exec(of_kept.values(address_id=other))).rowcount > 0


async def _renumber(db: AsyncSession, table: type[Any], name: str, gone: str, into: str) -> list[str]:
    statement = update(table).where(col(getattr(table, name)) == gone).values({name: into})
    return [row[0] for row in (await db.exec(statement.returning(col(table.id)))).all()]


async def _drop_doubles(db: AsyncSession, gone: str, into: str) -> None:
    """Of a newsletter that waits for both, one is enough."""
    theirs = select(OutgoingEmail.newsletter_id).where(OutgoingEmail.address_id == into)
    doubles = (
        col(OutgoingEmail.address_id) == gone,
        col(OutgoingEmail.status) == outbox.Status.QUEUED,
        col(OutgoingEmail.newsletter_id).in_(theirs.where(col(OutgoingEmail.newsletter_id).is_not(None))),
    )
    await db.exec(delete(OutgoingEmail).where(*doubles))


async def _grants(db: AsyncSession, address_id: str) -> dict[str, MeetingMailGrant]:
    query = select(MeetingMailGrant).where(MeetingMailGrant.address_id == address_id)
    async with database.within(db, CONSENT_PROOF) as own:
        return {row.meeting_id: row for row in (await own.exec(query)).all()}


async def _join_grants(db: AsyncSession, gone: str, into: str) -> tuple[list[str], list[str]]:
    """Where both take part in a meeting, only the mails that both wanted still come: the other may have been stopped."""
    theirs, mine = await _grants(db, gone), await _grants(db, into)
    for meeting_id, grant in theirs.items():
        at = col(MeetingMailGrant.meeting_id) == meeting_id
        if (both := mine.get(meeting_id)) is None:
            of_gone = update(MeetingMailGrant).where(at, col(MeetingMailGrant.address_id) == gone)
            await db.exec(of_gone.values(address_id=into))
            continue
        await db.exec(
            update(MeetingMailGrant)
            .where(at, col(MeetingMailGrant.address_id) == into)
            .values(
                wants_reminder=both.wants_reminder and grant.wants_reminder,
                wants_follow_up=both.wants_follow_up and grant.wants_follow_up,
            )
        )
    await db.exec(delete(MeetingMailGrant).where(col(MeetingMailGrant.address_id) == gone))
    return sorted(theirs), sorted(theirs.keys() & mine.keys())


async def _part_grants(db: AsyncSession, joined: Joined, kept: str) -> None:
    """Each gets its own again, with what is wanted now. One that both had before goes to both."""
    for meeting_id, grant in (await _grants(db, kept)).items():
        if meeting_id in joined.meetings:
            db.add(
                MeetingMailGrant(
                    meeting_id=meeting_id,
                    address_id=joined.id,
                    wants_reminder=grant.wants_reminder,
                    wants_follow_up=grant.wants_follow_up,
                    created_at=grant.created_at,
                )
            )
            if meeting_id not in joined.shared:
                gone = col(MeetingMailGrant.meeting_id) == meeting_id, col(MeetingMailGrant.address_id) == kept
                await db.exec(delete(MeetingMailGrant).where(*gone))
