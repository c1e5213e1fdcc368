"""Cases: a month's clock, and a history the person sees."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import NotFound
from conference_app.services.cases import cases
from conference_app.services.cases.cases import CaseView
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import privacy_requests
from tests.conference_app.consent_people import NOW, gone, member, reader
from tests.fakes import LOOKING

pytestmark = pytest.mark.both_databases


async def opened(account_id: str, kind: cases.Kind = "erase") -> str:
    async with database.session(*LOOKING) as db:
        return await cases.open_case(db, kind, account_id=account_id, opened_from="privacy center", now=NOW)


async def change(case_id: str, status: cases.Status, *, by: cases.By, now: datetime) -> None:
    async with database.session(*LOOKING) as db:
        await cases.set_status(db, case_id, status, by=by, now=now)


async def one(account_id: str) -> CaseView:
    [found] = await privacy_requests.history(DataOwner(account_id))
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
        await change(case_id, status, by="staff", now=NOW + timedelta(days=number))
    case = await one(ann.id)
    assert [(step.status, step.by) for step in case.history] == [
        ("open", "person"),
        ("in_progress", "staff"),
        ("done", "staff"),
    ]
    assert case.closed_at == NOW + timedelta(days=2)
    assert await privacy_requests.history(DataOwner(bob.id)) == []
    assert await opened(ann.id) != case_id  # after the first is closed, a new one


async def test_staff_see_first_what_is_due_first(db: Settings) -> None:
    ann, eve = await member("ann"), await reader()
    late = await opened(ann.id, "access")
    async with database.session(*LOOKING) as session:
        later = NOW + timedelta(days=1)
        second = await cases.open_case(session, "object", address_id=eve.id, opened_from="mail", now=later)
    assert [case.id for case in (await cases.for_staff()).rows] == [late, second]
    await change(late, "refused", by="staff", now=NOW)
    assert [case.id for case in (await cases.for_staff()).rows] == [second]
    assert [case.id for case in (await cases.for_staff(closed=True)).rows] == [late]


async def test_a_case_outlives_its_person_and_names_nobody(db: Settings) -> None:
    ann = await member("ann")
    case_id = await opened(ann.id)
    await gone(ann)
    assert [case.id for case in (await cases.for_staff()).rows] == [case_id]
    await change(case_id, "done", by="system", now=NOW)
    assert [step.by for step in (await cases.for_staff(closed=True)).rows[0].history] == ["person", "system"]


async def test_what_does_not_exist_is_refused(db: Settings) -> None:
    ann = await member("ann")
    case_id = await opened(ann.id)
    async with database.session(*LOOKING) as session:
        with pytest.raises(ValueError, match="status"):
            await cases.set_status(session, case_id, "forgotten", by="staff")
        with pytest.raises(NotFound):
            await cases.set_status(session, "nothing", "done", by="staff")
    with pytest.raises(ValueError):  # noqa: PT011 - neither nobody nor two people
        async with database.session(*LOOKING) as session:
            await cases.open_case(session, "erase", opened_from="mail")
