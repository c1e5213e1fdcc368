"""People who write to us: kept as a thread, thanked once, answered in it, and never on a list."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import text
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import InvalidInput, NotFound, TooManyAttempts
from conference_app.models import ContactMessage, ContactThread, SQLModel
from conference_app.services import addresses, cases, contact, inbound_mail
from conference_app.services.contact import ContactForm
from tests.conference_app.consent_people import NOW, agrees, is_live, member, reader
from tests.mailing import Mails, text_of

ANN = "ann@example.com"


async def written(message: str = "Good morning, a question.", email: str = ANN, name: str = "") -> None:
    await contact.write(ContactForm(name, email, message), language="en", address="192.0.2.1", now=NOW)


def raw(body: str = "A question.", sender: str = ANN, **headers: str) -> bytes:
    """A mail to us."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "contact@localhost", headers.pop("Subject", "Hello there")
    mail["Message-ID"] = headers.pop("Message-ID", f"<{abs(hash((body, sender)))}@example.com>")
    for name, value in headers.items():
        del mail[name]
        mail[name] = value
    mail.set_content(body)
    return mail.as_bytes()


async def threads() -> list[ContactThread]:
    async with database.reading() as db:
        return list((await db.exec(select(ContactThread))).all())


async def bodies(thread_id: str) -> list[str]:
    return [one.body for one in await contact.messages(thread_id)]


@pytest.mark.promise("P61")
@pytest.mark.promise("P19")
async def test_who_writes_is_thanked_once_and_the_thread_is_kept(db: Settings, mails: Mails) -> None:
    await written("First")
    [mail] = await mails.deliver()
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["To"].addresses[0].addr_spec == ANN
    await written("Second")
    [thread] = await threads()
    answer = raw("Third", To=str(mail["Reply-To"]), **{"In-Reply-To": str(mail["Message-ID"])})
    assert await inbound_mail.take(answer) == "stored"
    assert await bodies(thread.id) == ["First", "Second", "Third"]
    assert len(await mails.deliver()) == 1


@pytest.mark.promise("P61")
async def test_a_mail_is_thanked_in_its_own_thread_and_the_second_is_not(db: Settings, mails: Mails) -> None:
    assert await inbound_mail.take(raw("One", **{"Message-ID": "<one@example.com>"})) == "stored"
    [thanks] = await mails.deliver()
    assert (thanks["In-Reply-To"], thanks["References"]) == ("<one@example.com>", "<one@example.com>")
    assert await inbound_mail.take(raw("One", **{"Message-ID": "<one@example.com>"})) == "known"  # delivered twice
    assert await inbound_mail.take(raw("Two", **{"Message-ID": "<two@example.com>"})) == "stored"
    assert len(await mails.deliver()) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated; x=y"},
        {"Precedence": "bulk"},
        {"Precedence": "List"},
        {"List-Id": "<news.example.com>"},
        {"List-Unsubscribe": "<https://example.com>"},
        {"Return-Path": "<>"},
        {"X-Auto-Response-Suppress": "All"},
        {"From": "MAILER-DAEMON@example.com"},
        {"From": "no-reply@example.com"},
        {"From": "news-request@example.com"},
    ],
)
async def test_machines_are_never_answered(sqlite_db: Settings, mails: Mails, headers: dict[str, str]) -> None:
    assert await inbound_mail.take(raw(**headers)) == "machine"
    assert await threads() == []
    assert await mails.deliver() == []


async def test_an_out_of_office_answer_stays_in_its_thread_without_an_answer(db: Settings, mails: Mails) -> None:
    await written()
    [thread] = await threads()
    away = raw("I am away.", To=contact.reply_address(thread.id), **{"Auto-Submitted": "auto-replied"})
    assert await inbound_mail.take(away) == "stored"
    assert len(await bodies(thread.id)) == 2
    assert len(await mails.deliver()) == 1


