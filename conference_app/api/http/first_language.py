"""Sends a visitor of `/` to the page in their language: their choice, else their account's, else the browser's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from conference_app.config import LANGUAGES
from conference_app.texts import DEFAULT_LANGUAGE, best_language, localized_path

AccountLanguage = Callable[[str], Awaitable[str | None]]
"""From a session cookie's value to the language of its account; None when nobody is signed in."""


class FirstLanguage:
    """ASGI middleware that answers `GET /` with a redirect when another language fits the visitor better."""

    def __init__(self, app: ASGIApp, *, choice_cookie: str, session_cookie: str, of_account: AccountLanguage) -> None:
        self._app = app
        self._choice_cookie = choice_cookie
        self._session_cookie = session_cookie
        self._of_account = of_account

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        code = await self._language(Request(scope))
        if code == DEFAULT_LANGUAGE:
            await self._app(scope, receive, send)
            return
        headers = {"Vary": "Accept-Language, Cookie", "Cache-Control": "no-store"}
        await RedirectResponse(localized_path("/", code), 303, headers=headers)(scope, receive, send)

    async def _language(self, request: Request) -> str:
        choice = request.cookies.get(self._choice_cookie, "")
        if choice in LANGUAGES:
            return choice
        token = request.cookies.get(self._session_cookie, "")
        try:
            account = await self._of_account(token) if token else None
        except SQLAlchemyError:
            account = None  # the page itself needs no database, and says by itself when it cannot reach us
        return account if account in LANGUAGES else best_language(request.headers.get("accept-language", ""))
