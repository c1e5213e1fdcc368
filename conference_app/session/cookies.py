"""The cookies of a session: their names, and how one is found among those of other programs."""

from __future__ import annotations

from starlette.requests import cookie_parser

from conference_app.config import settings

LANGUAGE_COOKIE = "parley_language"
TICKET_COOKIE = "parley_ticket"


def session_cookie() -> str:
    """The cookie's name. On https browsers then refuse it from a subdomain, without Secure and with another path."""
    return "__Host-parley_session" if settings().is_https else "parley_session"


def device_cookie() -> str:
    """The name of the cookie by which a browser is known again, named after the same rule."""
    return "__Host-parley_device" if settings().is_https else "parley_device"


def cookie_value(header: str, name: str) -> str:
    """The cookie `name` of a Cookie header, whatever other programs of this host have put beside it; "" without it."""
    return cookie_parser(header[:8192]).get(name, "")
