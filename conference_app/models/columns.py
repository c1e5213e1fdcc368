"""Column types of our own: times in UTC, text encrypted at rest, and the keyed hash by which such text is looked up."""

from __future__ import annotations

import functools
import hashlib
import hmac
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import Column, DateTime, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

from conference_app.config import settings


def new_id() -> str:
    """An identifier for a row: 122 random bits, 32 hexadecimal digits."""
    return uuid.uuid4().hex


def column(
    kind: Any,
    info: dict[str, Any],
    *,
    nullable: bool = False,
    unique: bool = False,
    index: bool = False,
    primary_key: bool = False,
) -> Any:
    """A field of a table: a column of type `kind` with its tag in the data map; a nullable one is None by itself."""
    made = Column(
        kind, nullable=nullable, unique=unique or None, index=index or None, primary_key=primary_key, info=info
    )
    return Field(default=None, sa_column=made) if nullable else Field(sa_column=made)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC. SQLite stores no zone, so it is taken off and put on again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@functools.cache
def cipher_of(keys: str) -> MultiFernet:
    """What reads with each of the comma-separated `keys` and writes with the first."""
    return MultiFernet([Fernet(key.strip()) for key in keys.split(",")])


@functools.lru_cache(maxsize=2)
def _kept_keys(path: Path, _changed: int) -> str:
    return path.read_text(encoding="ascii").strip()


def _cipher() -> MultiFernet:
    """The cipher of the keys in force. The file is looked at each time, so that a rotation needs no restart."""
    path = settings().column_key_file
    if path is None:
        return cipher_of(settings().secrets.column_key)
    return cipher_of(_kept_keys(path, path.stat().st_mtime_ns))


class EncryptedText(TypeDecorator[str]):
    """Text that only `secrets.column_key` can read; an older key in that list still reads, the first one writes.

    Two equal texts give different bytes, so it cannot be compared in SQL: put a `lookup_key` beside it for that.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return _cipher().encrypt(value.encode())

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return _cipher().decrypt(bytes(value)).decode()


class EncryptedBytes(TypeDecorator[bytes]):
    """Bytes, such as a picture, that only `secrets.column_key` can read."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else _cipher().encrypt(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else _cipher().decrypt(bytes(value))


def lookup_key(purpose: str, value: str) -> bytes:
    """HMAC-SHA256 of `value` for an indexed column. `purpose` keeps equal values of different columns apart."""
    key = settings().secrets.lookup_key.encode()
    return hmac.digest(key, f"{purpose}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256)
