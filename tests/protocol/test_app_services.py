"""The app's own services against the real media process: its tokens let people in, its orders carry."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from livekit import rtc

from conference_app.config import Settings, settings
from conference_app.errors import NotFound
from conference_app.services.media_server.room_service import LiveKitRoomAdmin, room_admin
from conference_app.services.meetings import meetings
from conference_app.services.room import joining, moderation
from conference_app.services.room.entry_checks import Removed
from conference_app.services.room.hosts import Caller
from conference_app.services.room.joining import Admitted
from tests.conference_app.links import with_link
from tests.conference_app.people import confirmed, meeting_of, session_of
from tests.protocol.people import API_KEY, API_SECRET, MediaProcess, Person, until

pytestmark = [pytest.mark.process, pytest.mark.timeout(60)]


@pytest.fixture(autouse=True)
def app_of_this_media(media: MediaProcess, sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app is set up for the running media process."""
    monkeypatch.setenv("PARLEY_MEDIA_PORT", media.http_url.rsplit(":", 1)[1])
    monkeypatch.setenv("LIVEKIT_API_KEY", API_KEY)
    monkeypatch.setenv("LIVEKIT_API_SECRET", API_SECRET)
    settings.cache_clear()


async def enter(media: MediaProcess, place: Admitted) -> Person:
    """An official client that comes in with our token."""
    person = Person(place.identity)
    person.listen()
    options = rtc.RoomOptions(auto_subscribe=True, single_peer_connection=False)
    await asyncio.wait_for(person.room.connect(media.url, place.token, options), 15)
    return person


async def test_from_the_door_to_the_end(media: MediaProcess) -> None:
    ann = await confirmed()
    made = await meeting_of(ann, "Plans")
    places: list[Admitted] = []
    for name, tab, session in (("", "hers", await session_of(ann)), ("Bob", "his", None), ("Eve", "rude", None)):
        place = await joining.join(
            made.code, name=name, pass_phrase="", tab_id=tab, session=session, address="", **with_link(name)
        )
        assert isinstance(place, Admitted)
        places.append(place)
    host, bob, eve = [await enter(media, place) for place in places]
    try:
        assert host.me.attributes == {"role": "host"}
        await until(lambda: len(host.room.remote_participants) == 2, "two guests")
        seen = host.room.remote_participants[bob.identity]
        assert (seen.name, seen.attributes) == ("Bob", {"role": "guest"})
        assert sorted(await room_admin().participants(host.room.name)) == sorted(place.identity for place in places)
        assert host.room.name not in (made.code, "Plans")

        await moderation.remove(Caller(ann.id), made.code, eve.identity)
        await until(lambda: eve.saw("disconnected"), "removal")
        with pytest.raises(Removed):
            await joining.join(
                made.code, name="Eve", pass_phrase="", tab_id="rude", session=None, address="", **with_link("Eve")
            )

        assert await room_admin().occupied({host.room.name, "nowhere"}) == {host.room.name}
        await moderation.hand_over(Caller(ann.id), made.code, bob.identity)
        await until(lambda: seen.attributes == {"role": "host"}, "that Bob hosts")
        await moderation.end(Caller(tab_id="his"), made.code)
        for person in (host, bob):
            await until(lambda person=person: person.saw("disconnected"), "end")
        assert (await meetings.find_by_code(made.code)).state == "ended"
    finally:
        for person in (host, bob, eve):
            await person.leave()


async def test_orders_about_nothing(media: MediaProcess) -> None:
    admin = LiveKitRoomAdmin()
    assert await admin.participants("nowhere") == {}
    await admin.remove("nowhere", "guest-1")
    await admin.end("nowhere")
    with pytest.raises(NotFound):
        await admin.make_host("nowhere", "guest-1")


async def test_a_guest_cannot_rename_or_promote_itself(media: MediaProcess) -> None:
    ann = await confirmed()
    made = await meeting_of(ann)
    await meetings.open_room(ann.id, made.code)
    place = await joining.join(
        made.code, name="Eve", pass_phrase="", tab_id="t", session=None, address="", **with_link("Eve")
    )
    assert isinstance(place, Admitted)
    eve = await enter(media, place)
    try:
        for attempt in (
            eve.me.set_attributes({"role": "host"}),
            eve.me.set_name("Ann Nowak"),
            eve.me.set_metadata("x"),
        ):
            with contextlib.suppress(Exception):  # how the SDK tells of the refusal is its own affair
                await asyncio.wait_for(attempt, 10)
        other = await joining.join(
            made.code, name="Bob", pass_phrase="", tab_id="u", session=None, address="", **with_link("Bob")
        )
        assert isinstance(other, Admitted)
        bob = await enter(media, other)
        await until(lambda: eve.identity in bob.room.remote_participants, "Eve")
        seen = bob.room.remote_participants[eve.identity]
        assert (seen.attributes, seen.name, seen.metadata) == ({"role": "guest"}, "Eve", "")
        await bob.leave()
    finally:
        await eve.leave()
