"""Who has the host's rights in a meeting now: its organizer, and whom they were handed over to while the room is open."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import NotFound
from conference_app.models import Admission, Meeting
from conference_app.purposes import ADMISSIONS
from conference_app.services.meetings import meetings
from conference_app.services.room.visitors import identity_of


@dataclass(frozen=True, slots=True)
class Caller:
    """Who gives an order, as the session and the tab prove it."""

    account_id: str = ""
    """Empty for a guest."""
    tab_id: str = field(default="", repr=False)
    """The tab's secret (`session.tab_id(state)`)."""


async def hosted(db: AsyncSession, caller: Caller, code: str, *, is_locked: bool = False) -> Meeting:
    """The meeting with that code, if `caller` is its host now; `is_locked`: its row, until the transaction of `db` ends.

    Raises NotFound for everybody else, as if there were none.
    """
    if caller.account_id:
        try:
            return await meetings.own_row(db, caller.account_id, code, is_locked=is_locked)
        except NotFound:
            pass  # none, or somebody else's, in whose room the caller may have been given the host's rights: see below
    meeting = await meetings.row_by_code(db, code, is_locked=is_locked)
    if meeting is None or not meetings.is_open(meeting) or not await _was_given_rights(db, meeting, caller):
        raise NotFound(meetings.NO_MEETING)
    return meeting


async def _was_given_rights(db: AsyncSession, meeting: Meeting, caller: Caller) -> bool:
    if not caller.tab_id:
        return False
    identity, _person = identity_of(meeting, caller.tab_id, caller.account_id)
    async with database.within(db, ADMISSIONS) as own:
        row = await own.get(Admission, (meeting.id, meeting.room, identity))
    return row is not None and row.may_host and row.removed_at is None
