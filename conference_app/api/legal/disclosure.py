"""The file for an authority: posted for by staff with a reason, answered as a download."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from conference_app.api.http import plain_pages
from conference_app.api.http.bodies import body_of, fields_of
from conference_app.api.sign_in.cookies import is_same_site
from conference_app.errors import InvalidInput, NotFound
from conference_app.services.legal import disclosure
from conference_app.services.sign_in import sessions
from conference_app.services.sign_in.sessions import SignedIn
from conference_app.session import session_cookie
from conference_app.texts import _, error_text, language

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Disposition": 'attachment; filename="metadata.zip"',
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


async def _staff(request: Request, fields: dict[str, str]) -> SignedIn | None:
    """The member of the staff who posts this from a page of ours."""
    token = request.cookies.get(session_cookie(), "")
    caller = await sessions.resolve(token)
    if caller is None or not caller.may_act_as_staff or not is_same_site(request):
        return None
    return caller if sessions.check_csrf(token, fields.get("csrf_token", "")) else None


async def make(request: Request) -> Response:
    """The zip. For anybody but staff, and for a legal request that is not there, as if nothing were here."""
    body = await body_of(request)
    pairs = fields_of(body or b"")
    fields = dict(pairs)
    caller = await _staff(request, fields)
    if caller is None:
        return plain_pages.not_found(request)
    tables = [value for name, value in pairs if name == "table"]
    with language(caller.language):
        try:
            archive = await disclosure.make(
                request.path_params["request_id"], tables, fields.get("reason", ""), staff_id=caller.account_id
            )
        except NotFound:
            return plain_pages.not_found(request)
        except InvalidInput as error:
            words = [error_text(wrong) for wrong in error.fields.values()]
            return plain_pages.message(request, _("No file was made."), *words, status=422)
    return Response(archive, media_type="application/zip", headers=_HEADERS)


routes = [Route("/staff/legal/{request_id}/file", make, methods=["POST"])]
"""For the composition root to mount."""
