"""Work that was given up ("dead letters"): staff try it again or drop it, which is recorded; untouched, it is forgotten.

It says what kind of work it was and how it failed, never what it was about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import col, select

from conference_app import database
from conference_app.errors import NotFound
from conference_app.models.jobs import Job
from conference_app.services import audit, paging
from conference_app.services.audit import AuditTag
from conference_app.services.jobs import queue
from conference_app.services.paging import Page
from conference_app.texts import n_

KEPT_FOR = timedelta(days=30)
"""How long it stays to be looked at."""
_GONE = n_("This work is no longer there.")


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that was given up."""

    id: str
    kind: str
    attempts: int
    last_error: str
    """The name of the exception."""
    created_at: datetime


async def listed(number: int = 1) -> Page[FailedJob]:
    """A page of it, newest first."""
    query = select(Job).where(col(Job.is_dead).is_(True)).order_by(col(Job.created_at).desc(), col(Job.id))
    async with database.reading() as db:
        found = await paging.page(db, query, number)
    return found.of(lambda job: FailedJob(job.id, job.kind, job.attempts, job.last_error, job.created_at))


def _given_up(job_id: str) -> tuple[ColumnElement[bool], ...]:
    return (col(Job.id) == job_id, col(Job.is_dead).is_(True))


async def try_again(job_id: str, *, staff_id: str) -> None:
    """Give the work a new life. Raises NotFound for what was not given up."""
    alive = {"is_dead": False, "attempts": 0, "run_at": datetime.now(UTC)}
    async with database.session() as db:
        found = await db.exec(update(Job).where(*_given_up(job_id)).values(alive).returning(col(Job.id)))
        if found.first() is None:
            raise NotFound(_GONE)
        await audit.record(db, AuditTag.STAFF_JOB_RETRIED, account_id=staff_id, detail=job_id)
        queue.wake_after_commit(db)


async def drop(job_id: str, *, staff_id: str) -> None:
    """Forget the work for good. Raises NotFound for what was not given up."""
    async with database.session() as db:
        found = await db.exec(delete(Job).where(*_given_up(job_id)).returning(col(Job.id)))
        if found.first() is None:
            raise NotFound(_GONE)
        await audit.record(db, AuditTag.STAFF_JOB_DROPPED, account_id=staff_id, detail=job_id)


@queue.periodic("jobs.sweep", timedelta(days=1))
async def _sweep(_payload: queue.Payload) -> None:
    """Forget what nobody looked at in time."""
    old = col(Job.created_at) < queue.now() - KEPT_FOR
    async with database.session() as db:
        await db.exec(delete(Job).where(col(Job.is_dead).is_(True), old))
