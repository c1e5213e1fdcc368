"""The download of a person's copy: for the account it was made for, or by the link it was asked for with."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from conference_app.api.http import plain_pages
from conference_app.errors import NotFound
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import center_links, export
from conference_app.services.sign_in import sessions
from conference_app.session import session_cookie

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Disposition": 'attachment; filename="my-data.zip"',
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


async def _person(request: Request) -> DataOwner:
    """Who asks. Raises NotFound for anybody else."""
    if token := request.path_params.get("token"):
        return center_links.person_of(token)
    caller = await sessions.resolve(request.cookies.get(session_cookie(), ""))
    if caller is None:
        raise NotFound("")
    return await personal_rows.require_account(caller.account_id)


async def download(request: Request) -> Response:
    """The zip. Not found for a stranger as for a copy that is not there."""
    try:
        archive = await export.content(await _person(request), request.path_params["export_id"])
    except NotFound:
        return plain_pages.not_found(request)
    return Response(archive, media_type="application/zip", headers=_HEADERS)


routes = [
    Route("/privacy-export/{export_id}", download, methods=["GET"]),
    Route("/privacy-export/{export_id}/{token}", download, methods=["GET"]),
]
"""For the composition root to mount."""
