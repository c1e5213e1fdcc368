"""Erasing: asked for, taken back, done; afterwards nothing holds the person, down to the bytes on the disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel
from sqlmodel import select as select_rows

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import InvalidInput, NotFound
from conference_app.models import Account, Job, PrivacyState
from conference_app.services import erasure, export, jobs, meetings, personal_rows, privacy_state, sign_in_sessions
from conference_app.services.addresses import email_key
from conference_app.services.personal_rows import Person
from conference_app.services.signed_links import Subject
from tests.conference_app.people import ADDRESS, PASSWORD, meeting_of, registered, session_token
from tests.conference_app.rows import Known, one_row_everywhere
from tests.fakes import NOON, FakeRoomAdmin

WEEK = timedelta(days=7)


async def person_of(account_id: str) -> Person:
    async with database.reading() as db:
        person = await personal_rows.of_account(db, account_id)
    assert person is not None
    return person


async def everywhere(name: str = "ann") -> tuple[Known, Person]:
    account = await registered(name)
    known = await one_row_everywhere(account.id, account.email)
    async with database.session() as db:  # the row of the state holds an erasure that nobody planned: begin anew
        row = (await db.exec(select_rows(PrivacyState).where(PrivacyState.account_id == account.id))).one()
        row.erase_asked_at = row.erase_due_at = row.deactivated_at = row.email_key = None
    return known, await person_of(account.id)


async def tables_with(person: Person) -> set[str]:
    async with database.reading() as db:
        return set(await personal_rows.count(db, person))


@pytest.mark.promise("P94")
async def test_an_erasure_waits_a_week_and_then_leaves_no_row(db: Settings, rooms: FakeRoomAdmin) -> None:
    known, person = await everywhere()
    due = await erasure.ask(person.account_id, PASSWORD, address=ADDRESS, now=NOON)
    assert due == NOON + WEEK
    await jobs.run_due(due - timedelta(seconds=1), kinds=["privacy.erase"])
    assert "account" in await tables_with(person)
    await jobs.run_due(due, kinds=["privacy.erase"])
    gone = Person(person.account_id, (email_key(known.email),))
    left = await tables_with(gone)
    assert {name for name in left if not personal_rows.tables()[name].stays} == set()


@pytest.mark.promise("P94")
async def test_what_stays_names_nobody(db: Settings, rooms: FakeRoomAdmin) -> None:
    """Whatever is left in any table: no text that the person wrote or that names them."""
    known, person = await everywhere()
    before = await everything()
    clear = [known.email, "Ann", "Nowak"]
    clear += [
        value for row in known.values.values() for value in row.values() if isinstance(value, str) and "-" in value
    ]
    erased_tables = [name for name in known.values if not personal_rows.tables()[name].stays]
    marks = {
        value
        for name in erased_tables
        for value in known.values[name].values()
        if isinstance(value, str) and "-" in value
    }
    assert marks & {one for row in before for one in row}
    await erasure.erase(person, now=NOON)
    after = {one for row in await everything() for one in row}
    assert not marks & after
    assert known.email not in after


async def everything() -> list[tuple[str, ...]]:
    """Every value of every table, as text."""
    rows: list[tuple[str, ...]] = []
    async with database.reading() as db:
        connection = await db.connection()
        for table in SQLModel.metadata.tables.values():
            rows += [tuple(str(value) for value in row) for row in await connection.execute(select(table))]
    return rows


def haystack(config: Settings, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file that may hold something: the database, its log, the data folder. (The name, its bytes.)"""
    for root in (folder, config.data_dir):
        for file in root.rglob("*"):
            if file.is_file() and "secrets" not in file.parts:
                yield file.name, file.read_bytes()


def bytes_of(known: Known) -> list[bytes]:
    keys = [value for row in known.values.values() for value in row.values() if isinstance(value, bytes)]
    return [key for key in keys if len(key) == 32]


