"""Headers that fence in every page: Content-Security-Policy, HSTS, and long caching of hashed files.

The policy allows scripts of our own origin and the few inline scripts that the build writes into that page, each by its
SHA-256, and no eval. The hashes are computed once at start from the built pages.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SHELL = "*"
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def inline_script_hashes(page: str) -> list[str]:
    """CSP sources ('sha256-…') of every inline script of an HTML page, sorted."""
    digests = {hashlib.sha256(script.encode()).digest() for script in _INLINE_SCRIPT.findall(page)}
    return sorted(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def hashes_by_path(built: Path) -> dict[str, list[str]]:
    """The hashes of each built page, by the path it is served at without a slash at the end ("" is the first page).

    Pages of routes with a parameter have no file of their own: the shell for them all stands under `SHELL`.
    """
    found: dict[str, list[str]] = {}
    for file in built.rglob("*.html"):
        path = "/" + file.relative_to(built).with_suffix("").as_posix()
        hashes = inline_script_hashes(file.read_text(encoding="utf-8"))
        found[path.removesuffix("/index")] = hashes
    found[SHELL] = sorted({*found.get("/__spa-fallback", []), *found.get("/404", [])})
    return found


def content_security_policy(script_hashes: list[str], *, upgrade: bool) -> str:
    """The policy as one header value; `upgrade` makes an https page ask for nothing in clear."""
    scripts = " ".join(["'self'", *script_hashes])
    directives = [
        "default-src 'self'",
        f"script-src {scripts}",
        "style-src 'self' 'unsafe-inline'",  # style attributes carry layout; they run no code
        "img-src 'self' data: blob:",
        "media-src 'self' blob: data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    if upgrade:
        directives.append("upgrade-insecure-requests")
    return "; ".join(directives)


def _cache_lifetime(path: str) -> bytes:
    """How long browsers may keep a file: for good when its name has a hash of it, a week for fonts and pictures.

    Of anything else they ask each time whether it is still the same: left to themselves they would guess, and an old
    page asks for scripts that an update took away.
    """
    if path.startswith("/assets/"):
        return b"public, max-age=31536000, immutable"
    if path.endswith((".woff2", ".webp", ".svg", ".ico", ".png")):
        return b"public, max-age=604800"
    return b"no-cache"


class SecurityHeaders:
    """ASGI middleware that adds the headers to every HTTP response."""

    def __init__(self, app: ASGIApp, *, built: Path, is_https: bool) -> None:
        self._app = app
        self._policies = {
            path: content_security_policy(hashes, upgrade=is_https).encode()
            for path, hashes in hashes_by_path(built).items()
        }
        self._bare = content_security_policy([], upgrade=is_https).encode()
        headers = {
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
            "permissions-policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=()",
        }
        if is_https:
            headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_hashed_file = scope["path"].startswith("/assets/")
        policy = self._bare if is_hashed_file else self._policies.get(scope["path"].rstrip("/"), self._policies[SHELL])

        lifetime = _cache_lifetime(scope["path"])

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message.get("headers", [])
                headers = [*given, *self._headers, (b"content-security-policy", policy)]
                is_said = any(name.lower() == b"cache-control" for name, _value in given)
                if not is_said:
                    headers.append((b"cache-control", lifetime if message["status"] in (200, 304) else b"no-cache"))
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, with_headers)
