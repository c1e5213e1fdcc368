"""Whom an email is addressed to, as values: by number, in one role, and never by address.

Which emails go to whom is the business of `messages`; where each is reached when an email leaves, of `mailboxes`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AccountRecipient:
    """A registered person, at the address of the account when the email leaves."""

    account_id: str


@dataclass(frozen=True, slots=True)
class AddressRecipient:
    """A person without account who gave us an address (models.person.Address)."""

    address_id: str


@dataclass(frozen=True, slots=True)
class RowRecipient:
    """Somebody whose address stands in another row only, such as a contact thread or an address not verified yet.

    `source` names a function registered with `mailboxes.address_source`; only necessary emails go there.
    """

    source: str
    row_id: str


@dataclass(frozen=True, slots=True)
class ParticipantRecipient:
    """A participant, in no other role than in this meeting."""

    meeting_id: str
    address_id: str


SubjectRecipient = AccountRecipient | AddressRecipient
Recipient = AccountRecipient | AddressRecipient | RowRecipient | ParticipantRecipient
