"""The meeting page's State through the real gate and services: who comes in, who waits, what only the host may do."""

from __future__ import annotations

import asyncio
import functools
from typing import Any

import pytest

from conference_app.pages.room.room import MeetingState
from conference_app.room.host_state import HostState
from conference_app.services.media_server import access_tokens
from conference_app.services.meetings import meetings
from conference_app.services.meetings.meetings import OwnMeeting
from conference_app.services.room import joining
from conference_app.services.sign_in import sessions
from tests.conference_app.links import with_link
from tests.conference_app.people import confirmed, meeting_of, session_token
from tests.conference_app.tabs import Processor, Tab, delta_of, name_of
from tests.fakes import FakeRoomAdmin

LOAD, JOIN, FORGET = name_of(MeetingState.load), name_of(MeetingState.join), name_of(MeetingState.forget_answer)


async def guest_at(processor: Processor, meeting: OwnMeeting, prefix: str = "") -> Tab:
    tab = Tab(processor, path=f"{prefix}/m/{meeting.code}")
    await tab.send(LOAD)
    return tab


async def asked(tab: Tab, name: str = "Tom", pass_phrase: str = "") -> dict[str, Any]:
    """The answer after asking for a place."""
    await tab.send(JOIN, name=name, pass_phrase=pass_phrase, **with_link(name))
    return await answer_of(tab)


async def answer_of(tab: Tab) -> dict[str, Any]:
    answer = (await tab.vars_of(MeetingState))["answer"]
    return {name: getattr(answer, name) for name in answer.__slots__}


async def access_of(tab: Tab) -> Any:
    return (await tab.vars_of(MeetingState))["access"]


async def test_a_stranger_learns_the_state_and_nothing_else(processor: Processor) -> None:
    ann = await confirmed()
    meeting = await meeting_of(ann, "Secret plans", pass_phrase="blue heron")
    access = await access_of(await guest_at(processor, meeting))
    assert (access.status, access.needs_pass_phrase, access.is_host) == ("waiting", True, False)
    assert "Secret plans" not in processor.wire
    assert "blue heron" not in processor.wire


async def test_the_organizer_sees_the_subject_and_needs_no_pass_phrase(processor: Processor) -> None:
    ann = await confirmed()
    meeting = await meeting_of(ann, "Plans", pass_phrase="blue heron")
    tab = Tab.signed_in(processor, await session_token(ann), path=f"/m/{meeting.code}")
    await tab.send(LOAD)
    access = await access_of(tab)
    assert (access.subject, access.is_host, access.needs_pass_phrase, access.suggested_name) == (
        "Plans",
        True,
        False,
        "Ann Nowak",
    )
    answer = await asked(tab, "")
    assert (answer["kind"], answer["role"], answer["subject"]) == ("admitted", "host", "Plans")


async def test_a_wrong_address_is_told_so(processor: Processor) -> None:
    for path in ("/m/aaaaa-bbbbb-ccccc", "/m/", "/m/" + "x" * 5000, "/m/%00"):
        tab = Tab(processor, path=path)
        await tab.send(LOAD)
        assert (await access_of(tab)).status == "not_found"
        assert (await asked(tab))["code"] == "not_found"
    assert processor.errors == []


async def test_many_wrong_addresses_end_in_a_wait(processor: Processor) -> None:
    tab = Tab(processor, path="/m/aaaaa-bbbbb-ccccc")
    for _attempt in range(101):
        await tab.send(LOAD)
    access = await access_of(tab)
    assert access.status == "too_many_attempts"
    assert access.message


async def waiting(tab: Tab) -> asyncio.Task[Any]:
    """A guest's asking, once the tab says that it waits; it ends when the tab is answered for good."""
    asking = asyncio.create_task(tab.send(JOIN, name="Tom", pass_phrase="", **with_link("Tom")))
    while (await answer_of(tab))["kind"] != "waiting":
        await asyncio.sleep(0.01)
    return asking


