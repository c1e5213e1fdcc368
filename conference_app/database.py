"""The database: one engine and its sessions, made from the settings, without Reflex.

SQLite by default: write-ahead log, and every writing transaction takes the write lock at its beginning, since a
transaction that reads first and writes later fails at once when another process wrote in between (measured: 989 of
1,200). PostgreSQL by URL; psycopg serves both the async engine and the migrations.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.config import settings
from conference_app.errors import ConfigurationError
from conference_app.purposes import SESSION_PEOPLE, SESSION_PURPOSES, LiveBasis, Purpose

BUSY_TIMEOUT_MS = 5000
"""How long SQLite waits for another writer."""
_POSTGRESQL_PATIENCE = {
    "connect_timeout": "5",  # seconds
    "tcp_user_timeout": "10000",  # milliseconds until what we sent must have arrived
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "2",
}
"""libpq's own values let a server whose machine is gone be waited for a quarter of an hour, or two."""
_SQLITE_FAILURES = ("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_BUSY")
_POSTGRESQL_FAILURES = ("08", "53", "57P", "58")
"""Classes of SQLSTATE: connection, resources, shutdown, input and output. None at all: the connection broke."""
_engines: dict[bool, AsyncEngine] = {}


def driver_url(configured: str, *, sync: bool = False) -> URL:
    """The SQLAlchemy URL with our driver: psycopg for PostgreSQL, aiosqlite (or the standard one) for SQLite.

    Raises ConfigurationError for what is no such URL.
    """
    try:
        url = make_url(configured)
    except (ArgumentError, ValueError):
        raise ConfigurationError("PARLEY_DATABASE_URL must look like postgresql://user:password@host/name.") from None
    backend = url.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg", query={**_POSTGRESQL_PATIENCE, **url.query})
    if backend == "sqlite":
        return url.set(drivername="sqlite" if sync else "sqlite+aiosqlite")
    raise ConfigurationError(f"PARLEY_DATABASE_URL begins with {backend!r}; only sqlite and postgresql are supported.")


def _prepare_sqlite(engine: AsyncEngine, *, writes: bool) -> None:
    """Set the pragmas on each connection and begin transactions ourselves."""

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
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


def _pool(*, is_sqlite: bool, writes: bool) -> dict[str, Any]:
    """SQLite lets one write at a time: who waits in our own queue is next at once, while SQLite has them look again
    after ever longer sleeps."""
    if not is_sqlite:
        return {"pool_pre_ping": True}
    return {"pool_size": 1, "max_overflow": 0, "pool_timeout": BUSY_TIMEOUT_MS / 1000} if writes else {}


def _engine(*, writes: bool) -> AsyncEngine:
    """The engine of this process; SQLite has a second one for reading, which takes no write lock."""
    url = driver_url(settings().database_url)
    is_sqlite = url.get_backend_name() == "sqlite"
    writes = writes or not is_sqlite
    if writes not in _engines:
        engine = create_async_engine(url, hide_parameters=True, **_pool(is_sqlite=is_sqlite, writes=writes))
        if is_sqlite:
            _prepare_sqlite(engine, writes=writes)
        _engines[writes] = engine
    return _engines[writes]


def _opened_for(purposes: Sequence[Purpose | LiveBasis]) -> dict[str, frozenset[Any]]:
    """What a session keeps of its purposes. Raises ValueError for one that asks for a person's live basis."""
    people = [one for one in purposes if isinstance(one, LiveBasis)]
    for one in purposes:
        if isinstance(one, Purpose) and one.needs_person:
            raise ValueError(f"{one.id} needs a live basis of the person: see services.consent.legal_basis")
        if not one:
            raise ValueError("this basis lives for nobody")
    kept: dict[str, frozenset[Any]] = {
        SESSION_PURPOSES: frozenset(one if isinstance(one, Purpose) else one.purpose for one in purposes)
    }
    if people:
        kept[SESSION_PEOPLE] = frozenset.intersection(*[one.subjects for one in people])
    return kept


@asynccontextmanager
async def session(*purposes: Purpose | LiveBasis) -> AsyncGenerator[AsyncSession]:
    """A session that writes: commits on leaving, rolls back on an exception.

    It reads personal values for `purposes` only (`models.purpose_check`). On SQLite it holds the one write lock while open:
    await nothing but the database inside.
    """
    kept = _opened_for(purposes)
    async with AsyncSession(_engine(writes=True), expire_on_commit=False, info=kept) as db, db.begin():
        yield db


@asynccontextmanager
async def reading(*purposes: Purpose | LiveBasis) -> AsyncGenerator[AsyncSession]:
    """A session that only reads, for `purposes`, and takes no lock; a write in it fails on SQLite."""
    kept = _opened_for(purposes)
    async with AsyncSession(_engine(writes=False), expire_on_commit=False, info=kept) as db:
        yield db


@asynccontextmanager
async def within(db: AsyncSession, *purposes: Purpose | LiveBasis) -> AsyncGenerator[AsyncSession]:
    """A session for other purposes in the same transaction: for a service that is handed a session.

    Its rows are its own: what `db` has read is not seen through it, nor the other way round. Rows that `db` was given
    are written before it opens, and its own when it closes.
    """
    await db.flush()
    async with AsyncSession(await db.connection(), expire_on_commit=False, info=_opened_for(purposes)) as inner:
        yield inner
        await inner.flush()


async def lock(db: AsyncSession, *names: str) -> None:
    """Wait until no other transaction is in here under the same `names`, and keep others out until that of `db` ends.

    For what looks first and writes then: on PostgreSQL two who look at the same moment both find nothing. On SQLite
    whoever writes is alone anyway.
    """
    if db.get_bind().dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:names, 0))")
        await (await db.connection()).execute(lock, {"names": " ".join(names)})


async def read_one_moment(db: AsyncSession) -> None:
    """Have every statement of `db`, which has made none yet, see the database as it is at the first one.

    On PostgreSQL each would see what was committed before itself; SQLite does so anyway.
    """
    if db.get_bind().dialect.name == "postgresql":
        await db.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def failure_of(error: BaseException) -> str:
    """What keeps the database from doing its work, such as "SQLITE_FULL" or "AdminShutdown"; empty for other errors.

    It is away, full, or cannot be written now: no mistake in what was asked, and asking later helps.
    """
    if isinstance(error, NoFreeConnection):
        return "NoFreeConnection"
    if not isinstance(error, OperationalError | InterfaceError):
        return ""
    cause: Any = error.orig
    if (name := getattr(cause, "sqlite_errorname", "")) != "":
        return name if name.startswith(_SQLITE_FAILURES) else ""
    state = getattr(cause, "sqlstate", "?")
    return type(cause).__name__ if state is None or state.startswith(_POSTGRESQL_FAILURES) else ""


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
