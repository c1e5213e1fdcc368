"""Who was let into the room of a meeting, and whether that still holds."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import Admission, Meeting
from conference_app.purposes import ADMISSIONS, MEETINGS
from conference_app.services.consent import person_state
from conference_app.services.room.visitors import IDENTITY, Visitor


async def earlier(db: AsyncSession, meeting: Meeting, visitor: Visitor) -> Admission | None:
    """The visitor's earlier admission to this room, or the one that tells that this person was sent out."""
    query = select(Admission).where(
        Admission.meeting_id == meeting.id, Admission.room == meeting.room, Admission.person == visitor.person
    )
    rows = (await db.exec(query)).all()
    removed = [row for row in rows if row.removed_at is not None]
    same_tab = [row for row in rows if row.identity == visitor.identity]
    return (removed or same_tab or [None])[0]


def admission(meeting: Meeting, visitor: Visitor, now: datetime) -> Admission:
    """The row that says that the visitor was let in, to be added. It has no seat yet (`seats.take`)."""
    return Admission(
        meeting_id=meeting.id,
        room=meeting.room,
        identity=visitor.identity,
        person=visitor.person,
        admitted_at=now,
    )


async def admits(room: str, identity: str) -> bool:
    """Whether `identity` may be in `room` now: admitted and not sent out, its seat not given to somebody else, the meeting
    not ended, its host's account not deactivated.

    The signalling relay asks this before it lets a token through, since a token outlives a removal by minutes.
    """
    return bool(await admitted(room, [identity]))


async def admitted(room: str, identities: Collection[str]) -> set[str]:
    """Those of `identities` who may be in `room` now."""
    known = [identity for identity in identities if IDENTITY.fullmatch(identity)]
    query = (
        select(Admission.identity, Admission.person, Meeting.account_id)
        .join(Meeting, col(Meeting.id) == col(Admission.meeting_id))
        .where(Admission.room == room, Meeting.room == room, col(Admission.identity).in_(known))
        .where(col(Meeting.ended_at).is_(None), col(Admission.seat_at).is_not(None))
    )
    removed = select(Admission.person).where(Admission.room == room, col(Admission.removed_at).is_not(None))
    async with database.reading(ADMISSIONS, MEETINGS) as db:
        rows = (await db.exec(query)).all()
        if not rows or await person_state.is_deactivated(db, rows[0][2]):
            return set()
        out = set((await db.exec(removed)).all())
    return {identity for identity, person, _host in rows if person not in out}
