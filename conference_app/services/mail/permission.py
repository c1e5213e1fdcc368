"""Who may get an email at this moment, and what its recipient and values may be read for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, exists, func
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from conference_app import database
from conference_app.models import Account, OutgoingEmail
from conference_app.models.people import Address
from conference_app.purposes import CONSENT_PROOF, PURPOSES, LiveBasis, Purpose
from conference_app.services.consent import legal_basis, live_consents, participant_mail, person_state
from conference_app.services.consent.live_consents import Bound
from conference_app.services.emails.messages import ParticipantTemplate
from conference_app.services.emails.recipients import ParticipantRecipient, Recipient
from conference_app.services.emails.template import EmailClass, Template
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


CONSENTED = ("newsletter", "promotion")
"""Classes that leave only to those who agreed to their purpose."""


def conditions(
    email_class: EmailClass,
    kind: SubjectKind,
    subject_id: Bound[str],
    email_key: Bound[bytes],
    purpose: str,
    now: Bound[datetime],
) -> dict[str, ColumnElement[bool]]:
    """What must hold for an email to a subject whose address has this key, by the reason to withhold it otherwise.

    Who queues for many, and who lets an email leave, both ask here: neither may know more or less than the other.
    """
    found: dict[str, ColumnElement[bool]] = {}
    if email_class in CONSENTED:
        found["no_grant"] = live_consents.agrees(kind, subject_id, purpose, now)
    if email_class != "necessary":
        found["restricted"] = person_state.is_free(kind, subject_id)
        found["not_verified"] = is_reached(kind, subject_id, email_key)
    return found | {"bad_address": ~bounces.is_marked(email_key)}


async def receivers(
    db: AsyncSession, email_class: EmailClass, purpose: str, subjects: Sequence[Subject]
) -> dict[Subject, bytes]:
    """Those of `subjects` who may get an email of the class and purpose now, with their address's key."""
    found: dict[Subject, bytes] = {}
    for kind in ("account", "address"):
        person_id, key = _person(kind)
        must = conditions(email_class, kind, person_id, key, purpose, queue.now())
        ids = [subject.id for subject in subjects if subject.kind == kind]
        query = select(person_id, key).where(person_id.in_(ids), *must.values())
        found |= {Subject(kind, row_id): row_key for row_id, row_key in (await db.exec(query)).all()}
    return found


def _person(kind: SubjectKind) -> tuple[ColumnElement[str], ColumnElement[bytes]]:
    """The identifier of an account or address in a statement, and the key of where it is written to, confirmed or not."""
    if kind == "address":
        address = aliased(Address)
        return _column(address.id), _column(address.email_key)
    account = aliased(Account)
    return _column(account.id), func.coalesce(account.claim_key, account.email_key)


def _column(attribute: object) -> ColumnElement[Any]:
    return cast("ColumnElement[Any]", attribute)


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
    await _require_recipient(db, template, recipient)
    subject = subject_of(recipient)
    if subject is not None:
        await _require_conditions(db, row, template, subject)
    mailbox = (await mailboxes_of(db, [recipient], *await read_for(db, row, template))).get(recipient)
    if mailbox is None:
        raise Withheld("no_address")
    if subject is None and await bounces.is_bad(db, mailbox.email):  # else the conditions hold for it
        raise Withheld("bad_address")
    return mailbox


async def _require_conditions(db: AsyncSession, row: OutgoingEmail, template: Template, subject: Subject) -> None:
    person_id, key = _person(subject.kind)
    must = conditions(template.email_class, subject.kind, person_id, key, row.purpose, queue.now())
    asked = cast("Select[tuple[bool, ...]]", select_columns(*must.values()).where(person_id == subject.id))
    async with database.within(db, CONSENT_PROOF) as own:
        found = (await own.exec(asked)).first()
    if found is None:
        raise Withheld("no_address")
    for reason, holds in zip(must, found, strict=True):
        if not holds:
            raise Withheld(reason)


async def _require_recipient(db: AsyncSession, template: Template, recipient: Recipient) -> None:
    """Raises Withheld where the class is not for such a recipient, or a participant did not ask for the email."""
    if (template.email_class == "participant") != isinstance(recipient, ParticipantRecipient):
        raise Withheld("wrong_recipient")
    if template.email_class in CONSENTED and subject_of(recipient) is None:
        raise Withheld("no_grant")
    if isinstance(recipient, ParticipantRecipient) and isinstance(template, ParticipantTemplate):
        meeting, address = recipient.meeting_id, recipient.address_id
        if not await participant_mail.wants(db, meeting_id=meeting, address_id=address, occasion=template.occasion):
            raise Withheld("no_grant")
