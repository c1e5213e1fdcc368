"""No use without a live basis: each kind of basis, what ends it, and what can be read then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from conference_app import database, purposes
from conference_app.config import Settings
from conference_app.errors import NoConsent, WrongPurpose
from conference_app.models import Account, Address, Meeting
from conference_app.purposes import (
    LANGUAGE,
    MEETINGS,
    NEWSLETTER,
    PARTICIPANT_MAIL,
    PERSONALISATION,
    PURPOSES,
    RIGHTS,
    TOPIC,
)
from conference_app.services.consent import legal_basis
from conference_app.services.newsletters import topics
from conference_app.services.people.subjects import Subject
from conference_app.services.privacy import deactivation, erasure_requests
from tests.conference_app.consent_people import agrees, member, reader
from tests.conference_app.live_bases import ledger, lives
from tests.conference_app.participants import takes_part
from tests.conference_app.people import ADDRESS, PASSWORD, meeting_of, registered
from tests.fakes import LOOKING, NOON


@pytest.mark.promise("P53")
@pytest.mark.promise("P91")
@pytest.mark.parametrize("name", sorted(purposes.OFFERED))
@pytest.mark.slow
async def test_a_consent_is_needed_and_lives_from_yes_to_no(name: str, db: Settings) -> None:
    purpose, ann = PURPOSES[name], await member("ann")
    details = {"topic": await topics.add("Talks", "Rozmowy", None), "follow_up": "m1"}
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
                    await legal_basis.require(session, eve, NEWSLETTER)
                with pytest.raises(WrongPurpose):
                    await session.exec(select(Address.email))
                continue
            live = await legal_basis.require(session, eve, NEWSLETTER)
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
        live = await legal_basis.require(session, ann, PERSONALISATION)
        async with database.within(session, live) as own:
            with pytest.raises(WrongPurpose):
                await own.exec(select(Account.email))


async def test_a_topic_that_is_over_ends_its_consents(db: Settings) -> None:
    topic = await topics.add("Talks", "Rozmowy", None)
    ann = await member("ann")
    await ledger(ann, f"topic:{topic}", given=True)
    assert await lives(ann, TOPIC, topic)
    assert not await lives(ann, TOPIC, "another")
    await topics.end(topic)
    assert not await lives(ann, TOPIC, topic)


@pytest.mark.promise("P69")
async def test_a_participant_has_it_for_the_own_meeting_alone(db: Settings) -> None:
    host, eve = await registered(), await reader()
    for subject in ("Mine", "Other"):
        await meeting_of(host, subject)
    async with database.session(*LOOKING) as session:
        mine, other = (await session.exec(select(Meeting.id))).all()
        await takes_part(session, meeting_id=mine, address_id=eve.id, reminder=True, follow_up=False)
    assert await lives(eve, PARTICIPANT_MAIL, mine)
    assert not await lives(eve, PARTICIPANT_MAIL, other)


async def test_a_deactivated_account_has_its_rights_and_nothing_else(db: Settings) -> None:
    ann = await member("ann")
    await deactivation.deactivate(ann.id, PASSWORD, address=ADDRESS)
    found = {name for name, one in PURPOSES.items() if not one.has_detail and await lives(ann, one)}
    assert found == {name for name, one in PURPOSES.items() if one.basis == "legal_obligation"}
    await deactivation.reactivate(ann.id)
    assert await lives(ann, MEETINGS)
    await erasure_requests.ask(ann.id, PASSWORD, address=ADDRESS, now=NOON - timedelta(days=1))
    assert not await lives(ann, MEETINGS)
    assert await lives(ann, RIGHTS)


async def test_nobody_has_a_basis_for_somebody_unknown(db: Settings) -> None:
    nobody = Subject("account", "0" * 32)
    assert not any([await lives(nobody, one) for one in PURPOSES.values() if not one.has_detail])
