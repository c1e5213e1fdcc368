"""Orders to the media process about running rooms: who is there, remove, promote, end (LiveKit's RoomService)."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any, Protocol, cast

import httpx

from conference_app.config import settings
from conference_app.errors import NotFound, Unavailable
from conference_app.services.media_server.access_tokens import admin_token, list_token
from conference_app.texts import n_

logger = logging.getLogger(__name__)

TIMEOUT_S = 3.0
_MAX_ANSWER = 4_000_000
"""Bytes of an answer we read; a thousand participants with their tracks fit."""


class RoomAdmin(Protocol):
    """What the product asks of a media server. Every method raises Unavailable when it does not answer."""

    async def participants(self, room: str) -> dict[str, str]:
        """Who is in the room now, identity → name; empty if there is no such room."""
        ...

    async def occupied(self, rooms: Collection[str]) -> set[str]:
        """Those of `rooms` in which somebody is."""
        ...

    async def make_host(self, room: str, identity: str) -> None:
        """Tell everybody in the room that this participant is a host now. Raises NotFound."""
        ...

    async def remove(self, room: str, identity: str) -> None:
        """Send the participant out. Nobody there is fine."""
        ...

    async def end(self, room: str) -> None:
        """Send everybody out and delete the room. No such room is fine."""
        ...


class LiveKitRoomAdmin:
    """RoomAdmin over Twirp (JSON over HTTP), to our media process or to a LiveKit server."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._transport = transport

    async def participants(self, room: str) -> dict[str, str]:
        """Who is in the room now, identity → name; empty if there is no such room."""
        try:
            answer = await self._call("ListParticipants", admin_token(room), {"room": room})
        except NotFound:
            return {}
        listed = cast("list[dict[str, Any]]", answer.get("participants") or [])
        return {str(one.get("identity", "")): str(one.get("name", "")) for one in listed}

    async def occupied(self, rooms: Collection[str]) -> set[str]:
        """Those of `rooms` in which somebody is."""
        if not rooms:
            return set()
        answer = await self._call("ListRooms", list_token(), {"names": sorted(rooms)})
        listed = cast("list[dict[str, Any]]", answer.get("rooms") or [])
        return {str(one.get("name", "")) for one in listed if one.get("num_participants")} & set(rooms)

    async def make_host(self, room: str, identity: str) -> None:
        """Tell everybody in the room that this participant is a host now. Raises NotFound."""
        order = {"room": room, "identity": identity, "attributes": {"role": "host"}}
        await self._call("UpdateParticipant", admin_token(room), order)

    async def remove(self, room: str, identity: str) -> None:
        """Send the participant out. Nobody there is fine."""
        try:
            await self._call("RemoveParticipant", admin_token(room), {"room": room, "identity": identity})
        except NotFound:
            return

    async def end(self, room: str) -> None:
        """Send everybody out and delete the room. No such room is fine."""
        try:
            await self._call("DeleteRoom", admin_token(room), {"room": room})
        except NotFound:
            return

    async def _call(self, method: str, token: str, order: Mapping[str, object]) -> dict[str, Any]:
        url = f"{settings().media_http_url}/twirp/livekit.RoomService/{method}"
        headers = {"Authorization": f"Bearer {token}"}
        try:
            async with httpx.AsyncClient(transport=self._transport, timeout=TIMEOUT_S, trust_env=False) as client:
                response = await client.post(url, json=order, headers=headers)
            answer = response.json() if len(response.content) <= _MAX_ANSWER else None
        except (httpx.HTTPError, ValueError) as err:
            # The error's own text may quote the request, so only its kind is written down and passed on.
            logger.warning("the media server did not carry out %s: %s", method, type(err).__name__)
            raise _unavailable() from None
        return _checked(method, response.status_code, answer)


def _checked(method: str, status: int, answer: Any) -> dict[str, Any]:
    """The answer's object. A Twirp error says so in its `code`; a 404 without it is not the service we asked for."""
    if isinstance(answer, dict):
        fields = cast("dict[str, Any]", answer)
        if status == 200:
            return fields
        if fields.get("code") == "not_found":
            raise NotFound(n_("This person or track is no longer in the room."))
    logger.warning("the media server answered %s with status %d", method, status)
    raise _unavailable()


def _unavailable() -> Unavailable:
    return Unavailable(n_("The media service does not answer right now. Try again in a few seconds."))


_admin: RoomAdmin = LiveKitRoomAdmin()


def room_admin() -> RoomAdmin:
    """The media server's administration this process uses."""
    return _admin


def use(admin: RoomAdmin) -> None:
    """Use another one: tests, or a composition root with a media server of its own kind."""
    global _admin
    _admin = admin
