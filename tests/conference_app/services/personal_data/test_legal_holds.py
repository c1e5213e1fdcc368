"""A hold keeps all that is somebody's, whichever way they come to have it erased."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conference_app import database
from conference_app.config import Settings
from conference_app.services.addresses import forgetting, moves
from conference_app.services.consent import person_state
from conference_app.services.jobs import worker
from conference_app.services.people.email_addresses import email_key
from conference_app.services.personal_data import legal_holds, personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner, of_email
from conference_app.services.privacy import erasure_requests, privacy_emails
from conference_app.services.sign_in import email_proofs
from tests.conference_app.consent_people import agrees, reader
from tests.conference_app.people import ADDRESS, PASSWORD, confirmed
from tests.fakes import LOOKING, NOON, FakeRoomAdmin
from tests.mailing import Mails, links_in

pytestmark = pytest.mark.both_databases


YEARS = timedelta(days=3000)


async def held() -> tuple[DataOwner, DataOwner, str]:
    """Somebody with an account who gets the newsletter without it, once held; by account, by address, the hold."""
    ann = await confirmed("ann")
    await agrees(await reader(ann.email), "newsletter")
    async with database.reading(*LOOKING) as db:
        person = await personal_rows.of_account(db, ann.id)
    assert person is not None
    hold = await legal_holds.place(person, "A dispute.", staff_id=ann.id, now=NOON)
    return person, of_email(email_key(ann.email)), hold


async def tables_with(person: DataOwner) -> set[str]:
    async with database.reading() as db:
        return set(await personal_rows.count(db, person))


async def erased_by_link(person: DataOwner) -> None:
    due = await erasure_requests.ask_by_link(person, now=NOON)
    for now in (due, due + privacy_emails.FAREWELL_WAIT):
        await worker.run_due(now, kinds=["privacy.erase"])


@pytest.mark.slow
async def test_a_link_to_the_address_of_a_held_account_erases_nothing(db: Settings, rooms: FakeRoomAdmin) -> None:
    account, by_link, hold = await held()
    assert [one.reason for one in (await person_state.read(by_link)).holds] == ["A dispute."]
    await erased_by_link(by_link)
    assert "address" in await tables_with(by_link)
    await legal_holds.lift(hold, staff_id=account.account_id)
    await worker.run_due(NOON + YEARS, kinds=["privacy.erase"])
    await worker.run_due(NOON + YEARS + privacy_emails.FAREWELL_WAIT, kinds=["privacy.erase"])
    assert "address" not in await tables_with(by_link)


async def test_a_hold_on_an_account_goes_along_with_what_leaves_its_address(db: Settings, rooms: FakeRoomAdmin) -> None:
    _account, by_link, _hold = await held()
    async with database.session(*LOOKING) as session:
        await moves.move(session, by_link.email_keys[0], "new@example.com", now=NOON)
    moved = of_email(email_key("new@example.com"))
    await erased_by_link(moved)
    assert "address" in await tables_with(moved)


@pytest.mark.slow
async def test_a_held_account_that_changes_its_address_leaves_nothing_free_behind(
    db: Settings, rooms: FakeRoomAdmin, mails: Mails
) -> None:
    account, by_link, _hold = await held()
    await email_proofs.ask_change(account.account_id, "new@example.com", PASSWORD, address=ADDRESS)
    await mails.deliver()
    (message,) = mails.to("new@example.com")
    token = next(one for one in links_in(message) if "#token=" in one).rpartition("=")[2]
    await email_proofs.confirm(token, address=ADDRESS)
    await erased_by_link(by_link)
    await forgetting.forget(NOON + YEARS)
    assert "address" in await tables_with(by_link)
