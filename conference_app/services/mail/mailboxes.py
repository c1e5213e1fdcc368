"""Who may get a letter at this moment, and where they are reached."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, exists
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import Account, MailLetter
from conference_app.models.person import Address
from conference_app.purposes import LANGUAGE, PURPOSES, LiveBasis, Purpose
from conference_app.services.consent import legal_basis as basis
from conference_app.services.consent import live_consents
from conference_app.services.consent import participant_mail as meeting_mail
from conference_app.services.consent import person_state as privacy_state
from conference_app.services.consent.live_consents import Bound
from conference_app.services.emails.messages import ParticipantTemplate
from conference_app.services.emails.recipients import (
    AccountRecipient,
    AddressRecipient,
    ParticipantRecipient,
    Recipient,
    RowRecipient,
)
from conference_app.services.emails.rendering import MARKED, Choices
from conference_app.services.emails.template import Template
from conference_app.services.jobs import queue as jobs
from conference_app.services.mail import bounces
from conference_app.services.people import email_addresses as addresses
from conference_app.services.people import signed_links
from conference_app.services.people.subjects import Subject, SubjectKind


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where a recipient is reached now."""

    email: str = field(repr=False)
    language: str
    name: str = field(default="", repr=False)
    """First name, or empty."""
    is_verified: bool = True
    """Whether its owner followed a link we sent there; others get necessary letters only."""

    @property
    def key(self) -> bytes:
        """The address's look-up key."""
        return addresses.email_key(self.email)


class Withheld(Exception):
    """The letter must not leave; says why in a word."""


AddressSource = Callable[[AsyncSession, str], Awaitable[Mailbox | None]]
_sources: dict[str, AddressSource] = {}


def address_source(name: str) -> Callable[[AddressSource], AddressSource]:
    """Declare the decorated `async def f(db, row_id) -> Mailbox | None` as what finds a `RowRecipient(name, row_id)`."""

    def keep(find: AddressSource) -> AddressSource:
        _sources[name] = find
        return find

    return keep


def recipient_of(row: MailLetter) -> Recipient:
    """The recipient of a kept letter, as it was addressed."""
    if row.meeting_id is not None:
        return ParticipantRecipient(row.meeting_id, row.address_id or "")
    if row.account_id is not None:
        return AccountRecipient(row.account_id)
    if row.address_id is not None:
        return AddressRecipient(row.address_id)
    return RowRecipient(row.source, row.row_id)


def subject_of(recipient: Recipient) -> Subject | None:
    """The person whose consent counts; None for recipients that cannot have given one."""
    match recipient:
        case AccountRecipient(account_id):
            return Subject("account", account_id)
        case AddressRecipient(address_id):
            return Subject("address", address_id)
        case RowRecipient() | ParticipantRecipient():
            return None


async def key_of(db: AsyncSession, recipient: Recipient) -> bytes | None:
    """The look-up key of the address where `recipient` is reached now; the address itself is not read for it."""
    match recipient:
        case AccountRecipient(account_id):
            query = select(Account.email_key).where(Account.id == account_id)
        case AddressRecipient(address_id) | ParticipantRecipient(_, address_id):
            query = select(Address.email_key).where(Address.id == address_id)
        case RowRecipient():
            mailbox = (await mailboxes_of(db, [recipient])).get(recipient)
            return mailbox.key if mailbox else None
    return (await db.exec(query)).first()


async def mailboxes_of(
    db: AsyncSession, recipients: Iterable[Recipient], *purposes: Purpose | LiveBasis
) -> dict[Recipient, Mailbox]:
    """Where each of them is reached now, read for `purposes`; without those who are there no more."""
    found: dict[Recipient, Mailbox] = {}
    accounts: dict[str, Recipient] = {}
    people: dict[str, list[Recipient]] = {}
    for recipient in recipients:
        match recipient:
            case AccountRecipient(account_id):
                accounts[account_id] = recipient
            case AddressRecipient(address_id) | ParticipantRecipient(_, address_id):
                people.setdefault(address_id, []).append(recipient)
            case RowRecipient(source, row_id):
                find = _sources.get(source)
                if find and (mailbox := await find(db, row_id)):
                    found[recipient] = mailbox
    async with database.within(db, LANGUAGE, *purposes) as own:
        if accounts:
            for one in (await own.exec(select(Account).where(col(Account.id).in_(accounts)))).all():
                is_verified = one.email_verified_at is not None
                found[accounts[one.id]] = Mailbox(one.email, one.language, one.first_name, is_verified)
        if people:
            for one in (await own.exec(select(Address).where(col(Address.id).in_(people)))).all():
                found |= dict.fromkeys(people[one.id], Mailbox(one.email, one.language))
    return found


