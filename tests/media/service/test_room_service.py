"""RoomService: the grant each call needs, what it does, and the Twirp form of both."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web
from google.protobuf.message import Message
from livekit.protocol import models, rtc
from livekit.protocol import room as api

from media.errors import AdminError
from media.room.permissions import Grants
from media.service.room_service import MAX_NONCE_BYTES, RoomService
from media.service.twirp import Twirp
from tests.media.world import CONFIG, World, sink, subscriber

ADMIN = Grants(identity="", room="room", room_admin=True, room_create=True, room_list=True)


class Desk:
    """RoomService over a world."""

    def __init__(self) -> None:
        self.world = World()
        self.service = RoomService(self.world.registry, CONFIG.limits, self.world.clock)
        self.twirp = Twirp(self.service, self.world.registry.counters)

    def call(self, method: str, request: Message, grants: Grants = ADMIN) -> Any:
        return self.service.methods[method][1](grants, request)

    def post(self, method: str, body: bytes, content_type: str = "application/json") -> tuple[int, Any]:
        response: web.Response = self.twirp.answer(method, content_type, body, ADMIN)
        assert isinstance(response.body, bytes)
        return response.status, json.loads(response.body)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def code_of(desk: Desk, method: str, request: Message, grants: Grants = ADMIN) -> str:
    with pytest.raises(AdminError) as caught:
        desk.call(method, request, grants)
    return caught.value.code


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("CreateRoom", api.CreateRoomRequest(name="room")),
        ("ListRooms", api.ListRoomsRequest()),
        ("DeleteRoom", api.DeleteRoomRequest(room="room")),
        ("ListParticipants", api.ListParticipantsRequest(room="room")),
        ("GetParticipant", api.RoomParticipantIdentity(room="room", identity="ann")),
        ("RemoveParticipant", api.RoomParticipantIdentity(room="room", identity="ann")),
        ("MutePublishedTrack", api.MuteRoomTrackRequest(room="room", identity="ann", muted=True)),
        ("UpdateParticipant", api.UpdateParticipantRequest(room="room", identity="ann")),
        ("UpdateSubscriptions", api.UpdateSubscriptionsRequest(room="room", identity="ann")),
        ("SendData", api.SendDataRequest(room="room")),
        ("UpdateRoomMetadata", api.UpdateRoomMetadataRequest(room="room")),
    ],
)
def test_every_call_needs_its_grant(desk: Desk, method: str, request_: Message) -> None:
    ann = desk.world.join("ann")
    for grants in (
        Grants(identity="ann", room="room", room_join=True),
        Grants(identity="", room="other", room_admin=True),
    ):
        assert code_of(desk, method, request_, grants) == "unauthenticated"
    assert not ann.is_gone
    assert set(desk.service.methods) >= {method}


def test_no_call_is_left_out_of_the_grant_test(desk: Desk) -> None:
    marks: Any = test_every_call_needs_its_grant
    tested = {method for method, _ in marks.pytestmark[0].args[1]}
    assert tested == set(desk.service.methods)


def test_create_and_list_and_delete(desk: Desk) -> None:
    room = desk.call(
        "CreateRoom", api.CreateRoomRequest(name="room", max_participants=3, empty_timeout=60, metadata="m")
    )
    assert (room.max_participants, room.empty_timeout, room.metadata) == (3, 60, "m")
    ann = desk.world.join("ann")
    assert [one.num_participants for one in desk.call("ListRooms", api.ListRoomsRequest()).rooms] == [1]
    assert list(desk.call("ListRooms", api.ListRoomsRequest(names=["other"])).rooms) == []
    desk.call("DeleteRoom", api.DeleteRoomRequest(room="room"))
    leave = sink(ann).last("leave")
    assert (leave.reason, leave.action) == (models.ROOM_DELETED, rtc.LeaveRequest.DISCONNECT)
    assert code_of(desk, "DeleteRoom", api.DeleteRoomRequest(room="room")) == "not_found"


def test_a_room_that_exists_is_changed_where_something_is_asked_for(desk: Desk) -> None:
    """The first client may come before the application makes the room."""
    ann = desk.world.join("ann")
    room = desk.world.room
    made = desk.call("CreateRoom", api.CreateRoomRequest(name="room", max_participants=3, departure_timeout=60))
    assert (made.sid, made.num_participants) == (room.sid, 1)
    again = desk.call("CreateRoom", api.CreateRoomRequest(name="room", metadata="m"))
    assert (again.max_participants, again.departure_timeout, again.metadata) == (3, 60, "m")
    assert again.empty_timeout == CONFIG.empty_timeout_s
    assert sink(ann).last("room_update").room.metadata == "m"


def test_participants_beyond_the_servers_limit_cannot_be_asked_for(desk: Desk) -> None:
    room = desk.call("CreateRoom", api.CreateRoomRequest(name="room", max_participants=1_000_000))
    assert room.max_participants == CONFIG.limits.max_participants


@pytest.mark.parametrize("name", ["", "x" * 300])
def test_room_needs_a_sensible_name(desk: Desk, name: str) -> None:
    assert code_of(desk, "CreateRoom", api.CreateRoomRequest(name=name)) == "invalid_argument"


def test_get_and_remove_participant(desk: Desk) -> None:
    ann = desk.world.join("ann")
    request = api.RoomParticipantIdentity(room="room", identity="ann")
    assert desk.call("GetParticipant", request).sid == ann.sid
    infos = desk.call("ListParticipants", api.ListParticipantsRequest(room="room")).participants
    assert [info.identity for info in infos] == ["ann"]
    desk.call("RemoveParticipant", request)
    assert sink(ann).last("leave").reason == models.PARTICIPANT_REMOVED
    assert code_of(desk, "RemoveParticipant", request) == "not_found"
    assert code_of(desk, "GetParticipant", request) == "not_found"


def test_who_is_inside_is_told_from_the_join_to_the_end(desk: Desk) -> None:
    def listed() -> dict[str, int]:
        infos = desk.call("ListParticipants", api.ListParticipantsRequest(room="room")).participants
        return {info.identity: info.state for info in infos}

    def counts() -> list[tuple[int, int]]:
        rooms = desk.call("ListRooms", api.ListRoomsRequest(names=["room"])).rooms
        return [(room.num_participants, room.num_publishers) for room in rooms]

    world = desk.world
    ann = world.enter("ann")
    assert (listed(), counts()) == ({"ann": models.ParticipantInfo.JOINED}, [(1, 0)])
    subscriber(ann).connect()
    world.publish(ann)
    world.join("ghost", hidden=True)
    assert listed() == {"ann": models.ParticipantInfo.ACTIVE, "ghost": models.ParticipantInfo.ACTIVE}
    assert counts() == [(1, 1)]
    for member in list(world.room.members.values()):
        world.room.leave(member, models.CLIENT_INITIATED)
    assert (listed(), counts()) == ({}, [(0, 0)])
    world.registry.tick(world.clock() + CONFIG.departure_timeout_s)
    assert counts() == []


def test_list_of_a_room_that_is_not_there_is_empty(desk: Desk) -> None:
    assert list(desk.call("ListParticipants", api.ListParticipantsRequest(room="room")).participants) == []


def test_mute_stops_the_packets_and_tells_the_client(desk: Desk) -> None:
    ann, ben = desk.world.join("ann"), desk.world.join("ben")
    sid = desk.world.publish(ann)
    request = api.MuteRoomTrackRequest(room="room", identity="ann", track_sid=sid, muted=True)
    assert desk.call("MutePublishedTrack", request).track.muted
    told = sink(ann).last("mute")
    assert (told.sid, told.muted) == (sid, True)
    assert subscriber(ben).downs[0].is_paused
    request.muted = False
    assert code_of(desk, "MutePublishedTrack", request) == "failed_precondition"
    request.muted, request.track_sid = True, "TR_none"
    assert code_of(desk, "MutePublishedTrack", request) == "not_found"


def test_new_permission_takes_effect_at_once(desk: Desk) -> None:
    ann, ben = desk.world.join("ann"), desk.world.join("ben")
    sid = desk.world.publish(ann)
    desk.world.publish(ben, "b")
    permission = models.ParticipantPermission(can_publish_data=True, hidden=True)
    info = desk.call(
        "UpdateParticipant",
        api.UpdateParticipantRequest(room="room", identity="ann", permission=permission, name="New"),
    )
    assert (info.name, info.permission.can_publish, info.permission.hidden) == ("New", False, False)
    assert sink(ann).last("track_unpublished").track_sid == sid
    assert subscriber(ann).downs == []
    assert subscriber(ben).downs == []
    assert sink(ann).refreshes == 1
    assert sink(ben).last("update").participants[0].name == "New"


def test_update_without_permission_keeps_it(desk: Desk) -> None:
    desk.world.join("ann")
    request = api.UpdateParticipantRequest(room="room", identity="ann", attributes={"hand": "up"})
    info = desk.call("UpdateParticipant", request)
    assert info.permission.can_publish
    assert dict(info.attributes) == {"hand": "up"}
    too_long = api.UpdateParticipantRequest(room="room", identity="ann", metadata="x" * 20_000)
    assert code_of(desk, "UpdateParticipant", too_long) == "invalid_argument"


def test_subscriptions_can_be_changed_from_outside(desk: Desk) -> None:
    ann, ben = desk.world.join("ann"), desk.world.join("ben")
    sid = desk.world.publish(ann)
    request = api.UpdateSubscriptionsRequest(room="room", identity="ben", track_sids=[sid], subscribe=False)
    desk.call("UpdateSubscriptions", request)
    assert subscriber(ben).downs == []


def test_a_nonce_that_would_fill_the_memory_is_refused(desk: Desk) -> None:
    desk.world.join("ann")
    request = api.SendDataRequest(room="room", nonce=b"x" * (MAX_NONCE_BYTES + 1))
    assert code_of(desk, "SendData", request) == "invalid_argument"


def test_send_data_has_no_sender_and_a_nonce_counts_once(desk: Desk) -> None:
    ann, ben = desk.world.join("ann"), desk.world.join("ben")
    request = api.SendDataRequest(
        room="room", data=b"x", kind=models.DataPacket.RELIABLE, destination_identities=["ben"], topic="t", nonce=b"1"
    )
    for _ in range(2):
        desk.call("SendData", request)
    assert subscriber(ann).sent == []
    packets = [models.DataPacket.FromString(payload) for _, payload in subscriber(ben).sent]
    assert [(one.user.payload, one.user.topic, one.participant_identity) for one in packets] == [(b"x", "t", "")]
    request.data = b"x" * 70_000
    assert code_of(desk, "SendData", request) == "invalid_argument"


def test_room_metadata_is_told(desk: Desk) -> None:
    ann = desk.world.join("ann")
    assert desk.call("UpdateRoomMetadata", api.UpdateRoomMetadataRequest(room="room", metadata="m")).metadata == "m"
    assert sink(ann).last("room_update").room.metadata == "m"
    long = api.UpdateRoomMetadataRequest(room="room", metadata="x" * 20_000)
    assert code_of(desk, "UpdateRoomMetadata", long) == "invalid_argument"


def test_json_in_json_out(desk: Desk) -> None:
    status, room = desk.post("CreateRoom", b'{"name": "room", "emptyTimeout": 60, "future": 1}')
    assert (status, room["name"], room["empty_timeout"]) == (200, "room", 60)
    status, listed = desk.post("ListParticipants", b'{"room": "room"}')
    assert (status, listed) == (200, {"participants": []})


@pytest.mark.parametrize(
    ("method", "body", "content_type", "status", "code"),
    [
        ("CreateRoom", b"{", "application/json", 400, "malformed"),
        ("CreateRoom", b"\xff\xfe", "application/json", 400, "malformed"),
        ("CreateRoom", b'{"name": 7}', "application/json", 400, "malformed"),
        ("CreateRoom", b'{"egress":' * 3000 + b"1", "application/json", 400, "malformed"),
        ("CreateRoom", b"\xff\xff", "application/protobuf", 400, "malformed"),
        ("CreateRoom", b"{}", "text/plain", 404, "bad_route"),
        ("CreateRoom", b"", "application/protobuf", 400, "invalid_argument"),
        ("MoveParticipant", b"{}", "application/json", 501, "unimplemented"),
        ("__class__", b"{}", "application/json", 404, "bad_route"),
        ("GetParticipant", b'{"room": "room", "identity": "x"}', "application/json", 404, "not_found"),
    ],
)
def test_failures_are_twirp_errors(
    desk: Desk, method: str, body: bytes, content_type: str, status: int, code: str
) -> None:
    response: web.Response = desk.twirp.answer(method, content_type, body, ADMIN)
    assert isinstance(response.body, bytes)
    error = json.loads(response.body)
    assert (response.status, error["code"]) == (status, code)
    assert set(error) == {"code", "msg", "meta"}


def test_fault_of_ours_shows_nothing_of_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("inner detail")

    monkeypatch.setattr(desk.world.registry, "get_or_create", fail)
    status, error = desk.post("CreateRoom", b'{"name": "room"}')
    assert (status, error["code"]) == (500, "internal")
    assert "detail" not in error["msg"]