async def test_staff_answer_in_the_same_thread(db: Settings, mails: Mails) -> None:
    await inbound_mail.take(raw("Question", Subject="Prices", **{"Message-ID": "<q@example.com>"}))
    [thread] = await threads()
    await contact.reply(thread.id, "Answer.\nWith two lines.")
    [answer] = [mail for mail in await mails.deliver() if mail["Subject"] == "Re: Prices"]
    assert "Answer.\nWith two lines." in text_of(answer)
    assert answer["In-Reply-To"] == "<q@example.com>"
    assert contact.thread_in(str(answer["Reply-To"])) == thread.id
    assert answer["List-Unsubscribe"] is None
    back = raw("Thanks", To="somebody@example.com", **{"References": str(answer["Message-ID"])})
    assert await inbound_mail.take(back) == "stored"
    assert await bodies(thread.id) == ["Question", "Answer.\nWith two lines.", "Thanks"]
    with pytest.raises(InvalidInput):
        await contact.reply(thread.id, " \n ")
    with pytest.raises(NotFound):
        await contact.reply("nothing", "text")


async def test_a_closed_thread_opens_with_an_answer_to_it(db: Settings) -> None:
    await written()
    [thread] = await threads()
    await contact.close(thread.id, now=NOW)
    assert await contact.threads() == []
    assert [row.id for row in await contact.threads(closed=True)] == [thread.id]
    await inbound_mail.take(raw("Again", To=contact.reply_address(thread.id)))
    [row] = await contact.threads()
    assert (row.id, row.messages, row.is_closed) == (thread.id, 2, False)


async def test_a_stranger_cannot_write_into_anothers_thread(db: Settings) -> None:
    await written()
    [thread] = await threads()
    await inbound_mail.take(raw("I am Ann, honestly", "eve@example.com", To=contact.reply_address(thread.id)))
    assert len(await threads()) == 2
    assert len(await bodies(thread.id)) == 1
    forged = contact.reply_address(thread.id).replace("@", "0@")
    assert contact.thread_in(forged) == ""
    assert contact.thread_in(f"contact+{thread.id}{'0' * 16}@x") == ""


@pytest.mark.promise("P62")
@pytest.mark.promise("P65")
async def test_the_address_stands_in_no_other_table(db: Settings, mails: Mails) -> None:
    await written(email="canary@example.com")
    await inbound_mail.take(raw("Two", "canary@example.com"))
    [thread] = await threads()
    await contact.reply(thread.id, "Answer")
    await mails.deliver()
    key = addresses.email_key("canary@example.com")
    found: set[str] = set()
    async with database.reading() as session:
        connection = await session.connection()
        for table in SQLModel.metadata.sorted_tables:
            for row in (await connection.execute(table.select())).all():
                if any(value == key or "canary@" in str(value) for value in row):
                    found.add(table.name)
        assert (await connection.execute(text("SELECT count(*) FROM address"))).scalar() == 0
    assert found == {"contact_thread"}
    referring = {
        table.name
        for table in SQLModel.metadata.sorted_tables
        for one in table.foreign_keys
        if one.column.table.name == "contact_thread"
    }
    assert referring == {"contact_message"}


async def test_what_is_written_is_encrypted(sqlite_db: Settings) -> None:
    await written("canary message", "canary@example.com", "Canary Name")
    async with database.reading() as session:
        connection = await session.connection()
        kept = ""
        for table in ("contact_thread", "contact_message"):
            kept += repr((await connection.execute(text(f"SELECT * FROM {table}"))).all())  # noqa: S608
    assert "canary" not in kept.casefold()


@pytest.mark.promise("P58")
async def test_who_asks_in_words_is_stopped_at_once(db: Settings) -> None:
    ann, eve = await agrees(await member("ann"), "newsletter"), await agrees(await reader(), "newsletter")
    assert await inbound_mail.take(raw("Please unsubscribe me.\n\nAnn\n> earlier words")) == "stored"
    assert not await is_live(ann, "newsletter")
    assert await is_live(eve, "newsletter")
    await written("wypisz mnie z newslettera", "eve@example.com")
    assert not await is_live(eve, "newsletter")
    assert await cases.for_staff() == []