@pytest.mark.promise("P94")
@pytest.mark.promise("P48")
async def test_no_file_holds_a_byte_of_the_person(
    sqlite_db: Settings, tmp_path: Path, rooms: FakeRoomAdmin, caplog: pytest.LogCaptureFixture
) -> None:
    """Names are encrypted in the file, so their ciphertexts and look-up keys are looked for as well."""
    known, person = await everywhere()
    await export.ask(person, "en", now=NOON)
    await jobs.run_due(NOON, kinds=["privacy.export"])
    raw = await ciphertexts()
    clear = [known.email.encode(), b"Ann", b"Nowak", PASSWORD.encode()]
    found_before = {name for name, data in haystack(sqlite_db, tmp_path) for needle in raw if needle in data}
    assert found_before, "the needles have to be findable before"
    for name, data in haystack(sqlite_db, tmp_path):
        assert not [needle for needle in clear[:1] + clear[3:] if needle in data], f"{name} holds clear text"
    with caplog.at_level("INFO"):
        await erasure.erase(person, now=NOON)
    await database.dispose()
    stays = [data for name, data in haystack(sqlite_db, tmp_path)]
    assert not [needle for needle in raw for data in stays if needle in data]
    assert not [text for text in (known.email, "Nowak", known.account_id) if text in caplog.text]
    assert list((sqlite_db.data_dir / "exports").iterdir()) == []


async def ciphertexts() -> list[bytes]:
    """What stands on the disk for the encrypted columns of tables that an erasure empties."""
    needles: list[bytes] = []
    async with database.reading() as db:
        connection = await db.connection()
        for name, one in personal_rows.tables().items():
            if one.stays:
                continue
            result = await connection.exec_driver_sql(f'SELECT * FROM "{name}"')  # noqa: S608 - our own names
            for row in result:
                needles += [bytes(v)[10:60] for v in row if isinstance(v, bytes | memoryview) and len(bytes(v)) > 60]
    return needles


@pytest.mark.promise("P94")
async def test_a_dump_of_postgres_holds_nothing(
    postgres: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, rooms: FakeRoomAdmin
) -> None:
    from conference_app.config import settings

    monkeypatch.setenv("PARLEY_DATABASE_URL", postgres("template_parley"))
    settings.cache_clear()
    try:
        known, person = await everywhere()
        needles = await ciphertexts()
        assert needles
        await erasure.erase(person, now=NOON)
        left = [value for row in await raw_rows() for value in row]
        texts = [
            value.encode() if isinstance(value, str) else bytes(value)
            for value in left
            if isinstance(value, str | bytes | memoryview)
        ]
        assert not [needle for needle in [*needles, known.email.encode()] for text in texts if needle in text]
    finally:
        await database.dispose()


async def raw_rows() -> list[Any]:
    rows: list[Any] = []
    async with database.reading() as db:
        connection = await db.connection()
        for name in SQLModel.metadata.tables:
            rows += list(await connection.exec_driver_sql(f'SELECT * FROM "{name}"'))  # noqa: S608 - our own names
    return rows


@pytest.mark.promise("P94")
async def test_an_erasure_can_be_taken_back(db: Settings, rooms: FakeRoomAdmin) -> None:
    _known, person = await everywhere()
    due = await erasure.ask(person.account_id, PASSWORD, address=ADDRESS, now=NOON)
    assert (await privacy_state.read(person)).is_paused
    await erasure.undo(person)
    assert not (await privacy_state.read(person)).is_paused
    await jobs.run_due(due + WEEK, kinds=["privacy.erase"])
    assert "account" in await tables_with(person)


async def test_whoever_reads_the_addresss_mail_can_keep_the_account(db: Settings, rooms: FakeRoomAdmin) -> None:
    known, person = await everywhere()
    await erasure.ask(person.account_id, PASSWORD, address=ADDRESS, now=NOON)
    assert await erasure.account_to_be_erased(email_key(known.email)) == NOON + WEEK
    await erasure.undo(personal_rows.of_email(email_key(known.email)))
    assert await erasure.account_to_be_erased(email_key(known.email)) is None


@pytest.mark.parametrize("password", ["", "wrong password!", PASSWORD.upper(), "x" * 5000])
async def test_an_erasure_needs_the_password(db: Settings, password: str) -> None:
    account = await registered("ann")
    for act in (erasure.ask, erasure.deactivate):
        with pytest.raises(InvalidInput) as caught:
            await act(account.id, password, address=ADDRESS)
        assert "password" in caught.value.fields
    assert not (await privacy_state.read(Person(account.id))).is_paused


