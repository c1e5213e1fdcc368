"""Pages made on the server alone: they work without JavaScript and with cookies blocked, in the product's look."""

from __future__ import annotations

import functools
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response

from conference_app.components.frame.footer import documents, run_by
from conference_app.components.frame.page_menus import LANGUAGE_NAMES
from conference_app.components.kit.theme import ARCS, declarations, tokens
from conference_app.config import LANGUAGES, settings
from conference_app.texts import (
    DEFAULT_LANGUAGE,
    _,
    best_language,
    current_language,
    language,
    language_of_path,
    localized_path,
    unlocalized_path,
)

_FOLDER = Path(__file__).parent / "templates"
_BASE_CSS = Path(__file__).parents[2] / "components" / "kit" / "base.css"
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
_PAGES = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


@functools.cache
def _css(accent: str) -> Markup:
    """The product's tokens and ground, following the chosen theme, else the device's, and what these pages add."""
    light, dark = (declarations(tokens(accent, dark=is_dark)) for is_dark in (False, True))
    own = (_FOLDER / "plain.css").read_text(encoding="utf-8")
    dark = f"{dark}color-scheme:dark"
    scheme = f":root{{{light}color-scheme:light}}:root.dark{{{dark}}}"
    scheme += f"@media(prefers-color-scheme:dark){{:root:not(.light){{{dark}}}}}"
    return Markup(f"{scheme}\n{_BASE_CSS.read_text(encoding='utf-8')}\n{own}")  # noqa: S704 - our own style sheets


def _mark() -> Markup:
    if logo := settings().logo_path:
        return Markup('<img src="{}" alt="" width="28" height="28">').format(logo)
    line = 'fill="none" stroke="var(--on-accent)" stroke-width="3.4" stroke-linecap="round"'
    arcs = "".join(f'<path d="{arc}" {line}/>' for arc in ARCS)
    tile = '<rect width="32" height="32" rx="9" fill="var(--accent)"/>'
    return Markup(f'<svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">{tile}{arcs}</svg>')  # noqa: S704


def page_language(request: Request, known: str = "") -> str:
    """The language to answer in: the address's, else the one asked for there, else the person's, else the browser's."""
    if (by_path := language_of_path(request.url.path)) in LANGUAGES[1:]:
        return by_path
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return known if known in LANGUAGES else best_language(request.headers.get("accept-language", ""))


def same_page(request: Request, code: str) -> str:
    """The address of this page in language `code`. The one without a prefix says it beside, for who reads another."""
    path = unlocalized_path(request.url.path)
    return f"{path}?lang={code}" if code == DEFAULT_LANGUAGE else localized_path(path, code)


def _languages(request: Request) -> list[dict[str, str]]:
    """The same page in each language, where it is only shown."""
    if request.method not in ("GET", "HEAD"):
        return []
    return [{"code": code, "name": LANGUAGE_NAMES[code], "href": same_page(request, code)} for code in LANGUAGES]


def _entries() -> dict[str, dict[str, str]]:
    """The same ways in as on the other visitors' pages (`page_frame.entry_actions`)."""
    return {
        "sign_in": {"href": localized_path("/sign-in"), "label": _("Sign in")},
        "register": {"href": localized_path("/register"), "label": _("Register")},
    }


def page(
    request: Request, template: str, *, title: str, status: int = 200, width: str = "reading", **values: object
) -> Response:
    """The page of `template` (a file under plain/) in the current language; `width` is reading, or narrow for forms."""
    html = _PAGES.get_template(f"{template}.html").render(
        title=title,
        brand=settings().brand_name,
        css=_css(settings().accent_color),
        mark=_mark(),
        home=localized_path("/"),
        language=current_language(),
        languages=_languages(request),
        themes=(("light", _("Light")), ("dark", _("Dark")), ("system", _("As my device"))),
        entries=_entries(),
        texts_menu={"language": _("Language"), "theme": _("Theme")},
        skip=_("Skip to content"),
        width=width,
        has_theme="token" not in request.path_params,
        run_by=run_by(),
        documents=_("Documents"),
        links=documents(),
        **values,
    )
    return HTMLResponse(html, status, headers=_HEADERS)


def message(
    request: Request,
    title: str,
    *paragraphs: str,
    status: int = 200,
    button: dict[str, str] | None = None,
    link: dict[str, str] | None = None,
) -> Response:
    """A page that says something, with at most one thing to do."""
    shown = {"paragraphs": paragraphs, "button": button, "link": link}
    return page(request, "message", title=title, status=status, width="narrow", **shown)


def not_found(request: Request) -> Response:
    """The same answer for a token that is broken, made up, over or used."""
    with language(page_language(request)):
        return message(
            request,
            _("This link doesn't work."),
            _("It may be cut off, expired or already used. Copy the whole link from the e-mail and try again."),
            status=404,
            link={"href": localized_path("/privacy-request"), "label": _("Ask for a new link")},
        )


def too_large(request: Request) -> Response:
    """For a body that no form of ours has."""
    with language(page_language(request)):
        return message(request, _("That was too much at once."), status=413)


def network_address(request: HTTPConnection) -> str:
    """Where the request comes from, for rate limits only; trusts as many proxies as the operator says stand in front.

    Some proxies add a line of their own below what the client sent: only all lines together end with theirs.
    """
    hops = settings().trusted_proxy_hops
    lines = ",".join(request.headers.getlist("x-forwarded-for"))
    given = [one.strip() for one in lines.split(",") if one.strip()]
    if hops and len(given) >= hops:
        return given[-hops]
    return request.client.host if request.client else ""
