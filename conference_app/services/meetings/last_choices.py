"""How somebody made their last meeting, to fill in the next one: only for those who agreed to that.

Nothing is kept for it: what is read are the meetings themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import col, select

from conference_app import database
from conference_app.models import Meeting
from conference_app.purposes import PERSONALISATION
from conference_app.services.consent import legal_basis
from conference_app.services.people.subjects import Subject


@dataclass(frozen=True, slots=True)
class Habit:
    """What a new meeting begins with; the defaults are those of everybody."""

    is_planned: bool = False
    """Whether it has a set time."""
    time_zone: str = ""
    """IANA name; empty: the one of the browser."""


async def usual(account_id: str) -> Habit:
    """The choices of the person's last meeting; everybody's defaults without a live consent or a meeting."""
    async with database.reading() as db:
        live = await legal_basis.with_basis(db, PERSONALISATION, [Subject("account", account_id)])
        if not live.subjects:
            return Habit()
        async with database.within(db, live) as own:
            newest = select(Meeting).where(Meeting.account_id == account_id).order_by(col(Meeting.created_at).desc())
            last = (await own.exec(newest.limit(1))).first()
            return Habit(last.starts_at is not None, last.time_zone) if last is not None else Habit()
