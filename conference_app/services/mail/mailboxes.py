"""Where the recipients of emails are reached; whether they may get one is for `permission` to say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import Account, OutgoingEmail
from conference_app.models.people import Address
from conference_app.purposes import LANGUAGE, LiveBasis, Purpose
from conference_app.services.emails.recipients import (
    AccountRecipient,
    AddressRecipient,
    ParticipantRecipient,
    Recipient,
    RowRecipient,
)
from conference_app.services.people import email_addresses
from conference_app.services.people.subjects import Subject


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where a recipient is reached now."""

    email: str = field(repr=False)
    language: str
    name: str = field(default="", repr=False)
    """First name, or empty."""
    is_verified: bool = True
    """Whether its owner followed a link we sent there; others get necessary emails only."""

    @property
    def key(self) -> bytes:
        """The address's look-up key."""
        return email_addresses.email_key(self.email)


AddressSource = Callable[[AsyncSession, str], Awaitable[Mailbox | None]]
_sources: dict[str, AddressSource] = {}


def address_source(name: str) -> Callable[[AddressSource], AddressSource]:
    """Declare the decorated `async def f(db, row_id) -> Mailbox | None` as what finds a `RowRecipient(name, row_id)`."""

    def keep(find: AddressSource) -> AddressSource:
        _sources[name] = find
        return find

    return keep


def recipient_of(row: OutgoingEmail) -> Recipient:
    """The recipient of a kept email, as it was addressed."""
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
