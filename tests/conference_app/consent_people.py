"""People for tests of consent: accounts with a confirmed address, and addresses without account."""

from __future__ import annotations

from datetime import UTC, datetime

from conference_app import database, purposes
from conference_app.models import Account, Address
from conference_app.services.consent import ledger, live_consents
from conference_app.services.people import email_addresses, signed_links
from conference_app.services.people.signed_links import LinkKind
from conference_app.services.people.subjects import Subject
from tests.conference_app.people import registered
from tests.fakes import LOOKING

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


async def member(username: str = "ann") -> Subject:
    """An account whose address is confirmed."""
    account = await registered(username)
    async with database.session(purposes.RIGHTS) as db:
        row = await db.get(Account, account.id)
        assert row is not None
        row.email_verified_at, row.email_key, row.claim_key = NOW, email_addresses.email_key(row.email), None
    return Subject("account", account.id)


async def reader(email: str = "eve@example.com", language: str = "en") -> Subject:
    """An address without account."""
    async with database.session(*LOOKING) as db:
        return Subject("address", (await email_addresses.find_or_add(db, email, language=language, now=NOW)).id)


async def agrees(subject: Subject, *wanted: str) -> Subject:
    """Give the purposes."""
    async with database.session(*LOOKING) as db:
        for purpose in wanted:
            await ledger.give(db, subject, purpose, act="test", page="test", words=purposes.words(purpose), now=NOW)
    return subject


async def is_live(subject: Subject, purpose: str) -> bool:
    async with database.reading(*LOOKING) as db:
        return await live_consents.has_live(db, subject, purpose)


async def link(subject: Subject, purpose: str = "", kind: LinkKind = "unsubscribe") -> str:
    """A token as a mail to `subject` carries it."""
    async with database.reading(*LOOKING) as db:
        return await signed_links.make_for(db, kind, subject, purpose)


async def gone(subject: Subject) -> None:
    """Delete the row of the account or address."""
    async with database.session(*LOOKING) as db:
        row = await db.get(Account if subject.kind == "account" else Address, subject.id)
        await db.delete(row)
