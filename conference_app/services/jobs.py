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
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, event, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

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
"""Jobs one process runs at a time."""
CLAIMED = 12
"""Jobs one process takes at a time; those that wait for their turn keep what is urgent waiting for less than a second."""
GRACE_S = 4.0
"""How long a stopping worker waits for what runs."""
_TOPIC = "jobs"


class Postponed(Exception):
    """Raise it in a handler to be called again later without that counting as a failure."""

    def __init__(self, until: datetime) -> None:
        super().__init__("postponed")
        self.until = until


class TryAgain(Exception):
    """Raise it in a handler when what it needs is not there now, such as another server: a failure that is no mistake."""


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
_attempt: ContextVar[int] = ContextVar("job_attempt", default=1)


def now() -> datetime:
    """The time for a running handler: the one given to `run_due`, else the clock's."""
    return _now.get() or datetime.now(UTC)


def is_last_attempt() -> bool:
    """Whether the running job is given up if its handler fails now."""
    return _attempt.get() >= MAX_ATTEMPTS


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
    statement = _insert(db).values(_row(kind, payload, key=key, run_at=when, priority=priority))
    replaced = {name: statement.excluded[name] for name in ("kind", "payload", "run_at", "priority")}
    replaced |= {"attempts": 0, "is_dead": False, "version": Job.version + 1}
    await db.exec(statement.on_conflict_do_update(index_elements=["unique_key"], set_=replaced))
    _wake_after_commit(db)


