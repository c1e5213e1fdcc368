"""POST /mail/inbound: the mail server hands us a mail that came for `contact+…@`, as it is (RFC 5322)."""

from __future__ import annotations

import hmac

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from conference_app.api.http.bodies import body_of
from conference_app.config import settings
from conference_app.services.contact import inbound_mail


async def take(request: Request) -> Response:
    """202 with what became of it, also when it was dropped, so that the mail server does not send it again.

    404 while no secret is set, 403 without it, 413 over 1 MB.
    """
    secret = settings().inbound_secret
    if not secret:
        return JSONResponse({"error": "not_found"}, 404)
    shown = request.headers.get("authorization", "")
    if not hmac.compare_digest(f"Bearer {secret}".encode(), shown.encode("utf-8", "replace")):
        return JSONResponse({"error": "not_allowed"}, 403)
    raw = await body_of(request, inbound_mail.MAX_BYTES)
    if raw is None:
        return JSONResponse({"error": "too_large"}, 413)
    return JSONResponse({"outcome": await inbound_mail.take(raw)}, 202)


routes = [Route("/mail/inbound", take, methods=["POST"])]
"""For the composition root to mount."""
