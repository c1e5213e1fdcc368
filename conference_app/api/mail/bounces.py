"""Where the mail relay posts the reports about mails that came back: `POST /mail/bounce`, the report as it is.

Signed like a webhook: `Parley-Signature: t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "t.body">` with
PARLEY_BOUNCE_SECRET. Without that secret there is no such route to speak of.
"""

from __future__ import annotations

import hmac
import re
import time

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from conference_app.api.http.bodies import body_of
from conference_app.config import settings
from conference_app.services.mail import bounces, delivery_reports

TOLERANCE_S = 300
"""A signature is good for so long, so that an overheard request is worth nothing later."""
_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


def signature(body: bytes, at: int, secret: str) -> str:
    """The header's value for a report posted at `at`, seconds since 1970."""
    mark = hmac.digest(secret.encode(), b"%d." % at + body, "sha256").hex()
    return f"t={at},v1={mark}"


def _is_genuine(header: str, body: bytes, secret: str, now: float) -> bool:
    found = _SIGNATURE.fullmatch(header)
    if found is None or abs(now - int(found.group(1))) > TOLERANCE_S:
        return False
    return hmac.compare_digest(signature(body, int(found.group(1)), secret), header)


async def take(request: Request) -> Response:
    """Note a report: 204 also for one that is about no email of ours, since sending it again would not help."""
    secret = settings().mail.webhook_secret
    if not secret:
        return PlainTextResponse("bounces are not taken here", 404)
    body = await body_of(request, bounces.MAX_BYTES)
    if body is None:
        return PlainTextResponse("too large", 413)
    if not _is_genuine(request.headers.get("parley-signature", ""), body, secret, time.time()):
        return PlainTextResponse("the signature does not fit", 403)
    if report := bounces.read_report(body):
        await delivery_reports.take(report)
    return Response(status_code=204)


routes = [Route("/mail/bounce", take, methods=["POST"])]
"""For the composition root to mount."""
