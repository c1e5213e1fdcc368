"""Who is queued for, and whose email may leave: one condition, tried on every combination of what it looks at."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import Settings
from conference_app.models import Account, OutgoingEmail, PrivacyState, columns
from conference_app.models.people import Address
from conference_app.services.consent import ledger, mail_stops
from conference_app.services.emails.messages import Message
from conference_app.services.emails.recipients import AccountRecipient, AddressRecipient
from conference_app.services.emails.template import EmailClass
from conference_app.services.mail import bounces, delivery, mailboxes, outbox, permission
from conference_app.services.mail.permission import Withheld
from conference_app.services.mail.preparing import Ready
from conference_app.services.people.email_addresses import email_key
from conference_app.services.people.identity import unclaimed_key
from conference_app.services.people.subjects import Subject
from tests.conference_app.sample_templates import NEWS_BODY, OFFER, PLAIN, SERVICE
from tests.fakes import LOOKING

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
STATES = ("", "restricted_at", "deactivated_at", "erase_due_at")


@dataclass(frozen=True)
class Case:
    """What may be true of somebody who could get an email."""

    kind: Literal["account", "address"]
    is_verified: bool
    consent: Literal["", "given", "withdrawn"]
    is_stopped: bool
    state: str
    is_bad: bool

    def may_get(self, email_class: EmailClass) -> bool:
        """What the classes promise, said once more and plainly."""
        if email_class == "necessary":
            return not self.is_bad
        agrees = email_class == "service" or (self.consent == "given" and not self.is_stopped)
        return agrees and self.is_verified and not self.state and not self.is_bad


CASES = [
    Case(*values)
    for values in itertools.product(
        ("account", "address"), (True, False), ("", "given", "withdrawn"), (True, False), STATES, (True, False)
    )
    if values[:2] != ("address", False)  # an address without an account stands there because it was confirmed
]


def row_of(case: Case, number: int) -> Account | Address:
    email, key = f"{number}@example.com", email_key(f"{number}@example.com")
    if case.kind == "address":
        return Address(email=email, email_key=key, language="en", created_at=NOW)
    return Account(
        first_name="Ann",
        last_name="Nowak",
        username=f"ann{number}",
        username_key=columns.lookup_key("username", f"ann{number}"),
        email=email,
        email_key=key if case.is_verified else unclaimed_key(f"{number}"),
        claim_key=None if case.is_verified else key,
        email_verified_at=NOW if case.is_verified else None,
        password_hash="none",
        language="en",
        created_at=NOW,
    )


async def somebody(db: AsyncSession, case: Case, number: int, purpose: str) -> tuple[Subject, str]:
    row = row_of(case, number)
    subject, key = Subject(case.kind, row.id), email_key(row.email)
    db.add(row)
    await db.flush()
    if case.consent:
        await ledger.give(db, subject, purpose, act="test", page="/", words="Yes.", language="en")
    if case.consent == "withdrawn":
        await ledger.withdraw(db, subject, purpose, act="test", page="/")
    if case.is_stopped:
        await mail_stops.stop(db, key)
    if case.state:
        state = PrivacyState(account_id=row.id) if case.kind == "account" else PrivacyState(email_key=key)
        setattr(state, case.state, NOW)
        db.add(state)
    if case.is_bad:
        await bounces.mark(db, key, "5.1.1", NOW)
    return subject, row.email


async def leaves(db: AsyncSession, message: Message, email: str) -> tuple[bool, bool]:
    """Whether an email may be made ready, and whether it may begin to leave once it is."""
    row = await db.get(OutgoingEmail, await outbox.send(db, message))
    assert row is not None
    try:
        is_allowed = bool(await permission.allowed(db, row, message.template))
    except Withheld:
        is_allowed = False
    mailbox = mailboxes.Mailbox(email, "en")
    ready = Ready(row.id, row.status, message.template, message.recipient, row.purpose, mailbox, b"")
    return is_allowed, await delivery._begin(db, ready)


@pytest.mark.promise("P18")
@pytest.mark.both_databases
@pytest.mark.usefixtures("sample_templates")
@pytest.mark.parametrize("template", [PLAIN, SERVICE, NEWS_BODY, OFFER], ids=lambda one: one.email_class)
@pytest.mark.slow
async def test_queueing_and_sending_agree_on_who_may_get_an_email(db: Settings, template: Any) -> None:
    email_class, purpose = template.email_class, template.purpose.id
    needs_consent = email_class in permission.CONSENTED
    cases = [
        case
        for case in CASES
        if (needs_consent or not case.consent) and (email_class != "service" or case.kind == "account")
    ]
    wrong = []
    async with database.session(*LOOKING) as session:
        people = [
            await somebody(session, case, number, purpose if needs_consent else "newsletter")
            for number, case in enumerate(cases)
        ]
        queued = await permission.receivers(session, email_class, purpose, [subject for subject, _email in people])
        for case, (subject, email) in zip(cases, people, strict=True):
            recipient = AccountRecipient(subject.id) if subject.kind == "account" else AddressRecipient(subject.id)
            found = (subject in queued, *await leaves(session, template.message(recipient), email))
            if found != (case.may_get(email_class),) * 3:
                wrong.append((case, found))
    assert wrong == []
