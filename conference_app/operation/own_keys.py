"""Whether the database was written with the keys that we have: with others it could neither be read nor added to."""

from __future__ import annotations

from cryptography.fernet import InvalidToken
from sqlalchemy import create_engine, text

from conference_app.config import settings
from conference_app.database import driver_url
from conference_app.errors import ConfigurationError
from conference_app.models.columns import cipher_of
from conference_app.operation.migrations import told_in_a_line
from conference_app.services.people.identity import username_key


def check_keys() -> None:
    """Raises ConfigurationError when our keys do not fit an account of the migrated database, or it cannot be read.

    So it is after the data folder was lost, or when a second product with a data folder of its own is given the same
    PostgreSQL: what it wrote nobody else could read, and it would know none of those who are registered.
    """
    engine = create_engine(driver_url(settings().database_url, sync=True), hide_parameters=True)
    try:
        with told_in_a_line(), engine.connect() as connection:
            account = connection.execute(text("SELECT username, username_key FROM account LIMIT 1")).first()
    finally:
        engine.dispose()
    if account is not None and not _fit(bytes(account.username), bytes(account.username_key)):
        raise ConfigurationError(
            f"The database was written with other keys than those in {settings().data_dir / 'secrets'}. Bring back that "
            "folder, or the PARLEY_COLUMN_KEY and PARLEY_LOOKUP_KEY that belong to the database."
        )


def _fit(sealed: bytes, key: bytes) -> bool:
    try:
        username = cipher_of(settings().secrets.column_key).decrypt(sealed).decode()
    except InvalidToken:
        return False
    return username_key(username) == key
