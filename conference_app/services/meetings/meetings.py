"""Meetings: create, list, change, delete, open and close. Only the organizer sees and changes their own."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import distinct, func
from sqlalchemy import update as update_rows
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import NotAllowed, NotFound, Unavailable
from conference_app.models import Admission, Meeting
from conference_app.models.columns import new_id
from conference_app.purposes import ADMISSIONS, MEETINGS
from conference_app.services.accounts import may_invite
from conference_app.services.consent import person_state
from conference_app.services.encryption import groups
from conference_app.services.jobs import wake_ups
from conference_app.services.limits import rate_limits
from conference_app.services.media_server.room_service import room_admin
from conference_app.services.meetings import announced, meeting_forms, open_meetings
from conference_app.services.meetings.announced import Announced
from conference_app.services.meetings.meeting_codes import code_key, new_code, normalize_code
from conference_app.services.meetings.meeting_forms import MeetingForm
from conference_app.texts import n_

logger = logging.getLogger(__name__)

MeetingState = Literal["waiting", "open", "locked", "ended"]
"""waiting: not open, guests wait for the host; locked: open, and who is new waits until the host lets them in."""

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
    starts_locked: bool = False
    """Whether guests wait, each time it opens, until the host lets them in."""
    opened_at: datetime | None = None
    """When it last opened."""
    ended_at: datetime | None = None
    """When that came to an end; None while it is open."""
    attended: int | None = None
    """How many were let in then; None while it is open."""


@dataclass(frozen=True, slots=True)
class PublicMeeting:
    """What anybody who has the link may know. The subject comes with admission only."""

    code: str = field(repr=False)
    state: MeetingState
    needs_pass_phrase: bool
    announced: Announced
    """Nothing where a pass-phrase is asked for: the link alone may have gone astray."""


def state_of(meeting: Meeting) -> MeetingState:
    """Where the meeting stands."""
    if meeting.ended_at is not None:
        return "ended" if meeting.is_over else "waiting"
    if meeting.opened_at is None:
        return "waiting"
    return "locked" if meeting.is_locked else "open"


def topic_of(meeting: Meeting) -> str:
    """The wake-up topic that is published when who may come in changes."""
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
        starts_locked=meeting.starts_locked,
        opened_at=meeting.opened_at,
        ended_at=meeting.ended_at,
        attended=meeting.attended,
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
        starts_locked=form.starts_locked,
        room=new_id(),
        created_at=now or datetime.now(UTC),
    )
    async with database.session(MEETINGS) as db:
        held = (await db.exec(select(func.count()).where(col(Meeting.account_id) == account_id))).one()
        if held >= MEETINGS_PER_ACCOUNT:
            raise NotAllowed(
                n_("You have {most} meetings, which is the limit. Delete one first."), most=MEETINGS_PER_ACCOUNT
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


async def row_by_code(db: AsyncSession, code: str, *, is_locked: bool = False) -> Meeting | None:
    """The meeting with that code, whoever asks: for who comes in or is inside. None while its host's account is deactivated."""
    if not normalize_code(code):
        return None
    query = select(Meeting).where(Meeting.code_key == code_key(code))
    meeting = (await db.exec(query.with_for_update() if is_locked else query)).first()
    if meeting is None or await person_state.is_deactivated(db, meeting.account_id):
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
        meeting.starts_locked = form.starts_locked
    return _own(meeting)


async def delete(account_id: str, code: str) -> None:
    """Delete the meeting and send home who is in its room. Raises NotFound.

    A media server that is down keeps nobody from deleting: nobody gets into the room any more, and it ends empty.
    """
    async with database.session(MEETINGS) as db:
        meeting = await own_row(db, account_id, code)
        await db.delete(meeting)
        groups.tell(db, meeting.room)
    wake_ups.publish(topic_of(meeting))
    if is_open(meeting):
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
        if not is_open(meeting):
            await open_meetings.check_one_more(db, account_id)
        open_row(meeting, now or datetime.now(UTC))
    wake_ups.publish(topic_of(meeting))
    return _own(meeting)


def open_row(meeting: Meeting, now: datetime) -> None:
    """Open the row's room, if it is not open. Each time it is a new one, so that old tokens and removals end."""
    if is_open(meeting):
        return
    if meeting.is_over:
        meeting.room = new_id()
    meeting.opened_at, meeting.ended_at, meeting.empty_since, meeting.attended = now, None, None, None
    meeting.is_locked, meeting.is_over = meeting.starts_locked, False


def is_open(meeting: Meeting) -> bool:
    """Whether people may be in its room."""
    return state_of(meeting) in ("open", "locked")


async def close_row(db: AsyncSession, meeting: Meeting, at: datetime, *, is_over: bool) -> None:
    """Close the row's room, if it is open, and note how many were in it; `is_over`: for good, not until the host comes."""
    meeting.is_over = meeting.is_over or is_over
    if not is_open(meeting):
        meeting.ended_at = meeting.ended_at or (at if is_over else None)
        return
    meeting.ended_at, meeting.empty_since, meeting.is_locked = at, None, False
    async with database.within(db, ADMISSIONS) as own:
        inside = col(Admission.meeting_id) == meeting.id, col(Admission.room) == meeting.room
        counted = select(func.count(distinct(col(Admission.person)))).where(*inside)
        meeting.attended = (await own.exec(counted)).one()
        await own.exec(update_rows(Admission).where(*inside).values(network="", ticket=None))
    await groups.forget(db, meeting.room)
    if not is_over:
        meeting.room = new_id()  # now: the identities of those who wait from here on are made of it


async def row_counting_guesses(code: str, network: str) -> Meeting:
    """The meeting with that code. Raises NotFound, and TooManyAttempts after many wrong codes from one network."""
    async with rate_limits.counting_failures(rate_limits.WRONG_CODE_PER_ADDRESS, network):
        async with database.reading(MEETINGS) as db:
            meeting = await row_by_code(db, code)
        if meeting is None:
            raise NotFound(NO_MEETING)
    return meeting


async def find_by_code(code: str, *, address: str = "") -> PublicMeeting:
    """What a guest may know. Spaces, capitals and missing hyphens in `code` are forgiven.

    Raises NotFound, TooManyAttempts after many wrong codes from one address.
    """
    meeting = await row_counting_guesses(code, rate_limits.network_of(address))
    needs_pass_phrase = bool(meeting.pass_phrase)
    told = Announced() if needs_pass_phrase else await announced.of_meeting(meeting)
    return PublicMeeting(meeting.code, state_of(meeting), needs_pass_phrase, told)
