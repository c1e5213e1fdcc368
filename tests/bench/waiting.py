"""Waiting for what a page says. Playwright's own wait evaluates text in the page, which its security policy forbids."""

from __future__ import annotations

import time

from playwright.sync_api import Page

_LOOK_MS = 20


def wait_until(page: Page, expression: str, timeout_s: float = 60.0) -> None:
    """Return as soon as `expression` is true in the page. Raises TimeoutError."""
    deadline = time.monotonic() + timeout_s
    while not page.evaluate(expression):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout_s} s: {expression}")
        page.wait_for_timeout(_LOOK_MS)
