"""What the room's page costs the processor with nine pictures on it, with the encryption and without; real Chromium."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence

import psutil
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.bench.joins import CHROMIUM, join, open_meeting
from tests.bench.product import Product
from tests.bench.report import Figure
from tests.bench.stillness import PROBE
from tests.bench.unsealed import KINDS, compared, identities, prepare
from tests.bench.waiting import wait_until

OTHERS = 8
ROUNDS = 3
SETTLE_S, MEASURED_S = 5.0, 15.0
GOAL_PERCENT = 100.0
_MARK = "--parley-measured"
_UNSEEN = """() => {
  const style = new CSSStyleSheet();
  style.replaceSync("video { display: none }");
  document.adoptedStyleSheets = [style];
}"""
"""Those who are not measured receive no pictures, so that the machine has time for the one who is."""


def measure_page_cpu(product: Product) -> Iterator[Figure]:
    """Percent of one core that a browser with the page of one call takes, all its processes; in turn of each kind.

    Everybody sends 320 × 180: of larger pictures the encryption is the smaller part.
    """
    found = {kind: list[float]() for kind in KINDS}
    with sync_playwright() as playwright:
        for number in range(ROUNDS):
            for kind in KINDS if number % 2 else reversed(KINDS):
                found[kind].append(_one_call(playwright, product, kind, f"eva-{kind}-{number}"))
    yield from compared("room_page_cpu_of_9_tiles", found, "%", GOAL_PERCENT, 0.5)


def _one_call(playwright: Playwright, product: Product, kind: str, host: str) -> float:
    chromium = shutil.which("chromium")
    others = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
    measured = playwright.chromium.launch(executable_path=chromium, args=[*CHROMIUM, _MARK])
    context = _context(others, kind, product.url)
    link = product.url + open_meeting(context, product.data / "mails", host)
    pages = [context.pages[0]]
    pages += [_guest(_context(others, kind, product.url), link, f"Guest {number}") for number in range(1, OTHERS)]
    for page in pages:
        page.evaluate(_UNSEEN)
    page = _guest(_context(measured, kind, product.url, identities(pages, kind)), link, "Measured")
    wait_until(page, f"window.parleyGaps.seen() >= {OTHERS}")
    page.wait_for_timeout(SETTLE_S * 1000)
    share = _share_of_core(page)
    others.close()
    measured.close()
    return share


def _context(browser: Browser, kind: str, url: str, present: Sequence[str] = ()) -> BrowserContext:
    context = browser.new_context(base_url=url)
    prepare(context, kind, present)
    context.add_init_script(path=PROBE)
    return context


def _guest(context: BrowserContext, link: str, name: str) -> Page:
    page = context.new_page()
    page.goto(link)
    join(page, name)
    return page


def _share_of_core(page: Page) -> float:
    """Percent of one core that the marked browser takes for MEASURED_S seconds."""
    browser = next(one for one in psutil.Process().children(recursive=True) if _MARK in one.cmdline())
    processes = [browser, *browser.children(recursive=True)]
    before, began = _seconds(processes), time.monotonic()
    page.wait_for_timeout(MEASURED_S * 1000)
    return 100 * (_seconds(processes) - before) / (time.monotonic() - began)


def _seconds(processes: Sequence[psutil.Process]) -> float:
    return sum(times.user + times.system for times in (one.cpu_times() for one in processes))
