"""A browser whose owner has blocked cookies, which then refuses its storage as well."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext

from tests.browser.conftest import CHROMIUM_ARGS

_BLOCKED = '{"profile":{"default_content_setting_values":{"cookies":2}}}'
"""The browser's own setting "block all cookies", as it keeps it."""


@contextmanager
def cookies_blocked(browser: Browser, app_url: str, folder: Path) -> Iterator[BrowserContext]:
    """A profile in `folder` with that setting."""
    default = folder / "profile" / "Default"
    default.mkdir(parents=True)
    (default / "Preferences").write_text(_BLOCKED)
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    context = browser.browser_type.launch_persistent_context(
        folder / "profile", executable_path=path, args=CHROMIUM_ARGS, base_url=app_url, locale="en-GB"
    )
    try:
        yield context
    finally:
        context.close()
