"""After a stop of everything: what one needs still comes, in every class that needs no consent, and nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conference_app import database
from conference_app.config import Settings
from conference_app.services.consent import ledger, mail_stops, preferences
from conference_app.services.consent.preferences import ConsentHolder
from conference_app.services.emails.recipients import AccountRecipient, ParticipantRecipient
from conference_app.services.jobs import worker
from conference_app.services.mail import outbox, service_notices
from conference_app.services.newsletters import sign_up
from conference_app.services.people import email_addresses
from conference_app.services.people.subjects import Subject
from conference_app.services.sign_in import account_passwords
from tests.conference_app.participants import takes_part
from tests.conference_app.people import ADDRESS, PASSWORD, confirmed, meeting_of
from tests.conference_app.sample_templates import CONFIRMATION, NEWS_BODY, OFFER, PLAIN, REMINDER
from tests.mailing import Mails

pytestmark = [pytest.mark.usefixtures("sample_templates"), pytest.mark.both_databases]


async def stop_everything(person: ConsentHolder) -> None:
    await preferences.stop_all(person, act="stop everything", page="/preferences")


@pytest.mark.promise("P55")
@pytest.mark.promise("P59")
@pytest.mark.slow
async def test_an_account_still_gets_receipts_security_and_service(db: Settings, mails: Mails) -> None:
    ann = await confirmed()
    person = await preferences.of_account(ann.id)
    await preferences.give(person, ["newsletter", "promotion"], act="switch", page="/preferences")
    await mails.deliver()
    before = len(mails.to(ann.email))
    await stop_everything(person)
    async with database.session() as session:
        for template in (PLAIN, NEWS_BODY, OFFER):  # a receipt, a newsletter, an offer
            await outbox.send(session, template.message(AccountRecipient(ann.id)))
    await account_passwords.change_password(
        ann.id, PASSWORD, "another quite long one", session_hash="", address=ADDRESS
    )
    await service_notices.announce_maintenance(datetime.now(UTC) + timedelta(days=2), 30)
    await worker.run_due(datetime.now(UTC) + timedelta(seconds=1), kinds=["service.maintenance", outbox.JOB])
    got = [one["Subject"] for one in mails.to(ann.email)][before:]
    assert len(got) == 3
    assert "Your receipt" in got
    assert "Something happened with your account" in got  # the password
    assert any("pauses on" in subject for subject in got)


@pytest.mark.promise("P59")
@pytest.mark.promise("P70")
async def test_a_participant_still_gets_the_confirmation_and_nothing_that_was_not_ticked(
    db: Settings, mails: Mails
) -> None:
    made = await meeting_of(await confirmed())
    async with database.session() as session:
        guest = await email_addresses.find_or_add(session, "guest@example.com", language="en")
        await takes_part(session, meeting_id=made.id, address_id=guest.id, reminder=True, follow_up=False)
        subject = Subject("address", guest.id)
        await ledger.give(session, subject, "newsletter", act="test", page="/test", words="Yes.", language="en")
    key = email_addresses.email_key("guest@example.com")
    recipient = ParticipantRecipient(made.id, guest.id)

    async def sent() -> list[str]:
        async with database.session() as session:
            for template in (CONFIRMATION, REMINDER):
                await outbox.send(session, template.message(recipient))
        await mails.deliver()
        return sorted(one["Subject"] for one in mails.to("guest@example.com"))

    assert await sent() == ["Soon", "You are in"]
    await stop_everything(ConsentHolder(key, (subject,), by_link=True))
    assert await sent() == ["Soon", "You are in", "You are in"]


@pytest.mark.promise("P59")
@pytest.mark.promise("P63")
async def test_who_stopped_everything_can_ask_again(db: Settings, mails: Mails) -> None:
    key = email_addresses.email_key("reader@example.com")
    async with database.session() as session:
        await mail_stops.stop(session, key)
    await sign_up.ask("reader@example.com", page="/", language="en", address=ADDRESS)
    (got,) = await mails.deliver()
    assert got["Subject"] == "Confirm your subscription"
