"""GET /healthz: what a load balancer, an operator and the launcher ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from conference_app.config import VERSION

Check = Callable[[], Awaitable[bool]]


def health_route(database: Check, media: Check) -> Route:
    """The route that answers `{"status", "version", "database", "media"}`.

    200 while the database answers, since everything but live media works then; 503 otherwise. `media` is "ok" or "down".
    """

    async def answer(_request: Request) -> Response:
        database_up, media_up = await asyncio.gather(database(), media())
        status = "ok" if database_up and media_up else "degraded" if database_up else "down"
        body = {
            "status": status,
            "version": VERSION,
            "database": "ok" if database_up else "down",
            "media": "ok" if media_up else "down",
        }
        return JSONResponse(body, 200 if database_up else 503, headers={"Cache-Control": "no-store"})

    return Route("/healthz", answer, methods=["GET"])
