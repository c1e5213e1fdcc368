"""Work that was given up: tried again or dropped by staff, once, and nothing else is touched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import NotFound
from conference_app.models import Job
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.jobs import dead_letters, queue, worker
from tests.conference_app.people import registered
from tests.fakes import LOOKING

pytestmark = pytest.mark.both_databases


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """Jobs of kind "test" raise the errors of this list, one each, and succeed once it is empty."""
    errors: list[Exception] = []

    async def run(_payload: queue.Payload) -> None:
        if errors:
            raise errors.pop()

    monkeypatch.setattr(queue, "KINDS", {})
    queue.handler("test")(run)
    return errors


async def given_up(failing: list[Exception], count: int) -> list[str]:
    """The numbers of so many failed jobs."""
    failing[:] = [queue.GivenUp() for _ in range(count)]
    async with database.session(*LOOKING) as db:
        for n in range(count):
            await queue.enqueue(db, "test", {"n": n}, run_at=NOW)
    await worker.run_due(NOW)
    return [one.id for one in (await dead_letters.listed()).rows]


async def noted(account_id: str) -> list[AuditTag]:
    tags = {AuditTag.STAFF_JOB_RETRIED, AuditTag.STAFF_JOB_DROPPED}
    return [one.tag for one in await audit.entries(account_id) if one.tag in tags]


async def test_what_is_tried_again_runs_once_more(db: Settings, failing: list[Exception]) -> None:
    staff = await registered("ann")
    (job_id,) = await given_up(failing, 1)
    await dead_letters.try_again(job_id, staff_id=staff.id)
    assert (await dead_letters.listed()).rows == []
    assert await worker.run_due(datetime.now(UTC) + timedelta(seconds=1)) == 1
    with pytest.raises(NotFound):
        await dead_letters.try_again(job_id, staff_id=staff.id)
    assert await noted(staff.id) == [AuditTag.STAFF_JOB_RETRIED]


async def test_only_what_was_given_up_can_be_dropped(db: Settings, failing: list[Exception]) -> None:
    staff = await registered("ann")
    newest, other = await given_up(failing, 2)
    async with database.session(*LOOKING) as session:
        await queue.enqueue(session, "test", {"n": 3}, key="open", run_at=NOW + timedelta(hours=1))
    async with database.reading(*LOOKING) as session:
        waiting = (await session.exec(select(Job.id).where(Job.unique_key == "open"))).one()
    await dead_letters.drop(newest, staff_id=staff.id)
    for gone in (newest, waiting, "x" * 32):
        with pytest.raises(NotFound):
            await dead_letters.drop(gone, staff_id=staff.id)
    assert [one.id for one in (await dead_letters.listed()).rows] == [other]
    assert await noted(staff.id) == [AuditTag.STAFF_JOB_DROPPED]


async def test_what_nobody_looks_at_is_forgotten_after_a_month(db: Settings, failing: list[Exception]) -> None:
    await given_up(failing, 1)
    queue.periodic("jobs.sweep", timedelta(days=1))(dead_letters._sweep)
    today = datetime.now(UTC)
    await worker.plan_periodic(today)
    for later, kept in (
        (dead_letters.KEPT_FOR - timedelta(hours=1), 1),
        (dead_letters.KEPT_FOR + timedelta(days=2), 0),
    ):
        await worker.run_due(today + later, kinds=["jobs.sweep"])
        assert len((await dead_letters.listed()).rows) == kept
