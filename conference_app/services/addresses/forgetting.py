"""Addresses without an account go by themselves when nobody needs them any more, with their emails and their history.

That is a time after they were asked to confirm and did not, or a year after the last thing they agreed to has ended.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, or_
from sqlmodel import col, select

from conference_app import database
from conference_app.models import (
    Account,
    Address,
    AddressChange,
    AuditEntry,
    Case,
    ConsentEvent,
    ContactThread,
    MeetingMailGrant,
    OutgoingEmail,
    PendingConsent,
    PrivacyState,
)
from conference_app.services.consent import live_consents
from conference_app.services.jobs import queue
from conference_app.services.newsletters import sign_up
from conference_app.services.personal_data import legal_holds

logger = logging.getLogger(__name__)

KEPT = timedelta(days=365)
"""How long a person finds in the privacy center what they once agreed to; so the tag of `Address` says it."""
AT_ONCE = 500
"""Addresses deleted in one transaction, so that nobody waits long for the write lock."""


@queue.periodic("addresses.forget", timedelta(hours=6))
async def run(_payload: queue.Payload) -> None:
    """Forget everybody of whom nothing is needed at this moment."""
    await forget(queue.now())


async def forget(now: datetime) -> int:
    """Delete the addresses that nobody needs at `now`, except for people under a legal hold; how many."""
    async with database.reading() as db:
        held = [key for person in await legal_holds.held_people(db) for key in person.email_keys]
    total, found = 0, AT_ONCE
    while found == AT_ONCE:
        found = await _forget_some(now, held)
        total += found
    await _forget_wishes(held)
    if total:
        logger.info("%d addresses that nobody needs are deleted", total)
    return total


async def _forget_some(now: datetime, held: Sequence[bytes]) -> int:
    async with database.session() as db:
        unused = select(Address.id).where(col(Address.email_key).not_in(held), ~_is_needed(now)).limit(AT_ONCE)
        ids = (await db.exec(unused)).all()
        for table in (OutgoingEmail, AuditEntry):
            await db.exec(delete(table).where(col(table.address_id).in_(ids)))
        await db.exec(delete(Address).where(col(Address.id).in_(ids)))
    return len(ids)


def _is_needed(now: datetime) -> ColumnElement[bool]:
    """Whether somebody waits for it, agrees to something, did so not long ago, or has asked for something."""
    mine = col(ConsentEvent.subject_id) == col(Address.id), col(ConsentEvent.subject_kind) == "address"
    return or_(
        col(Address.created_at) > now - sign_up.LIFE,
        exists().where(col(PendingConsent.address_id) == col(Address.id)),
        exists().where(*mine, col(ConsentEvent.occurred_at) > now - KEPT),
        exists().where(*mine, live_consents.is_given()),
        exists().where(col(MeetingMailGrant.address_id) == col(Address.id)),
        exists().where(col(Case.subject_id) == col(Address.id), col(Case.closed_at).is_(None)),
        exists().where(col(AddressChange.email_key) == col(Address.email_key)),
    )


async def _forget_wishes(held: Sequence[bytes]) -> None:
    """What an address wished about its data, once nothing about it is left."""
    known = [
        exists().where(col(one.email_key) == col(PrivacyState.email_key)) for one in (Address, ContactThread, Account)
    ]
    nobodys = col(PrivacyState.account_id).is_(None), col(PrivacyState.email_key).not_in(held), ~or_(*known)
    async with database.session() as db:
        await db.exec(delete(PrivacyState).where(*nobodys))
