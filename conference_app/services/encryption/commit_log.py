"""The log of a room's group: one commit leads from each epoch to the next, and all members see them in one order.

We do not read what is committed. Who commits claims an epoch; members refuse what does not fit.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import EncryptionCommit, EncryptionGroup, EncryptionMember
from conference_app.purposes import ENCRYPTION
from conference_app.services.encryption import groups, hand_outs, presence
from conference_app.services.encryption.hand_outs import HandOut

COMMIT_LIMIT = 64 * 1024
"""Bytes of a commit; one among 150 members has some 2 kB."""
INFO_LIMIT = 256 * 1024
"""Bytes of a GroupInfo with its tree; one of 500 members has 128 kB."""
KEPT_EPOCHS = 500
CATCH_UP_LIMIT = 256 * 1024
"""Bytes of commits that are handed to who comes back; who has missed more joins anew, which costs them less."""
ENCRYPTED_FACTOR = 2
"""How much longer rows may be than what is encrypted in them: a third, and some bytes for each."""
NO_GROUP = -1
"""The epoch before somebody has created the group."""
Reason = Literal["epoch", "turn", "size", "rate"]


@dataclass(frozen=True, slots=True)
class Entry:
    """The commit that led to `epoch`."""

    epoch: int
    message: bytes = field(repr=False)
    identity: str
    came: Sequence[str] = ()
    """Whom a leader has let in by it; none with MLS."""
    left: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A commit was not taken; the group is in `epoch`."""

    reason: Reason
    epoch: int


async def append(
    room: str,
    identity: str,
    epoch: int,
    message: bytes,
    info: bytes,
    handed: HandOut | None = None,
    *,
    now: datetime,
) -> int | Refused:
    """Take the commit of `identity`, whose turn it is, out of the current `epoch`; the epoch after it. Their turn ends.

    An MLS group is created by an empty `message` out of NO_GROUP. `handed` is what a leader hands out by it, and None
    with MLS. Raises NotFound when the room is closed.
    """
    try:
        async with database.session(ENCRYPTION) as db:
            group = await groups.require(db, room)
            if reason := _refusal(group, identity, epoch, message, info):
                return Refused(reason, group.epoch)
            group.epoch, group.info, group.turn_identity = epoch + 1, info, ""
            groups.touch(db, group)
            row = EncryptionCommit(room=room, epoch=epoch + 1, message=message, identity=identity, created_at=now)
            await _note(db, row, handed if group.driver == groups.LED else None)
            return epoch + 1
    except IntegrityError:  # the epoch has its commit
        return Refused("epoch", await _epoch_of(room))


def _refusal(group: EncryptionGroup, identity: str, epoch: int, message: bytes, info: bytes) -> Reason | None:
    if len(message) > COMMIT_LIMIT or not 0 < len(info) <= INFO_LIMIT:
        return "size"
    if group.epoch != epoch:
        return "epoch"
    return None if group.turn_identity == identity else "turn"


async def _note(db: AsyncSession, row: EncryptionCommit, handed: HandOut | None) -> None:
    """Write the commit down with who is in by it, and forget commits that are too old."""
    if handed is not None:
        row.roll = await hand_outs.note(db, row.room, row.epoch, handed)
    else:
        is_author = col(EncryptionMember.room) == row.room, col(EncryptionMember.identity) == row.identity
        is_in = {"is_member": True, "ready_epoch": presence.NOT_READY}
        await db.exec(update(EncryptionMember).where(*is_author).values(**is_in))
    if row.message:
        db.add(row)
        await db.flush()
    is_old = col(EncryptionCommit.room) == row.room, col(EncryptionCommit.epoch) <= row.epoch - KEPT_EPOCHS
    await db.exec(delete(EncryptionCommit).where(*is_old))


async def _epoch_of(room: str) -> int:
    async with database.reading(ENCRYPTION) as db:
        found = (await db.exec(select(EncryptionGroup.epoch).where(EncryptionGroup.room == room))).first()
    return NO_GROUP if found is None else found


async def since(db: AsyncSession, room: str, epoch: int) -> list[Entry]:
    """The commits after `epoch` that are still kept, in order. `db` reads for ENCRYPTION."""
    after = EncryptionCommit.room == room, EncryptionCommit.epoch > epoch
    query = select(EncryptionCommit).where(*after).order_by(col(EncryptionCommit.epoch))
    return [_entry(row) for row in (await db.exec(query)).all()]


def _entry(row: EncryptionCommit) -> Entry:
    roll = json.loads(row.roll) if row.roll else {"in": (), "out": ()}
    return Entry(row.epoch, row.message, row.identity, roll["in"], roll["out"])


async def catch_up(db: AsyncSession, room: str, known: int, current: int) -> Sequence[Entry] | None:
    """What leads from `known` to `current`; None if it cannot be had, or is too much: whoever asks has to join anew."""
    if known in (NO_GROUP, current):
        return ()
    if not known < current <= known + KEPT_EPOCHS:
        return None
    after = EncryptionCommit.room == room, EncryptionCommit.epoch > known, EncryptionCommit.epoch <= current
    length = func.coalesce(func.sum(func.length(EncryptionCommit.message)), 0)
    counted, size = (await db.exec(select(func.count(), length).where(*after))).one()
    if counted != current - known or size > ENCRYPTED_FACTOR * CATCH_UP_LIMIT + 200 * counted:
        return None
    found = [one for one in await since(db, room, known) if one.epoch <= current]
    return found if sum(len(one.message) for one in found) <= CATCH_UP_LIMIT else None
