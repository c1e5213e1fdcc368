"""The copy of a person's data: complete, theirs alone, sealed on the disk, gone after a day."""

from __future__ import annotations

import asyncio
import base64
import csv
import io
import json
import stat
import threading
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import NotFound, TooManyAttempts
from conference_app.models import AccountPhoto, DataExport, LegalHold
from conference_app.services.jobs import worker
from conference_app.services.people.email_addresses import email_key
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import erasure, export, privacy_requests
from conference_app.services.privacy.export_files import TableCopy
from tests.conference_app.consent_people import agrees, member
from tests.conference_app.people import registered
from tests.conference_app.rows import Known, as_text, one_row_everywhere
from tests.fakes import LOOKING, NOON, FakeRoomAdmin


async def made(person: DataOwner, code: str = "en") -> zipfile.ZipFile:
    """A finished copy."""
    asked = await export.ask(person, code, now=NOON)
    await worker.run_due(NOON, kinds=["privacy.export"])
    return zipfile.ZipFile(io.BytesIO(await export.content(person, asked.id, now=NOON)))


async def ann() -> tuple[Known, DataOwner]:
    """Ann, with a row in every personal table."""
    account = await registered("ann")
    known = await one_row_everywhere(account.id, account.email)
    async with database.reading(*LOOKING) as db:
        person = await personal_rows.of_account(db, account.id)
    assert person is not None
    return known, person


@pytest.mark.promise("P92")
@pytest.mark.slow
async def test_the_copy_holds_every_column_of_every_table(db: Settings) -> None:
    known, person = await ann()
    archive = await made(person)
    data = json.loads(archive.read("data.json"))["tables"]
    page = archive.read("index.html").decode()
    for name, described in personal_rows.tables().items():
        columns = [column for column, tag in described.tags.items() if tag.exported]
        rows = data[name]["rows"]
        assert rows, f"no row of {name} in the copy"
        assert set(rows[0]) == set(columns)
        if not columns:
            continue  # a table of secrets alone
        (written,) = list(csv.DictReader(io.StringIO(archive.read(f"csv/{name}.csv").decode())))[-1:]
        assert list(written) == columns
        for column in columns:
            if column not in known.values[name]:
                continue
            value = known.values[name][column]
            if isinstance(value, str):
                assert value in [row[column] for row in rows], (name, column)
                assert as_text(value) in page, (name, column)


@pytest.mark.promise("P92")
async def test_the_copy_says_what_each_value_is_kept_for(db: Settings) -> None:
    _known, person = await ann()
    data = json.loads((await made(person, "pl")).read("data.json"))
    assert data["language"] == "pl"
    first_name = data["tables"]["account"]["columns"]["first_name"]
    assert all(first_name[part] for part in ("label", "purpose", "basis", "kept", "recipients"))


@pytest.mark.promise("P92")
async def test_the_page_in_the_copy_is_for_people_and_the_rest_for_programs(sqlite_db: Settings) -> None:
    ann = await agrees(await member("ann"), "newsletter")
    async with database.session() as db:
        db.add(AccountPhoto(account_id=ann.id, image=b"a picture", updated_at=NOON))
    archive = await made(DataOwner(ann.id), "pl")
    page = archive.read("index.html").decode()
    assert "<td>Wyrażono zgodę</td>" in page
    assert f'<img src="data:image/webp;base64,{base64.b64encode(b"a picture").decode()}" alt="Zdjęcie">' in page
    assert ",given," in archive.read("csv/consent_event.csv").decode()
    tables = json.loads(archive.read("data.json"))["tables"]
    assert [row["kind"] for row in tables["consent_event"]["rows"]] == ["given"]


async def test_keys_and_secrets_are_not_in_the_copy(db: Settings) -> None:
    known, person = await ann()
    archive = await made(person)
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert str(known.values["account"]["password_hash"]).encode() not in everything
    assert b"password_hash" not in everything


@pytest.mark.promise("P92")
@pytest.mark.slow
async def test_nobody_else_gets_the_copy(db: Settings) -> None:
    _known, person = await ann()
    asked = await export.ask(person, "en", now=NOON)
    bob = await registered("bob")
    with pytest.raises(NotFound):  # not ready
        await export.content(person, asked.id, now=NOON)
    await worker.run_due(NOON, kinds=["privacy.export"])
    for other in (
        DataOwner(bob.id, (email_key(bob.email),)),
        DataOwner("", person.email_keys),
        DataOwner("", ()),
        DataOwner(),
    ):
        with pytest.raises(NotFound):
            await export.content(other, asked.id, now=NOON)
        assert await export.latest(other, now=NOON) is None
    for wrong in ("", "x", asked.id[:-1], "../../secrets/column_key"):
        with pytest.raises(NotFound):
            await export.content(person, wrong, now=NOON)


async def test_another_persons_rows_are_not_in_the_copy(db: Settings) -> None:
    known, _person = await ann()
    bob = await registered("bob")
    archive = await made(DataOwner(bob.id, (email_key(bob.email),)))
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    marks = [
        value for row in known.values.values() for value in row.values() if isinstance(value, str) and len(value) > 15
    ]
    assert not [mark for mark in marks if mark in everything]


async def test_the_file_is_sealed_and_its_owners_alone(db: Settings) -> None:
    _known, person = await ann()
    await made(person)
    (file,) = (db.data_dir / "exports").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    sealed = file.read_bytes()
    assert b"PK" != sealed[:2]
    assert b"data.json" not in sealed


