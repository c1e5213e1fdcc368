"""Who is in the open rooms of a host, and how many wait: for the host's own pages."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func
from sqlmodel import col, select

from conference_app import database
from conference_app.errors import Unavailable
from conference_app.models import Meeting, WaitingGuest
from conference_app.purposes import MEETINGS
from conference_app.services.media_server.room_service import room_admin
from conference_app.services.meetings import open_meetings
from conference_app.services.room import waiting


@dataclass(frozen=True, slots=True)
class Occupancy:
    """What is to be said of one meeting now."""

    names: tuple[str, ...] = field(default=(), repr=False)
    """Of those inside."""
    is_known: bool = True
    """False while the media server does not answer."""
    waiting: int = 0


NOBODY = Occupancy()


async def of_account(account_id: str, *, now: datetime | None = None) -> dict[str, Occupancy]:
    """By number of the meeting; those that are not here have nobody inside and nobody who waits."""
    is_own = col(Meeting.account_id) == account_id
    async with database.reading(MEETINGS) as db:
        rooms = (await db.exec(select(Meeting.id, Meeting.room).where(is_own, *open_meetings.IS_OPEN))).all()
        query = select(col(WaitingGuest.meeting_id), func.count()).join(Meeting).where(is_own)
        counted = await db.exec(
            query.where(*waiting.is_current(now or datetime.now(UTC))).group_by(col(WaitingGuest.meeting_id))
        )
        waits = dict(counted.all())
    people = await asyncio.gather(*(_inside(room) for _id, room in rooms))
    inside = dict(zip([meeting_id for meeting_id, _room in rooms], people, strict=True))
    return {
        one: Occupancy(tuple(inside.get(one, ()) or ()), inside.get(one, ()) is not None, waits.get(one, 0))
        for one in {*inside, *waits}
    }


async def _inside(room: str) -> list[str] | None:
    """Names of those in the room; None if the media server does not answer."""
    try:
        return sorted(name or identity for identity, name in (await room_admin().participants(room)).items())
    except Unavailable:
        return None
