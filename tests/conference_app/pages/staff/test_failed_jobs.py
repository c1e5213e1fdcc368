"""Staff see work that failed, without what it was about, and have it tried again or dropped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conference_app.pages.staff.failed_jobs import StaffJobsState
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.jobs import dead_letters, queue, worker
from tests.conference_app.failed_work import failed, outcome, runs
from tests.conference_app.staff_desk import staff_tab
from tests.conference_app.tabs import Processor, name_of


@pytest.mark.slow
async def test_failed_work_is_shown_without_what_it_was_about_and_tried_again(
    processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, tab = await staff_tab(processor, monkeypatch, "/staff/jobs")
    await failed(queue.GivenUp("canary ann@example.com"))
    processor.wire = ""
    await tab.send(name_of(StaffJobsState.load))
    (line,) = (await tab.vars_of(StaffJobsState))["lines"]
    assert (line.kind, line.error, line.tries) == ("test.fails", "GivenUp", "1 try")
    assert "canary" not in processor.wire
    outcome.clear()
    await tab.send(name_of(StaffJobsState.try_again), job_id=line.id)
    assert (await tab.vars_of(StaffJobsState))["lines"] == []
    before = len(runs)
    await worker.run_due(datetime.now(UTC) + timedelta(seconds=1), kinds=["test.fails"])
    assert len(runs) == before + 1
    assert AuditTag.STAFF_JOB_RETRIED in {one.tag for one in await audit.entries(account.id)}


async def test_failed_work_is_dropped_only_after_the_question(
    processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, tab = await staff_tab(processor, monkeypatch, "/staff/jobs")
    await failed(queue.GivenUp())
    await tab.send(name_of(StaffJobsState.load))
    (line,) = (await tab.vars_of(StaffJobsState))["lines"]
    await tab.send(name_of(StaffJobsState.drop))
    assert (await tab.vars_of(StaffJobsState))["problem"]
    await tab.send(name_of(StaffJobsState.ask_drop), job_id=line.id)
    await tab.send(name_of(StaffJobsState.keep))
    assert len((await dead_letters.listed()).rows) == 1
    await tab.send(name_of(StaffJobsState.ask_drop), job_id=line.id)
    await tab.send(name_of(StaffJobsState.drop))
    assert (await dead_letters.listed()).rows == []
    assert AuditTag.STAFF_JOB_DROPPED in {one.tag for one in await audit.entries(account.id)}
