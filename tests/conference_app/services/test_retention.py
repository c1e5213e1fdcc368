"""Timers: each table's rows go when their time has come, and not for people under a hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import NotFound
from conference_app.models import Account
from conference_app.services import jobs, personal_rows, privacy_state, retention
from conference_app.services.personal_rows import Person
from tests.conference_app.people import registered
from tests.conference_app.rows import one_row_everywhere
from tests.fakes import NOON

TIMED = {
    name: one.timer
    for name, one in personal_rows.tables().items()
    if one.timer is not None and one.timer.since in one.table.columns and name != "account"
}


async def rows_of(name: str) -> int:
    async with database.reading() as db:
        query = select(func.count()).select_from(personal_rows.tables()[name].table)
        return (await (await db.connection()).execute(query)).scalar_one()


async def everywhere() -> Person:
    account = await registered("ann")
    await one_row_everywhere(account.id, account.email)
    async with database.session() as db:
        row = await db.get(Account, account.id)
        assert row is not None
        row.lapses_at = None
        person = personal_rows.person_of(row)
    return person


@pytest.mark.promise("P68")
async def test_rows_go_when_their_time_has_come(db: Settings) -> None:
    await everywhere()
    last = max(timer.days or 0 for timer in TIMED.values())
    before = {name: await rows_of(name) for name in TIMED}
    for days in sorted({timer.days or 0 for timer in TIMED.values()}):
        await retention.purge(NOON + timedelta(days=days) - timedelta(seconds=1))
        for name, timer in TIMED.items():
            if (timer.days or 0) >= days and days > 0 and before[name] == 1:
                assert await rows_of(name) == 1, f"{name} went too early"
        await retention.purge(NOON + timedelta(days=days))
    await retention.purge(NOON + timedelta(days=last + 400))
    assert {name: await rows_of(name) for name in TIMED} == dict.fromkeys(TIMED, 0)
    assert await rows_of("account") == 1


@pytest.mark.promise("P105")
async def test_a_hold_keeps_rows_and_its_end_lets_them_go(db: Settings) -> None:
    person = await everywhere()
    hold = await privacy_state.set_hold(person, "A court has asked to keep this.", staff_id="staff", now=NOON)
    late = NOON + timedelta(days=2000)
    kept = {name: await rows_of(name) for name in TIMED}
    assert await retention.purge(late) == {}
    assert {name: await rows_of(name) for name in TIMED} == kept
    (shown,) = (await privacy_state.read(person)).holds
    assert shown.reason == "A court has asked to keep this."
    await privacy_state.lift_hold(hold, now=late)
    await retention.purge(late + timedelta(days=2000))
    assert {name: await rows_of(name) for name in TIMED} == dict.fromkeys(TIMED, 0)
    with pytest.raises(NotFound):
        await privacy_state.lift_hold(hold)


async def test_a_hold_keeps_nobody_elses_rows(sqlite_db: Settings) -> None:
    await everywhere()
    bob = await registered("bob")
    await privacy_state.set_hold(Person(bob.id), "A dispute.", staff_id="staff", now=NOON)
    assert await retention.purge(NOON + timedelta(days=2000))


async def test_a_hold_needs_a_reason(sqlite_db: Settings) -> None:
    bob = await registered("bob")
    with pytest.raises(ValueError, match="reason"):
        await privacy_state.set_hold(Person(bob.id), " ", staff_id="staff")


async def test_an_account_nobody_confirmed_goes_with_all_it_has(sqlite_db: Settings) -> None:
    account = await registered("ann")
    async with database.session() as db:
        row = await db.get(Account, account.id)
        assert row is not None
        row.lapses_at = NOON
    await retention.purge(NOON - timedelta(seconds=1))
    assert await rows_of("account") == 1
    assert await retention.purge(NOON) == {"account": 1} | {}
    assert await rows_of("account") == 0
    assert await rows_of("consent_record") == 0


async def test_the_timers_run_by_themselves(sqlite_db: Settings) -> None:
    account = await registered("ann")
    async with database.session() as db:
        row = await db.get(Account, account.id)
        assert row is not None
        row.lapses_at = NOON
    await jobs.plan_periodic(NOON)
    await jobs.run_due(NOON + timedelta(hours=2), kinds=["privacy.retention"])
    assert await rows_of("account") == 0
