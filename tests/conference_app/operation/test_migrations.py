"""Migrations: one history for both kinds of database, safe when two start at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, Table, create_engine, inspect, select, text

from conference_app import database
from conference_app.config import Settings, load_settings
from conference_app.errors import ConfigurationError
from conference_app.models import SQLModel
from conference_app.operation import migrations
from conference_app.services.legal import disclosure
from tests.ports import free_port

pytestmark = pytest.mark.both_databases


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


@pytest.mark.slow
def test_up_matches_the_models_and_down_leaves_nothing(empty: Settings) -> None:
    migrations.upgrade(empty)
    assert run(empty, command.check) == TABLES  # check raises when a model has what no migration makes
    assert run(empty, lambda config: command.downgrade(config, "base")) == {"alembic_version"}
    migrations.upgrade(empty)
    assert run(empty, command.check) == TABLES


def test_what_staff_read_before_is_named_as_today(empty: Settings) -> None:
    migrations.upgrade(empty, "0013")
    engine = create_engine(database.driver_url(empty.database_url, sync=True))
    row = {"id": "1", "staff_id": "2", "reason": b"", "at": datetime(2026, 11, 30, tzinfo=UTC)}
    before = "What exists about you, for a demand of an authority"
    with engine.begin() as connection:
        table = Table("staff_access", MetaData(), autoload_with=connection)
        connection.execute(table.insert(), row | {"what": before})
    migrations.upgrade(empty)
    with engine.connect() as connection:
        assert connection.scalar(select(table.c.what)) == disclosure.WHAT
    engine.dispose()


def test_two_starting_at_once_both_find_it_migrated(empty: Settings) -> None:
    errors: list[BaseException] = []

    def start() -> None:
        try:
            migrations.upgrade(empty)
        except BaseException as err:  # noqa: BLE001 - carried to the test's own thread
            errors.append(err)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert run(empty, lambda _config: None) == TABLES


def test_a_newer_database_is_left_alone(empty: Settings) -> None:
    migrations.upgrade(empty)
    engine = create_engine(database.driver_url(empty.database_url, sync=True))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(ConfigurationError, match="A newer Parley has used this database .*version 9999"):
        migrations.upgrade(empty)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://me:canary@127.0.0.1:{port}/parley", "Connection refused"),
        ("sqlite:////nowhere/at/all.db", "unable to open database file"),
    ],
)
def test_a_database_that_is_not_there_is_one_line(tmp_path: Path, url: str, why: str) -> None:
    config = load_settings({"PARLEY_DATA": str(tmp_path), "PARLEY_DATABASE_URL": url.format(port=free_port())})
    with pytest.raises(ConfigurationError, match=why) as refused:
        migrations.upgrade(config)
    assert "\n" not in str(refused.value)
    assert "canary" not in str(refused.value)


def test_a_damaged_database_is_one_line(tmp_path: Path) -> None:
    config = load_settings({"PARLEY_DATA": str(tmp_path)})
    (tmp_path / "parley.db").write_bytes(b"no database at all " * 500)
    with pytest.raises(ConfigurationError, match="^The database cannot be used .file is not a database[^\n]*$"):
        migrations.upgrade(config)