async def test_a_guest_waits_until_the_room_opens(processor: Processor) -> None:
    ann = await confirmed()
    meeting = await meeting_of(ann)
    tab = await guest_at(processor, meeting)
    asking = await waiting(tab)
    await meetings.open_room(ann.id, meeting.code)
    await asyncio.wait_for(asking, 60)
    answer = await answer_of(tab)
    assert (answer["kind"], answer["role"], answer["name"]) == ("admitted", "guest", "Tom")


async def test_a_guest_who_has_waited_long_asks_again_and_waits_on(
    processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await confirmed()
    meeting = await meeting_of(ann)
    tab = await guest_at(processor, meeting)
    with monkeypatch.context() as patch:
        patch.setattr(joining, "answered", functools.partial(joining.answered, timeout_s=0.05))
        assert (await asked(tab))["kind"] == "ask_again"
    asking = await waiting(tab)
    await meetings.open_room(ann.id, meeting.code)
    await asyncio.wait_for(asking, 60)
    assert (await answer_of(tab))["kind"] == "admitted"


async def test_who_stops_waiting_is_not_let_in_behind_their_back(processor: Processor) -> None:
    ann = await confirmed()
    meeting = await meeting_of(ann)
    tab = await guest_at(processor, meeting)
    asking = await waiting(tab)
    await tab.send(name_of(MeetingState.stop_waiting))
    await meetings.open_room(ann.id, meeting.code)
    await asyncio.wait_for(asking, 60)
    assert (await answer_of(tab))["token"] == ""


async def test_who_is_signed_out_while_waiting_comes_in_as_nobody(processor: Processor) -> None:
    """Whoever found the tab of a member open waits to be let in; the member ends that sign-in from elsewhere."""
    ann, ben = await confirmed("ann"), await confirmed("ben")
    meeting = await meeting_of(ann)
    tab = Tab.signed_in(processor, await session_token(ben), path=f"/m/{meeting.code}")
    await tab.send(LOAD)
    asking = await waiting(tab)
    await sessions.end_all(ben.id)
    await meetings.open_room(ann.id, meeting.code)
    await asyncio.wait_for(asking, 60)
    if (await answer_of(tab))["kind"] == "ask_again":  # the sign-in ended before the wait had looked whose it is
        await tab.send(JOIN, name="Ben", pass_phrase="")
    answer = await answer_of(tab)
    assert access_tokens.verify_room_token(answer["token"]).identity.startswith("guest-")


async def test_refusals_say_which_in_the_language_of_the_page(processor: Processor) -> None:
    ann = await confirmed()
    meeting = await meeting_of(ann, pass_phrase="blue heron")
    await meetings.open_room(ann.id, meeting.code)
    tab = await guest_at(processor, meeting, "/pl")
    wrong = await asked(tab, "Tom", "red heron")
    assert (wrong["kind"], wrong["code"]) == ("refused", "wrong_pass_phrase")
    assert "hasło" in wrong["message"]
    nameless = await asked(tab, " ", "blue heron")
    assert nameless["code"] == "invalid_input"
    assert nameless["message"].endswith(".")
    assert (await asked(tab, "Tom", "blue heron"))["kind"] == "admitted"


@pytest.mark.parametrize(("name", "pass_phrase"), [("x" * 19_000, "y" * 19_000), ("\u202eTom\x00", "\ud800")])
async def test_hostile_fields_are_answered(processor: Processor, name: str, pass_phrase: str) -> None:
    ann = await confirmed()
    meeting = await meeting_of(ann, pass_phrase="blue heron")
    await meetings.open_room(ann.id, meeting.code)
    answer = await asked(await guest_at(processor, meeting), name, pass_phrase)
    assert answer["kind"] == "refused"
    assert answer["token"] == ""


async def test_a_token_is_kept_no_longer_than_needed(processor: Processor) -> None:
    ann = await confirmed()
    meeting = await meeting_of(ann)
    await meetings.open_room(ann.id, meeting.code)
    tab = await guest_at(processor, meeting)
    answer = await asked(tab)
    assert answer["token"]
    await tab.send(FORGET, answer_id="another")
    assert (await answer_of(tab))["token"] == answer["token"]
    await tab.send(FORGET, answer_id=answer["id"])
    assert (await answer_of(tab))["token"] == ""
    await asked(tab)
    await tab.send(LOAD)
    assert (await answer_of(tab))["token"] == ""


async def test_asking_again_gives_the_same_person_a_new_token(processor: Processor) -> None:
    ann = await confirmed()
    meeting = await meeting_of(ann)
    await meetings.open_room(ann.id, meeting.code)
    tab = await guest_at(processor, meeting)
    first, second = await asked(tab), await asked(tab)
    assert first["id"] != second["id"]
    assert second["kind"] == "admitted"


ORDERS: list[tuple[Any, dict[str, Any]]] = [
    (HostState.remove, {"identity": "guest-1"}),
    (HostState.lock, {"is_locked": True}),
    (HostState.end, {}),
    (HostState.admit, {"identity": ""}),
    (HostState.refuse, {"identity": "guest-1"}),
    (HostState.hand_over, {"identity": "guest-1"}),
    (HostState.watch, {}),
]


@pytest.mark.parametrize(("handler", "arguments"), ORDERS)
@pytest.mark.slow
async def test_orders_are_the_organizers_alone(
    processor: Processor, rooms: FakeRoomAdmin, handler: Any, arguments: dict[str, Any]
) -> None:
    ann, eve = await confirmed("ann"), await confirmed("eve")
    meeting = await meeting_of(ann)
    await meetings.open_room(ann.id, meeting.code)
    for tab in (
        await guest_at(processor, meeting),
        Tab.signed_in(processor, await session_token(eve), path=f"/m/{meeting.code}"),
    ):
        await tab.send(LOAD)
        await asked(tab, "Eve")
        await tab.send(name_of(handler), **arguments)
    assert rooms.orders == []
    assert (await meetings.get_own(ann.id, meeting.code)).state == "open"


async def test_the_host_locks_and_unlocks_and_is_told(processor: Processor) -> None:
    ann = await confirmed()
    meeting = await meeting_of(ann)
    await meetings.open_room(ann.id, meeting.code)
    host = Tab.signed_in(processor, await session_token(ann), path=f"/m/{meeting.code}")
    await host.send(LOAD)
    updates = await host.send(name_of(HostState.lock), is_locked=True)
    assert delta_of(updates, HostState)["is_locked"] is True
    assert (await host.vars_of(HostState))["notice"].message
    guest = await guest_at(processor, meeting)
    asking = await waiting(guest)
    assert (await answer_of(guest))["code"] == "admit"
    await host.send(name_of(HostState.lock), is_locked=False)
    await asyncio.wait_for(asking, 60)
    assert (await answer_of(guest))["kind"] == "admitted"


async def test_an_order_that_fails_says_why(processor: Processor, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    meeting = await meeting_of(ann)
    await meetings.open_room(ann.id, meeting.code)
    host = Tab.signed_in(processor, await session_token(ann), path=f"/m/{meeting.code}")
    await host.send(LOAD)
    rooms.is_down = True
    await host.send(name_of(HostState.hand_over), identity="guest-1")
    assert (await host.vars_of(HostState))["notice"].message
    assert processor.errors == []


async def test_after_the_end_the_page_says_so(processor: Processor) -> None:
    ann = await confirmed()
    meeting = await meeting_of(ann)
    await meetings.open_room(ann.id, meeting.code)
    host = Tab.signed_in(processor, await session_token(ann), path=f"/m/{meeting.code}")
    await host.send(LOAD)
    await host.send(name_of(HostState.end))
    tab = await guest_at(processor, meeting)
    assert (await access_of(tab)).status == "ended"
    assert (await asked(tab))["code"] == "meeting_ended"
    await host.send(LOAD)
    assert (await access_of(host)).message
