"""How soon those in a call are back, with keys and moving pictures, after what broke is there again; real Chromium."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence

from playwright.sync_api import Page, sync_playwright

from tests.bench.joins import CHROMIUM, open_meeting
from tests.bench.product import Product, running_product, start, wait_for
from tests.bench.report import Figure
from tests.bench.stillness import PROBE, guest
from tests.bench.waiting import wait_until

AWAY_S = (3, 10, 30)
GOAL_S = 3.0
_MOVES = "window.parleyGaps.moves()"
_BACK = f"{_MOVES} && document.querySelector('header button[title=\"End-to-end encrypted\"]') !== null"


def measure_returns() -> Iterator[Figure]:
    """Two people: the whole product is killed for each of AWAY_S seconds, then the media process, then a page is reloaded."""
    with sync_playwright() as playwright, running_product() as product:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        context = browser.new_context(base_url=product.url)
        context.add_init_script(path=PROBE)
        link = product.url + open_meeting(context, product.data / "mails")
        pages = [context.pages[0], guest(browser, link, "Guest")]
        _back(pages)
        for seconds in AWAY_S:
            product = _killed(product, seconds)
            yield Figure(f"back_after_all_was_killed_for_{seconds}_s", _back(pages), "s", GOAL_S)
        yield Figure("back_after_media_was_killed", _media_killed(product, pages), "s", GOAL_S)
        yield Figure("back_after_reload", _reloaded(pages), "s", GOAL_S)
        browser.close()
        product.end()


def _killed(product: Product, seconds: float) -> Product:
    product.kill()
    time.sleep(seconds)
    return start(product.environment)


def _media_killed(product: Product, pages: Sequence[Page]) -> float:
    product.media().kill()
    for page in pages:
        wait_until(page, f"!({_MOVES})")
    wait_for(f"http://127.0.0.1:{product.media_port}/", product.process)
    return _back(pages)


def _reloaded(pages: Sequence[Page]) -> float:
    """From the order to load the page anew."""
    began = time.monotonic()
    pages[1].reload()
    return time.monotonic() - began + _back(pages)


def _back(pages: Sequence[Page]) -> float:
    """Seconds until each sees the other move, under a closed lock, and still does once the last of them does."""
    began = time.monotonic()
    for page in (*pages, *pages):
        wait_until(page, _BACK)
    return time.monotonic() - began
