"""`make rotate-keys`: a new key for the encrypted columns, and every value written anew with it.

Safe beside a running product, which looks at the key file each time, and safe to break off: run it again and it goes
on. Old keys stay in the file, since backups need them; `make rotate-keys KEYS=--drop-old` removes them once no value
in the database does. With PARLEY_COLUMN_KEY, put the new key in front of the old ones yourself and run this.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import LargeBinary, Table
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import kept_files, settings
from conference_app.errors import ConfigurationError
from conference_app.models import SQLModel
from conference_app.models.columns import EncryptedBytes, EncryptedText, cipher_of
from conference_app.operation.migrations import told_in_a_line

logger = logging.getLogger(__name__)

BATCH = 200
"""Rows of one transaction: SQLite's other writers wait no longer than that takes."""
SETTLE_S = 2.0
"""A transaction of the running product that began before the new key was there is over by then."""
_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Sealed:
    """The encrypted columns of a table, seen as bytes."""

    name: str
    raw: sa.TableClause
    keys: tuple[str, ...]
    columns: tuple[str, ...]


def sealed_tables() -> list[Sealed]:
    """Every table with an encrypted column."""
    return [found for table in SQLModel.metadata.sorted_tables if (found := _sealed(table)).columns]


def _sealed(table: Table) -> Sealed:
    columns = tuple(one.name for one in table.columns if isinstance(one.type, EncryptedText | EncryptedBytes))
    keys = tuple(one.name for one in table.primary_key.columns)
    raw = sa.table(
        table.name,
        *[sa.column(name, table.columns[name].type) for name in keys],
        *[sa.column(name, LargeBinary) for name in columns],
    )
    return Sealed(table.name, raw, keys, columns)


def _keys() -> str:
    """The comma-separated keys in force, newest first."""
    path = settings().column_key_file
    return path.read_text(encoding="ascii").strip() if path else settings().secrets.column_key


def add_key() -> None:
    """Put a new key in front. Raises ConfigurationError when the operator keeps the keys elsewhere."""
    path = settings().column_key_file
    if path is None:
        raise ConfigurationError(
            "PARLEY_COLUMN_KEY holds the keys: put the new one in front of it, then run this again."
        )
    kept_files.replace(path, f"{Fernet.generate_key().decode()},{_keys()}")


def _is_new(value: bytes, newest: Fernet) -> bool:
    try:
        newest.decrypt(value)
    except InvalidToken:
        return False
    return True


async def _batch(db: AsyncSession, table: Sealed, after: Sequence[Any] | None) -> Sequence[Any]:
    keys = [table.raw.c[name] for name in table.keys]
    query = sa.select(table.raw).order_by(*keys).limit(BATCH)
    if after is not None:
        query = query.where(
            sa.tuple_(*keys) > sa.tuple_(*[sa.literal(one, k.type) for one, k in zip(after, keys, strict=True)])
        )
    return (await (await db.connection()).execute(query)).all()


async def _renew(db: AsyncSession, table: Sealed, row: Any, keys: str) -> int:
    """Write the row's old values anew, unless somebody has changed them since; how many."""
    newest, all_keys = Fernet(keys.split(",")[0]), cipher_of(keys)
    held = {name: bytes(value) for name in table.columns if (value := getattr(row, name)) is not None}
    old = {name: value for name, value in held.items() if not _is_new(value, newest)}
    if not old:
        return 0
    this = [table.raw.c[name] == getattr(row, name) for name in table.keys]
    unchanged = [table.raw.c[name] == value for name, value in old.items()]
    renewed = {name: all_keys.rotate(value) for name, value in old.items()}
    done = await (await db.connection()).execute(sa.update(table.raw).where(*this, *unchanged).values(renewed))
    return len(old) if done.rowcount else 0


async def renew_all(say: Callable[[str], None]) -> int:
    """Write every value that an older key wrote anew with the newest; how many that were."""
    keys, total = _keys(), 0
    for table in sealed_tables():
        after: Sequence[Any] | None = None
        seen = renewed = 0
        while True:
            async with database.session() as db:
                rows = await _batch(db, table, after)
                for row in rows:
                    renewed += await _renew(db, table, row, keys)
            seen += len(rows)
            if len(rows) < BATCH:
                break
            after = [getattr(rows[-1], name) for name in table.keys]
            say(f"{table.name}: {seen} rows seen, {renewed} values renewed")
        say(f"{table.name}: done, {seen} rows, {renewed} values renewed")
        total += renewed
    return total


def drop_old_keys() -> int:
    """Keep the newest key only; how many went. Call after `renew_all` found nothing more."""
    path = settings().column_key_file
    if path is None:
        raise ConfigurationError("PARLEY_COLUMN_KEY holds the keys: take the old ones out of it yourself.")
    newest, *old = _keys().split(",")
    kept_files.replace(path, newest)
    return len(old)


async def rotate(*, drop_old: bool, say: Callable[[str], None], settle_s: float = SETTLE_S) -> None:
    """The whole of it. A broken-off run, which leaves more than one key, goes on without making another."""
    if settings().column_key_file is not None and not drop_old and "," not in _keys():
        add_key()
        say("a new key is in front")
    elif settings().column_key_file is not None and not drop_old and not await renew_all(lambda _line: None):
        add_key()
        say("a new key is in front")
    for _round in range(_ROUNDS):
        if not await renew_all(say):
            break
        await asyncio.sleep(settle_s)
    else:
        raise ConfigurationError("Something still writes with an old key. Restart Parley, then run this again.")
    if drop_old:
        say(f"{drop_old_keys()} old keys removed; backups from before can no longer be read")
    await database.dispose()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--drop-old", action="store_true", help="remove the old keys once nothing needs them")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        with told_in_a_line():
            asyncio.run(rotate(drop_old=parser.parse_args().drop_old, say=logger.info))
    except (ConfigurationError, InvalidToken) as err:
        sys.exit(str(err) or "A value in the database was written with a key that is not in the file.")


if __name__ == "__main__":
    main()
