"""Mail to an account's address that comes back: said to its owner, who has it tried again or corrects the address."""

from __future__ import annotations

from sqlmodel import col, select

from conference_app import database
from conference_app.models import Account, BadAddress
from conference_app.purposes import BOUNCES
from conference_app.services.mail import bounces


async def comes_back(account_id: str) -> bool:
    """Whether nothing is sent to the account's address, since its mail server said that it does not exist."""
    async with database.reading(BOUNCES) as db:
        key = select(Account.email_key).where(Account.id == account_id)
        found = await db.exec(select(BadAddress.email_key).where(col(BadAddress.email_key).in_(key)))
        return found.first() is not None


async def try_again(account_id: str) -> None:
    """Send to the account's address again, until it should come back once more."""
    async with database.session() as db:
        key = (await db.exec(select(Account.email_key).where(Account.id == account_id))).first()
        if key is not None:
            await bounces.unmark(db, key)
