"""What a host may order the server: let in, send out, lock, hand over, end for all. To mute is ordered from browser to browser."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, NotAllowed, NotFound
from conference_app.models import Admission, Meeting, WaitingGuest
from conference_app.purposes import ADMISSIONS, ENCRYPTION, MEETINGS
from conference_app.services.encryption import groups, news, presence
from conference_app.services.media_server.room_service import room_admin
from conference_app.services.meetings import meetings
from conference_app.services.room import waiting
from conference_app.services.room.hosts import Caller, hosted
from conference_app.services.room.visitors import IDENTITY
from conference_app.texts import n_

_GONE = n_("This person is no longer in the room.")
EVERYBODY = ""
"""In place of an identity."""


async def remove(caller: Caller, code: str, identity: str, *, now: datetime | None = None) -> None:
    """Send somebody out and give them no new token for this meeting. Raises NotFound, Unavailable.

    An account is kept out with all its tabs. A guest is known by the tab alone: one who comes back with another browser
    waits at a locked meeting. The organizer cannot be sent out, and whom they gave the host's rights only by them.
    """
    async with database.session(MEETINGS, ADMISSIONS) as db:
        meeting = await hosted(db, caller, code)
        row = await _inside(db, meeting, identity)
        if row.may_host and caller.account_id != meeting.account_id:
            raise NotAllowed(n_("Only the person who planned the meeting can remove a host."))
        row.removed_at = row.removed_at or now or datetime.now(UTC)
        query = select(Admission.identity).where(Admission.room == meeting.room, Admission.person == row.person)
        tabs = (await db.exec(query)).all()
        await presence.remove(db, meeting.room, tabs)
    for tab in tabs:
        await room_admin().remove(meeting.room, tab)


async def _inside(db: AsyncSession, meeting: Meeting, identity: str) -> Admission:
    """The admission of somebody who is not the organizer. Raises NotFound."""
    row = await db.get(Admission, (meeting.id, meeting.room, identity)) if IDENTITY.fullmatch(identity) else None
    if row is None or identity.startswith("host-"):
        raise NotFound(_GONE)
    return row


async def lock(caller: Caller, code: str, locked: bool) -> None:
    """Have who is new wait until they are let in, or no longer. Raises NotFound, NotAllowed when it is not open."""
    async with database.session(MEETINGS, ADMISSIONS) as db:
        meeting = await hosted(db, caller, code)
        if not meetings.is_open(meeting):
            raise NotAllowed(n_("Only a running meeting can be locked."))
        meeting.is_locked = locked is True
    waiting.tell_all(meeting)


async def admit(
    caller: Caller, code: str, identity: str = EVERYBODY, *, tickets: str = "", now: datetime | None = None
) -> None:
    """Let in somebody who waits, or all of them. Raises NotFound, ConferenceError for tickets that are none.

    `tickets`: JSON, what the host's browser has signed for the browsers of those, by identity (`news.checked_ticket`).
    Only those with a ticket are let in by it; without any, who proved to have the link still gets in by that.
    """
    now, signed = now or datetime.now(UTC), news.checked_tickets(tickets)
    async with database.session(MEETINGS, ADMISSIONS, ENCRYPTION) as db:
        meeting = await hosted(db, caller, code, is_locked=True)
        rows = await waiting.rows_of(db, meeting.id, now, identity)
        if identity and not rows:
            raise NotFound(n_("This person no longer waits."))
        for row in rows:
            await _let_in(db, meeting, row, signed.get(row.identity), now)
    waiting.tell_all(meeting)


async def _let_in(db: AsyncSession, meeting: Meeting, row: WaitingGuest, ticket: str | None, now: datetime) -> None:
    admission = await db.get(Admission, (meeting.id, meeting.room, row.identity))
    if admission is None:
        admission = Admission(
            meeting_id=meeting.id,
            room=meeting.room,
            identity=row.identity,
            person=row.person,
            network=row.network,
            admitted_at=now,
        )
        db.add(admission)
    admission.ticket, admission.leaf_key = ticket, row.leaf_key if ticket else ""
    await db.delete(row)


async def refuse(caller: Caller, code: str, identity: str, *, now: datetime | None = None) -> None:
    """Do not let in somebody who waits; they may ask again in a minute. Raises NotFound."""
    now = now or datetime.now(UTC)
    async with database.session(MEETINGS, ADMISSIONS) as db:
        meeting = await hosted(db, caller, code)
        rows = await waiting.rows_of(db, meeting.id, now, identity)
        if not identity or not rows:
            raise NotFound(n_("This person no longer waits."))
        rows[0].refused_at = now
    waiting.tell_all(meeting)


async def hand_over(caller: Caller, code: str, identity: str, *, ticket: str = "") -> None:
    """Give the host's rights to somebody inside, until the room closes. Raises NotFound, Unavailable.

    `ticket` is the organizer's signature of it, which the person is given to show to the others (`news.checked_ticket`).

    The media server tells everybody; the database is what counts when they give an order or come back.
    """
    checked = news.checked_ticket(ticket) if ticket else None
    async with database.session(MEETINGS, ADMISSIONS) as db:
        meeting = await hosted(db, caller, code)
        row = await _inside(db, meeting, identity)
        if row.removed_at is not None or not meetings.is_open(meeting):
            raise NotFound(_GONE)
        row.may_host = True
        row.ticket = checked
        await groups.changed(db, meeting.room)
    try:
        await room_admin().make_host(meeting.room, identity)
    except ConferenceError:
        await _take_back(meeting, identity)
        raise


async def _take_back(meeting: Meeting, identity: str) -> None:
    """Nobody got to know of it, and the person may be gone: they are no host."""
    async with database.session(ADMISSIONS) as db:
        row = await db.get(Admission, (meeting.id, meeting.room, identity))
        if row is not None:
            row.may_host, row.ticket = False, None


async def end(caller: Caller, code: str, *, now: datetime | None = None) -> None:
    """End for all, in the very room that is open now. Raises NotFound, Unavailable (the meeting is ended even then)."""
    async with database.session(MEETINGS, ADMISSIONS) as db:
        meeting = await hosted(db, caller, code, is_locked=True)
        await meetings.close_row(db, meeting, now or datetime.now(UTC), is_over=True)
    waiting.tell_all(meeting)
    await room_admin().end(meeting.room)