@pytest.mark.promise("P95")
async def test_who_asks_for_erasure_gets_a_case_with_a_month_s_clock(db: Settings) -> None:
    ann = await member("ann")
    await written("Dzień dobry, proszę o usunięcie moich danych osobowych.")
    [case] = await cases.for_staff()
    assert (case.kind, case.subject_kind, case.opened_from) == ("erase", "thread", "contact form")
    assert case.due_at - case.opened_at == timedelta(days=30)
    assert [one.id for one in await cases.for_subject(account_id=ann.id)] == [case.id]  # seen in the privacy center
    await inbound_mail.take(raw("Delete my data!"))
    assert len(await cases.for_staff()) == 1


@pytest.mark.parametrize(
    ("wrong", "name", "email", "message"),
    [
        ("email", "", "", "text"),
        ("email", "", "ann@", "text"),
        ("email", "", "ann@example.com\nBcc: x@example.com", "text"),
        ("message", "", ANN, ""),
        ("message", "", ANN, " \u200b\n"),
        ("message", "", ANN, "x" * 5001),
        ("name", "n" * 101, ANN, "text"),
    ],
)
async def test_a_form_that_cannot_be_answered_is_refused(
    sqlite_db: Settings, wrong: str, name: str, email: str, message: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await written(message, email, name)
    assert set(refused.value.fields) == {wrong}
    assert await threads() == []


async def test_a_flood_is_stopped(sqlite_db: Settings) -> None:
    for number in range(10):
        await written(f"message {number}")
    with pytest.raises(TooManyAttempts):
        await written("one more")
    assert len(await threads()) == 1


def parts(inner: bytes, depth: int) -> bytes:
    """A mail of nested parts."""
    head = b"From: eve@example.com\r\nMIME-Version: 1.0\r\n"
    for level in range(depth):
        head += b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
    return head + b"Content-Type: text/plain\r\n\r\n" + inner


HOSTILE = [
    b"",
    b"\x00" * 100,
    b"no headers at all",
    b"From: \r\n\r\nbody",
    b"From: a@example.com, b@example.com\r\n\r\nbody",
    b"From: =?utf-8?b?//8=?= <ann@example.com\r\n\r\nbody",
    b"From: =?nonsense?q?x?= <x>\r\n\r\nbody",
    b"From: ann@example.com\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\xff\xfe body",
    b"From: ann@example.com\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!",
    b"From: ann@example.com\r\nContent-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
    b"From: ann@example.com\r\nSubject: " + b"=?utf-8?q?" * 500 + b"\r\n\r\nbody",
    b"From: ann@example.com\r\nMessage-ID: <a b>\r\n c\r\n\r\nbody",
    b"From: ann@example.com\r\nReferences: " + b"<x@y> " * 20_000 + b"\r\n\r\nbody",
    b"From: ann@example.com\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script><p>hello</p>",
    b"From: ann@example.com\r\n\r\n" + b"x" * 1_048_600,
    b"\xef\xbb\xbfFrom: ann@example.com\r\n\r\nbody",
    b"From: ann@example.com\r\nContent-Type: message/rfc822\r\n\r\nFrom: x\r\n\r\ny",
    parts(b"deep", 30),
    parts(b"deep", 3000),
]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
async def test_hostile_mails_do_no_harm(sqlite_db: Settings, mails: Mails, number: int) -> None:
    outcome = await inbound_mail.take(HOSTILE[number])
    assert outcome in ("stored", "unreadable", "machine")
    for thread in await threads():
        for body in await bodies(thread.id):
            assert len(body) <= contact.MAIL_LENGTH
            assert "<script" not in body
            assert "\x00" not in body
    for mail in await mails.deliver():
        assert len(mail.get_all("To")) == 1


async def test_our_own_mails_do_not_come_in(sqlite_db: Settings, mails: Mails) -> None:
    await written()
    [mail] = await mails.deliver()
    assert await inbound_mail.take(mail.as_bytes()) in ("unreadable", "machine")


async def test_a_message_id_that_breaks_headers_is_not_kept(sqlite_db: Settings) -> None:
    await inbound_mail.take(b"From: ann@example.com\r\nMessage-ID: <a@b> <c@d>\r\n\r\nOne")
    async with database.reading() as session:
        [message] = (await session.exec(select(ContactMessage))).all()
    assert message.mail_id is None  # no header of ours will carry it
