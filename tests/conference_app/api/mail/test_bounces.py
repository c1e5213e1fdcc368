"""The route for bounces: signed reports mark an address, everything else does nothing."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select
from starlette.applications import Starlette

from conference_app import database
from conference_app.api.mail import bounces as mail_bounce
from conference_app.config import Settings, settings
from conference_app.models import BadAddress, OutgoingEmail
from conference_app.services.emails.recipients import AccountRecipient
from conference_app.services.mail import bounces, outbox
from conference_app.services.people import email_addresses
from tests.conference_app.sample_templates import PLAIN
from tests.conference_app.services.mail.test_outbox import account
from tests.fakes import LOOKING
from tests.mailing import Mails

pytestmark = [pytest.mark.usefixtures("sample_templates"), pytest.mark.both_databases]


SECRET = "s" * 40

REPORT = """\
From: MAILER-DAEMON@relay.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"
MIME-Version: 1.0

--b1
Content-Type: text/plain

It did not work.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; ann@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} unknown user

--b1
Content-Type: text/rfc822-headers

Subject: Hello

--b1--
"""


def report(to: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    return REPORT.format(to=to, action=action, status=status).encode()


@pytest_asyncio.fixture
async def client(db: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("PARLEY_BOUNCE_SECRET", SECRET)
    settings.cache_clear()
    transport = httpx.ASGITransport(Starlette(routes=mail_bounce.routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as made:
        yield made


async def post(client: httpx.AsyncClient, body: bytes, at: float | None = None, secret: str = SECRET) -> int:
    signed = mail_bounce.signature(body, int(at if at is not None else time.time()), secret)
    return (await client.post("/mail/bounce", content=body, headers={"Parley-Signature": signed})).status_code


def sender_of(email_id: str) -> str:
    """Where reports about an email to Ann come back to."""
    return bounces.envelope_sender(email_id, email_addresses.email_key("ann@example.com"))


async def marked() -> list[str]:
    async with database.reading(*LOOKING) as db:
        return [row.code for row in (await db.exec(select(BadAddress))).all()]


async def test_a_report_marks_the_address_it_is_about(client: httpx.AsyncClient, mails: Mails) -> None:
    email_id = await sent_to_ann(mails)
    (got,) = mails.all()
    assert got["X-MailFrom"] == sender_of(email_id)
    assert len(got["X-MailFrom"].partition("@")[0]) <= 64
    assert await post(client, report(got["X-MailFrom"])) == 204
    assert await post(client, report(got["X-MailFrom"])) == 204
    assert await marked() == ["5.1.1"]
    async with database.reading(*LOOKING) as db:
        row = await db.get(OutgoingEmail, email_id)
        assert row is not None
        assert (row.status, row.reason) == ("bounced", "5.1.1")
        assert await bounces.is_bad(db, "ann@example.com")
        assert not await bounces.is_bad(db, "ben@example.com")
    async with database.session(*LOOKING) as db:
        await bounces.unmark(db, email_addresses.email_key("ann@example.com"))
    assert await marked() == []


async def sent_to_ann(mails: Mails) -> str:
    ann = await account("ann")
    async with database.session(*LOOKING) as db:
        email_id = await outbox.send(db, PLAIN.message(AccountRecipient(ann)))
    await mails.deliver()
    return email_id


@pytest.mark.parametrize(
    ("action", "status"), [("delayed", "4.4.1"), ("delivered", "2.0.0"), ("failed", "4.2.2"), ("failed", "5.7.1")]
)
async def test_what_says_nothing_about_the_address_marks_nothing(
    client: httpx.AsyncClient, mails: Mails, action: str, status: str
) -> None:
    email_id = await sent_to_ann(mails)
    assert await post(client, report(sender_of(email_id), action, status)) == 204
    assert await marked() == []


async def test_what_is_not_signed_by_the_relay_is_refused(client: httpx.AsyncClient, mails: Mails) -> None:
    body = report(sender_of(await sent_to_ann(mails)))
    now = time.time()
    assert await post(client, body, secret="x" * 40) == 403
    assert await post(client, body, at=now - 600) == 403
    assert await post(client, body, at=now + 600) == 403
    for header in ("", "t=1,v1=", "t=abc,v1=" + "0" * 64, "v1=" + "0" * 64, "t=99999999999999999,v1=" + "0" * 64):
        answer = await client.post("/mail/bounce", content=body, headers={"Parley-Signature": header})
        assert answer.status_code == 403
    assert (await client.post("/mail/bounce", content=b"x" * 300_000)).status_code == 413
    assert await marked() == []


async def test_a_made_up_sender_marks_nobody(client: httpx.AsyncClient, mails: Mails) -> None:
    email_id = await sent_to_ann(mails)
    good = sender_of(email_id)
    for forged in (f"bounce+{email_id}{'0' * 24}@localhost", good[:39] + "00000000" + good[47:]):
        assert await post(client, report(forged)) == 204
    assert await post(client, b"\xff\x00 not a mail at all") == 204
    assert await marked() == []


async def test_without_a_secret_nothing_is_taken(sqlite_db: Settings) -> None:
    transport = httpx.ASGITransport(Starlette(routes=mail_bounce.routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert await post(client, report("bounce+x@localhost")) == 404


@given(st.binary(max_size=2000))
def test_no_report_breaks_the_reader(raw: bytes) -> None:
    assert bounces.read_report(raw) is None


@given(st.text(max_size=200))
def test_no_text_is_taken_for_a_sender_of_ours(text: str) -> None:
    assert bounces.email_of(text) is None


def test_the_key_of_an_address_does_not_depend_on_its_case() -> None:
    assert email_addresses.email_key("Ann@Example.com") == email_addresses.email_key("ann@example.com")


@pytest.mark.parametrize("to", ["a@[", '"', "a <", "(" * 5000, "a," * 100_000, '"a" ' * 60_000])
async def test_a_broken_or_endless_recipient_is_no_mistake_of_ours(client: httpx.AsyncClient, to: str) -> None:
    assert await post(client, report(to)) == 204  # another answer has the relay send it for ever
    assert await marked() == []


async def test_a_report_nested_a_thousand_times_is_dropped(client: httpx.AsyncClient) -> None:
    levels = (
        b"Content-Type: multipart/report; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(1000)
    )
    assert await post(client, b"".join(levels)) == 204
