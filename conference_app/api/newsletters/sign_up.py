"""The newsletter's form and its confirmation, as plain pages: /newsletter, /newsletter/confirm/<token>."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from conference_app import purposes
from conference_app.api.http import plain_pages
from conference_app.api.http.bodies import body_of, fields_of
from conference_app.api.sign_in.cookies import is_same_site
from conference_app.errors import ConferenceError, NotFound
from conference_app.services.newsletters import sign_up
from conference_app.texts import _, current_language, error_text, language, localized_path


async def form(request: Request) -> Response:
    """GET shows the form; POST has the address confirmed by mail, and answers the same for every address."""
    with language(plain_pages.page_language(request)):
        if request.method != "POST":
            return _form(request)
        body = await body_of(request)
        if body is None:
            return plain_pages.too_large(request)
        if not is_same_site(request):
            return _form(
                request, problem=_("This form is out of date. Go back, reload the page and try again."), status=403
            )
        fields = dict(fields_of(body))
        return await _ask(request, fields.get("email", "")[:400], agreed=fields.get("agreed") == "on")


async def _ask(request: Request, email: str, *, agreed: bool) -> Response:
    errors: dict[str, str] = {}
    if not agreed:
        errors["agreed"] = _("Tick the box if you want the newsletter. Without it we send nothing.")
    try:
        if not errors:
            await sign_up.ask(
                email, page="/newsletter", language=current_language(), address=plain_pages.network_address(request)
            )
    except ConferenceError as error:
        errors["email"] = error_text(error)
    if errors:
        return _form(request, email=email, errors=errors, status=422)
    return plain_pages.message(
        request,
        _("Check your mail."),
        _(
            "If this address doesn't get the newsletter yet, we have sent it an e-mail with a link. Follow it to start the newsletter."
        ),
        _("The link works for 48 hours. If you don't use it, we send nothing more and forget the address."),
        link={"href": localized_path("/"), "label": _("Go to the start page")},
    )


def _form(
    request: Request, *, email: str = "", errors: dict[str, str] | None = None, problem: str = "", status: int = 200
) -> Response:
    return plain_pages.page(
        request,
        "newsletter",
        title=_("Newsletter"),
        status=status,
        width="narrow",
        action=localized_path("/newsletter"),
        email=email,
        errors={"email": "", "agreed": "", **(errors or {})},
        problem=problem,
        words=purposes.words("newsletter"),
        texts={
            "intro": _("News about the product, when there is any. One click in any e-mail stops it."),
            "email": _("E-mail"),
            "required": _("required"),
            "send": _("Sign up"),
            "note": _("We use your address only for the newsletter. You confirm it by e-mail first."),
        },
    )


async def confirmation(request: Request) -> Response:
    """GET asks, since programs open links too; POST confirms, once."""
    token = request.path_params["token"]
    with language(plain_pages.page_language(request)):
        if request.method != "POST":
            return await _question(request, token)
        if await body_of(request) is None:
            return plain_pages.too_large(request)
        try:
            await sign_up.confirm(token)
        except NotFound:
            return plain_pages.not_found(request)
        return plain_pages.message(
            request,
            _("You'll get the newsletter from now on."),
            _("Every e-mail has a link that stops it in one click, without signing in."),
            link={"href": localized_path("/"), "label": _("Go to the start page")},
        )


async def _question(request: Request, token: str) -> Response:
    if not await sign_up.waits(token):
        return plain_pages.not_found(request)
    return plain_pages.message(
        request,
        _("Start the newsletter?"),
        purposes.words("newsletter"),
        button={"action": request.url.path, "act": "confirm", "label": _("Confirm subscription")},
    )


_METHODS = ["GET", "POST"]
routes = [
    Route(f"{prefix}/newsletter{rest}", endpoint, methods=_METHODS)
    for prefix in ("", "/pl")
    for rest, endpoint in (("", form), ("/confirm/{token}", confirmation))
]
"""For the composition root to mount."""
