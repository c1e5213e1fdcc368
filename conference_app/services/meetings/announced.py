"""Whose meeting it is and when it begins, for those who are invited; its subject comes with admission only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from conference_app.models import Meeting
from conference_app.services.accounts import introductions


@dataclass(frozen=True, slots=True)
class Announced:
    """What the lobby says of a meeting."""

    host: str = field(default="", repr=False)
    """Empty while the host wants their data kept only (GDPR Art. 18)."""
    starts_at: datetime | None = None
    """UTC."""
    time_zone: str = ""


async def of_meeting(meeting: Meeting) -> Announced:
    """What to say to somebody who has shown all that the invitation says."""
    return Announced(await introductions.name_of(meeting.account_id), meeting.starts_at, meeting.time_zone)
