"""What a host may do to those inside: mute, send out, lock the door, end for all."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlmodel import select

from conference_app import database
from conference_app.errors import NotFound
from conference_app.models import Admission
from conference_app.purposes import ADMISSIONS, MEETINGS
from conference_app.services.media_server.room_service import room_admin
from conference_app.services.meetings import meetings
from conference_app.services.room.visitors import IDENTITY
from conference_app.texts import n_

_TRACK = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""The form of LiveKit's track sids."""


async def _own_room(account_id: str, code: str) -> str:
    async with database.reading(MEETINGS) as db:
        return (await meetings.own_row(db, account_id, code)).room


async def mute(account_id: str, code: str, identity: str, track_sid: str) -> None:
    """Mute somebody's track. Raises NotFound, Unavailable."""
    room = await _own_room(account_id, code)
    if not IDENTITY.fullmatch(identity) or not _TRACK.fullmatch(track_sid):
        raise NotFound(n_("This person is no longer in the room."))
    await room_admin().mute_track(room, identity, track_sid)


async def remove(account_id: str, code: str, identity: str, *, now: datetime | None = None) -> None:
    """Send somebody out and give them no new token for this meeting. Raises NotFound, Unavailable.

    An account is kept out with all its tabs. A guest is known by the tab alone: to keep out one who comes back with
    another browser, lock the meeting.
    """
    async with database.session(MEETINGS, ADMISSIONS) as db:
        meeting = await meetings.own_row(db, account_id, code)
        row = await db.get(Admission, (meeting.id, meeting.room, identity)) if IDENTITY.fullmatch(identity) else None
        if row is None or identity.startswith("host-"):
            raise NotFound(n_("This person is no longer in the room."))
        row.removed_at = row.removed_at or now or datetime.now(UTC)
        query = select(Admission.identity).where(Admission.room == meeting.room, Admission.person == row.person)
        tabs = (await db.exec(query)).all()
    for tab in tabs:
        await room_admin().remove(meeting.room, tab)


async def lock(account_id: str, code: str, locked: bool) -> None:
    """Lock or unlock the door. Raises NotFound, NotAllowed."""
    await meetings.set_locked(account_id, code, locked)


async def end(account_id: str, code: str) -> None:
    """End for all. Raises NotFound, Unavailable (the meeting is marked ended even then)."""
    await room_admin().end(await meetings.close_room(account_id, code))
