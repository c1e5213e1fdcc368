"""How long a picture stands still for those in a call while somebody comes, goes or is removed: six in real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.joins import CHROMIUM, join, open_meeting
from tests.bench.product import Product
from tests.bench.report import Figure
from tests.bench.waiting import wait_until

OTHERS = 4
"""In the call all the time, beside the host."""
ROUNDS = 3
SETTLE_MS = 4000
"""In which a change of keys is over: senders switch a second after it."""
GOAL_S = 0.3
PROBE = Path(__file__).with_name("gaps.js")


def measure_stillness(product: Product) -> Iterator[Figure]:
    """The longest time without a new frame of anybody who stays, for anybody who stays, over ROUNDS rounds."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        context = browser.new_context(base_url=product.url)
        context.add_init_script(path=PROBE)
        link = product.url + open_meeting(context, product.data / "mails")
        host = context.pages[0]
        staying = [host, *(guest(browser, link, f"Guest {number}") for number in range(OTHERS))]
        _see(staying, OTHERS)
        longest: dict[str, float] = dict.fromkeys(("nothing", "join", "leaving", "removal"), 0.0)
        for _round in range(ROUNDS):
            for kind, seconds in _one_round(browser, link, staying):
                longest[kind] = max(longest[kind], seconds)
        browser.close()
    for kind, seconds in longest.items():
        yield Figure(f"still_picture_during_{kind}", seconds, "s", GOAL_S)


def _one_round(browser: Browser, link: str, staying: Sequence[Page]) -> Iterator[tuple[str, float]]:
    host = staying[0]
    yield "nothing", _still(staying, lambda: None)
    came: list[Page] = []
    yield "join", _still(staying, lambda: came.append(guest(browser, link, "Newcomer")))
    yield "leaving", _still(staying, lambda: _leave(came.pop()))
    page = guest(browser, link, "Newcomer")
    _see([*staying, page], OTHERS + 1)
    host.get_by_role("button", name="People", exact=True).click()
    host.get_by_role("button", name="Remove Newcomer").click()
    yield "removal", _still(staying, lambda: host.get_by_role("button", name="Remove", exact=True).click())
    host.get_by_role("button", name="People", exact=True).click()
    page.context.close()


def guest(browser: Browser, link: str, name: str) -> Page:
    """Somebody else, in the call."""
    context = browser.new_context()
    context.add_init_script(path=PROBE)
    page = context.new_page()
    page.goto(link)
    join(page, name)
    return page


def _leave(page: Page) -> None:
    page.get_by_role("button", name="Leave", exact=True).click()
    page.context.close()


def _see(pages: Sequence[Page], others: int) -> None:
    """Wait until each of them sees so many others."""
    for page in pages:
        wait_until(page, f"window.parleyGaps.seen() >= {others}")


def _still(pages: Sequence[Page], act: Callable[[], None]) -> float:
    """Seconds of the longest still picture during `act` and the change of keys after it."""
    for page in pages:
        page.evaluate("window.parleyGaps.reset()")
    act()
    pages[0].wait_for_timeout(SETTLE_MS)
    return max(page.evaluate("window.parleyGaps.worst()") for page in pages) / 1000
