"""Plain routes around signing in: what sets and clears the session cookie, and remembers a language.

A page cannot set an HttpOnly cookie through Reflex's socket, so `session.enter` hands it a ticket and the browser
comes here with it. Every post is checked for its origin, its size and the session's CSRF token.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from conference_app.api.http.bodies import body_of, fields_of
from conference_app.config import LANGUAGES, settings
from conference_app.services.people import identity, one_time_tokens
from conference_app.services.sign_in import known_devices, sessions
from conference_app.services.sign_in.browser_names import Device, device
from conference_app.services.sign_in.known_devices import KNOWN_DAYS
from conference_app.session import LANGUAGE_COOKIE, TICKET_COOKIE, device_cookie, local_path, session_cookie
from conference_app.texts import _, language, language_of_path, localized_path, unlocalized_path

_YEAR_S = 365 * 86400
CHECK_MAIL = "/check-mail"
_NO_STORE = {"Cache-Control": "no-store"}


def _go(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303, headers=_NO_STORE)


def _forget(response: Response, name: str, path: str) -> None:
    response.delete_cookie(name, path=path, secure=settings().is_https, samesite="strict", httponly=True)


def _keep(response: Response, name: str, secret: str, days: int, same_site: Literal["lax", "strict"]) -> None:
    response.set_cookie(
        name,
        secret,
        max_age=days * 86400,
        path="/",
        secure=settings().is_https,
        httponly=True,
        samesite=same_site,
    )


def _seen(request: Request) -> Device:
    """The browser that signs in, under the secret it has, or a new one."""
    kept = request.cookies.get(device_cookie(), "")
    token = kept if known_devices.is_token(kept) else one_time_tokens.new_token()
    return device(request.headers.get("user-agent", ""), request.query_params.get("zone", ""), token)


async def enter(request: Request) -> Response:
    """Redeem the ticket for a session, and go on to `next`. Without a good ticket: back to sign in, saying why."""
    next_path = local_path(request.query_params.get("next", ""), "/dashboard")
    ticket = request.cookies.get(TICKET_COOKIE, "")
    before = request.cookies.get(session_cookie(), "")
    seen = _seen(request)
    token = await sessions.redeem_ticket(ticket, seen) if ticket else None
    if token is None:
        # Who has just registered without cookies goes on to read where the mail went: its link needs none.
        if await sessions.resolve(before) or (not ticket and unlocalized_path(next_path) == CHECK_MAIL):
            return _go(next_path)
        problem = "expired" if ticket else "cookies"
        response: Response = _go(f"{localized_path('/sign-in', language_of_path(next_path))}?problem={problem}")
    else:
        if before:
            await sessions.end(before)
        response = _go(next_path)
        _keep(response, session_cookie(), token, settings().session_days, "lax")
        _keep(response, device_cookie(), seen.token, KNOWN_DAYS, "strict")
    _forget(response, TICKET_COOKIE, "/auth")
    return response


def is_same_site(request: Request) -> bool:
    """Whether the request comes from a page of ours. Programs without an Origin header are no browser to trick."""
    origin = request.headers.get("origin")
    if origin is not None:
        return origin in settings().allowed_origins
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


async def _form(request: Request) -> Mapping[str, str] | None:
    """The posted fields, or None if the form is foreign, too large or no form."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not is_same_site(request) or content_type != "application/x-www-form-urlencoded":
        return None
    body = await body_of(request)
    return None if body is None else dict(fields_of(body))


def _refused(request: Request) -> Response:
    referer_path = urlsplit(request.headers.get("referer", "")).path
    with language(language_of_path(referer_path)):
        text = _("This form is out of date. Go back, reload the page and try again.")
    return PlainTextResponse(text, 403, headers=_NO_STORE)


async def sign_out(request: Request) -> Response:
    """End the session and go to the start page. A session that is over already needs no token to be forgotten."""
    form = await _form(request)
    token = request.cookies.get(session_cookie(), "")
    if form is None:
        return _refused(request)
    caller = await sessions.resolve(token)
    if caller is not None:
        if not sessions.check_csrf(token, form.get("csrf_token", "")):
            return _refused(request)
        await sessions.end(token)
    response = _go(local_path(form.get("next", ""), "/"))
    _forget(response, session_cookie(), "/")
    return response


async def _remember_language(request: Request, code: str, next_path: str) -> Response:
    response = _go(localized_path(unlocalized_path(local_path(next_path, "/")), code))
    response.set_cookie(
        LANGUAGE_COOKIE, code, max_age=_YEAR_S, path="/", secure=settings().is_https, httponly=True, samesite="lax"
    )
    if caller := await sessions.resolve(request.cookies.get(session_cookie(), "")):
        await identity.set_language(caller.account_id, code)
    return response


async def post_language(request: Request) -> Response:
    """Remember the language of the field `language`, and go to the page `next` in it."""
    form = await _form(request)
    if form is None or form.get("language") not in LANGUAGES:
        return _refused(request)
    return await _remember_language(request, form["language"], form.get("next", ""))


async def get_language(request: Request) -> Response:
    """The same for a link on our own pages; a link from elsewhere only shows the page, and remembers nothing."""
    code = request.path_params["code"]
    next_path = request.query_params.get("next", "")
    if code not in LANGUAGES:
        return _go("/")
    if not is_same_site(request):
        return _go(localized_path("/", code))
    return await _remember_language(request, code, next_path)


routes = [
    Route("/auth/enter", enter, methods=["GET"]),
    Route("/auth/sign-out", sign_out, methods=["POST"]),
    Route("/auth/language", post_language, methods=["POST"]),
    Route("/auth/language/{code}", get_language, methods=["GET"]),
]
"""For the composition root to mount."""
