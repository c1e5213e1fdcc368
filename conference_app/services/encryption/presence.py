"""Who of a room's browsers is connected, and who is gone: the process that has a socket says so again and again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, NotAllowed
from conference_app.models import EncryptionGroup, EncryptionMember
from conference_app.purposes import ENCRYPTION
from conference_app.services.encryption import groups
from conference_app.texts import n_

RENEWED_EVERY_S = 15.0
STAYS = timedelta(seconds=40)
"""How long a process that says nothing any more is believed to have its sockets."""
RECONNECTS = timedelta(seconds=12)
"""How long who was connected may take to come back."""


class Full(ConferenceError):
    """As many browsers are connected to the room as there may be."""

    code = "room_full"
    status = 503


NOT_READY = -1
"""The epoch for which who is a member and has said nothing yet is ready."""


async def enter(room: str, identity: str, socket: str, *, most: int, now: datetime, follows: bool = False) -> None:
    """Note that `identity` is connected by `socket`, which takes the place of any other of theirs.

    `follows`: it still knows the group. Else nobody waits for it to be ready before it has come in anew.
    Raises NotFound when the room is not open, Full beyond `most` identities, NotAllowed for who was sent out.
    """
    async with database.session(ENCRYPTION) as db:
        group = await groups.opened(db, room)
        member = await db.get(EncryptionMember, (room, identity))
        if member is not None and member.is_removed:
            raise NotAllowed(n_("The host has removed you from this meeting."))
        await _check_place(db, room, identity, most, now)
        if group.turn_identity == identity:
            group.turn_identity = ""
        row = member or EncryptionMember(room=room, identity=identity, socket=socket, seen_until=now)
        row.socket, row.seen_until, row.turn = socket, now + STAYS, None
        row.ready_epoch = row.ready_epoch if follows else None
        db.add(row)
        groups.touch(db, group)


async def _check_place(db: AsyncSession, room: str, identity: str, most: int, now: datetime) -> None:
    others = col(EncryptionMember.room) == room, col(EncryptionMember.identity) != identity
    query = select(func.count()).where(*others, col(EncryptionMember.seen_until) > now)
    if (await db.exec(query)).one() >= most:
        raise Full(n_("The room is full: {most} people are in it. Try again when somebody has left."), most=most)


async def renew(room: str, sockets: Collection[str], *, now: datetime) -> None:
    """Say that these sockets are still there."""
    await _set_seen(room, sockets, now + STAYS)


async def leave(room: str, sockets: Collection[str], *, now: datetime) -> None:
    """Note that these sockets are closed: who does not come back soon counts as gone. Their turns are free."""
    async with database.session(ENCRYPTION) as db:
        group = await groups.locked(db, room)
        if group is None:
            return
        theirs = col(EncryptionMember.room) == room, col(EncryptionMember.socket).in_(sockets)
        query = select(EncryptionMember.identity).where(*theirs)
        if group.turn_identity in (await db.exec(query)).all():
            group.turn_identity = ""
        left = update(EncryptionMember).where(*theirs, col(EncryptionMember.is_removed).is_(False))
        await db.exec(left.values(seen_until=now + RECONNECTS, turn=None))
        groups.touch(db, group)


async def bye(room: str, identity: str, socket: str, *, now: datetime) -> None:
    """Count `identity` as gone at once, if `socket` is their newest one: it is theirs no longer."""
    async with database.session(ENCRYPTION) as db:
        group = await groups.locked(db, room)
        member = await db.get(EncryptionMember, (room, identity))
        if group is None or member is None or member.socket != socket or member.is_removed:
            return
        if group.turn_identity == identity:
            group.turn_identity = ""
        member.socket, member.seen_until, member.turn = "", now, None
        groups.touch(db, group)


async def note_ready(room: str, epoch: int, sockets: Collection[str]) -> None:
    """Note that those whose newest sockets these are have the keys of `epoch`, if it is the group's current one."""
    async with database.session(ENCRYPTION) as db:
        group = await groups.locked(db, room)
        if group is None or group.epoch != epoch:
            return
        theirs = col(EncryptionMember.room) == room, col(EncryptionMember.socket).in_(sockets)
        await db.exec(update(EncryptionMember).where(*theirs).values(ready_epoch=epoch))
        groups.touch(db, group)


async def _set_seen(room: str, sockets: Collection[str], until: datetime) -> None:
    theirs = col(EncryptionMember.room) == room, col(EncryptionMember.socket).in_(sockets)
    async with database.session(ENCRYPTION) as db:
        there = update(EncryptionMember).where(*theirs, col(EncryptionMember.is_removed).is_(False))
        await db.exec(there.values(seen_until=until))


async def remove(db: AsyncSession, room: str, identities: Collection[str]) -> None:
    """Have these count as gone as soon as the transaction of `db` is committed, and for as long as the room is open."""
    theirs = col(EncryptionMember.room) == room, col(EncryptionMember.identity).in_(identities)
    await db.exec(update(EncryptionMember).where(*theirs).values(is_removed=True, turn=None))
    is_turn = col(EncryptionGroup.room) == room, col(EncryptionGroup.turn_identity).in_(identities)
    await db.exec(update(EncryptionGroup).where(*is_turn).values(turn_identity=""))
    await groups.changed(db, room)
