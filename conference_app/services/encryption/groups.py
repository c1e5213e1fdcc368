"""The row of a room's group: made when the first browser comes, locked by who changes it, gone with the room.

Every change raises its counter `changes`, by which other processes notice it, and wakes this one once it is committed.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from sqlalchemy import delete, event, update
from sqlalchemy.orm import QueryableAttribute, Session, defer
from sqlalchemy.orm.interfaces import ORMOption
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.errors import NotFound
from conference_app.models import EncryptionGroup, EncryptionMember, Meeting
from conference_app.purposes import ENCRYPTION
from conference_app.services.jobs import wake_ups
from conference_app.texts import n_

MLS, LED = "mls", "hpke"
"""Ways to agree on keys: all commit (MLS), or a leader seals a secret to each (HPKE)."""
MOST_WITH_MLS = 150
"""People; each commit costs every member more, the more there are."""


def _driver() -> str:
    """The way for a room that opens: fixed until it closes."""
    return MLS if settings().media_room_capacity <= MOST_WITH_MLS else LED


def topic(room: str) -> str:
    """The wake-up topic that is published when something of the room's group has changed."""
    return f"keys {room}"


def tell(db: AsyncSession, room: str) -> None:
    """Wake who listens to the room as soon as the transaction of `db` is committed."""

    def publish(_session: Session) -> None:
        wake_ups.publish(topic(room))

    event.listen(db.sync_session, "after_commit", publish, once=True)


def touch(db: AsyncSession, group: EncryptionGroup) -> None:
    """Note that `group`, which `db` holds locked, has changed."""
    group.changes += 1
    tell(db, group.room)


def without_info() -> ORMOption:
    """An option of a statement: `EncryptionGroup.info`, which may be large, is not loaded."""
    return _without(EncryptionGroup.info)


def without_pieces() -> tuple[ORMOption, ...]:
    """Options of a statement: of `EncryptionMember` neither card nor sealed secret are loaded."""
    return _without(EncryptionMember.card), _without(EncryptionMember.sealed)


def _without(column: bytes | None) -> ORMOption:
    return defer(cast("QueryableAttribute[bytes | None]", column), raiseload=True)


async def locked(db: AsyncSession, room: str) -> EncryptionGroup | None:
    """The room's group, locked until the transaction ends; without its `info`."""
    query = select(EncryptionGroup).where(EncryptionGroup.room == room).options(without_info())
    return (await db.exec(query.with_for_update())).first()


async def require(db: AsyncSession, room: str) -> EncryptionGroup:
    """`locked`, for a room that is open. Raises NotFound."""
    group = await locked(db, room)
    if group is None:
        raise NotFound(n_("This meeting has ended."))
    return group


async def opened(db: AsyncSession, room: str) -> EncryptionGroup:
    """`locked`, made if there is none yet. Raises NotFound when the room is not open (any more)."""
    if (group := await locked(db, room)) is not None:
        return group
    is_open = col(Meeting.opened_at).is_not(None), col(Meeting.ended_at).is_(None)
    query = select(Meeting.id).where(col(Meeting.room) == room, *is_open).with_for_update()
    meeting_id = (await db.exec(query)).first()
    if meeting_id is None:
        raise NotFound(n_("This meeting has ended."))
    if (group := await locked(db, room)) is not None:  # somebody else's, made while we waited for the meeting's row
        return group
    group = EncryptionGroup(room=room, meeting_id=meeting_id, driver=_driver(), info=None)
    db.add(group)
    await db.flush()
    return group


async def changed(db: AsyncSession, room: str) -> None:
    """Note a change of the room in the transaction of `db`, which need not hold the group."""
    is_it = col(EncryptionGroup.room) == room
    await db.exec(update(EncryptionGroup).where(is_it).values(changes=col(EncryptionGroup.changes) + 1))
    tell(db, room)


async def forget(db: AsyncSession, room: str) -> None:
    """Delete everything of a room that closes in the transaction of `db`, and have its sockets end."""
    await db.exec(delete(EncryptionGroup).where(col(EncryptionGroup.room) == room))
    tell(db, room)


async def changes_of(rooms: Collection[str]) -> dict[str, int]:
    """The counters of these rooms; those that are closed are not in it."""
    query = select(EncryptionGroup.room, EncryptionGroup.changes).where(col(EncryptionGroup.room).in_(rooms))
    async with database.reading(ENCRYPTION) as db:
        return dict((await db.exec(query)).all())
