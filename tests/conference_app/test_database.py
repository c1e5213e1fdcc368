"""The database: one history for both kinds, safe with several writers, and quick when there is nothing to do."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from conference_app import database
from conference_app.config import Settings, load_settings
from conference_app.errors import ConfigurationError
from conference_app.models import Account, SQLModel
from tests.conference_app.models.test_columns import account

INI = Path(database.__file__).parent / "alembic.ini"
TABLES = {*SQLModel.metadata.tables, "alembic_version"}


@pytest.fixture
def empty(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of a database that was never migrated."""
    if engine == "postgresql":
        make: Callable[[str], str] = request.getfixturevalue("postgres")
        url = make("template0")
    else:
        url = f"sqlite:///{tmp_path}/empty.db"
    return load_settings({"PARLEY_DATA": str(tmp_path / "data"), "PARLEY_DATABASE_URL": url})


def run(config: Settings, order: Callable[[Config], None]) -> set[str]:
    """Carry out an alembic order on the database; the tables after it."""
    engine = create_engine(database.driver_url(config.database_url, sync=True))
    alembic = Config(INI)
    with engine.connect() as connection:
        alembic.attributes["connection"] = connection
        order(alembic)
        connection.commit()
        tables = set(inspect(connection).get_table_names())
    engine.dispose()
    return tables


def test_up_matches_the_models_and_down_leaves_nothing(empty: Settings) -> None:
    database.upgrade(empty)
    assert run(empty, command.check) == TABLES  # check raises when a model has what no migration makes
    assert run(empty, lambda config: command.downgrade(config, "base")) == {"alembic_version"}
    database.upgrade(empty)
    assert run(empty, command.check) == TABLES


def test_two_starting_at_once_both_find_it_migrated(empty: Settings) -> None:
    errors: list[BaseException] = []

    def start() -> None:
        try:
            database.upgrade(empty)
        except BaseException as err:  # noqa: BLE001 - carried to the test's own thread
            errors.append(err)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert run(empty, lambda _config: None) == TABLES


def test_another_kind_of_database_is_named() -> None:
    with pytest.raises(ConfigurationError, match="mysql"):
        database.driver_url("mysql://localhost/parley")


async def fail_midway() -> None:
    async with database.session() as session:
        session.add(account())
        await session.flush()
        raise RuntimeError("midway")


async def test_an_exception_leaves_nothing_behind(db: Settings) -> None:
    with pytest.raises(RuntimeError, match="midway"):
        await fail_midway()
    async with database.reading() as session:
        assert await session.get(Account, "a" * 32) is None


async def test_read_then_write_by_many_at_once_loses_nothing(db: Settings) -> None:
    async with database.session() as session:
        session.add(account(language="0"))

    async def add_one() -> None:
        async with database.session() as session:
            row = await session.get(Account, "a" * 32, with_for_update=True)
            assert row is not None
            row.language = str(int(row.language) + 1)

    await asyncio.gather(*(add_one() for _ in range(20)))
    async with database.reading() as session:
        row = await session.get(Account, "a" * 32)
        assert row is not None
        assert row.language == "20"


async def test_the_reading_engine_cannot_write(sqlite_db: Settings) -> None:
    async with database.reading() as session:
        session.add(account())
        with pytest.raises(OperationalError, match="readonly"):
            await session.commit()


async def test_sqlite_has_its_pragmas(sqlite_db: Settings) -> None:
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000, "synchronous": 1}
    async with database.session() as session:
        connection = await session.connection()
        for name, value in wanted.items():
            assert (await connection.execute(text(f"PRAGMA {name}"))).scalar() == value


async def test_health_tells_the_truth(sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await database.healthy()
    await database.dispose()
    monkeypatch.setattr(
        database, "driver_url", lambda _url: database.make_url("sqlite+aiosqlite:////nowhere/at/all.db")
    )
    assert not await database.healthy()


async def test_an_error_quotes_no_value(db: Settings) -> None:
    async with database.session() as session:
        session.add(account())
    with pytest.raises(SQLAlchemyError) as caught:
        async with database.session() as session:
            session.add(account(id="b" * 32, username_key=b"v" * 32, password_hash="canary-hash"))
    assert "canary" not in str(caught.value)
