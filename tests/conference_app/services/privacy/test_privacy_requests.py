"""Who restricts the use of their data, or objects to it: what can be read then, and that it can be taken back."""

from __future__ import annotations

import pytest

from conference_app import database
from conference_app.config import Settings
from conference_app.models import Address
from conference_app.purposes import ACCOUNT_MAIL, DEVICES, MEETINGS, NEWSLETTER, RIGHTS, TOPIC, Purpose
from conference_app.services.consent import legal_basis, participant_mail
from conference_app.services.emails.messages import Occasion
from conference_app.services.newsletters import topics
from conference_app.services.people import email_addresses
from conference_app.services.personal_data.personal_rows import DataOwner, of_email
from conference_app.services.privacy import privacy_requests
from conference_app.services.sign_in import session_list, sessions
from conference_app.services.sign_in.browser_names import Device
from tests.conference_app.consent_people import agrees, member, reader
from tests.conference_app.live_bases import ledger, lives
from tests.conference_app.participants import takes_part
from tests.conference_app.people import meeting_of, registered
from tests.fakes import LOOKING, NOON


@pytest.mark.promise("P53")
async def test_a_restriction_stops_all_that_the_service_can_do_without(db: Settings) -> None:
    ann = await agrees(await member("ann"), "newsletter")
    for purpose in (DEVICES, NEWSLETTER):
        assert await lives(ann, purpose)
    await privacy_requests.restrict(DataOwner(ann.id), True)
    for purpose in (DEVICES, NEWSLETTER):
        assert not await lives(ann, purpose)
    for purpose in (MEETINGS, ACCOUNT_MAIL, RIGHTS):
        assert await lives(ann, purpose)
    await privacy_requests.restrict(DataOwner(ann.id), False)
    assert await lives(ann, DEVICES)


async def test_a_restriction_is_a_request_that_is_done_at_once(db: Settings) -> None:
    me = DataOwner((await member("ann")).id)
    await privacy_requests.restrict(me, True, now=NOON)
    await privacy_requests.restrict(me, False, now=NOON)
    [case] = await privacy_requests.history(me)
    assert (case.kind, case.status, case.closed_at) == ("restrict", "done", NOON)


async def test_a_guest_restricts_too(db: Settings) -> None:
    eve = await agrees(await reader("eve@example.com"), "newsletter")
    async with database.reading(*LOOKING) as session:
        row = await session.get(Address, eve.id)
        assert row is not None
    await privacy_requests.restrict(of_email(row.email_key), True)
    assert not await lives(eve, NEWSLETTER)
    assert await lives(eve, RIGHTS)


async def browsers(account_id: str) -> list[str]:
    return [f"{one.browser} {one.system}" for one in await session_list.list_open(account_id)]


@pytest.mark.promise("P53")
async def test_restricting_changes_what_is_read(db: Settings) -> None:
    ann = await registered()
    ticket = await sessions.issue_ticket(ann.id)
    await sessions.redeem_ticket(ticket, Device("Firefox", "Linux", "Europe/Warsaw"))
    assert await browsers(ann.id) == ["Firefox Linux"]
    await privacy_requests.restrict(DataOwner(ann.id), True)
    assert await browsers(ann.id) == [" "]
    await privacy_requests.restrict(DataOwner(ann.id), False)
    assert await browsers(ann.id) == ["Firefox Linux"]


@pytest.mark.parametrize("wish", ["restricted", "objected"])
async def test_what_may_not_be_used_is_not_gathered_either(db: Settings, wish: str) -> None:
    """What a browser is stays unknown of a sign-in made meanwhile, also once the person takes the wish back."""
    ann = await registered()
    person, page = DataOwner(ann.id), "/privacy-center"
    await (
        privacy_requests.restrict(person, True)
        if wish == "restricted"
        else privacy_requests.object_to_all(person, page=page)
    )
    ticket = await sessions.issue_ticket(ann.id)
    assert await sessions.redeem_ticket(ticket, Device("Firefox", "Linux", "Europe/Warsaw"))
    await privacy_requests.restrict(person, False)
    await privacy_requests.stop_objecting(person, page=page)
    assert await browsers(ann.id) == [" "]


