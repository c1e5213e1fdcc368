"""A new meeting is filled in like the last one for those who agreed, and like everybody's for all others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conference_app import database
from conference_app.config import Settings
from conference_app.services.consent import ledger
from conference_app.services.meetings import last_choices, meetings
from conference_app.services.meetings.last_choices import Habit
from conference_app.services.meetings.meeting_forms import MeetingForm
from conference_app.services.people.subjects import Subject
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import privacy_requests
from tests.conference_app.consent_people import NOW, agrees, member
from tests.fakes import LOOKING, FakeRoomAdmin

pytestmark = pytest.mark.both_databases


async def planned(person: Subject, zone: str = "Europe/Warsaw") -> None:
    starts = (NOW + timedelta(days=400)).strftime("%Y-%m-%dT%H:%M")
    await meetings.create(person.id, MeetingForm("Plans", starts_at=starts, time_zone=zone), now=NOW)


@pytest.mark.promise("P53")
@pytest.mark.promise("P87")
async def test_nobody_s_meetings_are_looked_at_unasked(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await member()
    await planned(ann)
    assert await last_choices.usual(ann.id) == Habit()


async def test_who_agreed_finds_the_choices_of_the_last_meeting(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann, bob = await agrees(await member(), "personalisation"), await agrees(await member("bob"), "personalisation")
    await planned(ann)
    assert await last_choices.usual(ann.id) == Habit(is_planned=True, time_zone="Europe/Warsaw")
    assert await last_choices.usual(bob.id) == Habit()
    await meetings.create(ann.id, MeetingForm("At any time"), now=NOW + timedelta(hours=1))
    assert await last_choices.usual(ann.id) == Habit()


@pytest.mark.promise("P87")
async def test_it_ends_with_the_consent_and_while_the_use_is_restricted(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await agrees(await member(), "personalisation")
    await planned(ann)
    await privacy_requests.restrict(DataOwner(ann.id), True)
    assert await last_choices.usual(ann.id) == Habit()
    await privacy_requests.restrict(DataOwner(ann.id), False)
    assert (await last_choices.usual(ann.id)).is_planned
    async with database.session(*LOOKING) as own:
        await ledger.withdraw(own, ann, "personalisation", act="button", page="test")
    assert await last_choices.usual(ann.id) == Habit()
