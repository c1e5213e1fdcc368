"""People who write to us: kept as a thread, thanked once, answered in it, and never on a list."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import text
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.errors import InvalidInput, NotFound, TooManyAttempts
from conference_app.models import ContactMessage, ContactThread, SQLModel
from conference_app.services.cases import cases
from conference_app.services.consent import mail_stops, preferences
from conference_app.services.contact import desk, inbound_mail, reply_addresses
from conference_app.services.contact import threads as contact
from conference_app.services.contact.threads import ContactForm
from conference_app.services.people import email_addresses, signed_links
from conference_app.services.personal_data.personal_rows import DataOwner, of_email
from conference_app.services.privacy import privacy_requests
from tests.conference_app.consent_people import NOW, agrees, is_live, member, reader
from tests.fakes import LOOKING
from tests.mailing import Mails, links_in, text_of

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
    async with database.reading(*LOOKING) as db:
        return list((await db.exec(select(ContactThread))).all())


async def bodies(thread_id: str) -> list[str]:
    return [one.body for one in (await desk.look_again(thread_id)).messages]


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


async def test_no_mail_makes_us_write_a_header_of_its_own(db: Settings, mails: Mails) -> None:
    """Our signature would stand under what a stranger has us write."""
    inside = "=?utf-8?q?a=0d=0aX-Evil:_1=0d=0a=0d=0aPay_here?="
    hidden = "".join(f"={ord(sign):02x}" for sign in inside)  # encoded once more, for whoever reads it the first time
    head = [f"From: {ANN}", f"Subject: =?utf-8?q?{hidden}?=", f"Message-ID: =?utf-8?q?=3C{hidden}=40example.com=3E?="]
    evil = "\r\n".join([*head, "", "Hello"]).encode()
    assert await inbound_mail.take(evil) == "stored"
    [thread] = await threads()
    assert thread.subject == inside
    await desk.reply(thread.id, "Good morning.", staff_id=(await member("editor")).id)
    got = await mails.deliver()
    assert len(got) == 2
    for one in got:
        assert one["X-Evil"] is None
        assert "Pay here" not in text_of(one)
    assert f"Re: {inside}" in [str(one["Subject"]) for one in got]


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
        {"From": "owner-news@example.com"},
        {"From": "bounce@example.com"},
        {"From": "noreply+123@example.com"},
        {"From": "orders_do_not_reply@example.com"},
        {"X-Auto-Response-Suppress": "DR, OOF, AutoReply"},
        {"List-Post": "<mailto:news@example.com>"},
    ],
)
@pytest.mark.slow
async def test_machines_are_never_answered(db: Settings, mails: Mails, headers: dict[str, str]) -> None:
    assert await inbound_mail.take(raw(**headers)) == "machine"
    assert await threads() == []
    assert await mails.deliver() == []


async def test_an_out_of_office_answer_stays_in_its_thread_without_an_answer(db: Settings, mails: Mails) -> None:
    await written()
    [thread] = await threads()
    away = raw("I am away.", To=reply_addresses.reply_address(thread.id), **{"Auto-Submitted": "auto-replied"})
    assert await inbound_mail.take(away) == "stored"
    assert len(await bodies(thread.id)) == 2
    assert len(await mails.deliver()) == 1


async def test_staff_answer_in_the_same_thread(db: Settings, mails: Mails) -> None:
    await inbound_mail.take(raw("Question", Subject="Prices", **{"Message-ID": "<q@example.com>"}))
    [thread] = await threads()
    staff = await member("editor")
    await desk.reply(thread.id, "Answer.\nWith two lines.", staff_id=staff.id)
    [answer] = [mail for mail in await mails.deliver() if mail["Subject"] == "Re: Prices"]
    assert "Answer.\nWith two lines." in text_of(answer)
    assert answer["In-Reply-To"] == "<q@example.com>"
    assert reply_addresses.thread_in(str(answer["Reply-To"])) == thread.id
    assert answer["List-Unsubscribe"] is None
    back = raw("Thanks", To="somebody@example.com", **{"References": str(answer["Message-ID"])})
    assert await inbound_mail.take(back) == "stored"
    assert await bodies(thread.id) == ["Question", "Answer.\nWith two lines.", "Thanks"]
    for bad in (" \n ", "Send us your password."):
        with pytest.raises(InvalidInput):
            await desk.reply(thread.id, bad, staff_id=staff.id)
    with pytest.raises(NotFound):
        await desk.reply("nothing", "text", staff_id=staff.id)


async def test_a_closed_thread_opens_with_an_answer_to_it(db: Settings) -> None:
    await written()
    [thread] = await threads()
    await desk.close(thread.id, staff_id=(await member("editor")).id, now=NOW)
    assert (await desk.threads()).rows == []
    assert [row.id for row in (await desk.threads(closed=True)).rows] == [thread.id]
    await inbound_mail.take(raw("Again", To=reply_addresses.reply_address(thread.id)))
    [row] = (await desk.threads()).rows
    assert (row.id, row.messages, row.is_closed) == (thread.id, 2, False)


async def test_a_stranger_cannot_write_into_anothers_thread(db: Settings) -> None:
    await written()
    [thread] = await threads()
    await inbound_mail.take(raw("I am Ann, honestly", "eve@example.com", To=reply_addresses.reply_address(thread.id)))
    assert len(await threads()) == 2
    assert len(await bodies(thread.id)) == 1
    forged = reply_addresses.reply_address(thread.id).replace("@", "0@")
    assert reply_addresses.thread_in(forged) == ""
    assert reply_addresses.thread_in(f"contact+{thread.id}{'0' * 16}@x") == ""


@pytest.mark.promise("P62")
@pytest.mark.promise("P65")
async def test_the_address_stands_in_no_other_table(db: Settings, mails: Mails) -> None:
    await written(email="canary@example.com")
    await inbound_mail.take(raw("Two", "canary@example.com"))
    [thread] = await threads()
    await desk.reply(thread.id, "Answer", staff_id=(await member("editor")).id)
    await mails.deliver()
    key = email_addresses.email_key("canary@example.com")
    found: set[str] = set()
    async with database.reading(*LOOKING) as session:
        connection = await session.connection()
        for table in SQLModel.metadata.sorted_tables:
            for row in (await session.exec(table.select())).all():  # type: ignore[call-overload]
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


async def test_what_is_written_is_encrypted(db: Settings) -> None:
    await written("canary message", "canary@example.com", "Canary Name")
    async with database.reading(*LOOKING) as session:
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
    assert (await cases.for_staff()).rows == []


async def test_a_stop_that_fails_is_not_lost_with_the_mail(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    eve = await agrees(await reader("eve@example.com"), "newsletter")
    stop = preferences.stop_all_within

    async def failing(*_arguments: object, **_more: object) -> None:
        raise OSError("the database is gone")

    monkeypatch.setattr(preferences, "stop_all_within", failing)
    mail = raw("Please unsubscribe me.", sender="eve@example.com")
    with pytest.raises(OSError, match="gone"):
        await inbound_mail.take(mail)
    assert await threads() == []
    monkeypatch.setattr(preferences, "stop_all_within", stop)
    await inbound_mail.take(mail)  # the relay brings it again
    assert not await is_live(eve, "newsletter")


@pytest.mark.promise("P95")
async def test_who_asks_for_erasure_gets_a_case_with_a_month_s_clock(db: Settings) -> None:
    ann = await member("ann")
    await written("Dzień dobry, proszę o usunięcie moich danych osobowych.")
    [case] = (await cases.for_staff()).rows
    assert (case.kind, case.subject_kind, case.opened_from) == ("erase", "thread", "contact form")
    assert case.due_at - case.opened_at == timedelta(days=30)
    for person in (DataOwner(ann.id, (email_addresses.email_key(ANN),)), of_email(email_addresses.email_key(ANN))):
        assert [one.id for one in await privacy_requests.history(person)] == [case.id]  # seen in the privacy center
    await inbound_mail.take(raw("Delete my data!"))
    assert len((await cases.for_staff()).rows) == 1


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
    db: Settings, wrong: str, name: str, email: str, message: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await written(message, email, name)
    assert set(refused.value.fields) == {wrong}
    assert await threads() == []


async def test_a_flood_is_stopped(db: Settings) -> None:
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


def report(to: bytes) -> bytes:
    """A delivery report with a broken or endless recipient."""
    return b"From: eve@example.com\r\nTo: " + to + b"\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nx"


HOSTILE = [
    b"",
    b"\x00" * 100,
    b"no headers at all",
    b"From: \r\n\r\nbody",
    b"From: a@example.com, b@example.com\r\n\r\nbody",
    b"From: a@example.com\r\nFrom: b@example.com\r\n\r\nbody",
    b"From: ann@example.com\r\nContent-Type: text/html\r\n\r\n" + b"<p" * 400_000,
    b"From: ann@example.com\r\nContent-Type: text/html\r\n\r\n" + b"<blockquote " * 80_000,
    b"From: ann@example.com\r\nContent-Type: text/html\r\n\r\n" + b"<br>\n" * 150_000,
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
    b"From: ann@example.com\r\nContent-Type: text/html\r\n\r\n" + b"<div>" * 200_000,
    b"From: ann@example.com\r\nContent-Type: text/plain; charset=punycode\r\n\r\n" + b"a" * 1_000_000,
    b"From: ann@example.com\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 10_000 + b"\r\ny",
    report(b"a@["),
    report(b'"'),
    report(b"a <"),
    report(b"(" * 5000),
    report(b"a," * 200_000),
    report(b'"a" ' * 100_000),
    parts(b"deep", 30),
    parts(b"deep", 3000),
]
"""Each once broke a parser, or kept it busy for a minute; the time limit of a test is what ends such a mail here."""


@pytest.mark.parametrize("number", range(len(HOSTILE)))
@pytest.mark.slow
async def test_hostile_mails_do_no_harm(db: Settings, mails: Mails, number: int) -> None:
    outcome = await inbound_mail.take(HOSTILE[number])
    assert outcome in ("stored", "unreadable", "machine")
    for thread in await threads():
        for body in await bodies(thread.id):
            assert len(body) <= contact.MAIL_LENGTH
            assert "<script" not in body
            assert "\x00" not in body
    for mail in await mails.deliver():
        assert len(mail.get_all("To", [])) == 1


@pytest.mark.parametrize(
    "headers", [{"Auto-Submitted": "no"}, {"X-Auto-Response-Suppress": "None"}, {"From": "noreen@example.com"}]
)
async def test_people_are_no_machines(db: Settings, headers: dict[str, str]) -> None:
    assert await inbound_mail.take(raw(**headers)) == "stored"


def of_parts(*parts: tuple[str, str, bool], subject: str = "Hello") -> bytes:
    """A mail of parts: content type, text, and whether it is attached."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = ANN, subject
    mail.make_mixed()
    for kind, content, is_attached in parts:
        part = EmailMessage()
        part.set_content(content.encode(), *kind.split("/"), disposition="attachment" if is_attached else "inline")
        mail.attach(part)
    return mail.as_bytes()


