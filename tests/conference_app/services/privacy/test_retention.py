"""Timers: each table's rows go when their time has come, and not for people under a hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import InvalidInput, NotFound
from conference_app.models import Account
from conference_app.services.consent import person_state
from conference_app.services.contact import threads
from conference_app.services.contact.threads import ContactForm
from conference_app.services.jobs import worker
from conference_app.services.personal_data import legal_holds, personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import retention
from conference_app.services.sign_in import account_tokens, sessions
from conference_app.services.sign_in.account_tokens import TokenKind
from tests.conference_app.people import registered
from tests.conference_app.rows import one_row_everywhere
from tests.fakes import LOOKING, NOON

TIMED = {
    name: one.timer
    for name, one in personal_rows.tables().items()
    if one.timer is not None and one.timer.since in one.table.columns and name != "account"
}


async def rows_of(name: str) -> int:
    async with database.reading(*LOOKING) as session:
        query = select(func.count()).select_from(personal_rows.tables()[name].table)
        return (await (await session.connection()).execute(query)).scalar_one()


async def everywhere() -> DataOwner:
    account = await registered("ann")
    await one_row_everywhere(account.id, account.email)
    async with database.session(*LOOKING) as session:
        row = await session.get(Account, account.id)
        assert row is not None
        row.lapses_at = None
        person = personal_rows.person_of(row)
    return person


@pytest.mark.promise("P68")
def test_no_personal_table_is_without_an_end() -> None:
    """A table has a timer, or goes with the row it refers to; what has neither is thought of here by name."""
    tables = personal_rows.tables()
    no_timer = {
        name
        for name, one in tables.items()
        if one.timer is None and not all(one.table.columns[owner].foreign_keys for owner in one.owners)
    }
    by_a_job = {"address", "privacy_state"}  # services.address_forgetting
    for_good = {"consent_event", "mail_stop"}  # proofs that lead to nobody once the person is gone
    assert no_timer == by_a_job | for_good
    assert all(tables[name].stays for name in for_good)


@pytest.mark.promise("P68")
@pytest.mark.slow
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
    await retention.purge(datetime.now(UTC) + timedelta(days=last + 400))
    assert {name: await rows_of(name) for name in TIMED} == dict.fromkeys(TIMED, 0)
    assert await rows_of("account") == 1


@pytest.mark.promise("P105")
@pytest.mark.slow
async def test_a_hold_keeps_rows_and_its_end_lets_them_go(db: Settings) -> None:
    person = await everywhere()
    hold = await legal_holds.place(person, "A court has asked to keep this.", staff_id=person.account_id, now=NOON)
    late = datetime.now(UTC) + timedelta(days=2000)
    kept = {name: await rows_of(name) for name in TIMED}
    assert await retention.purge(late) == {}
    assert {name: await rows_of(name) for name in TIMED} == kept
    (shown,) = (await person_state.read(person)).holds
    assert shown.reason == "A court has asked to keep this."
    await legal_holds.lift(hold, staff_id=person.account_id, now=late)
    await retention.purge(late + timedelta(days=2000))
    assert {name: await rows_of(name) for name in TIMED} == dict.fromkeys(TIMED, 0)
    with pytest.raises(NotFound):
        await legal_holds.lift(hold, staff_id=person.account_id)


@pytest.mark.promise("P105")
async def test_what_is_out_of_date_of_who_is_held_stays_when_others_come_and_go(db: Settings) -> None:
    """Timers delete it, which know of holds, and nothing else does."""
    ann, bob = await registered("ann"), await registered("bob")
    async with database.session(*LOOKING) as session:
        await account_tokens.issue(session, TokenKind.RESET_PASSWORD, ann.id, now=NOON - timedelta(days=400))
    ticket = await sessions.issue_ticket(ann.id, now=NOON - timedelta(days=400))
    assert await sessions.redeem_ticket(ticket, now=NOON - timedelta(days=400))
    hold = await legal_holds.place(DataOwner(ann.id), "A dispute about a sign-in.", staff_id=bob.id, now=NOON)
    before = [await rows_of(name) for name in ("sign_in_session", "account_token")]
    async with database.session(*LOOKING) as session:
        await account_tokens.issue(session, TokenKind.RESET_PASSWORD, bob.id, now=NOON)
    await sessions.issue_ticket(bob.id, now=NOON)
    assert [await rows_of(name) for name in ("sign_in_session", "account_token")] == [before[0], before[1] + 1]
    await legal_holds.lift(hold, staff_id=bob.id, now=NOON)
    await retention.purge(NOON)
    assert await rows_of("sign_in_session") == 0


async def test_a_hold_keeps_nobody_elses_rows(db: Settings) -> None:
    await everywhere()
    bob = await registered("bob")
    await legal_holds.place(DataOwner(bob.id), "A dispute.", staff_id=bob.id, now=NOON)
    assert await retention.purge(NOON + timedelta(days=2000))


async def test_a_hold_needs_a_reason(db: Settings) -> None:
    bob = await registered("bob")
    for reason in (" ", "x" * 501):
        with pytest.raises(InvalidInput) as refused:
            await legal_holds.place(DataOwner(bob.id), reason, staff_id=bob.id)
        assert set(refused.value.fields) == {"reason"}


async def registered_until_noon() -> None:
    """An account that nobody confirms."""
    account = await registered("ann")
    async with database.session(*LOOKING) as session:
        row = await session.get(Account, account.id)
        assert row is not None
        row.lapses_at = NOON


async def test_an_account_nobody_confirmed_goes_with_all_it_has(db: Settings) -> None:
    await registered_until_noon()
    await retention.purge(NOON - timedelta(seconds=1))
    assert await rows_of("account") == 1
    assert await retention.purge(NOON) == {"account": 1} | {}
    assert await rows_of("account") == 0
    assert await rows_of("consent_record") == 0


async def test_the_timers_run_by_themselves(db: Settings) -> None:
    await registered_until_noon()
    await worker.plan_periodic(NOON)
    await worker.run_due(NOON + timedelta(hours=2), kinds=["privacy.retention"])
    assert await rows_of("account") == 0


async def test_a_clock_that_is_far_ahead_deletes_nothing_before_it_could_be_set_right(db: Settings) -> None:
    await registered_until_noon()
    await worker.plan_periodic(NOON - timedelta(hours=2))
    for moment in (NOON - timedelta(hours=2), NOON + timedelta(days=9999)):
        await worker.run_due(moment, kinds=["privacy.retention"])
    assert await rows_of("account") == 1


@pytest.mark.promise("P68")
async def test_a_conversation_that_nobody_closes_goes_a_year_after_its_last_message(db: Settings) -> None:
    form = ContactForm("", "ann@example.com", "A question.")
    await threads.write(form, language="en", address="192.0.2.7", now=NOON)
    await retention.purge(NOON + timedelta(days=365) - timedelta(seconds=1))
    assert (await rows_of("contact_thread"), await rows_of("contact_message")) == (1, 1)
    await retention.purge(NOON + timedelta(days=365))
    assert (await rows_of("contact_thread"), await rows_of("contact_message")) == (0, 0)


@pytest.mark.promise("P105")
async def test_a_lifted_hold_of_an_address_goes_in_time_and_a_live_one_stays(db: Settings) -> None:
    staff = await registered("editor")
    lifted = await legal_holds.place(DataOwner("", (b"1" * 32,)), "A dispute.", staff_id=staff.id, now=NOON)
    await legal_holds.place(DataOwner("", (b"2" * 32,)), "Another.", staff_id=staff.id, now=NOON)
    await legal_holds.lift(lifted, staff_id=staff.id, now=NOON)
    await retention.purge(NOON + timedelta(days=364))
    assert await rows_of("legal_hold") == 2
    await retention.purge(NOON + timedelta(days=5 * 365))
    assert [hold.reason for hold in (await legal_holds.live()).rows] == ["Another."]
    assert await rows_of("legal_hold") == 1
