"""Headers that fence in every page: Content-Security-Policy, HSTS, and long caching of hashed files.

The policy allows scripts of our own origin and the few inline scripts that the build writes, each by its SHA-256, and
no eval. The hashes are computed once at start from the built pages.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def inline_script_hashes(built: Path) -> list[str]:
    """CSP sources ('sha256-…') of every inline script in the HTML files below `built`, sorted."""
    found: set[str] = set()
    for page in built.rglob("*.html"):
        for script in _INLINE_SCRIPT.findall(page.read_text(encoding="utf-8")):
            digest = hashlib.sha256(script.encode()).digest()
            found.add(f"'sha256-{base64.b64encode(digest).decode()}'")
    return sorted(found)


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


class SecurityHeaders:
    """ASGI middleware that adds the headers to every HTTP response."""

    def __init__(self, app: ASGIApp, *, built: Path, is_https: bool) -> None:
        self._app = app
        headers = {
            "content-security-policy": content_security_policy(inline_script_hashes(built), upgrade=is_https),
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

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", []), *self._headers]
                if is_hashed_file and message["status"] in (200, 304):
                    headers.append((b"cache-control", b"public, max-age=31536000, immutable"))
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, with_headers)