HTML_ONLY = (
    "<head><title>Mail</title><style>p{}</style></head><p>Good\nmorning,</p><div>Please delete<br/>my data</div>"
    "<blockquote>Unsubscribe me</blockquote>"
)


@pytest.mark.parametrize(
    ("mail", "says"),
    [
        (of_parts(("text/html", HTML_ONLY, False)), "Good morning,\n\nPlease delete\nmy data\n\n>\nUnsubscribe me"),
        (of_parts(("text/plain", " \n", False), ("text/html", "<p>Words</p>", False)), "Words"),
        (of_parts(("text/plain", "notes", True), ("text/plain", "Words", False)), "Words"),
        (
            of_parts(("application/pdf", "a letter", True)),
            "This e-mail has no text. Attachments are not kept.",
        ),
        (
            of_parts(("application/pdf", "a letter", True), subject="Proszę"),
            "Ta wiadomość nie ma treści. Załączników nie przechowujemy.",
        ),
        (of_parts(subject="Only a subject"), "Only a subject"),
    ],
)
async def test_what_a_mail_says_is_read_as_it_was_meant(db: Settings, mail: bytes, says: str) -> None:
    assert await inbound_mail.take(mail) == "stored"
    [thread] = await threads()
    assert await bodies(thread.id) == [says]


