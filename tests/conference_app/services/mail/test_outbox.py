"""Mail: emails leave once, to those who may get them, with what is true when they leave."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.models import Account, Job, Meeting, OutgoingEmail, columns
from conference_app.services.consent import ledger as consents
from conference_app.services.consent import mail_stops, participant_mail
from conference_app.services.emails.messages import Message
from conference_app.services.emails.recipients import (
    AccountRecipient,
    AddressRecipient,
    ParticipantRecipient,
    RowRecipient,
)
from conference_app.services.jobs import dead_letters, queue, worker
from conference_app.services.mail import bounces, delivery, delivery_reports, mailboxes, outbox, smtp
from conference_app.services.people import email_addresses
from conference_app.services.people.subjects import Subject
from tests.conference_app.participants import takes_part
from tests.conference_app.sample_templates import (
    CONFIRMATION,
    NEWS_BODY,
    OFFER,
    PLAIN,
    REMINDER,
    SERVICE,
    WELCOME_LINK,
)
from tests.fakes import LOOKING
from tests.mailing import Mails, html_of, links_in, text_of

pytestmark = pytest.mark.usefixtures("sample_templates")


async def account(name: str = "ann", language: str = "en", verified: bool = True) -> str:
    """A new account; its identifier."""
    row = Account(
        first_name=name.capitalize(),
        last_name="Nowak",
        username=name,
        username_key=columns.lookup_key("username", name),
        email=f"{name}@example.com",
        email_key=email_addresses.email_key(f"{name}@example.com"),
        password_hash="none",
        language=language,
        created_at=datetime.now(UTC),
        email_verified_at=datetime.now(UTC) if verified else None,
    )
    async with database.session(*LOOKING) as db:
        db.add(row)
    return row.id


async def meeting(account_id: str) -> str:
    """A new meeting; its identifier."""
    row = Meeting(
        account_id=account_id, code="c", code_key=b"k" * 32, subject="s", pass_phrase="", created_at=datetime.now(UTC)
    )
    async with database.session(*LOOKING) as db:
        db.add(row)
    return row.id


async def post(message: Message, key: str | None = None, run_at: datetime | None = None) -> str:
    async with database.session(*LOOKING) as db:
        return await outbox.send(db, message, key=key, run_at=run_at)


async def status(email_id: str) -> tuple[str, str]:
    async with database.reading(*LOOKING) as db:
        row = await db.get(OutgoingEmail, email_id)
        assert row is not None
        return row.status, row.reason


async def ledger(subject: Subject, purpose: str, given: bool) -> None:
    async with database.session(*LOOKING) as db:
        if given:
            await consents.give(db, subject, purpose, act="test", page="/test", words="Yes.", language="en")
        else:
            await consents.withdraw(db, subject, purpose, act="test", page="/test")


async def address(email: str = "bob@example.com", language: str = "en") -> str:
    async with database.session(*LOOKING) as db:
        return (await email_addresses.find_or_add(db, email, language=language)).id


async def test_a_message_arrives_in_words_of_now(db: Settings, mails: Mails) -> None:
    ann = await account("ann")
    email_id = await post(WELCOME_LINK.message(AccountRecipient(ann), token_id="t1"))
    async with database.session(*LOOKING) as session:
        row = await session.get(Account, ann)
        assert row is not None
        row.first_name = "Anna"  # after the email was queued, before it left
    (got,) = await mails.deliver()
    assert got["X-RcptTo"] == got["To"] == "ann@example.com"
    assert got["Subject"] == "Welcome, Anna"
    assert got["Message-ID"] == f"<{email_id}@{db.mail.domain}>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["List-Unsubscribe"] is None
    assert links_in(got)[0] == f"{db.public_url}/verify/t1"
    assert "Hello Anna." in html_of(got)
    assert await status(email_id) == ("sent", "")
    async with database.reading(*LOOKING) as session:
        assert (await session.exec(select(Job))).all() == []


async def test_a_polish_reader_gets_polish(db: Settings, mails: Mails) -> None:
    ann = await account("ann", language="pl")
    await post(WELCOME_LINK.message(AccountRecipient(ann), token_id="t1"))
    (got,) = await mails.deliver()
    assert got["Content-Language"] == "pl"
    assert links_in(got)[0] == f"{db.public_url}/pl/verify/t1"
    assert "Nigdy nie prosimy" in text_of(got)


async def test_the_same_key_sends_once(db: Settings, mails: Mails) -> None:
    ann = await account("ann")
    for _time in range(3):
        await post(PLAIN.message(AccountRecipient(ann)), key="receipt:1")
        await mails.deliver()
    assert len(mails.all()) == 1


async def test_a_waiting_message_can_be_moved_and_taken_back(db: Settings, mails: Mails) -> None:
    ann = await account("ann")
    later = datetime.now(UTC) + timedelta(days=2)
    await post(PLAIN.message(AccountRecipient(ann)), key="reminder:1")
    await post(PLAIN.message(AccountRecipient(ann)), key="reminder:1", run_at=later)
    assert await mails.deliver() == []
    async with database.session(*LOOKING) as session:
        await outbox.cancel(session, "reminder:1")
    assert await mails.deliver(later) == []


async def test_a_message_nobody_wants_any_more_is_dropped(db: Settings, mails: Mails) -> None:
    ann = await account("ann")
    email_id = await post(WELCOME_LINK.message(AccountRecipient(ann), token_id="gone"))
    assert await mails.deliver() == []
    assert await status(email_id) == ("withheld", "not_wanted")


async def test_an_address_that_nobody_confirmed_gets_the_necessary_only(db: Settings, mails: Mails) -> None:
    ann = await account("ann", verified=False)
    await ledger(Subject("account", ann), "newsletter", given=True)
    for message in (
        PLAIN.message(AccountRecipient(ann)),
        SERVICE.message(AccountRecipient(ann)),
        NEWS_BODY.message(AccountRecipient(ann)),
    ):
        await post(message)
    assert [got["Subject"] for got in await mails.deliver()] == ["Your receipt"]


async def test_an_erased_person_gets_nothing(db: Settings, mails: Mails) -> None:
    ann = await account("ann")
    await post(PLAIN.message(AccountRecipient(ann)))
    async with database.session(*LOOKING) as session:
        await session.delete(await session.get(Account, ann))
    assert await mails.deliver() == []
    async with database.reading(*LOOKING) as session:
        assert (await session.exec(select(OutgoingEmail))).all() == []


async def test_an_address_of_another_row_is_asked_for(db: Settings, mails: Mails) -> None:
    @mailboxes.address_source("test_thread")
    async def find(_db: object, row_id: str) -> mailboxes.Mailbox | None:
        return mailboxes.Mailbox("carol@example.com", "pl") if row_id == "7" else None

    await post(PLAIN.message(RowRecipient("test_thread", "7")))
    lost = await post(PLAIN.message(RowRecipient("test_thread", "8")))
    nobody = await post(PLAIN.message(RowRecipient("test_unknown", "8")))
    (got,) = await mails.deliver()
    assert got["To"] == "carol@example.com"
    assert await status(lost) == await status(nobody) == ("withheld", "no_address")


@pytest.mark.promise("P56")
@pytest.mark.promise("P57")
@pytest.mark.promise("P63")
@pytest.mark.promise("P65")
async def test_nothing_optional_leaves_without_a_live_grant(db: Settings, mails: Mails) -> None:
    ann, bob = await account("ann"), await address()
    for recipient in (AccountRecipient(ann), AddressRecipient(bob)):
        for template in (NEWS_BODY, OFFER):
            email_id = await post(template.message(recipient))
            assert await mails.deliver() == []
            assert await status(email_id) == ("withheld", "no_grant")


@pytest.mark.promise("P58")
@pytest.mark.promise("P63")
async def test_the_grant_counts_when_the_message_leaves(db: Settings, mails: Mails) -> None:
    bob = Subject("address", await address())
    await ledger(bob, "newsletter", given=True)
    await post(NEWS_BODY.message(AddressRecipient(bob.id)))
    (got,) = await mails.deliver()
    assert "<em>news</em>" in html_of(got)
    await post(NEWS_BODY.message(AddressRecipient(bob.id)))
    await ledger(bob, "newsletter", given=False)
    assert len(await mails.deliver()) == 1


@pytest.mark.promise("P58")
async def test_a_stop_between_reading_and_sending_still_counts(
    db: Settings, mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = Subject("address", await address())
    await ledger(bob, "newsletter", given=True)
    email_id = await post(NEWS_BODY.message(AddressRecipient(bob.id)))
    talk = smtp.Conversation.address

    async def stop_now(self: smtp.Conversation, sender: str, recipient: str) -> None:
        await talk(self, sender, recipient)
        await ledger(bob, "newsletter", given=False)

    monkeypatch.setattr(smtp.Conversation, "address", stop_now)
    assert await mails.deliver() == []
    assert await status(email_id) == ("withheld", "no_grant")


@pytest.mark.promise("P55")
@pytest.mark.promise("P59")
async def test_necessary_and_service_mail_still_comes_after_every_opt_out(db: Settings, mails: Mails) -> None:
    ann = await account("ann")
    async with database.session(*LOOKING) as session:
        await mail_stops.stop(session, email_addresses.email_key("ann@example.com"))
    await post(PLAIN.message(AccountRecipient(ann)))
    await post(SERVICE.message(AccountRecipient(ann)))
    await post(NEWS_BODY.message(AccountRecipient(ann)))
    assert sorted(got["Subject"] for got in await mails.deliver()) == ["Maintenance", "Your receipt"]


@pytest.mark.promise("P60")
async def test_every_optional_mail_can_be_stopped_from_itself(db: Settings, mails: Mails) -> None:
    ann = await account("ann")
    meeting_id, bob = await meeting(ann), Subject("address", await address())
    await ledger(bob, "newsletter", given=True)
    await ledger(bob, "promotion", given=True)
    async with database.session(*LOOKING) as session:
        await takes_part(session, meeting_id=meeting_id, address_id=bob.id, reminder=True, follow_up=False)
    await post(NEWS_BODY.message(AddressRecipient(bob.id)))
    await post(OFFER.message(AddressRecipient(bob.id)))
    await post(REMINDER.message(ParticipantRecipient(meeting_id, bob.id)))
    got = await mails.deliver()
    assert len(got) == 3
    for one in got:
        link = one["List-Unsubscribe"].strip("<>")
        assert link.startswith(f"{db.public_url}/u/")
        assert one["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert link in text_of(one)
        assert link in html_of(one)


@pytest.mark.promise("P70")
async def test_a_participant_gets_what_was_asked_for_and_no_more(db: Settings, mails: Mails) -> None:
    ann = await account("ann")
    meeting_id = await meeting(ann)
    bob, carol = await address("bob@example.com"), await address("carol@example.com")
    async with database.session(*LOOKING) as session:
        await takes_part(session, meeting_id=meeting_id, address_id=bob, reminder=True, follow_up=False)
    for person in (bob, carol):  # carol takes no part
        await post(CONFIRMATION.message(ParticipantRecipient(meeting_id, person)))
        await post(REMINDER.message(ParticipantRecipient(meeting_id, person)))
    assert sorted((m["To"], m["Subject"]) for m in await mails.deliver()) == [
        ("bob@example.com", "Soon"),
        ("bob@example.com", "You are in"),
    ]
    async with database.session(*LOOKING) as session:
        await participant_mail.stop(session, meeting_id=meeting_id, address_id=bob)
    await post(REMINDER.message(ParticipantRecipient(meeting_id, bob)))
    assert len(await mails.deliver()) == 2


def returned(email_id: str, code: str = "5.1.1", email: str = "ann@example.com") -> bounces.Report:
    """What a relay says of an email that went to `email`."""
    return bounces.Report(email_id, code, bounces.place_of(email_id, email_addresses.email_key(email)))


async def moved(account_id: str, email: str) -> None:
    """Give the account another address."""
    async with database.session(*LOOKING) as session:
        row = await session.get(Account, account_id)
        assert row is not None
        row.email, row.email_key = email, email_addresses.email_key(email)


async def test_a_late_report_marks_nothing_of_the_address_that_came_after(db: Settings, mails: Mails) -> None:
    ann = await account("ann")
    email_id = await post(PLAIN.message(AccountRecipient(ann)))
    (got,) = await mails.deliver()
    message = bounces.email_of(str(got["X-MailFrom"]))
    assert message == (email_id, returned(email_id).place)
    await moved(ann, "ann@example.org")
    assert await delivery_reports.take(returned(email_id))
    assert await status(email_id) == ("bounced", "5.1.1")
    await post(PLAIN.message(AccountRecipient(ann)))
    assert sorted(one["To"] for one in await mails.deliver()) == ["ann@example.com", "ann@example.org"]


async def test_a_report_about_a_message_of_long_ago_is_not_believed(db: Settings, mails: Mails) -> None:
    ann = await account("ann")
    email_id = await post(PLAIN.message(AccountRecipient(ann)))
    await mails.deliver()
    later = datetime.now(UTC) + delivery_reports.BELIEVED_FOR + timedelta(minutes=1)
    assert not await delivery_reports.take(returned(email_id), now=later)
    assert await status(email_id) == ("sent", "")


async def test_an_address_that_bounced_is_left_alone_until_it_changes(db: Settings, mails: Mails) -> None:
    ann = await account("ann")
    email_id = await post(PLAIN.message(AccountRecipient(ann)))
    await mails.deliver()
    assert await delivery_reports.take(returned(email_id))
    assert await status(email_id) == ("bounced", "5.1.1")
    again = await post(PLAIN.message(AccountRecipient(ann)))
    assert len(await mails.deliver()) == 1
    assert await status(again) == ("withheld", "bad_address")
    await moved(ann, "ann@example.org")
    await post(PLAIN.message(AccountRecipient(ann)))
    assert [got["To"] for got in mails.all()] == ["ann@example.com"]
    assert len(await mails.deliver()) == 2


async def test_a_soft_bounce_changes_nothing(db: Settings, mails: Mails) -> None:
    ann = await account("ann")
    email_id = await post(PLAIN.message(AccountRecipient(ann)))
    await mails.deliver()
    assert await delivery_reports.take(returned(email_id, "4.2.2"))
    assert not await delivery_reports.take(returned("f" * 32))
    await post(PLAIN.message(AccountRecipient(ann)))
    assert len(await mails.deliver()) == 2


@pytest.mark.slow
async def test_without_a_server_messages_wait(db: Settings) -> None:
    ann = await account("ann")
    email_id = await post(PLAIN.message(AccountRecipient(ann)))
    now = datetime.now(UTC)
    await worker.run_due(now + timedelta(seconds=1), kinds=[outbox.JOB])
    assert await status(email_id) == ("queued", "")
    for days in range(worker.MAX_ATTEMPTS + 1):
        await worker.run_due(now + timedelta(days=days + 1), kinds=[outbox.JOB])
    assert await status(email_id) == ("failed", "")
    assert len((await dead_letters.listed()).rows) == 1


@pytest.mark.parametrize(("once", "then"), [(True, "uncertain"), (False, "sent")])
async def test_broken_on_the_way(
    sqlite_db: Settings, mails: Mails, monkeypatch: pytest.MonkeyPatch, once: bool, then: str
) -> None:
    bob = Subject("address", await address())
    await ledger(bob, "newsletter", given=True)
    email_id = await post((NEWS_BODY if once else PLAIN).message(AddressRecipient(bob.id)))
    hand_over, broken = smtp.Conversation.hand_over, []

    async def breaks(self: smtp.Conversation, message: bytes) -> None:
        await hand_over(self, message)
        if not broken:
            broken.append(True)
            raise smtp.Broken("SMTPServerDisconnected")  # the server took it, but we did not hear so

    monkeypatch.setattr(smtp.Conversation, "hand_over", breaks)
    await mails.deliver()
    await mails.deliver(datetime.now(UTC) + timedelta(hours=1))
    assert (await status(email_id))[0] == then
    assert len(mails.all()) == (1 if once else 2)
    assert len({got["Message-ID"] for got in mails.all()}) == 1


@pytest.mark.parametrize("once", [True, False])
async def test_of_two_who_have_the_same_message_one_sends_it(
    db: Settings, mails: Mails, monkeypatch: pytest.MonkeyPatch, once: bool
) -> None:
    """The first is slow between reading and sending, is taken for dead, and goes on while the second one sends."""
    bob = Subject("address", await address())
    await ledger(bob, "newsletter", given=True)
    email_id = await post((NEWS_BODY if once else PLAIN).message(AddressRecipient(bob.id)))
    talk, hand_over, began, ended = (
        smtp.Conversation.address,
        smtp.Conversation.hand_over,
        asyncio.Event(),
        asyncio.Event(),
    )
    tries: list[str] = []

    async def slow_at_first(self: smtp.Conversation, sender: str, recipient: str) -> None:
        await talk(self, sender, recipient)
        tries.append(recipient)
        if len(tries) == 1:
            await began.wait()

    async def send(self: smtp.Conversation, message: bytes) -> None:
        began.set()
        await ended.wait()
        await hand_over(self, message)

    monkeypatch.setattr(smtp.Conversation, "address", slow_at_first)
    monkeypatch.setattr(smtp.Conversation, "hand_over", send)
    first = asyncio.ensure_future(delivery.deliver([queue.Run({"email": email_id})]))
    while not tries:
        await asyncio.sleep(0.01)
    second = asyncio.ensure_future(delivery.deliver([queue.Run({"email": email_id})]))
    (outcome,) = await first
    assert isinstance(outcome, queue.Postponed)  # whoever keeps the job looks again at what became of it
    assert (await status(email_id))[0] == "handing_over"
    ended.set()
    assert await second == [None]
    assert (await status(email_id))[0] == "sent"
    assert len(await mails.deliver()) == 1


async def test_the_log_names_nobody(sqlite_db: Settings, mails: Mails, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ann = await account("ann")
    await post(WELCOME_LINK.message(AccountRecipient(ann), token_id="t1"))
    await mails.deliver()
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("conference_app")]
    assert not [line for line in ours if "ann" in line.lower() or "t1" in line]
    assert not [record.name for record in caplog.records if "ann@example.com" in record.getMessage()]
