"""Rows for tests of what walks the data map: one in every personal table, each value telling where it came from."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, insert, update

from conference_app import database
from conference_app.models import Account, Address, SQLModel
from conference_app.models.columns import EncryptedBytes, EncryptedText, UTCDateTime, new_id
from conference_app.models.data_map import personal_tables
from conference_app.services.people import email_addresses
from tests.fakes import LOOKING, NOON


@dataclass
class Known:
    """A person with an account and an address row, and what was put into each table about them."""

    account_id: str
    email: str
    address_id: str = ""
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    named: dict[str, Any] = field(default_factory=dict)
    """Values of columns of these names, wherever they are."""


def _text(column: Column[Any]) -> str:
    length = getattr(column.type, "length", None) or 80
    mark = f"{secrets.token_hex(3)}-{column.table.name}-{column.name}"
    return mark[:length]


def _value(column: Column[Any], known: Known) -> Any:
    if key := next(iter(column.foreign_keys), None):
        return known.values[key.column.table.name][key.column.name]
    named = {
        "subject_kind": "account",
        "subject_id": known.account_id,
        "account_id": known.account_id,
        "address_id": known.address_id,
        "hidden_until": NOON - timedelta(days=400),
    } | known.named
    if column.name in named:
        return named[column.name]
    if column.name == "email_key" or (column.name.endswith("_key") and column.table.name == "mail_stop"):
        return email_addresses.email_key(known.email)
    return _by_type(column)


def _by_type(column: Column[Any]) -> Any:
    kind = column.type
    if column.name == "id" and not isinstance(kind, Integer):
        return new_id() if not isinstance(kind, LargeBinary) else secrets.token_bytes(16)
    if isinstance(kind, EncryptedBytes):
        return _text(column).encode()
    if isinstance(kind, EncryptedText):
        return _text(column)
    if isinstance(kind, UTCDateTime):
        return NOON
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Integer):
        return 7
    if isinstance(kind, LargeBinary):
        return secrets.token_bytes(32)
    return _text(column)


async def one_row_everywhere(account_id: str, email: str, **named: Any) -> Known:
    """Give the account a verified address, that address a row, and every personal table a row of theirs."""
    known = Known(account_id, email, named=named)
    async with database.session() as db:
        address = await email_addresses.find_or_add(db, email, language="en", now=NOON)
        known.address_id = address.id
    for one in personal_tables(SQLModel.metadata):
        await _add(one.table, known)
    return known


async def _add(table: Table, known: Known) -> None:
    if table.name in (Account.__tablename__, Address.__tablename__):
        await _complete(table, known)
        return
    values = {
        column.name: _value(column, known)
        for column in table.columns
        if not (column.primary_key and column.autoincrement is True) and not _counts_itself(column)
    }
    async with database.session() as db:
        await (await db.connection()).execute(insert(table).values(values))
    known.values[table.name] = values


def _counts_itself(column: Column[Any]) -> bool:
    return column.primary_key and isinstance(column.type, Integer) and len(column.table.primary_key) == 1


async def _complete(table: Table, known: Known) -> None:
    """Fill what registering left empty."""
    own = known.account_id if table.name == "account" else known.address_id
    async with database.session(*LOOKING) as db:
        connection = await db.connection()
        row = await (await db.stream(table.select().where(table.c.id == own))).mappings().one()
        empty = {c.name: _by_type(c) for c in table.columns if row[c.name] is None}
        if table.name == "account":
            empty["email_key"] = email_addresses.email_key(known.email)
        if empty:
            await connection.execute(update(table).where(table.c.id == own).values(empty))
        known.values[table.name] = dict(row) | empty


def as_text(value: Any) -> str:
    """A value as a person reads it in the copy."""
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else str(value)