@pytest.mark.promise("P58")
async def test_a_mail_program_s_button_sends_a_subject_alone(db: Settings) -> None:
    eve = await agrees(await reader("eve@example.com"), "newsletter")
    await inbound_mail.take(b"From: eve@example.com\r\nSubject: unsubscribe\r\n\r\n")
    assert not await is_live(eve, "newsletter")


@pytest.mark.promise("P95")
async def test_a_request_in_a_mail_without_plain_text_is_recognised(db: Settings) -> None:
    await inbound_mail.take(of_parts(("text/html", HTML_ONLY, False)))
    assert [case.kind for case in (await cases.for_staff()).rows] == ["erase"]


async def test_a_mail_that_is_passed_on_speaks_for_nobody(db: Settings) -> None:
    eve = await agrees(await reader("eve@example.com"), "newsletter")
    carried = EmailMessage()
    carried["From"], carried["Subject"] = "somebody@example.com", "unsubscribe"
    carried.set_content("unsubscribe me")
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "eve@example.com", "Fwd: unsubscribe"
    mail.add_attachment(carried)
    assert await inbound_mail.take(mail.as_bytes()) == "stored"
    assert await is_live(eve, "newsletter")


@pytest.mark.parametrize("sender", ["contact@meet.test", "contact+x@meet.test", "bounce+abc@MEET.test"])
async def test_a_mail_in_the_name_of_our_own_door_is_not_taken(
    db: Settings, mails: Mails, monkeypatch: pytest.MonkeyPatch, sender: str
) -> None:
    monkeypatch.setenv("PARLEY_MAIL_FROM", "no-reply@meet.test")
    settings.cache_clear()
    assert await inbound_mail.take(raw(sender=sender)) == "unreadable"
    assert await inbound_mail.take(raw(sender="ann@meet.test")) == "stored"  # one of the company's people
    assert [mail["To"].addresses[0].addr_spec for mail in await mails.deliver()] == ["ann@meet.test"]


