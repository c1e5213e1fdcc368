"""Jobs: once planned they run, also after failures and deaths, and never twice at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import ConfigurationError
from conference_app.models import Job
from conference_app.services.jobs import dead_letters, leases, queue
from conference_app.services.jobs import worker as job_worker
from tests.fakes import LOOKING

pytestmark = pytest.mark.both_databases


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEASE_S = leases.LEASE.total_seconds()


class Doings:
    """What the test's jobs did."""

    def __init__(self) -> None:
        self.runs: list[dict[str, str | int]] = []
        self.failures = 0
        self.error: Exception = RuntimeError("canary@example.org")

    async def run(self, payload: queue.Payload) -> None:
        self.runs.append(dict(payload))
        if self.failures:
            self.failures -= 1
            raise self.error


@pytest.fixture
def doings(monkeypatch: pytest.MonkeyPatch) -> Doings:
    """Job kinds of the test alone."""
    done = Doings()
    monkeypatch.setattr(queue, "KINDS", {})
    queue.handler("test")(done.run)
    return done


def does(kind: str, run: queue.Handler) -> None:
    """Have `run` do the jobs of `kind` from now on."""
    queue.KINDS.pop(kind, None)
    queue.handler(kind)(run)


async def plan(payload: queue.Payload, key: str | None = None, run_at: datetime = NOW, priority: int = 0) -> None:
    async with database.session(*LOOKING) as db:
        await queue.enqueue(db, "test", payload, key=key, run_at=run_at, priority=priority)


async def rows() -> list[Job]:
    async with database.reading(*LOOKING) as db:
        return list((await db.exec(select(Job))).all())


async def leased_until() -> datetime:
    (job,) = await rows()
    assert job.leased_until is not None
    return job.leased_until


async def test_a_job_runs_once_when_it_is_due(db: Settings, doings: Doings) -> None:
    await plan({"id": "a", "n": 2}, run_at=NOW + timedelta(hours=1))
    assert await job_worker.run_due(NOW) == 0
    assert await job_worker.run_due(NOW + timedelta(hours=1)) == 1
    assert doings.runs == [{"id": "a", "n": 2}]
    assert await rows() == []


async def test_a_job_of_a_failed_transaction_never_was(db: Settings, doings: Doings) -> None:
    async def fail() -> None:
        async with database.session(*LOOKING) as session:
            await queue.enqueue(session, "test", {}, run_at=NOW)
            raise RuntimeError("rolled back")

    with pytest.raises(RuntimeError, match="rolled back"):
        await fail()
    assert await job_worker.run_due(NOW) == 0


async def test_planning_again_replaces_time_and_payload(db: Settings, doings: Doings) -> None:
    await plan({"n": 1}, key="k")
    await plan({"n": 2}, key="k", run_at=NOW + timedelta(days=1))
    assert await job_worker.run_due(NOW) == 0
    assert await job_worker.run_due(NOW + timedelta(days=1)) == 1
    assert doings.runs == [{"n": 2}]


async def test_a_job_taken_back_does_not_run(db: Settings, doings: Doings) -> None:
    await plan({}, key="k")
    async with database.session(*LOOKING) as session:
        await queue.cancel(session, "k")
    assert await job_worker.run_due(NOW) == 0


async def test_a_start_is_refused_while_jobs_wait_that_nothing_does(db: Settings, doings: Doings) -> None:
    await plan({})
    await job_worker.check_kinds()
    queue.KINDS.pop("test")
    with pytest.raises(ConfigurationError, match="cannot do: test"):
        await job_worker.check_kinds()
    async with database.session(*LOOKING) as session:
        await session.exec(update(Job).values(is_dead=True))
    await job_worker.check_kinds()


async def test_what_is_urgent_goes_first(db: Settings, doings: Doings) -> None:
    await plan({"n": 9}, priority=9, run_at=NOW - timedelta(hours=1))
    await plan({"n": 0}, priority=0)
    await job_worker.run_due(NOW)
    assert [run["n"] for run in doings.runs] == [0, 9]


async def test_a_failure_is_tried_again_later_and_later(db: Settings, doings: Doings) -> None:
    doings.failures = 3
    await plan({"id": "a"})
    waits, now = [], NOW
    while await job_worker.run_due(now) and (open_jobs := await rows()):
        waits.append((open_jobs[0].run_at - now).total_seconds())
        assert open_jobs[0].last_error == "RuntimeError"
        now = open_jobs[0].run_at
    assert len(doings.runs) == 4
    assert 5 <= waits[0] <= 10
    assert 10 <= waits[1] <= 20
    assert 20 <= waits[2] <= 40


