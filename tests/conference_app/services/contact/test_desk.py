"""The staff's side of conversations: masked until one is opened, and each opening is told to its person."""

from __future__ import annotations

import pytest

from conference_app.config import Settings
from conference_app.errors import NotFound
from conference_app.services import audit
from conference_app.services.accounts import profiles
from conference_app.services.audit import AuditTag
from conference_app.services.consent import person_state
from conference_app.services.contact import desk, threads
from conference_app.services.contact.threads import ContactForm
from conference_app.services.people import email_addresses
from conference_app.services.personal_data import masking
from conference_app.services.personal_data.personal_rows import DataOwner, of_email
from conference_app.services.privacy import privacy_requests
from tests.conference_app.consent_people import NOW, member

EMAIL = "zoe.smith@mail.example.com"


async def written(name: str = "Zoë Smith", message: str = "Good morning") -> str:
    form = ContactForm(name, EMAIL, message)
    await threads.write(form, language="en", address="192.0.2.1", now=NOW)
    [row] = (await desk.threads()).rows
    return row.id


@pytest.mark.promise("P66")
async def test_the_list_shows_nobody_in_full(db: Settings) -> None:
    await written()
    [row] = (await desk.threads()).rows
    assert (row.who, row.messages) == ("Z. S.", 1)
    await desk.close(row.id, staff_id=(await member("editor")).id)
    [closed] = (await desk.threads(closed=True)).rows
    assert (closed.id, (await desk.threads()).rows) == (row.id, [])


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        (EMAIL, "z…@m….com"),
        ("a@b.pl", "a…@b….pl"),
        ("ann@office", "a…@o…"),
        ("", "@"),
    ],
)
def test_an_address_is_masked_whatever_its_length(address: str, masked: str) -> None:
    assert masking.email(address) == masked


def test_names_become_initials() -> None:
    assert masking.initials("Ann maria", "Nowak") == "A. M. N."
    assert masking.initials("", " ") == ""
    assert masking.initials("a b c d e f") == "A. B. C. D."


@pytest.mark.promise("P96")
async def test_who_wrote_sees_that_it_was_opened_and_why(db: Settings) -> None:
    staff, thread_id = await member("editor"), await written()
    opened = await desk.open_thread(thread_id, staff_id=staff.id, now=NOW)
    assert (opened.email, opened.name, [one.body for one in opened.messages]) == (EMAIL, "Zoë Smith", ["Good morning"])
    [seen] = (await person_state.read(of_email(email_addresses.email_key(EMAIL)))).seen
    assert (seen.what, seen.reason, seen.at) == (desk.ACCESS, desk.REASON, NOW)
    await desk.look_again(thread_id)
    assert len((await person_state.read(of_email(email_addresses.email_key(EMAIL)))).seen) == 1
    assert AuditTag.STAFF_READ in {one.tag for one in await audit.entries(staff.id)}


async def test_an_account_of_the_same_address_sees_it_as_well(db: Settings) -> None:
    staff, ann = await member("editor"), await member("ann")
    form = ContactForm("", "ann@example.com", "Hello")
    await threads.write(form, language="en", address="192.0.2.1", now=NOW)
    [row] = (await desk.threads()).rows
    await desk.open_thread(row.id, staff_id=staff.id)
    person = DataOwner(ann.id, (email_addresses.email_key("ann@example.com"),))
    assert [one.reason for one in (await person_state.read(person)).seen] == [desk.REASON]
    assert (await person_state.read(DataOwner((await member("bob")).id))).seen == ()


@pytest.mark.promise("P95")
@pytest.mark.promise("P39")
async def test_a_number_is_there_to_call_back_who_wrote_and_they_see_it(db: Settings) -> None:
    staff, ann = await member("editor"), await member("ann")
    names = {"first_name": "Ann", "last_name": "Nowak", "username": "ann"}
    await profiles.update(ann.id, names | {"phone": "+48 22 123 45 67"})
    form = ContactForm("", "ann@example.com", "Please call me.")
    await threads.write(form, language="en", address="192.0.2.1", now=NOW)
    [row] = (await desk.threads()).rows
    assert (await desk.open_thread(row.id, staff_id=staff.id, now=NOW)).phone == "+48 22 123 45 67"
    [seen] = (await person_state.read(DataOwner(ann.id, (email_addresses.email_key("ann@example.com"),)))).seen
    assert seen.what == desk.ACCESS_WITH_PHONE


@pytest.mark.promise("P53")
@pytest.mark.parametrize("how", ["objects", "restricts"])
async def test_nobody_is_called_back_against_their_will(db: Settings, how: str) -> None:
    staff, ann = await member("editor"), await member("ann")
    names = {"first_name": "Ann", "last_name": "Nowak", "username": "ann"}
    await profiles.update(ann.id, names | {"phone": "+48 22 123 45 67"})
    await threads.write(ContactForm("", "ann@example.com", "Hello"), language="en", address="192.0.2.1", now=NOW)
    [row] = (await desk.threads()).rows

    async def shown() -> str:
        return (await desk.open_thread(row.id, staff_id=staff.id)).phone

    me = DataOwner(ann.id)
    if how == "objects":
        await privacy_requests.object_to_all(me, page="privacy center")
        assert await shown() == ""
        await privacy_requests.stop_objecting(me, page="privacy center")
    else:
        await privacy_requests.restrict(me, True)
        assert await shown() == ""
        await privacy_requests.restrict(me, False)
    assert await shown() == "+48 22 123 45 67"


@pytest.mark.promise("P95")
async def test_a_request_in_a_conversation_stands_beside_it(db: Settings) -> None:
    staff, thread_id = await member("editor"), await written(message="Please delete my data.")
    opened = await desk.open_thread(thread_id, staff_id=staff.id)
    assert [(case.kind, case.status) for case in opened.cases] == [("erase", "open")]


async def test_what_is_gone_is_not_found_and_leaves_no_trace(db: Settings) -> None:
    staff = await member("editor")
    before = await audit.entries(staff.id)
    for act in (
        desk.open_thread("none", staff_id=staff.id),
        desk.look_again("none"),
        desk.reply("none", "text", staff_id=staff.id),
        desk.close("none", staff_id=staff.id),
    ):
        with pytest.raises(NotFound):
            await act
    assert await audit.entries(staff.id) == before
