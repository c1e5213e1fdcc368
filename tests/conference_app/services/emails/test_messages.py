"""Emails as values: whatever is tried, nobody is addressed with what they cannot get."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from conference_app import database
from conference_app.config import Settings
from conference_app.models import OutgoingEmail
from conference_app.purposes import ACCOUNT_MAIL
from conference_app.services.emails import messages
from conference_app.services.emails.blocks import paragraph, rich
from conference_app.services.emails.messages import (
    NecessaryMessage,
    NewsletterMessage,
    ParticipantMessage,
    PromotionMessage,
    ServiceMessage,
    ServiceTemplate,
    WrongRecipient,
)
from conference_app.services.emails.recipients import (
    AccountRecipient,
    AddressRecipient,
    ParticipantRecipient,
    RowRecipient,
)
from conference_app.services.emails.template import Template, register
from conference_app.services.mail import outbox
from tests.conference_app.participants import takes_part
from tests.conference_app.sample_templates import CONFIRMATION, NEWS_BODY, OFFER, PLAIN, REMINDER, SERVICE
from tests.conference_app.services.mail.test_outbox import account, address, meeting
from tests.fakes import LOOKING
from tests.mailing import Mails

pytestmark = pytest.mark.usefixtures("sample_templates")
OURS = (PLAIN, SERVICE, NEWS_BODY, OFFER, REMINDER, CONFIRMATION)
TYPES = (NecessaryMessage, ServiceMessage, NewsletterMessage, PromotionMessage, ParticipantMessage)
MAY_GET = {
    "necessary": (AccountRecipient, AddressRecipient, RowRecipient),
    "service": (AccountRecipient,),
    "newsletter": (AccountRecipient, AddressRecipient),
    "promotion": (AccountRecipient, AddressRecipient),
    "participant": (ParticipantRecipient,),
}
ids = st.text("0123456789abcdef", min_size=32, max_size=32)
recipients = st.one_of(
    st.builds(AccountRecipient, ids),
    st.builds(AddressRecipient, ids),
    st.builds(RowRecipient, st.just("contact"), ids),
    st.builds(ParticipantRecipient, ids, ids),
)


@pytest.mark.promise("P69")
@given(
    kind=st.sampled_from(TYPES),
    template=st.sampled_from(OURS),
    recipient=recipients,
    language=st.sampled_from(["", "pl"]),
)
def test_only_the_right_pairs_can_be_made(kind: type, template: Template, recipient: object, language: str) -> None:
    """Every type of email with every template to every recipient: only what the table in emails.py allows exists."""
    make: Any = kind
    extra = ("newsletter",) if kind in (NewsletterMessage, PromotionMessage) else ()
    try:
        made = make(template, recipient, {}, language, *extra)
    except WrongRecipient:
        made = None
    fits = kind is TYPES[list(MAY_GET).index(template.email_class)] and type(recipient) in MAY_GET[template.email_class]
    assert (made is not None) == fits
    if isinstance(recipient, ParticipantRecipient) and made is not None:
        assert template.email_class == "participant"


@pytest.mark.promise("P69")
@given(here=ids, there=ids, person=ids)
def test_a_message_of_another_meeting_cannot_go_to_a_participant(here: str, there: str, person: str) -> None:
    recipient = ParticipantRecipient(here, person)
    if here == there:
        assert REMINDER.message(recipient, meeting_id=there).recipient == recipient
    else:
        with pytest.raises(WrongRecipient):
            REMINDER.message(recipient, meeting_id=there)


@pytest.mark.promise("P69")
def test_a_look_alike_is_refused() -> None:
    class Guest(AccountRecipient):
        """Somebody who dresses a participant up as an account."""

    class Trojan(messages.NecessaryTemplate):
        """A template that was never registered as what it says."""

    with pytest.raises(WrongRecipient):
        PLAIN.message(Guest("a" * 32))
    trojan = Trojan("test_offer", purpose=ACCOUNT_MAIL, subject="Buy", body=(paragraph("Cheap."),), sample={})
    with pytest.raises(WrongRecipient):
        NecessaryMessage(trojan, AccountRecipient("a" * 32))
    copy = messages.NecessaryTemplate(
        "test_plain", purpose=ACCOUNT_MAIL, subject="Buy", body=(paragraph("Cheap."),), sample={}
    )
    with pytest.raises(WrongRecipient):
        copy.message(AccountRecipient("a" * 32))


@given(st.one_of(st.text(), st.floats(), st.none(), st.booleans(), st.integers()))
def test_references_are_identifiers(value: object) -> None:
    fits = type(value) is int or (isinstance(value, str) and messages._is_ref(value))
    try:
        PLAIN.message(AccountRecipient("a"), row_id=value)  # type: ignore[arg-type]
    except ValueError:
        assert not fits
    else:
        assert fits
        assert "@" not in str(value)
        assert " " not in str(value)


def test_messages_of_the_service_hold_no_free_text() -> None:
    with pytest.raises(ValueError, match="no text that staff write"):
        register(ServiceTemplate("test_rich", subject="x", body=(rich("body"),), sample={}))
    with pytest.raises(ValueError, match="taken"):
        register(ServiceTemplate("test_plain", subject="x", body=(), sample={}))


@pytest.mark.both_databases
@pytest.mark.promise("P69")
@pytest.mark.promise("P71")
async def test_what_the_types_forbid_does_not_leave_the_queue_either(db: Settings, mails: Mails) -> None:
    """Rows written past the types, by a mistake or an intruder: a participant still gets nothing but the meeting's."""
    ann, bob = await account("ann"), await address()
    meeting_id = await meeting(ann)
    for template in (PLAIN, SERVICE, NEWS_BODY, OFFER):
        message = REMINDER.message(ParticipantRecipient(meeting_id, bob))
        async with database.session(*LOOKING) as session:
            email_id = await outbox.send(session, message)
            row = await session.get(OutgoingEmail, email_id)
            assert row is not None
            row.template, row.email_class, row.purpose = template.name, template.email_class, "newsletter"
    assert await mails.deliver() == []


