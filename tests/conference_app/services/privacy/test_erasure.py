"""Erasing: asked for, taken back, done; afterwards nothing holds the person, down to the bytes on the disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlmodel import SQLModel, col
from sqlmodel import select as select_rows

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import InvalidInput, NotFound
from conference_app.models import Account, Job, PrivacyState
from conference_app.services.cases import cases
from conference_app.services.consent import person_state
from conference_app.services.jobs import queue, worker
from conference_app.services.meetings import meetings
from conference_app.services.people.email_addresses import email_key
from conference_app.services.people.subjects import Subject
from conference_app.services.personal_data import legal_holds, personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import (
    deactivation,
    erasure,
    erasure_requests,
    export,
    privacy_emails,
    privacy_requests,
)
from conference_app.services.sign_in import sessions
from conference_app.session.caller import entry_path
from tests.conference_app.people import ADDRESS, PASSWORD, meeting_of, registered, session_token
from tests.conference_app.rows import Known, one_row_everywhere
from tests.fakes import LOOKING, NOON, FakeRoomAdmin

pytestmark = pytest.mark.both_databases


WEEK = timedelta(days=7)


async def person_of(account_id: str) -> DataOwner:
    async with database.reading(*LOOKING) as db:
        person = await personal_rows.of_account(db, account_id)
    assert person is not None
    return person


async def everywhere(name: str = "ann") -> tuple[Known, DataOwner]:
    account = await registered(name)
    known = await one_row_everywhere(account.id, account.email)
    async with database.session(
        *LOOKING
    ) as db:  # the row of the state holds an erasure that nobody planned: begin anew
        row = (await db.exec(select_rows(PrivacyState).where(PrivacyState.account_id == account.id))).one()
        row.erase_asked_at = row.erase_due_at = row.deactivated_at = row.email_key = None
    return known, await person_of(account.id)


async def come(due: datetime) -> None:
    """Let the time of an erasure come and its last email wait in vain: no mail server answers here."""
    for now in (due, due + privacy_emails.FAREWELL_WAIT):
        await worker.run_due(now, kinds=["privacy.erase"])


async def tables_with(person: DataOwner) -> set[str]:
    async with database.reading(*LOOKING) as db:
        return set(await personal_rows.count(db, person))


@pytest.mark.promise("P94")
@pytest.mark.slow
async def test_an_erasure_waits_a_week_and_then_leaves_no_row(db: Settings, rooms: FakeRoomAdmin) -> None:
    known, person = await everywhere()
    due = await erasure_requests.ask(person.account_id, PASSWORD, address=ADDRESS, now=NOON)
    assert due == NOON + WEEK
    await worker.run_due(due - timedelta(seconds=1), kinds=["privacy.erase"])
    assert "account" in await tables_with(person)
    await come(due)
    gone = DataOwner(person.account_id, (email_key(known.email),))
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
    async with database.reading(*LOOKING) as db:
        for table in SQLModel.metadata.tables.values():
            rows += [tuple(str(value) for value in row) for row in await db.exec(select(table))]  # type: ignore[call-overload]
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
@pytest.mark.slow
async def test_no_file_holds_a_byte_of_the_person(
    own_sqlite: Settings, tmp_path: Path, rooms: FakeRoomAdmin, caplog: pytest.LogCaptureFixture
) -> None:
    """Names are encrypted in the file, so their ciphertexts and look-up keys are looked for as well."""
    known, person = await everywhere()
    await export.ask(person, "en", now=NOON)
    await worker.run_due(NOON, kinds=["privacy.export"])
    raw = await ciphertexts(but=email_key(known.email))
    clear = [known.email.encode(), b"Ann", b"Nowak", PASSWORD.encode()]
    found_before = {name for name, data in haystack(own_sqlite, tmp_path) for needle in raw if needle in data}
    assert found_before, "the needles have to be findable before"
    for name, data in haystack(own_sqlite, tmp_path):
        assert not [needle for needle in clear[:1] + clear[3:] if needle in data], f"{name} holds clear text"
    with caplog.at_level("INFO"):
        await erasure.erase(person, now=NOON)
    await database.dispose()
    stays = [data for name, data in haystack(own_sqlite, tmp_path)]
    assert not [needle for needle in raw for data in stays if needle in data]
    assert not [text for text in (known.email, "Nowak", known.account_id) if text in caplog.text]
    assert list((own_sqlite.data_dir / "exports").iterdir()) == []


async def ciphertexts(*, but: bytes) -> list[bytes]:
    """What stands on the disk for the encrypted columns and the keys of tables that an erasure empties.

    `but` the key of the address: it stays in the tables that say why, such as that of stopped mails.
    """
    needles: list[bytes] = []
    async with database.reading(*LOOKING) as db:
        connection = await db.connection()
        for name, one in personal_rows.tables().items():
            if one.stays:
                continue
            result = await connection.exec_driver_sql(f'SELECT * FROM "{name}"')  # noqa: S608 - our own names
            for row in result:
                values = [bytes(value) for value in row if isinstance(value, bytes | memoryview)]
                needles += [value[10:60] for value in values if len(value) >= 32 and value != but]
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
        needles = await ciphertexts(but=email_key(known.email))
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
    async with database.reading(*LOOKING) as db:
        connection = await db.connection()
        for name in SQLModel.metadata.tables:
            rows += list(await connection.exec_driver_sql(f'SELECT * FROM "{name}"'))  # noqa: S608 - our own names
    return rows


@pytest.mark.promise("P94")
async def test_an_erasure_can_be_taken_back(db: Settings, rooms: FakeRoomAdmin) -> None:
    _known, person = await everywhere()
    due = await erasure_requests.ask(person.account_id, PASSWORD, address=ADDRESS, now=NOON)
    assert (await person_state.read(person)).is_deactivated
    await erasure_requests.undo(person)
    assert not (await person_state.read(person)).is_deactivated
    await come(due + WEEK)
    assert "account" in await tables_with(person)


async def test_whoever_reads_the_addresss_mail_can_keep_the_account(db: Settings, rooms: FakeRoomAdmin) -> None:
    known, person = await everywhere()
    await erasure_requests.ask(person.account_id, PASSWORD, address=ADDRESS, now=NOON)
    key = email_key(known.email)
    assert await erasure_requests.account_to_be_erased(key) == (NOON + WEEK, False)
    await legal_holds.place(personal_rows.of_email(key), "A dispute.", staff_id=person.account_id)
    assert await erasure_requests.account_to_be_erased(key) == (NOON + WEEK, True)
    await erasure_requests.undo(personal_rows.of_email(key))
    assert await erasure_requests.account_to_be_erased(key) == (None, False)


@pytest.mark.parametrize("password", ["", "wrong password!", PASSWORD.upper(), "x" * 5000])
async def test_an_erasure_needs_the_password(db: Settings, password: str) -> None:
    account = await registered("ann")
    for act in (erasure_requests.ask, deactivation.deactivate):
        with pytest.raises(InvalidInput) as caught:
            await act(account.id, password, address=ADDRESS)
        assert "password" in caught.value.fields
    assert not (await person_state.read(DataOwner(account.id))).is_deactivated


@pytest.mark.promise("P94")
async def test_a_deactivated_account_lets_nobody_in_and_comes_back_whole(db: Settings, rooms: FakeRoomAdmin) -> None:
    account = await registered("ann")
    meeting = await meeting_of(account)
    token = await session_token(account)
    await deactivation.deactivate(account.id, PASSWORD, address=ADDRESS, now=NOON)
    assert await sessions.resolve(token) is None
    with pytest.raises(NotFound):
        await meetings.find_by_code(meeting.code)
    assert await entry_path(account.id, "/dashboard") == "/privacy-center"
    await deactivation.reactivate(account.id)
    assert (await meetings.find_by_code(meeting.code)).code == meeting.code
    assert await entry_path(account.id, "/dashboard") == "/dashboard"


@pytest.mark.promise("P105")
async def test_a_hold_delays_an_erasure_until_it_is_lifted(db: Settings, rooms: FakeRoomAdmin) -> None:
    _known, person = await everywhere()
    hold = await legal_holds.place(person, "A dispute about an invoice.", staff_id=person.account_id, now=NOON)
    due = await erasure_requests.ask(person.account_id, PASSWORD, address=ADDRESS, now=NOON)
    await come(due + timedelta(days=3))
    assert "account" in await tables_with(person)
    await legal_holds.lift(hold, staff_id=person.account_id, now=due + timedelta(days=4))
    await come(due + timedelta(days=5))
    async with database.reading(*LOOKING) as session:
        assert await session.get(Account, person.account_id) is None


async def test_another_person_loses_nothing(db: Settings, rooms: FakeRoomAdmin) -> None:
    _ann, ann = await everywhere("ann")
    bob = await registered("bob")
    meeting = await meeting_of(bob)
    before = await tables_with(DataOwner(bob.id))
    await erasure.erase(ann, now=NOON)
    assert await tables_with(DataOwner(bob.id)) == before
    assert (await meetings.find_by_code(meeting.code)).code == meeting.code


@pytest.mark.promise("P95")
async def test_no_request_stays_open_of_somebody_who_is_gone(db: Settings, rooms: FakeRoomAdmin) -> None:
    """Else staff would be reminded of it for ever, and no timer would ever delete it."""
    ann = DataOwner((await registered("ann")).id)
    await privacy_requests.object_to_all(ann, page="privacy center", now=NOON)
    await export.ask(ann, "en", now=NOON)
    await erasure_requests.ask(ann.account_id, PASSWORD, address=ADDRESS, now=NOON)
    assert len((await cases.for_staff()).rows) == 3
    await erasure.erase(ann, now=NOON + WEEK)
    assert (await cases.for_staff()).rows == []
    assert {one.status for one in (await cases.for_staff(closed=True)).rows} == {"done"}
    await worker.run_due(NOON + cases.REMIND_AFTER, kinds=[cases.REMINDER])
    async with database.reading(*LOOKING) as session:
        assert (await session.exec(select_rows(Job.id).where(Job.kind == "mail.send"))).all() == []


async def test_work_planned_for_the_person_goes_too(db: Settings, rooms: FakeRoomAdmin) -> None:
    _known, person = await everywhere()
    async with database.session(*LOOKING) as session:
        await queue.enqueue(session, "privacy.export", {"account_id": person.account_id})
    await erasure.erase(person, now=NOON)
    async with database.reading(*LOOKING) as session:
        payloads = [json.loads(row) for row in (await session.exec(select_rows(Job.payload))).all()]
    assert person.account_id not in str(payloads)


@pytest.mark.promise("P94")
async def test_an_erasure_whose_work_is_lost_is_done_all_the_same(db: Settings, rooms: FakeRoomAdmin) -> None:
    """It failed too often, nobody looked at it, and so it was forgotten as failed work is."""
    account = await registered("ann")
    due = await erasure_requests.ask(account.id, PASSWORD, address=ADDRESS, now=NOON)
    async with database.session() as session:
        await session.exec(delete(Job).where(col(Job.kind) == "privacy.erase"))
    await worker.plan_periodic(due)
    await worker.run_due(due, kinds=["privacy.plan_erasures"])
    await come(due)
    async with database.reading() as session:
        assert await session.get(Account, account.id) is None


@pytest.mark.promise("P94")
async def test_the_preview_says_what_goes_and_what_stays_and_why(db: Settings) -> None:
    _known, person = await everywhere()
    preview = await erasure.preview(person)
    assert preview.goes["account"] == 1
    assert "account" not in preview.stays
    assert set(preview.goes) | set(preview.stays) == await tables_with(person)
    assert all(preview.stays.values())


@pytest.mark.promise("P72")
@pytest.mark.slow
async def test_a_guest_erases_what_belongs_to_the_address_and_no_account(db: Settings, rooms: FakeRoomAdmin) -> None:
    known, person = await everywhere()
    guest = personal_rows.of_email(email_key(known.email))
    due = await erasure_requests.ask_by_link(guest, now=NOON)
    await come(due)
    left = await tables_with(guest)
    assert {name for name in left if not personal_rows.tables()[name].stays} == set()
    assert "account" in await tables_with(person)


@pytest.mark.promise("P58")
async def test_restricted_data_is_used_for_nothing_optional(db: Settings) -> None:
    known, person = await everywhere()
    await privacy_requests.restrict(person, False)
    account, address = Subject("account", person.account_id), Subject("address", known.address_id)
    async with database.reading(*LOOKING) as session:
        assert await person_state.may_use(session, account)
    await privacy_requests.restrict(person, True, now=NOON)
    async with database.reading(*LOOKING) as session:
        assert not await person_state.may_use(session, account)
        assert not await person_state.may_use(session, address)


@pytest.mark.promise("P49")
async def test_people_are_asked_every_six_months_whether_all_is_right(db: Settings) -> None:
    account = await registered(
        "ann",
    )
    async with database.session(*LOOKING) as session:
        row = await session.get(Account, account.id)
        assert row is not None
        row.created_at = NOON
    assert not await person_state.review_is_due(account.id, now=NOON + timedelta(days=181))
    assert await person_state.review_is_due(account.id, now=NOON + timedelta(days=183))
    await person_state.reviewed(account.id, now=NOON + timedelta(days=183))
    assert not await person_state.review_is_due(account.id, now=NOON + timedelta(days=300))
    assert await person_state.review_is_due(account.id, now=NOON + timedelta(days=366))


@pytest.mark.promise("P94")
@pytest.mark.parametrize("meanwhile", ["taken back", "held"])
async def test_what_changes_at_the_last_moment_counts(
    db: Settings, rooms: FakeRoomAdmin, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """Between the look whether somebody is to be erased and the erasure itself, the person or the staff act."""
    account = await registered("ann")
    due = await erasure_requests.ask(account.id, PASSWORD, address=ADDRESS, now=NOON)
    erase = erasure.erase

    async def a_moment_later(person: DataOwner, **how: Any) -> int:
        if meanwhile == "taken back":
            await deactivation.reactivate(account.id)
        else:
            await legal_holds.place(person, "A dispute.", staff_id=account.id)
        return await erase(person, **how)

    monkeypatch.setattr(erasure, "erase", a_moment_later)
    await come(due)
    async with database.reading() as session:
        assert await session.get(Account, account.id) is not None
