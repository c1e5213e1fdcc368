"""Cards of a large meeting: who somebody is and by which key a secret reaches them, shown to everybody in the room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import EncryptionMember
from conference_app.purposes import ENCRYPTION
from conference_app.services.encryption import groups

CARD_LIMIT = 5000
"""Bytes of a card."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A card, as its owner has shown it last."""

    identity: str
    card: bytes = field(repr=False)
    is_in: bool
    """Whether a leader has let them in."""


async def show(room: str, identity: str, socket: str, card: bytes) -> None:
    """Keep the card of `identity`, whose newest socket this has to be, in place of the one before.

    Does nothing where no leader hands out secrets. Raises NotFound when the room is closed.
    """
    async with database.session(ENCRYPTION) as db:
        group = await groups.require(db, room)
        member = await db.get(EncryptionMember, (room, identity))
        if group.driver != groups.LED or member is None or member.socket != socket or member.card == card:
            return
        group.cards += 1
        member.card, member.card_number = card, group.cards
        groups.touch(db, group)


async def shown_after(db: AsyncSession, room: str, number: int) -> list[Shown]:
    """The cards that are newer than that `number`, in order. `db` reads for ENCRYPTION."""
    return await _shown(db, room, col(EncryptionMember.card_number) > number)


async def all_shown(room: str, *, now: datetime) -> list[Shown]:
    """The cards of all who are in or are connected."""
    is_there = col(EncryptionMember.is_removed).is_(False) & (col(EncryptionMember.seen_until) > now)
    async with database.reading(ENCRYPTION) as db:
        return await _shown(db, room, or_(col(EncryptionMember.is_member), is_there))


async def _shown(db: AsyncSession, room: str, which: ColumnElement[bool]) -> list[Shown]:
    of = EncryptionMember
    is_shown = col(of.room) == room, col(of.card).is_not(None), which
    query = select(of.identity, of.card, of.is_member).where(*is_shown).order_by(col(of.card_number))
    rows: Sequence[tuple[str, bytes | None, bool]] = (await db.exec(query)).all()
    return [Shown(identity, card or b"", is_in) for identity, card, is_in in rows]
