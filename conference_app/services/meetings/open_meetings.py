"""How many meetings may be open at once: by one account, and in this installation."""

from __future__ import annotations

import logging

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.errors import NotAllowed, Unavailable
from conference_app.models import Meeting
from conference_app.texts import n_

logger = logging.getLogger(__name__)

IS_OPEN = (col(Meeting.opened_at).is_not(None), col(Meeting.ended_at).is_(None))
"""Conditions of a statement."""


async def check_one_more(db: AsyncSession, account_id: str) -> None:
    """Let the account open another meeting in the transaction of `db`; of many at once no more than there are places.

    Raises NotAllowed when it has as many open as it may, Unavailable when the installation is full.
    """
    await database.lock(db, "open meetings")
    own = (await db.exec(select(func.count()).where(*IS_OPEN, col(Meeting.account_id) == account_id))).one()
    if own >= settings().open_per_account:
        raise NotAllowed(
            n_("You have {most} meetings open, which is the limit. End one of them first."),
            most=settings().open_per_account,
        )
    if await _counted(db) >= settings().open_meetings:
        logger.warning("no meeting can be opened: %d are open (PARLEY_OPEN_MEETINGS)", settings().open_meetings)
        raise Unavailable(
            n_(
                "As many meetings are open here as this server can hold. Try again in a few minutes, or tell the operator."
            )
        )


async def _counted(db: AsyncSession) -> int:
    return (await db.exec(select(func.count()).where(*IS_OPEN))).one()


async def count() -> int:
    """How many are open in this installation."""
    async with database.reading() as db:
        return await _counted(db)


async def has_place() -> bool:
    """Whether another one can be opened in this installation."""
    return await count() < settings().open_meetings
