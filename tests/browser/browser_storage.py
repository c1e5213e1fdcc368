"""What a browser keeps for the product, held against the register of cookies and storage keys."""

from __future__ import annotations

import contextlib

from playwright.sync_api import BrowserContext, Error, Page

from conference_app.services.documents import cookies

_STORES = {
    "database": "indexedDB.databases().then(all => all.map(one => one.name))",
    "cache": "caches.keys()",
    "worker": "navigator.serviceWorker.getRegistrations().then(all => all.map(one => one.scope))",
}
"""Kinds the product has no use for: whatever is found in them is not registered."""


def kept_by(page: Page) -> set[tuple[str, str]]:
    """Kind and name of everything the browser keeps for the page's origin."""
    found = {("cookie", cookie.get("name", "")) for cookie in page.context.cookies()}
    for kind, store in (("local storage", "localStorage"), ("session storage", "sessionStorage")):
        found |= {(kind, name) for name in page.evaluate(f"Object.keys({store})")}
    for kind, names in _STORES.items():
        found |= {(kind, name) for name in page.evaluate(names)}
    return found


def unregistered(page: Page) -> set[tuple[str, str]]:
    """What the browser keeps and /cookies does not list."""
    return {(kind, name) for kind, name in kept_by(page) if cookies.find(kind, name) is None}


def unregistered_in(context: BrowserContext, origin: str) -> set[tuple[str, str]]:
    """The same for every page of a profile that shows the product now; its tabs remember their whole way."""
    found: set[tuple[str, str]] = set()
    for page in context.pages:
        if page.url.startswith(origin):
            with contextlib.suppress(Error):  # a page that crashed on purpose, or is on its way elsewhere
                found |= unregistered(page)
    return found
