"""How long a guest waits: from the click on Join to the first frame of somebody else on the screen, in real Chromium."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.bench.product import Product
from tests.bench.report import Figure
from tests.bench.unsealed import KINDS, compared, identities, prepare
from tests.bench.waiting import wait_until
from tests.mailing import mailed_link

JOINS = 20
GOALS = {"cold": (1.0, 2.0), "warm": (1.0, 1.0)}
"""Seconds, p50 and p95."""
_PROBE = Path(__file__).with_name("first_frame.js")
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]
_FRAME_TIMEOUT_MS = 20_000


@dataclass(frozen=True, slots=True)
class _Call:
    """One that goes on, with a host whose camera is on."""

    kind: str
    link: str
    host: Page


def measure_joins(product: Product) -> Iterator[Figure]:
    """Over JOINS guests who come to a call with one host, in turn to one that encrypts and to one that does not.

    cold: a fresh profile. warm: the same profile once more.
    """
    waits = {visit: {kind: list[float]() for kind in KINDS} for visit in GOALS}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        calls = [_begin(browser, product, kind) for kind in KINDS]
        for number in range(JOINS):
            for call in calls if number % 2 else reversed(calls):
                for visit, seconds in zip(GOALS, _two_visits(browser, call, number), strict=True):
                    waits[visit][call.kind].append(seconds)
        browser.close()
    for visit, goals in GOALS.items():
        for share, goal in zip((0.5, 0.95), goals, strict=True):
            yield from compared(f"click_to_first_remote_frame_{visit}", waits[visit], "s", goal, share)


def _begin(browser: Browser, product: Product, kind: str) -> _Call:
    context = browser.new_context(base_url=product.url)
    prepare(context, kind)
    path = open_meeting(context, product.data / "mails", f"ada-{kind}")
    return _Call(kind, product.url + path, context.pages[0])


def open_meeting(context: BrowserContext, mails: Path, username: str = "ada") -> str:
    """Register, confirm the address, create a meeting, start it and join as its host; the path of the whole link."""
    page, address = context.new_page(), f"{username}@bench.org"
    page.goto("/register")
    for label, value in (
        ("First name", "Ada"),
        ("Last name", "Lovelace"),
        ("Username", username),
        ("E-mail", address),
        ("Password", "a long bench pass phrase 17"),
    ):
        page.get_by_label(label, exact=False).first.fill(value)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/check-mail")
    page.goto(mailed_link(mails, address, "/verify"))
    page.get_by_role("button", name="Confirm my address").click()
    page.get_by_role("heading", name="Your address is confirmed.").wait_for()
    page.goto("/meetings/new")
    page.get_by_label("Subject").fill("Bench")
    page.get_by_role("button", name="Create meeting").click()
    page.get_by_role("button", name="Start meeting").click()
    page.wait_for_url(re.compile(r"/m/.*#v1[.]"))
    join(page, "Ada")
    return page.url[page.url.index("/m/") :]


def join(page: Page, name: str) -> None:
    """Fill in the lobby, join, and wait for the room."""
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Join", exact=True).click()
    page.get_by_role("button", name="Leave").wait_for(timeout=_FRAME_TIMEOUT_MS)


def _two_visits(browser: Browser, call: _Call, number: int) -> tuple[float, float]:
    """Seconds that one guest waits, and waits when they come again."""
    context = browser.new_context()
    prepare(context, call.kind, identities([call.host], call.kind))
    context.add_init_script(path=_PROBE)
    waits = _one_join(context, call, number), _one_join(context, call, number)
    context.close()
    return waits


def _one_join(context: BrowserContext, call: _Call, number: int) -> float:
    """The lobby is given time to settle first, as a person would."""
    page = context.new_page()
    page.goto(call.link)
    page.get_by_role("button", name="Join", exact=True).wait_for()
    page.wait_for_timeout(1500)
    join(page, f"Guest {number}")
    wait_until(page, "window.parleyBench.firstFrame !== null")
    noted = page.evaluate("window.parleyBench")
    identities([page], call.kind)
    page.get_by_role("button", name="Leave").click()
    page.get_by_role("heading", name="You have left the meeting").wait_for()
    page.close()
    return (noted["firstFrame"] - noted["clicked"]) / 1000