@pytest.mark.slow
async def test_a_job_that_never_works_becomes_a_dead_message(db: Settings, doings: Doings) -> None:
    doings.failures = 1000
    await plan({"id": "a"})
    now = NOW
    for _try in range(job_worker.MAX_ATTEMPTS + 3):
        await job_worker.run_due(now)
        now += timedelta(days=1)
    assert len(doings.runs) == job_worker.MAX_ATTEMPTS
    (dead,) = (await dead_letters.listed()).rows
    assert (dead.kind, dead.attempts, dead.last_error) == ("test", job_worker.MAX_ATTEMPTS, "RuntimeError")


async def test_giving_up_is_at_once(db: Settings, doings: Doings) -> None:
    doings.failures, doings.error = 1, queue.GivenUp()
    await plan({})
    await job_worker.run_due(NOW)
    assert len((await dead_letters.listed()).rows) == 1


async def test_postponing_is_no_failure(db: Settings, doings: Doings) -> None:
    doings.failures, doings.error = 1, queue.Postponed(NOW + timedelta(minutes=5))
    await plan({})
    await job_worker.run_due(NOW)
    (job,) = await rows()
    assert (job.run_at, job.attempts, job.is_dead) == (NOW + timedelta(minutes=5), 0, False)


async def test_a_job_planned_anew_while_it_runs_runs_once_more(db: Settings, doings: Doings) -> None:
    async def plan_again(payload: queue.Payload) -> None:
        doings.runs.append(dict(payload))
        if len(doings.runs) == 1:
            await plan({"n": 2}, key="k", run_at=NOW + timedelta(hours=1))

    does("test", plan_again)
    await plan({"n": 1}, key="k")
    assert await job_worker.run_due(NOW) == 1
    assert await job_worker.run_due(NOW + timedelta(hours=1)) == 1
    assert doings.runs == [{"n": 1}, {"n": 2}]
    assert await rows() == []


async def test_a_dead_workers_job_runs_again_when_its_lease_is_over(db: Settings, doings: Doings) -> None:
    await plan({"id": "a"})
    assert len(await leases.claim(NOW)) == 1  # this worker is never heard of again
    watch = leases.Watch()
    await watch.look(0)
    await watch.look(LEASE_S - 1)
    assert await job_worker.run_due(NOW) == 0
    await watch.look(LEASE_S)
    assert await job_worker.run_due(NOW) == 1


@pytest.mark.parametrize("leap", [timedelta(days=400), timedelta(days=-400)])
async def test_who_renews_keeps_its_job_whatever_the_clock_does(db: Settings, doings: Doings, leap: timedelta) -> None:
    await plan({"id": "a"})
    (job,) = await leases.claim(NOW)
    watch = leases.Watch()
    for second in range(0, 200, 20):
        assert await job_worker.run_due(NOW + max(leap, timedelta())) == 0
        await leases.renew([job.lease], NOW + leap + timedelta(seconds=second))
        await watch.look(second)
    assert await job_worker.run_due(NOW + max(leap, timedelta())) == 0
    await watch.look(200 + LEASE_S)  # heard of no more, and by now it does not matter what its clock said
    assert await job_worker.run_due(NOW) == 1


async def test_who_was_taken_for_dead_ends_nobody_elses_run(db: Settings, doings: Doings) -> None:
    await plan({"id": "a"})
    stalled = await leases.claim(NOW)
    watch = leases.Watch()
    await watch.look(0)
    await watch.look(LEASE_S)
    (anew,) = await leases.claim(NOW)
    await job_worker.run(stalled, NOW)
    await leases.renew([stalled[0].lease], NOW)
    (job,) = await rows()
    assert (job.lease, job.leased_until) == (anew.lease, anew.leased_until)


@pytest.mark.slow
async def test_a_job_that_kills_its_workers_is_given_up(db: Settings, doings: Doings) -> None:
    await plan({})
    for _death in range(job_worker.MAX_ATTEMPTS):
        assert await leases.claim(NOW)
        watch = leases.Watch()
        await watch.look(0)
        await watch.look(LEASE_S)
    assert await job_worker.run_due(NOW) == 1
    assert doings.runs == []
    assert [dead.last_error for dead in (await dead_letters.listed()).rows] == ["died"]


async def all_done(runs: Sequence[queue.Run]) -> Sequence[queue.Outcome]:
    return [None for _run in runs]