@pytest.mark.promise("P94")
async def test_a_resting_account_lets_nobody_in_and_comes_back_whole(db: Settings, rooms: FakeRoomAdmin) -> None:
    account = await registered("ann")
    meeting = await meeting_of(account)
    token = await session_token(account)
    await erasure.deactivate(account.id, PASSWORD, address=ADDRESS, now=NOON)
    assert await sign_in_sessions.resolve(token) is None
    with pytest.raises(NotFound):
        await meetings.find_by_code(meeting.code)
    assert await privacy_state.entry_path(account.id, "/dashboard", "/privacy-center") == "/privacy-center"
    await erasure.reactivate(account.id)
    assert (await meetings.find_by_code(meeting.code)).code == meeting.code
    assert await privacy_state.entry_path(account.id, "/dashboard", "/privacy-center") == "/dashboard"


@pytest.mark.promise("P105")
async def test_a_hold_delays_an_erasure_until_it_is_lifted(db: Settings, rooms: FakeRoomAdmin) -> None:
    _known, person = await everywhere()
    hold = await privacy_state.set_hold(person, "A dispute about an invoice.", staff_id="staff", now=NOON)
    due = await erasure.ask(person.account_id, PASSWORD, address=ADDRESS, now=NOON)
    await jobs.run_due(due + timedelta(days=3), kinds=["privacy.erase"])
    assert "account" in await tables_with(person)
    await privacy_state.lift_hold(hold, now=due + timedelta(days=4))
    await jobs.run_due(due + timedelta(days=5), kinds=["privacy.erase"])
    async with database.reading() as session:
        assert await session.get(Account, person.account_id) is None


async def test_another_person_loses_nothing(db: Settings, rooms: FakeRoomAdmin) -> None:
    _ann, ann = await everywhere("ann")
    bob = await registered("bob")
    meeting = await meeting_of(bob)
    before = await tables_with(Person(bob.id))
    await erasure.erase(ann, now=NOON)
    assert await tables_with(Person(bob.id)) == before
    assert (await meetings.find_by_code(meeting.code)).code == meeting.code


async def test_work_planned_for_the_person_goes_too(db: Settings, rooms: FakeRoomAdmin) -> None:
    _known, person = await everywhere()
    async with database.session() as session:
        await jobs.enqueue(session, "privacy.export", {"account_id": person.account_id})
    await erasure.erase(person, now=NOON)
    async with database.reading() as session:
        payloads = [json.loads(row) for row in (await session.exec(select_rows(Job.payload))).all()]
    assert person.account_id not in str(payloads)


@pytest.mark.promise("P94")
async def test_the_preview_says_what_goes_and_what_stays_and_why(db: Settings) -> None:
    _known, person = await everywhere()
    preview = await erasure.preview(person)
    assert preview.goes["account"] == 1
    assert "account" not in preview.stays
    assert set(preview.goes) | set(preview.stays) == await tables_with(person)
    assert all(preview.stays.values())


@pytest.mark.promise("P72")
async def test_a_guest_erases_what_belongs_to_the_address_and_no_account(db: Settings, rooms: FakeRoomAdmin) -> None:
    known, person = await everywhere()
    guest = personal_rows.of_email(email_key(known.email))
    due = await erasure.ask_by_link(guest, now=NOON)
    await jobs.run_due(due, kinds=["privacy.erase"])
    left = await tables_with(guest)
    assert {name for name in left if not personal_rows.tables()[name].stays} == set()
    assert "account" in await tables_with(person)


@pytest.mark.promise("P58")
async def test_restricted_data_is_used_for_nothing_optional(db: Settings) -> None:
    known, person = await everywhere()
    await privacy_state.set_restricted(person, False)
    account, address = Subject("account", person.account_id), Subject("address", known.address_id)
    async with database.reading() as session:
        assert await privacy_state.may_use(session, account)
    await privacy_state.set_restricted(person, True, now=NOON)
    async with database.reading() as session:
        assert not await privacy_state.may_use(session, account)
        assert not await privacy_state.may_use(session, address)


@pytest.mark.promise("P49")
async def test_people_are_asked_every_six_months_whether_all_is_right(db: Settings) -> None:
    account = await registered(
        "ann",
    )
    async with database.session() as session:
        row = await session.get(Account, account.id)
        assert row is not None
        row.created_at = NOON
    assert not await privacy_state.review_is_due(account.id, now=NOON + timedelta(days=181))
    assert await privacy_state.review_is_due(account.id, now=NOON + timedelta(days=183))
    await privacy_state.reviewed(account.id, now=NOON + timedelta(days=183))
    assert not await privacy_state.review_is_due(account.id, now=NOON + timedelta(days=300))
    assert await privacy_state.review_is_due(account.id, now=NOON + timedelta(days=366))
