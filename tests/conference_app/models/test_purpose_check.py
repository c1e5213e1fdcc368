"""Personal values are read for a purpose of theirs or not at all: every personal column against every purpose."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Column, Integer, Select, Table, bindparam, func, insert, text, union, update
from sqlalchemy import select as select_core
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col, select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import WrongPurpose
from conference_app.models import Account
from conference_app.models.data_map import personal_tables, tag_of
from conference_app.models.purpose_check import is_pointer, is_readable
from conference_app.purposes import (
    CALL_BACK,
    INTRODUCE,
    NEWSLETTER,
    PURPOSES,
    RIGHTS,
    SIGN_IN,
    LiveBasis,
    Purpose,
)
from tests.conference_app.people import registered
from tests.conference_app.rows import Known, one_row_everywhere

TABLES = {one.table.name: one for one in personal_tables(SQLModel.metadata)}
CLASSES: dict[str, type[Any]] = {mapper.local_table.name: mapper.class_ for mapper in SQLModel._sa_registry.mappers}  # type: ignore[attr-defined]
ACCOUNT = SQLModel.metadata.tables["account"]


@pytest_asyncio.fixture
async def known(db: Settings) -> AsyncIterator[Known]:
    """A person with a row in every personal table."""
    account = await registered(optional={"phone": "+48 600 000 000"})
    yield await one_row_everywhere(account.id, account.email)


def calling(account_id: str) -> LiveBasis:
    """What opens a session for the phone number of an account, as if the basis lived."""
    return LiveBasis(CALL_BACK, frozenset({("account", account_id)}))


def opening(purpose: Purpose, known: Known) -> Purpose | LiveBasis:
    """What a session is opened with: for purposes that ask for a person, as if the basis lived."""
    everybody = frozenset({("account", known.account_id), ("address", known.address_id)})
    return LiveBasis(purpose, everybody) if purpose.needs_person else purpose


def key_of(table: Table, known: Known) -> Select[Any]:
    """The person's row of a table, by its key."""
    query = select_core(*table.primary_key.columns)
    values = known.values[table.name]
    for column in table.primary_key.columns:
        if column.name in values:
            query = query.where(column == values[column.name])
    return query


@pytest.mark.promise("P39")
@pytest.mark.promise("P53")
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(TABLES))
async def test_every_column_is_read_for_its_purposes_and_for_no_other(name: str, known: Known) -> None:
    table, mapped = TABLES[name].table, CLASSES[name]
    async with database.reading() as session:
        key = tuple((await session.exec(key_of(table, known))).one())  # type: ignore[call-overload]
    values = [column for column in table.columns if tag_of(column) is not None and not is_pointer(column)]
    for purpose in PURPOSES.values():
        async with database.reading(opening(purpose, known)) as session:
            row = await session.get(mapped, key)
            for column in values:
                tag = tag_of(column)
                assert tag is not None
                if purpose in tag.purposes or (purpose == RIGHTS and tag.exported):
                    if row is None:  # the purpose asks for a person, and the table says only indirectly whose a row is
                        assert purpose.needs_person
                        continue
                    getattr(row, column.name)
                    await session.exec(select(getattr(mapped, column.name)))
                    continue
                if row is not None:
                    with pytest.raises(WrongPurpose):
                        getattr(row, column.name)
                with pytest.raises(WrongPurpose):
                    await session.exec(select(getattr(mapped, column.name)))


@pytest.mark.promise("P39")
@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_personal_value_has_a_purpose_of_the_registry(name: str) -> None:
    for column in TABLES[name].table.columns:
        tag = tag_of(column)
        if tag is not None:
            assert tag.purposes
            assert all(PURPOSES.get(one.id) == one for one in tag.purposes), f"{name}.{column.name}"


STATEMENTS: dict[str, Any] = {
    "a column": select(Account.email),
    "a computed value": select(func.max(Account.email)),
    "a comparison": select(Account.email == "ann@example.com"),
    "the whole table": select(ACCOUNT),  # type: ignore[call-overload]
    "a subquery": select(select(Account.email).subquery()),  # type: ignore[call-overload]
    "a common table expression": select(select(Account.email).cte()),  # type: ignore[call-overload]
    "a scalar subquery": select(select(Account.email).scalar_subquery()),
    "an alias": select(aliased(Account).email),
    "the second half of a union": union(select(Account.id), select(Account.email)),
    "a union inside": select(union(select(Account.id), select(Account.email)).subquery()),  # type: ignore[call-overload]
    "text with typed columns": text("SELECT email FROM account").columns(ACCOUNT.c.email),
    "what a statement of its own brings": select(Account).from_statement(select(ACCOUNT.c.id, ACCOUNT.c.email)),
    "what an update gives back": update(Account).values(phone="+48 1").returning(col(Account.email)),
}


@pytest.mark.promise("P39")
@pytest.mark.parametrize("name", STATEMENTS)
@pytest.mark.slow
async def test_no_statement_goes_around_it(name: str, sqlite_db: Settings) -> None:
    await registered()
    async with database.session(INTRODUCE) as session:
        with pytest.raises(WrongPurpose):
            await session.exec(STATEMENTS[name])


