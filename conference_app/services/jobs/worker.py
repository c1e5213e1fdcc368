"""Does the jobs that are due: leases them, runs a few batches at a time, tries again what fails, and gives up in the end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from time import monotonic

from sqlalchemy import delete, tuple_, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from conference_app import database
from conference_app.errors import ConfigurationError
from conference_app.models.jobs import Job
from conference_app.services.jobs import leases, queue, wake_ups
from conference_app.services.jobs.queue import GivenUp, Kind, Outcome, Postponed, Run, TryAgain

logger = logging.getLogger(__name__)

RENEW_EVERY = leases.LEASE / 3
MAX_RUN = timedelta(minutes=15)
"""A handler that takes longer is cancelled and tried again."""
MAX_ATTEMPTS = 14
"""Tries until a job is given up: about a day, at the delays below."""
FIRST_DELAY = timedelta(seconds=10)
LONGEST_DELAY = timedelta(hours=6)
LOOK_EVERY_S = 1.0
CONCURRENCY = 4
"""Batches one process runs at a time."""
GRACE_S = 4.0
"""How long a stopping worker waits for what runs."""
LEAP = timedelta(days=30)
"""Periodic work that is so late is not believed at once: the machine was off for long, or its clock is far ahead."""
LEAP_WAIT = timedelta(hours=6)
"""How long it waits then, since it deletes what is out of date: for a time source, or for who reads the log."""


def _delay(attempts: int) -> timedelta:
    """How long to wait after so many failed tries: doubling, and spread so that failures do not march in step."""
    longest = min(FIRST_DELAY * 2 ** (attempts - 1), LONGEST_DELAY)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - nobody gains by guessing it


async def run(claimed: Sequence[Job], now: datetime | None = None) -> None:
    """One run of claimed jobs of a kind, and what follows from how each ends."""
    kind = queue.KINDS[claimed[0].kind]
    queue.clock.set(now)
    living = [job for job in claimed if job.attempts <= MAX_ATTEMPTS]
    outcomes = await _outcomes(kind, living)
    done = [job for job, outcome in zip(living, outcomes, strict=True) if outcome is None]
    if done:
        await _finish(done, kind)
    for job, outcome in zip(living, outcomes, strict=True):
        if outcome is not None:
            await _not_done(job, outcome)
    for job in claimed:
        if job.attempts > MAX_ATTEMPTS:  # it took its worker with it each time
            await _fail(job, "died", give_up=True)


async def _outcomes(kind: Kind, living: Sequence[Job]) -> Sequence[Outcome]:
    runs = [Run(json.loads(job.payload), job.attempts >= MAX_ATTEMPTS) for job in living]
    if not runs:
        return []
    if kind.every is not None and queue.now() - living[0].run_at > LEAP:
        return [_put_off(living[0])]
    try:
        async with asyncio.timeout(MAX_RUN.total_seconds()):
            return await kind.run(runs)
    except (Postponed, GivenUp, TryAgain) as err:
        return [err] * len(living)
    except Exception as err:  # the top of a task: whatever it is, the jobs are tried again
        logger.warning(
            "job %s of kind %s failed, try %s", living[0].id, living[0].kind, living[0].attempts, exc_info=True
        )
        return [err] * len(living)


def _put_off(job: Job) -> Postponed:
    until = queue.now() + LEAP_WAIT
    logger.error(
        "%s waits until %s: it was last due at %s, so the machine was off for long (nothing needs to be done) or its"
        " clock is wrong (set it right before then, or data is deleted too early)",
        job.kind,
        f"{until:%Y-%m-%d %H:%M} UTC",
        f"{job.run_at:%Y-%m-%d %H:%M} UTC",
    )
    return Postponed(until)


async def _not_done(job: Job, outcome: Exception) -> None:
    error = type(outcome.__cause__ or outcome).__name__
    match outcome:
        case Postponed():
            await leases.release(job, run_at=outcome.until, attempts=job.attempts - 1)
        case GivenUp():
            logger.error("job %s of kind %s was given up", job.id, job.kind)
            await _fail(job, error, give_up=True)
        case TryAgain():
            logger.info("job %s of kind %s waits, try %s", job.id, job.kind, job.attempts)
            await _fail(job, error, give_up=job.attempts >= MAX_ATTEMPTS)
        case _:
            await _fail(job, type(outcome).__name__, give_up=job.attempts >= MAX_ATTEMPTS)


async def _finish(done: Sequence[Job], kind: Kind) -> None:
    """Delete what is done; what was planned anew while it ran, or is periodic, waits for its next time."""
    if kind.every is not None:
        for job in done:
            await leases.release(job, run_at=queue.now() + kind.every, attempts=0)
        return
    mine = (col(Job.lease) == done[0].lease, col(Job.id).in_([job.id for job in done]))
    as_planned = tuple_(col(Job.id), col(Job.version)).in_([(job.id, job.version) for job in done])
    async with database.session() as db:
        gone = (await db.exec(delete(Job).where(*mine, as_planned).returning(col(Job.id)))).all()
        if len(gone) < len(done):
            await db.exec(update(Job).where(*mine).values(lease=None, leased_until=None))


async def _fail(job: Job, error: str, *, give_up: bool) -> None:
    every = queue.KINDS[job.kind].every
    if give_up and every is not None:
        await leases.release(job, run_at=queue.now() + every, attempts=0, last_error=error[:100])
    elif give_up:
        await leases.release(job, is_dead=True, last_error=error[:100])
    else:
        await leases.release(job, run_at=queue.now() + _delay(job.attempts), last_error=error[:100])


class _Worker:
    """One process's share of the work: claims what is due, runs a few batches at a time, keeps their leases alive."""

    def __init__(self) -> None:
        self.running: dict[asyncio.Task[None], list[Job]] = {}
        self.woken = asyncio.Event()

    async def work(self) -> None:
        with wake_ups.listening(queue.TOPIC) as self.woken:
            while True:
                self.woken.clear()
                has_room = len(self.running) < CONCURRENCY
                if has_room and (claimed := await leases.claim(datetime.now(UTC))):
                    self.start(claimed)
                else:
                    await self.rest()

    def start(self, claimed: list[Job]) -> None:
        task = asyncio.create_task(run(claimed), name=f"job {claimed[0].kind}")
        self.running[task] = claimed
        task.add_done_callback(self.ended)

    def ended(self, task: asyncio.Task[None]) -> None:
        claimed = self.running.pop(task)
        if not task.cancelled() and task.exception() is not None:  # the database failed it: the lease runs out
            logger.error("jobs %s: their outcome could not be written", claimed[0].kind, exc_info=task.exception())
        self.woken.set()

    async def rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.woken.wait(), LOOK_EVERY_S * random.uniform(0.8, 1.2))  # noqa: S311

    async def look_after_jobs(self) -> None:
        """For ever: renew the leases of what runs, else others would do the same work beside us; end those of the dead;
        and see that periodic work has its time."""
        watch = leases.Watch()
        while True:
            try:
                await leases.renew({claimed[0].lease for claimed in self.running.values()}, datetime.now(UTC))
                await watch.look(monotonic())
                await plan_periodic(datetime.now(UTC))
            except (SQLAlchemyError, OSError) as err:
                logger.warning("jobs could not be looked after now: %s", type(err).__name__)
            await asyncio.sleep(RENEW_EVERY.total_seconds())

    async def stop(self) -> None:
        """Let what runs come to its end, for a short while; what does not is free for another worker at once.

        While the database is away it is free when its lease is over.
        """
        if self.running:
            await asyncio.wait(self.running, timeout=GRACE_S)
        left = dict(self.running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        with contextlib.suppress(SQLAlchemyError, OSError):
            for claimed in left.values():
                for job in claimed:
                    await leases.release(job)


async def run_worker() -> None:
    """Do what is due until cancelled: the lifespan task of every app process. Several at once are safe.

    Whatever fails, it begins again: without it no email leaves and nothing is erased in time.
    """
    while True:
        worker = _Worker()
        keeper = asyncio.create_task(worker.look_after_jobs(), name="look after jobs")
        try:
            await worker.work()
        except Exception as err:  # the top of a task
            is_mistake = not isinstance(err, (SQLAlchemyError, OSError))
            logger.warning("jobs wait: %s", type(err).__name__, exc_info=is_mistake)
            await asyncio.sleep(5 * LOOK_EVERY_S)
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            await worker.stop()


async def run_due(now: datetime, *, kinds: Sequence[str] = ()) -> int:
    """Do everything that is due at `now`, also what that makes due, one batch after the other; how many runs that were.

    For tests and fake clocks: `queue.now()` is `now` inside the handlers. With `kinds`, only jobs of these. Failures
    are planned anew as by a worker; nothing raises.
    """
    runs = 0
    while claimed := await leases.claim(now, kinds):
        await asyncio.create_task(run(claimed, now))  # a task, so that the clock set for it stays its own
        runs += len(claimed)
    return runs


async def check_kinds() -> None:
    """Raise ConfigurationError when jobs wait of a kind that has no handler here: no worker would ever claim them.

    For the start of the app. Dead letters do not count: nobody waits for them.
    """
    async with database.reading() as db:
        waiting = (await db.exec(select(Job.kind).where(col(Job.is_dead).is_(False)).distinct())).all()
    if unknown := sorted(set(waiting) - set(queue.KINDS)):
        raise ConfigurationError(
            f"Jobs wait that this release cannot do: {', '.join(unknown)}. Start the release that planned them."
        )


async def plan_periodic(now: datetime) -> None:
    """Make sure that every periodic kind has its job, and that none was put off by a clock that was ahead until now."""
    periodic = {f"periodic:{kind}": (kind, entry.every) for kind, entry in queue.KINDS.items() if entry.every}
    async with database.reading() as db:
        query = select(Job.unique_key, Job.run_at).where(col(Job.unique_key).in_(periodic))
        planned = dict((await db.exec(query)).all())
    for key, (kind, every) in periodic.items():
        if key not in planned or planned[key] > now + every + LEAP_WAIT:
            async with database.session() as db:
                await queue.enqueue(db, kind, {}, key=key, run_at=now)
