"""A host's own pages: what they offer is what holds."""

from __future__ import annotations

import pytest

from conference_app.pages.meetings.dashboard import DashboardState
from conference_app.pages.meetings.new_meeting import NewMeetingState
from conference_app.pages.meetings.own_meeting import OwnMeetingState
from conference_app.services.meetings import meetings
from conference_app.services.privacy import deactivation
from conference_app.services.room import moderation
from conference_app.services.room.hosts import Caller
from tests.conference_app.joined import admitted
from tests.conference_app.people import ADDRESS, PASSWORD, confirmed, meeting_of, session_token
from tests.conference_app.tabs import Processor, Tab, name_of


async def test_while_meetings_let_nobody_in_no_page_offers_to_start_or_invite(processor: Processor) -> None:
    ann = await confirmed()
    made = await meeting_of(ann)
    await deactivation.deactivate(ann.id, PASSWORD, address=ADDRESS)
    tab = Tab.signed_in(processor, await session_token(ann), path="/dashboard")
    await tab.send(name_of(DashboardState.load))
    assert (await tab.vars_of(DashboardState))["first"].room_path == ""
    await tab.send(name_of(DashboardState.start))
    assert (await meetings.get_own(ann.id, made.code)).state == "waiting"
    own = Tab.signed_in(processor, await session_token(ann), path=f"/meetings/{made.code}")
    await own.send(name_of(OwnMeetingState.load))
    assert (await own.vars_of(OwnMeetingState))["shown"].room_path == ""


async def test_an_ended_meeting_says_how_it_was_and_is_met_again(processor: Processor) -> None:
    ann = await confirmed()
    made = await meeting_of(ann, "Plans", pass_phrase="blue heron", starts_locked=True)
    await meetings.open_room(ann.id, made.code)
    await moderation.end(Caller(ann.id), made.code)
    tab = Tab.signed_in(processor, await session_token(ann), path=f"/meetings/{made.code}")
    await tab.send(name_of(OwnMeetingState.load))
    shown = (await tab.vars_of(OwnMeetingState))["shown"]
    assert shown.is_over
    assert shown.began_at
    assert shown.lasted.endswith("0 people")
    tab.path = f"/meetings/new?again={made.code}"
    await tab.send(name_of(NewMeetingState.load))
    again = await tab.vars_of(NewMeetingState)
    assert (again["subject"], again["pass_phrase"], again["starts_locked"]) == ("Plans", "blue heron", True)


@pytest.mark.promise("P75")
async def test_a_stranger_meets_nothing_again(processor: Processor) -> None:
    ann, eve = await confirmed("ann"), await confirmed("eve")
    made = await meeting_of(ann, "canary subject")
    await meetings.open_room(ann.id, made.code)
    await admitted(made.code)
    tab = Tab.signed_in(processor, await session_token(eve), path=f"/meetings/new?again={made.code}")
    await tab.send(name_of(NewMeetingState.load))
    assert (await tab.vars_of(NewMeetingState))["subject"] == ""
    tab.path = f"/meetings/{made.code}"
    await tab.send(name_of(OwnMeetingState.load))
    assert (await tab.vars_of(OwnMeetingState))["missing"]
    tab.path = "/dashboard"
    await tab.send(name_of(DashboardState.load))
    assert "canary subject" not in processor.wire