async def test_headers_of_bare_utf8_are_read(db: Settings) -> None:
    await inbound_mail.take("From: Łucja <ann@example.com>\r\nSubject: Prośba\r\n\r\nPytanie".encode())
    [thread] = await threads()
    assert (thread.name, thread.subject) == ("Łucja", "Prośba")


async def test_our_own_mails_do_not_come_in(db: Settings, mails: Mails) -> None:
    await written()
    [mail] = await mails.deliver()
    assert await inbound_mail.take(mail.as_bytes()) in ("unreadable", "machine")


async def test_a_message_id_that_breaks_headers_is_not_kept(db: Settings) -> None:
    await inbound_mail.take(b"From: ann@example.com\r\nMessage-ID: <a@b> <c@d>\r\n\r\nOne")
    async with database.reading(*LOOKING) as session:
        [message] = (await session.exec(select(ContactMessage))).all()
    assert message.mail_id is None  # no header of ours will carry it


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        (b"=?utf-8?q?Wi=C5=9Bniewska=2C_Anna?= <ann@example.com>", "Wiśniewska, Anna"),
        (b"=?utf-8?b?V2nFm25pZXdza2EsIEFubmE=?=\r\n <ann@example.com>", "Wiśniewska, Anna"),
        (b"=?utf-8?q?ann=40acme=2Eexample?= <ann@example.com>", "ann@acme.example"),
        (b'"Smith, Ann" <ann@example.com>', "Smith, Ann"),
    ],
)
async def test_what_a_name_encodes_is_no_part_of_the_address(db: Settings, sender: bytes, name: str) -> None:
    assert await inbound_mail.take(b"From: " + sender + b"\r\nSubject: Hello\r\n\r\nA question.") == "stored"
    [thread] = await threads()
    assert (thread.name, thread.email) == (name, "ann@example.com")


@pytest.mark.promise("P58")
@pytest.mark.promise("P61")
async def test_an_address_whose_mails_were_stopped_in_words_is_told_and_can_undo_it(db: Settings, mails: Mails) -> None:
    """Whoever wrote the words: anybody can type an address into the form."""
    eve = await agrees(await reader("eve@example.com"), "newsletter")
    await written("unsubscribe", "eve@example.com")
    await mails.deliver()
    [told] = mails.to("eve@example.com")
    assert (told["Subject"], told["Auto-Submitted"]) == ("Your e-mails are stopped", "auto-replied")
    [link] = [one for one in links_in(told) if "/preferences/" in one]
    person = await preferences.of_link(signed_links.read(link.rpartition("/")[2], "preferences"))
    assert await preferences.give(person, ["newsletter"], act="undo", page="/preferences") == ["newsletter"]
    assert await is_live(eve, "newsletter")
    await written("unsubscribe", "eve@example.com")
    await mails.deliver()
    assert not await is_live(eve, "newsletter")
    assert len(mails.to("eve@example.com")) == 1  # one a day, whatever a stranger types


@pytest.mark.promise("P61")
@pytest.mark.parametrize("was_stopped", [False, True])
async def test_where_there_was_nothing_to_stop_the_usual_thanks_come(
    db: Settings, mails: Mails, was_stopped: bool
) -> None:
    if was_stopped:
        await agrees(await reader("eve@example.com"), "newsletter")
        async with database.session() as session:
            await mail_stops.stop(session, email_addresses.email_key("eve@example.com"))
    await written("unsubscribe", "eve@example.com")
    await mails.deliver()
    assert [told["Subject"] for told in mails.to("eve@example.com")] == ["Thank you for writing to us"]


async def test_two_conversations_are_told_apart_by_what_says_nothing_of_them(db: Settings) -> None:
    for name, at in (("ann", NOW), ("bob", NOW + timedelta(seconds=1))):
        form = ContactForm("", f"{name}@example.com", "My invoice is wrong.")
        await contact.write(form, language="en", address="192.0.2.1", now=at)
    titles = {one.subject for one in await threads()}
    assert len(titles) == 2
    assert all(title.startswith("Message of ") and "invoice" not in title for title in titles)
