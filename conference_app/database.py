"""The database: one engine and its sessions, made from the settings, without Reflex.

SQLite by default: write-ahead log, and every writing transaction takes the write lock at its beginning, since a
transaction that reads first and writes later fails at once when another process wrote in between (measured: 989 of
1,200). PostgreSQL by URL; psycopg serves both the async engine and the migrations.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import sys
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.config import Settings, load_settings, settings
from conference_app.errors import ConfigurationError

logger = logging.getLogger(__name__)

BUSY_TIMEOUT_MS = 5000
"""How long SQLite waits for another writer."""
_MIGRATION_LOCK = 7_402_611
"""Any number of our own: PostgreSQL's advisory lock that lets one process migrate at a time."""
_ALEMBIC_INI = Path(__file__).parent / "alembic.ini"
_engines: dict[bool, AsyncEngine] = {}


def driver_url(configured: str, *, sync: bool = False) -> URL:
    """The SQLAlchemy URL with our driver: psycopg for PostgreSQL, aiosqlite (or the standard one) for SQLite."""
    url = make_url(configured)
    backend = url.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        return url.set(drivername="sqlite" if sync else "sqlite+aiosqlite")
    raise ConfigurationError(f"PARLEY_DATABASE_URL begins with {backend!r}; only sqlite and postgresql are supported.")


def _prepare_sqlite(engine: AsyncEngine, *, writes: bool) -> None:
    """Set the pragmas on each connection and begin transactions ourselves."""

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: object, _record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]
        cursor = connection.cursor()  # type: ignore[attr-defined]
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "synchronous=NORMAL",
            "secure_delete=ON",  # what is erased is overwritten with zeros
            f"query_only={'OFF' if writes else 'ON'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _engine(*, writes: bool) -> AsyncEngine:
    """The engine of this process; SQLite has a second one for reading, which takes no write lock."""
    url = driver_url(settings().database_url)
    is_sqlite = url.get_backend_name() == "sqlite"
    writes = writes or not is_sqlite
    if writes not in _engines:
        engine = create_async_engine(url, pool_pre_ping=not is_sqlite, hide_parameters=True)
        if is_sqlite:
            _prepare_sqlite(engine, writes=writes)
        _engines[writes] = engine
    return _engines[writes]


@asynccontextmanager
async def session() -> AsyncGenerator[AsyncSession]:
    """A session that writes: commits on leaving, rolls back on an exception.

    On SQLite it holds the one write lock while open: await nothing but the database inside.
    """
    async with AsyncSession(_engine(writes=True), expire_on_commit=False) as db, db.begin():
        yield db


@asynccontextmanager
async def reading() -> AsyncGenerator[AsyncSession]:
    """A session that only reads and takes no lock; a write in it fails on SQLite."""
    async with AsyncSession(_engine(writes=False), expire_on_commit=False) as db:
        yield db


async def healthy() -> bool:
    """Whether the database answers a query within two seconds."""
    try:
        async with asyncio.timeout(2), reading() as db:
            await db.connection()
            await (await db.connection()).execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError, TimeoutError) as err:
        logger.warning("the database does not answer: %s", type(err).__name__)
        return False
    return True


async def wipe(tables: Sequence[str]) -> bool:
    """Leave no bytes of deleted rows behind, as far as it is ours; whether it could be done now.

    SQLite zeroes deleted rows itself; here its log is written back and emptied, which waits for who reads. PostgreSQL
    vacuums `tables`, names of our own; its log and back-ups age out by the operator's settings.
    """
    connection = await _engine(writes=True).connect()
    try:
        raw = (await connection.get_raw_connection()).driver_connection
        if raw is None:
            return False
        if connection.dialect.name == "sqlite":
            cursor = await raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy = (await cursor.fetchone())[0]
            await cursor.close()
            return not is_busy
        await raw.set_autocommit(True)
        for name in tables:
            await raw.execute(f'VACUUM "{name}"')
        await raw.set_autocommit(False)
        return True
    finally:
        await connection.close()


async def dispose() -> None:
    """Close every connection: at shutdown, and between tests."""
    engines = list(_engines.values())
    _engines.clear()
    for engine in engines:
        await engine.dispose()


@contextmanager
def _one_at_a_time(connection: Connection, data_dir: Path) -> Generator[None]:
    """Hold the lock that keeps two starting processes from migrating at once."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
        try:
            yield
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _MIGRATION_LOCK})
        return
    with (data_dir / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _current_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Bring the database to `revision`, by default the newest (`python -m conference_app.database` does that)."""
    from alembic import command  # here, since the running app has no need of it
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(_ALEMBIC_INI)
    head = ScriptDirectory.from_config(config).get_current_head()
    engine = create_engine(driver_url(settings.database_url, sync=True), hide_parameters=True)
    try:
        with engine.connect() as connection, _one_at_a_time(connection, settings.data_dir):
            if revision == "head" and _current_revision(connection) == head:
                return
            connection.rollback()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()
    finally:
        engine.dispose()
    logger.info("database migrated to %s", revision)


async def migrate() -> None:
    """`upgrade` with this process's settings, in a thread."""
    await asyncio.to_thread(upgrade, settings())


def main() -> None:
    """Migrate the database of the environment's settings."""
    import os

    try:
        upgrade(load_settings(os.environ))
    except ConfigurationError as err:
        sys.exit(str(err))


if __name__ == "__main__":
    main()
