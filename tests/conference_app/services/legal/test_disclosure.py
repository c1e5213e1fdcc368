"""What an authority can be given: metadata of what was asked for, never a word that somebody wrote or said."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import InvalidInput, NotFound
from conference_app.models.columns import EncryptedBytes, EncryptedText
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.consent import person_state
from conference_app.services.legal import disclosure, legal_requests
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import erasure
from tests.conference_app.consent_people import NOW, member
from tests.conference_app.noted_requests import typed
from tests.conference_app.people import registered
from tests.conference_app.rows import Known, as_text, one_row_everywhere
from tests.fakes import FakeRoomAdmin

CONTENT = {
    ("account_photo", "image"),
    ("contact_message", "body"),
    ("contact_message", "mail_id"),
    ("contact_thread", "subject"),
    ("non_disclosure_change", "reason"),
    ("legal_hold", "reason"),
    ("legal_request", "authority"),
    ("legal_request", "handed_out"),
    ("legal_request", "reference"),
    ("legal_request", "scope"),
    ("meeting", "code"),
    ("meeting", "pass_phrase"),
    ("meeting", "subject"),
    ("passkey", "name"),
    ("privacy_case_answer", "words"),
    ("staff_access", "reason"),
    ("waiting_guest", "name"),
}
"""Encrypted columns that nobody is given. A new column has to be put here or into `disclosure.METADATA`."""


async def everywhere() -> tuple[Known, DataOwner]:
    """Ann, with a row in every personal table."""
    account = await registered("ann")
    known = await one_row_everywhere(account.id, account.email)
    async with database.reading() as db:
        person = await personal_rows.of_account(db, account.id)
    assert person is not None
    return known, person


def opened(archive: bytes) -> tuple[str, dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        assert sorted(found.namelist()) == ["about.txt", "metadata.json"]
        return found.read("about.txt").decode(), json.loads(found.read("metadata.json"))


def test_every_encrypted_column_is_metadata_or_content() -> None:
    encrypted = {
        (name, column)
        for name, one in personal_rows.tables().items()
        for column, tag in one.tags.items()
        if tag.exported and isinstance(one.table.columns[column].type, EncryptedText | EncryptedBytes)
    }
    metadata = {(name, column) for name, columns in disclosure.METADATA.items() for column in columns}
    assert encrypted == metadata | CONTENT
    assert not metadata & CONTENT


@pytest.mark.promise("P104")
async def test_the_file_holds_metadata_and_no_content(db: Settings) -> None:
    staff = await member("editor")
    known, _person = await everywhere()
    number = await legal_requests.note(typed("ann"), staff_id=staff.id, now=NOW)
    every = [kind.table for kind in disclosure.kinds()]
    archive = await disclosure.make(number, every, "A court asked for it.", staff_id=staff.id, now=NOW)
    about, found = opened(archive)
    assert "is not on this server" in about
    assert found["account"]["rows"][0]["email"] == "ann@example.com"
    assert set(found) == set(every)
    text = json.dumps(found, ensure_ascii=False)
    for table, column in CONTENT:
        if (value := known.values.get(table, {}).get(column)) is not None:
            assert as_text(value) not in text, (table, column)
    assert "password" not in text
    assert str(known.values["consent_event"]["reason"]) not in text


@pytest.mark.promise("P103")
async def test_only_what_was_asked_for_goes_out(db: Settings) -> None:
    staff = await member("editor")
    known, _person = await everywhere()
    number = await legal_requests.note(typed("ann"), staff_id=staff.id, now=NOW)
    _about, found = opened(await disclosure.make(number, ["account"], "A court.", staff_id=staff.id, now=NOW))
    assert set(found) == {"account"}
    for tables in ([], ["nothing"], ["legal_request"], ["data_export", "job"]):
        with pytest.raises(InvalidInput) as refused:
            await disclosure.make(number, tables, "A court.", staff_id=staff.id)
        assert set(refused.value.fields) == {"tables"}
    assert known.account_id


@pytest.mark.promise("P96")
@pytest.mark.promise("P104")
@pytest.mark.usefixtures("on_that_day")
async def test_the_person_is_told_of_the_file_unless_a_law_forbids_it(db: Settings) -> None:
    ann, staff = await member("ann"), await member("editor")
    open_one = await legal_requests.note(typed("ann"), staff_id=staff.id, now=NOW)
    hidden = await legal_requests.note(typed("ann", hidden_until="2027-11-30"), staff_id=staff.id, now=NOW)
    before = len(await audit.entries(ann.id))
    await disclosure.make(hidden, ["account"], "A secret request.", staff_id=staff.id, now=NOW)
    assert (await person_state.read(DataOwner(ann.id))).seen == ()
    assert len(await audit.entries(ann.id)) == before
    await disclosure.make(open_one, ["account"], "A court asked for it.", staff_id=staff.id, now=NOW)
    [seen] = (await person_state.read(DataOwner(ann.id))).seen
    assert (seen.what, seen.reason) == (disclosure.WHAT, "A court asked for it.")
    assert len([one for one in await audit.entries(staff.id) if one.tag == AuditTag.STAFF_DISCLOSED]) == 2


async def test_what_is_gone_or_about_nobody_is_not_found(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann, staff = await member("ann"), await member("editor")
    number = await legal_requests.note(typed("ann"), staff_id=staff.id, now=NOW)
    about_nobody = await legal_requests.note(typed(""), staff_id=staff.id, now=NOW)
    with pytest.raises(InvalidInput):
        await disclosure.make(number, ["account"], " ", staff_id=staff.id)
    await erasure.erase(DataOwner(ann.id), now=NOW + timedelta(days=1))
    for wrong in (number, about_nobody, "none"):
        with pytest.raises(NotFound):
            await disclosure.make(wrong, ["account"], "A court.", staff_id=staff.id)
