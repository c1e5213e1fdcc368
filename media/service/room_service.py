"""RoomService: what the application may do to rooms and participants, one method a call.

The edge that speaks HTTP is `twirp`; here requests and responses are protobuf messages.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Mapping

from google.protobuf.message import Message
from livekit.protocol import models
from livekit.protocol import room as api

from media.config import Limits
from media.errors import AdminError
from media.room import profile
from media.room.participant import Participant
from media.room.permissions import Grants
from media.room.registry import Registry
from media.room.room import Room

MAX_REMEMBERED_NONCES = 1000
MAX_NONCE_BYTES = 64
"""Clients send 16 bytes."""
MAX_TIMEOUT_S = 86_400
MAX_TRACKS_NAMED = 4000
"""Tracks one call may name; more than a full room has."""


class RoomService:
    """The calls. Each checks the grant it needs and raises AdminError for what cannot be done."""

    def __init__(self, registry: Registry, limits: Limits, clock: Callable[[], float]) -> None:
        self._registry = registry
        self._limits = limits
        self._clock = clock
        self._nonces: collections.OrderedDict[tuple[str, bytes], None] = collections.OrderedDict()
        self.methods: Mapping[str, tuple[type[Message], Callable[..., Message]]] = {
            "CreateRoom": (api.CreateRoomRequest, self.create_room),
            "ListRooms": (api.ListRoomsRequest, self.list_rooms),
            "DeleteRoom": (api.DeleteRoomRequest, self.delete_room),
            "ListParticipants": (api.ListParticipantsRequest, self.list_participants),
            "GetParticipant": (api.RoomParticipantIdentity, self.get_participant),
            "RemoveParticipant": (api.RoomParticipantIdentity, self.remove_participant),
            "MutePublishedTrack": (api.MuteRoomTrackRequest, self.mute_published_track),
            "UpdateParticipant": (api.UpdateParticipantRequest, self.update_participant),
            "UpdateSubscriptions": (api.UpdateSubscriptionsRequest, self.update_subscriptions),
            "SendData": (api.SendDataRequest, self.send_data),
            "UpdateRoomMetadata": (api.UpdateRoomMetadataRequest, self.update_room_metadata),
        }
        """By Twirp name: the request's class and the method, called with grants and request."""

    def create_room(self, grants: Grants, request: api.CreateRoomRequest) -> models.Room:
        """Make a room, or change the one that exists. Zero in a number, or an empty text, leaves what is there.

        A client may have come first, whose join made the room with the server's defaults.
        """
        _need(grants.room_create)
        if not request.name or len(request.name.encode()) > self._limits.max_name_bytes:
            raise AdminError("invalid_argument", "the room needs a name of a sensible length")
        self._check_metadata(request.metadata)
        room = self._registry.get_or_create(request.name)
        room.empty_timeout_s = min(request.empty_timeout, MAX_TIMEOUT_S) or room.empty_timeout_s
        room.departure_timeout_s = min(request.departure_timeout, MAX_TIMEOUT_S) or room.departure_timeout_s
        room.max_participants = min(request.max_participants or room.max_participants, self._limits.max_participants)
        if request.metadata:
            room.set_metadata(request.metadata)
        return room.info()

    def list_rooms(self, grants: Grants, request: api.ListRoomsRequest) -> api.ListRoomsResponse:
        """All rooms, or those named."""
        _need(grants.room_list)
        names = set(request.names)
        rooms = [room.info() for room in self._registry.rooms.values() if not names or room.name in names]
        return api.ListRoomsResponse(rooms=rooms)

    def delete_room(self, grants: Grants, request: api.DeleteRoomRequest) -> api.DeleteRoomResponse:
        """Ends every session in the room and the room."""
        _need(grants.room_create)
        self._registry.delete(self._room(request.room))
        return api.DeleteRoomResponse()

    def list_participants(self, grants: Grants, request: api.ListParticipantsRequest) -> api.ListParticipantsResponse:
        """Everybody in the room, hidden ones included; nobody when there is no such room."""
        _need_admin(grants, request.room)
        room = self._registry.find(request.room)
        infos = [member.info() for member in room.members.values()] if room else []
        return api.ListParticipantsResponse(participants=infos)

    def get_participant(self, grants: Grants, request: api.RoomParticipantIdentity) -> models.ParticipantInfo:
        """One participant."""
        return self._member(grants, request.room, request.identity)[1].info()

    def remove_participant(self, grants: Grants, request: api.RoomParticipantIdentity) -> api.RemoveParticipantResponse:
        """Ends a session. The token stays valid: who issues tokens must also refuse the identity."""
        room, member = self._member(grants, request.room, request.identity)
        room.dismiss(member, models.PARTICIPANT_REMOVED)
        return api.RemoveParticipantResponse()

    def mute_published_track(self, grants: Grants, request: api.MuteRoomTrackRequest) -> api.MuteRoomTrackResponse:
        """Mutes a track: its client is told and its packets stop here. Only its owner unmutes."""
        room, member = self._member(grants, request.room, request.identity)
        if not request.muted:
            raise AdminError("failed_precondition", "only participants unmute themselves")
        info = room.switchboard.set_muted(member, request.track_sid, True)
        if info is None:
            raise AdminError("not_found", "the track does not exist")
        member.send(mute={"sid": info.sid, "muted": True})
        return api.MuteRoomTrackResponse(track=info)

    def update_participant(self, grants: Grants, request: api.UpdateParticipantRequest) -> models.ParticipantInfo:
        """Changes texts and permission; a permission replaces the old one, but nobody turns hidden or visible."""
        room, member = self._member(grants, request.room, request.identity)
        if not profile.change(member, self._limits, request.name, request.metadata, dict(request.attributes)):
            raise AdminError("invalid_argument", "a text is too long")
        if request.HasField("permission"):
            hidden, recorder = member.permission.hidden, member.permission.recorder
            member.permission.CopyFrom(request.permission)
            member.permission.hidden, member.permission.recorder = hidden, recorder
            room.switchboard.withdraw_forbidden(member)
            room.switchboard.reconcile_all(member)
        room.tell(member)
        member.sink.refresh_token()
        return member.info()

    def update_subscriptions(
        self, grants: Grants, request: api.UpdateSubscriptionsRequest
    ) -> api.UpdateSubscriptionsResponse:
        """Subscribes or unsubscribes a participant."""
        room, member = self._member(grants, request.room, request.identity)
        sids = [*request.track_sids, *(sid for one in request.participant_tracks for sid in one.track_sids)]
        room.switchboard.subscribe(member, sids[:MAX_TRACKS_NAMED], request.subscribe)
        return api.UpdateSubscriptionsResponse()

    def send_data(self, grants: Grants, request: api.SendDataRequest) -> api.SendDataResponse:
        """Sends a data packet of the server's own. A nonce that came before is not sent again."""
        _need_admin(grants, request.room)
        room = self._room(request.room)
        if len(request.data) > self._limits.max_data_bytes:
            raise AdminError("invalid_argument", "the data is too long")
        if len(request.nonce) > MAX_NONCE_BYTES:
            raise AdminError("invalid_argument", "the nonce is too long")
        if self._is_repeated(room, request.nonce):
            return api.SendDataResponse()
        user = models.UserPacket(payload=request.data, destination_sids=request.destination_sids)
        user.destination_identities.extend(request.destination_identities)
        if request.HasField("topic"):
            user.topic = request.topic
        packet = models.DataPacket(kind=request.kind, user=user, destination_identities=request.destination_identities)
        room.data.announce(packet, room.members.values(), self._clock())
        return api.SendDataResponse()

    def update_room_metadata(self, grants: Grants, request: api.UpdateRoomMetadataRequest) -> models.Room:
        """Changes the room's metadata; everybody is told."""
        _need_admin(grants, request.room)
        self._check_metadata(request.metadata)
        room = self._room(request.room)
        room.set_metadata(request.metadata)
        return room.info()

    def _room(self, name: str) -> Room:
        room = self._registry.find(name)
        if room is None:
            raise AdminError("not_found", "the room does not exist")
        return room

    def _member(self, grants: Grants, room_name: str, identity: str) -> tuple[Room, Participant]:
        _need_admin(grants, room_name)
        room = self._room(room_name)
        member = room.members.get(identity)
        if member is None:
            raise AdminError("not_found", "the participant does not exist")
        return room, member

    def _check_metadata(self, metadata: str) -> None:
        if len(metadata.encode()) > self._limits.max_metadata_bytes:
            raise AdminError("invalid_argument", "the metadata is too long")

    def _is_repeated(self, room: Room, nonce: bytes) -> bool:
        key = (room.sid, nonce)
        if not nonce:
            return False
        if key in self._nonces:
            return True
        self._nonces[key] = None
        if len(self._nonces) > MAX_REMEMBERED_NONCES:
            self._nonces.popitem(last=False)
        return False


def _need(has_grant: bool) -> None:
    """LiveKit answers a missing grant like a missing token, and its clients expect that."""
    if not has_grant:
        raise AdminError("unauthenticated", "permissions denied")


def _need_admin(grants: Grants, room_name: str) -> None:
    _need(grants.room_admin and bool(room_name) and grants.room == room_name)
