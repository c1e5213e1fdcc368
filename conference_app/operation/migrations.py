"""Brings the database to the newest form of its tables (alembic/), one process at a time."""

from __future__ import annotations

import fcntl
import logging
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError

from conference_app.config import Settings, load_settings
from conference_app.database import driver_url
from conference_app.errors import ConfigurationError

logger = logging.getLogger(__name__)

_LOCK = 7_402_611
"""Any number of our own: PostgreSQL's advisory lock that lets one process migrate at a time."""
_ALEMBIC_INI = Path(__file__).parents[1] / "alembic.ini"


@contextmanager
def _one_at_a_time(connection: Connection, data_dir: Path) -> Generator[None]:
    """Hold the lock that keeps two starting processes from migrating at once."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        try:
            yield
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
        return
    with (data_dir / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _current_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Bring the database to `revision`, by default the newest (`python -m conference_app.operation.migrations` does that).

    Raises ConfigurationError when the database cannot be reached, read or written, or is newer than we are.
    """
    with told_in_a_line():
        _upgrade(settings, revision)


@contextmanager
def told_in_a_line() -> Generator[None]:
    """Raises ConfigurationError for what the database refuses inside: no server, no room, a damaged file."""
    try:
        yield
    except DatabaseError as err:
        why = str(err.orig).partition("\n")[0]
        raise ConfigurationError(
            f"The database cannot be used ({why}). Check PARLEY_DATABASE_URL, its server, and the room on its disk; a"
            " damaged one has to come back from a backup."
        ) from err


def _upgrade(settings: Settings, revision: str) -> None:
    config = Config(_ALEMBIC_INI)
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    engine = create_engine(driver_url(settings.database_url, sync=True), hide_parameters=True)
    try:
        with engine.connect() as connection, _one_at_a_time(connection, settings.data_dir):
            current = _current_revision(connection)
            if revision == "head" and current == head:
                return
            if current not in {None, *(one.revision for one in scripts.walk_revisions())}:
                raise ConfigurationError(
                    f"A newer Parley has used this database (its tables are of version {current}, ours of {head}). "
                    "Start that one, or bring back a backup from before it."
                )
            connection.rollback()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()
    finally:
        engine.dispose()
    logger.info("database migrated to %s", revision)


def main() -> None:
    """Migrate the database of the environment's settings."""
    try:
        upgrade(load_settings(os.environ))
    except ConfigurationError as err:
        sys.exit(str(err))


if __name__ == "__main__":
    main()
