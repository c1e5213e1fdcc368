"""Which mails of a meeting a participant asked for. Nothing else is ever sent to a participant."""

from __future__ import annotations

from typing import assert_never

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import MeetingMailGrant
from conference_app.purposes import CONSENT_PROOF
from conference_app.services.emails.messages import Occasion


async def stop(db: AsyncSession, *, address_id: str, meeting_id: str) -> None:
    """Take back what can be taken back: reminder and follow-up. Confirmation and changes are the meeting itself."""
    mine = (col(MeetingMailGrant.meeting_id) == meeting_id, col(MeetingMailGrant.address_id) == address_id)
    await db.exec(update(MeetingMailGrant).where(*mine).values(wants_reminder=False, wants_follow_up=False))


async def stop_all(db: AsyncSession, *, address_id: str) -> None:
    """The same for every meeting that the address takes part in."""
    mine = col(MeetingMailGrant.address_id) == address_id
    await db.exec(update(MeetingMailGrant).where(mine).values(wants_reminder=False, wants_follow_up=False))


async def wants(db: AsyncSession, *, meeting_id: str, address_id: str, occasion: Occasion) -> bool:
    """Whether this participant of this meeting gets emails of `occasion`; False for anybody else."""
    async with database.within(db, CONSENT_PROOF) as own:
        row = await own.get(MeetingMailGrant, (meeting_id, address_id))
    if row is None:
        return False
    match occasion:
        case "confirmation" | "change":
            return True
        case "reminder":
            return row.wants_reminder
        case "follow_up":
            return row.wants_follow_up
        case _:
            assert_never(occasion)
