"""The database: one engine and its sessions, made from the settings, without Reflex.

SQLite by default (write-ahead log, every writing transaction takes the write lock at its beginning), PostgreSQL by URL.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.config import Settings


@asynccontextmanager
async def session() -> AsyncIterator[AsyncSession]:
    """A session that writes: commits on leaving, rolls back on an exception. Keep it short: await nothing else in it."""
    raise NotImplementedError
    yield


@asynccontextmanager
async def reading() -> AsyncIterator[AsyncSession]:
    """A session that only reads and takes no lock."""
    raise NotImplementedError
    yield


async def healthy() -> bool:
    """Whether the database answers a query within two seconds."""
    raise NotImplementedError


async def dispose() -> None:
    """Close every connection: at shutdown, and between tests."""
    raise NotImplementedError


def upgrade(settings: Settings) -> None:
    """Bring the database to the newest migration (`python -m conference_app.database` does the same)."""
    raise NotImplementedError


async def migrate() -> None:
    """`upgrade` with this process's settings, in a thread."""
    raise NotImplementedError
