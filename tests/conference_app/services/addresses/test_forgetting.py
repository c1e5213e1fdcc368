"""Addresses go by themselves when nobody needs them, and not before, and not while a law holds them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.models import Address, AuditEntry, OutgoingEmail, PrivacyState
from conference_app.services import audit
from conference_app.services.addresses import forgetting
from conference_app.services.audit import AuditTag
from conference_app.services.cases import cases
from conference_app.services.consent import ledger, person_state
from conference_app.services.contact import threads
from conference_app.services.contact.threads import ContactForm
from conference_app.services.emails.messages import AddressRecipient
from conference_app.services.jobs import worker
from conference_app.services.mail import outbox
from conference_app.services.newsletters import sending
from conference_app.services.people.email_addresses import email_key
from conference_app.services.people.subjects import Subject
from conference_app.services.personal_data import legal_holds
from conference_app.services.personal_data.personal_rows import of_email
from conference_app.services.privacy import privacy_requests, retention
from tests.conference_app.consent_people import NOW, agrees, reader
from tests.conference_app.participants import takes_part
from tests.conference_app.people import ADDRESS, confirmed, meeting_of
from tests.fakes import LOOKING

EVE = "eve@example.com"
YEAR = timedelta(days=366)


async def known() -> list[str]:
    async with database.reading(*LOOKING) as db:
        return sorted((await db.exec(select(Address.email))).all())


async def forgotten(now: datetime) -> bool:
    """Whether Eve's address is gone after a look at `now`."""
    await forgetting.forget(now)
    return EVE not in await known()


async def withdrawn(subject: Subject, now: datetime) -> None:
    async with database.session(*LOOKING) as db:
        await ledger.withdraw(db, subject, "newsletter", act="button", page="test", now=now)


@pytest.mark.promise("P68")
async def test_an_address_goes_a_year_after_the_last_consent_has_ended(db: Settings) -> None:
    eve = await agrees(await reader(EVE), "newsletter")
    await reader("never@example.com")  # who never confirmed anything
    assert not await forgotten(NOW + 10 * YEAR)
    assert await known() == [EVE]
    ended = NOW + 10 * YEAR
    await withdrawn(eve, ended)
    assert not await forgotten(ended + timedelta(days=365) - timedelta(seconds=1))
    assert await forgotten(ended + timedelta(days=365))


@pytest.mark.promise("P68")
async def test_messages_history_and_wishes_go_with_it(db: Settings) -> None:
    eve = await agrees(await reader(EVE), "newsletter")
    await withdrawn(eve, NOW)
    await privacy_requests.restrict(of_email(email_key(EVE)), True, now=NOW)
    async with database.session(*LOOKING) as session:
        await audit.record(session, AuditTag.EMAIL_CHANGED, subject=eve, now=NOW)
        message = sending.MESSAGE.message(AddressRecipient(eve.id), purpose="newsletter", newsletter_id="n")
        session.add(OutgoingEmail(**outbox.email_row(message, key=None, now=NOW, newsletter_id="n")))
    assert await forgotten(NOW + YEAR)
    async with database.reading() as session:
        for table in (OutgoingEmail, AuditEntry, PrivacyState):
            assert (await session.exec(select(table.id))).all() == []


@pytest.mark.promise("P68")
@pytest.mark.parametrize("why", ["a meeting", "an open request", "an agreement to something else"])
async def test_what_is_still_needed_stays(db: Settings, why: str) -> None:
    eve = await agrees(await reader(EVE), "newsletter")
    await withdrawn(eve, NOW)
    made = await meeting_of(await confirmed())
    async with database.session(*LOOKING) as session:
        match why:
            case "a meeting":
                await takes_part(
                    session, meeting_id=made.id, address_id=eve.id, reminder=False, follow_up=False, now=NOW
                )
            case "an open request":
                await cases.open_case(session, "access", address_id=eve.id, opened_from="privacy center", now=NOW)
            case _:
                await ledger.give(session, eve, "promotion", act="a", page="p", words="Yes.", now=NOW)
    assert not await forgotten(NOW + YEAR)
    if why == "a meeting":
        await retention.purge(NOW + YEAR)
        assert await forgotten(NOW + YEAR)


@pytest.mark.promise("P105")
async def test_a_hold_keeps_it_and_its_end_lets_it_go(db: Settings) -> None:
    staff, me = await confirmed(), of_email(email_key(EVE))
    await reader(EVE)
    await privacy_requests.restrict(me, True, now=NOW)
    hold = await legal_holds.place(me, "A dispute.", staff_id=staff.id, now=NOW)
    assert not await forgotten(NOW + YEAR)
    await legal_holds.lift(hold, staff_id=staff.id, now=NOW + YEAR)
    assert await forgotten(NOW + YEAR)
    assert (await person_state.read(me)).restricted_at is None


async def test_a_wish_stays_while_a_message_of_the_address_does(db: Settings) -> None:
    me = of_email(email_key(EVE))
    await threads.write(ContactForm("Eve", EVE, "Hello"), language="en", address=ADDRESS, now=NOW)
    await privacy_requests.restrict(me, True, now=NOW)
    await forgetting.forget(NOW + YEAR)
    assert (await person_state.read(me)).restricted_at == NOW
    await retention.purge(NOW + YEAR)
    await forgetting.forget(NOW + YEAR)
    assert (await person_state.read(me)).restricted_at is None


async def test_many_go_and_by_themselves(sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    for number in range(5):
        await reader(f"reader{number}@example.com")
    await worker.plan_periodic(NOW)
    await worker.run_due(NOW + timedelta(days=3), kinds=["addresses.forget"])
    assert await known() == []
