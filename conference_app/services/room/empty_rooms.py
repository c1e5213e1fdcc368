"""Rooms in which nobody is any more: after ten minutes the meeting is over, or waits for its host again."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlmodel import col, select

from conference_app import database
from conference_app.errors import Unavailable
from conference_app.models import Admission, Meeting
from conference_app.purposes import ADMISSIONS, MEETINGS
from conference_app.services.jobs import queue
from conference_app.services.media_server.room_service import room_admin
from conference_app.services.meetings import meetings, open_meetings
from conference_app.services.room import waiting
from conference_app.services.room.seats import COMING_IN

logger = logging.getLogger(__name__)

EMPTY_FOR = timedelta(minutes=10)


@queue.periodic("room.empty", every=timedelta(minutes=1))
async def run(_payload: queue.Payload) -> None:
    """Look into every open room, and close those that have been empty for long."""
    await close(queue.now())


async def close(now: datetime) -> None:
    """Note which open rooms are empty at `now`, and close those that have been for `EMPTY_FOR`.

    While the media server does not answer nobody knows, and nothing is closed.
    """
    async with database.reading() as db:
        rooms = (await db.exec(select(Meeting.room).where(*open_meetings.IS_OPEN))).all()
    try:
        occupied = await room_admin().occupied(rooms)
    except Unavailable:
        return
    for room in rooms:
        await _note(room, room in occupied, now)


async def _note(room: str, is_occupied: bool, now: datetime) -> None:
    async with database.session(MEETINGS, ADMISSIONS) as db:
        query = select(Meeting).where(*open_meetings.IS_OPEN, Meeting.room == room).with_for_update()
        meeting = (await db.exec(query)).first()
        if meeting is None:
            return
        coming = select(Admission.identity).where(Admission.room == room, col(Admission.seat_at) > now - COMING_IN)
        if is_occupied or (await db.exec(coming)).first() is not None:
            meeting.empty_since = None
            return
        meeting.empty_since = meeting.empty_since or now
        if meeting.empty_since > now - EMPTY_FOR:
            return
        # A meeting without a set time, or before it, was tried out or takes a break: its link stays good.
        is_over = meeting.starts_at is not None and meeting.starts_at <= now
        await meetings.close_row(db, meeting, meeting.empty_since, is_over=is_over)
    waiting.tell_all(meeting)
    logger.info("an empty room was closed")
