"""Whose turn it is to commit: first come, first served, a few seconds each, so that nobody computes for nothing.

The queue is in the database, since the browsers of a room are connected to several processes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from conference_app import database
from conference_app.models import EncryptionGroup, EncryptionMember
from conference_app.purposes import ENCRYPTION
from conference_app.services.encryption import groups, hand_outs

LEASE = timedelta(seconds=3)
"""After that the turn may go to the next; who is slow still commits as long as nobody else has been given it."""
APART = timedelta(milliseconds=100)
"""Between two turns of a room: a ring of 16 keys holds more than a second of epochs then."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody may commit."""

    identity: str
    socket: str
    epoch: int
    info: bytes = field(repr=False)
    """Empty before the group is created."""


def free_from(holder: str, began: datetime | None) -> datetime | None:
    """When the next turn can begin; None: at any time."""
    return None if began is None else began + (LEASE if holder else APART)


async def ask(room: str, identity: str, socket: str) -> bool:
    """Put the newest socket of `identity` into the queue, or leave it where it is; False for others, and the removed.

    Where a leader hands out secrets, also for who may not lead.
    Who asks during their own turn gives it back. Raises NotFound when the room is closed.
    """
    async with database.session(ENCRYPTION) as db:
        group = await groups.require(db, room)
        member = await db.get(EncryptionMember, (room, identity))
        if member is None or member.socket != socket or member.is_removed:
            return False
        if group.driver == groups.LED and not await hand_outs.may_lead(db, group, identity):
            return False
        if group.turn_identity == identity:
            group.turn_identity = ""
        if member.turn is None:
            group.turns += 1
            member.turn = group.turns
        groups.touch(db, group)
    return True


async def give(room: str, ours: Collection[str], *, now: datetime, overtaking: bool = False) -> Turn | None:
    """Give the turn to who has waited longest, if it is free and that is one of our sockets.

    `overtaking`: to the first of ours; the process of those before has had its time. Raises NotFound when the room is
    closed.
    """
    async with database.session(ENCRYPTION) as db:
        group = await groups.require(db, room)
        free = free_from(group.turn_identity, group.turn_at)
        if free is not None and group.turn_at is not None and group.turn_at <= now < free:
            return None
        query = select(EncryptionMember).where(*_is_waiting(room, now)).options(*groups.without_pieces())
        query = query.order_by(col(EncryptionMember.turn))
        member = _next((await db.exec(query)).all(), ours, overtaking=overtaking)
        if member is None:
            return None
        member.turn = None
        group.turn_identity, group.turn_at = member.identity, now
        groups.touch(db, group)
        info = (await db.exec(select(EncryptionGroup.info).where(EncryptionGroup.room == room))).one()
        return Turn(member.identity, member.socket, group.epoch, info or b"")


def _is_waiting(room: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(EncryptionMember.room) == room,
        col(EncryptionMember.turn).is_not(None),
        col(EncryptionMember.is_removed).is_(False),
        col(EncryptionMember.seen_until) > now,
    )


def _next(waiting: Sequence[EncryptionMember], ours: Collection[str], *, overtaking: bool) -> EncryptionMember | None:
    candidates = waiting if overtaking else waiting[:1]
    return next((one for one in candidates if one.socket in ours), None)


async def give_back(room: str, identity: str) -> None:
    """End the turn of `identity`, if it is theirs. Raises NotFound when the room is closed."""
    async with database.session(ENCRYPTION) as db:
        group = await groups.require(db, room)
        if group.turn_identity == identity:
            group.turn_identity = ""
            groups.touch(db, group)
