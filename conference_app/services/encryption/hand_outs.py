"""What the leader of a large meeting hands out with a commit: the secret, sealed for each, and who is in by it.

Members believe it only as far as the leader's signature goes, which we do not read.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import bindparam, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import Admission, EncryptionGroup, EncryptionMember
from conference_app.purposes import ADMISSIONS


@dataclass(frozen=True, slots=True)
class HandOut:
    """By identity, the secret as only that browser can open it; and who is in no longer."""

    sealed: Mapping[str, bytes] = field(repr=False)
    out: Collection[str] = ()


async def may_lead(db: AsyncSession, group: EncryptionGroup, identity: str) -> bool:
    """Whether `identity` is the organizer's, or was given the host's rights. Guests could only keep leaders waiting."""
    if identity.startswith("host-"):
        return True
    async with database.within(db, ADMISSIONS) as own:
        row = await own.get(Admission, (group.meeting_id, group.room, identity))
    return row is not None and row.may_host and row.removed_at is None


async def note(db: AsyncSession, room: str, epoch: int, handed: HandOut) -> str:
    """Keep for each the newest of what was sealed for them, and note who is in; `EncryptionCommit.roll` of this commit.

    What is for somebody who was never connected is left out.
    """
    query = select(EncryptionMember.identity, EncryptionMember.is_member).where(EncryptionMember.room == room)
    was_in = dict((await db.exec(query)).all())
    given = {identity: piece for identity, piece in handed.sealed.items() if identity in was_in}
    left = [identity for identity in handed.out if was_in.get(identity) and identity not in given]
    await _keep(db, room, epoch, given)
    is_left = col(EncryptionMember.room) == room, col(EncryptionMember.identity).in_(left)
    await db.exec(update(EncryptionMember).where(*is_left).values(is_member=False, sealed=None, sealed_epoch=None))
    return json.dumps({"in": [identity for identity in given if not was_in[identity]], "out": left})


async def _keep(db: AsyncSession, room: str, epoch: int, given: Mapping[str, bytes]) -> None:
    is_whose = col(EncryptionMember.room) == room, col(EncryptionMember.identity) == bindparam("whose")
    statement = update(EncryptionMember).where(*is_whose)
    statement = statement.values(sealed=bindparam("piece"), sealed_epoch=epoch, is_member=True)
    if given:
        rows = [{"whose": identity, "piece": piece} for identity, piece in given.items()]
        await (await db.connection()).execute(statement, rows)
