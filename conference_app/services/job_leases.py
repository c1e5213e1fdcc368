"""Which worker has which job: a job is claimed for a lease, which its worker renews for as long as the job runs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, update
from sqlmodel import col, select

from conference_app import database
from conference_app.models.columns import new_id
from conference_app.models.job import Job
from conference_app.services import jobs

LEASE = timedelta(seconds=60)
"""How long a worker that is heard of no more keeps a job."""


def _due(now: datetime, kinds: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Job.is_dead).is_(False),
        col(Job.run_at) <= now,
        or_(col(Job.lease).is_(None), col(Job.leased_until) < now),
        col(Job.kind).in_(kinds),
    )


async def claim(now: datetime, kinds: Sequence[str] = ()) -> list[Job]:
    """The most urgent job that is due, with others of its kind as far as they are done together; now the caller's.

    Workers at the same moment get different ones.
    """
    urgent = (col(Job.priority), col(Job.run_at))
    async with database.reading() as db:
        first = select(Job.kind).where(*_due(now, kinds or list(jobs.KINDS))).order_by(*urgent).limit(1)
        kind = (await db.exec(first)).first()
    if kind is None:
        return []
    lease = new_id()
    async with database.session() as db:
        batch = select(Job.id).where(*_due(now, [kind])).order_by(*urgent).limit(jobs.KINDS[kind].most)
        ids = (await db.exec(batch.with_for_update(skip_locked=True))).all()
        values = {"lease": lease, "leased_until": now + LEASE, "attempts": Job.attempts + 1}
        await db.exec(update(Job).where(col(Job.id).in_(ids)).values(values))
        return list((await db.exec(select(Job).where(Job.lease == lease).order_by(*urgent))).all())


async def renew(leases: Collection[str | None], now: datetime) -> None:
    """Say at `now` that the workers of these leases are alive."""
    if leases:
        async with database.session() as db:
            await db.exec(update(Job).where(col(Job.lease).in_(leases)).values(leased_until=now + LEASE))


async def release(job: Job, **values: Any) -> None:
    """Give the lease back with `values`, unless the job was planned anew meanwhile: then its new plan stands."""
    free: dict[str, Any] = {"lease": None, "leased_until": None}
    async with database.session() as db:
        mine = (col(Job.id) == job.id, col(Job.lease) == job.lease)
        await db.exec(update(Job).where(*mine, col(Job.version) == job.version).values(free | values))
        await db.exec(update(Job).where(*mine).values(free))
