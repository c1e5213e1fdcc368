"""One running product and one Chromium for all browser tests; each test gets fresh browser profiles.

`app_url` builds what changed (into REFLEX_WEB_WORKDIR, default .web) and serves it as `make run` does, on free ports
and with a fresh database.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.browser.browser_storage import unregistered_in
from tests.browser.members import Members
from tests.browser.participants import host, person
from tests.browser.product import Product, app_environment
from tests.browser.visitors import NewContext, Visitor

__all__ = ["host", "person"]  # fixtures of those who take part in a meeting

PATIENCE_MS = 30_000
"""How long what a test waits for may take on a busy machine; nothing waits longer than it has to."""
PERSONAL = re.compile(
    r"Kowalska|Brzęczyszczykiewicz|[\w.+-]+@example\.(?:org|com)|correct horse|message \d https"
    r"|/(?:verify|reset|revoke|u|preferences|privacy-center|confirm)[/#][\w-]{20,}|access_token=[\w.-]+|\beyJ[\w-]{10,}"
)
"""What people type in these tests: names, addresses, passwords, chat; and what opens something: links, room tokens.
None of it may stand in the product's log when all of them are over."""
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream=fps=10",  # what a third of the pictures proves
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture(scope="session")
def app_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product's data folder, where the mail stand-in keeps what was sent."""
    return tmp_path_factory.mktemp("app") / "data"


@pytest.fixture(scope="session")
def environment(app_data: Path) -> dict[str, str]:
    """The product's environment."""
    return app_environment(app_data)


@pytest.fixture(scope="session")
def running(app_data: Path, environment: dict[str, str]) -> Iterator[Product]:
    """The product of this side of the run."""
    product = Product(environment, app_data.with_name("log"))
    yield product
    product.stop()
    said = app_data.with_name("log").read_text(encoding="utf-8", errors="replace")
    assert sorted({found.group() for found in PERSONAL.finditer(said)}) == []


@pytest.fixture(scope="session")
def app_url(running: Product) -> str:
    """Where the product answers, such as http://localhost:41234."""
    return running.url


BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The same engine, pages and network each time; without windows, menus and tabs of its own a profile costs a quarter."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, with a camera and a microphone that are made up."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not path:
        pytest.fail("Chromium is missing. Install it: apt-get install chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_context(browser: Browser, app_url: str) -> Iterator[NewContext]:
    """Make fresh profiles: new_context(width=1280, dark=False, locale="en-GB", zone="…", **playwright_options)."""
    made: list[BrowserContext] = []

    def make(
        width: int = 1280,
        *,
        dark: bool = False,
        locale: str = "en-GB",
        zone: str = "Europe/Warsaw",
        **options: object,
    ) -> BrowserContext:
        context = browser.new_context(
            base_url=app_url,
            viewport={"width": width, "height": 844 if width < 500 else 800},
            color_scheme="dark" if dark else "light",
            locale=locale,
            timezone_id=zone,
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE_MS)
        made.append(context)
        return context

    yield make
    strange = [unregistered_in(context, app_url) for context in made]
    for context in made:
        context.close()
    assert set().union(*strange) == set()  # whatever a test did, nothing is kept that /cookies does not list


@pytest.fixture(scope="session")
def members_of() -> Iterator[Callable[[Mapping[str, str]], Members]]:
    """Who adds members to the product with an environment: one process for each product that needs it."""
    made: dict[str, Members] = {}

    def of(environment: Mapping[str, str]) -> Members:
        return made.setdefault(environment["PARLEY_DATA"], Members(environment))

    yield of
    for one in made.values():
        one.close()


@pytest.fixture
def members(app_url: str, environment: dict[str, str], members_of: Callable[[Mapping[str, str]], Members]) -> Members:
    """Adds members to the product under test, which is up."""
    assert app_url.endswith(environment["PORT"])
    return members_of(environment)


@pytest.fixture
def visitor(new_context: NewContext, app_data: Path, members: Members) -> Callable[..., Visitor]:
    """Make people at fresh profiles; takes what `new_context` takes."""
    return lambda *args, **options: Visitor(new_context(*args, **options), app_data, members)
