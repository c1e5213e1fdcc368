"""Legal requests: noted, decided, counted, and told to whom it is about as soon as a law allows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import InvalidInput, NotFound
from conference_app.purposes import RIGHTS
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.documents import versions
from conference_app.services.legal import legal_requests
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import erasure, personal_view, retention
from tests.conference_app.consent_people import NOW, member, reader
from tests.conference_app.noted_requests import typed
from tests.fakes import FakeRoomAdmin


async def shown_to(person: DataOwner) -> str:
    """What the privacy center shows."""
    return repr(await personal_view.overview(person))


async def person_of(account_id: str) -> DataOwner:
    async with database.reading() as db:
        found = await personal_rows.of_account(db, account_id)
    assert found is not None
    return found


@pytest.mark.promise("P104")
async def test_a_legal_request_is_noted_decided_once_and_told(db: Settings) -> None:
    ann, staff = await member("ann"), await member("editor")
    number = await legal_requests.note(typed(), staff_id=staff.id, now=NOW)
    [entry] = (await legal_requests.log()).rows
    assert (entry.id, entry.kind, entry.about, entry.decision) == (number, "court_order", "account", "pending")
    await legal_requests.decide(number, "partly", "The e-mail address.", staff_id=staff.id, now=NOW)
    entry = await legal_requests.get(number)
    assert (entry.decision, entry.handed_out, entry.decided_at) == ("partly", "The e-mail address.", NOW)
    with pytest.raises(NotFound):
        await legal_requests.decide(number, "refused", "", staff_id=staff.id)
    shown = await shown_to(await person_of(ann.id))
    assert "District court" in shown
    assert "The e-mail address." in shown
    assert "District court" not in await shown_to(await person_of(staff.id))
    done = {one.tag for one in await audit.entries(staff.id)}
    assert {AuditTag.STAFF_LEGAL_REQUEST_NOTED, AuditTag.STAFF_LEGAL_REQUEST_DECIDED} <= done


@pytest.mark.promise("P104")
@pytest.mark.usefixtures("on_that_day")
async def test_what_may_not_be_told_is_told_when_it_may(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, staff = await member("ann"), await member("editor")
    await legal_requests.note(typed(hidden_until="2026-12-31"), staff_id=staff.id, now=NOW)
    person = await person_of(ann.id)
    [entry] = (await legal_requests.log()).rows
    assert entry.hidden_until is not None
    assert "District court" not in await shown_to(person)
    for moment, told in ((entry.hidden_until - timedelta(seconds=1), 0), (entry.hidden_until, 1)):
        async with database.reading(RIGHTS) as session:
            table = personal_rows.tables()["legal_request"].table
            mine = personal_rows.filter_of("legal_request", person), personal_rows.may_be_told(table, moment)
            rows: Any = await session.exec(table.select().with_only_columns(table.c.id).where(*mine))  # type: ignore[call-overload]
            assert len(rows.all()) == told
    assert AuditTag.READ_BY_STAFF not in {one.tag for one in await audit.entries(ann.id)}


async def test_a_legal_request_about_nobody_in_particular_belongs_to_nobody(db: Settings) -> None:
    ann, staff = await member("ann"), await member("editor")
    await legal_requests.note(typed(""), staff_id=staff.id, now=NOW)
    assert [one.about for one in (await legal_requests.log()).rows] == [""]
    for account in (ann, staff):
        assert "District court" not in await shown_to(await person_of(account.id))


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"kind": "wish"}, {"kind"}),
        ({"authority": " ", "scope": "", "reference": "\n"}, {"authority", "scope", "reference"}),
        ({"authority": "x" * 201}, {"authority"}),
        ({"received_on": "2027-01-01"}, {"received_on"}),
        ({"received_on": "yesterday"}, {"received_on"}),
        ({"hidden_until": "2026-11-23"}, {"hidden_until"}),
        ({"hidden_until": "2050-01-01"}, {"hidden_until"}),
        ({"hidden_until": "soon"}, {"hidden_until"}),
        ({"wanted": "unknown"}, {"wanted"}),
        ({"wanted": "ann@"}, {"wanted"}),
    ],
)
@pytest.mark.slow
async def test_what_cannot_be_noted_names_its_fields(
    sqlite_db: Settings, changes: dict[str, str], wrong: set[str]
) -> None:
    staff = await member("editor")
    with pytest.raises(InvalidInput) as refused:
        await legal_requests.note(typed(**({"wanted": ""} | changes)), staff_id=staff.id, now=NOW)
    assert set(refused.value.fields) == wrong
    assert (await legal_requests.log()).rows == []


async def test_a_decision_says_what_was_handed_out(sqlite_db: Settings) -> None:
    staff = await member("editor")
    number = await legal_requests.note(typed(""), staff_id=staff.id, now=NOW)
    for decision, words, wrong in (
        ("answered", "", {"handed_out"}),
        ("pending", "x", {"decision"}),
        ("", "x", {"decision"}),
        ("refused", "x" * 2001, {"handed_out"}),
    ):
        with pytest.raises(InvalidInput) as refused:
            await legal_requests.decide(number, decision, words, staff_id=staff.id)
        assert set(refused.value.fields) == wrong
    await legal_requests.decide(number, "refused", "", staff_id=staff.id)


@pytest.mark.promise("P104")
async def test_the_counter_counts_and_says_zero(db: Settings) -> None:
    staff = await member("editor")
    await versions.keep_current(now=NOW - timedelta(days=700))
    assert [(one.year, one.received) for one in await legal_requests.by_year(now=NOW)] == [
        (2026, 0),
        (2025, 0),
        (2024, 0),
    ]
    for day, decision in (("2026-01-02", "refused"), ("2026-03-04", "answered"), ("2025-12-31", "answered")):
        number = await legal_requests.note(typed("", received_on=day), staff_id=staff.id, now=NOW)
        await legal_requests.decide(number, decision, "Nothing but a date.", staff_id=staff.id, now=NOW)
    await legal_requests.note(typed("", received_on="2026-11-22"), staff_id=staff.id, now=NOW)
    newest, before, first = await legal_requests.by_year(now=NOW)
    assert (newest.received, dict(newest.decisions)) == (3, {"refused": 1, "answered": 1, "pending": 1})
    assert (before.year, before.received, dict(before.decisions)) == (2025, 1, {"answered": 1})
    assert (first.year, first.received) == (2024, 0)


@pytest.mark.promise("P104")
async def test_the_log_outlives_an_erasure_and_ends_in_time(db: Settings, rooms: FakeRoomAdmin) -> None:
    staff, guest = await member("editor"), await reader("guest@example.com")
    assert guest.kind == "address"
    ann = await member("ann")
    for wanted in ("ann", "guest@example.com"):
        number = await legal_requests.note(typed(wanted), staff_id=staff.id, now=NOW)
        await legal_requests.decide(number, "refused", "", staff_id=staff.id, now=NOW)
    await erasure.erase(await person_of(ann.id), now=NOW)
    assert len((await legal_requests.log()).rows) == 2
    await retention.purge(NOW + timedelta(days=5 * 365 - 1))
    assert len((await legal_requests.log()).rows) == 2
    await retention.purge(NOW + timedelta(days=5 * 365))
    assert (await legal_requests.log()).rows == []
