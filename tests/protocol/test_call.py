"""Calls of official clients: sound, pictures, mute, unpublish, identities, rooms kept apart."""

from __future__ import annotations

import asyncio

import pytest
from livekit import rtc

from tests.protocol.people import HEIGHT, WIDTH, People, until, until_silent

pytestmark = [pytest.mark.process, pytest.mark.timeout(60)]


async def test_two_rooms_each_with_sound_and_pictures_of_its_own(people: People) -> None:
    rooms = [people.room_name + "-a", people.room_name + "-b"]
    crowd = {room: [await people.join(name, room) for name in ("ann", "ben")] for room in rooms}
    for ann, ben in crowd.values():
        await asyncio.gather(ann.show_camera(), ann.speak(), ben.speak())
    for ann, ben in crowd.values():
        await until(lambda ben=ben: ben.frames["ann"] > 15, "pictures")
        await until(lambda ben=ben: ben.loudness["ann"] > 3000, "sound of ann")
        await until(lambda ann=ann: ann.loudness["ben"] > 3000, "sound of ben")
        assert ben.sizes["ann"] == (WIDTH, HEIGHT)
        assert list(ann.room.remote_participants) == ["ben"]
        assert ann.frames == {}


async def test_who_comes_later_sees_what_is_there(people: People) -> None:
    ann = await people.join("ann")
    await asyncio.gather(ann.show_camera(), ann.speak())
    ben = await people.join("ben")
    await until(lambda: ben.frames["ann"] > 5, "pictures")
    await until(lambda: ben.loudness["ann"] > 3000, "sound")
    sources = {publication.source for publication in ben.room.remote_participants["ann"].track_publications.values()}
    assert sources == {rtc.TrackSource.SOURCE_CAMERA, rtc.TrackSource.SOURCE_MICROPHONE}


async def test_mute_is_seen_and_ends(people: People) -> None:
    ann, ben = await people.join("ann"), await people.join("ben")
    publication = await ann.speak()
    await until(lambda: ben.loudness["ann"] > 3000, "sound")
    assert publication.track is not None
    publication.track.mute()
    await until(lambda: ben.saw("track_muted"), "mute")
    await until_silent(ben, "ann")
    publication.track.unmute()
    await until(lambda: ben.saw("track_unmuted"), "unmute")
    await until(lambda: ben.loudness["ann"] > 3000, "sound after unmute")


async def test_unpublish_and_publish_again(people: People) -> None:
    ann, ben = await people.join("ann"), await people.join("ben")
    publication = await ann.show_camera()
    await until(lambda: ben.frames["ann"] > 3, "pictures")
    await ann.me.unpublish_track(publication.sid)
    await until(lambda: ben.saw("track_unpublished"), "unpublish")
    assert not ben.room.remote_participants["ann"].track_publications
    ben.frames.clear()
    again = await ann.show_camera()
    assert again.sid != publication.sid
    await until(lambda: ben.frames["ann"] > 3, "pictures again")


async def test_speaker_and_quality_are_told(people: People) -> None:
    ann, ben = await people.join("ann"), await people.join("ben")
    await ann.speak()
    await until(lambda: any(speakers for (speakers,) in ben.saw("active_speakers_changed")), "speaker")
    loudest = {speakers[0].identity for (speakers,) in ben.saw("active_speakers_changed") if speakers}
    assert loudest == {"ann"}
    await until(lambda: ben.saw("connection_quality_changed"), "quality")
    assert {quality for _, quality in ben.saw("connection_quality_changed")} == {
        rtc.ConnectionQuality.QUALITY_EXCELLENT
    }


async def test_departure_is_seen_with_its_reason(people: People) -> None:
    ann, ben = await people.join("ann"), await people.join("ben", can_update_own_metadata=True)
    await ben.me.set_name("Ben")  # back only when all before it has arrived: the SDK closes upon its goodbye, and loses
    await ben.leave()  # a goodbye that waits behind something else
    await until(lambda: ann.saw("participant_disconnected"), "departure")
    (gone,) = ann.saw("participant_disconnected")[0]
    assert (gone.identity, gone.disconnect_reason) == ("ben", rtc.DisconnectReason.CLIENT_INITIATED)


async def test_second_session_of_an_identity_ends_the_first(people: People) -> None:
    first = await people.join("ann")
    second = await people.join("ann")
    await until(lambda: first.saw("disconnected"), "end of the first session")
    assert first.saw("disconnected")[0][0] == rtc.DisconnectReason.DUPLICATE_IDENTITY
    assert not second.saw("disconnected")


async def test_name_metadata_and_attributes_reach_the_others(people: People) -> None:
    ann = await people.join("ann", can_update_own_metadata=True)
    ben = await people.join("ben")
    await ann.me.set_attributes({"hand": "up"})
    await ann.me.set_metadata("m")
    await ann.me.set_name("Anna")
    await until(lambda: ben.saw("participant_name_changed"), "name")
    seen = ben.room.remote_participants["ann"]
    assert (seen.attributes, seen.metadata, seen.name) == ({"hand": "up"}, "m", "Anna")


async def test_who_may_not_publish_cannot(people: People) -> None:
    ann = await people.join("ann", can_publish=False)
    ben = await people.join("ben")
    before = await people.refused("tracks_refused")
    speaking = asyncio.create_task(ann.speak())
    while not speaking.done() and await people.refused("tracks_refused") == before:
        await asyncio.sleep(0.05)
    if speaking.done():
        assert isinstance(speaking.exception(), rtc.participant.PublishTrackError)
    speaking.cancel()  # the SDK connects the refusal to nothing, and would wait for ten seconds
    assert not ben.room.remote_participants["ann"].track_publications


async def test_subscribing_by_hand(people: People) -> None:
    ann = await people.join("ann")
    await ann.show_camera()
    ben, cleo = await people.join("ben", auto_subscribe=False), await people.join("cleo")
    await until(lambda: ben.room.remote_participants["ann"].track_publications, "publication")
    await until(lambda: cleo.frames["ann"] > 3, "pictures for who takes all")
    assert ben.frames == {}
    publication = next(iter(ben.room.remote_participants["ann"].track_publications.values()))
    publication.set_subscribed(True)
    await until(lambda: ben.frames["ann"] > 3, "pictures")
    publication.set_subscribed(False)
    await until(lambda: ben.saw("track_unsubscribed"), "end of the subscription")


async def test_server_asks_for_a_fresh_session_and_the_client_is_back(people: People) -> None:
    ann, ben = await people.join("ann"), await people.join("ben")
    await ann.speak()
    await until(lambda: ben.loudness["ann"] > 3000, "sound")
    await ann.room.simulate_scenario(rtc.SimulateScenarioKind.SIMULATE_FULL_RECONNECT)
    await until(lambda: ann.saw("reconnected"), "reconnection")
    assert ann.saw("reconnecting")
    assert not ann.saw("disconnected")
    ben.loudness.clear()
    await until(lambda: ben.loudness["ann"] > 3000, "sound after the reconnection")
