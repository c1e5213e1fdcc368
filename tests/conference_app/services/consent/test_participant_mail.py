"""What participants get of a meeting: what they ticked, by real SMTP, and nothing more once they press the mail's link."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import EmailMessage
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from conference_app import database
from conference_app.api.consent import unsubscribe
from conference_app.config import Settings
from conference_app.services.emails.recipients import ParticipantRecipient
from conference_app.services.mail import outbox
from conference_app.services.people import email_addresses
from tests.conference_app.participants import takes_part
from tests.conference_app.people import confirmed, meeting_of
from tests.conference_app.sample_templates import CONFIRMATION, FOLLOW_UP, REMINDER
from tests.fakes import LOOKING
from tests.mailing import Mails

pytestmark = pytest.mark.usefixtures("sample_templates")
GUEST = "guest@example.com"


@pytest_asyncio.fixture
async def program(db: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A mail program, which knows nothing but what stands in the mail."""
    transport = httpx.ASGITransport(Starlette(routes=unsubscribe.routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as client:
        yield client


async def participant(*, reminder: bool, follow_up: bool, meeting_id: str = "") -> ParticipantRecipient:
    """The guest, in a meeting, with what was ticked."""
    meeting_id = meeting_id or (await meeting_of(await confirmed())).id
    async with database.session(*LOOKING) as db:
        guest = await email_addresses.find_or_add(db, GUEST, language="en")
        await takes_part(db, meeting_id=meeting_id, address_id=guest.id, reminder=reminder, follow_up=follow_up)
    return ParticipantRecipient(meeting_id, guest.id)


async def got(mails: Mails, recipient: ParticipantRecipient) -> list[EmailMessage]:
    """The new mails of the guest, after one of every occasion was written."""
    before = {one["Message-ID"] for one in mails.to(GUEST)}
    async with database.session() as db:
        for template in (CONFIRMATION, REMINDER, FOLLOW_UP):
            await outbox.send(db, template.message(recipient))
    await mails.deliver()
    return [one for one in mails.to(GUEST) if one["Message-ID"] not in before]


def subjects(found: list[EmailMessage]) -> list[str]:
    return sorted(one["Subject"] for one in found)


@pytest.mark.promise("P70")
@pytest.mark.parametrize("reminder", [True, False])
@pytest.mark.parametrize("follow_up", [True, False])
@pytest.mark.slow
async def test_each_box_brings_its_own_mail_and_no_other(
    db: Settings, mails: Mails, reminder: bool, follow_up: bool
) -> None:
    recipient = await participant(reminder=reminder, follow_up=follow_up)
    wanted = ["You are in", *["Soon"] * reminder, *["How was it?"] * follow_up]
    assert subjects(await got(mails, recipient)) == sorted(wanted)


@pytest.mark.promise("P59")
@pytest.mark.promise("P70")
@pytest.mark.parametrize("pressed", ["Soon", "How was it?"])
@pytest.mark.slow
async def test_one_click_in_the_mail_ends_them_and_leaves_the_confirmation(
    db: Settings, mails: Mails, program: httpx.AsyncClient, pressed: str
) -> None:
    recipient = await participant(reminder=True, follow_up=True)
    first = await got(mails, recipient)
    assert subjects(first) == ["How was it?", "Soon", "You are in"]
    [confirmation] = [one for one in first if one["Subject"] == "You are in"]
    assert confirmation["List-Unsubscribe"] is None
    [stopped] = [one for one in first if one["Subject"] == pressed]
    path = urlsplit(stopped["List-Unsubscribe"].strip("<>")).path
    answer = await program.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert subjects(await got(mails, recipient)) == ["You are in"]


@pytest.mark.promise("P70")
async def test_what_was_ticked_for_one_meeting_brings_nothing_of_another(db: Settings, mails: Mails) -> None:
    ticked = await participant(reminder=True, follow_up=True)
    ben = await confirmed("ben")
    other = ParticipantRecipient((await meeting_of(ben)).id, ticked.address_id)
    assert subjects(await got(mails, other)) == []
    assert len(await got(mails, ticked)) == 3
