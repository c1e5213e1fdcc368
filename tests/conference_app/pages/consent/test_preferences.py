"""The switches of somebody signed in: off at first, one click each way, taken back, and nobody else's."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from conference_app import database
from conference_app.models import SignInSession
from conference_app.pages.consent.preferences import PreferencesState
from conference_app.services.people.subjects import Subject
from conference_app.services.sign_in import sessions
from tests.conference_app.consent_people import agrees, is_live, member
from tests.conference_app.tabs import Processor, Tab, name_of

PATH = "/preferences"


async def tab_of(processor: Processor, subject: Subject, path: str = PATH) -> Tab:
    token = await sessions.redeem_ticket(await sessions.issue_ticket(subject.id))
    assert token
    return Tab.signed_in(processor, token, path=path)


@pytest.mark.promise("P54")
@pytest.mark.promise("P87")
@pytest.mark.promise("P88")
@pytest.mark.slow
async def test_every_switch_is_off_until_it_is_clicked(processor: Processor) -> None:
    ann = await member("ann")
    tab = await tab_of(processor, ann)
    await tab.send(name_of(PreferencesState.load))
    shown = await tab.vars_of(PreferencesState)
    assert {(one.purpose, one.is_on) for one in shown["switches"]} == {
        ("newsletter", False),
        ("promotion", False),
        ("personalisation", False),
    }
    await tab.send(name_of(PreferencesState.change), purpose="newsletter", on=True)
    assert await is_live(ann, "newsletter")
    await tab.send(name_of(PreferencesState.change), purpose="newsletter", on=False)
    assert not await is_live(ann, "newsletter")
    await tab.send(name_of(PreferencesState.undo))
    assert await is_live(ann, "newsletter")
    await tab.send(name_of(PreferencesState.change), purpose="personalisation", on=True)
    await tab.send(name_of(PreferencesState.stop_everything))
    assert not await is_live(ann, "newsletter")
    assert not await is_live(ann, "personalisation")


async def test_an_agreement_is_taken_back_without_accepting_changed_terms(processor: Processor) -> None:
    ann = await agrees(await member("ann"), "newsletter")
    tab = await tab_of(processor, ann)
    async with database.session() as session:
        await session.exec(update(SignInSession).values(must_accept=True))
    await tab.send(name_of(PreferencesState.load))
    assert [one.purpose for one in (await tab.vars_of(PreferencesState))["switches"] if one.is_on] == ["newsletter"]
    await tab.send(name_of(PreferencesState.change), purpose="newsletter", on=False)
    assert not await is_live(ann, "newsletter")


@pytest.mark.parametrize("purpose", ["", "*", "nothing", "topic:x", "meeting:x", "newsletter:x"])
@pytest.mark.slow
async def test_a_switch_that_is_not_there_changes_nothing(processor: Processor, purpose: str) -> None:
    ann = await member("ann")
    tab = await tab_of(processor, ann)
    for on in (True, False):
        await tab.send(name_of(PreferencesState.change), purpose=purpose, on=on)
    await tab.send(name_of(PreferencesState.load))
    assert not any(one.is_on for one in (await tab.vars_of(PreferencesState))["switches"])
