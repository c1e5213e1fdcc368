"""Twirp, the HTTP form of RoomService calls: protobuf or JSON in, the same out, errors as JSON."""

from __future__ import annotations

import logging

from aiohttp import web
from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message

from media.errors import AdminError, JoinRefused
from media.room.counters import Counters
from media.room.permissions import Grants
from media.service.room_service import RoomService

logger = logging.getLogger(__name__)

STATUSES = {
    "invalid_argument": 400,
    "malformed": 400,
    "unauthenticated": 401,
    "permission_denied": 403,
    "not_found": 404,
    "bad_route": 404,
    "already_exists": 409,
    "failed_precondition": 412,
    "resource_exhausted": 429,
    "internal": 500,
    "unimplemented": 501,
    "unavailable": 503,
}
"""HTTP status of each Twirp error code."""
UNIMPLEMENTED = frozenset({"ForwardParticipant", "MoveParticipant", "PerformRpc"})
_PROTOBUF = "application/protobuf"
_JSON = "application/json"


class Twirp:
    """Answers `POST /twirp/livekit.RoomService/<method>`."""

    def __init__(self, service: RoomService, counters: Counters) -> None:
        self._service = service
        self._counters = counters

    def answer(self, method: str, content_type: str, body: bytes, grants: Grants) -> web.Response:
        """Does one call. Every failure is a Twirp error."""
        name = method if method in self._service.methods else "unknown"
        try:
            response = self._call(method, content_type, body, grants)
        except AdminError as err:
            self._counters.add("admin_calls", f"{name} {err.code}")
            return error_response(err.code, str(err))
        except JoinRefused as err:
            self._counters.add("admin_calls", f"{name} unavailable")
            return error_response("unavailable", str(err))
        except Exception:
            logger.exception("a RoomService call failed")
            self._counters.add("admin_calls", f"{name} internal")
            return error_response("internal", "internal error")
        self._counters.add("admin_calls", f"{name} ok")
        return response

    def _call(self, method: str, content_type: str, body: bytes, grants: Grants) -> web.Response:
        if method in UNIMPLEMENTED:
            raise AdminError("unimplemented", "this call is not offered")
        if method not in self._service.methods:
            raise AdminError("bad_route", "no such call")
        request_class, function = self._service.methods[method]
        request = _parse(request_class(), content_type, body)
        return _encode(function(grants, request), content_type)


def error_response(code: str, message: str) -> web.Response:
    """A Twirp error. The message holds no text a client sent."""
    return web.json_response({"code": code, "msg": message, "meta": {}}, status=STATUSES[code])


def _parse(request: Message, content_type: str, body: bytes) -> Message:
    try:
        if content_type == _PROTOBUF:
            request.ParseFromString(body)
        elif content_type == _JSON:
            json_format.Parse(body or b"{}", request, ignore_unknown_fields=True)
        else:
            raise AdminError("bad_route", "the content type must be application/protobuf or application/json")
    except (DecodeError, json_format.ParseError, UnicodeDecodeError, RecursionError, ValueError) as err:
        raise AdminError("malformed", "the request cannot be read") from err
    return request


def _encode(response: Message, content_type: str) -> web.Response:
    if content_type == _PROTOBUF:
        return web.Response(body=response.SerializeToString(), content_type=_PROTOBUF)
    text = json_format.MessageToJson(
        response, preserving_proto_field_name=True, always_print_fields_with_no_presence=True, indent=None
    )
    return web.Response(text=text, content_type=_JSON)
