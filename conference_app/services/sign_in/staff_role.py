"""The staff's role: whose it is stands in the operator's list of e-mail addresses, and is asked anew each time.

A listed address counts once it is confirmed: until then an account has another look-up key (`identity.unclaimed_key`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.models import Account, Authenticator
from conference_app.purposes import SECOND_FACTOR, SIGN_IN
from conference_app.services.audit import AuditTag
from conference_app.services.people.email_addresses import email_key
from conference_app.services.sign_in import security_emails

STAFF = "staff"
IDLE = timedelta(minutes=30)
"""How long a session of the staff may go unused: whoever finds an open laptop later reads no one's data."""


class Missing(StrEnum):
    """What a session of somebody listed lacks to open the staff's pages."""

    NOTHING = ""
    AUTHENTICATOR = "authenticator"
    SIGN_IN = "sign_in"
    """It was opened before the app was in force, or unused for too long."""


def _is_listed(account: Account) -> bool:
    """Whether the operator's list holds the account's confirmed address."""
    return account.email_key in {email_key(one) for one in settings().staff}


def of(account: Account) -> str:
    """The account's role; who was taken off the list has none at once, and who was put on it waits for `sync`."""
    return account.role if account.role and _is_listed(account) else ""


async def missing(account_id: str, *, opened_at: datetime, seen_at: datetime, now: datetime) -> Missing:
    """What a session lacks that was opened and last used then, of an account that has the role.

    With an authenticator app in force each sign-in by password asks for a code, and one by passkey checks the person;
    a session that is older than that was opened by the password alone.
    """
    async with database.reading(SECOND_FACTOR) as db:
        authenticator = await db.get(Authenticator, account_id)
    if authenticator is None or authenticator.confirmed_at is None:
        return Missing.AUTHENTICATOR
    is_good = opened_at >= authenticator.confirmed_at and now - seen_at <= IDLE
    return Missing.NOTHING if is_good else Missing.SIGN_IN


async def sync(db: AsyncSession, account: Account) -> None:
    """Give or take the role as the list says now, and tell the account's owner."""
    role = STAFF if _is_listed(account) else ""
    if account.role != role:
        account.role = role
        await security_emails.tell(db, account.id, AuditTag.ROLE_GIVEN if role else AuditTag.ROLE_TAKEN)


async def renew(account_id: str) -> None:
    """Give or take the role of somebody who has just proven their address in a browser that was signed in.

    In any other browser the next sign-in does it: whoever registered with the address of another gains nothing before.
    """
    async with database.session(SIGN_IN) as db:
        if account := await db.get(Account, account_id):
            await sync(db, account)
