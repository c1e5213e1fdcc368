"""Meetings: create, list, change, delete, open and close. Only the organizer sees and changes their own."""

from __future__ import annotations

import functools
import logging
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput, NotAllowed, NotFound, Unavailable
from conference_app.models import Meeting
from conference_app.models.columns import lookup_key, new_id
from conference_app.services import bus, inviting, privacy_state, rate_limits
from conference_app.services.accounts import clean_line
from conference_app.services.room_admin import room_admin
from conference_app.texts import n_

logger = logging.getLogger(__name__)

MeetingState = Literal["waiting", "open", "locked", "ended"]
"""waiting: not opened yet; locked: open, but nobody new gets in."""

ALPHABET = "bcdfghjkmnpqrstvwxz23456789"
"""Signs that nobody mistakes for one another; no vowels, so that no words come out."""
CODE_LENGTH = 15
"""15 of 27 signs are 71 bits."""
_GROUP = 5
SUBJECT_LENGTH = 200
PASS_PHRASE_LENGTH = 100
MEETINGS_PER_ACCOUNT = 500
NO_MEETING = n_("There is no such meeting. Check the link with the person who sent it.")


@dataclass(frozen=True, slots=True)
class MeetingForm:
    """What the organizer typed, unchecked. `starts_at` is local wall time such as 2026-11-24T14:00, or empty."""

    subject: str = field(repr=False)
    starts_at: str = ""
    time_zone: str = ""
    """IANA name such as Europe/Warsaw; needed when `starts_at` is given."""
    pass_phrase: str = field(default="", repr=False)


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


def new_code() -> str:
    """An unguessable code in readable groups: bcdfg-hjkmn-pqrst."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return "-".join(signs[at : at + _GROUP] for at in range(0, CODE_LENGTH, _GROUP))


def normalize_code(typed: str) -> str:
    """The signs of a code without what people put between them; "" if it cannot be a code."""
    signs = "".join(sign for sign in typed[:100].casefold() if sign.isalnum())
    return signs if len(signs) == CODE_LENGTH and set(signs) <= set(ALPHABET) else ""


def _code_key(typed: str) -> bytes:
    return lookup_key("meeting-code", normalize_code(typed))


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


def _check_subject(text: str) -> str | ConferenceError:
    subject = clean_line(text[: 4 * SUBJECT_LENGTH])
    if not subject:
        return ConferenceError(n_("Say in a few words what the meeting is about."))
    if len(subject) > SUBJECT_LENGTH:
        return ConferenceError(n_("Use at most {most} characters."), most=SUBJECT_LENGTH)
    return subject


def _check_pass_phrase(text: str) -> str | ConferenceError:
    phrase = clean_line(text[: 4 * PASS_PHRASE_LENGTH])
    if len(phrase) > PASS_PHRASE_LENGTH:
        return ConferenceError(n_("Use at most {most} characters."), most=PASS_PHRASE_LENGTH)
    return phrase


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _check_zone(form: MeetingForm) -> str | ConferenceError:
    if not form.starts_at.strip():
        return ""
    zone = form.time_zone.strip()
    return zone if zone in _zones() else ConferenceError(n_("Choose the time zone of the start."))


def _check_start(form: MeetingForm, zone: str | ConferenceError) -> datetime | None | ConferenceError:
    typed = form.starts_at.strip()
    if not typed:
        return None
    try:
        wall = datetime.strptime(typed[:16], "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - the zone comes from its own field
    except ValueError:
        return ConferenceError(n_("Enter a date and a time."))
    if not 2000 <= wall.year <= 2200:
        return ConferenceError(n_("Enter a date and a time."))
    if isinstance(zone, ConferenceError):
        return None
    moment = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall:
        return ConferenceError(n_("The clocks go forward that night: this time does not exist. Choose another."))
    return moment


@dataclass(frozen=True, slots=True)
class _Checked:
    subject: str
    starts_at: datetime | None
    time_zone: str
    pass_phrase: str


def _check(form: MeetingForm) -> _Checked:
    """The form's values. Raises InvalidInput with every wrong field at once."""
    zone = _check_zone(form)
    subject, start, phrase = (
        _check_subject(form.subject),
        _check_start(form, zone),
        _check_pass_phrase(form.pass_phrase),
    )
    fields = {"subject": subject, "starts_at": start, "time_zone": zone, "pass_phrase": phrase}
    problems = {name: value for name, value in fields.items() if isinstance(value, ConferenceError)}
    if problems:
        raise InvalidInput(n_("Some fields need another look."), problems)
    assert not isinstance(start, ConferenceError)  # noqa: S101 - told to the type checker; it raised above otherwise
    return _Checked(str(subject), start, str(zone), str(phrase))


