"""The day until when a person may not be told of a legal request: changed with a reason, and all it led to follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import InvalidInput, NotFound
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.consent import person_state
from conference_app.services.legal import disclosure, legal_requests, non_disclosure
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import erasure, personal_view, retention
from tests.conference_app.consent_people import NOW, member
from tests.conference_app.noted_requests import typed
from tests.fakes import FakeRoomAdmin

pytestmark = pytest.mark.usefixtures("on_that_day")

LIFTED = "The court lifted its order."


async def person_of(account_id: str) -> DataOwner:
    async with database.reading() as db:
        found = await personal_rows.of_account(db, account_id)
    assert found is not None
    return found


async def told(person: DataOwner) -> str:
    """All that the privacy center shows, accesses too."""
    return repr(await personal_view.overview(person)) + repr((await person_state.read(person)).seen)


@pytest.mark.promise("P104")
async def test_a_lifted_order_lets_the_person_read_all_at_once(db: Settings) -> None:
    ann, staff = await member("ann"), await member("editor")
    person = await person_of(ann.id)
    number = await legal_requests.note(typed(hidden_until="2027-11-22"), staff_id=staff.id, now=NOW)
    await disclosure.make(number, ["account"], "A court asked for it.", staff_id=staff.id, now=NOW)
    before = await told(person)
    assert "District court" not in before
    assert "A court asked for it." not in before
    await non_disclosure.change(number, "", LIFTED, staff_id=staff.id, now=NOW)
    after = await told(person)
    for words in ("District court", "A court asked for it.", LIFTED):
        assert words in after
    assert AuditTag.STAFF_NON_DISCLOSURE_CHANGED in {one.tag for one in await audit.entries(staff.id)}


@pytest.mark.promise("P104")
async def test_a_prolonged_order_hides_all_longer_and_each_change_is_kept(db: Settings) -> None:
    ann, staff = await member("ann"), await member("editor")
    person = await person_of(ann.id)
    number = await legal_requests.note(typed(), staff_id=staff.id, now=NOW)
    await disclosure.make(number, ["account"], "A court asked for it.", staff_id=staff.id, now=NOW)
    assert "District court" in await told(person)
    await non_disclosure.change(number, "2027-01-31", "An order came.", staff_id=staff.id, now=NOW)
    await non_disclosure.change(number, "2028-01-31", "It was prolonged.", staff_id=staff.id, now=NOW)
    hidden = await told(person)
    for words in ("District court", "A court asked for it.", "An order came.", "It was prolonged."):
        assert words not in hidden
    first, second = await non_disclosure.changes(number)
    assert (first.before, first.reason) == (None, "An order came.")
    assert second.before is not None
    assert second.before.date().isoformat() == "2027-02-01"
    until = (await legal_requests.get(number)).hidden_until
    assert until is not None
    assert until.date().isoformat() == "2028-02-01"


async def test_one_legal_requests_day_moves_no_others(db: Settings) -> None:
    ann, staff = await member("ann"), await member("editor")
    kept = await legal_requests.note(
        typed(authority="Tax office", hidden_until="2027-11-22"), staff_id=staff.id, now=NOW
    )
    await disclosure.make(kept, ["account"], "The tax office asked.", staff_id=staff.id, now=NOW)
    lifted = await legal_requests.note(typed(hidden_until="2027-11-22"), staff_id=staff.id, now=NOW)
    await non_disclosure.change(lifted, "", LIFTED, staff_id=staff.id, now=NOW)
    shown = await told(await person_of(ann.id))
    assert "District court" in shown
    assert "ax office" not in shown


@pytest.mark.parametrize(
    ("day", "reason", "wrong"),
    [
        ("2026-11-23", "x", {"last_day"}),
        ("2050-01-01", "x", {"last_day"}),
        ("soon", " ", {"last_day", "reason"}),
        ("2027-11-22", "x", {"last_day"}),
        ("", "", {"reason"}),
        ("", "x" * 501, {"reason"}),
    ],
)
async def test_what_cannot_be_names_its_fields(sqlite_db: Settings, day: str, reason: str, wrong: set[str]) -> None:
    staff = await member("editor")
    number = await legal_requests.note(typed("", hidden_until="2027-11-22"), staff_id=staff.id, now=NOW)
    with pytest.raises(InvalidInput) as refused:
        await non_disclosure.change(number, day, reason, staff_id=staff.id, now=NOW)
    assert set(refused.value.fields) == wrong
    assert await non_disclosure.changes(number) == []
    with pytest.raises(NotFound):
        await non_disclosure.change("nothing", "", "x", staff_id=staff.id, now=NOW)


async def test_changes_end_with_the_legal_request_and_outlive_the_person(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann, staff = await member("ann"), await member("editor")
    number = await legal_requests.note(typed(hidden_until="2027-11-22"), staff_id=staff.id, now=NOW)
    await non_disclosure.change(number, "", LIFTED, staff_id=staff.id, now=NOW)
    await legal_requests.decide(number, "refused", "", staff_id=staff.id, now=NOW)
    await erasure.erase(await person_of(ann.id), now=NOW)
    assert [one.reason for one in await non_disclosure.changes(number)] == [LIFTED]
    await retention.purge(NOW + timedelta(days=5 * 365))
    assert await non_disclosure.changes(number) == []
