"""GET /.well-known/security.txt: whom to tell about a hole (RFC 9116)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from conference_app.config import LANGUAGES, settings

LIFE = timedelta(days=180)
"""RFC 9116 section 2.5.5 asks for less than a year. The text is made anew for each request, so it never runs out."""


def text(now: datetime) -> str:
    """The file's lines."""
    url = settings().public_url
    lines = [
        f"Contact: mailto:{settings().controller.email}",
        f"Contact: {url}/contact",
        f"Expires: {(now + LIFE).strftime('%Y-%m-%dT00:00:00Z')}",
        f"Preferred-Languages: {', '.join(LANGUAGES)}",
        f"Canonical: {url}/.well-known/security.txt",
        f"Policy: {url}/privacy",
    ]
    return "".join(f"{line}\n" for line in lines)


async def answer(_request: Request) -> Response:
    """The file as it is at this moment."""
    return PlainTextResponse(text(datetime.now(UTC)), headers={"Cache-Control": "max-age=3600"})


routes = [Route("/.well-known/security.txt", answer, methods=["GET"])]
"""For the composition root to mount."""
