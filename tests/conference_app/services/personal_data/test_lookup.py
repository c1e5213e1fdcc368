"""Finding a person: exactly, with a reason they read, masked, and noted in the same breath."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conference_app.config import Settings
from conference_app.errors import InvalidInput, NotFound, TooManyAttempts
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.cases import cases
from conference_app.services.consent import person_state
from conference_app.services.contact import threads
from conference_app.services.contact.threads import ContactForm
from conference_app.services.people import email_addresses
from conference_app.services.personal_data import legal_holds, lookup
from conference_app.services.personal_data.personal_rows import DataOwner, of_email
from tests.conference_app.consent_people import NOW, member, reader
from tests.conference_app.people import registered

REASON = "You asked us for help by phone."


def person(account_id: str, email: str) -> DataOwner:
    return DataOwner(account_id, (email_addresses.email_key(email),))


@pytest.mark.promise("P66")
@pytest.mark.promise("P96")
@pytest.mark.parametrize("wanted", ["ann", "ANN", "ann@example.com", " Ann@Example.com "])
@pytest.mark.slow
async def test_a_person_is_shown_masked_and_sees_who_looked_and_why(db: Settings, wanted: str) -> None:
    ann, staff = await member("ann"), await member("editor")
    found = await lookup.find(wanted, REASON, staff_id=staff.id, now=NOW)
    assert (found.person.account_id, found.name, found.email, found.is_confirmed) == (
        ann.id,
        "A. N.",
        "a…@e….com",
        True,
    )
    assert ("Account", 1) in found.counts
    shown = repr(found)
    for secret in ("ann@", "Ann", "Nowak", "example"):
        assert secret not in shown
    [seen] = (await person_state.read(person(ann.id, "ann@example.com"))).seen
    assert (seen.what, seen.reason, seen.at) == (lookup.WHAT, REASON, NOW)
    assert AuditTag.READ_BY_STAFF in {one.tag for one in await audit.entries(ann.id)}
    assert AuditTag.STAFF_READ in {one.tag for one in await audit.entries(staff.id)}
    assert (await person_state.read(DataOwner(staff.id))).seen == ()


async def test_without_a_reason_nothing_is_looked_for(db: Settings) -> None:
    ann, staff = await member("ann"), await member("editor")
    for reason in ("", "  ", "x" * 501):
        with pytest.raises(InvalidInput) as refused:
            await lookup.find("ann", reason, staff_id=staff.id)
        assert set(refused.value.fields) == {"reason"}
    assert (await person_state.read(DataOwner(ann.id))).seen == ()


@pytest.mark.parametrize("wanted", ["", " ", "an", "ann%", "nn@example", "a" * 400, "ann@example.com, bob@example.com"])
@pytest.mark.slow
async def test_only_a_whole_name_or_address_finds_anybody(sqlite_db: Settings, wanted: str) -> None:
    await member("ann")
    staff = await member("editor")
    with pytest.raises(InvalidInput) as refused:
        await lookup.find(wanted, REASON, staff_id=staff.id)
    assert set(refused.value.fields) == {"wanted"}


async def test_an_address_that_is_unknown_is_a_person_without_rows(db: Settings) -> None:
    staff = await member("editor")
    found = await lookup.find("nobody@example.com", REASON, staff_id=staff.id)
    assert (found.is_known, found.counts, found.email) == (False, (), "n…@e….com")
    assert (await person_state.read(of_email(email_addresses.email_key("nobody@example.com")))).seen == ()


async def test_an_address_that_nobody_has_confirmed_leads_to_no_account(db: Settings) -> None:
    eve, staff = await registered("eve"), await member("editor")
    by_address = await lookup.find(eve.email, REASON, staff_id=staff.id)
    assert (by_address.person.account_id, by_address.is_known) == ("", False)
    by_name = await lookup.find("eve", REASON, staff_id=staff.id)
    assert (by_name.person.account_id, by_name.is_confirmed) == (eve.id, False)


async def test_people_without_account_are_found_and_held_too(db: Settings) -> None:
    await reader("guest@example.com")
    staff = await member("editor")
    found = await lookup.find("guest@example.com", REASON, staff_id=staff.id)
    assert (found.person.account_id, found.name, found.is_known) == ("", "", True)
    hold_id = await legal_holds.place(found.person, "A dispute.", staff_id=staff.id, now=NOW)
    guest = of_email(email_addresses.email_key("guest@example.com"))
    state = await person_state.read(guest)
    assert [one.reason for one in state.holds] == ["A dispute."]
    assert [one.reason for one in state.seen] == [REASON]
    again = await lookup.of_hold(hold_id, "To look whether it still holds.", staff_id=staff.id)
    assert [one.id for one in again.holds] == [hold_id]
    assert len((await person_state.read(guest)).seen) == 2


@pytest.mark.promise("P105")
async def test_a_hold_is_lifted_once_and_its_person_is_told(db: Settings) -> None:
    ann, staff = await member("ann"), await member("editor")
    hold_id = await legal_holds.place(DataOwner(ann.id), "A dispute.", staff_id=staff.id, now=NOW)
    [hold] = (await legal_holds.live()).rows
    assert (hold.id, hold.kind, hold.reason) == (hold_id, "account", "A dispute.")
    await legal_holds.lift(hold_id, staff_id=staff.id, now=NOW + timedelta(days=1))
    with pytest.raises(NotFound):
        await legal_holds.lift(hold_id, staff_id=staff.id)
    assert (await legal_holds.live()).rows == []
    assert {AuditTag.LEGAL_HOLD, AuditTag.LEGAL_HOLD_ENDED} <= {one.tag for one in await audit.entries(ann.id)}
    done = {one.tag for one in await audit.entries(staff.id)}
    assert {AuditTag.STAFF_HOLD_PLACED, AuditTag.STAFF_HOLD_LIFTED} <= done


async def test_the_person_behind_a_request_is_opened_with_a_reason(db: Settings) -> None:
    staff = await member("editor")
    form = ContactForm("", "zoe@example.com", "Delete my data.")
    await threads.write(form, language="en", address="192.0.2.1", now=NOW)
    [case] = (await cases.for_staff()).rows
    found = await lookup.of_case(case.id, "Your request.", staff_id=staff.id)
    assert found.person == of_email(email_addresses.email_key("zoe@example.com"))
    with pytest.raises(InvalidInput):
        await lookup.of_case(case.id, " ", staff_id=staff.id)
    for act in (
        lookup.of_case("none", REASON, staff_id=staff.id),
        lookup.of_hold("none", REASON, staff_id=staff.id),
    ):
        with pytest.raises(NotFound):
            await act


@pytest.mark.slow
async def test_looking_for_many_people_is_stopped(sqlite_db: Settings) -> None:
    staff = await member("editor")
    for number in range(60):
        with pytest.raises(InvalidInput):
            await lookup.find(f"unknown{number}", REASON, staff_id=staff.id)
    with pytest.raises(TooManyAttempts):
        await lookup.find("ann", REASON, staff_id=staff.id)
