"""No use without a live basis: each kind of basis, what ends it, and what can be read then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from conference_app import database, purposes
from conference_app.config import Settings
from conference_app.errors import NoConsent, NoLiveBasis, WrongPurpose
from conference_app.models import Account, Address, Meeting
from conference_app.purposes import (
    ACCOUNT_MAIL,
    DEVICES,
    LANGUAGE,
    MEETINGS,
    NEWSLETTER,
    PARTICIPANT_MAIL,
    PERSONALISATION,
    PURPOSES,
    RIGHTS,
    TOPIC,
    Purpose,
)
from conference_app.services import (
    account_pause,
    addresses,
    basis,
    consents,
    documents,
    erasure_requests,
    meeting_mail,
    newsletter_topics,
    open_sessions,
    privacy_requests,
    sign_in_sessions,
)
from conference_app.services.devices import Device
from conference_app.services.letters import Occasion
from conference_app.services.personal_rows import Person, of_email
from conference_app.services.signed_links import Subject
from conference_app.texts import _, language
from tests.conference_app.consent_people import agrees, member, reader
from tests.conference_app.people import ADDRESS, PASSWORD, meeting_of, registered
from tests.fakes import LOOKING, NOON


async def lives(subject: Subject, purpose: Purpose, detail: str = "") -> bool:
    """Whether the basis lives, by both ways of asking."""
    async with database.reading() as db:
        if not await basis.living(db, purpose, [subject, Subject("account", "nobody")], detail):
            with pytest.raises(NoConsent if purpose.basis == "consent" else NoLiveBasis):
                await basis.require(db, subject, purpose, detail)
            return False
        live = await basis.require(db, subject, purpose, detail)
    assert live.subjects == {(subject.kind, subject.id)}
    return True


async def ledger(subject: Subject, purpose: str, *, given: bool) -> None:
    async with database.session() as db:
        if given:
            await consents.give(db, subject, purpose, act="test", page="/test", words="Yes.")
        else:
            await consents.withdraw(db, subject, purpose, act="test", page="/test")


@pytest.mark.promise("P53")
@pytest.mark.promise("P91")
@pytest.mark.parametrize("name", sorted(purposes.OFFERED))
async def test_a_consent_is_needed_and_lives_from_yes_to_no(name: str, db: Settings) -> None:
    purpose, ann = PURPOSES[name], await member("ann")
    details = {"topic": await newsletter_topics.add("Talks", "Rozmowy", None), "follow_up": "m1"}
    detail = details.get(name, "")
    agreed = f"{name}:{detail}" if detail else name
    assert not await lives(ann, purpose, detail)
    await ledger(ann, agreed, given=True)
    assert await lives(ann, purpose, detail)
    assert not await lives(await member("ben"), purpose, detail)
    await ledger(ann, agreed, given=False)
    assert not await lives(ann, purpose, detail)


@pytest.mark.promise("P53")
async def test_what_is_read_for_a_consent_raises_without_one_and_after_it(db: Settings) -> None:
    eve = await reader("eve@example.com")
    for given in (False, True, False):
        await ledger(eve, "newsletter", given=given)
        async with database.reading() as session:
            if not given:
                with pytest.raises(NoConsent):
                    await basis.require(session, eve, NEWSLETTER)
                with pytest.raises(WrongPurpose):
                    await session.exec(select(Address.email))
                continue
            live = await basis.require(session, eve, NEWSLETTER)
            async with database.within(session, live, LANGUAGE) as own:
                row = await own.get(Address, eve.id)
                assert row is not None
                assert row.email == "eve@example.com"
                with pytest.raises(WrongPurpose):
                    _ = row.created_at


@pytest.mark.promise("P53")
async def test_a_basis_for_one_purpose_is_none_for_another(db: Settings) -> None:
    ann = await agrees(await member("ann"), "personalisation")
    assert await lives(ann, PERSONALISATION)
    async with database.reading() as session:
        live = await basis.require(session, ann, PERSONALISATION)
        async with database.within(session, live) as own:
            with pytest.raises(WrongPurpose):
                await own.exec(select(Account.email))


async def test_a_topic_that_is_over_ends_its_consents(db: Settings) -> None:
    topic = await newsletter_topics.add("Talks", "Rozmowy", None)
    ann = await member("ann")
    await ledger(ann, f"topic:{topic}", given=True)
    assert await lives(ann, TOPIC, topic)
    assert not await lives(ann, TOPIC, "another")
    await newsletter_topics.end(topic)
    assert not await lives(ann, TOPIC, topic)


@pytest.mark.promise("P69")
async def test_a_participant_has_it_for_the_own_meeting_alone(db: Settings) -> None:
    host, eve = await registered(), await reader()
    for subject in ("Mine", "Other"):
        await meeting_of(host, subject)
    async with database.session(*LOOKING) as session:
        mine, other = (await session.exec(select(Meeting.id))).all()
        await meeting_mail.allow(session, meeting_id=mine, address_id=eve.id, reminder=True, follow_up=False)
    assert await lives(eve, PARTICIPANT_MAIL, mine)
    assert not await lives(eve, PARTICIPANT_MAIL, other)


@pytest.mark.promise("P53")
async def test_a_restriction_stops_all_that_the_service_can_do_without(db: Settings) -> None:
    ann = await agrees(await member("ann"), "newsletter")
    for purpose in (DEVICES, NEWSLETTER):
        assert await lives(ann, purpose)
    await privacy_requests.restrict(Person(ann.id), True)
    for purpose in (DEVICES, NEWSLETTER):
        assert not await lives(ann, purpose)
    for purpose in (MEETINGS, ACCOUNT_MAIL, RIGHTS):
        assert await lives(ann, purpose)
    await privacy_requests.restrict(Person(ann.id), False)
    assert await lives(ann, DEVICES)


async def test_a_restriction_is_a_request_that_is_done_at_once(db: Settings) -> None:
    me = Person((await member("ann")).id)
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


@pytest.mark.promise("P53")
async def test_an_objection_stops_what_one_may_object_to(db: Settings) -> None:
    ann = await agrees(await member("ann"), "newsletter")
    await privacy_requests.object_to_all(Person(ann.id), page="/privacy-center")
    for purpose in (DEVICES, NEWSLETTER):
        assert not await lives(ann, purpose)
    assert await lives(ann, MEETINGS)


@pytest.mark.promise("P58")
async def test_an_objection_ends_all_that_was_agreed_to(db: Settings) -> None:
    """A topic and the mails of a meeting as well: what comes then was asked for anew."""
    topic, host, eve = await newsletter_topics.add("Talks", "Rozmowy", None), await registered(), await reader()
    made = await meeting_of(host)
    await ledger(eve, f"topic:{topic}", given=True)
    occasions: list[Occasion] = ["confirmation", "reminder", "follow_up"]

    async def wanted() -> list[bool]:
        async with database.session(*LOOKING) as session:
            asked = {"meeting_id": made.id, "address_id": eve.id}
            return [await meeting_mail.wants(session, **asked, occasion=one) for one in occasions]

    async with database.session(*LOOKING) as session:
        await meeting_mail.allow(session, meeting_id=made.id, address_id=eve.id, reminder=True, follow_up=True)
    assert await wanted() == [True, True, True]
    await privacy_requests.object_to_all(of_email(addresses.email_key("eve@example.com")), page="/privacy-center")
    assert not await lives(eve, TOPIC, topic)
    assert await wanted() == [True, False, False]
    await ledger(eve, f"topic:{topic}", given=True)
    assert await lives(eve, TOPIC, topic)


@pytest.mark.promise("P53")
async def test_what_one_says_binds_nobody_else(db: Settings) -> None:
    ann, ben, cleo = [await agrees(await member(name), "newsletter") for name in ("ann", "ben", "cleo")]
    eve, fay = [await agrees(await reader(email), "newsletter") for email in ("eve@example.com", "fay@example.com")]
    everybody = [ann, ben, cleo, eve, fay]

    async def left(purpose: Purpose) -> set[str]:
        async with database.reading() as session:
            live = await basis.living(session, purpose, everybody)
        return {one.id for one in everybody if (one.kind, one.id) in live.subjects}

    for purpose in (NEWSLETTER, DEVICES, RIGHTS, MEETINGS):
        assert await left(purpose) == {one.id for one in everybody}
    await privacy_requests.restrict(Person(ann.id), True)
    await privacy_requests.object_to_all(Person(ben.id), page="/privacy-center")
    await privacy_requests.restrict(of_email(addresses.email_key("eve@example.com")), True)
    for purpose in (NEWSLETTER, DEVICES):
        assert await left(purpose) == {cleo.id, fay.id}
    assert await left(MEETINGS) == {one.id for one in everybody}


async def browsers(account_id: str) -> list[str]:
    return [f"{one.browser} {one.system}" for one in await open_sessions.list_open(account_id)]


@pytest.mark.promise("P53")
async def test_restricting_changes_what_is_read(db: Settings) -> None:
    ann = await registered()
    ticket = await sign_in_sessions.issue_ticket(ann.id)
    await sign_in_sessions.redeem_ticket(ticket, Device("Firefox", "Linux", "Europe/Warsaw"))
    assert await browsers(ann.id) == ["Firefox Linux"]
    await privacy_requests.restrict(Person(ann.id), True)
    assert await browsers(ann.id) == [" "]
    await privacy_requests.restrict(Person(ann.id), False)
    assert await browsers(ann.id) == ["Firefox Linux"]


@pytest.mark.parametrize("wish", ["restricted", "objected"])
async def test_what_may_not_be_used_is_not_gathered_either(db: Settings, wish: str) -> None:
    """What a browser is stays unknown of a sign-in made meanwhile, also once the person takes the wish back."""
    ann = await registered()
    person, page = Person(ann.id), "/privacy-center"
    await (
        privacy_requests.restrict(person, True)
        if wish == "restricted"
        else privacy_requests.object_to_all(person, page=page)
    )
    ticket = await sign_in_sessions.issue_ticket(ann.id)
    assert await sign_in_sessions.redeem_ticket(ticket, Device("Firefox", "Linux", "Europe/Warsaw"))
    await privacy_requests.restrict(person, False)
    await privacy_requests.stop_objecting(person, page=page)
    assert await browsers(ann.id) == [" "]


async def test_a_resting_account_has_its_rights_and_nothing_else(db: Settings) -> None:
    ann = await member("ann")
    await account_pause.deactivate(ann.id, PASSWORD, address=ADDRESS)
    found = {name for name, one in PURPOSES.items() if not one.has_detail and await lives(ann, one)}
    assert found == {name for name, one in PURPOSES.items() if one.basis == "legal_obligation"}
    await account_pause.reactivate(ann.id)
    assert await lives(ann, MEETINGS)
    await erasure_requests.ask(ann.id, PASSWORD, address=ADDRESS, now=NOON - timedelta(days=1))
    assert not await lives(ann, MEETINGS)
    assert await lives(ann, RIGHTS)


async def test_nobody_has_a_basis_for_somebody_unknown(db: Settings) -> None:
    nobody = Subject("account", "0" * 32)
    assert not any([await lives(nobody, one) for one in PURPOSES.values() if not one.has_detail])


_NAMED = ("meetings", "answer", "call_back", "admissions", "history", "promotion", "personalisation")


@pytest.mark.promise("P91")
def test_every_use_the_policy_names_is_in_the_registry() -> None:
    """To give the service ordered, answer questions, send offers, arrange the site: each with its own basis."""
    assert {name: PURPOSES[name].basis for name in _NAMED} == {
        "meetings": "contract",
        "answer": "legitimate_interest",
        "call_back": "legitimate_interest",
        "admissions": "legitimate_interest",
        "history": "legitimate_interest",
        "promotion": "consent",
        "personalisation": "consent",
    }
    assert all(one.reason.endswith(".") for one in PURPOSES.values())
    assert all(one.needs_person and one.words and one.title for one in purposes.OFFERED.values())
    assert {one.id for one in PURPOSES.values() if one.basis == "consent"} == {*purposes.OFFERED, "participant_mail"}


@pytest.mark.promise("P44")
@pytest.mark.parametrize("code", ["en", "pl"])
def test_every_interest_is_weighed_in_the_policy_and_can_be_objected_to(code: str) -> None:
    assert all(bool(one.interest) == (one.basis == "legitimate_interest") for one in PURPOSES.values())
    with language(code):
        [apart] = [part for part in documents.sections("privacy") if part.title == _("Your right to object")]
        for one in PURPOSES.values():
            told = [line for line in apart.points if one.interest and _(one.interest) in line]
            assert len(told) == bool(one.interest)
            ends_at_once = [_("It ends at once when you object.") in line for line in told]
            assert not any(ends_at_once) or (one.id in purposes.OPPOSABLE)
    assert set(purposes.OPPOSABLE) == {"devices", "call_back"}


@pytest.mark.promise("P92")
async def test_an_objection_can_be_taken_back_and_brings_no_mail_back(db: Settings) -> None:
    ann = await agrees(await member(), "newsletter")
    me = Person(ann.id, ())
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
