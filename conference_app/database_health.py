"""Whether the database answers, asked apart from everything else: by a thread and a connection of its own.

A loop that is busy, or a pool whose connections are all in use, is no database that is away.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import os
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from conference_app import database
from conference_app.config import settings

logger = logging.getLogger(__name__)

ANSWER_S = 2.0
"""How long a database that is well may take to answer."""
ROOM_BYTES = 10 * 2**20
"""Free on the disk of SQLite's file; its log grows to a few megabytes before it is written back."""
_asker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database health")
_look: Future[str] | None = None
_told = ""


async def healthy() -> bool:
    """Whether the database answers a query within two seconds, and SQLite has room to write.

    Of those who ask at the same time one looks. Nor is a server that keeps silent asked again and again: giving up a
    question takes psycopg ten seconds.
    """
    global _look
    if _look is None or _look.done():
        _look = _asker.submit(_trouble)
    looking = _look
    await _waited(looking)
    trouble = looking.result() if looking.done() else "no answer"
    _tell(trouble)
    return not trouble


async def _waited(looking: Future[str]) -> None:
    """Wait for the look, at most `ANSWER_S`. Afterwards the look itself says whether it is done: a loop that was busy
    all the while hears of both at once.
    """
    loop, seen = asyncio.get_running_loop(), asyncio.Event()

    def tell(_looked: Future[str]) -> None:
        with contextlib.suppress(RuntimeError):  # nobody waits any more: the loop is closed
            loop.call_soon_threadsafe(seen.set)

    looking.add_done_callback(tell)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ANSWER_S):
            await seen.wait()


def _trouble() -> str:
    """What is wrong with the database; empty while all is well."""
    url = database.driver_url(settings().database_url, sync=True)
    try:
        with _engine(url).connect() as connection:
            connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError) as err:
        return database.failure_of(err) or type(err).__name__
    if url.get_backend_name() != "sqlite" or not url.database:
        return ""
    has_room = shutil.disk_usage(Path(url.database).parent).free >= ROOM_BYTES
    return "" if has_room and os.access(url.database, os.W_OK) else "no room to write"


@functools.cache
def _engine(url: URL) -> Engine:
    """The asker's own: one connection to a server, kept; SQLite's file is opened each time, as it may be replaced."""
    if url.get_backend_name() == "sqlite":
        return create_engine(url, hide_parameters=True, poolclass=NullPool)
    return create_engine(url, hide_parameters=True, pool_size=1, max_overflow=0, pool_pre_ping=True)


def _tell(trouble: str) -> None:
    """Log a change, once."""
    global _told
    if trouble != _told:
        logger.warning("the database does not answer: %s" if trouble else "the database answers again%s", trouble)
    _told = trouble
