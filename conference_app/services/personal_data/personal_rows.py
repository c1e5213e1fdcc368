"""Whose rows are whose: finds, in every table of the data map, the rows that belong to one person.

The center shows them, the export copies them, the erasure deletes them: all by these filters, so that a table that is
tagged is in all three.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, ForeignKey, Table, and_, false, func, or_, select, true
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import NotFound
from conference_app.models import Account
from conference_app.models.data_map import PersonalTable, personal_tables
from conference_app.models.purpose_check import is_readable
from conference_app.purposes import RIGHTS
from conference_app.texts import n_

_BATCH = 200
"""Rows read at once: decrypting them takes the event loop some ten milliseconds."""

_RIGHTS = frozenset({RIGHTS})
_SUBJECT_TABLES = {
    "account": "account",
    "address": "address",
    "thread": "contact_thread",
    "email_change": "email_change",
    "address_change": "address_change",
}
"""What the words in columns called `subject_kind` refer to, and numbers without such a word."""


@dataclass(frozen=True, slots=True)
class DataOwner:
    """Somebody whose data it is: an account, an address known to be theirs, or both."""

    account_id: str = ""
    email_keys: tuple[bytes, ...] = field(default=(), repr=False)
    """`email_addresses.email_key` of the addresses that are proven to be theirs."""

    @property
    def kind(self) -> str:
        """account or address."""
        return "account" if self.account_id else "address"


async def of_account(db: AsyncSession, account_id: str) -> DataOwner | None:
    """The person behind an account; rows known by its address count as theirs once it is verified."""
    async with database.within(db, RIGHTS) as own:
        account = await own.get(Account, account_id)
    return person_of(account) if account is not None else None


async def require_account(account_id: str) -> DataOwner:
    """The same in a transaction of its own. Raises NotFound for an account that is gone."""
    async with database.reading() as db:
        person = await of_account(db, account_id)
    if person is None:
        raise NotFound(n_("This account no longer exists."))
    return person


def person_of(account: Account) -> DataOwner:
    """The person behind an account's row."""
    return DataOwner(account.id, (account.email_key,) if account.email_verified_at else ())


def of_email(email_key: bytes) -> DataOwner:
    """The person who reads an address's mail. An account of that address is not included: it has a password."""
    return DataOwner("", (email_key,))


@cache
def tables() -> Mapping[str, PersonalTable]:
    """Every personal table by name; those that others refer to come first."""
    return {one.table.name: one for one in personal_tables(SQLModel.metadata)}


def filter_of(name: str, person: DataOwner) -> ColumnElement[bool]:
    """Whether a row of table `name` belongs to `person`."""
    return _filter(name, person, ())


def _filter(name: str, person: DataOwner, way: tuple[str, ...]) -> ColumnElement[bool]:
    one = tables()[name]
    return or_(false(), *[_by_owner(one, column, person, (*way, name)) for column in one.owners])


def _by_owner(one: PersonalTable, owner: str, person: DataOwner, way: tuple[str, ...]) -> ColumnElement[bool]:
    column = one.table.columns[owner]
    if owner == "id":
        return _is_the_person(one, person)
    if owner.endswith("_key"):
        return column.in_(person.email_keys)
    if key := next(iter(column.foreign_keys), None):
        return _by_reference(column, key, person, way)
    return _by_subject(one, column, person, way)


def _is_the_person(one: PersonalTable, person: DataOwner) -> ColumnElement[bool]:
    if one.table.name == "account":
        return one.table.columns["id"] == person.account_id
    return one.table.columns["email_key"].in_(person.email_keys)


def _by_reference(column: Column[Any], key: ForeignKey, person: DataOwner, way: tuple[str, ...]) -> ColumnElement[bool]:
    name = key.column.table.name
    if name == "account":
        return column == person.account_id if person.account_id else false()
    if name in way:  # a table that refers to itself: the other ways in decide
        return false()
    return column.in_(select(key.column).where(_filter(name, person, way)))


def _by_subject(
    one: PersonalTable, column: Column[Any], person: DataOwner, way: tuple[str, ...]
) -> ColumnElement[bool]:
    """By a number that refers to a person without a foreign key, and perhaps a word that says to which kind of row."""
    kind = one.table.columns.get("subject_kind")
    ways: list[ColumnElement[bool]] = []
    for word, name in _SUBJECT_TABLES.items():
        if name in tables() and name not in way:
            theirs = column.in_(select(tables()[name].table.columns["id"]).where(_filter(name, person, way)))
            ways.append(theirs if kind is None else and_(kind == word, theirs))
    return or_(false(), *ways)


def may_be_told(table: Table, now: datetime | None = None) -> ColumnElement[bool]:
    """Whether a row may be shown to its person: not while its `hidden_until` lies ahead, where a law forbids it."""
    until = table.columns.get("hidden_until")
    return true() if until is None else or_(until.is_(None), until <= (now or datetime.now(UTC)))


async def count(db: AsyncSession, person: DataOwner) -> dict[str, int]:
    """How many rows of each table belong to `person` and may be told; tables without one are left out."""
    found: dict[str, int] = {}
    connection = await db.connection()
    for name, one in tables().items():
        mine = (filter_of(name, person), may_be_told(one.table))
        query = select(func.count()).select_from(one.table).where(*mine)
        if number := (await connection.execute(query)).scalar_one():
            found[name] = number
    return found


async def read(
    db: AsyncSession, name: str, person: DataOwner, *, limit: int | None = None
) -> AsyncIterator[dict[str, Any]]:
    """The person's rows of one table that may be told, what it is told of them, decrypted; the oldest keys first."""
    one = tables()[name]
    columns = [column for column in map(one.table.columns.__getitem__, one.tags) if is_readable(column, _RIGHTS)]
    mine = (filter_of(name, person), may_be_told(one.table))
    query = select(*columns).where(*mine).order_by(*one.table.primary_key.columns)
    if limit is not None:
        query = query.limit(limit)
    async with database.within(db, RIGHTS) as own:
        result = await own.stream(query, execution_options={"yield_per": _BATCH})
        async for batch in result.mappings().partitions(_BATCH):
            for row in batch:
                yield dict(row)
