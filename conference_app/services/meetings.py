"""Meetings: create, list, change, delete, open and close. Only the organizer sees and changes their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

MeetingState = Literal["waiting", "open", "locked", "ended"]
"""waiting: not opened yet; locked: open, but nobody new gets in."""


@dataclass(frozen=True, slots=True)
class MeetingForm:
    """What the organizer typed, unchecked. `starts_at` is local wall time such as 2026-11-24T14:00, or empty."""

    subject: str
    starts_at: str = ""
    time_zone: str = ""
    """IANA name such as Europe/Warsaw; needed when `starts_at` is given."""
    pass_phrase: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OwnMeeting:
    """A meeting as its organizer sees it."""

    id: str
    code: str
    path: str
    """/m/<code>; put settings.public_url in front for the invitation link."""
    subject: str
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

    code: str
    state: MeetingState
    needs_pass_phrase: bool


async def create(account_id: str, form: MeetingForm, *, now: datetime | None = None) -> OwnMeeting:
    """A new meeting. Raises InvalidInput (fields: subject, starts_at, time_zone, pass_phrase), TooManyAttempts."""
    raise NotImplementedError


async def list_for(account_id: str) -> list[OwnMeeting]:
    """All meetings of the account, newest first; at most 500."""
    raise NotImplementedError


async def get_own(account_id: str, code: str) -> OwnMeeting:
    """The account's own meeting. NotFound for everything else."""
    raise NotImplementedError


async def update(account_id: str, code: str, form: MeetingForm) -> OwnMeeting:
    """Change subject, time, pass-phrase. Raises InvalidInput, NotFound."""
    raise NotImplementedError


async def delete(account_id: str, code: str) -> None:
    """Delete the meeting; a running room is ended. Raises NotFound."""
    raise NotImplementedError


async def open_room(account_id: str, code: str, *, now: datetime | None = None) -> OwnMeeting:
    """Let guests in ("Start meeting"). An ended meeting opens again with a new room. Raises NotFound."""
    raise NotImplementedError


async def set_locked(account_id: str, code: str, locked: bool) -> OwnMeeting:
    """Lock or unlock the door of an open meeting. Raises NotFound, NotAllowed when it is not open."""
    raise NotImplementedError


async def close_room(account_id: str, code: str, *, now: datetime | None = None) -> OwnMeeting:
    """Mark the meeting ended (the people in it are sent home by `joining.host_end`). Raises NotFound."""
    raise NotImplementedError


async def find_by_code(code: str, *, address: str = "") -> PublicMeeting:
    """What a guest may know. Spaces, capitals and missing hyphens in `code` are forgiven.

    Raises NotFound, TooManyAttempts after many wrong codes from one address.
    """
    raise NotImplementedError
