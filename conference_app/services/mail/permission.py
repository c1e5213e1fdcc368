"""Who may get an email at this moment, and what its recipient and values may be read for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.models import Account, OutgoingEmail
from conference_app.models.people import Address
from conference_app.purposes import PURPOSES, LiveBasis, Purpose
from conference_app.services.consent import legal_basis, live_consents, participant_mail, person_state
from conference_app.services.consent.live_consents import Bound
from conference_app.services.emails.messages import ParticipantTemplate
from conference_app.services.emails.recipients import ParticipantRecipient, Recipient
from conference_app.services.emails.template import Template
from conference_app.services.jobs import queue
from conference_app.services.mail import bounces
from conference_app.services.mail.mailboxes import Mailbox, mailboxes_of, recipient_of, subject_of
from conference_app.services.people.subjects import Subject, SubjectKind


class Withheld(Exception):
    """The email must not leave; says why in a word."""


async def mailboxes_of_many(db: AsyncSession, rows: Sequence[OutgoingEmail]) -> dict[Recipient, Mailbox]:
    """Where the readers of a newsletter are reached, in a few statements for them all; without those who do not agree."""
    found: dict[Recipient, Mailbox] = {}
    for agreed in {row.purpose for row in rows}:
        name, _, detail = agreed.partition(":")
        recipients = [recipient_of(row) for row in rows if row.purpose == agreed]
        subjects = [subject for one in recipients if (subject := subject_of(one))]
        live = await legal_basis.with_basis(db, PURPOSES[name], subjects, detail, now=queue.now())
        if live:
            found |= await mailboxes_of(db, recipients, live)
    return found


def is_reached(kind: SubjectKind, subject_id: Bound[str], email_key: Bound[bytes]) -> ColumnElement[bool]:
    """Whether the subject's confirmed address is still the one of this key, as a condition of a statement."""
    if kind == "account":
        of_account = col(Account.email_key) == email_key, col(Account.email_verified_at).is_not(None)
        return exists().where(col(Account.id) == subject_id, *of_account)
    return exists().where(col(Address.id) == subject_id, col(Address.email_key) == email_key)


async def read_for(db: AsyncSession, row: OutgoingEmail, template: Template) -> tuple[Purpose | LiveBasis, ...]:
    """What this email's recipient and values may be read for. Raises Withheld where that needs a basis and has none."""
    match recipient_of(row):
        case ParticipantRecipient(meeting_id, address_id):
            subject, purpose, detail = Subject("address", address_id), template.purpose, meeting_id
        case recipient if template.purpose.needs_person:
            subject = subject_of(recipient)
            name, _, detail = row.purpose.partition(":")
            purpose = PURPOSES.get(name, template.purpose)
        case _:
            return (template.purpose, *template.also)
    live = await legal_basis.with_basis(db, purpose, [subject] if subject else [], detail, now=queue.now())
    if not live:
        raise Withheld("no_grant")
    return (live, *template.also)


async def allowed(db: AsyncSession, row: OutgoingEmail, template: Template) -> Mailbox:
    """Where the email may go at this moment. Raises Withheld."""
    recipient = recipient_of(row)
    await _require_grant(db, row.purpose, template, recipient)
    subject = subject_of(recipient)
    if template.email_class != "necessary" and subject and not await person_state.may_use(db, subject):
        raise Withheld("restricted")
    mailbox = (await mailboxes_of(db, [recipient], *await read_for(db, row, template))).get(recipient)
    if mailbox is None:
        raise Withheld("no_address")
    if not mailbox.is_verified and template.email_class != "necessary":
        raise Withheld("not_verified")
    if await bounces.is_bad(db, mailbox.email):
        raise Withheld("bad_address")
    return mailbox


async def _require_grant(db: AsyncSession, purpose: str, template: Template, recipient: Recipient) -> None:
    match template.email_class:
        case "necessary" | "service":
            if isinstance(recipient, ParticipantRecipient):
                raise Withheld("wrong_recipient")
        case "newsletter" | "promotion":
            subject = subject_of(recipient)
            if subject is None or not await live_consents.has_live(db, subject, purpose, now=queue.now()):
                raise Withheld("no_grant")
        case "participant":
            if not isinstance(template, ParticipantTemplate) or not isinstance(recipient, ParticipantRecipient):
                raise Withheld("wrong_recipient")
            meeting, address = recipient.meeting_id, recipient.address_id
            if not await participant_mail.wants(db, meeting_id=meeting, address_id=address, occasion=template.occasion):
                raise Withheld("no_grant")
