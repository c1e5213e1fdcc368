"""The door of a meeting: who comes in, who waits, and what the host may do to those inside."""

from __future__ import annotations

from dataclasses import dataclass, field

from conference_app.errors import ConferenceError
from conference_app.services.meetings import PublicMeeting
from conference_app.services.room_tokens import Role
from conference_app.services.sign_in_sessions import SignedIn


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
    """The host has sent this guest out of this meeting."""

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
    signal_url: str
    """What livekit-client connects to, relative to the page's origin ("" with the embedded media process)."""
    identity: str
    name: str
    role: Role
    subject: str
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not open yet: await `wait_until_admitted(code)` and call `join` again."""

    code: str


async def join(
    code: str, *, name: str, pass_phrase: str, tab_id: str, session: SignedIn | None, address: str
) -> Admitted | Waiting:
    """Ask for a place. `tab_id` is the tab's secret (`session.tab_id(state)`), so that a reload is the same person.

    The organizer's own join opens a waiting meeting. `name` may be empty for people who are signed in.
    Raises NotFound, InvalidInput (field name), WrongPassPhrase, Removed, MeetingLocked, MeetingEnded, RoomFull,
    TooManyAttempts.
    """
    raise NotImplementedError


async def wait_until_admitted(code: str, *, timeout_s: float = 3600) -> PublicMeeting:
    """Sleep until the meeting is no longer `waiting`, or `timeout_s` is over. Call in a background handler.

    Raises NotFound when it is deleted meanwhile.
    """
    raise NotImplementedError


async def host_mute(account_id: str, code: str, identity: str, track_sid: str) -> None:
    """Mute somebody's track. Raises NotFound, Unavailable."""
    raise NotImplementedError


async def host_remove(account_id: str, code: str, identity: str) -> None:
    """Send somebody out and give them no new token for this meeting. Raises NotFound, Unavailable."""
    raise NotImplementedError


async def host_lock(account_id: str, code: str, locked: bool) -> None:
    """Lock or unlock the door. Raises NotFound, NotAllowed."""
    raise NotImplementedError


async def host_end(account_id: str, code: str) -> None:
    """End for all. Raises NotFound, Unavailable (the meeting is marked ended even then)."""
    raise NotImplementedError
