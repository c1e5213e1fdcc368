"""Meetings: create, list, change, delete, open and close. Only the organizer sees and changes their own."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import NotAllowed, NotFound, Unavailable
from conference_app.models import Meeting
from conference_app.models.columns import new_id
from conference_app.purposes import MEETINGS
from conference_app.services.accounts import may_invite
from conference_app.services.consent import person_state
from conference_app.services.jobs import wake_ups
from conference_app.services.limits import rate_limits
from conference_app.services.media_server.room_service import room_admin
from conference_app.services.meetings import meeting_forms, open_meetings
from conference_app.services.meetings.meeting_codes import code_key, new_code, normalize_code
from conference_app.services.meetings.meeting_forms import MeetingForm
from conference_app.texts import n_

logger = logging.getLogger(__name__)

MeetingState = Literal["waiting", "open", "locked", "ended"]
"""waiting: not opened yet; locked: open, but nobody new gets in."""

MEETINGS_PER_ACCOUNT = 500
NO_MEETING = n_("There is no such meeting. Check the link with the person who sent it.")


@dataclass(frozen=True, slots=True)
class OwnMeeting:
    """A meeting as its organizer sees it."""

    id: str
    code: str = field(repr=False)
    path: str = field(repr=False)
    """/m/<code>; put settings.public_url in front for the invitation link."""
    subject: str = field(repr=False)
    starts_at: datetime | None
    """UTC."""
    time_zone: str
    starts_at_local: str
    """As typed: 2026-11-24T14:00, or empty."""
    pass_phrase: str = field(repr=False)
    state: MeetingState
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PublicMeeting:
    """What anybody who has the link may know. The subject and start come with admission only."""

    code: str = field(repr=False)
    state: MeetingState
    needs_pass_phrase: bool


def state_of(meeting: Meeting) -> MeetingState:
    """Where the meeting stands."""
    if meeting.ended_at is not None:
        return "ended"
    if meeting.opened_at is None:
        return "waiting"
    return "locked" if meeting.is_locked else "open"


def topic_of(meeting: Meeting) -> str:
    """The bus topic that is published when the meeting's door moves."""
    return f"meeting {meeting.id}"


def _local(meeting: Meeting) -> str:
    if meeting.starts_at is None:
        return ""
    return meeting.starts_at.astimezone(ZoneInfo(meeting.time_zone)).strftime("%Y-%m-%dT%H:%M")


def _own(meeting: Meeting) -> OwnMeeting:
    return OwnMeeting(
        id=meeting.id,
        code=meeting.code,
        path=f"/m/{meeting.code}",
        subject=meeting.subject,
        starts_at=meeting.starts_at,
        time_zone=meeting.time_zone,
        starts_at_local=_local(meeting),
        pass_phrase=meeting.pass_phrase,
        state=state_of(meeting),
        created_at=meeting.created_at,
    )


async def create(account_id: str, form: MeetingForm, *, now: datetime | None = None) -> OwnMeeting:
    """A new meeting. Raises InvalidInput (fields: subject, starts_at, time_zone, pass_phrase), TooManyAttempts,
    NotAllowed beyond 500 meetings.
    """
    checked = meeting_forms.checked(form)
    await rate_limits.count(rate_limits.CREATE_MEETING_PER_ACCOUNT, account_id)
    code = new_code()
    meeting = Meeting(
        id=new_id(),
        account_id=account_id,
        code=code,
        code_key=code_key(code),
        subject=checked.subject,
        pass_phrase=checked.pass_phrase,
        starts_at=checked.starts_at,
        time_zone=checked.time_zone,
        room=new_id(),
        created_at=now or datetime.now(UTC),
    )
    async with database.session(MEETINGS) as db:
        held = (await db.exec(select(func.count()).where(col(Meeting.account_id) == account_id))).one()
        if held >= MEETINGS_PER_ACCOUNT:
            raise NotAllowed(
                n_("You have {most} meetings, which is the most. Delete one first."), most=MEETINGS_PER_ACCOUNT
            )
        db.add(meeting)
    return _own(meeting)


async def list_for(account_id: str) -> list[OwnMeeting]:
    """All meetings of the account, newest first; at most 500."""
    query = (
        select(Meeting)
        .where(Meeting.account_id == account_id)
        .order_by(col(Meeting.created_at).desc(), col(Meeting.id))
        .limit(MEETINGS_PER_ACCOUNT)
    )
    async with database.reading(MEETINGS) as db:
        return [_own(meeting) for meeting in (await db.exec(query)).all()]


async def own_row(db: AsyncSession, account_id: str, code: str, *, is_locked: bool = False) -> Meeting:
    """The account's meeting with that code, `is_locked` against changes by others. NotFound for a stranger's as for none."""
    query = select(Meeting).where(Meeting.code_key == code_key(code), Meeting.account_id == account_id)
    query = query.with_for_update() if is_locked else query
    meeting = (await db.exec(query)).first() if normalize_code(code) else None
    if meeting is None:
        raise NotFound(NO_MEETING)
    return meeting


