"""Times in emails: on the clocks of the zone that the account's person has set, else in UTC. The zone stands beside."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import Account
from conference_app.purposes import LOCAL_TIMES
from conference_app.services.emails.recipients import AccountRecipient
from conference_app.services.emails.template import Context
from conference_app.texts import current_language


async def when(db: AsyncSession, context: Context, moment: datetime) -> str:
    """`moment` in words for whom the email goes to."""
    zone = None
    if isinstance(context.recipient, AccountRecipient):
        query = select(Account.time_zone).where(Account.id == context.recipient.account_id)
        async with database.within(db, LOCAL_TIMES) as own:
            zone = (await own.exec(query)).first()
    words = format_datetime(moment, "d MMMM y, HH:mm", tzinfo=ZoneInfo(zone or "UTC"), locale=current_language())
    return f"{words} ({zone or 'UTC'})"