async def test_each_job_done_with_others_ends_in_its_own_way(db: Settings, doings: Doings) -> None:
    seen: list[list[int]] = []

    async def together(runs: Sequence[queue.Run]) -> Sequence[queue.Outcome]:
        seen.append([int(run.payload["n"]) for run in runs])
        if len(seen) == 1:
            await plan({"n": 9}, key="k2", run_at=NOW + timedelta(days=2))  # anew, while it runs
        ends = {1: queue.TryAgain(), 3: queue.Postponed(NOW + timedelta(days=1)), 4: queue.GivenUp()}
        return [ends.get(int(run.payload["n"])) if len(seen) == 1 else None for run in runs]

    queue.KINDS.pop("test")
    queue.batch_handler("test", 6)(together)
    for n in range(8):
        await plan({"n": n}, key=f"k{n}", run_at=NOW + timedelta(seconds=n))
    later = NOW + timedelta(seconds=7)
    assert await job_worker.run_due(later) == 8
    assert seen == [[0, 1, 2, 3, 4, 5], [6, 7]]
    assert {(job.unique_key, job.attempts, job.is_dead, job.lease) for job in await rows()} == {
        ("k1", 1, False, None),
        ("k2", 0, False, None),
        ("k3", 0, False, None),
        ("k4", 1, True, None),
    }
    assert await job_worker.run_due(NOW + timedelta(days=2)) == 3
    assert [sorted(batch) for batch in seen[2:]] == [[1, 3, 9]]


async def test_many_claiming_at_once_get_different_jobs(db: Settings, doings: Doings) -> None:
    queue.KINDS.pop("test")
    queue.batch_handler("test", 10)(all_done)
    async with database.session(*LOOKING) as session:
        many = [queue.row("test", {"n": n}, key=f"k{n}", run_at=NOW) for n in range(100)]
        await queue.enqueue_many(session, many)
        await queue.enqueue_many(session, many)  # the same keys: nothing is added
    claims = await asyncio.gather(*(leases.claim(NOW) for _worker in range(12)))
    ids = [job.id for claim in claims for job in claim]
    assert len(ids) == len(set(ids)) == 100


@pytest.mark.slow
async def test_workers_share_the_work(db: Settings, doings: Doings) -> None:
    workers = [asyncio.create_task(job_worker.run_worker()) for _ in range(3)]
    for n in range(60):
        await plan({"n": n})
    async with asyncio.timeout(60):
        while await rows():
            await asyncio.sleep(0.02)
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    assert sorted(run["n"] for run in doings.runs) == list(range(60))


