"""Coming into a meeting: who asks gets a place, waits, or hears why not (`door`)."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

from conference_app import database
from conference_app.config import settings
from conference_app.errors import NotAllowed, NotFound
from conference_app.models import Meeting
from conference_app.purposes import ADMISSIONS, MEETINGS
from conference_app.services.accounts import may_invite
from conference_app.services.jobs import wake_ups
from conference_app.services.limits import rate_limits
from conference_app.services.media_server.access_tokens import Role, room_token
from conference_app.services.media_server.room_service import room_admin
from conference_app.services.meetings import meetings, open_meetings
from conference_app.services.meetings.meetings import PublicMeeting
from conference_app.services.room import admissions, entry_checks, seats, visitors
from conference_app.services.room.visitors import Visitor
from conference_app.services.sign_in.sessions import SignedIn
from conference_app.texts import n_


@dataclass(frozen=True, slots=True)
class Admitted:
    """The way into the room."""

    token: str = field(repr=False)
    identity: str
    name: str = field(repr=False)
    role: Role
    subject: str = field(repr=False)
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not open yet: await `wait_until_admitted(code)` and call `join` again."""

    code: str = field(repr=False)


async def join(
    code: str,
    *,
    name: str,
    pass_phrase: str,
    tab_id: str,
    session: SignedIn | None,
    address: str,
    now: datetime | None = None,
) -> Admitted | Waiting:
    """Ask for a place. `tab_id` is the tab's secret (`session.tab_id(state)`), so that a reload is the same person.

    The organizer's own join opens a waiting meeting. `name` may be empty for people who are signed in.
    Raises NotFound, InvalidInput (field name), NotAllowed (the host's address is not confirmed, or changed terms wait),
    WrongPassPhrase, Removed, MeetingLocked, MeetingEnded, RoomFull, TooManyAttempts, Unavailable (no room for another
    meeting, or who is in a full room cannot be asked).
    """
    network, now = rate_limits.network_of(address), now or datetime.now(UTC)
    await rate_limits.count(rate_limits.JOIN_PER_ADDRESS, network)
    meeting = await meetings.row_at_door(code, network)
    entry_checks.check_not_ended(meeting)
    visitor = visitors.visitor_of(meeting, name, tab_id, session)
    if visitor.is_host and session is not None and session.must_accept:
        raise NotAllowed(n_("Our terms have changed. Open your meetings, accept them there, and come back."))
    if not visitor.is_host:
        await entry_checks.check_host_may_invite(meeting)
        await entry_checks.check_pass_phrase(meeting, pass_phrase, network)
        if meeting.opened_at is None:
            return Waiting(meeting.code)
    admitted = functools.partial(_admit, meeting.id, visitor, network, now)
    try:
        meeting = await admitted()
    except seats.AllTaken:
        meeting = await admitted(present=await room_admin().participants(meeting.room))
    return await _place(meeting, visitor, now)


async def _admit(
    meeting_id: str, visitor: Visitor, network: str, now: datetime, *, present: Collection[str] | None = None
) -> Meeting:
    """Write the admission down and give it a seat, on what the database says now. The host opens the door."""
    async with database.session(MEETINGS, ADMISSIONS) as db:
        meeting = await db.get(Meeting, meeting_id, with_for_update=True)
        if meeting is None:
            raise NotFound(meetings.NO_MEETING)
        entry_checks.check_not_ended(meeting)
        earlier = await admissions.earlier(db, meeting, visitor)
        entry_checks.check_open_to(visitor, meeting, earlier)
        opens = visitor.is_host and meeting.opened_at is None
        if opens:
            await may_invite.require(db, meeting.account_id)
            await open_meetings.check_one_more(db, meeting.account_id)
            meetings.open_row(meeting, now)
        row = earlier or admissions.admission(meeting, visitor, now)
        row.network = seats.network_key(meeting.room, network)
        if visitor.is_host:
            row.seat_at = now
        else:
            await seats.take(db, row, now=now, present=present)
        db.add(row)
    if opens:
        wake_ups.publish(meetings.topic_of(meeting))
    return meeting


async def _place(meeting: Meeting, visitor: Visitor, now: datetime) -> Admitted:
    role: Role = "host" if visitor.is_host else "guest"
    about = await visitors.shown_beside(visitor, meeting.room, now)
    return Admitted(
        token=room_token(meeting.room, visitor.identity, visitor.name, role, about=about, now=now),
        identity=visitor.identity,
        name=visitor.name,
        role=role,
        subject=meeting.subject,
        expires_in_s=settings().room_token_minutes * 60,
    )


async def wait_until_admitted(code: str, *, timeout_s: float = 3600) -> PublicMeeting:
    """Sleep until the meeting is no longer `waiting`, or `timeout_s` is over. Call in a background handler.

    Raises NotFound when it is deleted meanwhile, Unavailable when too many wait already. Wrong codes are not counted
    here: call it only after `join` has answered Waiting.
    """
    deadline = asyncio.get_running_loop().time() + timeout_s
    meeting = await _row(code)
    with wake_ups.listening(meetings.topic_of(meeting)) as changed:
        while True:
            changed.clear()
            meeting = await _row(code)
            left_s = deadline - asyncio.get_running_loop().time()
            if meetings.state_of(meeting) != "waiting" or left_s <= 0:
                return meetings.public_view(meeting)
            try:
                await asyncio.wait_for(changed.wait(), min(left_s, wake_ups.look_again_s()))
            except TimeoutError:
                continue


async def _row(code: str) -> Meeting:
    async with database.reading(MEETINGS) as db:
        meeting = await meetings.row_by_code(db, code)
    if meeting is None:
        raise NotFound(meetings.NO_MEETING)
    return meeting
