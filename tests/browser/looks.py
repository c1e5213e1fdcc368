"""What every page of a journey is held to, and a picture of it for who wants to look."""

from __future__ import annotations

import os

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

AXE_OPTIONS = {"resultTypes": ["violations"]}
"""Every rule is tried; only what passes is not described, which takes axe half its time."""
ARRIVED = """async () => {
  await new Promise(requestAnimationFrame);
  const ends = (one) => one.playState === "running" && one.effect.getComputedTiming().endTime !== Infinity;
  await Promise.allSettled(document.getAnimations().filter(ends).map((one) => one.finished));
}"""
"""What slides or fades in has arrived; what turns while something is awaited goes on turning."""


def axe_violations(page: Page, *rules: str) -> list[str]:
    """What axe-core finds serious or critical, or outside all landmarks, one line each: by all its rules, or by some."""
    page.wait_for_load_state()
    page.evaluate(ARRIVED)
    options = {**AXE_OPTIONS, "runOnly": list(rules)} if rules else AXE_OPTIONS
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical") or one["id"] == "region"
    ]


WIDTHS = (1280, 390)
"""Of a desktop's and a phone's window, in CSS pixels."""
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def overflow(page: Page) -> dict[int, int]:
    """By how many CSS pixels the page is wider than its window, by the window's width; only where it is."""
    size = page.viewport_size
    assert size is not None
    found: dict[int, int] = {}
    for width in sorted(WIDTHS, key=lambda one: one == size["width"]):  # its own comes last, and stays
        page.set_viewport_size({**size, "width": width})
        found[width] = page.evaluate(_WIDER)
    page.set_viewport_size(size)
    return {width: wider for width, wider in found.items() if wider > 0}


FINGER_PX = 44
"""What a finger hits without aiming (WCAG 2.2, success criterion 2.5.5)."""
SMALL = """(least) => [...document.querySelectorAll("a, button, summary, select, input, textarea")].filter((one) => {
  const box = one.getBoundingClientRect(), style = getComputedStyle(one);
  const isInText = style.display === "inline" || one.type === "checkbox" || one.type === "radio";
  return box.width && style.visibility === "visible" && !isInText && box.height < least - 0.5;
}).map((one) => `${one.tagName} ${Math.round(one.getBoundingClientRect().height)} px: ${one.innerText || one.id}`)"""
"""A link within a sentence is as high as its line, and a box is ticked by its words, too."""


def small_targets(page: Page) -> list[str]:
    """What is too low for a finger, on a page opened with `has_touch`."""
    return page.evaluate(SMALL, FINGER_PX)


def fine(page: Page) -> None:
    """Nothing serious for axe, nothing wider than a desktop's or a phone's window."""
    wrong = axe_violations(page)
    wrong += [f"{wider} px too wide at {width}" for width, wider in overflow(page).items()]
    assert not wrong, f"{page.url}: {wrong}"


def picture(page: Page, name: str) -> None:
    """Keep what the page looks like as `name`-<width>.png, if PARLEY_SHOTS names a folder."""
    if folder := os.environ.get("PARLEY_SHOTS"):
        width = page.evaluate("window.innerWidth")
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
