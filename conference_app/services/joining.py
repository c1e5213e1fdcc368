"""The door of a meeting: who comes in, who waits, and what the host may do to those inside."""

from __future__ import annotations

import asyncio
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.errors import ConferenceError, InvalidInput, NotAllowed, NotFound, Unavailable
from conference_app.models import Admission, Meeting
from conference_app.models.columns import lookup_key
from conference_app.services import bus, inviting, meetings, rate_limits
from conference_app.services.accounts import clean_line
from conference_app.services.meetings import PublicMeeting
from conference_app.services.room_admin import room_admin
from conference_app.services.room_tokens import Role, room_token
from conference_app.services.sign_in_sessions import SignedIn
from conference_app.texts import n_

NAME_LENGTH = 60
_MAX_TAB_ID = 200
_IDENTITY = re.compile(r"(guest|member|host)-[0-9a-f-]{20,50}")
_TRACK = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""The forms of the identities we give and of LiveKit's track sids; anything else is not worth passing on."""


class MeetingLocked(ConferenceError):
    """The host has locked the door."""

    code = "meeting_locked"
    status = 403


class MeetingEnded(ConferenceError):
    """It is over."""

    code = "meeting_ended"
    status = 410


class RoomFull(ConferenceError):
    """No seat is left."""

    code = "room_full"
    status = 503


class Removed(ConferenceError):
    """The host has sent this person out of this meeting."""

    code = "removed"
    status = 403


class WrongPassPhrase(ConferenceError):
    """The pass-phrase is missing or another one."""

    code = "wrong_pass_phrase"
    status = 403


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


@dataclass(frozen=True, slots=True)
class _Visitor:
    """Who stands at the door of one room."""

    identity: str
    person: str
    name: str = field(repr=False)
    is_host: bool


def _hashed(*parts: str) -> str:
    return lookup_key("room-identity", "\0".join(parts)).hex()[:20]


def _visitor(meeting: Meeting, name: str, tab_id: str, session: SignedIn | None) -> _Visitor:
    """The visitor's identity: one per tab and room, the same again after a reload, and telling nobody the tab's secret.

    All tabs of one account share `person`, so that being sent out counts for all of them.
    """
    tab = _hashed(meeting.id, meeting.room, tab_id[:_MAX_TAB_ID])
    if session is None:
        return _Visitor(f"guest-{tab}", f"guest-{tab}", _checked_name(name), is_host=False)
    person = _hashed(meeting.id, meeting.room, "account", session.account_id)
    shown = clean_line(name)[:NAME_LENGTH] or clean_line(f"{session.first_name} {session.last_name}")[:NAME_LENGTH]
    is_host = session.account_id == meeting.account_id
    return _Visitor(f"{'host' if is_host else 'member'}-{person}-{tab}", person, shown, is_host)


def _checked_name(name: str) -> str:
    shown = clean_line(name[: 4 * NAME_LENGTH])
    if not shown:
        problem = ConferenceError(n_("Enter the name the others will see."))
    elif len(shown) > NAME_LENGTH:
        problem = ConferenceError(n_("Use at most {most} characters."), most=NAME_LENGTH)
    else:
        return shown
    raise InvalidInput(n_("Some fields need another look."), {"name": problem})


async def _check_pass_phrase(meeting: Meeting, given: str, network: str) -> None:
    if not meeting.pass_phrase:
        return
    await rate_limits.check(rate_limits.PASS_PHRASE_PER_ADDRESS, network)
    await rate_limits.check(rate_limits.PASS_PHRASE_PER_MEETING, meeting.id)
    typed = clean_line(given[: 4 * meetings.PASS_PHRASE_LENGTH])
    if typed and hmac.compare_digest(typed.encode(), meeting.pass_phrase.encode()):
        return
    if typed:
        await rate_limits.count(rate_limits.PASS_PHRASE_PER_ADDRESS, network)
        await rate_limits.count(rate_limits.PASS_PHRASE_PER_MEETING, meeting.id)
    raise WrongPassPhrase(n_("That is not the pass-phrase of this meeting. Ask the host for it."))


async def _row(code: str) -> Meeting:
    async with database.reading() as db:
        meeting = await meetings.row_by_code(db, code)
    if meeting is None:
        raise NotFound(meetings.NO_MEETING)
    return meeting


async def _find(code: str, network: str) -> Meeting:
    """The meeting; wrong codes are counted, so that nobody goes through them."""
    await rate_limits.check(rate_limits.WRONG_CODE_PER_ADDRESS, network)
    try:
        return await _row(code)
    except NotFound:
        await rate_limits.count(rate_limits.WRONG_CODE_PER_ADDRESS, network)
        raise


async def _admission(db: AsyncSession, meeting: Meeting, visitor: _Visitor) -> Admission | None:
    """The visitor's earlier admission to this room, or the one that tells that this person was sent out."""
    query = select(Admission).where(
        Admission.meeting_id == meeting.id, Admission.room == meeting.room, Admission.person == visitor.person
    )
    rows = (await db.exec(query)).all()
    removed = [row for row in rows if row.removed_at is not None]
    same_tab = [row for row in rows if row.identity == visitor.identity]
    return (removed or same_tab or [None])[0]


async def _check_seat(room: str, identity: str) -> None:
    """Raises RoomFull. A media server that does not answer is no reason to turn people away: it counts for itself."""
    try:
        present = await room_admin().participants(room)
    except Unavailable:
        return
    if identity not in present and len(present) >= settings().room_capacity:
        raise RoomFull(
            n_("The room is full: {most} people are in it. Try again when somebody has left."), most=len(present)
        )