async def row_by_code(db: AsyncSession, code: str) -> Meeting | None:
    """The meeting with that code, whoever asks: for the door (`joining`) only. None while its host's account rests."""
    if not normalize_code(code):
        return None
    meeting = (await db.exec(select(Meeting).where(Meeting.code_key == code_key(code)))).first()
    if meeting is None or await person_state.is_paused(db, meeting.account_id):
        return None
    return meeting


async def get_own(account_id: str, code: str) -> OwnMeeting:
    """The account's own meeting. NotFound for everything else."""
    async with database.reading(MEETINGS) as db:
        return _own(await own_row(db, account_id, code))


async def update(account_id: str, code: str, form: MeetingForm) -> OwnMeeting:
    """Change subject, time, pass-phrase. Raises InvalidInput, NotFound."""
    checked = meeting_forms.checked(form)
    async with database.session(MEETINGS) as db:
        meeting = await own_row(db, account_id, code)
        meeting.subject = checked.subject
        meeting.starts_at = checked.starts_at
        meeting.time_zone = checked.time_zone
        meeting.pass_phrase = checked.pass_phrase
    return _own(meeting)


async def delete(account_id: str, code: str) -> None:
    """Delete the meeting and send home who is in its room. Raises NotFound.

    A media server that is down keeps nobody from deleting: nobody gets into the room any more, and it ends empty.
    """
    async with database.session(MEETINGS) as db:
        meeting = await own_row(db, account_id, code)
        await db.delete(meeting)
    wake_ups.publish(topic_of(meeting))
    if state_of(meeting) in ("open", "locked"):
        try:
            await room_admin().end(meeting.room)
        except Unavailable:
            logger.warning("a deleted meeting's room could not be ended now")


async def open_room(account_id: str, code: str, *, now: datetime | None = None) -> OwnMeeting:
    """Let guests in ("Start meeting"). An ended meeting opens again with a new room.

    Raises NotFound, NotAllowed (address not confirmed, too many open), Unavailable (no room for another meeting).
    """
    async with database.session(MEETINGS) as db:
        meeting = await own_row(db, account_id, code, is_locked=True)
        await may_invite.require(db, account_id)
        if state_of(meeting) not in ("open", "locked"):
            await open_meetings.check_one_more(db, account_id)
        open_row(meeting, now or datetime.now(UTC))
    wake_ups.publish(topic_of(meeting))
    return _own(meeting)


def open_row(meeting: Meeting, now: datetime) -> None:
    """Open the row's door. A meeting that had ended gets a new room, so that old tokens and removals end with it."""
    if meeting.ended_at is not None:
        meeting.room, meeting.ended_at, meeting.opened_at, meeting.is_locked = new_id(), None, None, False
    meeting.opened_at = meeting.opened_at or now


async def set_locked(account_id: str, code: str, locked: bool) -> OwnMeeting:
    """Lock or unlock the door of an open meeting. Raises NotFound, NotAllowed when it is not open."""
    async with database.session(MEETINGS) as db:
        meeting = await own_row(db, account_id, code)
        if state_of(meeting) not in ("open", "locked"):
            raise NotAllowed(n_("Only a running meeting can be locked."))
        meeting.is_locked = locked is True
    wake_ups.publish(topic_of(meeting))
    return _own(meeting)


async def close_room(account_id: str, code: str, *, now: datetime | None = None) -> str:
    """Mark the meeting ended; the room that was closed, whose people `host_orders.end` sends home. Raises NotFound."""
    async with database.session(MEETINGS) as db:
        meeting = await own_row(db, account_id, code)
        meeting.ended_at = meeting.ended_at or now or datetime.now(UTC)
    wake_ups.publish(topic_of(meeting))
    return meeting.room


def public_view(meeting: Meeting) -> PublicMeeting:
    """What a stranger with the link may know of it."""
    return PublicMeeting(meeting.code, state_of(meeting), bool(meeting.pass_phrase))


async def row_at_door(code: str, network: str) -> Meeting:
    """The meeting with that code. Raises NotFound, and TooManyAttempts after many wrong codes from one network."""
    await rate_limits.check(rate_limits.WRONG_CODE_PER_ADDRESS, network)
    async with database.reading(MEETINGS) as db:
        meeting = await row_by_code(db, code)
    if meeting is None:
        await rate_limits.count(rate_limits.WRONG_CODE_PER_ADDRESS, network)
        raise NotFound(NO_MEETING)
    return meeting


async def find_by_code(code: str, *, address: str = "") -> PublicMeeting:
    """What a guest may know. Spaces, capitals and missing hyphens in `code` are forgiven.

    Raises NotFound, TooManyAttempts after many wrong codes from one address.
    """
    return public_view(await row_at_door(code, rate_limits.network_of(address)))
