"""Cases: a month's clock, a history the person sees, and a reminder while there is time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.errors import NotFound
from conference_app.services import cases, jobs
from conference_app.services.cases import CaseView
from tests.conference_app.consent_people import NOW, gone, member, reader
from tests.mailing import Mails


async def opened(account_id: str, kind: cases.Kind = "erase") -> str:
    async with database.session() as db:
        return await cases.open_case(db, kind, account_id=account_id, opened_from="privacy center", now=NOW)


async def one(account_id: str) -> CaseView:
    [found] = await cases.for_subject(account_id=account_id)
    return found


@pytest.mark.promise("P95")
async def test_a_case_is_due_in_thirty_days_and_its_person_sees_every_step(db: Settings) -> None:
    ann, bob = await member("ann"), await member("bob")
    case_id = await opened(ann.id)
    assert await opened(ann.id) == case_id  # asking twice is one case
    case = await one(ann.id)
    assert case.due_at == NOW + timedelta(days=30)
    assert case.days_left(NOW + timedelta(days=31)) == -1
    for number, status in enumerate(("in_progress", "done", "done"), 1):
        await cases.change_status(case_id, status, by="staff", now=NOW + timedelta(days=number))
    case = await one(ann.id)
    assert [(step.status, step.by) for step in case.history] == [
        ("open", "person"),
        ("in_progress", "staff"),
        ("done", "staff"),
    ]
    assert case.closed_at == NOW + timedelta(days=2)
    assert await cases.for_subject(account_id=bob.id) == []
    assert await opened(ann.id) != case_id  # after the first is closed, a new one


async def test_staff_see_first_what_is_due_first(db: Settings) -> None:
    ann, eve = await member("ann"), await reader()
    late = await opened(ann.id, "access")
    async with database.session() as session:
        later = NOW + timedelta(days=1)
        second = await cases.open_case(session, "object", address_id=eve.id, opened_from="mail", now=later)
    assert [case.id for case in await cases.for_staff()] == [late, second]
    await cases.change_status(late, "refused", by="staff", now=NOW)
    assert [case.id for case in await cases.for_staff()] == [second]
    assert [case.id for case in await cases.for_staff(closed=True)] == [late]


async def test_staff_are_reminded_after_twenty_days_unless_it_is_done(db: Settings, mails: Mails) -> None:
    open_one, done = await member("ann"), await member("bob")
    await opened(open_one.id)
    await cases.change_status(await opened(done.id), "done", by="staff", now=NOW)
    for days, expected in ((19, 0), (21, 1), (22, 1)):
        now = NOW + timedelta(days=days)
        await jobs.run_due(now, kinds=[cases.REMINDER])
        found = await mails.deliver(now + timedelta(days=400))
        assert (days, len(found)) == (days, expected)
    [mail] = mails.to(settings().controller.email)
    assert "days" in mail["Subject"]


async def test_a_case_outlives_its_person_and_names_nobody(db: Settings) -> None:
    ann = await member("ann")
    case_id = await opened(ann.id)
    await gone(ann)
    assert [case.id for case in await cases.for_staff()] == [case_id]
    await cases.change_status(case_id, "done", by="system", now=NOW)
    assert [step.by for step in (await cases.for_staff(closed=True))[0].history] == ["person", "system"]


async def test_what_does_not_exist_is_refused(db: Settings) -> None:
    ann = await member("ann")
    case_id = await opened(ann.id)
    async with database.session() as session:
        with pytest.raises(ValueError, match="status"):
            await cases.set_status(session, case_id, "forgotten", by="staff")
        with pytest.raises(NotFound):
            await cases.set_status(session, "nothing", "done", by="staff")
    with pytest.raises(ValueError):  # noqa: PT011 - neither nobody nor two people
        async with database.session() as session:
            await cases.open_case(session, "erase", opened_from="mail")
