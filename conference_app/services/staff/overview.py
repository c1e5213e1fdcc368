"""What waits for the staff: numbers only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import Case, ContactThread, Job, LegalHold, LegalRequest, Newsletter
from conference_app.purposes import REQUESTS
from conference_app.services.newsletters.views import Stage


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of each is open."""

    threads: int
    cases: int
    next_case_days: int | None
    """Whole days until the first case is due; below zero when it is late; None without an open case."""
    noted_requests: int
    newsletters: int
    dead_jobs: int
    holds: int


async def _number(db: AsyncSession, condition: ColumnElement[bool]) -> int:
    return (await db.exec(select(func.count()).where(condition))).one()


async def read(*, now: datetime | None = None) -> Waiting:
    """Everything that is open now."""
    open_case = col(Case.closed_at).is_(None)
    async with database.reading(REQUESTS) as db:
        due = (await db.exec(select(func.min(col(Case.due_at))).where(open_case))).one()
        return Waiting(
            threads=await _number(db, col(ContactThread.closed_at).is_(None)),
            cases=await _number(db, open_case),
            next_case_days=(due - (now or datetime.now(UTC))) // timedelta(days=1) if due else None,
            noted_requests=await _number(db, col(LegalRequest.decided_at).is_(None)),
            newsletters=await _number(db, col(Newsletter.status).in_((Stage.QUEUING, Stage.SENDING))),
            dead_jobs=await _number(db, col(Job.is_dead).is_(True)),
            holds=await _number(db, col(LegalHold.lifted_at).is_(None)),
        )
