"""Sends an account out of every running meeting, with all its tabs: who is signed in to it again may come back."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import Unavailable
from conference_app.models import Admission, Meeting
from conference_app.purposes import ADMISSIONS, MEETINGS
from conference_app.services.media_server.room_service import room_admin
from conference_app.services.meetings import open_meetings
from conference_app.services.room.visitors import identity_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a tab of the account was."""

    room: str
    identity: str


async def take_all(db: AsyncSession, account_id: str) -> list[Seat]:
    """Take the account's seats in the caller's transaction; then no token of theirs opens a room any more.

    `send_out` afterwards sends out who is inside.
    """
    async with database.within(db, MEETINGS, ADMISSIONS) as own:
        running = (await own.exec(select(Meeting).where(*open_meetings.IS_OPEN))).all()
        persons = [identity_of(meeting, "", account_id)[1] for meeting in running]
        seated = col(Admission.person).in_(persons), col(Admission.seat_at).is_not(None)
        rows = (await own.exec(select(Admission).where(*seated))).all()
        for row in rows:
            row.seat_at = None
        return [Seat(row.room, row.identity) for row in rows]


async def send_out(seats: list[Seat]) -> None:
    """Send out who sat there."""
    for one in seats:
        try:
            await room_admin().remove(one.room, one.identity)
        except Unavailable:
            logger.warning("a person whose sessions were ended could not be sent out of a room now")