async def mailboxes_of_many(db: AsyncSession, rows: Sequence[MailLetter]) -> dict[Recipient, Mailbox]:
    """Where the readers of a newsletter are reached, in a few statements for them all; without those who do not agree."""
    found: dict[Recipient, Mailbox] = {}
    for agreed in {row.purpose for row in rows}:
        name, _, detail = agreed.partition(":")
        recipients = [recipient_of(row) for row in rows if row.purpose == agreed]
        subjects = [subject for one in recipients if (subject := subject_of(one))]
        live = await basis.living(db, PURPOSES[name], subjects, detail, now=jobs.now())
        if live:
            found |= await mailboxes_of(db, recipients, live)
    return found


def is_reached(kind: SubjectKind, subject_id: Bound[str], email_key: Bound[bytes]) -> ColumnElement[bool]:
    """Whether the subject's confirmed address is still the one of this key, as a condition of a statement."""
    if kind == "account":
        of_account = col(Account.email_key) == email_key, col(Account.email_verified_at).is_not(None)
        return exists().where(col(Account.id) == subject_id, *of_account)
    return exists().where(col(Address.id) == subject_id, col(Address.email_key) == email_key)


async def read_for(db: AsyncSession, row: MailLetter, template: Template) -> tuple[Purpose | LiveBasis, ...]:
    """What this letter's recipient and values may be read for. Raises Withheld where that needs a basis and has none."""
    match recipient_of(row):
        case ParticipantRecipient(meeting_id, address_id):
            subject, purpose, detail = Subject("address", address_id), template.purpose, meeting_id
        case recipient if template.purpose.needs_person:
            subject = subject_of(recipient)
            name, _, detail = row.purpose.partition(":")
            purpose = PURPOSES.get(name, template.purpose)
        case _:
            return (template.purpose, *template.also)
    live = await basis.living(db, purpose, [subject] if subject else [], detail, now=jobs.now())
    if not live:
        raise Withheld("no_grant")
    return (live, *template.also)


async def allowed(db: AsyncSession, row: MailLetter, template: Template) -> Mailbox:
    """Where the letter may go at this moment. Raises Withheld."""
    recipient = recipient_of(row)
    await _require_grant(db, row.purpose, template, recipient)
    subject = subject_of(recipient)
    if template.letter_class != "necessary" and subject and not await privacy_state.may_use(db, subject):
        raise Withheld("restricted")
    mailbox = (await mailboxes_of(db, [recipient], *await read_for(db, row, template))).get(recipient)
    if mailbox is None:
        raise Withheld("no_address")
    if not mailbox.is_verified and template.letter_class != "necessary":
        raise Withheld("not_verified")
    if await bounces.is_bad(db, mailbox.email):
        raise Withheld("bad_address")
    return mailbox


async def _require_grant(db: AsyncSession, purpose: str, template: Template, recipient: Recipient) -> None:
    match template.letter_class:
        case "necessary" | "service":
            if isinstance(recipient, ParticipantRecipient):
                raise Withheld("wrong_recipient")
        case "newsletter" | "promotion":
            subject = subject_of(recipient)
            if subject is None or not await live_consents.has_live(db, subject, purpose, now=jobs.now()):
                raise Withheld("no_grant")
        case "participant":
            if not isinstance(template, ParticipantTemplate) or not isinstance(recipient, ParticipantRecipient):
                raise Withheld("wrong_recipient")
            meeting, address = recipient.meeting_id, recipient.address_id
            if not await meeting_mail.wants(db, meeting_id=meeting, address_id=address, occasion=template.occasion):
                raise Withheld("no_grant")


def marked_choices(template: Template) -> Choices:
    """Marks in the places of what `choices` gives."""
    if template.letter_class in ("newsletter", "promotion"):
        return MARKED
    stops = isinstance(template, ParticipantTemplate) and template.occasion in ("reminder", "follow_up")
    return Choices(MARKED.unsubscribe) if stops else Choices()


def choices(row: MailLetter, template: Template, mailbox: Mailbox) -> Choices:
    """The links to stop such mails, in every letter that can be stopped. Raises Withheld."""
    recipient = recipient_of(row)
    if template.letter_class in ("newsletter", "promotion"):
        subject = subject_of(recipient)
        if subject is None:
            raise Withheld("wrong_recipient")
        stop = signed_links.make("unsubscribe", mailbox.key, row.purpose, subject=subject)
        choose = signed_links.make("preferences", mailbox.key, subject=subject)
        return Choices(signed_links.unsubscribe_path(stop), signed_links.preferences_path(choose))
    if isinstance(template, ParticipantTemplate) and template.occasion in ("reminder", "follow_up"):
        subject = Subject("address", row.address_id or "")
        stop = signed_links.make("unsubscribe", mailbox.key, f"meeting:{row.meeting_id}", subject=subject)
        return Choices(signed_links.unsubscribe_path(stop))
    return Choices()