async def test_a_bare_connection_reads_no_personal_value(db: Settings) -> None:
    await registered()
    async with database.reading(SIGN_IN) as session:
        connection = await session.connection()
        with pytest.raises(WrongPurpose):
            await connection.execute(select_core(ACCOUNT.c.email))
        assert (await connection.execute(select_core(func.count()).select_from(ACCOUNT))).scalar_one() == 1


async def test_a_row_is_found_counted_changed_and_deleted_without_reading_it(db: Settings) -> None:
    account = await registered()
    async with database.session() as session:
        row = await session.get(Account, account.id)
        assert row is not None
        assert len(row.email_key) == 32
        row.phone = "+48 600 000 001"
        await session.flush()
        with pytest.raises(WrongPurpose):
            await session.refresh(row)
    async with database.session(calling(account.id)) as session:
        row = (await session.exec(select(Account).where(Account.id == account.id))).one()
        assert row.phone == "+48 600 000 001"
        await session.delete(row)
    async with database.reading() as session:
        assert (await session.exec(select(Account.id))).all() == []


async def test_another_purpose_in_the_same_transaction_sees_its_own_and_nothing_else(db: Settings) -> None:
    account = await registered(optional={"phone": "+48 600 000 000"})
    async with database.session(SIGN_IN) as session:
        row = await session.get(Account, account.id)
        assert row is not None
        assert row.email == "ann@example.com"
        row.phone = "+48 600 000 002"
        async with database.within(session, calling(account.id)) as own:
            again = await own.get(Account, account.id)
            assert again is not None
            assert again.phone == "+48 600 000 002"
            with pytest.raises(WrongPurpose):
                _ = again.email
            again.title = "Dr"
        with pytest.raises(WrongPurpose):
            await session.exec(select(Account.phone))
    async with database.reading(INTRODUCE) as session:
        assert (await session.exec(select(Account.title))).all() == ["Dr"]


async def _write_and_read_too_much(account_id: str) -> None:
    async with database.session(SIGN_IN) as session, database.within(session, calling(account_id)) as own:
        row = await own.get(Account, account_id)
        assert row is not None
        row.title = "Dr"
        await own.flush()
        _ = row.email


async def test_what_fails_inside_another_purpose_undoes_it_all(db: Settings) -> None:
    account = await registered()
    with pytest.raises(WrongPurpose):
        await _write_and_read_too_much(account.id)
    async with database.reading(INTRODUCE) as session:
        assert (await session.exec(select(Account.title))).all() == [None]


def test_a_new_column_is_read_for_nothing_before_it_is_tagged() -> None:
    table = Table("account_of_another_release", SQLModel.metadata, Column("id", Integer, primary_key=True))
    try:
        table.append_column(Column("shoe_size", Integer))
        assert all(not is_readable(table.c.shoe_size, frozenset({one})) for one in PURPOSES.values())
    finally:
        SQLModel.metadata.remove(table)


async def test_a_new_column_raises_when_it_is_read(sqlite_db: Settings) -> None:
    table = Table("shoes", SQLModel.metadata, Column("id", Integer, primary_key=True), Column("size", Integer))
    try:
        async with database.session(RIGHTS) as session:
            await (await session.connection()).execute(
                text("CREATE TABLE shoes (id INTEGER PRIMARY KEY, size INTEGER)")
            )
            await (await session.connection()).execute(insert(table).values(id=1, size=bindparam("size")), {"size": 44})
            with pytest.raises(WrongPurpose, match="shoes.size"):
                await session.exec(select(table.c.size))
    finally:
        SQLModel.metadata.remove(table)


@pytest.mark.promise("P53")
async def test_a_purpose_that_asks_for_a_person_is_not_open_at_large(sqlite_db: Settings) -> None:
    for purpose in PURPOSES.values():
        assert purpose.needs_person or purpose.basis != "consent"
        if purpose.needs_person:
            for opened in (database.reading(purpose), database.session(purpose)):
                with pytest.raises(ValueError, match=purpose.id):
                    await opened.__aenter__()
    with pytest.raises(ValueError, match="nobody"):
        await database.reading(LiveBasis(NEWSLETTER, frozenset())).__aenter__()


@pytest.mark.promise("P53")
async def test_a_live_basis_finds_the_rows_of_its_people_alone(db: Settings) -> None:
    ann, ben = await registered("ann"), await registered("ben")
    live = LiveBasis(NEWSLETTER, frozenset({("account", ann.id)}))
    async with database.reading(live) as session:
        assert (await session.exec(select(Account.email))).all() == ["ann@example.com"]
        assert [row.first_name for row in (await session.exec(select(aliased(Account)))).all()] == ["Ann"]
        assert await session.get(Account, ben.id) is None


@pytest.mark.promise("P39")
def test_few_parts_read_everything_about_somebody() -> None:
    """`RIGHTS` opens every column of the person's copy: for the person's own pages, copy and erasure, and for staff
    with a reason that is written down. Whoever adds a module here says which of these it is."""
    folder = Path(database.__file__).parent
    opening = {
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*.py")
        if re.search(r"(session|reading|within)\([^)\n]*\bRIGHTS\b", file.read_text(encoding="utf-8"))
    }
    own = {"personal_data/personal_rows", "accounts/profiles", "addresses/holder_details", "privacy/erasure"}
    with_a_reason = {"personal_data/lookup"}
    assert opening == {f"services/{name}.py" for name in own | with_a_reason}