@pytest.mark.promise("P53")
async def test_an_objection_stops_what_one_may_object_to(db: Settings) -> None:
    ann = await agrees(await member("ann"), "newsletter")
    await privacy_requests.object_to_all(DataOwner(ann.id), page="/privacy-center")
    for purpose in (DEVICES, NEWSLETTER):
        assert not await lives(ann, purpose)
    assert await lives(ann, MEETINGS)


@pytest.mark.promise("P58")
async def test_an_objection_ends_all_that_was_agreed_to(db: Settings) -> None:
    """A topic and the mails of a meeting as well: what comes then was asked for anew."""
    topic, host, eve = await topics.add("Talks", "Rozmowy", None), await registered(), await reader()
    made = await meeting_of(host)
    await ledger(eve, f"topic:{topic}", given=True)
    occasions: list[Occasion] = ["confirmation", "reminder", "follow_up"]

    async def wanted() -> list[bool]:
        async with database.session(*LOOKING) as session:
            asked = {"meeting_id": made.id, "address_id": eve.id}
            return [await participant_mail.wants(session, **asked, occasion=one) for one in occasions]

    async with database.session(*LOOKING) as session:
        await takes_part(session, meeting_id=made.id, address_id=eve.id, reminder=True, follow_up=True)
    assert await wanted() == [True, True, True]
    await privacy_requests.object_to_all(of_email(email_addresses.email_key("eve@example.com")), page="/privacy-center")
    assert not await lives(eve, TOPIC, topic)
    assert await wanted() == [True, False, False]
    await ledger(eve, f"topic:{topic}", given=True)
    assert await lives(eve, TOPIC, topic)


@pytest.mark.promise("P92")
async def test_an_objection_can_be_taken_back_and_brings_no_mail_back(db: Settings) -> None:
    ann = await agrees(await member(), "newsletter")
    me = DataOwner(ann.id, ())
    assert not await privacy_requests.has_objected(me)
    await privacy_requests.object_to_all(me, page="/privacy-center")
    assert await privacy_requests.has_objected(me)
    assert not await lives(ann, DEVICES)
    await privacy_requests.stop_objecting(me, page="/privacy-center")
    assert not await privacy_requests.has_objected(me)
    assert await lives(ann, DEVICES)
    assert not await lives(ann, NEWSLETTER)
    assert [case.status for case in await privacy_requests.history(me)] == ["done"]
    await privacy_requests.object_to_all(me, page="/privacy-center")
    assert not await lives(ann, DEVICES)


@pytest.mark.promise("P53")
@pytest.mark.slow
async def test_what_one_says_binds_nobody_else(db: Settings) -> None:
    ann, ben, cleo = [await agrees(await member(name), "newsletter") for name in ("ann", "ben", "cleo")]
    eve, fay = [await agrees(await reader(email), "newsletter") for email in ("eve@example.com", "fay@example.com")]
    everybody = [ann, ben, cleo, eve, fay]

    async def left(purpose: Purpose) -> set[str]:
        async with database.reading() as session:
            live = await legal_basis.with_basis(session, purpose, everybody)
        return {one.id for one in everybody if (one.kind, one.id) in live.subjects}

    for purpose in (NEWSLETTER, DEVICES, RIGHTS, MEETINGS):
        assert await left(purpose) == {one.id for one in everybody}
    await privacy_requests.restrict(DataOwner(ann.id), True)
    await privacy_requests.object_to_all(DataOwner(ben.id), page="/privacy-center")
    await privacy_requests.restrict(of_email(email_addresses.email_key("eve@example.com")), True)
    for purpose in (NEWSLETTER, DEVICES):
        assert await left(purpose) == {cleo.id, fay.id}
    assert await left(MEETINGS) == {one.id for one in everybody}
