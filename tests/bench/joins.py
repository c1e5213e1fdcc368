"""How long a guest waits: from the click on Join to the first frame of somebody else on the screen, in real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.bench.product import Product
from tests.bench.report import Figure, percentile
from tests.mailing import mailed_link

JOINS = 20
GOAL_P50_S, GOAL_P95_S = 1.0, 2.0
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


def measure_joins(product: Product) -> Iterator[Figure]:
    """p50 and p95 over JOINS guests who come one after another to a host with camera on."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        context = browser.new_context(base_url=product.url)
        code_path = open_meeting(context, product.data / "mails")
        waits = [one_join(browser, product.url + code_path, number) for number in range(JOINS)]
        browser.close()
    yield Figure("click_to_first_remote_frame_p50", percentile(waits, 0.5), "s", GOAL_P50_S)
    yield Figure("click_to_first_remote_frame_p95", percentile(waits, 0.95), "s", GOAL_P95_S)


def open_meeting(context: BrowserContext, mails: Path) -> str:
    """Register, confirm the address, create a meeting, start it and join as its host; the path of the invitation."""
    page = context.new_page()
    page.goto("/register")
    for label, value in (
        ("First name", "Ada"),
        ("Last name", "Lovelace"),
        ("Username", "ada"),
        ("E-mail", "ada@bench.org"),
        ("Password", "a long bench pass phrase 17"),
    ):
        page.get_by_label(label, exact=False).first.fill(value)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/check-mail")
    page.goto(mailed_link(mails, "ada@bench.org", "/verify"))
    page.get_by_role("button", name="Confirm my address").click()
    page.get_by_role("heading", name="Your address is confirmed.").wait_for()
    page.goto("/meetings/new")
    page.get_by_label("Subject").fill("Bench")
    page.get_by_role("button", name="Create meeting").click()
    page.get_by_role("button", name="Start meeting").click()
    page.wait_for_url("**/m/*")
    join(page, "Ada")
    return page.url[page.url.index("/m/") :]


def join(page: Page, name: str) -> None:
    """Fill in the lobby, join, and wait for the room."""
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Join", exact=True).click()
    page.get_by_role("button", name="Leave").wait_for(timeout=_FRAME_TIMEOUT_MS)


def one_join(browser: Browser, url: str, number: int) -> float:
    """Seconds one guest waits. The lobby is given time to settle first, as a person would."""
    context = browser.new_context()
    context.add_init_script(path=_PROBE)
    page = context.new_page()
    page.goto(url)
    page.get_by_role("button", name="Join", exact=True).wait_for()
    page.wait_for_timeout(1500)
    join(page, f"Guest {number}")
    waited_ms = 0
    while page.evaluate("window.parleyBench.firstFrame") is None:
        page.wait_for_timeout(100)
        waited_ms += 100
        if waited_ms > _FRAME_TIMEOUT_MS:
            raise TimeoutError("no remote frame came")
    noted = page.evaluate("window.parleyBench")
    page.get_by_role("button", name="Leave").click()
    context.close()
    return (noted["firstFrame"] - noted["clicked"]) / 1000
