"""Participants of meetings for tests, until there are pages on which one becomes a participant."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.models import MeetingMailGrant


async def takes_part(
    db: AsyncSession, *, meeting_id: str, address_id: str, reminder: bool, follow_up: bool, now: datetime | None = None
) -> None:
    """Note that `address_id` takes part in the meeting, and what the participant ticked."""
    row = await db.get(MeetingMailGrant, (meeting_id, address_id))
    row = row or MeetingMailGrant(meeting_id=meeting_id, address_id=address_id, created_at=now or datetime.now(UTC))
    row.wants_reminder, row.wants_follow_up = reminder, follow_up
    db.add(row)
    await db.flush()
