"""GET /healthz: what a load balancer, an operator and the launcher ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from conference_app.config import VERSION

Check = Callable[[], Awaitable[bool]]


def health_route(database: Check, media: Check, pages: Check, rooms: Check) -> Route:
    """The route that answers `{"status", "version", "database", "media", "pages", "rooms"}`: the next three after the
    version are "ok" or "down", the last is "ok" or "full" (no other meeting can be opened).

    200 while the database answers and pages are answered, since everything but live media works then; 503 otherwise.
    """

    async def answer(_request: Request) -> Response:
        database_up, media_up, pages_up = await asyncio.gather(database(), media(), pages())
        works = database_up and pages_up
        up = {"database": database_up, "media": media_up, "pages": pages_up}
        body = {
            "status": "ok" if works and media_up else "degraded" if works else "down",
            "version": VERSION,
            **{name: "ok" if is_up else "down" for name, is_up in up.items()},
            "rooms": "ok" if not database_up or await rooms() else "full",
        }
        return JSONResponse(body, 200 if works else 503, headers={"Cache-Control": "no-store"})

    return Route("/healthz", answer, methods=["GET"])
