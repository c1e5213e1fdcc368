"""What stands in the handshake of Reflex's socket instead of cookies, which its state manager would keep.

The session becomes a sealed hash that is good for nothing outside this process. Both ends are here: `hide_credentials`
writes these headers, and the gate reads them.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from conference_app.config import LANGUAGES, settings
from conference_app.services.sign_in import known_devices, sessions
from conference_app.services.sign_in.sessions import SignedIn
from conference_app.session.cookies import LANGUAGE_COOKIE, cookie_value, device_cookie, session_cookie

SOCKET_PATH = "/_event"
_SEAL = "parley-session "
_SESSION, _LANGUAGE, _DEVICE = "authorization", "x-parley-language", "x-parley-device"
_REPLACED = frozenset(name.encode() for name in ("cookie", _SESSION, _LANGUAGE, _DEVICE))


def hide_credentials(app: ASGIApp) -> ASGIApp:
    """ASGI middleware for `rx.App(api_transformer=…)`: Reflex's socket sees a sealed hash instead of cookies."""

    async def hidden(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and scope["path"].startswith(SOCKET_PATH):
            scope = {**scope, "headers": without_credentials(scope["headers"])}
        await app(scope, receive, send)

    return hidden


def without_credentials(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """`headers` (ASGI's) with our own in place of the cookies, and without any that pretend to be ours."""
    cookies = b"; ".join(value for name, value in headers if name == b"cookie").decode("latin-1")
    kept = [(name, value) for name, value in headers if name not in _REPLACED]
    if token := cookie_value(cookies, session_cookie()):
        kept.append((_SESSION.encode(), _seal(sessions.session_hash(token)).encode()))
    if (language := cookie_value(cookies, LANGUAGE_COOKIE)) in LANGUAGES:
        kept.append((_LANGUAGE.encode(), language.encode()))
    if known_devices.is_token(device := cookie_value(cookies, device_cookie())):
        kept.append((_DEVICE.encode(), known_devices.device_hash(device).encode()))
    return kept


def _seal(session_hash: str) -> str:
    """The hash with our mark, so that a header a client made up is told from ours."""
    mark = hmac.digest(settings().secrets.session_key.encode(), f"socket\0{session_hash}".encode(), "sha256").hex()
    return f"{_SEAL}{session_hash}.{mark}"


async def caller_of(headers: Mapping[str, str]) -> SignedIn | None:
    """Who sent these headers; None for a visitor, and for a header that a client made up."""
    header = headers.get(_SESSION, "")
    hashed = header.removeprefix(_SEAL).partition(".")[0]
    if not hashed or not hmac.compare_digest(_seal(hashed).encode(), header.encode("utf-8", "replace")):
        return None
    return await sessions.resolve_hash(hashed)


def session_name(headers: Mapping[str, str]) -> str:
    """What tells one session's events from another's, unchecked, for counting; empty for a visitor."""
    return headers.get(_SESSION, "")


def chosen_language(headers: Mapping[str, str]) -> str:
    """The language of the browser's cookie; empty without one."""
    return headers.get(_LANGUAGE, "")


def device_hash(headers: Mapping[str, str]) -> str:
    """What names the browser; empty for one that keeps no cookie of ours."""
    return headers.get(_DEVICE, "")