async def test_a_stopping_worker_gives_back_what_it_cannot_end(
    db: Settings, doings: Doings, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = asyncio.Event()

    async def endless(_payload: queue.Payload) -> None:
        started.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(job_worker, "GRACE_S", 0.05)
    does("test", endless)
    await plan({})
    worker = asyncio.create_task(job_worker.run_worker())
    await started.wait()
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    assert [(job.lease, job.is_dead) for job in await rows()] == [(None, False)]


async def test_leases_are_renewed_also_after_the_database_failed(
    sqlite_db: Settings, doings: Doings, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, failed = asyncio.Event(), asyncio.Event()
    session = database.session

    async def endless(_payload: queue.Payload) -> None:
        started.set()
        await asyncio.Event().wait()

    def failing_once() -> AbstractAsyncContextManager[AsyncSession]:
        monkeypatch.setattr(database, "session", session)
        failed.set()
        raise OperationalError("UPDATE", {}, OSError("locked"))

    monkeypatch.setattr(job_worker, "GRACE_S", 0.05)
    monkeypatch.setattr(job_worker, "RENEW_EVERY", timedelta(milliseconds=10))
    does("test", endless)
    await plan({})
    worker = asyncio.create_task(job_worker.run_worker())
    async with asyncio.timeout(60):
        await started.wait()
        monkeypatch.setattr(database, "session", failing_once)
        await failed.wait()
        before = await leased_until()
        while (after := await leased_until()) == before:
            await asyncio.sleep(0.01)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    assert after > before


async def test_a_worker_goes_on_when_the_database_was_away_for_long(
    sqlite_db: Settings, doings: Doings, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, failed, beginnings = asyncio.Event(), asyncio.Event(), 0
    session, plan_periodic = database.session, job_worker.plan_periodic

    async def endless(_payload: queue.Payload) -> None:
        started.set()
        await asyncio.Event().wait()

    async def begin(now: datetime) -> None:
        nonlocal beginnings
        beginnings += 1
        await plan_periodic(now)

    def failing() -> AbstractAsyncContextManager[AsyncSession]:
        failed.set()
        raise OperationalError("UPDATE", {}, OSError("the server is gone"))

    for name, value in (("LOOK_EVERY_S", 0.01), ("GRACE_S", 0.01), ("plan_periodic", begin)):
        monkeypatch.setattr(job_worker, name, value)
    does("test", endless)
    await plan({"n": 1})
    worker = asyncio.create_task(job_worker.run_worker())
    async with asyncio.timeout(60):
        await started.wait()
        await plan({"n": 2})
        monkeypatch.setattr(database, "session", failing)
        while beginnings < 3:  # it has given up what ran, and tried in vain
            await asyncio.sleep(0.01)
        monkeypatch.setattr(database, "session", session)
        does("test", doings.run)
        while {"n": 2} not in doings.runs:
            await asyncio.sleep(0.01)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    assert len(await rows()) == 1  # what was broken off runs again when its lease is over


@pytest.mark.slow
async def test_periodic_work_comes_back(db: Settings, doings: Doings) -> None:
    queue.periodic("often", timedelta(hours=1))(doings.run)
    await job_worker.plan_periodic(NOW)
    await job_worker.plan_periodic(NOW)
    assert await job_worker.run_due(NOW) == 1
    assert await job_worker.run_due(NOW + timedelta(minutes=30)) == 0
    doings.failures = 1000
    now = NOW + timedelta(hours=1)
    for _try in range(job_worker.MAX_ATTEMPTS + 2):
        await job_worker.run_due(now)
        now += timedelta(days=1)
    assert len(doings.runs) == job_worker.MAX_ATTEMPTS + 3
    assert (await dead_letters.listed()).rows == []


async def periodic_at(now: datetime) -> datetime:
    """When the periodic job is due after all that is due at `now` was done."""
    await job_worker.plan_periodic(now)
    await job_worker.run_due(now)
    (job,) = await rows()
    return job.run_at


async def test_periodic_work_waits_when_the_clock_has_leapt(
    db: Settings, doings: Doings, caplog: pytest.LogCaptureFixture
) -> None:
    queue.periodic("often", timedelta(hours=1))(doings.run)
    assert await periodic_at(NOW) == NOW + timedelta(hours=1)
    leapt = datetime(2099, 1, 1, tzinfo=UTC)
    assert await periodic_at(leapt) == leapt + job_worker.LEAP_WAIT
    assert await periodic_at(leapt + timedelta(hours=3)) == leapt + job_worker.LEAP_WAIT
    assert len(doings.runs) == 1
    assert "often waits until 2099-01-01 06:00 UTC: it was last due at 2026-11-22 13:00 UTC" in caplog.text
    await periodic_at(leapt + job_worker.LEAP_WAIT)  # nobody set it: it may have been off for years
    assert len(doings.runs) == 2


async def test_periodic_work_goes_on_once_the_clock_is_right_again(db: Settings, doings: Doings) -> None:
    queue.periodic("often", timedelta(hours=1))(doings.run)
    await periodic_at(NOW)
    await periodic_at(datetime(2099, 1, 1, tzinfo=UTC))
    right = NOW + timedelta(hours=2)
    assert await periodic_at(right) == right + timedelta(hours=1)
    assert len(doings.runs) == 2


async def test_a_handler_sees_the_given_time(db: Settings, doings: Doings) -> None:
    seen: list[datetime] = []

    async def look(_payload: queue.Payload) -> None:
        seen.append(queue.now())

    does("test", look)
    await plan({})
    await job_worker.run_due(NOW + timedelta(days=400))
    assert seen == [NOW + timedelta(days=400)]
    assert abs(queue.now() - datetime.now(UTC)) < timedelta(minutes=1)


async def test_payloads_hold_identifiers_only(sqlite_db: Settings) -> None:
    for wrong in ({"text": "x" * 201}, {"when": 1.5}, {"who": None}, {"flag": True}):
        with pytest.raises(ValueError, match="identifiers"):
            await plan(wrong)  # type: ignore[arg-type]


async def test_the_log_quotes_nobody(sqlite_db: Settings, doings: Doings) -> None:
    doings.failures = 1
    await plan({})
    await job_worker.run_due(NOW)
    assert [job.last_error for job in await rows()] == ["RuntimeError"]
