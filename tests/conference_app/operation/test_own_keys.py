"""A product whose keys do not fit the database does not start."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.engine import make_url

from conference_app.config import Settings, settings
from conference_app.errors import ConfigurationError
from conference_app.operation import migrations, own_keys, rotate_keys
from tests.conference_app.people import registered

pytestmark = pytest.mark.both_databases


async def test_its_own_keys_fit_also_after_a_rotation(db: Settings) -> None:
    own_keys.check_keys()  # nobody is registered yet: any keys do
    await registered("ann")
    own_keys.check_keys()
    rotate_keys.add_key()
    settings.cache_clear()
    own_keys.check_keys()


@pytest.mark.parametrize("variable", ["PARLEY_COLUMN_KEY", "PARLEY_LOOKUP_KEY"])
async def test_another_key_does_not(db: Settings, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    await registered("ann")
    monkeypatch.setenv(variable, Fernet.generate_key().decode())
    settings.cache_clear()
    with pytest.raises(ConfigurationError, match="was written with other keys"):
        own_keys.check_keys()


def test_a_damaged_database_is_one_line() -> None:
    (settings().data_dir / "parley.db").write_bytes(b"no database at all " * 500)
    with pytest.raises(ConfigurationError, match="^The database cannot be used .file is not a database[^\n]*$"):
        own_keys.check_keys()


async def test_the_database_and_then_the_secrets_are_a_whole_backup(
    sqlite_db: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await registered("ann")
    rotate_keys.add_key()  # between the two copies
    restored = tmp_path / "restored"
    shutil.copytree(settings().data_dir / "secrets", restored / "secrets")
    running = sqlite3.connect(str(make_url(sqlite_db.database_url).database))
    with contextlib.closing(running), contextlib.closing(sqlite3.connect(restored / "parley.db")) as copy:
        running.backup(copy)
    monkeypatch.setenv("PARLEY_DATA", str(restored))
    monkeypatch.delenv("PARLEY_DATABASE_URL")
    settings.cache_clear()
    migrations.upgrade(settings())
    own_keys.check_keys()
    assert settings().data_dir == restored
