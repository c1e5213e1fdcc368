"""What happens when one of our plain routes breaks: a page with a number, and a line in the log that quotes nobody.

While the database is away or full the page says that it works later, and there is no number.
"""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conference_app.api.http import plain_pages
from conference_app.session.incidents import note_database_failure, note_incident
from conference_app.session.notices import incident_text
from conference_app.texts import _, language

RETRY_AFTER_S = 60
_TRY_AGAIN_LATER: Message = {"type": "websocket.close", "code": 1013}
_BROKEN: Message = {"type": "websocket.close", "code": 1011}


class Incidents:
    """ASGI middleware inside Starlette's own, which would log the words of the exception: they may quote a request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def noting(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except ClientDisconnect:  # its body broke off, was no body, or came too slowly: no mistake of ours
            if not has_begun:
                await Response(status_code=400)(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - the top of a request: whatever it is, the person is told
            is_later = note_database_failure(error)
            if is_later and scope["type"] == "websocket" and not has_begun:
                await send(_TRY_AGAIN_LATER)
                return
            number = "" if is_later else note_incident(error)
            if scope["type"] == "websocket" and has_begun:
                await send(_BROKEN)
                return
            if scope["type"] != "http" or has_begun:
                raise RuntimeError(f"the answer breaks off, incident {number or 'of the database'}") from None
            await _page(Request(scope), number)(scope, receive, send)


def _page(request: Request, number: str) -> Response:
    """What is told of the incident `number`; without one it works later."""
    with language(plain_pages.page_language(request)):
        if number:
            return plain_pages.message(request, _("This page stopped working."), incident_text(number), status=500)
        later = _("The server can't read or save anything right now. Try again in a few minutes.")
        page = plain_pages.message(request, _("This is not working right now."), later, status=503)
    page.headers["Retry-After"] = str(RETRY_AFTER_S)
    return page