async def enqueue_many(db: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Add many jobs with one statement; each a dict made by `row`. One whose key exists already is left as it is."""
    if rows:
        await db.exec(_insert(db).on_conflict_do_nothing(index_elements=["unique_key"]), params=list(rows))
        _wake_after_commit(db)


def row(kind: str, payload: Payload, *, key: str, run_at: datetime, priority: int = 0) -> dict[str, Any]:
    """One job for `enqueue_many`."""
    return _row(kind, payload, key=key, run_at=run_at, priority=priority)


async def cancel(db: AsyncSession, key: str) -> None:
    """Take back the open job of this `key`, if there is one. One that runs already is not stopped."""
    await db.exec(delete(Job).where(col(Job.unique_key) == key))


def _row(kind: str, payload: Payload, *, key: str | None, run_at: datetime, priority: int) -> dict[str, Any]:
    if not all(type(value) is int or (isinstance(value, str) and len(value) <= 200) for value in payload.values()):
        raise ValueError(f"the payload of a job {kind} holds more than identifiers and numbers")
    return {
        "id": new_id(),
        "kind": kind,
        "payload": json.dumps(dict(payload)),
        "unique_key": key,
        "priority": priority,
        "run_at": run_at,
        "version": 0,
        "attempts": 0,
        "is_dead": False,
        "last_error": "",
        "created_at": datetime.now(UTC),
    }


def _insert(db: AsyncSession) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, which both databases spell alike."""
    return postgresql.insert(Job) if db.get_bind().dialect.name == "postgresql" else sqlite.insert(Job)


def _wake_after_commit(db: AsyncSession) -> None:
    def wake(_session: object) -> None:
        bus.publish(_TOPIC)

    event.listen(db.sync_session, "after_commit", wake, once=True)


def _due(now: datetime, kinds: Sequence[str]) -> SelectOfScalar[str]:
    return (
        select(Job.id)
        .where(
            col(Job.is_dead).is_(False),
            col(Job.run_at) <= now,
            or_(col(Job.lease).is_(None), col(Job.leased_until) < now),
            col(Job.kind).in_(kinds or list(_kinds)),
        )
        .order_by(col(Job.priority), col(Job.run_at))
    )


async def _claim(now: datetime, limit: int, kinds: Sequence[str] = ()) -> list[Job]:
    """Up to `limit` due jobs, now leased to the caller; workers at the same moment get different ones."""
    async with database.reading() as db:
        if (await db.exec(_due(now, kinds).limit(1))).first() is None:
            return []
    lease = new_id()
    async with database.session() as db:
        ids = (await db.exec(_due(now, kinds).limit(limit).with_for_update(skip_locked=True))).all()
        values = {"lease": lease, "leased_until": now + LEASE, "attempts": Job.attempts + 1}
        await db.exec(update(Job).where(col(Job.id).in_(ids)).values(values))
        mine = select(Job).where(Job.lease == lease).order_by(col(Job.priority), col(Job.run_at))
        return list((await db.exec(mine)).all())


def _delay(attempts: int) -> timedelta:
    """Seconds to wait after so many failed tries: doubling, and spread so that failures do not march in step."""
    longest = min(FIRST_DELAY * 2 ** (attempts - 1), LONGEST_DELAY)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - nobody gains by guessing it


async def _run(job: Job, now: datetime | None = None) -> None:
    """One run of a claimed job, and what follows from how it ends."""
    kind = _kinds[job.kind]
    _now.set(now)
    _attempt.set(job.attempts)
    if job.attempts > MAX_ATTEMPTS:  # it took its worker with it each time
        await _fail(job, "died", give_up=True)
        return
    try:
        async with asyncio.timeout(MAX_RUN.total_seconds()):
            await kind.run(json.loads(job.payload))
    except Postponed as postponed:
        await _release(job, run_at=postponed.until, attempts=job.attempts - 1)
    except GivenUp as err:
        logger.error("job %s of kind %s was given up", job.id, job.kind)
        await _fail(job, type(err.__cause__ or err).__name__, give_up=True)
    except TryAgain as err:
        logger.info("job %s of kind %s waits, try %s", job.id, job.kind, job.attempts)
        await _fail(job, type(err.__cause__ or err).__name__, give_up=job.attempts >= MAX_ATTEMPTS)
    except Exception as err:  # the top of a task: whatever it is, the job is tried again
        logger.warning("job %s of kind %s failed, try %s", job.id, job.kind, job.attempts, exc_info=True)
        await _fail(job, type(err).__name__, give_up=job.attempts >= MAX_ATTEMPTS)
    else:
        await _finish(job, kind)


async def _finish(job: Job, kind: _Kind) -> None:
    """Delete the job that is done; if it was planned anew while it ran, or is periodic, it waits for its next time."""
    if kind.every is not None:
        await _release(job, run_at=now() + kind.every, attempts=0)
        return
    async with database.session() as db:
        seen = (col(Job.id) == job.id, col(Job.lease) == job.lease)
        done = await db.exec(delete(Job).where(*seen, col(Job.version) == job.version).returning(col(Job.id)))
        if done.first() is None:
            await db.exec(update(Job).where(*seen).values(lease=None, leased_until=None))


async def _fail(job: Job, error: str, *, give_up: bool) -> None:
    every = _kinds[job.kind].every
    if give_up and every is not None:
        await _release(job, run_at=now() + every, attempts=0, last_error=error[:100])
    elif give_up:
        await _release(job, is_dead=True, last_error=error[:100])
    else:
        await _release(job, run_at=now() + _delay(job.attempts), last_error=error[:100])


async def _release(job: Job, **values: Any) -> None:
    """Give the lease back with `values`, unless the job was planned anew meanwhile: then its new plan stands."""
    free: dict[str, Any] = {"lease": None, "leased_until": None}
    async with database.session() as db:
        mine = (col(Job.id) == job.id, col(Job.lease) == job.lease)
        await db.exec(update(Job).where(*mine, col(Job.version) == job.version).values(free | values))
        await db.exec(update(Job).where(*mine).values(free))


class _Worker:
    """One process's share of the work: claims what is due, runs a few at a time, keeps their leases alive."""

    def __init__(self) -> None:
        self.running: dict[asyncio.Task[None], Job] = {}
        self.ready: list[Job] = []
        """Claimed, and waiting for one of the running to end."""
        self.woken = asyncio.Event()

    async def work(self) -> None:
        await plan_periodic(datetime.now(UTC))
        with bus.listening(_TOPIC) as self.woken:
            while True:
                self.woken.clear()
                if not self.ready:
                    self.ready = await _claim(datetime.now(UTC), CLAIMED)
                is_idle = not self.ready
                while self.ready and len(self.running) < CONCURRENCY:
                    self.start(self.ready.pop(0))
                if is_idle or len(self.running) == CONCURRENCY:
                    await self.rest()

    def start(self, job: Job) -> None:
        task = asyncio.create_task(_run(job), name=f"job {job.kind}")
        self.running[task] = job
        task.add_done_callback(self.ended)

    def ended(self, task: asyncio.Task[None]) -> None:
        job = self.running.pop(task)
        if not task.cancelled() and task.exception() is not None:  # the database failed it: the lease runs out
            logger.error("job %s: its outcome could not be written", job.id, exc_info=task.exception())
        self.woken.set()

    async def rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.woken.wait(), LOOK_EVERY_S * random.uniform(0.8, 1.2))  # noqa: S311

    async def keep_leases(self) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            leases = {job.lease for job in (*self.running.values(), *self.ready)}
            if leases:
                until = datetime.now(UTC) + LEASE
                async with database.session() as db:
                    await db.exec(update(Job).where(col(Job.lease).in_(leases)).values(leased_until=until))

    async def stop(self) -> None:
        """Let what runs come to its end, for a short while; what does not is free for another worker at once."""
        if self.running:
            await asyncio.wait(self.running, timeout=GRACE_S)
        left = dict(self.running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for job in (*left.values(), *self.ready):
            await _release(job)


async def run_worker() -> None:
    """Do what is due until cancelled: the lifespan task of every app process. Several at once are safe."""
    while True:
        worker = _Worker()
        keeper = asyncio.create_task(worker.keep_leases(), name="job leases")
        try:
            await worker.work()
        except (SQLAlchemyError, OSError) as err:
            logger.warning("jobs wait for the database: %s", type(err).__name__)
            await asyncio.sleep(5 * LOOK_EVERY_S)
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            await worker.stop()


async def run_due(now: datetime, *, kinds: Sequence[str] = ()) -> int:
    """Do everything that is due at `now`, also what that makes due, one after the other; how many runs that were.

    For tests and fake clocks: `jobs.now()` is `now` inside the handlers. With `kinds`, only jobs of these. Failures
    are planned anew as by a worker; nothing raises.
    """
    runs = 0
    while claimed := await _claim(now, 50, kinds):
        for job in claimed:
            await asyncio.create_task(_run(job, now))  # a task, so that the clock set for it stays its own
            runs += 1
    return runs


async def plan_periodic(now: datetime) -> None:
    """Make sure that every periodic kind has its job; a worker does so when it starts."""
    rows = [row(kind, {}, key=f"periodic:{kind}", run_at=now) for kind, entry in _kinds.items() if entry.every]
    async with database.session() as db:
        await enqueue_many(db, rows)


async def dead_letters() -> list[Dead]:
    """The jobs that were given up, newest first, 200 at most."""
    query = select(Job).where(col(Job.is_dead).is_(True)).order_by(col(Job.created_at).desc()).limit(200)
    async with database.reading() as db:
        found = (await db.exec(query)).all()
    return [Dead(job.id, job.kind, job.attempts, job.last_error, job.created_at) for job in found]


async def waiting() -> int:
    """How many jobs are open."""
    async with database.reading() as db:
        return (await db.exec(select(func.count()).where(col(Job.is_dead).is_(False)))).one()


async def retry(job_id: str) -> bool:
    """Give a dead letter a new life; whether there was one."""
    alive = {"is_dead": False, "attempts": 0, "run_at": datetime.now(UTC)}
    async with database.session() as db:
        dead = (col(Job.id) == job_id, col(Job.is_dead).is_(True))
        found = await db.exec(update(Job).where(*dead).values(alive).returning(col(Job.id)))
        _wake_after_commit(db)
        return found.first() is not None


@periodic("jobs.sweep", timedelta(days=1))
async def _sweep(_payload: Payload) -> None:
    """Forget dead letters that nobody looked at for a month."""
    async with database.session() as db:
        old = col(Job.created_at) < now() - DEAD_FOR
        await db.exec(delete(Job).where(col(Job.is_dead).is_(True), old))