def _check_door(meeting: Meeting, visitor: _Visitor, earlier: Admission | None) -> None:
    """Raises Removed or MeetingLocked. Who was in already comes back through a locked door."""
    if visitor.is_host:
        return
    if earlier is not None and earlier.removed_at is not None:
        raise Removed(n_("The host has removed you from this meeting."))
    if meeting.is_locked and earlier is None:
        raise MeetingLocked(n_("The host has locked this meeting. Ask them to let you in, then try again."))


def _check_not_ended(meeting: Meeting) -> None:
    if meeting.ended_at is not None:
        raise MeetingEnded(n_("This meeting has ended."))


async def _admit(meeting_id: str, visitor: _Visitor, now: datetime) -> tuple[Meeting, bool]:
    """Write the admission down, on what the database says now. The host opens the door. The bool: whether it moved."""
    async with database.session() as db:
        meeting = await db.get(Meeting, meeting_id, with_for_update=True)
        if meeting is None:
            raise NotFound(meetings.NO_MEETING)
        _check_not_ended(meeting)
        earlier = await _admission(db, meeting, visitor)
        _check_door(meeting, visitor, earlier)
        opened = visitor.is_host and meeting.opened_at is None
        if opened:
            await inviting.require(db, meeting.account_id)
            meetings.open_row(meeting, now)
        if earlier is None:
            db.add(
                Admission(
                    meeting_id=meeting.id,
                    room=meeting.room,
                    identity=visitor.identity,
                    person=visitor.person,
                    admitted_at=now,
                )
            )
    return meeting, opened


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
    Raises NotFound, InvalidInput (field name), WrongPassPhrase, Removed, MeetingLocked, MeetingEnded, RoomFull,
    TooManyAttempts.
    """
    network, now = rate_limits.network_of(address), now or datetime.now(UTC)
    await rate_limits.count(rate_limits.JOIN_PER_ADDRESS, network)
    meeting = await _find(code, network)
    _check_not_ended(meeting)
    visitor = _visitor(meeting, name, tab_id, session)
    if visitor.is_host and session is not None and session.must_accept:
        raise NotAllowed(n_("Our terms have changed. Open your meetings, accept them there, and come back."))
    if not visitor.is_host:
        await _check_pass_phrase(meeting, pass_phrase, network)
        if meeting.opened_at is None:
            return Waiting(meeting.code)
    await _check_seat(meeting.room, visitor.identity)
    meeting, opened = await _admit(meeting.id, visitor, now)
    if opened:
        bus.publish(meetings.topic_of(meeting))
    role: Role = "host" if visitor.is_host else "guest"
    return Admitted(
        token=room_token(meeting.room, visitor.identity, visitor.name, role, now=now),
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
    with bus.listening(meetings.topic_of(meeting)) as changed:
        while True:
            changed.clear()
            meeting = await _row(code)
            left_s = deadline - asyncio.get_running_loop().time()
            if meetings.state_of(meeting) != "waiting" or left_s <= 0:
                return meetings.public_view(meeting)
            try:
                await asyncio.wait_for(changed.wait(), min(left_s, bus.look_again_s()))
            except TimeoutError:
                continue


async def admits(room: str, identity: str) -> bool:
    """Whether `identity` may be in `room` now: admitted, not sent out, and the meeting not ended.

    The signalling relay asks this before it lets a token through, since a token outlives a removal by minutes.
    """
    if not _IDENTITY.fullmatch(identity):
        return False
    query = (
        select(Admission)
        .join(Meeting, col(Meeting.id) == col(Admission.meeting_id))
        .where(Admission.room == room, Meeting.room == room, Admission.identity == identity)
        .where(col(Meeting.ended_at).is_(None))
    )
    async with database.reading() as db:
        row = (await db.exec(query)).first()
        if row is None:
            return False
        removed = select(Admission).where(
            Admission.room == room, Admission.person == row.person, col(Admission.removed_at).is_not(None)
        )
        return (await db.exec(removed)).first() is None


async def _own_room(account_id: str, code: str) -> str:
    async with database.reading() as db:
        return (await meetings.own_row(db, account_id, code)).room


async def host_mute(account_id: str, code: str, identity: str, track_sid: str) -> None:
    """Mute somebody's track. Raises NotFound, Unavailable."""
    room = await _own_room(account_id, code)
    if not _IDENTITY.fullmatch(identity) or not _TRACK.fullmatch(track_sid):
        raise NotFound(n_("This person is no longer in the room."))
    await room_admin().mute_track(room, identity, track_sid)


async def host_remove(account_id: str, code: str, identity: str, *, now: datetime | None = None) -> None:
    """Send somebody out and give them no new token for this meeting. Raises NotFound, Unavailable.

    An account is kept out with all its tabs. A guest is known by the tab alone: to keep out one who comes back with
    another browser, lock the meeting.
    """
    async with database.session() as db:
        meeting = await meetings.own_row(db, account_id, code)
        row = await db.get(Admission, (meeting.id, meeting.room, identity)) if _IDENTITY.fullmatch(identity) else None
        if row is None or identity.startswith("host-"):
            raise NotFound(n_("This person is no longer in the room."))
        row.removed_at = row.removed_at or now or datetime.now(UTC)
        query = select(Admission.identity).where(Admission.room == meeting.room, Admission.person == row.person)
        tabs = (await db.exec(query)).all()
    for tab in tabs:
        await room_admin().remove(meeting.room, tab)


async def host_lock(account_id: str, code: str, locked: bool) -> None:
    """Lock or unlock the door. Raises NotFound, NotAllowed."""
    await meetings.set_locked(account_id, code, locked)


async def host_end(account_id: str, code: str) -> None:
    """End for all. Raises NotFound, Unavailable (the meeting is marked ended even then)."""
    await meetings.close_room(account_id, code)
    await room_admin().end(await _own_room(account_id, code))