@pytest.mark.slow
async def test_a_copy_is_gone_after_a_day(db: Settings) -> None:
    _known, person = await ann()
    asked = await export.ask(person, "en", now=NOON)
    await worker.run_due(NOON, kinds=["privacy.export"])
    late = NOON + timedelta(hours=24)
    with pytest.raises(NotFound):
        await export.content(person, asked.id, now=late)
    await worker.run_due(late, kinds=["privacy.export_over"])
    assert list((db.data_dir / "exports").iterdir()) == []
    async with database.reading(*LOOKING) as session:
        assert await session.get(DataExport, asked.id) is None


@pytest.mark.promise("P92")
async def test_a_copy_is_a_request_that_is_done_when_it_is_ready(db: Settings) -> None:
    person = DataOwner((await member("ann")).id)
    await export.ask(person, "en", now=NOON)
    [case] = await privacy_requests.history(person)
    assert (case.kind, case.status, case.due_at) == ("portability", "in_progress", NOON + timedelta(days=30))
    await worker.run_due(NOON, kinds=["privacy.export"])
    [case] = await privacy_requests.history(person)
    assert (case.status, case.closed_at) == ("done", NOON)


async def test_asking_twice_makes_one_copy(db: Settings) -> None:
    _known, person = await ann()
    first = await export.ask(person, "en", now=NOON)
    assert (await export.ask(person, "en", now=NOON)).id == first.id


async def test_a_copy_asked_for_after_the_clock_was_set_back_is_the_newest(db: Settings) -> None:
    _known, person = await ann()
    ahead = NOON + timedelta(days=400)
    await export.ask(person, "en", now=ahead)
    await worker.run_due(ahead, kinds=["privacy.export"])
    asked = await export.ask(person, "en", now=NOON)
    shown = await export.latest(person, now=NOON)
    assert shown is not None
    assert shown.id == asked.id


@pytest.mark.slow
async def test_copies_are_limited(sqlite_db: Settings) -> None:
    _known, person = await ann()
    for _round in range(10):
        await made(person)
    with pytest.raises(TooManyAttempts):
        await export.ask(person, "en", now=NOON)


@pytest.mark.both_databases
@pytest.mark.promise("P94")
async def test_who_is_erased_while_a_copy_is_made_leaves_no_copy(
    db: Settings, rooms: FakeRoomAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = DataOwner((await member("ann")).id)
    await export.ask(ann, "en", now=NOON)
    pack = export.make_zip
    read, erased = threading.Event(), threading.Event()

    def slowly(copies: Sequence[TableCopy], made_at: datetime) -> bytes:
        read.set()
        erased.wait(60)
        return pack(copies, made_at)

    monkeypatch.setattr(export, "make_zip", slowly)
    making = asyncio.create_task(worker.run_due(NOON, kinds=["privacy.export"]))
    await asyncio.to_thread(read.wait, 10)
    await erasure.erase(ann, now=NOON)
    erased.set()
    await making
    assert list((db.data_dir / "exports").iterdir()) == []
    async with database.reading() as session:
        left = set(await personal_rows.count(session, ann))
    assert {name for name in left if not personal_rows.tables()[name].stays} == set()


async def test_a_file_without_a_row_is_swept_up(sqlite_db: Settings) -> None:
    folder = sqlite_db.data_dir / "exports"
    folder.mkdir()
    (folder / "0123.zip.enc").write_bytes(Fernet.generate_key())
    await worker.plan_periodic(NOON)
    await worker.run_due(NOON + timedelta(hours=7), kinds=["privacy.sweep_exports"])
    assert list(folder.iterdir()) == []


HARMLESS = {
    '=cmd|"/c calc"!A1': """'=cmd|"/c calc"!A1""",
    "+1+1": "'+1+1",
    "-2+3": "'-2+3",
    "@SUM(A1)": "'@SUM(A1)",
    "\t=1+1": "'\t=1+1",
    " =1+1": "' =1+1",
    "\uff1d1+1": "'\uff1d1+1",
    "nothing;=1+1": "nothing;'=1+1",
    "two\n=1+1": "two\n'=1+1",
    "a-b = c; d": "a-b = c; d",
}


@pytest.mark.parametrize("text", HARMLESS)
@pytest.mark.slow
async def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(sqlite_db: Settings, text: str) -> None:
    account = await registered("ann")
    async with database.session(*LOOKING) as db:
        db.add(LegalHold(account_id=account.id, reason=text, set_at=NOON, set_by="staff"))
    archive = await made(DataOwner(account.id))
    [row] = csv.DictReader(io.StringIO(archive.read("csv/legal_hold.csv").decode(), newline=""))
    assert row["reason"] == HARMLESS[text]
    [exact] = json.loads(archive.read("data.json"))["tables"]["legal_hold"]["rows"]
    assert exact["reason"] == text


@pytest.mark.promise("P72")
async def test_a_guest_gets_what_belongs_to_the_address(db: Settings) -> None:
    known, person = await ann()
    archive = await made(personal_rows.of_email(person.email_keys[0]))
    data = json.loads(archive.read("data.json"))["tables"]
    assert [row["email"] for row in data["address"]["rows"]] == [known.email]
    assert data["account"]["rows"] == []


@pytest.mark.slow
async def test_a_copy_that_cannot_be_made_says_so_and_is_tried_again(
    sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _known, person = await ann()
    asked = await export.ask(person, "en", now=NOON)

    def breaks(*_given: object) -> bytes:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(export, "make_zip", breaks)
        await worker.run_due(NOON, kinds=["privacy.export"])
    found = await export.latest(person, now=NOON)
    assert found is not None
    assert found.state == "failed"
    await worker.run_due(NOON + timedelta(minutes=1), kinds=["privacy.export"])
    found = await export.latest(person, now=NOON)
    assert found is not None
    assert (found.state, found.id) == ("ready", asked.id)
