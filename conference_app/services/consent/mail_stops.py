"""Addresses that want no mail of a purpose, by their keyed hash: kept also when nobody is known by it any more."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, exists
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import purposes
from conference_app.models import Account, Address, MailStop

ALL = "*"
"""Every purpose that needs a consent."""


async def stop(db: AsyncSession, email_key: bytes, purpose: str = ALL, *, now: datetime | None = None) -> None:
    """Keep mails of `purpose` from the address of this key, whether or not anybody is known by it.

    Raises ValueError for an unknown purpose.
    """
    if purpose != ALL:
        purposes.find(purpose)
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"email_key": email_key, "purpose": purpose, "stopped_at": now or datetime.now(UTC)}
    await (await db.connection()).execute(insert(MailStop).values(row).on_conflict_do_nothing())


async def of_key(db: AsyncSession, email_key: bytes) -> set[str]:
    """What the address of this key wants no mail of; may hold ALL."""
    query = select(MailStop.purpose).where(MailStop.email_key == email_key)
    return set((await db.exec(query)).all())


async def keys(db: AsyncSession, purpose: str) -> set[bytes]:
    """The addresses that want no mail of `purpose`."""
    query = select(MailStop.email_key).where(col(MailStop.purpose).in_((purpose, ALL)))
    return set((await db.exec(query)).all())


def none_for(table: type[Account] | type[Address], purpose: str) -> ColumnElement[bool]:
    """Whether nothing keeps mails of `purpose` from a row of `table`, as a condition of a statement about it."""
    return ~exists().where(col(MailStop.email_key) == col(table.email_key), col(MailStop.purpose).in_((purpose, ALL)))
