"""The seats of a room: a guest comes in on one of them, and no more are given out than the room has.

They are counted by the rows of those let in, within the transaction that lets one in: the media server hears of a
person seconds later, so of many who ask at the same moment it knows nobody. The host needs none: one place of the room
is never a guest's. Who is gone keeps a seat until somebody else needs it; after that their token opens nothing
(`admissions.admits`), and asking for a place gives a new one if there is any.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.config import settings
from conference_app.errors import ConferenceError
from conference_app.models import Admission
from conference_app.models.columns import lookup_key
from conference_app.texts import n_

KEPT_FOR_HOST = 1
"""Places of a room that no guest gets."""
COMING_IN = timedelta(seconds=30)
"""How long who has a token may take to appear in the room without losing the seat."""
NETWORK_SHARE = 4 / 5
"""Of the guests' seats, the part that visitors behind one network address may hold together: a school or a company
sits behind one, and somebody who opens tab after tab still leaves seats to others."""


class RoomFull(ConferenceError):
    """No seat is left."""

    code = "room_full"
    status = 503


class AllTaken(Exception):
    """Every seat is given out: ask the media server who is there, and call `take` again with that."""


def guest_seats() -> int:
    """How many guests may be in a room at once."""
    return settings().room_capacity - KEPT_FOR_HOST


def network_key(room: str, network: str) -> str:
    """What tells visitors behind one network address from others in this room; it names no address."""
    return lookup_key("room-network", f"{room}\0{network}").hex()[:20]


async def take(db: AsyncSession, row: Admission, *, now: datetime, present: Collection[str] | None = None) -> None:
    """Give `row` a seat, or keep the one it has. Call it while the row of the meeting is locked.

    `present` are the identities that the media server sees in the room; None: not asked yet. Raises AllTaken without
    it, and RoomFull with it, when no seat is free.
    """
    if row.seat_at is None:
        taken = await _taken(db, row)
        same_network = [one for one in taken if one.network == row.network]
        if len(same_network) >= max(1, int(guest_seats() * NETWORK_SHARE)):
            _free_one(same_network, now, present)
        elif len(taken) >= guest_seats():
            _free_one(taken, now, present)
    row.seat_at = now


async def _taken(db: AsyncSession, row: Admission) -> Sequence[Admission]:
    query = select(Admission).where(
        Admission.meeting_id == row.meeting_id,
        Admission.room == row.room,
        col(Admission.seat_at).is_not(None),
        col(Admission.removed_at).is_(None),
        col(Admission.identity).not_like("host-%"),
    )
    return (await db.exec(query)).all()


def _free_one(taken: Sequence[Admission], now: datetime, present: Collection[str] | None) -> None:
    """Take back the seat of whoever has been gone for longest."""
    if present is None:
        raise AllTaken
    gone = [one for one in taken if one.identity not in present and one.seat_at and one.seat_at < now - COMING_IN]
    if not gone:
        raise RoomFull(
            n_("The room is full: {most} people are in it. Try again when somebody has left."), most=len(present)
        )
    min(gone, key=lambda one: one.seat_at or now).seat_at = None