@pytest.mark.promise("P69")
@hypothesis_settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(wants=st.booleans(), is_there=st.booleans(), template=st.sampled_from([REMINDER, CONFIRMATION]))
@pytest.mark.slow
async def test_only_participants_get_a_meetings_messages(
    sqlite_db: Settings, mails: Mails, wants: bool, is_there: bool, template: messages.ParticipantTemplate
) -> None:
    from conference_app.models.columns import new_id
    from conference_app.services.people import email_addresses

    email, before = f"{new_id()}@example.com", len(mails.all())
    async with database.session(*LOOKING) as session:
        person = (await email_addresses.find_or_add(session, email, language="en")).id
    meeting_id = await a_meeting()
    if is_there:
        async with database.session(*LOOKING) as session:
            await takes_part(session, meeting_id=meeting_id, address_id=person, reminder=wants, follow_up=False)
    async with database.session(*LOOKING) as session:
        await outbox.send(session, template.message(ParticipantRecipient(meeting_id, person)))
    expected = is_there and (wants or template is CONFIRMATION)
    assert len(await mails.deliver()) - before == int(expected)


async def a_meeting() -> str:
    from sqlmodel import select

    from conference_app.models import Meeting

    async with database.reading(*LOOKING) as session:
        known = (await session.exec(select(Meeting.id))).first()
    return known or await meeting(await account("ann"))


WRONG = """
from conference_app.services.emails.recipients import AccountRecipient, AddressRecipient, ParticipantRecipient, RowRecipient
from conference_app.services.emails.messages import NecessaryTemplate, NewsletterTemplate, ParticipantTemplate, ServiceTemplate

def wrong(n: NecessaryTemplate, s: ServiceTemplate, l: NewsletterTemplate, p: ParticipantTemplate) -> None:
    n.message(ParticipantRecipient("m", "a"))
    s.message(AddressRecipient("a"))
    s.message(ParticipantRecipient("m", "a"))
    l.message(ParticipantRecipient("m", "a"))
    l.message(RowRecipient("contact", "t"))
    p.message(AccountRecipient("a"))
    p.message(AddressRecipient("a"))
    p.message(ParticipantRecipient("m", "a"))
"""


@pytest.mark.promise("P69")
@pytest.mark.process
def test_the_type_checker_refuses_each_wrong_pair(tmp_path: Path) -> None:
    root = Path(__file__).parents[4]
    (tmp_path / "wrong.py").write_text(WRONG)
    config = {"include": [str(tmp_path)], "extraPaths": [str(root)], "venvPath": str(Path(sys.prefix).parent)}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config | {"venv": Path(sys.prefix).name}))
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "-p", str(tmp_path)],
        capture_output=True,
        check=False,
        timeout=100,
    )
    found = json.loads(done.stdout)["generalDiagnostics"]
    lines = sorted({one["range"]["start"]["line"] - 4 for one in found if one["rule"] == "reportArgumentType"})
    assert lines == [1, 2, 3, 4, 5, 6, 7]  # seven wrong calls; the eighth is right