async def create(account_id: str, form: MeetingForm, *, now: datetime | None = None) -> OwnMeeting:
    """A new meeting. Raises InvalidInput (fields: subject, starts_at, time_zone, pass_phrase), TooManyAttempts,
    NotAllowed beyond 500 meetings.
    """
    checked = _check(form)
    await rate_limits.count(rate_limits.CREATE_MEETING_PER_ACCOUNT, account_id)
    code = new_code()
    meeting = Meeting(
        id=new_id(),
        account_id=account_id,
        code=code,
        code_key=_code_key(code),
        subject=checked.subject,
        pass_phrase=checked.pass_phrase,
        starts_at=checked.starts_at,
        time_zone=checked.time_zone,
        room=new_id(),
        created_at=now or datetime.now(UTC),
    )
    async with database.session() as db:
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
    async with database.reading() as db:
        return [_own(meeting) for meeting in (await db.exec(query)).all()]


async def own_row(db: AsyncSession, account_id: str, code: str) -> Meeting:
    """The account's meeting with that code. NotFound for a stranger's as for none."""
    query = select(Meeting).where(Meeting.code_key == _code_key(code), Meeting.account_id == account_id)
    meeting = (await db.exec(query)).first() if normalize_code(code) else None
    if meeting is None:
        raise NotFound(NO_MEETING)
    return meeting


async def row_by_code(db: AsyncSession, code: str) -> Meeting | None:
    """The meeting with that code, whoever asks: for the door (`joining`) only. None while its host's account rests."""
    if not normalize_code(code):
        return None
    meeting = (await db.exec(select(Meeting).where(Meeting.code_key == _code_key(code)))).first()
    if meeting is None or await privacy_state.is_paused(db, meeting.account_id):
        return None
    return meeting


async def get_own(account_id: str, code: str) -> OwnMeeting:
    """The account's own meeting. NotFound for everything else."""
    async with database.reading() as db:
        return _own(await own_row(db, account_id, code))


async def update(account_id: str, code: str, form: MeetingForm) -> OwnMeeting:
    """Change subject, time, pass-phrase. Raises InvalidInput, NotFound."""
    checked = _check(form)
    async with database.session() as db:
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
    async with database.session() as db:
        meeting = await own_row(db, account_id, code)
        await db.delete(meeting)
    bus.publish(topic_of(meeting))
    if state_of(meeting) in ("open", "locked"):
        try:
            await room_admin().end(meeting.room)
        except Unavailable:
            logger.warning("a deleted meeting's room could not be ended now")


async def open_room(account_id: str, code: str, *, now: datetime | None = None) -> OwnMeeting:
    """Let guests in ("Start meeting"). An ended meeting opens again with a new room. Raises NotFound, NotAllowed."""
    async with database.session() as db:
        meeting = await own_row(db, account_id, code)
        await inviting.require(db, account_id)
        open_row(meeting, now or datetime.now(UTC))
    bus.publish(topic_of(meeting))
    return _own(meeting)


def open_row(meeting: Meeting, now: datetime) -> None:
    """Open the row's door. A meeting that had ended gets a new room, so that old tokens and removals end with it."""
    if meeting.ended_at is not None:
        meeting.room, meeting.ended_at, meeting.opened_at, meeting.is_locked = new_id(), None, None, False
    meeting.opened_at = meeting.opened_at or now


async def set_locked(account_id: str, code: str, locked: bool) -> OwnMeeting:
    """Lock or unlock the door of an open meeting. Raises NotFound, NotAllowed when it is not open."""
    async with database.session() as db:
        meeting = await own_row(db, account_id, code)
        if state_of(meeting) not in ("open", "locked"):
            raise NotAllowed(n_("Only a running meeting can be locked."))
        meeting.is_locked = locked is True
    bus.publish(topic_of(meeting))
    return _own(meeting)


async def close_room(account_id: str, code: str, *, now: datetime | None = None) -> OwnMeeting:
    """Mark the meeting ended (the people in it are sent home by `joining.host_end`). Raises NotFound."""
    async with database.session() as db:
        meeting = await own_row(db, account_id, code)
        meeting.ended_at = meeting.ended_at or now or datetime.now(UTC)
    bus.publish(topic_of(meeting))
    return _own(meeting)


def public_view(meeting: Meeting) -> PublicMeeting:
    """What a stranger with the link may know of it."""
    return PublicMeeting(meeting.code, state_of(meeting), bool(meeting.pass_phrase))


async def find_by_code(code: str, *, address: str = "") -> PublicMeeting:
    """What a guest may know. Spaces, capitals and missing hyphens in `code` are forgiven.

    Raises NotFound, TooManyAttempts after many wrong codes from one address.
    """
    network = rate_limits.network_of(address)
    await rate_limits.check(rate_limits.WRONG_CODE_PER_ADDRESS, network)
    async with database.reading() as db:
        meeting = await row_by_code(db, code)
    if meeting is None:
        await rate_limits.count(rate_limits.WRONG_CODE_PER_ADDRESS, network)
        raise NotFound(NO_MEETING)
    return public_view(meeting)
