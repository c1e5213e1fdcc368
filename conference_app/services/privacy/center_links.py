"""The way into the privacy center without an account: a link to an address, sent if and only if we know it.

The answer is the same, and takes the same time, whether we do or not.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput
from conference_app.models import Account
from conference_app.services.limits import even_answers, rate_limits
from conference_app.services.mail import outbox
from conference_app.services.people import email_addresses, signed_links
from conference_app.services.personal_data.personal_rows import DataOwner, of_email
from conference_app.services.privacy import privacy_emails


async def ask(email: str, *, address: str, now: datetime | None = None) -> None:
    """Send a link to `email` if anything is kept about it.

    Raises InvalidInput (field email) for what is no address, TooManyAttempts. `address` is the network address.
    """
    network = rate_limits.network_of(address)
    await rate_limits.count(rate_limits.PRIVACY_LINK_PER_ADDRESS, network)
    try:
        normalized = email_addresses.check_email(email)
    except ConferenceError as error:
        raise InvalidInput({"email": error}) from None
    key = email_addresses.email_key(normalized)
    await rate_limits.count_about(rate_limits.PRIVACY_LINK_PER_EMAIL, key.hex(), network)
    async with even_answers.evened(), database.session() as db:
        await _send(db, key, now or datetime.now(UTC))


async def _send(db: AsyncSession, key: bytes, now: datetime) -> None:
    """One email: to the account of the address, else to the address, else to whoever wrote to us from it."""
    account = (await db.exec(select(Account.id).where(col(Account.email_key) == key))).first()
    recipient = await privacy_emails.recipient_of(db, DataOwner(account or "", (key,)))
    if recipient is not None:
        await outbox.send(db, privacy_emails.WAY_IN.message(recipient), run_at=now)


def person_of(token: str, *, now: datetime | None = None) -> DataOwner:
    """Who holds a "privacy" link that shows all. Raises NotFound for one that is not ours, of another kind, or over."""
    target = signed_links.read(token, "privacy", now=now)
    if target.purpose:
        raise signed_links.not_found()
    return of_email(target.email_key)


def keeper_of(token: str, *, now: datetime | None = None) -> tuple[DataOwner, bool]:
    """Who may take an erasure back with this link, and whether it is good for nothing else. Raises NotFound."""
    target = signed_links.read(token, "privacy", now=now)
    return of_email(target.email_key), target.purpose == privacy_emails.KEEP
