"""Joining a meeting: who asks is admitted, waits, or is refused by `entry_checks`."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.errors import NotAllowed, NotFound
from conference_app.models import Admission, Meeting, WaitingGuest
from conference_app.purposes import ADMISSIONS, ENCRYPTION, MEETINGS
from conference_app.services.accounts import may_invite
from conference_app.services.encryption import link_proof, meeting_keys
from conference_app.services.jobs import wake_ups
from conference_app.services.limits import rate_limits
from conference_app.services.media_server.access_tokens import Role, room_token
from conference_app.services.media_server.room_service import room_admin
from conference_app.services.meetings import announced, meetings, open_meetings
from conference_app.services.meetings.announced import Announced
from conference_app.services.room import admissions, entry_checks, seats, visitors, waiting
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
    """Not let in yet: await `answered(...)` and call `join` again."""

    code: str = field(repr=False)
    for_host: bool
    """Whether the host has yet to come; else they are asked to let this person in."""
    announced: Announced


async def join(
    code: str,
    *,
    name: str,
    pass_phrase: str,
    tab_id: str,
    session: SignedIn | None,
    address: str,
    leaf_key: str = "",
    proof: str = "",
    is_waiting: bool = False,
    now: datetime | None = None,
) -> Admitted | Waiting:
    """Ask for a place. `tab_id` is the tab's secret (`session.tab_id(state)`), so that a reload is the same person.

    The organizer's own join opens a waiting meeting. `name` may be empty for people who are signed in. `is_waiting`: this
    tab was told to ask again, which is not counted against its address. `leaf_key` and `proof` as in `link_proof`: who
    does not prove to have the whole link waits until a host admits them, also while the meeting is open.
    Raises NotFound, InvalidInput (field name), NotAllowed (the host's address is not confirmed, changed terms wait, or
    they have too many meetings open), WrongPassPhrase, Removed, Refused, MeetingEnded, RoomFull, TooManyAttempts,
    Unavailable (no room for another meeting or another who waits, or who is in a full room cannot be asked).
    """
    network, now = rate_limits.network_of(address), now or datetime.now(UTC)
    if not is_waiting:
        await rate_limits.count(rate_limits.JOIN_PER_ADDRESS, network)
    meeting = await meetings.row_counting_guesses(code, network)
    entry_checks.check_not_ended(meeting)
    visitor = visitors.visitor_of(meeting, name, tab_id, session)
    visitor = replace(visitor, leaf_key=link_proof.checked_leaf_key(leaf_key))
    if await _is_link_proven(meeting, visitor, name, proof):
        visitor = replace(visitor, proof=proof)
    if visitor.is_host and session is not None and session.must_accept:
        raise NotAllowed(n_("Our terms have changed. Open your meetings, accept them there, and come back."))
    if not visitor.is_host:
        await entry_checks.check_host_may_invite(meeting)
        await entry_checks.check_pass_phrase(meeting, pass_phrase, network)
    entry = functools.partial(_entry, meeting.id, visitor, network, now)
    try:
        return await entry()
    except seats.AllTaken:
        return await entry(present=await room_admin().participants(meeting.room))


async def _is_link_proven(meeting: Meeting, visitor: Visitor, name: str, proof: str) -> bool:
    async with database.reading(ENCRYPTION) as db:
        keys = await meeting_keys.of_meeting(db, meeting.id)
    return link_proof.is_proven(keys, visitor.leaf_key, name, proof)


async def _entry(
    meeting_id: str, visitor: Visitor, network: str, now: datetime, *, present: Collection[str] | None = None
) -> Admitted | Waiting:
    """Let the visitor in or have them wait, on what the database says now, and tell those who watch the meeting."""
    async with database.session(MEETINGS, ADMISSIONS, ENCRYPTION) as db:
        meeting = await db.get(Meeting, meeting_id, with_for_update=True)
        if meeting is None:
            raise NotFound(meetings.NO_MEETING)
        entry_checks.check_not_ended(meeting)
        earlier = await admissions.earlier(db, meeting, visitor)
        entry_checks.check_not_removed(visitor, earlier)
        network = seats.network_key(meeting.room, network)
        must_wait = _must_wait(meeting, visitor, earlier)
        opens = not must_wait and not meetings.is_open(meeting)
        if must_wait:
            is_news = await waiting.note(db, meeting, visitor, network, now)
        else:
            await _admit(db, meeting, earlier, visitor, network, now, present)
            is_news = await waiting.forget(db, meeting.id, visitor.identity)
    if opens:
        waiting.tell_all(meeting)
    elif is_news:
        wake_ups.publish(waiting.list_topic(meeting))
    if must_wait:
        return Waiting(meeting.code, not meetings.is_open(meeting), await announced.of_meeting(meeting))
    return await _place(meeting, visitor, earlier, now)


def _must_wait(meeting: Meeting, visitor: Visitor, earlier: Admission | None) -> bool:
    if visitor.is_host:
        return False
    if earlier is not None:  # a host's word holds for the browser it was given to, the link's for every one
        return bool(earlier.leaf_key) and earlier.leaf_key != visitor.leaf_key and not visitor.proof
    return meetings.state_of(meeting) != "open" or not visitor.proof


async def _admit(
    db: AsyncSession,
    meeting: Meeting,
    earlier: Admission | None,
    visitor: Visitor,
    network: str,
    now: datetime,
    present: Collection[str] | None,
) -> None:
    """Write the admission down and give it a seat. The host opens the room."""
    if not meetings.is_open(meeting):
        await may_invite.require(db, meeting.account_id)
        await open_meetings.check_one_more(db, meeting.account_id)
        meetings.open_row(meeting, now)
    row = earlier or admissions.admission(meeting, visitor, now)
    row.network = network
    if visitor.is_host:
        row.seat_at = now
    else:
        await seats.take(db, row, now=now, present=present)
    db.add(row)


async def _place(meeting: Meeting, visitor: Visitor, earlier: Admission | None, now: datetime) -> Admitted:
    is_host = visitor.is_host or (earlier is not None and earlier.may_host)
    role: Role = "host" if is_host else "guest"
    about = await visitors.shown_beside(visitor, meeting.room, now)
    return Admitted(
        token=room_token(meeting.room, visitor.identity, visitor.name, role, about=about, now=now),
        identity=visitor.identity,
        name=visitor.name,
        role=role,
        subject=meeting.subject,
        expires_in_s=settings().room_token_minutes * 60,
    )


async def answered(
    code: str, *, tab_id: str, account_id: str, timeout_s: float = waiting.ASK_AGAIN_S, now: datetime | None = None
) -> bool:
    """Sleep until asking again would get another answer than Waiting: True; False when `timeout_s` is over before.

    Call it in a background handler. Raises NotFound when the meeting is deleted meanwhile, Unavailable when too many wait
    already. Wrong codes are not counted here: call it only after `join` has answered Waiting.
    """
    deadline = asyncio.get_running_loop().time() + timeout_s
    async with database.reading(MEETINGS) as db:
        topic = meetings.topic_of(await _known(db, code))
    with wake_ups.listening(topic) as changed:
        while True:
            changed.clear()
            if await _is_answered(code, tab_id, account_id):
                return True
            left_s = deadline - asyncio.get_running_loop().time()
            if left_s <= 0:
                return False
            try:
                await asyncio.wait_for(changed.wait(), min(left_s, wake_ups.look_again_s()))
            except TimeoutError:
                continue


async def _is_answered(code: str, tab_id: str, account_id: str) -> bool:
    async with database.reading(MEETINGS, ADMISSIONS) as db:
        meeting = await _known(db, code)
        state = meetings.state_of(meeting)
        if state in ("open", "ended"):
            return True
        identity, _person = visitors.identity_of(meeting, tab_id, account_id)
        row = await db.get(WaitingGuest, (meeting.id, identity))
        # A lock takes the place of the wait for the host, which the page then says.
        return row is None or row.refused_at is not None


async def _known(db: AsyncSession, code: str) -> Meeting:
    meeting = await meetings.row_by_code(db, code)
    if meeting is None:
        raise NotFound(meetings.NO_MEETING)
    return meeting


async def stop_waiting(code: str, *, tab_id: str, account_id: str) -> None:
    """The person gives up: the host sees them no longer. Raises NotFound."""
    async with database.session(MEETINGS) as db:
        meeting = await _known(db, code)
        identity, _person = visitors.identity_of(meeting, tab_id, account_id)
        was_listed = await waiting.forget(db, meeting.id, identity)
    if was_listed:
        wake_ups.publish(waiting.list_topic(meeting))
