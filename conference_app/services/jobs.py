"""Work for later, kept in the same database and committed with the rows that cause it.

At least once: a job runs until its handler returns; a worker that dies loses its lease, and the job runs again. So
handlers read the rows anew, and doing their work twice does no harm. Payloads carry identifiers only.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, event, insert, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models.columns import new_id
from conference_app.models.job import Job
from conference_app.services import bus

logger = logging.getLogger(__name__)

Payload = Mapping[str, str | int]
Handler = Callable[[Payload], Awaitable[None]]

LEASE = timedelta(seconds=60)
"""How long a worker that is heard of no more keeps a job; a living one renews it every third of that."""
MAX_RUN = timedelta(minutes=15)
"""A handler that takes longer is cancelled and tried again."""
MAX_ATTEMPTS = 14
"""Tries until a job is given up: about a day, at the delays below."""
FIRST_DELAY = timedelta(seconds=10)
LONGEST_DELAY = timedelta(hours=6)
DEAD_FOR = timedelta(days=30)
"""How long a dead letter stays to be looked at."""
LOOK_EVERY_S = 1.0
CONCURRENCY = 4
_TOPIC = "jobs"


class Postponed(Exception):
    """Raise it in a handler to be called again later without that counting as a failure."""

    def __init__(self, until: datetime) -> None:
        super().__init__("postponed")
        self.until = until


class GivenUp(Exception):
    """Raise it in a handler when trying again cannot help: the job is a dead letter at once."""


@dataclass(frozen=True, slots=True)
class _Kind:
    run: Handler
    every: timedelta | None


@dataclass(frozen=True, slots=True)
class Dead:
    """A job that was given up."""

    id: str
    kind: str
    attempts: int
    last_error: str
    created_at: datetime


_kinds: dict[str, _Kind] = {}
_now: ContextVar[datetime | None] = ContextVar("job_now", default=None)


def now() -> datetime:
    """The time for a running handler: the one given to `run_due`, else the clock's."""
    return _now.get() or datetime.now(UTC)


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Declare the decorated `async def f(payload) -> None` as what does jobs of `kind`."""
    return _register(kind, None)


def periodic(kind: str, every: timedelta) -> Callable[[Handler], Handler]:
    """Declare the decorated function as work to be done again `every` so often, by one worker; its payload is empty.

    It is never given up: a period that fails too often waits for the next.
    """
    return _register(kind, every)


def _register(kind: str, every: timedelta | None) -> Callable[[Handler], Handler]:
    def keep(run: Handler) -> Handler:
        if kind in _kinds and _kinds[kind].run.__qualname__ != run.__qualname__:
            raise ValueError(f"two handlers for jobs of kind {kind}")
        _kinds[kind] = _Kind(run, every)
        return run

    return keep


async def enqueue(
    db: AsyncSession,
    kind: str,
    payload: Payload,
    *,
    key: str | None = None,
    run_at: datetime | None = None,
    priority: int = 0,
) -> None:
    """Have `kind` done with `payload` at `run_at` (default now), if and when the caller's transaction commits.

    An open job of the same `key` is planned anew instead: its time and payload are replaced, also while it runs
    (then it runs once more). Raises ValueError for a payload of anything but short texts and whole numbers.
    """
    when = run_at or datetime.now(UTC)
    row = _row(kind, payload, key=key, run_at=when, priority=priority)
    statement = _upsert(db)(Job).values(row)
    replaced = {name: statement.excluded[name] for name in ("kind", "payload", "run_at", "priority")}
    replaced |= {"attempts": 0, "is_dead": False, "version": Job.version + 1}
    await db.execute(statement.on_conflict_do_update(index_elements=["unique_key"], set_=replaced))
    _wake_after_commit(db)


async def enqueue_many(db: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Add many jobs with one statement; each a dict made by `row`. One whose key exists already is left as it is."""
    if rows:
        await db.execute(_upsert(db)(Job).on_conflict_do_nothing(index_elements=["unique_key"]), list(rows))
        _wake_after_commit(db)


def row(kind: str, payload: Payload, *, key: str, run_at: datetime, priority: int = 0) -> dict[str, Any]:
    """One job for `enqueue_many`."""
    return _row(kind, payload, key=key, run_at=run_at, priority=priority)


async def cancel(db: AsyncSession, key: str) -> None:
    """Take back the open job of this `key`, if there is one. One that runs already is not stopped."""
    await db.execute(delete(Job).where(col(Job.unique_key) == key))


async def run_worker() -> None:
    """Do what is due until cancelled: the lifespan task of every app process. Several at once are safe."""
    raise NotImplementedError


async def run_due(now: datetime, *, kinds: Sequence[str] = ()) -> int:
    """Do everything that is due at `now`, also what that makes due, one after the other; how many runs that were.

    For tests and fake clocks: `jobs.now()` is `now` inside the handlers. With `kinds`, only jobs of these. Failures
    are planned anew as by a worker; nothing raises.
    """
    raise NotImplementedError


async def plan_periodic(now: datetime) -> None:
    """Make sure that every periodic kind has its job; a worker does so when it starts."""
    raise NotImplementedError


async def dead_letters() -> list[Dead]:
    """The jobs that were given up, newest first, 200 at most."""
    raise NotImplementedError


async def retry(job_id: str) -> bool:
    """Give a dead letter a new life; whether there was one."""
    raise NotImplementedError
