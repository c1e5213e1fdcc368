"""Photos: an account's own, posted as the file itself with the session's CSRF token and given to its owner; and those
of the people in a meeting, by the links that the others in it have."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from conference_app.api.http.bodies import body_of
from conference_app.api.sign_in.cookies import is_same_site
from conference_app.errors import ConferenceError
from conference_app.services.accounts import introductions, photos
from conference_app.services.sign_in import sessions
from conference_app.services.sign_in.sessions import SignedIn
from conference_app.session import session_cookie
from conference_app.texts import _, error_text, language

_PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_TYPES = ("image/jpeg", "image/png", "image/webp")


async def _caller(request: Request) -> SignedIn | None:
    return await sessions.resolve(request.cookies.get(session_cookie(), ""))


def _said(text: str, status: int) -> Response:
    return PlainTextResponse(text, status, headers=_PRIVATE)


def _picture(image: bytes) -> Response:
    return Response(image, media_type="image/webp", headers=_PRIVATE)


async def post_photo(request: Request) -> Response:
    """Keep the posted picture as the caller's photo; 204, or a sentence in their language."""
    caller = await _caller(request)
    token = request.cookies.get(session_cookie(), "")
    if caller is None or caller.must_accept or not is_same_site(request):
        return _said("", 403)
    with language(caller.language):
        if not sessions.check_csrf(token, request.headers.get("x-csrf-token", "")):
            return _said(_("This form is out of date. Go back, reload the page and try again."), 403)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _TYPES:
            return _said(_("This is not a picture we can read. Use JPEG, PNG or WebP."), 415)
        body = await body_of(request, photos.MAX_BYTES)
        if body is None:
            return _said(_("This picture is larger than 2 MB. Choose a smaller one."), 413)
        try:
            await photos.store(caller.account_id, body)
        except ConferenceError as error:
            return _said(error_text(error), error.status)
    return Response(status_code=204, headers=_PRIVATE)


async def get_photo(request: Request) -> Response:
    """The caller's own photo; there is no way to name another's."""
    caller = await _caller(request)
    image = await photos.load(caller.account_id) if caller else None
    return _picture(image) if image else _said("", 404)


async def room_photo(request: Request) -> Response:
    """The photo of somebody who is in a meeting with who has this link."""
    try:
        return _picture(await introductions.photo(request.path_params["link"]))
    except ConferenceError as error:
        return _said("", error.status)


async def photo(request: Request) -> Response:
    """One route for both, so that a refused method is told about both."""
    return await (post_photo if request.method == "POST" else get_photo)(request)


routes = [
    Route("/account/photo", photo, methods=["GET", "POST"]),
    Route("/room-photo/{link}", room_photo, methods=["GET"]),
]
"""For the composition root to mount."""
