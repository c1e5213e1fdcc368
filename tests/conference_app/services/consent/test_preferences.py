"""The choices of somebody whose address agreed to mails before it had an account."""

from __future__ import annotations

import pytest

from conference_app import database
from conference_app.config import Settings
from conference_app.services.consent import live_consents, mail_stops, preferences
from conference_app.services.consent.preferences import ConsentHolder
from conference_app.services.contact import threads
from conference_app.services.contact.threads import ContactForm
from conference_app.services.people import email_addresses, signed_links
from conference_app.services.people.subjects import Subject
from tests.conference_app.consent_people import agrees, is_live, link, member, reader
from tests.conference_app.people import ADDRESS, registered
from tests.fakes import LOOKING


async def switched_on(person: ConsentHolder) -> set[str]:
    return {choice.purpose for choice in await preferences.choices(person) if choice.is_on}


async def mailed(purpose: str) -> set[Subject]:
    async with database.reading(*LOOKING) as db:
        return set(await live_consents.live_subjects(db, purpose))


@pytest.mark.promise("P58")
async def test_an_account_sees_and_stops_what_its_address_agreed_to_before(db: Settings) -> None:
    early = await agrees(await reader("ann@example.com"), "newsletter")
    ann = await preferences.of_account((await member()).id)
    assert await switched_on(ann) == {"newsletter"}
    assert await preferences.stop(ann, ["newsletter"], act="switch", page="/preferences") == ["newsletter"]
    assert not await is_live(early, "newsletter")
    assert await mailed("newsletter") == set()


@pytest.mark.promise("P58")
@pytest.mark.parametrize("way", ["account", "link", "words"])
@pytest.mark.slow
async def test_after_a_stop_of_everything_one_thing_given_again_is_all_that_comes(db: Settings, way: str) -> None:
    early = await agrees(await reader("ann@example.com"), "newsletter")
    ann = await agrees(await member(), "promotion")
    me = await preferences.of_account(ann.id)
    if way == "words":
        await threads.write(ContactForm("", "ann@example.com", "Unsubscribe me."), language="en", address=ADDRESS)
    elif way == "link":
        target = signed_links.read(await link(early), "unsubscribe")
        await preferences.stop_all(await preferences.of_link(target), act="link", page="/u")
    else:
        await preferences.stop_all(me, act="stop everything", page="/preferences")
    assert await switched_on(me) == set()
    await preferences.give(me, ["promotion"], act="switch", page="/preferences")
    assert await switched_on(me) == {"promotion"}
    assert (await mailed("newsletter"), await mailed("promotion")) == (set(), {ann})


async def test_a_new_grant_lifts_no_other_stop_of_the_address(db: Settings) -> None:
    """Also where the ledger still says "given": a stop may have come from a link of a mail to another address."""
    early = await agrees(await reader("ann@example.com"), "newsletter")
    async with database.session() as session:
        await mail_stops.stop(session, email_addresses.email_key("ann@example.com"))
    await agrees(await member(), "promotion")
    assert not await is_live(early, "newsletter")
    assert await mailed("newsletter") == set()


@pytest.mark.promise("P58")
async def test_an_address_that_is_not_confirmed_shows_nothing_of_who_reads_it(db: Settings) -> None:
    early = await agrees(await reader("ann@example.com"), "newsletter")
    squatter = await preferences.of_account((await registered("ann")).id)
    assert await switched_on(squatter) == set()
    await preferences.stop_all(squatter, act="stop everything", page="/preferences")
    assert await is_live(early, "newsletter")
