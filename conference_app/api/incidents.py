"""What happens when one of our plain routes breaks: a page with a number, and a line in the log that quotes nobody."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conference_app.api import plain_pages
from conference_app.components.notices import incident_text, noted_incident
from conference_app.texts import _, language


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
        except Exception as error:  # noqa: BLE001 - the top of a request: whatever it is, the person is told
            number = noted_incident(error)
            if scope["type"] != "http" or has_begun:
                raise RuntimeError(f"incident {number}: the answer breaks off") from None
            await _page(Request(scope), number)(scope, receive, send)


def _page(request: Request, number: str) -> ASGIApp:
    with language(plain_pages.page_language(request)):
        return plain_pages.message(request, _("This page stopped working."), incident_text(number), status=500)
