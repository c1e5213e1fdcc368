"""Which worker has which job: it claims the job under a lease, which it renews for as long as the job runs.

Whether a worker still lives is told by its renewing, never by comparing times: clocks differ, and leap when a machine
wakes or a time source corrects it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, tuple_, update
from sqlmodel import col, select

from conference_app import database
from conference_app.models.columns import new_id
from conference_app.models.jobs import Job
from conference_app.services.jobs import queue

LEASE = timedelta(seconds=60)
"""How long a worker that is heard of no more keeps a job."""


def _due(now: datetime, kinds: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Job.is_dead).is_(False),
        col(Job.run_at) <= now,
        col(Job.lease).is_(None),
        col(Job.kind).in_(kinds),
    )


async def claim(now: datetime, kinds: Sequence[str] = ()) -> list[Job]:
    """The most urgent job that is due, with others of its kind as far as they are done together; now the caller's.

    Workers at the same moment get different ones.
    """
    urgent = (col(Job.priority), col(Job.run_at))
    async with database.reading() as db:
        first = select(Job.kind).where(*_due(now, kinds or list(queue.KINDS))).order_by(*urgent).limit(1)
        kind = (await db.exec(first)).first()
    if kind is None:
        return []
    lease = new_id()
    async with database.session() as db:
        batch = select(Job.id).where(*_due(now, [kind])).order_by(*urgent).limit(queue.KINDS[kind].most)
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


class Watch:
    """One worker's eye on everybody's leases: ends those that it has seen stand still for LEASE."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str | None, datetime | None], float] = {}
        """Each lease as it was last renewed, and since when it stands so."""

    async def look(self, now_s: float) -> None:
        """Look at them at the second `now_s` of a clock that cannot be set; what the dead had is free for the living."""
        query = select(Job.lease, Job.leased_until).where(col(Job.lease).is_not(None)).distinct()
        async with database.reading() as db:
            held = (await db.exec(query)).all()
        self._seen = {lease: self._seen.get(lease, now_s) for lease in held}
        dead = [lease for lease, since in self._seen.items() if now_s - since >= LEASE.total_seconds()]
        if dead:
            theirs = tuple_(col(Job.lease), col(Job.leased_until)).in_(dead)
            async with database.session() as db:
                await db.exec(update(Job).where(theirs).values(lease=None, leased_until=None))
                queue.wake_after_commit(db)
