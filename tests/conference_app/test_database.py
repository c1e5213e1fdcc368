"""The database: both kinds, safe with several writers, and an error that quotes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.errors import ConfigurationError
from conference_app.models import Account
from tests.conference_app.models.test_columns import account
from tests.fakes import LOOKING
from tests.ports import free_port

pytestmark = pytest.mark.both_databases


def test_another_kind_of_database_is_named() -> None:
    with pytest.raises(ConfigurationError, match="mysql"):
        database.driver_url("mysql://localhost/parley")


@pytest.mark.parametrize("url", ["parley.db", "postgresql://me:canary@db.real-company.org:port/parley"])
def test_what_is_no_url_is_named_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="PARLEY_DATABASE_URL must look like") as refused:
        database.driver_url(url)
    assert "canary" not in str(refused.value)


def test_a_server_whose_machine_is_gone_is_given_up_soon_unless_the_operator_is_more_patient() -> None:
    url = database.driver_url("postgresql://db.real-company.org/parley?connect_timeout=60")
    assert (url.query["connect_timeout"], url.query["tcp_user_timeout"]) == ("60", "10000")


async def fail_midway() -> None:
    async with database.session(*LOOKING) as session:
        session.add(account())
        await session.flush()
        raise RuntimeError("midway")


async def test_an_exception_leaves_nothing_behind(db: Settings) -> None:
    with pytest.raises(RuntimeError, match="midway"):
        await fail_midway()
    async with database.reading(*LOOKING) as session:
        assert await session.get(Account, "a" * 32) is None


async def test_read_then_write_by_many_at_once_loses_nothing(db: Settings) -> None:
    async with database.session(*LOOKING) as session:
        session.add(account(language="0"))

    async def add_one() -> None:
        async with database.session(*LOOKING) as session:
            row = await session.get(Account, "a" * 32, with_for_update=True)
            assert row is not None
            row.language = str(int(row.language) + 1)

    await asyncio.gather(*(add_one() for _ in range(20)))
    async with database.reading(*LOOKING) as session:
        row = await session.get(Account, "a" * 32)
        assert row is not None
        assert row.language == "20"


async def test_the_reading_engine_cannot_write(sqlite_db: Settings) -> None:
    async with database.reading(*LOOKING) as session:
        session.add(account())
        with pytest.raises(OperationalError, match="readonly"):
            await session.commit()


async def test_sqlite_has_its_pragmas(sqlite_db: Settings) -> None:
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000, "synchronous": 1}
    async with database.session(*LOOKING) as session:
        connection = await session.connection()
        for name, value in wanted.items():
            assert (await connection.execute(text(f"PRAGMA {name}"))).scalar() == value


async def do(*statements: str) -> None:
    async with database.session() as session:
        for statement in statements:
            await (await session.connection()).execute(text(statement))


async def failure(*statements: str) -> str:
    with pytest.raises(SQLAlchemyError) as caught:
        await do(*statements)
    return database.failure_of(caught.value)


async def test_a_full_file_is_told_from_a_mistake_of_ours(sqlite_db: Settings) -> None:
    grow = "CREATE TABLE big AS SELECT randomblob(1000000)"
    assert await failure("PRAGMA max_page_count = 1", grow) == "SQLITE_FULL"
    assert await failure("SELECT nonsense") == ""
    assert await failure("PRAGMA query_only = ON", grow) == "SQLITE_READONLY"
    assert database.failure_of(RuntimeError("SQLITE_FULL")) == ""


async def test_a_server_that_stops_is_told_from_a_mistake_of_ours(
    emptied_postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_DATABASE_URL", emptied_postgres())
    settings.cache_clear()
    assert await failure("SELECT pg_terminate_backend(pg_backend_pid())") == "AdminShutdown"
    assert await failure("SELECT nonsense") == ""
    assert await failure("SELECT 1 / 0") == ""
    await database.dispose()
    monkeypatch.setenv("PARLEY_DATABASE_URL", f"postgresql://127.0.0.1:{free_port()}/parley")
    settings.cache_clear()
    assert await failure("SELECT 1") == "OperationalError"
    await database.dispose()


async def test_an_error_quotes_no_value(db: Settings) -> None:
    async with database.session(*LOOKING) as session:
        session.add(account())
    with pytest.raises(SQLAlchemyError) as caught:
        async with database.session(*LOOKING) as session:
            session.add(account(id="b" * 32, username_key=b"v" * 32, password_hash="canary-hash"))
    assert "canary" not in str(caught.value)
