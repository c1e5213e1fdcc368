"""One running product and one Chromium for all browser tests; each test gets fresh browser profiles.

`app_url` builds what changed (into REFLEX_WEB_WORKDIR, default .web) and serves it as `make run` does, on free ports
and with a fresh database.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.kept import unregistered_in
from tests.mailing import mailed_link
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 240.0
"""With a first build: packages are fetched and the pages compiled."""
PATIENCE_MS = 30_000
"""How long what a test waits for may take on a busy machine; nothing waits longer than it has to."""
NewContext = Callable[..., BrowserContext]
PERSONAL = re.compile(
    r"Kowalska|Brzęczyszczykiewicz|[\w.+-]+@example\.(?:org|com)|correct horse|message \d https"
    r"|/(?:verify|reset|revoke|u|preferences|privacy-center|confirm)[/#][\w-]{20,}|access_token=[\w.-]+|\beyJ[\w-]{10,}"
)
"""What people type in these tests: names, addresses, passwords, chat; and what opens something: links, room tokens.
None of it may stand in the product's log when all of them are over."""
STAFF = [
    "sender1280",
    "sender390",
    "looklight",
    "lookdark",
    "desk1280",
    "desk390",
    "desklight",
    "deskdark",
]
"""Usernames of those who are staff once their address is confirmed."""

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


def app_environment(data: Path, **more: str) -> dict[str, str]:
    """The product's environment: fresh data, free ports. The public URL is the default one, so that the build is too."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PARLEY_", "LIVEKIT_"))}
    return kept | {
        "PARLEY_DATA": str(data),
        "PARLEY_PUBLIC_URL": "http://localhost:3000",
        "PARLEY_STAFF": ", ".join(f"{name}@example.org" for name in STAFF),
        "PORT": str(free_port()),
        "PARLEY_MEDIA_PORT": str(free_port()),
        "PARLEY_MEDIA_UDP_PORT": str(free_port(socket.SOCK_DGRAM)),
        **more,
    }


def answers(url: str) -> bool:
    """Whether the product at `url` is up, media process included."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as response:  # noqa: S310 - our own loopback address
            return b'"media":"ok"' in response.read()
    except (urllib.error.URLError, OSError):
        return False


def start_app(environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start the product and wait until it answers."""
    command = [sys.executable, "-m", "conference_app.operation.run"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
    url = f"http://localhost:{environment['PORT']}"
    deadline = monotonic() + START_TIMEOUT_S
    while not answers(url):
        if process.poll() is not None or monotonic() > deadline:
            process.kill()
            pytest.fail(f"the product did not start:\n{log.read_text()[-3000:]}")
        sleep(0.1)
    return process


def stop_app(process: subprocess.Popen[bytes]) -> None:
    """End the product as Ctrl-C does."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def app_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product's data folder, where the mail stand-in keeps what was sent."""
    return tmp_path_factory.mktemp("app") / "data"


@pytest.fixture(scope="session")
def app_url(app_data: Path) -> Iterator[str]:
    """Where the product answers, such as http://localhost:41234."""
    environment = app_environment(app_data)
    process = start_app(environment, app_data.with_name("log"))
    yield f"http://localhost:{environment['PORT']}"
    stop_app(process)
    said = app_data.with_name("log").read_text(encoding="utf-8", errors="replace")
    assert sorted({found.group() for found in PERSONAL.finditer(said)}) == []


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


class Visitor:
    """A person at one page: knows the way through the product and keeps what the browser complained about."""

    def __init__(self, context: BrowserContext, app_data: Path) -> None:
        self.mails = app_data / "mails"
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._keep)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _keep(self, message: object) -> None:
        if getattr(message, "type", "") == "error":
            self.complaints.append(getattr(message, "text", ""))

    def register(self, username: str, prefix: str = "", **names: str) -> None:
        """A new account whose address is confirmed by its mail, to the dashboard."""
        self.fill_registration(username, prefix, **names)
        self.page.goto(self.mailed_link(f"{username}@example.org", "/verify"))
        self.page.locator("main button.bg-accent").click()
        self.page.get_by_role("status").locator("h1").wait_for()
        self.page.goto(f"{prefix}/dashboard")
        self.page.wait_for_url(f"**{prefix}/dashboard")

    def sign_in_again(self, username: str) -> None:
        """Out, and in by the form: with the role that the operator's list gives, to the dashboard."""
        page = self.page
        page.context.clear_cookies(name="parley_session")
        page.goto("/sign-in")
        page.get_by_label("E-mail", exact=True).fill(f"{username}@example.org")
        page.get_by_label("Password", exact=True).fill("correct horse battery staple")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/dashboard**")

    def fill_registration(
        self,
        username: str,
        prefix: str = "",
        email: str = "",
        first_name: str = "Anna",
        last_name: str = "Kowalska",
    ) -> None:
        """Send the form of /register, and stand before the page that says where the mail went."""
        page = self.page
        page.goto(f"{prefix}/register")
        page.locator("#first_name").fill(first_name)
        page.locator("#last_name").fill(last_name)
        page.locator("#username").fill(username)
        page.locator("#email").fill(email or f"{username}@example.org")
        page.locator("#password").fill("correct horse battery staple")
        page.locator("#accepted").check()
        page.locator("main form button[type=submit]").click()
        page.wait_for_url(f"**{prefix}/check-mail")

    def mailed_link(self, address: str, start: str) -> str:
        """Path of the link that begins with `start` in the newest mail to `address` that has one; waits for it."""
        return mailed_link(self.mails, address, start)

    def create_meeting(self, subject: str, prefix: str = "") -> str:
        """A new meeting; returns its code."""
        page = self.page
        page.goto(f"{prefix}/meetings/new")
        page.locator("#subject").fill(subject)
        page.locator("main form button[type=submit]").click()
        page.wait_for_url(lambda url: "/meetings/" in url and not url.endswith("/new"))
        return page.url.rstrip("/").rsplit("/", 1)[-1]


@pytest.fixture
def visitor(new_context: NewContext, app_data: Path) -> Callable[..., Visitor]:
    """Make people at fresh profiles; takes what `new_context` takes."""
    return lambda *args, **options: Visitor(new_context(*args, **options), app_data)
