"""Serves a prerendered page at its own address, /dashboard, where the framework would redirect to /dashboard/."""

from __future__ import annotations

from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send


class CleanPaths:
    """ASGI middleware that answers a page's path with its HTML file, without a redirect.

    The paths are listed once at start, so that no request chooses a file.
    """

    def __init__(self, app: ASGIApp, *, built: Path) -> None:
        self._app = app
        files = (file.relative_to(built).with_suffix("") for file in built.rglob("*.html"))
        self._pages = {f"/{file.as_posix()}" for file in files if file.name != "index"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in self._pages:
            scope = {**scope, "path": f"{scope['path']}.html"}
        await self._app(scope, receive, send)
