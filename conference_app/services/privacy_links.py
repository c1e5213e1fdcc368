"""The way into the privacy center without an account: a link to an address, sent if and only if we know it.

The answer is the same, and takes the same time, whether we do or not.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from time import monotonic

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput
from conference_app.models import Account, Address, ContactThread
from conference_app.services import addresses, mail, privacy_letters, rate_limits, signed_links
from conference_app.services.letters import AccountRecipient, AddressRecipient, RowRecipient
from conference_app.services.personal_rows import Person, of_email
from conference_app.texts import n_

ANSWER_S = 0.4
"""How long an answer takes at least: longer than queueing a mail does."""


async def ask(email: str, *, address: str, now: datetime | None = None) -> None:
    """Send a link to `email` if anything is kept about it.

    Raises InvalidInput (field email) for what is no address, TooManyAttempts. `address` is the network address.
    """
    began = monotonic()
    await rate_limits.count(rate_limits.PRIVACY_LINK_PER_ADDRESS, rate_limits.network_of(address))
    try:
        normalized = addresses.check_email(email)
    except ConferenceError as error:
        raise InvalidInput(n_("Some fields need another look."), {"email": error}) from None
    key = addresses.email_key(normalized)
    await rate_limits.count(rate_limits.PRIVACY_LINK_PER_EMAIL, key.hex())
    async with database.session() as db:
        await _send(db, key, now or datetime.now(UTC))
    await asyncio.sleep(max(0.0, ANSWER_S - (monotonic() - began)))


async def _send(db: AsyncSession, key: bytes, now: datetime) -> None:
    """One letter: to the account of the address, else to the address, else to whoever wrote to us from it."""
    account = (await db.exec(select(Account.id).where(col(Account.email_key) == key))).first()
    known = (await db.exec(select(Address.id).where(col(Address.email_key) == key))).first()
    thread = (await db.exec(select(ContactThread.id).where(col(ContactThread.email_key) == key).limit(1))).first()
    if account is not None:
        recipient = AccountRecipient(account)
    elif known is not None:
        recipient = AddressRecipient(known)
    elif thread is not None:
        recipient = RowRecipient("contact", thread)
    else:
        return
    await mail.send(db, privacy_letters.WAY_IN.letter(recipient), run_at=now)


def person_of(token: str, *, now: datetime | None = None) -> Person:
    """Who holds a "privacy" link. Raises NotFound for one that is not ours, of another kind, or over."""
    return of_email(signed_links.read(token, "privacy", now=now).email_key)
