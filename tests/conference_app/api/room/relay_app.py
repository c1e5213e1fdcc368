"""The relay alone, for granian to serve in test_signalling_relay.py.

MEDIA_PORT says where its upstream belongs, STALL_S how long a browser may take nothing.
"""

from __future__ import annotations

import dataclasses
import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from conference_app.api.room import signalling_relay
from conference_app.api.room.signalling_relay import SignalProxy
from conference_app.config import settings

signalling_relay.STALL_S = float(os.environ["STALL_S"])


async def admits(_room: str, identity: str) -> bool:
    return identity != "removed"


proxy = SignalProxy(
    dataclasses.replace(settings(), livekit_url="", media_http_port=int(os.environ["MEDIA_PORT"])), admits
)


async def open_connections(_request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(proxy.open_connections))


app = Starlette(routes=[*proxy.routes, Route("/open", open_connections)])
