"""RoomService by the official server-side library, and what the clients in the room see of it."""

from __future__ import annotations

import aiohttp
import pytest
from livekit import api, rtc
from livekit.protocol import models

from tests.protocol.people import API_KEY, People, token, until, until_silent

pytestmark = [pytest.mark.process, pytest.mark.timeout(60)]


async def test_rooms_are_made_listed_and_deleted(people: People) -> None:
    async with people.admin() as admin:
        made = await admin.room.create_room(api.CreateRoomRequest(name=people.room_name, max_participants=5))
        ann = await people.join("ann")
        listed = await admin.room.list_rooms(api.ListRoomsRequest(names=[people.room_name]))
        assert [(room.sid, room.num_participants, room.max_participants) for room in listed.rooms] == [(made.sid, 1, 5)]
        await admin.room.delete_room(api.DeleteRoomRequest(room=people.room_name))
        await until(lambda: ann.saw("disconnected"), "end")
        assert ann.saw("disconnected")[0][0] == rtc.DisconnectReason.ROOM_DELETED
        listed = await admin.room.list_rooms(api.ListRoomsRequest(names=[people.room_name]))
        assert not listed.rooms


async def test_participant_is_seen_and_removed(people: People) -> None:
    ann, ben = await people.join("ann"), await people.join("ben")
    async with people.admin() as admin:
        everybody = await admin.room.list_participants(api.ListParticipantsRequest(room=people.room_name))
        assert sorted(one.identity for one in everybody.participants) == ["ann", "ben"]
        who = api.RoomParticipantIdentity(room=people.room_name, identity="ben")
        assert (await admin.room.get_participant(who)).name == "Ben"
        await admin.room.remove_participant(who)
        await until(lambda: ben.saw("disconnected"), "removal")
        assert ben.saw("disconnected")[0][0] == rtc.DisconnectReason.PARTICIPANT_REMOVED
        await until(lambda: ann.saw("participant_disconnected"), "departure")
        with pytest.raises(api.TwirpError) as caught:
            await admin.room.get_participant(who)
        assert caught.value.code == "not_found"


async def test_muted_by_the_host_is_silent_for_all(people: People) -> None:
    ann, ben = await people.join("ann"), await people.join("ben")
    publication = await ann.speak()
    await until(lambda: ben.loudness["ann"] > 3000, "sound")
    async with people.admin() as admin:
        request = api.MuteRoomTrackRequest(room=people.room_name, identity="ann", track_sid=publication.sid, muted=True)
        await admin.room.mute_published_track(request)
        await until(lambda: ben.saw("track_muted"), "mute")
        await until_silent(ben, "ann")
        request.muted = False
        with pytest.raises(api.TwirpError) as caught:
            await admin.room.mute_published_track(request)
        assert caught.value.code == "failed_precondition"


async def test_permission_taken_away_ends_the_tracks(people: People) -> None:
    ann, ben = await people.join("ann"), await people.join("ben")
    await ann.speak()
    await until(lambda: ben.loudness["ann"] > 3000, "sound")
    async with people.admin() as admin:
        await admin.room.update_participant(
            api.UpdateParticipantRequest(
                room=people.room_name,
                identity="ann",
                permission=api.ParticipantPermission(can_subscribe=True, can_publish_data=True),
                attributes={"role": "listener"},
            )
        )
    await until(lambda: ben.saw("track_unpublished"), "end of the track")
    seen = ben.room.remote_participants["ann"]
    await until(lambda: seen.attributes, "attributes")
    assert (seen.attributes, seen.track_publications) == ({"role": "listener"}, {})


async def test_server_sends_data_and_room_metadata(people: People) -> None:
    ann, ben = await people.join("ann"), await people.join("ben")
    async with people.admin() as admin:
        await admin.room.update_room_metadata(api.UpdateRoomMetadataRequest(room=people.room_name, metadata="locked"))
        await until(lambda: ann.room.metadata == "locked", "room metadata")
        request = api.SendDataRequest(room=people.room_name, data=b"notice", kind=models.DataPacket.RELIABLE, topic="t")
        request.destination_identities.append("ben")
        await admin.room.send_data(request)
    await until(lambda: ben.data, "notice")
    assert (bytes(ben.data[0].data), ben.data[0].participant) == (b"notice", None)
    assert not ann.data


async def test_calls_need_their_grant(people: People) -> None:
    await people.join("ann")
    async with api.LiveKitAPI(people.media.http_url, API_KEY, "another-secret-" * 4) as stranger:
        with pytest.raises(api.TwirpError) as caught:
            await stranger.room.list_rooms(api.ListRoomsRequest())
        assert (caught.value.code, caught.value.status) == ("unauthenticated", 401)
    guest = token("ann", people.room_name)
    url = f"{people.media.http_url}/twirp/livekit.RoomService/RemoveParticipant"
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {guest}"}) as client:
        async with client.post(url, json={"room": people.room_name, "identity": "ann"}) as response:
            assert response.status == 401
