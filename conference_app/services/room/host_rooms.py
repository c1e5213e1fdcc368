"""The rooms of a host who deactivates or erases the account: they end at once."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import NotFound, Unavailable
from conference_app.models import Meeting
from conference_app.purposes import MEETINGS
from conference_app.services.jobs import wake_ups
from conference_app.services.media_server.room_service import room_admin
from conference_app.services.meetings import meetings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HostRoom:
    """A meeting of the host, as far as it takes to end it after its row is gone."""

    topic: str
    room: str
    is_open: bool


async def of_host(db: AsyncSession, account_id: str) -> list[HostRoom]:
    """Every meeting of the account."""
    async with database.within(db, MEETINGS) as own:
        found = (await own.exec(select(Meeting).where(Meeting.account_id == account_id))).all()
        return [_room_of(one) for one in found]


def _room_of(meeting: Meeting) -> HostRoom:
    return HostRoom(meetings.topic_of(meeting), meeting.room, meetings.state_of(meeting) in ("open", "locked"))


async def send_home(rooms: list[HostRoom]) -> None:
    """Tell who watches these meetings, and end the rooms that are open."""
    for one in rooms:
        wake_ups.publish(one.topic)
        if one.is_open:
            try:
                await room_admin().end(one.room)
            except (Unavailable, NotFound):
                logger.warning("a room of a deactivated account could not be ended now")
